"""The period that a result is about: as people write it, and as it is published."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from app.publish.sheet import Cell, CellValue, half_width, written

FIRST_YEAR, LAST_YEAR = 1900, 2200

SPELLINGS = (
    "2023",
    "2023-H1",
    "2023-Q3",
    "2023-05",
    "2022-2023",
    "2023-12-31",
    "2023-01-01/2023-06-30",
)
"""Year, half, quarter, month, school year, day (as at), two dates: one example each."""

SPACE = re.compile(r"(?<!\d)\s+|\s+(?!\d)", re.ASCII)
DASHES = re.compile("[-‐‑‒–—―−]+")
AS_AT = re.compile("^截[至止]到?")

DAY = (
    r"\d{4}(?:-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2}|年\d{1,2}月\d{1,2}[日号]|\d{4})"
)
A_DAY = re.compile(DAY, re.ASCII)
YEARS_END = re.compile(r"(\d{4})年?[底末]", re.ASCII)
DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
NUMBERS = re.compile(r"\d+", re.ASCII)
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)


@dataclass(frozen=True)
class Period:
    """A period in its published spelling, with its first and last day."""

    text: str
    start: date
    end: date

    @property
    def is_day(self) -> bool:
        """Whether it is one day: the figure is as at that day."""
        return self.start == self.end


def read_period(text: str) -> Period | None:
    """The period that a text names in one of the usual spellings; None if it names none."""
    plain = half_width(text).strip().lower()
    plain = DASHES.sub("-", SPACE.sub("", plain))
    if AS_AT.match(plain):
        return _day(AS_AT.sub("", plain))
    for pattern, made in PATTERNS:
        if found := pattern.fullmatch(plain):
            return made(*found.groups())
    return _day(plain)


def meant_period(text: str) -> str | None:
    """What a text most likely means that names no period: 2023年底, 二〇二三年."""
    plain = SPACE.sub("", half_width(text).strip().translate(DIGITS))
    found = read_period(YEARS_END.sub(r"\1-12-31", plain))
    return found.text if found else None


def period_of_cell(cell: Cell) -> Period | None:
    """The period in a cell: text, a year as a number, or a date.

    A spreadsheet turns 2023-05 into the first of May: a date that is shown without its day is
    the month.
    """
    if cell.kind in ("text", "number"):
        return read_period(written(cell.value))
    day = day_in(cell.value)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    shown = set(cell.symbols)
    if shown and shown <= set("ye"):
        return _year(f"{day.year}")
    if shown and shown <= set("yem"):
        return _month(f"{day.year}", f"{day.month}")
    return Period(f"{day}", day, day)


def day_in(value: CellValue) -> date | None:
    """The day that a date cell holds; None where it also has a time of day."""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else None
    return value if isinstance(value, date) else None


def observation_code(indicator: str, period: Period, source: str) -> str:
    """The code of a result; it may be longer than a code is allowed to be."""
    return f"{indicator}-{period.text.lower().replace('/', '-')}-{source}"


def _days(text: str, start: tuple[int, int, int], end: tuple[int, int, int]) -> Period | None:
    """The period between two days; None where one does not exist or lies outside the years."""
    if not all(FIRST_YEAR <= year <= LAST_YEAR for year, _, _ in (start, end)):
        return None
    return Period(text, date(*start), date(*end))


def _year(year: str) -> Period | None:
    return _days(year, (int(year), 1, 1), (int(year), 12, 31))


def _months(text: str, year: int, first: int, last: int) -> Period | None:
    return _days(text, (year, first, 1), (year, last, monthrange(year, last)[1]))


def _half(year: str, letter: str | None, han: str | None) -> Period | None:
    number = int(letter) if letter else "上下".index(han or "") + 1
    return _months(f"{year}-H{number}", int(year), 6 * number - 5, 6 * number)


def _quarter(year: str, letter: str | None, han: str | None) -> Period | None:
    number = int(letter) if letter else "一二三四1234".index(han or "") % 4 + 1
    return _months(f"{year}-Q{number}", int(year), 3 * number - 2, 3 * number)


def _month(year: str, *months: str | None) -> Period | None:
    month = next(int(given) for given in months if given)
    return _months(f"{year}-{month:02}", int(year), month, month) if 1 <= month <= 12 else None


def _school_year(year: str, *ends: str | None) -> Period | None:
    start = int(year)
    if any(end and int(end) != start + 1 for end in ends):
        return None
    return _days(f"{start}-{start + 1}", (start, 9, 1), (start + 1, 8, 31))


def _day(text: str) -> Period | None:
    if not A_DAY.fullmatch(text):
        return None
    compact = COMPACT.fullmatch(text)
    year, month, day = map(int, compact.groups() if compact else NUMBERS.findall(text))
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return _days(f"{found}", (year, month, day), (year, month, day))


def _two_days(first: str, last: str) -> Period | None:
    start, end = _day(first), _day(last)
    if start is None or end is None or start.start >= end.end:
        return None
    return Period(f"{start.text}/{end.text}", start.start, end.end)


PATTERNS: tuple[tuple[re.Pattern[str], Callable[..., Period | None]], ...] = tuple(
    (re.compile(pattern, re.ASCII), made)
    for pattern, made in (
        (r"(\d{4})(?:年度?)?", _year),
        (r"(\d{4})年?(?:-?h([12])|([上下])半年)", _half),
        (r"(\d{4})年?(?:-?q([1-4])|第?([一二三四1-4])季度)", _quarter),
        (r"(\d{4})(?:[-/](\d{1,2})|年(\d{1,2})月份?)", _month),
        (r"(\d{4})-(\d{4})", _school_year),
        (r"(\d{4})(?:[-/~](\d{4}))?学年度?", _school_year),
        (f"({DAY})[-/~至到]({DAY})", _two_days),
    )
)
"""Spellings in half width and lower case, without spaces, with one sort of dash."""
