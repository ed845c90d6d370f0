"""A program with a slip that its types must show: `valeu`."""

from yaodian_client.models import TargetDetail


def shown(target: TargetDetail) -> str:
    """The figure of a target."""
    return f"{target.data.valeu}"
