"""What all tables and published rows share: clock, references, joined and counted columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import sqlalchemy as sa
from pydantic.fields import FieldInfo
from sqlmodel import Field, SQLModel

from app.formats.column import Choice, Column, ColumnType

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by code point on both databases."""

CODE_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
CODE_LENGTH = 80

Mark = TypeVar("Mark")

PLACES = 2
"""Columns of a default order that together leave few rows: those of one plan or indicator."""

naming = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
SQLModel.metadata.naming_convention = naming
# Rows are read as tuples: what would validate them is made where somebody asks for it.
SQLModel.model_config["defer_build"] = True


@dataclass(frozen=True)
class Zh:
    """The meaning of a field in Chinese; its `description` gives it in English."""

    text: str


@dataclass(frozen=True)
class Refers:
    """The field holds a code of this table."""

    table: str


@dataclass(frozen=True)
class Filtered:
    """The field can be asked for, so it has an index for now and one for the past.

    Closed lists, references and truth values can be asked for without this mark.
    """


@dataclass(frozen=True)
class Long:
    """The field holds prose or an address: too long to sort by, since cursors carry the keys."""


@dataclass(frozen=True)
class Typed:
    """The field is text that holds something else: an instant, or any value of JSON."""

    type: ColumnType


@dataclass(frozen=True)
class Via:
    """A published field that is read from another table's row.

    `by` is the field of this row with the code, and may itself be read from another row;
    `column` is what is taken, `after` the field behind which it stands. The other table is the
    one that `by` refers to, unless `table` names it.
    """

    by: str
    column: str
    after: str
    table: str | None = None


@dataclass(frozen=True)
class Count:
    """A published field that counts the rows of `table` whose field `by` has this row's code."""

    table: str
    by: str
    after: str
    where: tuple[str, str] | None = None
    """A field of the counted table and the value it must have."""
    distinct: str | None = None
    """A field whose values are counted, each once, instead of the rows."""


def said(en: str, **options: Any) -> Any:
    """A field with its English meaning (unit and limits included); `options` go to SQLModel."""
    return Field(description=en, **options)


def text_field(en: str, **options: Any) -> Any:
    """A field that is stored as text: strings and choices."""
    return Field(description=en, sa_type=TEXT, **options)


class Since(SQLModel):
    """The end of every published row."""

    release_from: Annotated[int, Zh("自哪一版起如此")] = said(
        "Number of the release since which the row's own fields are as they are; fields that are "
        "joined, counted or judged from other rows may have changed later"
    )


class Clock(Since):
    """The second clock of a table: which releases show this version of the row."""

    row_id: int | None = Field(default=None, primary_key=True)
    release_to: Annotated[int | None, Zh("到哪一版为止")] = said(
        "Number of the first release that no longer shows this version; null = current",
        default=None,
    )


