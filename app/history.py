"""What the clocks know: for now, what became of a promise as far as a release tells."""

from collections.abc import Mapping
from typing import Any

from app.models.choices import Attainment, AttainmentReason, ValueStatus

UNJUDGED = {
    ValueStatus.REDACTED: AttainmentReason.REDACTED,
    ValueStatus.UNQUANTIFIED: AttainmentReason.UNQUANTIFIED,
}


def reading_of(target: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `target_reading` for a target on which no result has been published.

    A function of the release alone, never of today: a due date that has passed changes nothing.
    """
    reason = UNJUDGED.get(ValueStatus(target["value_status"]))
    return {
        "code": target["code"],
        "attainment": Attainment.NOT_ASSESSABLE if reason else Attainment.NO_RESULT,
        "attainment_reason": reason,
        "attainment_rule": None,
        "observation": None,
        "observation_period": None,
        "observation_value": None,
        "has_alternative": target["alternative_zh"] is not None,
    }
