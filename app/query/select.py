"""The SELECTs of a request: its shape decides their text, which is made once and kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.db import dialect_named
from app.formats.column import Column
from app.models import CLOCKED, MODELS, metadata
from app.models.base import Count, Refers, Via, fields_of, mark, unwrap
from app.query.declare import Asked, Resource, Through
from app.query.params import RELEVANCE
from app.query.statement import Statement, compiled
from app.search import contains, relevance

COUNTED_WITH_QUERY = 1000
"""With words to search for, no more rows than this are counted."""

FACET_VALUES = 100

INTEGER = sa.Integer()


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
    past: bool = False
    """Asked as of a release; else the current rows."""
    after: tuple[bool, ...] | None = None
    """Begins behind a row: for each field of `sort`, whether it is null there."""
    limited: bool = True

    def counted(self) -> "Shape":
        """The same without what does not matter to a count, so that one statement serves all."""
        return replace(self, columns=(), sort=())

    def without(self, name: str) -> "Shape":
        """The same without one filter."""
        return replace(self, filters=tuple(f for f in self.filters if f[0] != name))


def release_parameter() -> sa.BindParameter[int]:
    """The number of the release whose state is asked for."""
    return sa.bindparam("release", type_=INTEGER, unique=False)


def alive(table: sa.FromClause, past: bool) -> sa.ColumnElement[bool]:
    """The one condition by which a row belongs to the state that is asked for."""
    release = release_parameter()
    if "release_to" not in table.c:
        return table.c.number <= release if past else sa.true()
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
    """The rows, with the fields that order them behind their columns."""
    return _Select(shape, dialect).rows()


@lru_cache(maxsize=256)
def proof_statement(
    shape: Shape | None, codes: tuple[tuple[str, int], ...], dialect: str
) -> Statement:
    """One row: the total of a shape, if one is given; then how many codes of each table exist.

    A code of any release exists: what is closed, or not there yet, makes an empty list.
    """
    counted: list[Any] = [_Select(shape, dialect).total()] if shape else []
    for place, (table, count) in enumerate(codes):
        here = metadata.tables[table].c
        values = [sa.bindparam(f"codes{place}_{n}", type_=here.code.type) for n in range(count)]
        known = sa.select(sa.func.count(here.code.distinct()))
        known = known.where(here.code.in_(values))
        counted.append(known.scalar_subquery())
    return compiled(sa.select(*counted), dialect_named(dialect), ())


@lru_cache(maxsize=256)
def facets_statement(shape: Shape, names: tuple[str, ...], dialect: str) -> Statement:
    """Rows of facet, value, number of rows, Chinese and English label."""
    parts = [_Select(shape.without(name), dialect).facet(name) for name in names]
    united = sa.union_all(*parts) if len(parts) > 1 else parts[0]
    return compiled(united, dialect_named(dialect), ())


class _Select:
    """One SELECT in the making: its table, a join for each table read from, its conditions."""

    def __init__(self, shape: Shape, dialect: str):
        self.shape = shape
        self.resource = shape.resource
        self.dialect = dialect
        self.table = metadata.tables[self.resource.table].alias("t")
        self.source: sa.FromClause = self.table
        self.joined: dict[tuple[str, str], sa.FromClause] = {}

    def rows(self) -> Statement:
        shape = self.shape
        columns = [self.resource.column[name] for name in shape.columns]
        keys = [self._key_column(key) for key in shape.sort]
        picked = [self.field(c.name).label(c.name) for c in columns]
        picked += [self.key(key).label(f"key_{bare(key)}") for key in shape.sort]
        where = self.conditions()
        if shape.after is not None:
            where.append(self._behind(shape.after))
        order = [self._ordered(key) for key in shape.sort]
        select = sa.select(*picked).select_from(self.source).where(*where).order_by(*order)
        if shape.limited:
            select = select.limit(sa.bindparam("limit", type_=INTEGER))
        return compiled(select, dialect_named(self.dialect), [*columns, *keys])

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
            sa.literal_column(f"'{name}'").label("facet"),
            _as_text(value, asked.kind).label("value"),
            counted.label("rows"),
            sa.func.min(zh).label("zh"),
            sa.func.min(en).label("en"),
        )
        select = sa.select(*picked).select_from(self.source).where(*where, value.is_not(None))
        select = select.group_by(value).order_by(counted.desc(), value)
        inner = select.limit(sa.literal_column(str(FACET_VALUES))).subquery()
        return sa.select(*inner.c)

    # --- fields and joins ---

    def field(self, name: str) -> sa.ColumnElement[Any]:
        """A field of the published row, or else a column of the table."""
        info = fields_of(self.resource.row).get(name)
        if info is not None:
            if via := mark(info, Via):
                return self._join(via).c[via.column]
            if count := mark(info, Count):
                return self._count(count)
        return self.table.c[name]

    def key(self, key: str) -> sa.ColumnElement[Any]:
        """What a sort key orders by."""
        if key == RELEVANCE:
            text = self._text()
            return relevance(text.c.names, text.c.words, self._words(), self.dialect)
        return self.field(bare(key))

    def _join(self, via: Via) -> sa.FromClause:
        target = via.table or self._referred(via.by)
        if (via.by, target) not in self.joined:
            other = metadata.tables[target].alias(f"{via.by}_{target}")
            on = sa.and_(other.c.code == self.field(via.by), alive(other, self.shape.past))
            self.source = self.source.outerjoin(other, on)
            self.joined[via.by, target] = other
        return self.joined[via.by, target]

    def _referred(self, by: str) -> str:
        refers = mark(self.resource.field(by), Refers)
        if refers is None:
            raise LookupError(f"{self.resource.name}.{by} refers to no table")
        return refers.table

    def _join_through(self, through: Through) -> sa.FromClause:
        other = metadata.tables[through.table].alias("through")
        on = sa.and_(other.c[through.by] == self.table.c[through.of], alive(other, self.shape.past))
        self.source = self.source.join(other, on)
        self.joined["through", through.table] = other
        return other

    def _count(self, count: Count) -> sa.ColumnElement[int]:
        other = metadata.tables[count.table].alias()
        where = [other.c[count.by] == self.table.c.code, alive(other, self.shape.past)]
        if count.where:
            where.append(other.c[count.where[0]] == sa.literal_column(f"'{count.where[1]}'"))
        counted = sa.func.count(*[other.c[name].distinct() for name in [count.distinct] if name])
        select = sa.select(counted).select_from(other).where(*where)
        return select.correlate(self.table).scalar_subquery()

    def _text(self) -> sa.FromClause:
        name = f"{self.resource.table}_text"
        if ("code", name) not in self.joined:
            other = metadata.tables[name].alias("text")
            on = sa.and_(
                other.c.code == self.table.c[self.resource.key], alive(other, self.shape.past)
            )
            self.source = self.source.join(other, on)
            self.joined["code", name] = other
        return self.joined["code", name]

    # --- conditions ---

    def conditions(self, besides: Through | None = None) -> list[sa.ColumnElement[bool]]:
        """What every row must fulfil; filters through some rows may be left to the caller."""
        shape, through = self.shape, defaultdict[Through, list[tuple[Asked, int]]](list)
        where = [alive(self.table, shape.past)]
        for name, count in shape.filters:
            asked = self.resource.asked[name]
            if asked.filter.through:
                through[asked.filter.through].append((asked, count))
            else:
                where.append(self._equals(self.field(asked.filter.field), name, count))
        for rows, filters in through.items():
            if rows != besides:
                where.append(self._exists(rows, filters))
        where += map(self._bound, shape.bounds)
        if shape.words:
            text = self._text()
            where += [contains(text.c.words, word, self.dialect) for word in self._words()]
        return where

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
            alive(other, self.shape.past),
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
        column = self.field(self.resource.bounds[name].field)
        value = sa.bindparam(name, type_=column.type)
        return column >= value if name.endswith("_min") else column <= value

    def _words(self) -> list[sa.BindParameter[str]]:
        return [
            sa.bindparam(f"word_{n}", type_=sa.Text(), unique=False)
            for n in range(self.shape.words)
        ]

    # --- order ---

    def _key_column(self, key: str) -> Column:
        return key_column(self.resource, key)

    def _ordered(self, key: str) -> sa.ColumnElement[Any]:
        column = self.key(key)
        ordered = column.desc() if descends(key) else column.asc()
        return ordered.nulls_last() if self._key_column(key).nullable else ordered

    def _behind(self, nulls: Sequence[bool]) -> sa.ColumnElement[bool]:
        """The rows behind one whose keys are given; a null stands behind every value."""
        condition: sa.ColumnElement[bool] = sa.false()
        for key, null in reversed(list(zip(self.shape.sort, nulls, strict=True))):
            column = self.key(key)
            if null:
                condition = sa.and_(column.is_(None), condition)
                continue
            last = sa.bindparam(f"after_{bare(key)}", type_=column.type)
            further = column < last if descends(key) else column > last
            if self._key_column(key).nullable:
                further = sa.or_(further, column.is_(None))
            condition = sa.or_(further, sa.and_(column == last, condition))
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
                on = sa.and_(other.c.code == value, alive(other, self.shape.past))
                self.source = self.source.outerjoin(other, on)
                return other.c[f"{stem}_zh"], other.c[f"{stem}_en"]
        return nothing, nothing


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
