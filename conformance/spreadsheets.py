"""CSV opened by the programs that people open it with, compared with the JSON of the same rows."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import openpyxl
import pandas as pd

from conformance.report import Report
from conformance.tools import Failed, succeed

NUMERAL = re.compile(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""Text that is no other text when it is read as a number: a leading zero would be lost."""

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")

AS_UTF8 = "--infilter=CSV:44,34,76,1"
"""What LibreOffice's dialog offers: comma, quotation mark, UTF-8, from the first line. Without a
dialog it would take the character set of the system, even where a byte order mark stands."""


@dataclass(frozen=True)
class Table:
    """Rows as JSON tells them and as CSV is sent."""

    name: str
    marked: bool
    """With `bom=true`: a byte order mark, and text that no program takes for a formula."""
    rows: list[dict[str, Any]]
    csv: bytes

    @property
    def columns(self) -> list[str]:
        """The header, in the order in which JSON has the fields."""
        return list(self.rows[0])

    @property
    def file_name(self) -> str:
        """A name for the file, without its ending."""
        return f"{self.name}-marked" if self.marked else self.name

    @cached_property
    def mixed(self) -> set[str]:
        """Columns that hold figures beside text: a program may take all of it for text."""
        kinds: dict[str, set[bool]] = {}
        for row in self.rows:
            for name, value in row.items():
                if value is not None and not isinstance(value, bool):
                    kinds.setdefault(name, set()).add(isinstance(value, str))
        return {name for name, found in kinds.items() if len(found) > 1}

    def expected(self, value: Any) -> Any:
        """What stands in a cell for a value in JSON."""
        if self.marked and isinstance(value, str) and _starts_formula(value):
            return f"'{value}"
        return value


def _starts_formula(text: str) -> bool:
    return text.lstrip(" \u00a0\u3000").startswith(FORMULA_STARTS)


def check_spreadsheets(report: Report, database: str, address: str, folder: Path) -> None:
    """Check every resource, plain and for spreadsheets, in pandas and in LibreOffice."""
    folder.mkdir()
    report.check(f"a changed cell of {database}'s CSV is noticed", _expect_notice, address)
    report.check(f"pandas reads {database}'s CSV", _read_by_pandas, address)
    report.check(f"LibreOffice reads {database}'s CSV", _read_by_libreoffice, address, folder)


def _tables(address: str) -> list[Table]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        resources = client.get("/v1").raise_for_status().json()["data"]
        asked = [(each["path"], "limit=1000") for each in resources] + _of_the_clocks(client)
        return [table for path, query in asked for table in _tables_of(client, path, query)]


def _of_the_clocks(client: httpx.Client) -> list[tuple[str, str]]:
    """All versions of all figures; one plan against another; what a mirror takes over."""
    rows = client.get("/v1/indicators?fields=code&limit=50").raise_for_status().json()["data"]
    some = urlencode([("vintages", "all"), *(("indicator", row["code"]) for row in rows)])
    since = "since=3&limit=1000"
    return [("/v1/history", some), ("/v1/plans/aa-2024/diff/aa-2025", ""), ("/v1/targets", since)]


def _tables_of(client: httpx.Client, path: str, query: str) -> Iterator[Table]:
    answer = client.get(f"{path}?{query}").raise_for_status().json()
    if not answer["data"] or answer["links"]["next"]:
        raise Failed(f"{path} has no row, or more than one page: nothing to compare")
    name = re.sub(r"\W+", "-", f"{path.removeprefix('/v1/')} {query[:5]}".strip())
    flat = [{k: v for k, v in row.items() if not isinstance(v, list)} for row in answer["data"]]
    for marked in (False, True):
        mark = "&bom=true" if marked else ""
        sent = client.get(f"{path}.csv?{query}{mark}".replace("?&", "?")).raise_for_status().content
        if sent.startswith(codecs.BOM_UTF8) != marked:
            raise Failed(f"{path}: a byte order mark stands where it should not, or is missing")
        yield Table(name, marked, flat, sent)


def _expect_notice(address: str) -> None:
    table = _tables(address)[0]
    changed = [{**row, "year": row["year"] + 1} for row in table.rows]
    if not _differences_in_pandas(replace(table, rows=changed)):
        raise Failed("other years than those that were sent have passed")


def _read_by_pandas(address: str) -> None:
    _expect_none([line for table in _tables(address) for line in _differences_in_pandas(table)])


def _differences_in_pandas(table: Table) -> list[str]:
    frame = pd.read_csv(io.BytesIO(table.csv), float_precision="round_trip")
    cells = frame.astype(object).where(frame.notna(), None)
    return _differences(table, [list(frame.columns), *cells.to_numpy().tolist()])


def _read_by_libreoffice(address: str, folder: Path) -> None:
    tables = _tables(address)
    files = [folder / f"{table.file_name}.csv" for table in tables]
    for table, file in zip(tables, files, strict=True):
        file.write_bytes(table.csv)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    succeed(["soffice", profile, "--headless", AS_UTF8, "--convert-to", "xlsx", *files], folder)
    wrong = []
    for table, file in zip(tables, files, strict=True):
        book = openpyxl.load_workbook(file.with_suffix(".xlsx"))
        rows = book.worksheets[0].iter_rows(values_only=True)
        wrong += _differences(table, [list(row) for row in rows], digits=15)
    _expect_none(wrong)


def _expect_none(wrong: list[str]) -> None:
    if wrong:
        raise Failed("\n".join(wrong[:50]))


def _differences(table: Table, read: list[list[Any]], digits: int = 17) -> list[str]:
    """Where a program read something else than JSON says; it keeps some digits of numbers."""
    header, *rows = read
    name = table.file_name
    if header != table.columns:
        return [f"{name}: the header is {header}, not {table.columns}"]
    if len(rows) != len(table.rows):
        return [f"{name}: {len(rows)} rows, not {len(table.rows)}"]
    return [
        f"{name}, row {number}, {column}: {cell!r}, not {value!r}"
        for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True), 1)
        for (column, value), cell in zip(row.items(), cells, strict=True)
        if not _same(_read(cell, column in table.mixed), table.expected(value), digits)
    ]


def _read(cell: Any, mixed: bool) -> Any:
    """What stands in a cell; among text, a numeral is text that is the same as a number."""
    is_numeral = mixed and isinstance(cell, str) and NUMERAL.fullmatch(cell)
    return float(cell) if is_numeral else cell


def _same(cell: Any, value: Any, digits: int) -> bool:
    """Whether a program read what was meant."""
    if value is None or value == "":
        return cell is None  # CSV writes both alike
    if isinstance(value, bool):
        return str(cell).lower() == str(value).lower()
    if isinstance(value, int | float):
        return _is_number(cell) and _shortened(cell, digits) == _shortened(value, digits)
    if isinstance(cell, datetime):
        return bool(value == cell.isoformat().removesuffix("T00:00:00"))
    if _is_number(cell):
        return NUMERAL.fullmatch(value) is not None and _same(cell, float(value), digits)
    return isinstance(cell, str) and cell.splitlines() == value.splitlines()


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _shortened(number: float, digits: int) -> str:
    return f"{number:.{digits}g}"
