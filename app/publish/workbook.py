"""Workbooks (.xlsx) as sheets.

A file may come from anywhere: sizes and the XML inside are proved before a library builds
anything from them, so that a small file cannot use much memory.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any
from xml.parsers.expat import ExpatError, ParserCreate

from app.publish.sheet import (
    Cell,
    CellValue,
    Kind,
    Merged,
    Sheet,
    Unreadable,
    is_blank,
    limited,
)

MEGABYTE = 2**20
MOST_UNPACKED = 100 * MEGABYTE
MOST_PARTS = 1000
MOST_ELEMENTS = 2_000_000
MOST_TAG_BYTES = MEGABYTE
MOST_MERGED = 1000
"""Merged ranges of a sheet that are remembered; in any other a cell is told as empty."""
LAST_COLUMN = 16_384
"""Where a sheet ends in every spreadsheet program."""

PIECE = 64 * 1024
USUAL_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROW, CELL = f"{MAIN} row", f"{MAIN} c"
LIGHT = {
    f"{MAIN} {name}"
    for name in (
        *("row", "c", "v", "f", "is", "t", "si", "r", "rPr"),
        *("rFont", "sz", "color", "b", "i", "u", "family", "charset", "scheme"),
    )
}
"""What is forgotten once it is read; of all else openpyxl keeps objects, ten times as large."""

KINDS: dict[str, Kind] = {
    "s": "text", "n": "number", "d": "date", "b": "boolean", "f": "formula", "e": "error",
}  # fmt: skip

YEAR_MONTH, MONTH_DAY, WHOLE_DATE = 'yyyy"年"m"月"', 'm"月"d"日"', 'yyyy"年"m"月"d"日"'
CHINESE_FORMATS = {
    27: YEAR_MONTH, 28: MONTH_DAY, 29: MONTH_DAY, 30: "m-d-yy", 31: WHOLE_DATE, 36: YEAR_MONTH,
    50: YEAR_MONTH, 51: MONTH_DAY, 52: YEAR_MONTH, 53: MONTH_DAY, 54: MONTH_DAY, 57: YEAR_MONTH,
    58: MONTH_DAY,
}  # fmt: skip
"""Date formats that a Chinese Excel writes by number alone (ISO/IEC 29500-1, 18.8.30)."""


def read_workbook(data: bytes) -> list[Sheet]:
    """The sheets of a workbook; raises Unreadable."""
    from openpyxl import load_workbook  # not for `serve`, which knows this module

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _prove(data)
            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            sheets = _sheets(book)
        except Unreadable:
            raise
        except Exception:  # openpyxl and zipfile raise anything at all for a damaged file
            raise Unreadable(
                "is damaged, or is no .xlsx workbook", "文件已损坏，或者不是.xlsx工作簿"
            ) from None
    if not sheets:
        raise Unreadable("has no sheet", "没有工作表")
    return sheets


def _sheets(book: Any) -> list[Sheet]:
    merged: list[list[Merged]] = [[] for _ in book.worksheets]
    pairs = zip(book.worksheets, merged, strict=True)
    sheets = limited((sheet.title, _rows(sheet, ranges)) for sheet, ranges in pairs)
    both = zip(sheets, merged, strict=True)
    return [replace(sheet, merged=tuple(ranges)) for sheet, ranges in both]


def _rows(sheet: Any, merged: list[Merged]) -> Iterator[list[Cell]]:
    """The rows of an openpyxl sheet, each with its filled cells; adds to `merged` at the end.

    It reads as openpyxl's own rows do, but these are padded: one formatted cell in the last
    column, or a filled row far below, would cost minutes. Dates are made from numbers here:
    openpyxl makes an error of a number that is too large for one, such as 20240130.
    """
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._reader import WorkSheetParser

    with sheet._get_source() as source:
        parser = WorkSheetParser(source, sheet._shared_strings, epoch=sheet.parent.epoch)
        for _, cells in parser.parse():
            parser.row_dimensions.clear()
            yield [_cell(ReadOnlyCell(sheet, **cell)) for cell in cells if _filled(cell["value"])]
        if parser.merged_cells:
            merged += map(_merged, parser.merged_cells.mergeCell[:MOST_MERGED])


def _merged(found: Any) -> Merged:
    """A merged range of openpyxl's."""
    first_column, first_row, last_column, last_row = found.bounds
    return Merged((first_row, first_column), (last_row, last_column), found.coord)


