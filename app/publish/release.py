"""One release: rows closed and opened under one number, proved before the commit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.models import CLOCKED, DERIVED, RELEASES, TABLES
from app.models.base import Refers, mark
from app.models.choices import Cause
from app.publish.rows import Row
from app.publish.scope import CHUNK, Change, Changes, current
from app.resources import RESOURCES

REFERENCES: list[tuple[str, str, str]] = [
    (table, name, refers.table)
    for table, model in CLOCKED.items()
    for name, info in model.model_fields.items()
    if (refers := mark(info, Refers))
]
"""Every (table, column, table that it refers to)."""

RESOURCE_OF = {
    "document_relation": "documents",
    **{resource.table: resource.name for resource in RESOURCES},
}
"""Under which name the rows of a table are published."""

Broken = tuple[str, str, str, str]
"""A reference that leads nowhere: (table, code, column, code that is not current)."""


@dataclass(frozen=True)
class Made:
    """A release that was made."""

    number: int
    time: str
    cause: Cause
    added: int
    changed: int
    removed: int


def next_number(connection: sa.Connection) -> int:
    """The number that the next release has, under the writer's lock."""
    newest: int | None = connection.scalar(sa.select(sa.func.max(RELEASES.c.number)))
    return (newest or 0) + 1


def add_release(
    connection: sa.Connection,
    number: int,
    cause: Cause,
    changes: Changes,
    touched: Collection[str],
    told: Mapping[str, str | None],
) -> Made:
    """The release itself, dated now and strictly later than the one before.

    `touched` names all tables of which a row changed, `told` what its makers say of it.
    """
    last = connection.scalar(sa.select(sa.func.max(RELEASES.c.time)))
    made = Made(
        number=number,
        time=_later_than(last),
        cause=cause,
        added=sum(len(change.added) for change in changes.values()),
        changed=sum(len(change.changed) for change in changes.values()),
        removed=sum(len(change.removed) for change in changes.values()),
    )
    connection.execute(
        sa.insert(RELEASES).values(**vars(made), **told, resources=resting_on(touched))
    )
    return made


def resting_on(tables: Collection[str]) -> str:
    """The resources of which a field is read from one of some tables, as a release names them."""
    found = {RESOURCE_OF[table] for table in tables if table in RESOURCE_OF}
    found |= {resource.name for resource in RESOURCES if resource.tables & set(tables)}
    return " ".join(sorted(found))


def _later_than(last: str | None) -> str:
    now = datetime.now(UTC)
    if last is not None:
        now = max(now, datetime.fromisoformat(last) + timedelta(milliseconds=1))
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"


def apply(connection: sa.Connection, number: int, changes: Changes) -> None:
    """Close and open rows; nothing that was published is overwritten."""
    for name, change in changes.items():
        table = TABLES[name]
        closed = [was["code"] for was, _ in change.changed]
        closed += [row["code"] for row in change.removed]
        for start in range(0, len(closed), CHUNK):
            connection.execute(
                sa.update(table)
                .where(table.c.code.in_(closed[start : start + CHUNK]))
                .where(table.c.release_to.is_(None))
                .values(release_to=number)
            )
        opened = [*change.added, *(wanted for _, wanted in change.changed)]
        if opened:
            connection.execute(
                sa.insert(table), [{**row, "release_from": number} for row in opened]
            )


def dangling(connection: sa.Connection, changes: Changes) -> list[Broken]:
    """References that the changes, once applied, break; what is derived follows by itself."""
    broken: set[Broken] = set()
    for table, column, other in REFERENCES:
        if table in DERIVED:
            continue
        change, lost = changes.get(table), changes.get(other)
        if change:
            broken.update(_missing(connection, table, column, other, change))
        if lost and lost.removed:
            gone = [row["code"] for row in lost.removed]
            broken.update(_orphaned(connection, table, column, gone))
    return sorted(broken)


def _missing(
    connection: sa.Connection, table: str, column: str, other: str, change: Change
) -> list[Broken]:
    rows: list[Row] = [*change.added, *(wanted for _, wanted in change.changed)]
    codes = sorted({row[column] for row in rows if row[column] is not None})
    there: set[str] = set()
    for select in current(other, [TABLES[other].c.code], "code", codes):
        there.update(connection.scalars(select))
    return [
        (table, row["code"], column, row[column])
        for row in rows
        if row[column] is not None and row[column] not in there
    ]


def _orphaned(connection: sa.Connection, table: str, column: str, gone: list[str]) -> list[Broken]:
    here = TABLES[table].c
    found: list[Broken] = []
    for select in current(table, [here.code, here[column]], column, gone):
        found += [(table, code, column, lost) for code, lost in connection.execute(select)]
    return found
