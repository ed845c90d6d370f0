"""A figure as text."""

from decimal import Decimal


def number(value: float) -> str:
    """A figure in its shortest form: 60, 61.8."""
    return str(int(value)) if float(value).is_integer() else f"{Decimal(repr(value)):f}"
