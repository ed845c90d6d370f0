"""CSV by RFC 4180: UTF-8, CRLF, always a header; null is an empty cell."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import orjson

from app.formats.base import Answer, Format, Row

BYTE_ORDER_MARK = "\ufeff"

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP: CSV injection)."""


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet might run a text; spaces before it do not protect."""
    shown = text.lstrip(" \u00a0\u3000")
    return shown[:1] in FORMULA_STARTS if shown else False


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and starts_formula(cell) else cell


def _cells(row: Row, for_spreadsheet: bool) -> list[Any]:
    cells = map(_harmless, row) if for_spreadsheet else row
    # Truth values and figures are spelled as in JSON.
    return [orjson.dumps(c).decode() if isinstance(c, bool | float) else c for c in cells]


def _text(header: Iterable[str], rows: Iterable[list[Any]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue()


def write(answer: Answer) -> bytes:
    """The rows as CSV; numbers and dates as in JSON, truth values as true and false."""
    rows = (_cells(row, answer.for_spreadsheet) for row in answer.rows)
    text = _text((column.name for column in answer.columns), rows)
    return ((BYTE_ORDER_MARK if answer.for_spreadsheet else "") + text).encode()


CSV = Format(
    "csv",
    "text/csv",
    "CSV (RFC 4180, UTF-8, always with a header)",
    write,
    parameters="; charset=utf-8; header=present",
    as_file=True,
)