def _filled(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and is_blank(value))


def _cell(cell: Any) -> Cell:
    """One cell; a number that is shown as a date is one, unless it is too large for any."""
    kind, value = KINDS[cell.data_type], cell.value
    number_format = CHINESE_FORMATS.get(cell.style_array.numFmtId, cell.number_format)
    if kind == "formula":
        value = str(getattr(value, "text", value))
    elif kind == "number" and (found := _date(cell)) is not None:
        kind, value = "date", found
    return Cell(cell.row, cell.column, value, kind, number_format)


def _date(cell: Any) -> CellValue | None:
    """The day or time that a number with a date's format stands for."""
    from openpyxl.utils.datetime import from_excel

    book, style = cell.parent.parent, cell._style_id
    if style not in book._date_formats and cell.style_array.numFmtId not in CHINESE_FORMATS:
        return None
    lasting = style in book._timedelta_formats
    try:
        found: CellValue = from_excel(cell.value, book.epoch, timedelta=lasting)
    except (OverflowError, ValueError):
        return None
    return found


def _prove(data: bytes) -> None:
    """Unpack everything once without keeping it; raises Unreadable for what is too much."""
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        raise Unreadable(f"has more than {MOST_PARTS:,} parts", f"内含部件超过{MOST_PARTS}个")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise Unreadable("is larger than 100 MB when unpacked", "解压后超过100 MB")
        if any(part.flag_bits & 1 for part in parts):
            raise protected()
        if any(part.compress_type not in USUAL_COMPRESSION for part in parts):
            raise ValueError("no spreadsheet program compresses like that")
        proof = _Proof()
        for part in parts:
            with archive.open(part) as file:
                proof.prove(part, file)


class _Proof:
    """Parses the XML of all parts without keeping it, and weighs what it holds."""

    def __init__(self) -> None:
        self.weight = 0
        self.cells = 0
        """Since the last row began."""

    def prove(self, part: zipfile.ZipInfo, file: IO[bytes]) -> None:
        """Go through one part; what is no XML is passed over, unless its name says it is."""
        parser = ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = self._document_type
        length = 0
        try:
            while piece := file.read(PIECE):
                parser.Parse(piece, False)
                length += len(piece)
                if length - parser.CurrentByteIndex > MOST_TAG_BYTES:
                    raise _too_much()
            parser.Parse(b"", True)
        except ExpatError:
            if part.filename.lower().endswith((".xml", ".rels")):
                raise
            return
        if length != part.file_size:
            raise ValueError("the part is shorter than it says")

    def _element(self, name: str, _attributes: dict[str, str]) -> None:
        self.weight += 1 if name in LIGHT else 10
        if name == ROW:
            self.cells = 0
        elif name == CELL:
            self.cells += 1
        if self.weight > MOST_ELEMENTS or self.cells > LAST_COLUMN:
            raise _too_much()

    def _document_type(self, *_: object) -> None:
        raise ExpatError("a workbook declares no document types and no entities")


def _too_much() -> Unreadable:
    return Unreadable(
        f"holds more than {MOST_ELEMENTS:,} cells and other parts",
        f"所含单元格等内容超过{MOST_ELEMENTS}个",
    )


def protected() -> Unreadable:
    """What is told of a workbook with a password."""
    return Unreadable(
        "is protected with a password: save it without one", "有密码保护：请取消密码后另存"
    )
