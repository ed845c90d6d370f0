"""What is wrong with a file: where, which value, what is allowed; in English and Chinese."""

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["en", "zh"]
JsonPath = tuple[str | int, ...]

SHOWN = 60
"""Characters of a value that are repeated in a message."""


@dataclass(frozen=True)
class Place:
    """Where something stands in a workbook or a CSV file; without any part: the whole file."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    """Its letters."""
    title: str | None = None
    """What the header calls the column."""

    def told(self, language: Language) -> str:
        """For a reader: sheet 结果, C7 (所属期)."""
        zh = language == "zh"
        parts = []
        if self.sheet is not None:
            parts.append(f"工作表“{self.sheet}”" if zh else f"sheet {self.sheet}")
        if self.row is not None:
            row = f"第{self.row}行" if zh else f"row {self.row}"
            parts.append(f"{self.column}{self.row}" if self.column else row)
        title = f"（{self.title}）" if zh else f" ({self.title})"
        return ("" if zh else ", ").join(parts) + (title if self.title else "")


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong in one place of one file."""

    path: JsonPath
    en: str
    zh: str
    value: Any = None
    allowed: Sequence[str] = ()
    nearest: str | None = None
    line: int | None = None
    place: Place | None = None
    """Where it stands, in a file that is no JSON."""

    def told(self, file: str, language: Language) -> str:
        """One line: FILE:LINE: $.path: what, value, allowed, nearest."""
        zh = language == "zh"
        named = f"{file}:{self.line}" if self.line else file
        where = self.place.told(language) if self.place else written_path(self.path)
        parts = [": ".join(part for part in (named, where, self.zh if zh else self.en) if part)]
        if self.value is not None:
            parts.append(f"{'值为' if zh else 'value:'} {shown(self.value)}")
        if self.allowed:
            joined = ("、" if zh else ", ").join(self.allowed)
            parts.append(f"{'可用：' if zh else 'allowed: '}{joined}")
        if self.nearest:
            parts.append(f"您要的可能是“{self.nearest}”" if zh else f"nearest: {self.nearest}")
        return ("；" if zh else "; ").join(parts)


class Refused(Exception):
    """A file, or several, that cannot be published; nothing was changed."""

    def __init__(self, complaints: dict[str, list[Complaint]]):
        super().__init__(f"{sum(map(len, complaints.values()))} errors")
        self.complaints = complaints

    def told(self, language: Language) -> list[str]:
        """A line per complaint, file by file, in the order of the file."""
        return [
            complaint.told(file, language)
            for file, found in self.complaints.items()
            for complaint in sorted(found, key=lambda c: (c.line or 0, written_path(c.path)))
        ]


def written_path(path: JsonPath) -> str:
    """The place in JSONPath notation: $.areas[2].number."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def shown(value: Any) -> str:
    """A value as JSON, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def nearest(name: Any, known: Iterable[str]) -> str | None:
    """The known name that a wrong one most resembles."""
    return next(iter(difflib.get_close_matches(str(name)[:SHOWN], list(known), n=1)), None)
