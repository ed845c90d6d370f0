"""The types of parameters: one question has one spelling, and each type says what it takes."""

import math
import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.formats import FORMATS
from app.formats.column import ColumnType
from app.models.base import CODE_LENGTH, CODE_PATTERN
from app.search import MAX_CHARACTERS, MAX_WORDS, words_of

MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
MAX_VALUES = 64
"""Values that one filter takes."""

MAX_SORT = 5
"""Fields that `sort` takes: all of them stand in every cursor."""

MAX_NAMES = 100
"""Names that `fields`, `include` or `facets` takes."""

LARGEST = 2**31 - 1
"""What an integer column of both databases holds."""

LARGEST_FIGURE = 1e15
"""Figures beyond it are no figures of a plan, and not exact as floating-point numbers."""

LONGEST_CURSOR = 12_000
"""Characters; five titles of 300 characters beyond the common planes need fewer."""

RELEVANCE = "relevance"
"""Sort by how well a row matches `q`."""

INTEGER = re.compile(r"-?\d{1,20}", re.ASCII)
FIGURE = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
DAY = r"\d{4}-\d{2}-\d{2}"
PLAIN_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
PLAIN_TIME = (
    r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
"""For the description; which days a month has is not said."""
INSTANT = DAY + r"T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})"


def _integer(value: Any) -> Any:
    if isinstance(value, str) and not INTEGER.fullmatch(value):
        raise PydanticCustomError("int_parsing", "int_parsing")
    return value


def _boolean(value: Any) -> Any:
    if isinstance(value, str) and value not in ("true", "false"):
        raise PydanticCustomError("bool_parsing", "bool_parsing")
    return value


def _figure(value: Any) -> Any:
    if not FIGURE.fullmatch(value) or not math.isfinite(float(value)):
        raise PydanticCustomError("float_parsing", "float_parsing")
    return value


def _day(value: str) -> str:
    if not re.fullmatch(DAY, value, re.ASCII) or not _is_moment(value):
        raise PydanticCustomError("date_parsing", "date_parsing")
    return value


def _moment(value: str) -> str:
    if not re.fullmatch(f"{DAY}|{INSTANT}", value, re.ASCII) or not _is_moment(value):
        raise PydanticCustomError("moment_parsing", "moment_parsing")
    return value


def _is_moment(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _visible(value: str) -> str:
    if CONTROL.search(value):
        raise PydanticCustomError("not_visible", "not_visible")
    return value


def _query(value: str) -> str:
    if len(value) > MAX_CHARACTERS:
        raise PydanticCustomError("string_too_long", "", {"max_length": MAX_CHARACTERS})
    words = words_of(value)
    if not words:
        raise PydanticCustomError("no_token", "no_token")
    if len(words) > MAX_WORDS:
        raise PydanticCustomError("too_many_words", "too_many_words", {"most": MAX_WORDS})
    return value


def described(meaning: str, **options: Any) -> Any:
    """A parameter that may be left out, with its meaning."""
    return Field(default=None, description=meaning, **options)


SPLIT = frozenset({"sort", "fields", "include", "facets"})
"""Parameters that hold names, whose values may also stand in one, separated by commas."""

# The bounds stand before the validator: only then does the description call them by their names.
AnyInteger = Annotated[int, Field(ge=-LARGEST, le=LARGEST), BeforeValidator(_integer)]
ReleaseNumber = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_integer)]
SinceNumber = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(_integer)]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_integer)]
PlainBoolean = Annotated[bool, BeforeValidator(_boolean)]
Code = Annotated[str, Field(pattern=CODE_PATTERN, max_length=CODE_LENGTH)]
Text = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra={"pattern": r"^[^\x00-\x1f\x7f-\x9f]+$"}),
    BeforeValidator(_visible),
]
Figure = Annotated[float, Field(ge=-LARGEST_FIGURE, le=LARGEST_FIGURE), BeforeValidator(_figure)]
Day = Annotated[str, BeforeValidator(_day), Field(json_schema_extra={"format": "date"})]
Moment = Annotated[
    str,
    BeforeValidator(_moment),
    Field(json_schema_extra={"pattern": f"^{PLAIN_DAY}({PLAIN_TIME})?$"}),
]
"""A day, or an instant with its zone."""

Query = (
    Annotated[str, BeforeValidator(_query), Field(min_length=1, max_length=MAX_CHARACTERS)] | None,
    described(
        f"Words to search for, at most {MAX_WORDS}, with at least one letter, digit or Chinese "
        "character: all must occur, each with its characters in a row in one field; full-width "
        "and capital letters count as plain ones. "
        "检索词：各词都须出现，每个词的字在同一字段中相连。"
    ),
)

VALUE_TYPES: dict[type, Any] = {
    bool: PlainBoolean,
    int: AnyInteger,
    str: Text,
}
RANGE_TYPES: dict[ColumnType, Any] = {
    "integer": AnyInteger,
    "number": Figure,
    "date": Day,
    "time": Moment,
}


class StateParams(BaseModel):
    """Which state is asked for, and in which form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: ReleaseNumber | None = Field(
        default=None,
        description="The state of this release, unchanging; not together with `as_of`. "
        "某一版的状态，永不改变。",
    )
    as_of: Moment | None = Field(
        default=None,
        description="The newest release not later than this: a day (its end in the service's time "
        "zone; today means now) or an instant with zone. 不晚于该日或该时刻的最新一版。",
    )


class DetailParams(StateParams):
    """What every detail takes."""

    format: str | None = Field(
        default=None,
        description="The form of the answer; it goes before a suffix of the address and "
        "`Accept`. 返回格式。",
        json_schema_extra={"enum": list(FORMATS)},
    )
    bom: PlainBoolean | None = Field(
        default=None,
        description="CSV only: true puts a byte order mark in front, so that Excel reads UTF-8, "
        "and an apostrophe before text that a spreadsheet would take for a formula. "
        "供Excel使用的CSV。",
    )


class ListParams(DetailParams):
    """What every list takes."""

    since: SinceNumber | None = Field(
        default=None,
        description="Only what reads differently than in this release (0: before the first), and "
        "what is gone, with `release_to`: what a mirror needs. 自该版以来的变化。",
    )
    limit: Limit = Field(
        default=DEFAULT_LIMIT, description="Rows on one page, at most. 每页行数上限。"
    )
    cursor: str | None = Field(
        default=None,
        max_length=LONGEST_CURSOR,
        description="Where the page begins: taken from `links.next`, with the other parameters "
        "as they were. 下一页的起点，取自`links.next`。",
    )
