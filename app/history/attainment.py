"""What became of a promise: the one rule by which results are judged.

A function of the release alone, never of today: a due date that has passed changes nothing.
Nothing is interpolated, summed or averaged. A doubt, of the reading or of the figure, withholds an
accusation, never a success.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from app.formats.figure import number
from app.history.answers import recency
from app.models.choices import (
    Attainment,
    AttainmentReason,
    Measure,
    MetIf,
    ObservationStatus,
    ValueStatus,
)

Row = Mapping[str, Any]

UNJUDGED = {
    ValueStatus.REDACTED: AttainmentReason.REDACTED,
    ValueStatus.UNQUANTIFIED: AttainmentReason.UNQUANTIFIED,
}
"""Promises without a number, whatever the results say."""

WITHIN_PLAN = (Measure.FLOW, Measure.INCREMENT)
"""What adds up over time: a result answers only if it counts from the plan's first day."""


@dataclass(frozen=True)
class Reading:
    """One way to read a promise."""

    value: float
    upper: float | None
    due: date


@dataclass(frozen=True)
class Judged:
    """A result that is due for a reading, compared with it."""

    result: Row
    written: str
    """The comparison, written out."""
    holds: bool


@dataclass(frozen=True)
class Finding:
    """What became of a promise, and what that rests on."""

    attainment: Attainment
    reason: AttainmentReason | None = None
    rule: str | None = None
    result: Row | None = None


def reading_of(
    target: Row, results: Sequence[Row], plan_start: date, measure: Measure
) -> dict[str, Any]:
    """The row of `target_reading` for a target, in the light of all results on its indicator.

    `plan_start` is the first day of the target's plan, `measure` that of its indicator; the
    results may come in any order.
    """
    found = _finding(target, results, plan_start, measure)
    return {
        "code": target["code"],
        "attainment": found.attainment,
        "attainment_reason": found.reason,
        "attainment_rule": found.rule,
        "observation": found.result and found.result["code"],
        "observation_period": found.result and found.result["period"],
        "observation_value": found.result and found.result["value"],
        "observation_value_status": found.result and found.result["value_status"],
        "has_alternative": target["alternative_zh"] is not None,
    }


def _finding(target: Row, results: Sequence[Row], plan_start: date, measure: Measure) -> Finding:
    if reason := UNJUDGED.get(ValueStatus(target["value_status"])):
        return Finding(Attainment.NOT_ASSESSABLE, reason)
    readings = _readings(target)
    last = max(reading.due for reading in readings)
    window = [row for row in results if plan_start <= row["period_end"] <= last]
    if not window:
        return Finding(Attainment.NO_RESULT)
    start = plan_start if measure in WITHIN_PLAN else None
    due = [_due(reading, window, start) for reading in readings]
    if not any(due):
        return Finding(Attainment.INTERIM, result=max(window, key=recency))
    answers = [_with_figures(rows) for rows in due]
    if not any(answers):
        return Finding(Attainment.NOT_ASSESSABLE, AttainmentReason.REDACTED)
    if _lacks_baseline(target, measure):
        first = next(row for rows in answers for row in rows)
        return Finding(Attainment.NOT_ASSESSABLE, AttainmentReason.NO_BASELINE, result=first)
    return _judgement(target, readings, answers, measure)


def _readings(target: Row) -> list[Reading]:
    """The printed reading, and the second one where there is one."""
    readings = [Reading(target["value"], target["value_upper"], target["due"])]
    value, due = target["alternative_value"], target["alternative_due"]
    if value is not None:
        readings.append(Reading(value, target["alternative_value_upper"], due or target["due"]))
    elif due is not None:
        readings.append(Reading(target["value"], target["value_upper"], due))
    return readings


def _due(reading: Reading, window: Sequence[Row], start: date | None) -> list[Row]:
    """The results that answer a reading: those of its due date, the newest source first.

    `start` is the day from which they must count; None where it does not matter.
    """
    rows = [row for row in window if row["period_end"] == reading.due]
    rows = [row for row in rows if start is None or row["period_start"] == start]
    return sorted(rows, key=_newest_source_first)


def _with_figures(rows: Sequence[Row]) -> list[Row]:
    """The results to compare: those that are measured, or else those that are not yet final."""
    told = [row for row in rows if row["value"] is not None]
    return [row for row in told if _is_measured(row)] or told


def _is_measured(row: Row) -> bool:
    return bool(row["value_status"] == ObservationStatus.MEASURED)


