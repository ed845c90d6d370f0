"""What an import did, or would do, for a person to read: before and after, row by row."""

from collections.abc import Iterator
from typing import Any

from app.publish.complaint import Language, shown
from app.publish.release import Made
from app.publish.rows import Row
from app.publish.scope import Change
from app.publish.wording import number
from app.publish.writer import CauseProblem, Outcome

LISTED = 200
"""Rows of one table that are listed; the rest is counted."""


def told_outcome(outcome: Outcome, language: Language) -> Iterator[str]:
    """The changes, then the release in one line."""
    zh = language == "zh"
    if not any(outcome.changes.values()):
        yield "没有变化，不产生新版" if zh else "nothing changes; no release is made"
        return
    for table, change in outcome.changes.items():
        yield from _told_change(table, change, zh)
    if isinstance(outcome.cause, CauseProblem):
        yield (
            f"试运行，未作任何改动；{outcome.cause.zh}"
            if zh
            else (f"dry run, nothing was changed; {outcome.cause.en}")
        )
    elif outcome.release is None:
        yield (
            f"试运行，未作任何改动；原因为{outcome.cause}"
            if zh
            else (f"dry run, nothing was changed; the cause would be {outcome.cause}")
        )
    else:
        yield _told_release(outcome.release, zh)


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
