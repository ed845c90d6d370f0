"""The SELECTs of a request: its shape decides their text, which is made once and kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from app.db import dialect_named
from app.formats.column import Column
from app.models import CLOCKED, MODELS, ORDERS, metadata
from app.models.base import (
    PLACES,
    Clock,
    Count,
    Via,
    column_of,
    fields_of,
    key_of,
    mark,
    unwrap,
)
from app.models.counts import COUNTED
from app.query.declare import Asked, Resource, Through
from app.query.params import RELEVANCE
from app.query.statement import Statement, compiled
from app.search import candidates, contains, may_contain, relevance

COUNTED_WITH_QUERY = 1000
"""With words to search for, no more rows than this are counted."""

FACET_VALUES = 100

MANY = 10_000
"""Rows with a word that are never all looked up."""

INTEGER = sa.Integer()

RELEASE_TO = column_of("release_to", Clock.model_fields["release_to"])
"""The column that `since` and all versions of a figure have beside the usual ones."""


@dataclass(frozen=True)
class Shape:
    """All of a request that decides its SQL text; its values do not."""

    resource: Resource
    columns: tuple[str, ...]
    sort: tuple[str, ...]
    """Fields in order, `-` for descending; the last one is the key."""
    filters: tuple[tuple[str, int], ...] = ()
    """Filters and with how many values each compares."""
    bounds: tuple[str, ...] = ()
    """Ranges by the names of their parameters."""
    words: int = 0
    """How many words are searched for."""
    few: bool = False
    """Few rows can have them: to count, these are looked up; else all rows are read."""
    rare: bool = False
    """So few that also a page looks them all up; else it is read in its order until it is full."""
    past: bool = False
    """Asked as of a release; else the current rows."""
    since: bool = False
    """Only what reads differently than in an earlier release, and what is gone."""
    after: tuple[bool, ...] | None = None
    """Begins behind a row: for each field of `sort`, whether it is null there."""
    limited: bool = True

    def counted(self) -> "Shape":
        """The same without what does not matter to a count, so that one statement serves all."""
        columns = self.columns if self.since else ()
        return replace(self, columns=columns, sort=(), rare=self.few, few=False)

    @property
    def tells_end(self) -> bool:
        """Whether rows can be gone since, so that `release_to` tells which are."""
        return self.since and "release_to" in metadata.tables[self.resource.table].c

    @property
    def behind(self) -> tuple[str, ...]:
        """The sort keys whose fields stand behind the columns: on a page only what is not shown."""
        if self.since or not self.limited:
            return self.sort
        return tuple(key for key in self.sort if bare(key) not in self.columns)

    def without(self, name: str) -> "Shape":
        """The same without one filter."""
        return replace(self, filters=tuple(f for f in self.filters if f[0] != name))


def release_parameter() -> sa.BindParameter[int]:
    """The number of the release whose state is asked for."""
    return sa.bindparam("release", type_=INTEGER, unique=False)


def needed_parameter() -> sa.BindParameter[str]:
    """What the index of searched text must hold of a row."""
    return sa.bindparam("needed", type_=sa.Text(), unique=False)


def since_parameter() -> sa.BindParameter[int]:
    """The number of the release with which the state is compared."""
    return sa.bindparam("since", type_=INTEGER, unique=False)


def alive(
    table: sa.FromClause, past: bool, release: sa.BindParameter[int] | None = None
) -> sa.ColumnElement[bool]:
    """The one condition by which a row belongs to the state that is asked for.

    Rows of a table without a clock belong to every state from their release on.
    """
    release = release_parameter() if release is None else release
    if "release_to" not in table.c:
        number = table.c.release if "release" in table.c else table.c.number
        return number <= release if past else sa.true()
    if not past:
        return table.c.release_to.is_(None)
    return sa.and_(
        table.c.release_from <= release,
        sa.or_(table.c.release_to.is_(None), table.c.release_to > release),
    )


def bare(key: str) -> str:
    """The field that a sort key names."""
    return key.removeprefix("-")


@lru_cache(maxsize=512)
def rows_statement(shape: Shape, dialect: str) -> Statement:
    """The rows, with the fields that order them behind their columns, as `Shape.behind` says.

    With `since`, `release_to` stands between them.
    """
    return _Since(shape, dialect).rows() if shape.since else _Select(shape, dialect).rows()


@lru_cache(maxsize=256)
def proof_statement(
    shape: Shape | None, codes: tuple[tuple[str, int], ...], dialect: str
) -> Statement:
    """One row: the total of a shape, if one is given; then how many codes of each table exist.

    A code of any release exists: what is closed, or not there yet, makes an empty list.
    """
    counted: list[Any] = []
    if shape:
        counted = [(_Since if shape.since else _Select)(shape, dialect).total()]
    for place, (table, count) in enumerate(codes):
        here = metadata.tables[table].c
        values = [sa.bindparam(f"codes{place}_{n}", type_=here.code.type) for n in range(count)]
        known = sa.select(sa.func.count(here.code.distinct()))
        known = known.where(here.code.in_(values))
        counted.append(known.scalar_subquery())
    return compiled(sa.select(*counted), dialect_named(dialect), ())


@lru_cache(maxsize=32)
def candidates_statement(table: str, dialect: str) -> Statement:
    """One row: how many rows of any release may have the words of a query, and how many there are.

    The first is counted up to MANY and one, the second is the newest row's number.
    """
    text = metadata.tables[f"{table}_text"]
    most: sa.ColumnElement[int] = sa.literal_column(str(MANY + 1))
    found = candidates(text, needed_parameter(), dialect).limit(most).subquery()
    counted = sa.select(sa.func.count()).select_from(found).scalar_subquery()
    newest = sa.select(sa.func.max(text.c.row_id)).scalar_subquery()
    return compiled(sa.select(counted, newest), dialect_named(dialect), ())


@lru_cache(maxsize=256)
def facet_statement(shape: Shape, name: str, dialect: str) -> Statement:
    """Rows of value, number of rows, Chinese and English label."""
    facet = _Select(shape.without(name), dialect).facet(name)
    return compiled(facet, dialect_named(dialect), ())


class _Select:
    """One SELECT in the making: its table, a join for each table read from, its conditions."""

    def __init__(
        self,
        shape: Shape,
        dialect: str,
        earlier: bool = False,
        prefix: str = "",
    ):
        self.shape = shape
        self.resource = shape.resource
        self.dialect = dialect
        self.prefix = prefix
        """Before the names of tables, so that one SELECT can stand inside another."""
        self.past = earlier or shape.past
        self.release = since_parameter() if earlier else release_parameter()
        self.table = metadata.tables[self.resource.table].alias(f"{prefix}t")
        self.source: sa.FromClause = self.table
        self.joined: dict[tuple[str, str], sa.FromClause] = {}

    def rows(self) -> Statement:
        """The rows; of a page first which they are, then what they say."""
        shape = self.shape
        columns = [self.resource.column[name] for name in shape.columns]
        keys = [self.key_column(key) for key in shape.behind]
        if shape.limited:
            select = self._of_page(self._page())
        else:
            select = self.picking([*self.columns(), *self.keys()], self.conditions())
            select = select.order_by(*[self._ordered(key) for key in shape.sort])
        return compiled(select, dialect_named(self.dialect), [*columns, *keys])

    def _page(self) -> sa.Subquery:
        """Which rows a page has, and the fields that order them."""
        picked = [self._identity().label("row"), *self.keys()]
        where = self.conditions()
        parts = []
        for behind in self._stretches():
            part = sa.select(*picked).select_from(self.source).where(*where, *behind)
            part = part.order_by(*[self._ordered(key) for key in self.shape.sort])
            parts.append(limited(part, self.shape))
        if len(parts) == 1:
            return parts[0].subquery("page")
        # A database that stands at a place in an index must be told so, stretch by stretch.
        every = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery("stretches")
        order = [self._in_order(key, every) for key in self.shape.sort]
        return limited(sa.select(every).order_by(*order), self.shape).subquery("page")

    def _of_page(self, page: sa.Subquery) -> sa.Select[Any]:
        """What the rows of a page say."""
        rows = _Select(self.shape, self.dialect)
        rows.source = page.join(rows.table, rows._identity() == page.c.row)
        picked = [*rows.columns(), *(page.c[f"key_{bare(key)}"] for key in self.shape.behind)]
        order = [self._in_order(key, page) for key in self.shape.sort]
        return sa.select(*picked).select_from(rows.source).order_by(*order)

    def _identity(self) -> sa.ColumnElement[Any]:
        """What tells one version of a row from all others."""
        (column,) = metadata.tables[self.resource.table].primary_key
        return self.table.c[column.name]

    def _in_order(self, key: str, rows: sa.FromClause) -> sa.ColumnElement[Any]:
        return ordered(self.resource, key, rows.c[f"key_{bare(key)}"])

    def columns(self) -> list[sa.Label[Any]]:
        """The fields that are shown."""
        return [self.field(name).label(name) for name in self.shape.columns]

    def keys(self) -> list[sa.Label[Any]]:
        """The fields that order the rows."""
        return [self.key(key).label(f"key_{bare(key)}") for key in self.shape.sort]

    def picking(
        self, picked: Sequence[Any], where: Sequence[sa.ColumnElement[bool]]
    ) -> sa.Select[Any]:
        """Some fields of the rows that fulfil conditions, behind the place where a page begins."""
        shape = self.shape
        behind = [] if shape.after is None else [self._behind(shape.sort, shape.after)]
        return sa.select(*picked).select_from(self.source).where(*where, *behind)

    def alive(self, table: sa.FromClause) -> sa.ColumnElement[bool]:
        """Whether a row belongs to the state that is shown."""
        return alive(table, self.past, self.release)

    def total(self) -> sa.ScalarSelect[int]:
        """The number of rows; with words to search for, no further than is told."""
        where = self.conditions()
        if not self.shape.words:
            counted = sa.select(sa.func.count()).select_from(self.source).where(*where)
            return counted.scalar_subquery()
        one: sa.ColumnElement[int] = sa.literal_column("1")
        most: sa.ColumnElement[int] = sa.literal_column(str(COUNTED_WITH_QUERY + 1))
        some = sa.select(one.label("one")).select_from(self.source).where(*where).limit(most)
        return sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery()

    def facet(self, name: str) -> sa.Select[Any]:
        """The values of a filter with how many rows have each, most first."""
        asked = self.resource.asked[name]
        where = self.conditions(besides=asked.filter.through)
        if asked.filter.through:
            value: sa.ColumnElement[Any] = self._join_through(asked.filter.through).c[
                asked.filter.field
            ]
            where += self._through(asked.filter.through)
            counted = sa.func.count(self.table.c[self.resource.key].distinct())
        else:
            value = self.field(asked.filter.field)
            counted = sa.func.count()
        zh, en = self._labels(asked, value)
        picked: tuple[sa.ColumnElement[Any], ...] = (
            _as_text(value, asked.kind).label("value"),
            counted.label("rows"),
            sa.func.min(zh).label("zh"),
            sa.func.min(en).label("en"),
        )
        select = sa.select(*picked).select_from(self.source).where(*where, value.is_not(None))
        select = select.group_by(value).order_by(counted.desc(), value)
        return select.limit(sa.literal_column(str(FACET_VALUES)))

    # --- fields and joins ---

    def field(self, name: str) -> sa.ColumnElement[Any]:
        """A field of the published row, or else a column of the table."""
        info = fields_of(self.resource.row).get(name)
        if info is not None:
            if via := mark(info, Via):
                return self._join(via).c[via.column]
            if count := mark(info, Count):
                return self._counted(name, count)
        return self.table.c[name]

    def key(self, key: str) -> sa.ColumnElement[Any]:
        """What a sort key orders by."""
        if key == RELEVANCE:
            text = self._text()
            return relevance(text.c.names, text.c.words, self._words(), self.dialect)
        return self.field(bare(key))

    def _join(self, via: Via) -> sa.FromClause:
        target = self.resource.table_of(via)
        if (via.by, target) not in self.joined:
            other = metadata.tables[target].alias(f"{self.prefix}{via.by}_{target}")
            on = sa.and_(key_of(other) == self.field(via.by), self.alive(other))
            self.source = self.source.outerjoin(other, on)
            self.joined[via.by, target] = other
        return self.joined[via.by, target]

    def _join_through(self, through: Through) -> sa.FromClause:
        other = metadata.tables[through.table].alias("through")
        on = sa.and_(other.c[through.by] == self.table.c[through.of], self.alive(other))
        self.source = self.source.join(other, on)
        self.joined["through", through.table] = other
        return other

    def _counted(self, name: str, count: Count) -> sa.ColumnElement[int]:
        """What the writer counted, where it did; else it is counted here."""
        table = f"{self.resource.table}_counts"
        if table in COUNTED:
            return self._join(Via("code", name, count.after, table)).c[name]
        assert not count.where, "only the writer counts some of the rows"
        other = metadata.tables[count.table].alias()
        counted = other.c[count.distinct].distinct() if count.distinct else sa.literal_column("1")
        select = sa.select(sa.func.count(counted)).select_from(other)
        select = select.where(other.c[count.by] == key_of(self.table), self.alive(other))
        return select.correlate(self.table).scalar_subquery()

    def _text(self) -> sa.FromClause:
        name = f"{self.resource.table}_text"
        if ("code", name) not in self.joined:
            other = metadata.tables[name].alias(f"{self.prefix}text")
            on = sa.and_(other.c.code == self.table.c[self.resource.key], self.alive(other))
            self.source = self.source.join(other, on)
            self.joined["code", name] = other
        return self.joined["code", name]

    # --- conditions ---

    def conditions(self, besides: Through | None = None) -> list[sa.ColumnElement[bool]]:
        """What every row must fulfil; filters through some rows may be left to the caller."""
        shape, through = self.shape, defaultdict[Through, list[tuple[Asked, int]]](list)
        where = [self.alive(self.table)]
        for name, count in shape.filters:
            asked = self.resource.asked.get(name)
            if asked and asked.filter.through:
                through[asked.filter.through].append((asked, count))
            else:
                field = asked.filter.field if asked else name
                where.append(self._equals(self._asked_last(self.field(field)), name, count))
        for rows, filters in through.items():
            if rows != besides:
                where.append(self._exists(rows, filters))
        where += map(self._bound, shape.bounds)
        if shape.words:
            where += self._matches()
        return where

    def _asked_last(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """A field that must not lead to rows where the index of words leads to few of them.

        SQLite takes a year's rows for fewer than those of a word that hardly any row has.
        """
        if not self.shape.rare or self.dialect != "sqlite":
            return column
        return UnaryExpression(column, operator=custom_op("+"), type_=column.type)

    def _matches(self) -> list[sa.ColumnElement[bool]]:
        """Whether the text of a row has all words."""
        shape = self.shape
        if shape.rare or shape.since or RELEVANCE in shape.sort:
            text = self._text()
            found = [contains(text.c.words, word, self.dialect) for word in self._words()]
            rare = may_contain(text, needed_parameter(), self.dialect)
            return [rare, *found] if shape.rare else found
        # Not a join: databases would begin with the text, and read all of it before the first row.
        text = metadata.tables[f"{self.resource.table}_text"].alias()
        found = [contains(text.c.words, word, self.dialect) for word in self._words()]
        select = sa.select(sa.and_(*found)).select_from(text)
        select = select.where(text.c.code == self.table.c[self.resource.key], self.alive(text))
        return [select.correlate(self.table).scalar_subquery()]

    def _equals(
        self, column: sa.ColumnElement[Any], name: str, count: int
    ) -> sa.ColumnElement[bool]:
        values = [sa.bindparam(f"{name}_{n}", type_=column.type) for n in range(count)]
        return column == values[0] if count == 1 else column.in_(values)

    def _exists(
        self, through: Through, filters: Sequence[tuple[Asked, int]]
    ) -> sa.ColumnElement[bool]:
        other = metadata.tables[through.table].alias()
        where = [
            other.c[through.by] == self.table.c[through.of],
            self.alive(other),
            *(
                self._equals(other.c[asked.filter.field], asked.filter.name, count)
                for asked, count in filters
            ),
        ]
        return sa.exists(sa.select(sa.literal_column("1")).select_from(other).where(*where))

    def _through(self, through: Through) -> list[sa.ColumnElement[bool]]:
        """The filters through some rows, on the join of these rows."""
        other = self.joined["through", through.table]
        return [
            self._equals(other.c[asked.filter.field], name, count)
            for name, count in self.shape.filters
            for asked in [self.resource.asked[name]]
            if asked.filter.through == through
        ]

    def _bound(self, name: str) -> sa.ColumnElement[bool]:
        bound = self.resource.bounds[name]
        column = self._asked_last(self.field(bound.field))
        value = sa.bindparam(name, type_=column.type)
        return column >= value if bound.least else column <= value

    def _words(self) -> list[sa.BindParameter[str]]:
        return [
            sa.bindparam(f"word_{n}", type_=sa.Text(), unique=False)
            for n in range(self.shape.words)
        ]

    # --- order ---

    def key_column(self, key: str) -> Column:
        """What a sort key holds."""
        return key_column(self.resource, key)

    def _ordered(self, key: str) -> sa.ColumnElement[Any]:
        return ordered(self.resource, key, self.key(key))

    def _stretches(self) -> list[list[sa.ColumnElement[bool]]]:
        """Conditions that together hold for the rows behind the place where a page begins.

        In the default order each is a range of the index that has it.
        """
        shape, nulls = self.shape, self.shape.after
        if nulls is None:
            return [[]]
        order = ORDERS.get(self.resource.table, ())[:PLACES]
        indexed = len(order) if shape.sort[: len(order)] == order else 0
        same: list[sa.ColumnElement[bool]] = []
        found = []
        for key in shape.sort[:indexed]:
            found.append([*same, self._further(key)])
            same.append(self.key(key) == self._last(key))
        rest = self._behind(shape.sort[indexed:], nulls[indexed:])
        return [*found, [*same, rest]]

    def _last(self, key: str) -> sa.BindParameter[Any]:
        """The key of the row behind which a page begins."""
        return sa.bindparam(f"after_{bare(key)}", type_=self.key(key).type)

    def _further(self, key: str) -> sa.ColumnElement[bool]:
        """Whether a row stands behind that one by this key; a null stands behind every value."""
        column, last = self.key(key), self._last(key)
        further = column < last if descends(key) else column > last
        nullable = self.key_column(key).nullable
        return sa.or_(further, column.is_(None)) if nullable else further

    def _behind(self, sort: Sequence[str], nulls: Sequence[bool]) -> sa.ColumnElement[bool]:
        """Whether a row stands behind that one by some keys."""
        condition: sa.ColumnElement[bool] = sa.false()
        for key, null in reversed(list(zip(sort, nulls, strict=True))):
            if null:
                condition = sa.and_(self.key(key).is_(None), condition)
            else:
                same = sa.and_(self.key(key) == self._last(key), condition)
                condition = sa.or_(self._further(key), same)
        return condition

    # --- labels of facets ---

    def _labels(
        self, asked: Asked, value: sa.ColumnElement[Any]
    ) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
        """The name of the row that a code stands for; null where it has none of its own."""
        nothing = sa.cast(sa.null(), sa.Text())
        fields = fields_of(MODELS[asked.refers]) if asked.refers else {}
        for stem in ("title", "name"):
            if f"{stem}_zh" in fields and asked.refers in CLOCKED:
                other = metadata.tables[asked.refers].alias("label")
                on = sa.and_(other.c.code == value, self.alive(other))
                self.source = self.source.outerjoin(other, on)
                return other.c[f"{stem}_zh"], other.c[f"{stem}_en"]
        return nothing, nothing


class _Since:
    """What a list shows in a state and did not show, or not so, in an earlier release.

    Two SELECTs: rows of the state that differ, and rows of the earlier release that are gone.
    """

    def __init__(self, shape: Shape, dialect: str):
        self.shape = shape
        self.dialect = dialect
        self.resource = shape.resource

    def rows(self) -> Statement:
        shape = self.shape
        parts = self._parts(keys=True)
        both = (sa.union_all(*parts) if len(parts) > 1 else parts[0]).subquery("both")
        order = [ordered(self.resource, key, both.c[f"key_{bare(key)}"]) for key in shape.sort]
        columns = [self.resource.column[name] for name in shape.columns]
        end = [RELEASE_TO] if shape.tells_end else []
        keys = [key_column(self.resource, key) for key in shape.sort]
        return compiled(
            limited(sa.select(*both.c).order_by(*order), shape),
            dialect_named(self.dialect),
            [*columns, *end, *keys],
        )

    def total(self) -> sa.ColumnElement[int]:
        """The number of rows of both kinds."""
        total: sa.ColumnElement[int] = sa.literal_column("0")
        for part in self._parts(keys=False):
            counted = sa.select(sa.func.count()).select_from(part.subquery())
            total = total + counted.scalar_subquery()
        return total

    def _parts(self, keys: bool) -> list[sa.Select[Any]]:
        parts = [self._differing(keys)]
        return [*parts, self._gone(keys)] if self.shape.tells_end else parts

    def _differing(self, keys: bool) -> sa.Select[Any]:
        now = _Select(self.shape, self.dialect)
        then = _Select(self._whole(), self.dialect, earlier=True, prefix="then_")
        nothing = sa.cast(sa.null(), INTEGER).label(RELEASE_TO.name)
        end = [nothing] if self.shape.tells_end else []
        picked = [*now.columns(), *end, *(now.keys() if keys else ())]
        where = [*now.conditions(), *self._candidates(now)]
        same = [then.field(n).is_not_distinct_from(now.field(n)) for n in self.shape.columns]
        return now.picking(picked, [*where, ~_stands(then, now, same)])

    def _gone(self, keys: bool) -> sa.Select[Any]:
        then = _Select(self.shape, self.dialect, earlier=True)
        now = _Select(self._whole(), self.dialect, prefix="now_")
        release, closed = release_parameter(), then.table.c.release_to
        until = sa.case((closed <= release, closed), else_=release).label(RELEASE_TO.name)
        picked = [*then.columns(), until, *(then.keys() if keys else ())]
        where = [*then.conditions(), *self._candidates(then)]
        return then.picking(picked, [*where, ~_stands(now, then, [])])

    def _whole(self) -> Shape:
        """The list from its beginning: where a page begins does not matter to what it holds."""
        return replace(self.shape, after=None)

    def _candidates(self, select: _Select) -> list[sa.ColumnElement[bool]]:
        """A short way past all rows of which nothing was touched."""
        if not self.shape.tells_end:
            return []
        touched = sa.union_all(*Touched(self.shape).selects())
        return [select.table.c[self.resource.key].in_(touched)]


def _stands(
    inner: _Select, outer: _Select, more: Sequence[sa.ColumnElement[bool]]
) -> sa.ColumnElement[bool]:
    """Whether the other state has the row of the same key, and more holds for the two."""
    key = inner.resource.key
    where = [*inner.conditions(), inner.table.c[key] == outer.table.c[key], *more]
    one: sa.ColumnElement[int] = sa.literal_column("1")
    found = sa.select(one).select_from(inner.source).where(*where)
    return sa.exists(found.correlate_except(inner.table, *inner.joined.values()))


@dataclass(frozen=True)
class Touched:
    """Which rows of a shape may read differently, told by the clocks of all that they rest on."""

    shape: Shape

    def selects(self) -> list[sa.Select[Any]]:
        """SELECTs of keys; together they have every row that differs, and others."""
        resource = self.shape.resource
        found = [_clocked_between(resource.table, resource.key)]
        for name in dict.fromkeys(self._fields()):
            info = fields_of(resource.row).get(name)
            if info and (via := mark(info, Via)):
                table = resource.table_of(via)
                found += self._whose(via.by, _clocked_between(table, "code"))
            elif info and (count := mark(info, Count)):
                kept = f"{resource.table}_counts"
                table, give = (kept, "code") if kept in COUNTED else (count.table, count.by)
                found.append(_clocked_between(table, give))
        for name, _ in self.shape.filters:
            asked = resource.asked.get(name)
            if asked and (through := asked.filter.through):
                found += self._whose(through.of, _clocked_between(through.table, through.by))
        if self.shape.words:
            found.append(_clocked_between(f"{resource.table}_text", "code"))
        return found

    def _fields(self) -> list[str]:
        resource, shape = self.shape.resource, self.shape
        asked = [resource.asked.get(name) for name, _ in shape.filters]
        return [
            *shape.columns,
            *(bare(key) for key in shape.sort),
            *(a.filter.field for a in asked if a and not a.filter.through),
            *(resource.bounds[name].field for name in shape.bounds),
        ]

    def _whose(self, name: str, codes: sa.Select[Any]) -> list[sa.Select[Any]]:
        """SELECTs of the keys of rows whose field is one of some codes."""
        resource = self.shape.resource
        if name == resource.key:
            return [codes]
        info = fields_of(resource.row).get(name)
        if info and (via := mark(info, Via)):
            table = resource.table_of(via)
            other = metadata.tables[table].c
            found = sa.select(other.code).where(other[via.column].in_(codes))
            # The field also changes where the row between leads elsewhere.
            between = _clocked_between(table, "code")
            return [*self._whose(via.by, found), *self._whose(via.by, between)]
        here = metadata.tables[resource.table].c
        return [sa.select(here[resource.key]).where(here[name].in_(codes))]


def _clocked_between(table: str, give: str) -> sa.Select[Any]:
    """From each row that was opened or closed behind the earlier release: one of its fields."""
    here, since, release = metadata.tables[table].c, since_parameter(), release_parameter()
    opened = sa.select(here[give].label("code")).where(
        here.release_from > since, here.release_from <= release
    )
    closed = sa.select(here[give].label("code")).where(
        here.release_to > since, here.release_to <= release
    )
    either = sa.union_all(opened, closed).subquery()
    return sa.select(either.c.code)


def limited(select: sa.Select[Any], shape: Shape) -> sa.Select[Any]:
    """The statement with its limit, where the shape has one."""
    return select.limit(sa.bindparam("limit", type_=INTEGER)) if shape.limited else select


def ordered(resource: Resource, key: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column in the order that a sort key asks for; nulls come last."""
    order = column.desc() if descends(key) else column.asc()
    return order.nulls_last() if key_column(resource, key).nullable else order


def descends(key: str) -> bool:
    """Whether a sort key goes from large to small; the best match always comes first."""
    return key.startswith("-") or key == RELEVANCE


def key_column(resource: Resource, key: str) -> Column:
    """What a sort key holds; table columns that are not published are never null."""
    if key == RELEVANCE:
        return Column(RELEVANCE, "integer", "相关度", "Relevance", nullable=False)
    name = bare(key)
    if name in resource.column:
        return resource.column[name]
    kind = unwrap(resource.field(name).annotation)[0]
    return Column(name, "integer" if kind is int else "text", "", "", nullable=False)


def _as_text(value: sa.ColumnElement[Any], kind: type) -> sa.ColumnElement[str]:
    """A value as text, the same on both databases."""
    if kind is bool:
        return sa.case((value, sa.literal_column("'true'")), else_=sa.literal_column("'false'"))
    return sa.cast(value, sa.Text())
