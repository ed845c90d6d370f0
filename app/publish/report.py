"""What the writer did, or would do, for a person to read: what was read, before and after."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.formats.column import Column, words_zh
from app.formats.figure import number
from app.models.choices import Cause
from app.publish.complaint import SHOWN, Language, shown
from app.publish.release import Made
from app.publish.rows import Row
from app.publish.scope import Change, Changes, current_rows
from app.publish.writer import CauseProblem, Outcome, Step
from app.query import Resource
from app.resources import RELATIONS, RESOURCES

LISTED = 200
"""Rows of one table that are listed; the rest is counted."""

COUNTED = (Cause.FIRST_PUBLICATION, Cause.NEW_PLAN)
"""Once published, whole plans are told by the number of their rows."""

Names = Mapping[str, Row]
"""By code: the indicators of which promises and results are told."""


def names_of(connection: sa.Connection, outcome: Outcome) -> Names:
    """The indicators of all promises and results that were touched, also those not kept yet."""
    wanted: set[str] = set()
    new: dict[str, Row] = {}
    for step in outcome.steps:
        new |= {row["code"]: row for row in _there(step.changes.get("indicator", Change()))}
        for table in ("observation", "target"):
            change = step.changes.get(table, Change())
            wanted |= {row["indicator"] for row in [*_there(change), *change.removed]}
    return current_rows(connection, "indicator", "code", sorted(wanted)) | new


def told_outcome(outcome: Outcome, language: Language, names: Names) -> Iterator[str]:
    """What each release changes, row by row or counted, then the release in one line."""
    zh = language == "zh"
    if not outcome.steps:
        yield "没有变化，不产生新版" if zh else "nothing changes; no release is made"
    for place, step in enumerate(outcome.steps):
        if not (outcome.releases and step.cause in COUNTED):
            yield from _Report(language, names, not step.confidential).rows(step.changes)
        yield from _counts(step.changes, zh)
        if outcome.releases:
            yield _told_release(outcome.releases[place], zh)
        else:
            yield _told_dry_run(step, zh)


def _told_dry_run(step: Step, zh: bool) -> str:
    if isinstance(step.cause, CauseProblem):
        reason = step.cause.zh if zh else step.cause.en
    else:
        reason = f"原因将为“{step.cause.zh}”" if zh else f"the cause would be {step.cause}"
    return f"试运行，未作任何改动；{reason}" if zh else f"dry run, nothing was changed; {reason}"


def _told_release(made: Made, zh: bool) -> str:
    if zh:
        return (
            f"第{made.number}版（{made.cause.zh}，{made.time}）："
            f"新增{made.added}行，更改{made.changed}行，移除{made.removed}行"
        )
    return (
        f"release {made.number} ({made.cause}, {made.time}): "
        f"{made.added} rows added, {made.changed} changed, {made.removed} removed"
    )


def _counts(changes: Changes, zh: bool) -> Iterator[str]:
    """A line for each table, where there are several."""
    touched = {table: change for table, change in changes.items() if change}
    for table, change in touched.items() if len(touched) > 1 else ():
        parts = (
            (len(change.added), "新增{}行", "{} added"),
            (len(change.changed), "更改{}行", "{} changed"),
            (len(change.removed), "移除{}行", "{} removed"),
        )
        told = [(chinese if zh else english).format(n) for n, chinese, english in parts if n]
        yield f"{_label(table, zh)}{'：' if zh else ': '}{('，' if zh else ', ').join(told)}"


def _there(change: Change) -> list[Row]:
    return [*change.added, *(wanted for _, wanted in change.changed)]


@cache
def _resource_of(table: str) -> Resource:
    (found,) = (each for each in (*RESOURCES, RELATIONS) if each.table == table)
    return found


def _label(table: str, zh: bool) -> str:
    return _resource_of(table).zh if zh else table


class _Report:
    """The rows of a step in one language."""

    def __init__(self, language: Language, names: Names, named: bool):
        self.zh = language == "zh"
        self.language = language
        self.names = names
        self.named = named
        """Whether it is told what rows say, beside their codes."""

    def rows(self, changes: Changes) -> Iterator[str]:
        for table, change in changes.items():
            told = list(self._told(table, change))
            for lines in told[:LISTED]:
                yield from lines
            if rest := len(told) - LISTED if len(told) > LISTED else 0:
                label = _label(table, self.zh)
                yield f"… {label}另有{rest}行" if self.zh else f"… {rest} more rows of {label}"

    def _told(self, table: str, change: Change) -> Iterator[list[str]]:
        """The lines of each row."""
        for row in change.added:
            yield self._row("+", table, row)
        for was, wanted in change.changed:
            yield self._row("~", table, wanted) + list(self._fields(table, was, wanted))
        for row in change.removed:
            yield self._row("-", table, row)

    def _row(self, sign: str, table: str, row: Row) -> list[str]:
        named = self._named(table, row) if self.named else ""
        return [
            f"{sign} {_label(table, self.zh)} {row['code']}",
            *([f"    {named}"] if named else []),
        ]

    def _named(self, table: str, row: Row) -> str:
        """What a row is about, as people call it."""
        match table:
            case "observation":
                return self._observation(row)
            case "target":
                return self._joined(self._indicator(row), row[f"value_text_{self.language}"])
            case "deliverable":
                outcome = row["outcome"]
                column = _resource_of(table).column["outcome"]
                return self._joined(row[f"title_{self.language}"], self._value(outcome, column))
        return row.get(f"name_{self.language}") or row.get(f"title_{self.language}") or ""

    def _observation(self, row: Row) -> str:
        """Name, period, figure, and the source that has it."""
        name = f"{self._indicator(row)}{'，' if self.zh else ', '}{row['period']}"
        day = row["source_date"]
        source = [row["source_title"], *([day.isoformat()] if day else [])]
        figure = row[f"value_text_{self.language}"]
        if self.zh:
            return f"{self._joined(name, figure)}（{'，'.join(source)}）"
        return f"{self._joined(name, figure)} ({', '.join(source)})"

    def _indicator(self, row: Row) -> str:
        code = row["indicator"]
        return str(self.names[code][f"name_{self.language}"] if code in self.names else code)

    def _joined(self, name: str, value: str) -> str:
        return f"{name}{'：' if self.zh else ': '}{value}"

    def _fields(self, table: str, was: Row, wanted: Row) -> Iterator[str]:
        """Each field before and after; a wording only in the reader's language."""
        other = "value_text_en" if self.zh else "value_text_zh"
        columns = _resource_of(table).column
        for name, before in was.items():
            if before != wanted[name] and name != other:
                column = columns.get(name)
                label = column.zh if column and self.zh else name
                values = (self._value(each, column) for each in (before, wanted[name]))
                yield f"    {self._joined(label, ' → '.join(values))}"

    def _value(self, value: Any, column: Column | None) -> str:
        """A value, cut to a readable length."""
        if isinstance(value, float):
            return number(value)
        words = words_zh(value, column) if self.zh else None
        return words or (_cut(str(value)) if self.zh else shown(value))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
