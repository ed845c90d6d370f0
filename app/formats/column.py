"""A column as every format and every page of documentation knows it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Self

ColumnType = Literal["text", "integer", "number", "boolean", "date", "time", "json"]
"""`json`: any value of JSON, stored as its text."""


class Choice(StrEnum):
    """A closed list of values, each with its name in both languages.

    Members are written `NAME = "value", "中文", "English"`.
    """

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """A member whose value is the plain string that is stored and published."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en
        return member


Choices = type[Choice]


@dataclass(frozen=True)
class Column:
    """One column of a published row: the same name in every format."""

    name: str
    type: ColumnType
    zh: str
    """What it means, in Chinese."""
    en: str
    """What it means, in English, with its unit."""
    nullable: bool
    choices: Choices | None = None
    sortable: bool = True


def words_zh(value: Any, column: Column | None) -> str | None:
    """What a Chinese reader calls nothing, a truth value, or a value of the column's closed list.

    None for any other value: it reads as it is.
    """
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if column and column.choices and value in set(column.choices):
        return column.choices(value).zh
    return None
