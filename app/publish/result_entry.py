"""A line of a table of results or documents: reading its cells, and what is wrong in them."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.formats.column import Choice
from app.publish.complaint import Complaint, Place, nearest
from app.publish.figures import kept
from app.publish.periods import SPELLINGS, Period, period_of_cell
from app.publish.reading import MESSAGES, PATTERNS
from app.publish.result_columns import folded
from app.publish.sheet import Cell, half_width, written

ChoiceType = TypeVar("ChoiceType", bound=Choice)

BROKEN = {
    "formula": (
        "is a formula: copy the cell and paste it as values",
        "是公式：请复制后选择性粘贴为数值",
    ),
    "error": ("is an error of the spreadsheet", "是电子表格的错误值"),
    "boolean": ("is a truth value of the spreadsheet", "是电子表格的逻辑值"),
}
"""What a cell must not hold, by its kind: a sentence in each language."""
NOT_TEXT = (
    "is a number or a date, not text: format the cell as text and fill it in again",
    "是数字或日期而不是文本：请将单元格设为文本格式后重新填写",
)
MISSING = MESSAGES["missing"]
SOURCE = re.compile(r"(?![hq]\d(?:-|$))[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
"""No source begins like the rest of a period: codes of two results could be the same."""


@dataclass
class Entry:
    """A line of a table: its cells by field, and what is wrong with them."""

    sheet: str | None
    row: int
    columns: Mapping[str, Place]
    cells: Mapping[str, Cell]
    complaints: list[Complaint]
    code: str | None = None
    """The code of what the line is about, once it is known."""

    def place(self, name: str) -> Place:
        """Where a field stands."""
        column = self.columns[name]
        return Place(self.sheet, self.row, column.column, column.title)

    def refuse(
        self,
        name: str,
        en: str,
        zh: str,
        allowed: Sequence[str] = (),
        near: str | None = None,
    ) -> None:
        """Complain of a field; one whose whole column is missing has been complained of."""
        if name in self.columns:
            cell = self.cells.get(name)
            value = _shown(cell) if cell else None
            place = self.place(name)
            self.complaints.append(Complaint((), en, zh, value, allowed, near, place=place))

    def require_first(self, first: dict[str, "Entry"]) -> None:
        """Complain if another line is about the same."""
        if self.code is None:
            return
        other = first.setdefault(self.code, self)
        if other is not self:
            name = "indicator" if "indicator" in self.columns else "code"
            there = other.place(name)
            self.refuse(
                name,
                f"{self.code} stands here a second time, first in {there.told('en')}",
                f"{self.code}重复，首次出现在{there.told('zh')}",
            )

    def content(self, name: str, required: bool = False) -> Cell | None:
        """The cell of a field, if it has one that holds neither formula nor error."""
        cell = self.cells.get(name)
        if cell is None and required:
            self.refuse(name, *MISSING)
        if cell is not None and cell.kind in BROKEN:
            self.refuse(name, *BROKEN[cell.kind])
            return None
        return cell

    def text(self, name: str, required: bool = False) -> str | None:
        """The text of a field, without spaces around it."""
        cell = self.content(name, required)
        if cell is None:
            return None
        if not isinstance(cell.value, str):
            self.refuse(name, *NOT_TEXT)
            return None
        return cell.value.strip()

    def valid(self, name: str, adapter: TypeAdapter[str], required: bool = False) -> str | None:
        """The text of a field, by the rules of plan files."""
        text = self.text(name, required)
        try:
            return None if text is None else adapter.validate_python(text)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                context = detail.get("ctx", {})
                pattern = context.get("pattern", "")
                en, zh = PATTERNS.get(pattern) or MESSAGES[detail["type"]]
                self.refuse(name, en.format(**context), zh.format(**context))
        return None

    def reference(self, name: str, known: Mapping[str, Any], en: str, zh: str) -> str | None:
        """A code that is known."""
        text = self.text(name, required=True)
        code = text and _folded_code(text)
        if code and code not in known:
            near = _nearest(code, tuple(known))
            self.refuse(name, f"there is no such {en}", f"没有这个{zh}", near=near)
            return None
        return code

    def source(self) -> str | None:
        """The short name of the source."""
        text = self.text("source", required=True)
        source = text and _folded_code(text)
        if source and not SOURCE.fullmatch(source):
            self.refuse(
                "source",
                "must be a short name that begins with a word: lower-case letters and digits, "
                "in parts joined by single hyphens, such as summary or bulletin-2024",
                "必须是以单词开头的简称：小写字母和数字，各部分以单个连字符相连，"
                "如summary、bulletin-2024",
            )
            return None
        return source

    def choice(
        self, name: str, kind: type[ChoiceType], required: bool = False
    ) -> ChoiceType | None:
        """A value of a closed list, by its name in either language."""
        text = self.text(name, required)
        if text is None:
            return None
        names = {folded(each): choice for choice in kind for each in (choice.zh, choice, choice.en)}
        if found := names.get(folded(text)):
            return found
        near = nearest(folded(text), names)
        allowed = [f"{choice.zh} ({choice})" for choice in kind]
        self.refuse(name, *MESSAGES["enum"], allowed, near and names[near].zh)
        return None

    def period(self, name: str) -> Period | None:
        """A period."""
        cell = self.content(name, required=True)
        found = period_of_cell(cell) if cell else None
        if cell and not found:
            self.refuse(name, "is no period", "不是所属期", SPELLINGS)
        return found

    def day(self, name: str) -> date | None:
        """A day."""
        cell = self.content(name)
        found = period_of_cell(cell) if cell else None
        if cell and not (found and found.is_day):
            self.refuse(name, *MESSAGES["date_type"])
            return None
        return found.start if found else None


def _folded_code(text: str) -> str:
    return half_width(text).strip().lower()


@lru_cache(maxsize=1000)
def _nearest(code: str, known: tuple[str, ...]) -> str | None:
    return nearest(code, known)


def _shown(cell: Cell) -> Any:
    """The value of a cell as its reader sees it."""
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float):
        return written(cell.value)
    if "%" in cell.symbols and math.isfinite(cell.value):
        return f"{kept(cell.value).scaleb(2).normalize():f}%"
    return cell.value
