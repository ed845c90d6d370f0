"""What an import did, or would do, for a person to read: before and after, row by row."""

from collections.abc import Iterator
from typing import Any

from app.formats.figure import number
from app.publish.complaint import Language, shown
from app.publish.release import Made
from app.publish.rows import Row
from app.publish.scope import Change
from app.publish.writer import CauseProblem, Outcome, Step

LISTED = 200
"""Rows of one table that are listed; the rest is counted."""


def told_outcome(outcome: Outcome, language: Language) -> Iterator[str]:
    """The changes of each release, then the release in one line."""
    zh = language == "zh"
    if not outcome.steps:
        yield "没有变化，不产生新版" if zh else "nothing changes; no release is made"
    for place, step in enumerate(outcome.steps):
        for table, change in step.changes.items():
            yield from _told_change(table, change, zh)
        if outcome.releases:
            yield _told_release(outcome.releases[place], zh)
        else:
            yield _told_dry_run(step, zh)


def _told_dry_run(step: Step, zh: bool) -> str:
    if isinstance(step.cause, CauseProblem):
        reason = step.cause.zh if zh else step.cause.en
    else:
        reason = f"原因为{step.cause}" if zh else f"the cause would be {step.cause}"
    return f"试运行，未作任何改动；{reason}" if zh else f"dry run, nothing was changed; {reason}"


def _told_release(made: Made, zh: bool) -> str:
    if zh:
        return (
            f"第{made.number}版（{made.cause}，{made.time}）："
            f"新增{made.added}行，更改{made.changed}行，移除{made.removed}行"
        )
    return (
        f"release {made.number} ({made.cause}, {made.time}): "
        f"{made.added} rows added, {made.changed} changed, {made.removed} removed"
    )


def _told_change(table: str, change: Change, zh: bool) -> Iterator[str]:
    lines = [f"+ {table} {row['code']}" for row in change.added]
    for was, wanted in change.changed:
        lines.append(f"~ {table} {wanted['code']}")
        lines += [f"    {line}" for line in _fields(was, wanted)]
    lines += [f"- {table} {row['code']}" for row in change.removed]
    yield from lines[:LISTED]
    if len(lines) > LISTED:
        rest = len(lines) - LISTED
        yield f"… {table}另有{rest}行" if zh else f"… {rest} more lines on {table}"


def _fields(was: Row, wanted: Row) -> Iterator[str]:
    for name, before in was.items():
        if before != wanted[name]:
            yield f"{name}: {_plain(before)} → {_plain(wanted[name])}"


def _plain(value: Any) -> str:
    return number(value) if isinstance(value, float) else shown(value)
