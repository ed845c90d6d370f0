"""Markdown tables and the words for what was wanted."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rate(value: float) -> str:
    """Requests per second."""
    return f"{value:,.0f}"


def times(value: float) -> str:
    """A ratio."""
    return f"{value:.2f}"


def verdict(what: str, met: bool) -> str:
    """What was wanted, and whether it was reached."""
    return f"- {'met' if met else '**not met**'}: {what}"
