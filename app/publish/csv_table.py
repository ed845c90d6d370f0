"""CSV files as rows of cells: their encoding and their delimiter are found out."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from app.publish.complaint import Place
from app.publish.sheet import Cell, Unreadable, is_blank

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
DELIMITERS = (",", "\t", ";")
QUOTED = re.compile(r'"[^"]*"')


def csv_rows(data: bytes) -> Iterator[list[Cell]]:
    """The filled cells of all rows of a CSV file; raises Unreadable, also on the way."""
    text = _decoded(data)
    if is_blank(text):
        raise Unreadable("is empty", "文件为空")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield [
                Cell(number, column, value, "text")
                for column, value in enumerate(cells, 1)
                if not is_blank(value)
            ]
    except csv.Error:
        raise Unreadable(
            "is no CSV: a quotation mark is not closed or stands in a wrong place, "
            "or a cell is endless",
            "不是合法的CSV：引号未闭合或位置不对，或单元格过长",
            Place(None, number + 1),
        ) from None


def _delimiter(text: str) -> str:
    """The delimiter that stands most often in the first line that has one outside quotes."""
    for line in text.splitlines():
        plain = QUOTED.sub("", line)
        counts = {delimiter: plain.count(delimiter) for delimiter in DELIMITERS}
        if any(counts.values()):
            return max(counts, key=counts.__getitem__)
    return DELIMITERS[0]


def _decoded(data: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 where a mark says so, else GB18030."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return _strictly(data, encoding)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(data):
            raise _undecodable("UTF-8", error, len(data)) from None
    return _strictly(data, "gb18030")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        name = "UTF-8 / GB18030" if encoding == "gb18030" else encoding.upper()
        raise _undecodable(name.removesuffix("-SIG"), error, len(data)) from None


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether most of it is UTF-8 beyond ASCII: in GB18030 few characters look like that."""
    text = data.decode(errors="replace")
    wrong = text.count("\ufffd")
    return sum(not character.isascii() for character in text) - wrong > wrong


def _undecodable(name: str, error: UnicodeDecodeError, length: int) -> Unreadable:
    byte = f"0x{error.object[error.start]:02x}"
    offset = length - len(error.object) + error.start  # a mark at the beginning is cut off
    return Unreadable(
        f"is no text in {name}: byte {byte} at offset {offset}",
        f"不是{name}文本：偏移{offset}处的字节为{byte}",
    )
