"""What an import did, or would do, for a person to read: before and after, row by row."""

from collections.abc import Iterator

from app.publish.complaint import Language, shown
from app.publish.rows import Row
from app.publish.scope import Change
from app.publish.writer import Outcome

LISTED = 200
"""Rows of one table that are listed; the rest is counted."""


def told_outcome(outcome: Outcome, language: Language) -> Iterator[str]:
    """The changes, then the release in one line."""
    zh = language == "zh"
    if outcome.cause is None:
        yield "没有变化，不产生新版" if zh else "nothing changes; no release is made"
        return
    for table, change in outcome.changes.items():
        yield from _told_change(table, change, zh)
    if outcome.release is None:
        yield (
            f"试运行：原因为{outcome.cause}；未作任何改动"
            if zh
            else f"dry run: the cause would be {outcome.cause}; nothing was changed"
        )
        return
    made = outcome.release
    counts = (made.added, made.changed, made.removed)
    yield (
        f"第{made.number}版（{made.cause}，{made.time}）：新增{counts[0]}行，更改{counts[1]}行，移除{counts[2]}行"
        if zh
        else f"release {made.number} ({made.cause}, {made.time}): "
        f"{counts[0]} rows added, {counts[1]} changed, {counts[2]} removed"
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
            yield f"{name.rstrip('_')}: {shown(before)} → {shown(wanted[name])}"
