"""The log of changes: what a release did, field by field, told by the clocks of its rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa

from app.db import Snapshot
from app.models import CHANGES, DERIVED, RELEASES, TABLES, TAKEDOWNS
from app.models.base import Since, fields_of, placed
from app.models.choices import Action
from app.publish.derive import rows_at
from app.publish.ready import lacks_log
from app.publish.release import RESOURCE_OF, resting_on
from app.publish.rows import Row
from app.publish.scope import CHUNK, Change, Changes, contents
from app.query import Resource
from app.query.select import Shape, rows_statement
from app.query.statement import padded, shortest
from app.resources import RELATIONS, RESOURCES

PROMISED = (
    "value", "value_upper", "value_status", "met_if", "commitment", "due",
    "alternative_value", "alternative_value_upper", "alternative_due",
)  # fmt: skip
MATERIAL = {
    "target": frozenset(PROMISED),
    "observation": frozenset({"value", "value_status"}),
    "deliverable": frozenset({"outcome"}),
}
"""By table: fields whose change is more than one of words or places; so is a whole row there."""

FIGURES = {"target": "value_text_zh", "observation": "value_text_zh"}
"""By table: the field that tells a whole row in a few characters."""

Names = Mapping[str, tuple[str | None, str | None]]
"""By code: the name of a row in Chinese and in English."""

LOGGED = tuple(table for table in TABLES if table not in DERIVED)
"""The tables whose changes are told."""

BATCH = 1000


def record(connection: sa.Connection, number: int, changes: Changes) -> None:
    """Write what a release changes into the log; its rows stand in the tables already."""
    rows = told(connection, number, changes)
    for start in range(0, len(rows), BATCH):
        connection.execute(sa.insert(CHANGES), rows[start : start + BATCH])


def told(connection: sa.Connection, number: int, changes: Changes) -> list[Row]:
    """The lines of the log that tell what a release changes, and whose content it took down."""
    lines = [
        row
        for table, change in changes.items()
        if change
        for row in _Told(connection, number, table).rows(change)
    ]
    here = TAKEDOWNS.c
    select = sa.select(here.resource, here.code).where(here.release == number)
    for resource, code in connection.execute(select):
        for table in LOGGED:
            if RESOURCE_OF[table] == resource:
                lines += _Told(connection, number, table).blanked(code)
    return lines


def fill(connection: sa.Connection) -> None:
    """Write the log of all releases that were made before there was one.

    These also named fewer resources than those that may read differently.
    """
    if not lacks_log(connection):
        return
    for number in connection.scalars(sa.select(RELEASES.c.number).order_by(RELEASES.c.number)):
        record(connection, number, changes_of(connection, number))
        named = sa.update(RELEASES).where(RELEASES.c.number == number)
        connection.execute(named.values(resources=resources_of(connection, number)))


def resources_of(connection: sa.Connection, number: int) -> str:
    """The resources of which a row may read differently since a release, as its clocks tell."""
    return resting_on([table for table in TABLES if _is_touched(connection, table, number)])


def _is_touched(connection: sa.Connection, table: str, number: int) -> bool:
    here = TABLES[table].c
    select = sa.select(here.code).where(
        sa.or_(here.release_from == number, here.release_to == number)
    )
    return connection.scalar(select.limit(1)) is not None


def changes_of(connection: sa.Connection, number: int, tables: Iterable[str] = LOGGED) -> Changes:
    """What a release did to the rows of some tables, read from their clocks."""
    return {table: _change_of(connection, table, number) for table in tables}


def _change_of(connection: sa.Connection, table: str, number: int) -> Change:
    here = TABLES[table].c
    opened, closed = (
        {
            row["code"]: dict(row)
            for row in connection.execute(
                sa.select(*contents(table)).where(column == number).order_by(here.code)
            ).mappings()
        }
        for column in (here.release_from, here.release_to)
    )
    return Change(
        added=[row for code, row in opened.items() if code not in closed],
        changed=[(closed[code], row) for code, row in opened.items() if code in closed],
        removed=[row for code, row in closed.items() if code not in opened],
    )


@dataclass(frozen=True)
class _Told:
    """What is told of the rows of one table that a release touched."""

    connection: sa.Connection
    number: int
    table: str

    def rows(self, change: Change) -> Iterator[Row]:
        there = [*change.added, *(wanted for _, wanted in change.changed)]
        labels = self._labels(there, self.number)
        for row in change.added:
            whole = self._whole(Action.ADDED, after=self._figure(row))
            yield {**labels[row["code"]], **whole}
        for was, wanted in change.changed:
            for field in published_fields(self.table):
                if was[field] != wanted[field]:
                    yield {**labels[wanted["code"]], **self._field(field, was, wanted)}
        gone = self._labels(change.removed, self.number - 1)
        for row in change.removed:
            whole = self._whole(Action.REMOVED, before=self._figure(row))
            yield {**gone[row["code"]], **whole}

    def blanked(self, code: str) -> Iterator[Row]:
        """That the content of a row was taken down, if this table has the row."""
        here = TABLES[self.table].c
        select = sa.select(here.release_to, *contents(self.table)).where(here.code == code)
        select = select.order_by(here.release_from.desc()).limit(1)
        for row in map(dict, self.connection.execute(select).mappings()):
            shown = self.number if row["release_to"] is None else row["release_to"] - 1
            yield {**self._labels([row], shown)[code], **self._whole(Action.BLANKED)}

    def _figure(self, row: Row) -> str | None:
        """What a promise or a result says, as the text of JSON; nothing once it is taken down."""
        name = FIGURES.get(self.table)
        return _json((name and row[name]) or None)

    def _whole(self, action: Action, before: str | None = None, after: str | None = None) -> Row:
        told = {"field": None, "before": before, "after": after}
        return {"action": action, "material": self.table in MATERIAL, **told}

    def _field(self, field: str, was: Row, wanted: Row) -> Row:
        return {
            "action": Action.CHANGED,
            "material": field in MATERIAL.get(self.table, ()),
            "field": field,
            "before": _json(was[field]),
            "after": _json(wanted[field]),
        }

    def _labels(self, rows: Sequence[Row], number: int) -> dict[str, Row]:
        """By code: what every line of the log says of a row, as it was called in a release."""
        names = self._names([row["code"] for row in rows], number)
        plans = self._plans(rows, number)
        return {
            row["code"]: {
                "release": self.number,
                "resource": RESOURCE_OF[self.table],
                "code": row["code"],
                "plan": plans[row["code"]],
                "name_zh": names[row["code"]][0],
                "name_en": names[row["code"]][1],
            }
            for row in rows
        }

    def _plans(self, rows: Sequence[Row], number: int) -> dict[str, str | None]:
        """By code: the plan that a row belongs to, or whose file defines it."""
        codes = [row["code"] for row in rows]
        if self.table == "plan":
            return {code: code for code in codes}
        if self.table == "observation":
            found = rows_at(self.connection, number, "observation_reading", "code", codes)
            return {code: found[code]["plan"] for code in codes}
        return {row["code"]: row.get("plan") or row["defined_in"] for row in rows}

    def _names(self, codes: Sequence[str], number: int) -> Names:
        resource = _resource_of(self.table)
        fields = [name for name in resource.names if name]
        found: dict[str, tuple[str | None, str | None]] = {}
        for start in range(0, len(codes), CHUNK):
            for row in self._named(resource, fields, codes[start : start + CHUNK], number):
                zh, en, *_ = (*row[1:-1], None, None)
                found[row[0]] = (zh or None, en or None)  # empty: removed by force of law
        return found

    def _named(
        self, resource: Resource, fields: Sequence[str], codes: Sequence[str], number: int
    ) -> Sequence[tuple[Any, ...]]:
        """The code and the names of some rows in a release."""
        connection = self.connection
        snapshot = Snapshot(connection.connection.driver_connection, connection.dialect.name)
        wanted = padded(codes)
        shape = Shape(
            resource=resource,
            columns=("code", *fields),
            sort=("code",),
            filters=(("code", len(wanted)),),
            past=True,
            limited=False,
        )
        values = {f"code_{place}": code for place, code in enumerate(wanted)}
        statement = rows_statement(shape, snapshot.dialect)
        return statement.run(snapshot, {**values, "release": number})


@cache
def _resource_of(table: str) -> Resource:
    (found,) = (r for r in (*RESOURCES, RELATIONS) if r.table == table)
    return found


@cache
def published_fields(table: str) -> tuple[str, ...]:
    """The fields of a published row that its own table holds, but for its code and clock."""
    others = {"code", *Since.model_fields}
    return tuple(
        name
        for name, info in fields_of(_resource_of(table).row).items()
        if name not in others and not placed(info)
    )


def _json(value: Any) -> str | None:
    """A value as the text of JSON; nothing is nothing."""
    if value is None:
        return None
    return orjson.dumps(shortest(value) if isinstance(value, float) else value).decode()
