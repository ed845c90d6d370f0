"""Which promise a result answers, and which result is the latest."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Row = Mapping[str, Any]


def answered_by(result: Row, targets: Iterable[Row], plans: Mapping[str, Row]) -> Row | None:
    """The target that a result answers, of those on its indicator; None where there is none.

    One of the plan whose period the result falls into; where there is no such plan, one that is
    due on the last day of the result's period. `plans` has the targets' plans by code.
    """
    day = result["period_end"]
    ordered = sorted(targets, key=lambda target: (-target["year"], target["due"], target["code"]))
    due = [target for target in ordered if day in (target["due"], target["alternative_due"])]
    inside = [target for target in ordered if _covers(plans[target["plan"]], day)]
    newest = [target for target in inside if target["plan"] == inside[0]["plan"]]
    exact = [target for target in newest if target["due"] == day]
    return next(iter([*exact, *newest, *due]), None)


def _covers(plan: Row, day: date) -> bool:
    return bool(plan["period_start"] <= day <= plan["period_end"])


def recency(result: Row) -> tuple[date, bool, date, str]:
    """What orders results in time: period, then day of the source, where it is known, then code."""
    published = result["source_date"]
    return result["period_end"], published is not None, published or date.min, result["code"]
