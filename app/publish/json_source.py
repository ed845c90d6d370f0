"""JSON with the line of every value, so that an error can be shown where it stands.

The standard parser gives no positions and lets a repeated key win silently; both matter in a file
that people edit. Strings and numbers are still read by the standard library.
"""

import json
import re
from dataclasses import dataclass
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from app.publish.complaint import Complaint, JsonPath, shown

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 32

SPACE = re.compile(r"[ \t\n\r]*")
SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null", re.ASCII)


@dataclass(frozen=True)
class Source:
    """A JSON value and where its parts stand."""

    value: Any
    lines: dict[JsonPath, int]
    """Line of every key and item, from 1."""
    repeated: list[Complaint]

    def line(self, path: JsonPath) -> int | None:
        """The line of a place, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


class NotJson(Exception):
    """The file is not JSON; `complaint` says where and why."""

    def __init__(self, complaint: Complaint):
        super().__init__(complaint.en)
        self.complaint = complaint


def read_source(path: Path) -> Source:
    """A file as JSON with lines; raises NotJson."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _not_json(
            f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}"
        ) from None
    if len(data) > MAX_BYTES:
        size = f"{MAX_BYTES // 2**20} MB"
        raise _not_json(f"is larger than {size}", f"超过{size}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"0x{data[error.start]:02x}"
        raise _not_json(
            f"is not UTF-8: byte {byte} at offset {error.start}",
            f"不是UTF-8编码：偏移{error.start}处的字节为{byte}",
            line,
        ) from None
    return parse_source(text)


def parse_source(text: str) -> Source:
    """Text as JSON with lines; raises NotJson."""
    return _Parser(text).parse()


def _not_json(en: str, zh: str, line: int | None = None) -> NotJson:
    return NotJson(Complaint((), en, zh, line=line))


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.at = 0
        self.line = 1
        self.counted = 0
        self.lines: dict[JsonPath, int] = {}
        self.repeated: list[Complaint] = []

    def parse(self) -> Source:
        self._space()
        value = self._value(())
        if self.at < len(self.text):
            raise self._wrong("something follows the end of the JSON", "JSON结束后还有内容")
        return Source(value, self.lines, self.repeated)

    def _wrong(self, en: str, zh: str) -> NotJson:
        before = self.text[: self.at]
        line = before.count("\n") + 1
        column = self.at - (before.rfind("\n") + 1) + 1
        found = shown(self.text[self.at : self.at + 20]) if self.at < len(self.text) else None
        en_found = f", found {found}" if found else ", the file ends"
        zh_found = f"，此处为{found}" if found else "，文件已结束"
        return _not_json(
            f"is not JSON: {en} in column {column}{en_found}",
            f"不是JSON：第{column}列{zh}{zh_found}",
            line,
        )

    def _space(self) -> None:
        match = SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _mark(self, path: JsonPath) -> None:
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        self.lines[path] = self.line

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _value(self, path: JsonPath) -> Any:
        if not path or isinstance(path[-1], int):
            self._mark(path)
        if len(path) > MAX_DEPTH:
            raise self._wrong(f"nested deeper than {MAX_DEPTH}", f"嵌套超过{MAX_DEPTH}层")
        match self._next():
            case "{":
                value: Any = self._object(path)
            case "[":
                value = self._array(path)
            case '"':
                value = self._string()
            case _:
                value = self._scalar()
        self._space()
        return value

    def _string(self) -> str:
        value: str
        try:
            value, self.at = scanstring(self.text, self.at + 1, True)
        except JSONDecodeError as error:
            self.at = min(error.pos, len(self.text))
            raise self._wrong("a string is broken", "字符串有误") from None
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise self._wrong("a string has half a surrogate pair", "字符串含有不成对的代理码")
        return value

    def _scalar(self) -> Any:
        match = SCALAR.match(self.text, self.at)
        if not match:
            raise self._wrong("a value is missing", "缺少值")
        try:
            value = json.loads(match.group())
        except ValueError:
            raise self._wrong("a number is too long", "数字过长") from None
        if isinstance(value, float) and value in (float("inf"), float("-inf")):
            raise self._wrong("a number is too large", "数字过大")
        self.at = match.end()
        return value

    def _object(self, path: JsonPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, int] = {}
        self.at += 1
        self._space()
        while self._next() != "}":
            if self._next() != '"':
                raise self._wrong("a key in double quotes is missing", "缺少双引号中的键名")
            key_at = self.at
            key = self._string()
            inner = (*path, key)
            after, self.at = self.at, key_at
            self._mark(inner)
            self.at = after
            if key in found:
                self._repeated(inner, first[key])
            first.setdefault(key, self.lines[inner])
            self._space()
            self._expect(":")
            found[key] = self._value(inner)
            self._comma("}")
        self.at += 1
        return found

    def _repeated(self, path: JsonPath, first: int) -> None:
        self.repeated.append(
            Complaint(
                path,
                f"this key stands twice in one object, first on line {first}",
                f"同一对象中键名重复，首次出现在第{first}行",
                line=self.lines[path],
            )
        )

    def _array(self, path: JsonPath) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        self._space()
        while self._next() != "]":
            found.append(self._value((*path, len(found))))
            self._comma("]")
        self.at += 1
        return found

    def _expect(self, character: str) -> None:
        if self._next() != character:
            raise self._wrong(f"'{character}' is missing", f"缺少“{character}”")
        self.at += 1
        self._space()

    def _comma(self, end: str) -> None:
        if self._next() == end:
            return
        self._expect(",")
        if self._next() == end:
            raise self._wrong(f"a comma stands before '{end}'", f"“{end}”前多了逗号")