def _newest_source_first(row: Row) -> tuple[int, str]:
    """Orders results by the day of their source; one without a day counts as the oldest."""
    return -(row["source_date"] or date.min).toordinal(), row["code"]


def _lacks_baseline(target: Row, measure: Measure) -> bool:
    """Whether a change is promised that results, being levels, do not show by themselves."""
    by_change = target["met_if"] in (MetIf.INCREASE_BY, MetIf.DECREASE_BY)
    return by_change and measure != Measure.INCREMENT and target["baseline_value"] is None


# --- results are compared ---------------------------------------------------------------------


def _judgement(
    target: Row, readings: Sequence[Reading], answers: Sequence[Sequence[Row]], measure: Measure
) -> Finding:
    baseline = None if measure == Measure.INCREMENT else target["baseline_value"]
    met_if = MetIf(target["met_if"])
    judged = [
        [Judged(row, *compare(row["value"], reading, met_if, baseline)) for row in rows]
        for reading, rows in zip(readings, answers, strict=True)
    ]
    attainment, reason = _verdict([{one.holds for one in ones} for ones in judged])
    final = all(_is_measured(one.result) for ones in judged for one in ones)
    if attainment == Attainment.NOT_MET and not final:
        attainment, reason = Attainment.NOT_ASSESSABLE, AttainmentReason.PROVISIONAL
    first = next(one.result for ones in judged for one in ones)
    return Finding(attainment, reason, _rule(readings, judged), first)


def compare(
    result: float, reading: Reading, met_if: MetIf, baseline: float | None
) -> tuple[str, bool]:
    """A result compared with a promise: written out, and whether it holds.

    Where a change is promised, a baseline of None means that the result is the change itself.
    """
    x, v, shown, promised = _exact(result), _exact(reading.value), number(result), reading.value
    match met_if:
        case MetIf.BETWEEN if reading.upper is not None:
            written = f"{number(promised)} <= {shown} <= {number(reading.upper)}"
            return written, v <= x <= _exact(reading.upper)
        case MetIf.BETWEEN | MetIf.EQUAL:
            return f"{shown} == {number(promised)}", x == v
        case MetIf.AT_MOST:
            return f"{shown} <= {number(promised)}", x <= v
        case MetIf.DECREASE_BY if baseline is None:
            return f"{shown} <= {number(-promised)}", x <= -v
        case MetIf.DECREASE_BY if baseline is not None:
            return f"{number(baseline)} - {shown} >= {number(promised)}", _exact(baseline) - x >= v
        case MetIf.INCREASE_BY if baseline is not None:
            return f"{shown} - {number(baseline)} >= {number(promised)}", x - _exact(baseline) >= v
    return f"{shown} >= {number(promised)}", x >= v


def _exact(value: float) -> Fraction:
    """The number that is printed, not the nearest binary one: 61.8 - 60 must equal 1.8."""
    return Fraction(repr(value))


def _verdict(verdicts: Sequence[set[bool]]) -> tuple[Attainment, AttainmentReason | None]:
    """What the readings amount to; each is given as whether its results hold."""
    if {True, False} in verdicts:
        return Attainment.NOT_ASSESSABLE, AttainmentReason.SOURCES_DIFFER
    if {True} in verdicts and {False} not in verdicts:
        return Attainment.MET, None
    if all(verdict == {False} for verdict in verdicts):
        return Attainment.NOT_MET, None
    return Attainment.NOT_ASSESSABLE, AttainmentReason.READINGS_DIFFER


def _rule(readings: Sequence[Reading], judged: Sequence[Sequence[Judged]]) -> str:
    """All comparisons, written out; a single one needs no verdict."""
    if [len(ones) for ones in judged] == [1]:
        return judged[0][0].written
    several_dues = len({reading.due for reading in readings}) > 1
    parts: list[str] = []
    for reading, ones in zip(readings, judged, strict=True):
        due = f" (due {reading.due.isoformat()})" if several_dues else ""
        parts += [part + due for part in _parts(ones) or ["no result"]]
    return "; ".join(parts)


def _parts(ones: Sequence[Judged]) -> list[str]:
    """The comparisons of one reading, with their sources where there are several."""
    ordered = sorted(ones, key=lambda one: (one.result["source"], one.result["code"]))
    return [
        one.written
        + (f" [{one.result['source']}]" if len(ones) > 1 else "")
        + (": met" if one.holds else ": not_met")
        for one in ordered
    ]
