"""A request's shape becomes SQL text once; its values are bound each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.db import Snapshot, dialect_named
from app.formats.base import Row
from app.formats.column import Column
from app.models import CLOCKED, metadata
from app.models.base import Count, Refers, Via, columns_of, mark, public_fields


@dataclass(frozen=True)
class Shape:
    """All of a request that decides its SQL text; its values do not."""

    table: str
    row: type[SQLModel]
    columns: tuple[str, ...]
    order: tuple[str, ...]
    filters: tuple[tuple[str, int], ...]
    """Column and how many values it is compared with."""
    past: bool
    """Asked as of a release; else the current rows."""
    after: bool = False
    """Begins behind a row."""
    limited: bool = True
    counts: bool = False
    """Only the number of rows."""


Values = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """SQL text with the order of its values, and what must be mended in the driver's rows."""

    sql: str
    names: tuple[str, ...] | None
    """Positional parameters in order; None = the driver takes them by name."""
    fixed: Values
    mend: tuple[tuple[int, Callable[[Any], Any]], ...] = ()

    def run(self, snapshot: Snapshot, values: Values) -> list[Row]:
        """The rows for these values."""
        bound = {**self.fixed, **values}
        given = bound if self.names is None else [bound[name] for name in self.names]
        rows = snapshot.rows(self.sql, given)
        return [self._mended(row) for row in rows] if self.mend else rows

    def _mended(self, row: Row) -> Row:
        cells = list(row)
        for index, mended in self.mend:
            if cells[index] is not None:
                cells[index] = mended(cells[index])
        return tuple(cells)


def shortest(value: float) -> int | float:
    """60.0 is printed as 60."""
    return int(value) if value.is_integer() else value


MENDED: dict[str, Callable[[Any], Any]] = {"boolean": bool, "number": shortest}


def compiled(
    statement: sa.Select[Any], dialect: sa.Dialect, columns: Sequence[Column]
) -> Statement:
    """A statement as text for the driver."""
    done = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    positions = done.positiontup
    return Statement(
        sql=str(done),
        names=tuple(positions) if positions is not None else None,
        fixed=dict(done.params),
        mend=tuple(
            (index, MENDED[column.type])
            for index, column in enumerate(columns)
            if column.type in MENDED
        ),
    )


def alive(table: sa.FromClause, past: bool) -> sa.ColumnElement[bool]:
    """The one condition by which a row belongs to the state that is asked for."""
    if not past:
        return table.c.release_to.is_(None)
    release = sa.bindparam("release", type_=sa.Integer, unique=False)
    return sa.and_(
        table.c.release_from <= release,
        sa.or_(table.c.release_to.is_(None), table.c.release_to > release),
    )


@lru_cache(maxsize=512)
def statement_for(shape: Shape, dialect_name: str) -> Statement:
    """The statement of a shape; kept, since making it costs more than running it."""
    return _Maker(shape).make(dialect_named(dialect_name))


class _Maker:
    """Builds the SELECT of a shape: its table, a join per table read from, its conditions."""

    def __init__(self, shape: Shape):
        self.shape = shape
        self.table = metadata.tables[shape.table].alias("t")
        self.source: sa.FromClause = self.table
        self.joined: dict[str, sa.FromClause] = {}

    def make(self, dialect: sa.Dialect) -> Statement:
        shape = self.shape
        where = [alive(self.table, shape.past), *map(self._filter, shape.filters)]
        if shape.counts:
            counted = sa.select(sa.func.count()).select_from(self.table).where(*where)
            return compiled(counted, dialect, ())
        chosen = [c for c in columns_of(shape.row) if c.name in shape.columns]
        fields = public_fields(shape.row)
        by_name = {(info.alias or name): info for name, info in fields.items()}
        ordered = sorted(chosen, key=lambda c: shape.columns.index(c.name))
        picked = [self._field(c.name, by_name[c.name]).label(c.name) for c in ordered]
        keys = [
            self.table.c[key.lstrip("-")].label(f"key_{key.lstrip('-')}") for key in shape.order
        ]
        if shape.after:
            where.append(self._behind())
        order = [self._direction(key) for key in shape.order]
        select = sa.select(*picked, *keys).select_from(self.source).where(*where).order_by(*order)
        if shape.limited:
            select = select.limit(sa.bindparam("limit", type_=sa.Integer))
        return compiled(select, dialect, ordered)

    def _filter(self, chosen: tuple[str, int]) -> sa.ColumnElement[bool]:
        name, count = chosen
        column = self.table.c[name]
        values = [sa.bindparam(f"{name}_{n}", type_=column.type) for n in range(count)]
        return column == values[0] if count == 1 else column.in_(values)

    def _direction(self, key: str) -> sa.ColumnElement[Any]:
        column = self.table.c[key.lstrip("-")]
        return column.desc() if key.startswith("-") else column.asc()

    def _behind(self) -> sa.ColumnElement[bool]:
        condition: sa.ColumnElement[bool] = sa.false()
        for key in reversed(self.shape.order):
            column = self.table.c[key.lstrip("-")]
            last = sa.bindparam(f"after_{key.lstrip('-')}", type_=column.type)
            further = column < last if key.startswith("-") else column > last
            condition = sa.or_(further, sa.and_(column == last, condition))
        return condition

    def _field(self, name: str, info: Any) -> sa.ColumnElement[Any]:
        if via := mark(info, Via):
            return self._join(via).c[via.column]
        if count := mark(info, Count):
            return self._count(count)
        return self.table.c[name]

    def _join(self, via: Via) -> sa.FromClause:
        target = via.table or self._referred(via.by)
        label = f"{via.by}_{target}"
        if label not in self.joined:
            other = metadata.tables[target].alias(label)
            on = sa.and_(other.c.code == self.table.c[via.by], alive(other, self.shape.past))
            self.source = self.source.outerjoin(other, on)
            self.joined[label] = other
        return self.joined[label]

    def _referred(self, by: str) -> str:
        refers = mark(CLOCKED[self.shape.table].model_fields[by], Refers)
        if refers is None:
            raise LookupError(f"{self.shape.table}.{by} refers to no table")
        return refers.table

    def _count(self, count: Count) -> sa.ColumnElement[int]:
        other = metadata.tables[count.table].alias()
        where = [other.c[count.by] == self.table.c.code, alive(other, self.shape.past)]
        if count.where:
            where.append(other.c[count.where[0]] == sa.literal_column(f"'{count.where[1]}'"))
        return (
            sa.select(sa.func.count())
            .select_from(other)
            .where(*where)
            .correlate(self.table)
            .scalar_subquery()
        )
