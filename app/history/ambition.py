"""Which of two promises on an indicator asks for more."""

from collections.abc import Mapping
from typing import Any

from app.models.choices import (
    Ambition,
    AmbitionReason,
    Commitment,
    Direction,
    Measure,
    MetIf,
)

Part = Mapping[str, Any]
"""A target: its fields by name."""

Judgement = tuple[Ambition, AmbitionReason | None]
"""Which of two promises asks for more; the reason stands where it is unclear."""

CHANGES = (MetIf.INCREASE_BY, MetIf.DECREASE_BY)
"""Promises of a change; all others are promises of a level."""


def ambition_of(before: Part, after: Part, direction: Direction, measure: Measure) -> Judgement:
    """Whether the later of two promises on one indicator asks for more, or why it is unclear.

    `direction` is the way the indicator should move, `measure` what sort of quantity it is.
    """
    if before["value"] is None or after["value"] is None:
        return Ambition.UNCLEAR, AmbitionReason.NOT_QUANTIFIED
    firmer = _firmness(after) - _firmness(before)
    judged = {
        _judged(_by_value(old, new, direction, measure), firmer)
        for old in _readings(before)
        for new in _readings(after)
    }
    if len(judged) > 1:
        return Ambition.UNCLEAR, AmbitionReason.READINGS_DIFFER
    return judged.pop()


def _readings(target: Part) -> list[Part]:
    """The printed figure, and that of the second reading where there is one."""
    other = target["alternative_value"]
    if other is None:
        return [target]
    upper = target["alternative_value_upper"]
    return [target, {**target, "value": other, "value_upper": upper}]


def _firmness(target: Part) -> int:
    return 1 if target["commitment"] == Commitment.FIRM else 0


def _judged(by_value: int | AmbitionReason, by_commitment: int) -> Judgement:
    """Figure and firmness taken together; each is 1 where it asks for more, -1 for less."""
    if isinstance(by_value, AmbitionReason):
        return Ambition.UNCLEAR, by_value
    if by_value * by_commitment < 0:
        return Ambition.UNCLEAR, AmbitionReason.VALUE_AND_COMMITMENT_DIFFER
    both = by_value or by_commitment
    return (Ambition.SAME, Ambition.MORE, Ambition.LESS)[both], None


def _by_value(
    before: Part, after: Part, direction: Direction, measure: Measure
) -> int | AmbitionReason:
    """1 where the later figure asks for more, -1 for less, 0 for the same; or why it is unclear."""
    if (before["met_if"] in CHANGES) != (after["met_if"] in CHANGES):
        return AmbitionReason.COMPARATORS_DIFFER
    if before["met_if"] in CHANGES and measure != Measure.INCREMENT and _rebased(before, after):
        return AmbitionReason.BASELINES_DIFFER
    if all(before[name] == after[name] for name in ("met_if", "value", "value_upper")):
        return 0
    old, new = _strength(before, direction), _strength(after, direction)
    if old is None or new is None:
        same = before["met_if"] == after["met_if"]
        return AmbitionReason.AGAINST_DIRECTION if same else AmbitionReason.COMPARATORS_DIFFER
    return (new > old) - (new < old)


def _rebased(before: Part, after: Part) -> bool:
    """Whether both promises start from a baseline, each from another one."""
    old, new = before["baseline_value"], after["baseline_value"]
    return old is not None and new is not None and old != new


def _strength(target: Part, direction: Direction) -> float | None:
    """The more is asked for, the greater; None where no result in that direction is asked for.

    Of a level it is the weakest result that meets the promise, of a change the change itself.
    """
    upward, value = direction == Direction.INCREASE, float(target["value"])
    match target["met_if"]:
        case MetIf.AT_MOST if upward:
            return None
        case MetIf.AT_LEAST if not upward:
            return None
        case MetIf.BETWEEN if not upward and target["value_upper"] is not None:
            value = target["value_upper"]
        case MetIf.DECREASE_BY:
            value = -value
    return value if upward else -value
