"""What follows from several rows and is asked for: counts, readings, searched text, with clocks.

Everything here is a function of one release: the writer computes it for what a release touches,
`yaodian check` computes it again, and a new table of this kind is filled release by release.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.db import Snapshot
from app.history.answers import answered_by, recency
from app.history.attainment import reading_of
from app.models import DERIVED, RELEASES, TABLES
from app.models.base import Count, Via, fields_of, mark
from app.models.choices import Measure
from app.models.counts import COUNTED
from app.publish.ready import base_of, unfilled
from app.publish.release import apply
from app.publish.rows import Row
from app.publish.scope import CHUNK, Change, Changes, compare, contents
from app.query.declare import Resource
from app.query.fetch import nested_rows
from app.query.select import Shape, rows_statement
from app.query.state import State
from app.query.statement import padded
from app.resources import RESOURCES
from app.search import searchable

Touched = dict[str, list[Row]]
"""By table: every row that a release closed or opened."""

Desired = dict[str, Row]
"""Rows by code."""


def derive(
    connection: sa.Connection,
    number: int,
    touched: Touched,
    tables: Sequence[str] = DERIVED,
) -> Touched:
    """Bring derived tables into the state that follows from the other tables in a release.

    Gives back all that the release touches, derived rows included.
    """
    touched = dict(touched)
    for table in tables:
        codes = affected(connection, number, table, touched)
        if codes:
            current = rows_at(connection, number, table, "code", codes)
            change = compare(table, current, desired(connection, number, table, codes))
            if change:
                apply(connection, number, {table: change})
                touched[table] = rows_of_change(change)
    return touched


def rows_of_change(change: Change) -> list[Row]:
    """Every row as it was or as it will be."""
    both = [row for pair in change.changed for row in pair]
    return [*change.added, *both, *change.removed]


def touched_by(changes: Changes) -> Touched:
    """What the changes of a release touch."""
    return {table: rows_of_change(change) for table, change in changes.items() if change}


def desired(connection: sa.Connection, number: int, table: str, codes: Sequence[str]) -> Desired:
    """The rows of a derived table that follow for some codes in a release."""
    return _RULES.get(table, _texts)(connection, number, table, codes)


def fill(connection: sa.Connection) -> None:
    """Fill derived tables that an update brought, for all releases that were made before it."""
    empty = unfilled(connection)
    if not empty:
        return
    for number in connection.scalars(sa.select(RELEASES.c.number).order_by(RELEASES.c.number)):
        others = [table for table in TABLES if table not in empty]
        touched = {table: _clocked(connection, table, number) for table in others}
        derive(connection, number, touched, empty)


def _clocked(connection: sa.Connection, table: str, number: int) -> list[Row]:
    here = TABLES[table].c
    select = sa.select(*contents(table)).where(
        sa.or_(here.release_from == number, here.release_to == number)
    )
    return [dict(row) for row in connection.execute(select).mappings()]


def rows_at(
    connection: sa.Connection, number: int, table: str, column: str, values: Iterable[str]
) -> Desired:
    """The rows that a release shows and whose column has one of the values, by code."""
    wanted, here = sorted(set(values)), TABLES[table].c
    found: Desired = {}
    for start in range(0, len(wanted), CHUNK):
        select = sa.select(*contents(table)).where(
            here[column].in_(wanted[start : start + CHUNK]), shown_in(here, number)
        )
        result = connection.execute(select)
        names = tuple(result.keys())
        rows = (dict(zip(names, row, strict=True)) for row in result)
        found |= {row["code"]: row for row in rows}
    return found


def shown_in(here: Any, number: int) -> sa.ColumnElement[bool]:
    """Whether a release shows a row, by the columns of its table."""
    return sa.and_(
        here.release_from <= number, sa.or_(here.release_to.is_(None), here.release_to > number)
    )


# --- what is affected -------------------------------------------------------------------------


def affected(connection: sa.Connection, number: int, table: str, touched: Touched) -> list[str]:
    """The codes of a derived table whose row may have to change."""
    found = {row["code"] for row in touched.get(base_of(table), ())}
    if table in COUNTED:
        counted = {(count.table, count.by) for count in COUNTED[table].values()}
        found |= {row[by] for other, by in counted for row in touched.get(other, ())}
    elif table in _searched():
        found |= set(_texts_affected(connection, number, _searched()[table], touched))
    elif table == "indicator_reading":
        readings = {row["code"] for row in touched.get("target_reading", ())}
        targets = [*touched.get("target", ())]
        targets += rows_at(connection, number, "target", "code", readings).values()
        found |= {row["indicator"] for row in [*targets, *touched.get("observation", ())]}
    else:
        indicators = _indicators_touched(connection, number, touched)
        found |= {
            row["code"]
            for row in rows_at(connection, number, base_of(table), "indicator", indicators).values()
        }
    return sorted(found)


def _indicators_touched(connection: sa.Connection, number: int, touched: Touched) -> set[str]:
    """The indicators on which a promise may read differently, or a result answer another one."""
    plans = {row["code"] for row in touched.get("plan", ())}
    targets = [*touched.get("target", ())]
    targets += rows_at(connection, number, "target", "plan", plans).values()
    rows = [*targets, *touched.get("observation", ())]
    return {row["code"] for row in touched.get("indicator", ())} | {
        row["indicator"] for row in rows
    }


def _texts_affected(
    connection: sa.Connection, number: int, resource: Resource, touched: Touched
) -> Iterator[str]:
    assert resource.searched
    own = (*resource.searched.names, *resource.searched.texts)
    yield from _reading_from(connection, number, resource, own, "code", touched)
    for name, fields in resource.searched.nested:
        (inner,) = (nested for nested in resource.nested if nested.name == name)
        for row in touched.get(inner.of.table, ()):
            yield row[inner.by]
        yield from _reading_from(connection, number, inner.of, fields, inner.by, touched)


def _reading_from(
    connection: sa.Connection,
    number: int,
    resource: Resource,
    fields: Sequence[str],
    give: str,
    touched: Touched,
) -> Iterator[str]:
    """From each row of which a field is read from a touched row of another table: its `give`."""
    for by, table in {
        (via.by, resource.table_of(via))
        for name in fields
        if (via := mark(fields_of(resource.row)[name], Via))
    }:
        codes = [row["code"] for row in touched.get(table, ())]
        for row in rows_at(connection, number, resource.table, by, codes).values():
            yield row[give]


@cache
def _searched() -> dict[str, Resource]:
    """The resources by the table of their searched text."""
    return {f"{r.table}_text": r for r in RESOURCES if r.searched}


# --- what follows -----------------------------------------------------------------------------


def _counts(connection: sa.Connection, number: int, table: str, codes: Sequence[str]) -> Desired:
    counts = COUNTED[table]
    there = rows_at(connection, number, base_of(table), "code", codes)
    found: Desired = {code: {"code": code, **dict.fromkeys(counts, 0)} for code in there}
    for name, count in counts.items():
        for start in range(0, len(codes), CHUNK):
            some = codes[start : start + CHUNK]
            for code, rows in connection.execute(_counting(count, number, some)):
                if code in found:
                    found[code][name] = rows
    return found


def _counting(count: Count, number: int, codes: Sequence[str]) -> sa.Select[Any]:
    """Of each code that has any: how many rows a release shows of it."""
    assert not count.distinct, "distinct values are counted when they are asked for"
    here = TABLES[count.table].c
    select = sa.select(here[count.by], sa.func.count()).group_by(here[count.by])
    if count.where:
        field, value = count.where
        select = select.where(here[field] == value)
    return select.where(here[count.by].in_(codes), shown_in(here, number))


def _target_readings(
    connection: sa.Connection, number: int, _table: str, codes: Sequence[str]
) -> Desired:
    targets = rows_at(connection, number, "target", "code", codes)
    indicators = {row["indicator"] for row in targets.values()}
    measures = rows_at(connection, number, "indicator", "code", indicators)
    plans = rows_at(connection, number, "plan", "code", {r["plan"] for r in targets.values()})
    results = _by_indicator(connection, number, "observation", indicators)
    return {
        code: reading_of(
            target,
            results[target["indicator"]],
            plans[target["plan"]]["period_start"],
            Measure(measures[target["indicator"]]["measure"]),
        )
        for code, target in targets.items()
    }


def _by_indicator(
    connection: sa.Connection, number: int, table: str, indicators: Iterable[str]
) -> dict[str, list[Row]]:
    found = defaultdict[str, list[Row]](list)
    for row in rows_at(connection, number, table, "indicator", indicators).values():
        found[row["indicator"]].append(row)
    return found


def _observation_readings(
    connection: sa.Connection, number: int, _table: str, codes: Sequence[str]
) -> Desired:
    results = rows_at(connection, number, "observation", "code", codes)
    targets = _by_indicator(
        connection, number, "target", {row["indicator"] for row in results.values()}
    )
    named = {target["plan"] for some in targets.values() for target in some}
    plans = rows_at(connection, number, "plan", "code", named)
    found: Desired = {}
    for code, result in results.items():
        answered = answered_by(result, targets[result["indicator"]], plans)
        found[code] = {
            "code": code,
            "target": answered and answered["code"],
            "plan": answered and answered["plan"],
            "year": answered and answered["year"],
        }
    return found


def _indicator_readings(
    connection: sa.Connection, number: int, _table: str, codes: Sequence[str]
) -> Desired:
    targets = _by_indicator(connection, number, "target", codes)
    results = _by_indicator(connection, number, "observation", codes)
    there = rows_at(connection, number, "indicator", "code", codes)
    promised = {code: _promise_of(targets[code]) for code in there}
    readings = rows_at(
        connection, number, "target_reading", "code", [p["code"] for p in promised.values() if p]
    )
    return {
        code: _indicator_reading(code, promised[code], results[code], readings) for code in there
    }


def _promise_of(targets: Sequence[Row]) -> Row | None:
    """The promise that counts now: the newest plan's, and of several the one due first."""
    ordered = sorted(targets, key=lambda row: (-row["year"], row["due"], row["code"]))
    return ordered[0] if ordered else None


