"""What is wrong with a plan file: where, which value, what is allowed; in English and Chinese."""

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
class Complaint:
    """One thing that is wrong in one place of one file."""

    path: JsonPath
    en: str
    zh: str
    value: Any = None
    allowed: Sequence[str] = ()
    nearest: str | None = None
    line: int | None = None

    def told(self, file: str, language: Language) -> str:
        """One line: FILE:LINE: $.path: what, value, allowed, nearest."""
        zh = language == "zh"
        place = f"{file}:{self.line}" if self.line else file
        parts = [f"{place}: {written_path(self.path)}: {self.zh if zh else self.en}"]
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
