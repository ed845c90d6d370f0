"""A line of a table of results or documents: reading its cells, and what is wrong in them."""

import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from app.formats.column import Choice
from app.publish.complaint import Complaint, Place, nearest
from app.publish.figures import kept
from app.publish.periods import SPELLINGS, Period, meant_period, period_of_cell
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
    "merged": (
        "is part of merged cells: unmerge them and fill in each one",
        "是合并单元格的一部分：请取消合并，逐格填写",
    ),
}
"""What a cell must not hold, by its kind: a sentence in each language."""
NOT_TEXT = (
    "is a number or a date, not text: format the cell as text and fill it in again",
    "是数字或日期而不是文本：请将单元格设为文本格式后重新填写",
)
LINE_BREAK = ("has a line break: write it in one line", "含换行：请写在一行之内")
MISSING = MESSAGES["missing"]
EMPTY_WORDS = frozenset(
    ("", "无", "暂无", "没有", "空", "无数据", "暂无数据", "不详", "/", "\\", "n/a", "na", "none")
)
"""What people write where they have nothing to write; dashes too."""
DASHES = re.compile("[-‐‑‒–—―−_]")
NO_SCHEME = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[/:?#]\S*)?", re.IGNORECASE | re.ASCII)
URL_PATTERN = r"^https?://\S+$"
CODE_LIKE = re.compile(r"[a-z0-9_-]+", re.ASCII)
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
        if text is None or self._says_nothing(name, text, required):
            return None
        if "\n" in text or "\r" in text:
            self.refuse(name, *LINE_BREAK)
            return None
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self.refuse(name, *_sentences(detail, text))
        return None

    def _says_nothing(self, name: str, text: str, required: bool) -> bool:
        """Refuse a word or dash that only says that there is nothing."""
        empty = says_nothing(text)
        if empty and required:
            self.refuse(name, "says nothing: fill it in", "没有内容：请填写")
        elif empty:
            self.refuse(
                name,
                "says nothing: leave the cell empty where there is nothing to say",
                "没有内容：没有可填写的请留空",
            )
        return empty

    def named_code(self, name: str) -> str | None:
        """What stands in a cell for codes, if that is a text."""
        cell = self.cells.get(name)
        text = cell is not None and cell.kind == "text" and str(cell.value)
        return _folded_code(text) if text else None

    def reference(
        self, name: str, known: Container[str], near: Mapping[str, str], en: str, zh: str
    ) -> str | None:
        """A code that is known; `near` has the codes that wrong ones may mean."""
        text = self.text(name, required=True)
        code = text and _folded_code(text)
        if code and code not in known:
            self.refuse(name, f"there is no such {en}", f"没有这个{zh}", near=near.get(code))
            return None
        return code

    def is_stray(self, key: str, others: Sequence[str]) -> bool:
        """Whether a line has no code, and none of the cells that any line has: a signature, a sum.

        It is complained of once.
        """
        code = self.named_code(key)
        coded = code is not None and CODE_LIKE.fullmatch(code)
        if coded or key not in self.columns or any(name in self.cells for name in others):
            return False
        first = next(name for name in self.columns if name in self.cells)
        self.refuse(
            first,
            "stands in a line without a code, which is no result: delete the line, such as a sum "
            f"or a signature, or fill in {self.columns[key].title} and the rest",
            "所在的行没有代码，不是结果：如为合计、填表人等，请删去该行，"
            f"否则请填写{self.columns[key].title}等各列",
        )
        return True

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
            meant = meant_period(str(cell.value)) if cell.kind == "text" else None
            self.refuse(name, "is no period", "不是所属期", SPELLINGS, meant)
        return found

    def day(self, name: str) -> date | None:
        """A day."""
        cell = self.content(name)
        if cell is None or self._says_nothing(name, written(cell.value), required=False):
            return None
        found = period_of_cell(cell)
        if not found or not found.is_day:
            self.refuse(name, *MESSAGES["date_type"])
            return None
        return found.start

    def past_day(self, name: str, today: date) -> date | None:
        """A day that is not to come."""
        day = self.day(name)
        if day and day > today:
            self.refuse(
                name,
                f"is a day to come (today is {today}): write the day on which it was published",
                f"是将来的日期（今天是{today}）：请改为实际的发布日期",
            )
            return None
        return day


def _folded_code(text: str) -> str:
    return half_width(text).strip().lower()


def says_nothing(text: str) -> bool:
    """Whether a text only says that there is nothing: 无, 暂无, /, —."""
    return DASHES.sub("", half_width(text)).strip().lower() in EMPTY_WORDS


def _sentences(detail: ErrorDetails, text: str) -> tuple[str, str]:
    """What is wrong with a text, in each language."""
    context = detail.get("ctx", {})
    pattern = context.get("pattern", "")
    if pattern == URL_PATTERN and NO_SCHEME.fullmatch(text):
        return (
            f"must begin with https:// or http://: write https://{text}",
            f"须以https://或http://开头：请写https://{text}",
        )
    en, zh = PATTERNS.get(pattern) or MESSAGES[detail["type"]]
    return en.format(**context), zh.format(**context)


def _shown(cell: Cell) -> Any:
    """The value of a cell as its reader sees it."""
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float):
        return written(cell.value)
    if "%" in cell.symbols and math.isfinite(cell.value):
        return f"{kept(cell.value).scaleb(2).normalize():f}%"
    return cell.value
