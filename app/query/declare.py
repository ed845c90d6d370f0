"""What a resource declares about itself; parameters, SQL and documentation follow from it."""

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, create_model
from pydantic.fields import FieldInfo
from sqlmodel import SQLModel

from app.formats import FORMATS, Format
from app.formats.column import Choices, Column
from app.models import MODELS
from app.models.base import (
    Count,
    Refers,
    Via,
    Zh,
    can_be_asked,
    choices_of,
    columns_of,
    fields_of,
    mark,
    unwrap,
)
from app.query.params import (
    MAX_NAMES,
    MAX_SORT,
    MAX_VALUES,
    RANGE_TYPES,
    RELEVANCE,
    VALUE_TYPES,
    Code,
    DetailParams,
    ListParams,
    Query,
    described,
)


@dataclass(frozen=True)
class Through:
    """Other rows that a row is asked by: those of `table` whose field `by` has this row's `of`.

    Filters through the same rows must hold for one and the same of them.
    """

    table: str
    by: str
    of: str = "code"


@dataclass(frozen=True)
class Filter:
    """A parameter that keeps the rows whose field has one of the given values."""

    name: str
    column: str | None = None
    """The field, where it has another name than the parameter."""
    through: Through | None = None
    """The field is one of these other rows."""
    allowed: tuple[str, ...] = ()
    """The values that there are, where the field itself has no closed list."""

    @property
    def field(self) -> str:
        """The name of the field that is compared."""
        return self.column or self.name


@dataclass(frozen=True)
class Bound:
    """A parameter that keeps the rows whose field is at least, or at most, the given value.

    A row whose field is null lies within no bound.
    """

    name: str
    field: str
    least: bool


@dataclass(frozen=True)
class Range:
    """Two parameters, `x_min` and `x_max`: rows whose field lies between them, both included."""

    name: str
    column: str | None = None

    @property
    def ends(self) -> tuple[Bound, Bound]:
        """The two bounds."""
        field = self.column or self.name
        return Bound(f"{self.name}_min", field, True), Bound(f"{self.name}_max", field, False)


@dataclass(frozen=True)
class Nested:
    """A list inside a row: the rows of another resource whose field `by` has this row's code."""

    name: str
    of: "Resource"
    by: str
    columns: tuple[str, ...]

    @cached_property
    def shown(self) -> tuple[Column, ...]:
        """The columns of the brief rows."""
        by_name = {column.name: column for column in self.of.columns}
        return tuple(by_name[name] for name in self.columns)


@dataclass(frozen=True)
class Searched:
    """The fields that `q` looks into."""

    names: tuple[str, ...]
    """Those that name the row: a match here makes it more relevant."""
    texts: tuple[str, ...] = ()
    nested: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Fields of the rows nested in it, by the list's name; they count as texts."""


@dataclass(frozen=True)
class Asked:
    """What a filter compares: the kind of its values and whose codes they are."""

    filter: Filter
    info: FieldInfo
    refers: str | None
    """The table whose codes it takes; None where it takes other values."""

    @property
    def choices(self) -> Choices | None:
        """The closed list that its values are from."""
        return choices_of(self.info.annotation)

    @property
    def kind(self) -> type:
        """The type of its values."""
        kind: type = unwrap(self.info.annotation)[0]
        return kind