def _indicator_reading(
    code: str, promise: Row | None, results: Sequence[Row], readings: Desired
) -> Row:
    latest = max(results, key=recency, default=None)
    reading = readings.get(promise["code"]) if promise else None
    return {
        "code": code,
        "target": promise and promise["code"],
        "latest_period": latest and latest["period"],
        "latest_value": latest and latest["value"],
        "latest_value_status": latest and latest["value_status"],
        "attainment": reading and reading["attainment"],
        "attainment_reason": reading and reading["attainment_reason"],
    }


def _texts(connection: sa.Connection, number: int, table: str, codes: Sequence[str]) -> Desired:
    resource = _searched()[table]
    found: Desired = {}
    for start in range(0, len(codes), CHUNK):
        found |= _some_texts(connection, number, resource, codes[start : start + CHUNK])
    return found


def _some_texts(
    connection: sa.Connection, number: int, resource: Resource, codes: Sequence[str]
) -> Desired:
    assert resource.searched
    snapshot = Snapshot(connection.connection.driver_connection, connection.dialect.name)
    names, texts = resource.searched.names, resource.searched.texts
    wanted = padded(codes)
    shape = Shape(
        resource=resource,
        columns=(*names, *texts),
        sort=(resource.key,),
        filters=((resource.key, len(wanted)),),
        past=True,
        limited=False,
    )
    values = {f"{resource.key}_{n}": code for n, code in enumerate(wanted)}
    rows = rows_statement(shape, snapshot.dialect).run(snapshot, {**values, "release": number})
    there = [row[-1] for row in rows]
    more = _nested_texts(snapshot, number, resource, there)
    return {
        row[-1]: {
            "code": row[-1],
            "names": searchable(row[: len(names)]),
            "words": searchable([*row[:-1], *more[row[-1]]]),
        }
        for row in rows
    }


def _nested_texts(
    snapshot: Snapshot, number: int, resource: Resource, codes: Sequence[str]
) -> dict[str, list[str]]:
    """The searched fields of the rows nested in others, by the others' code."""
    assert resource.searched
    found = defaultdict[str, list[str]](list)
    state = State(number, None, past=True)
    for name, fields in resource.searched.nested:
        (inner,) = (nested for nested in resource.nested if nested.name == name)
        places = [inner.columns.index(field) for field in fields]
        for code, rows in zip(codes, nested_rows(snapshot, inner, codes, state), strict=True):
            found[code] += [row[place] for row in rows for place in places]
    return found


_RULES: dict[str, Callable[[sa.Connection, int, str, Sequence[str]], dict[str, Any]]] = {
    "target_reading": _target_readings,
    "indicator_reading": _indicator_readings,
    "observation_reading": _observation_readings,
    **dict.fromkeys(COUNTED, _counts),
}
"""How the rows of a derived table follow; all other tables hold searched text."""