def unwrap(annotation: Any) -> tuple[Any, bool]:
    """The type inside `T | None`, and whether None is allowed."""
    if get_origin(annotation) in (Union, UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return inner[0], True
    return annotation, False


def marks(field: FieldInfo, kind: type[Mark]) -> Iterator[Mark]:
    """The marks of one kind on a field."""
    return (mark for mark in field.metadata if isinstance(mark, kind))


def mark(field: FieldInfo, kind: type[Mark]) -> Mark | None:
    """The first mark of one kind on a field."""
    return next(marks(field, kind), None)


def choices_of(annotation: Any) -> type[Choice] | None:
    """The closed list that a field takes its values from."""
    inner, _ = unwrap(annotation)
    return inner if isinstance(inner, type) and issubclass(inner, Choice) else None


TYPES: dict[type, ColumnType] = {
    str: "text",
    bool: "boolean",
    int: "integer",
    float: "number",
    date: "date",
}


def public_fields(row: type[SQLModel]) -> dict[str, FieldInfo]:
    """The fields of a published row in reading order: joined ones stand where `after` says."""
    fields = row.model_fields
    order = [name for name, field in fields.items() if not placed(field)]
    for name, field in fields.items():
        if (where := placed(field)) is not None:
            order.insert(order.index(where.after) + 1, name)
    return {name: fields[name] for name in order}


def placed(field: FieldInfo) -> Via | Count | None:
    """How a field that is not the table's own is made."""
    return mark(field, Via) or mark(field, Count)


def column_of(name: str, field: FieldInfo) -> Column:
    """The column that a field of a published row becomes in every format."""
    inner, nullable = unwrap(field.annotation)
    choices = choices_of(field.annotation)
    zh = mark(field, Zh)
    return Column(
        name=field.alias or name,
        type=_type_of(field, inner),
        zh=zh.text if zh else "",
        en=field.description or "",
        nullable=nullable,
        choices=choices,
        sortable=mark(field, Long) is None,
    )


def _type_of(field: FieldInfo, kind: type) -> ColumnType:
    if typed := mark(field, Typed):
        return typed.type
    return "text" if choices_of(field.annotation) else TYPES[kind]


@lru_cache(maxsize=64)
def columns_of(row: type[SQLModel]) -> tuple[Column, ...]:
    """The columns of a published row, in reading order."""
    return tuple(column_of(name, info) for name, info in public_fields(row).items())


@lru_cache(maxsize=64)
def fields_of(row: type[SQLModel]) -> dict[str, FieldInfo]:
    """The fields of a row by the names that its columns have, in reading order."""
    return {info.alias or name: info for name, info in public_fields(row).items()}


def can_be_asked(field: FieldInfo) -> bool:
    """Whether rows can be chosen by a field without anyone saying so."""
    return bool(
        choices_of(field.annotation) or mark(field, Refers) or unwrap(field.annotation)[0] is bool
    )


def finish(model: type[SQLModel], order: Sequence[str] = ()) -> None:
    """Give a table with a clock its keys, checks and indexes, all from its fields.

    `order` is the default order of its rows, `-` for descending. Lists are read in it from an index
    alone; those of the many rows that have one of a few values, as far as PLACES columns go.
    """
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    ordered = in_order(table, order)
    if ordered:
        _index(table, "order", [*ordered, table.c.release_from, table.c.release_to])
    current = table.c.release_to.is_(None)
    table.append_constraint(sa.UniqueConstraint("code", "release_from"))
    table.append_constraint(sa.CheckConstraint("release_to > release_from", name="clock"))
    table.append_constraint(
        sa.CheckConstraint(f"length(code) BETWEEN 1 AND {CODE_LENGTH}", name="code")
    )
    _index(table, "current_code", [table.c.code], current, unique=True)
    for name, field in model.model_fields.items():
        column = table.c[field.alias or name]
        if choices := choices_of(field.annotation):
            allowed = ", ".join(f"'{choice}'" for choice in choices)
            table.append_constraint(
                sa.CheckConstraint(f"{column.name} IN ({allowed})", name=column.name)
            )
        asked = mark(field, Filtered) is not None or can_be_asked(field)
        if asked and column.name != "code":
            few = choices_of(field.annotation) or unwrap(field.annotation)[0] in (bool, int)
            rest = [key for key in order[:PLACES] if few and key.lstrip("-") != column.name]
            _index(table, f"{column.name}_now", [column, *in_order(table, rest)], current)
            _index(table, column.name, [column, table.c.release_from])
    if "defined_in" in table.c:
        _index(table, "defined_in_now", [table.c.defined_in], current)
    _index(table, "opened", [table.c.release_from])
    # Without the current rows: SQLite would look for them there, which is all but all rows.
    _index(table, "closed", [table.c.release_to], table.c.release_to.is_not(None))


def in_order(table: sa.Table, order: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """Columns of an index by their names, `-` for descending."""
    return [table.c[key[1:]].desc() if key.startswith("-") else table.c[key] for key in order]


def key_of(table: sa.FromClause) -> sa.ColumnElement[Any]:
    """The column by which other rows name a row of a table."""
    return table.c.code if "code" in table.c else table.c.number


def _index(
    table: sa.Table,
    name: str,
    columns: Sequence[sa.ColumnElement[Any]],
    where: sa.ColumnElement[bool] | None = None,
    unique: bool = False,
) -> None:
    sa.Index(
        f"ix_{table.name}_{name}",
        *columns,
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
    )