@dataclass(frozen=True, eq=False)
class Resource:
    """What is published under one name: the one declaration that everything follows from."""

    name: str
    row: type[SQLModel]
    """The published row; its fields are the columns of every format."""
    table: str
    zh: str
    en: str
    about_zh: str
    """One sentence that says what a row is."""
    about_en: str
    order: tuple[str, ...]
    """Default order: fields of the row or columns of the table, `-` for descending; the last one
    is the key."""
    filters: tuple[Filter, ...] = ()
    """Beside those that every closed list, reference and truth value of the row is by itself."""
    ranges: tuple[Range, ...] = ()
    limits: tuple[Bound, ...] = ()
    """Bounds beside those of the ranges."""
    nested: tuple[Nested, ...] = ()
    searched: Searched | None = None
    key: str = "code"
    """The field that names a row in its address."""
    detail: bool = True
    """Whether each row has an address of its own."""
    more: tuple[Format, ...] = ()
    """Formats beside those that every resource has."""
    named: tuple[str, ...] = ()
    """The fields that name a row in Chinese and English, where they are not its title or name."""

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of a row, in reading order."""
        return columns_of(self.row)

    @cached_property
    def column(self) -> dict[str, Column]:
        """The columns of a row by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def formats(self) -> dict[str, Format]:
        """The formats in which it is written, by name."""
        return FORMATS | {form.name: form for form in self.more}

    @cached_property
    def asked(self) -> dict[str, Asked]:
        """All filters, by the name of their parameter; first those that most resources have."""
        fields = fields_of(self.row)
        own = [name for name, info in fields.items() if name == self.key or can_be_asked(info)]
        found = {chosen.name: chosen for chosen in [*map(Filter, own), *self.filters]}
        usual = [self.key, "plan", "issuer", "year"]
        names = [n for n in usual if n in found] + [n for n in found if n not in usual]
        return {name: self._asked(found[name]) for name in names}

    def _asked(self, chosen: Filter) -> Asked:
        table = chosen.through.table if chosen.through else self.table
        info = None if chosen.through else fields_of(self.row).get(chosen.field)
        info = info or fields_of(MODELS[table])[chosen.field]
        refers = mark(info, Refers)
        code = table if chosen.field == "code" else None
        return Asked(chosen, info, refers.table if refers else code)

    @cached_property
    def facets(self) -> tuple[str, ...]:
        """The filters whose values can be counted."""
        return tuple(name for name in self.asked if name != self.key)

    @cached_property
    def bounds(self) -> dict[str, Bound]:
        """Everything that a field can be compared with, by the name of the parameter."""
        ends = [bound for chosen in self.ranges for bound in chosen.ends]
        return {bound.name: bound for bound in (*ends, *self.limits)}

    @cached_property
    def names(self) -> tuple[str | None, str | None]:
        """The fields that name a row in Chinese and in English."""
        for fields in (self.named, ("title_zh", "title_en"), ("name_zh", "name_en")):
            if fields and fields[0] in self.column:
                return fields[0], fields[1] if len(fields) > 1 else None
        return None, None

    @cached_property
    def tables(self) -> frozenset[str]:
        """All tables from which a field of a row is read, and the text that `q` looks into."""
        found = {self.table}
        for info in fields_of(self.row).values():
            if via := mark(info, Via):
                found.add(self.table_of(via))
            elif count := mark(info, Count):
                found.add(count.table)
        return frozenset(found | ({f"{self.table}_text"} if self.searched else set()))

    def table_of(self, via: Via) -> str:
        """The table that a field is read from."""
        if via.table:
            return via.table
        refers = mark(self.field(via.by), Refers)
        if refers is None:
            raise LookupError(f"{self.name}.{via.by} refers to no table")
        return refers.table

    def field(self, name: str) -> FieldInfo:
        """A field of the row, or else of the table."""
        return fields_of(self.row).get(name) or fields_of(MODELS[self.table])[name]

    @cached_property
    def sorts(self) -> tuple[str, ...]:
        """What `sort` takes."""
        names = [column.name for column in self.columns if column.sortable]
        both = [sign + name for name in names for sign in ("", "-")]
        return ((RELEVANCE,) if self.searched else ()) + tuple(both)

    @cached_property
    def params(self) -> type[ListParams]:
        """The parameters of the list: the same model parses requests and describes them."""
        fields: dict[str, Any] = {name: _values(asked) for name, asked in self.asked.items()}
        for name, chosen in self.bounds.items():
            fields[name] = _bound(chosen, self.column[chosen.field], self.field(chosen.field))
        if self.searched:
            fields["q"] = Query
        fields["sort"] = _names(
            self.sorts,
            f"Order of the rows (排序): fields, `-` for descending, at most {MAX_SORT}",
            MAX_SORT,
        )
        always = f"; `{self.key}` always stands there" if self.key in self.column else ""
        fields["fields"] = _names(
            tuple(self.column),
            "Only these fields (字段), in the usual order" + always,
        )
        if self.nested:
            lists = tuple(inner.name for inner in self.nested)
            fields["include"] = _names(lists, "Lists to put into each row (嵌入列表); JSON only")
        fields["facets"] = _names(
            self.facets,
            "Filters whose values are counted (分面计数), each under all filters but its own; at "
            "most 100 values each; JSON only",
        )
        fields |= self._format
        with warnings.catch_warnings():
            # `copy` is a field of documents and an old method of pydantic's that nobody calls.
            warnings.filterwarnings("ignore", message=".*shadows an attribute")
            return create_model(f"{self.row.__name__}Params", __base__=ListParams, **fields)

    @cached_property
    def detail_params(self) -> type[DetailParams]:
        """The parameters of a detail."""
        fields: dict[str, Any] = self._format
        name = f"{self.row.__name__}DetailParams"
        return create_model(name, __base__=DetailParams, **fields) if fields else DetailParams

    @cached_property
    def _format(self) -> dict[str, Any]:
        """The parameter `format`, where there are more formats than usual."""
        if not self.more:
            return {}
        usual = DetailParams.model_fields["format"]
        listed = Field(
            default=None,
            description=usual.description,
            json_schema_extra={"enum": list(self.formats)},
        )
        return {"format": (str | None, listed)}


def _values(asked: Asked) -> tuple[Any, Any]:
    kind: Any = VALUE_TYPES.get(asked.kind, asked.kind)
    if asked.refers:
        kind = Code
    elif asked.filter.allowed:
        kind = Literal[asked.filter.allowed]
    repeated: Any = list[kind]
    meaning = _meaning(asked.info, "; repeat it for OR")
    return repeated | None, described(meaning, max_length=MAX_VALUES)


def _meaning(info: FieldInfo, more: str) -> str:
    """What a parameter that compares a field means, in both languages where both are known."""
    zh = mark(info, Zh)
    return f"{info.description}{more}." + (f" {zh.text}。" if zh else "")


def _bound(bound: Bound, column: Column, info: FieldInfo) -> tuple[Any, Any]:
    kind = RANGE_TYPES[column.type]
    end = "least" if bound.least else "most"
    return kind | None, described(_meaning(info, f": at {end} this"))


def _names(allowed: tuple[str, ...], meaning: str, most: int = MAX_NAMES) -> tuple[Any, Any]:
    listed: Any = list[Literal[allowed]]  # type: ignore[valid-type]
    meaning += "; separated by commas or repeated."
    return listed | None, described(meaning, min_length=1, max_length=most)
