"""Sheets as rows of filled cells, whatever sort of file they come from."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from app.publish.complaint import Place

MOST_ROWS = 10_000
"""Filled rows of all sheets, without the first one of each sheet: its header."""
MOST_COLUMNS = 200

CellValue = str | bool | int | float | date | time | timedelta
Kind = Literal["text", "number", "date", "boolean", "formula", "error", "merged"]

HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    map(ord, "\u00a0\u2002\u2003\u2009\u202f\u3000"), " "
)
LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[^a-z%]')


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: where it stands, what it holds, how the spreadsheet shows it."""

    row: int
    column: int
    value: CellValue
    """A formula as its text, an error as its name, a part of merged cells as their range."""
    kind: Kind
    number_format: str = "General"

    @property
    def letters(self) -> str:
        """The column's letters."""
        from openpyxl.utils import get_column_letter

        return get_column_letter(self.column)

    @property
    def symbols(self) -> str:
        """What the number format consists of, without its literals: yyyym, %; empty if usual."""
        plain = self.number_format.lower()
        return "" if plain == "general" else LITERALS.sub("", plain.split(";")[0])


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that were merged into their first one, which alone holds something."""

    first: tuple[int, int]
    """Row and column."""
    last: tuple[int, int]
    text: str
    """H2:H9."""

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell is one of those that hold nothing of their own."""
        inside = self.first[0] <= row <= self.last[0] and self.first[1] <= column <= self.last[1]
        return inside and (row, column) != self.first


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a CSV file, which has no name."""

    name: str | None
    rows: list[list[Cell]]
    """The filled cells of the filled rows."""
    merged: tuple[Merged, ...] = ()


class Unreadable(Exception):
    """A file that cannot be read; one sentence in each language says why."""

    def __init__(self, en: str, zh: str, place: Place | None = None):
        super().__init__(en)
        self.en = en
        self.zh = zh
        self.place = place or Place()


def written(value: CellValue) -> str:
    """What a cell holds, as text: 61.8, 2023, 2023-12-31."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return str(value.date())
    return str(value)


def half_width(text: str) -> str:
    """Full-width characters and blanks as the ASCII ones; no other character changes.

    NFKC would also turn a footnote into a digit: 56.13① into 56.131.
    """
    return text.translate(HALF_WIDTH)


def is_blank(text: str) -> bool:
    """Whether nothing but blanks is in a text."""
    return not text.strip()


def limited(sheets: Iterable[tuple[str | None, Iterator[list[Cell]]]]) -> list[Sheet]:
    """Sheets with their filled rows; raises Unreadable where there are too many rows or columns."""
    filled = []
    count = 0
    for name, rows in sheets:
        found: list[list[Cell]] = []
        for row in rows:
            if not row:
                continue
            place = Place(name, row[0].row)
            if max(cell.column for cell in row) > MOST_COLUMNS:
                raise Unreadable(
                    f"is filled beyond column {MOST_COLUMNS}",
                    f"第{MOST_COLUMNS}列之后有内容",
                    place,
                )
            count += bool(found)
            if count > MOST_ROWS:
                raise Unreadable(
                    f"is beyond the {MOST_ROWS:,} filled rows that a file may have",
                    f"超出一个文件可有的{MOST_ROWS}个非空行",
                    place,
                )
            found.append(row)
        filled.append(Sheet(name, found))
    return filled
