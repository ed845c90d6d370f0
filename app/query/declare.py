"""What a resource declares about itself; parameters, SQL and documentation follow from it."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError
from sqlmodel import SQLModel

from app.formats.column import Column
from app.models import CLOCKED
from app.models.base import CODE_LENGTH, CODE_PATTERN, Refers, columns_of, mark, unwrap

MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
MAX_VALUES = 64
"""Values that one filter takes."""

LARGEST = 2**31 - 1
"""What an integer column of both databases holds."""


INTEGER = re.compile(r"-?\d{1,20}", re.ASCII)


def _plain_integer(value: Any) -> Any:
    if isinstance(value, str) and not INTEGER.fullmatch(value):
        raise PydanticCustomError("int_parsing", "int_parsing")
    return value


def _plain_boolean(value: Any) -> Any:
    if isinstance(value, str) and value not in ("true", "false"):
        raise PydanticCustomError("bool_parsing", "bool_parsing")
    return value


# One question has one spelling: 1_0, 5.0 and " 5" are no numbers, OFF and 0 no truths.
PlainInteger = Annotated[int, BeforeValidator(_plain_integer)]
PlainBoolean = Annotated[bool, BeforeValidator(_plain_boolean)]


@dataclass(frozen=True)
class Filter:
    """A parameter that keeps the rows whose column of that name has one of the given values."""

    name: str


@dataclass(frozen=True)
class Nested:
    """A list inside a detail: the rows of a table whose field `by` has the detail's code."""

    name: str
    row: type[SQLModel]
    table: str
    by: str
    columns: tuple[str, ...]
    order: tuple[str, ...]


class ListParams(BaseModel):
    """What every list takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: PlainInteger = Field(
        default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Rows on one page, at most"
    )
    cursor: str | None = Field(
        default=None, max_length=1000, description="Where the page begins: from `links.next`"
    )
    release: PlainInteger | None = Field(
        default=None, ge=1, le=LARGEST, description="The state of this release, unchanging"
    )


class DetailParams(BaseModel):
    """What every detail takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: PlainInteger | None = Field(
        default=None, ge=1, le=LARGEST, description="The state of this release, unchanging"
    )


@dataclass(frozen=True)
class Resource:
    """What is published under one name: the one declaration that everything follows from."""

    name: str
    row: type[SQLModel]
    """The published row; its fields are the columns of every format."""
    table: str
    zh: str
    en: str
    order: tuple[str, ...]
    """Default order: columns of the table, `-` for descending; ends with `code`."""
    filters: tuple[Filter, ...] = ()
    nested: tuple[Nested, ...] = ()

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of a row, in reading order."""
        return columns_of(self.row)

    @cached_property
    def params(self) -> type[ListParams]:
        """The parameters of the list: the same model parses requests and describes them."""
        fields: dict[str, Any] = {f.name: self._parameter(f) for f in self.filters}
        return create_model(f"{self.row.__name__}Params", __base__=ListParams, **fields)

    def _parameter(self, chosen: Filter) -> tuple[Any, Any]:
        info = CLOCKED[self.table].model_fields[chosen.name]
        value: Any = unwrap(info.annotation)[0]
        if value is str and self.refers(chosen.name):
            value = Annotated[str, Field(pattern=CODE_PATTERN, max_length=CODE_LENGTH)]
        elif value is int:
            value = Annotated[PlainInteger, Field(ge=-LARGEST, le=LARGEST)]
        elif value is bool:
            value = PlainBoolean
        values: Any = list[value]
        described = Field(default=None, max_length=MAX_VALUES, description=info.description)
        return values | None, described

    def refers(self, name: str) -> str | None:
        """The table whose codes a filter takes; None where it takes other values."""
        if name == "code":
            return self.table
        refers = mark(CLOCKED[self.table].model_fields[name], Refers)
        return refers.table if refers else None
