"""The workbook that an office fills in: a line per promise, a line per document, and how to."""

import io
import os
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.formats.column import Choice
from app.models.choices import ObservationStatus, Outcome
from app.publish.result_columns import DOCUMENTS, RESULTS, Field, Fields

if TYPE_CHECKING:  # `serve` starts without loading openpyxl
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    AnyCell = Cell | MergedCell

FONT = "等线"
GREY, WHITE, NEEDED = "EDEDED", "DCE6F1", "FFE699"
"""Headers and cells: information, what may be filled in, what must be filled in."""
LINE_GREY, DARK_GREY, BLACK = "BFBFBF", "595959", "000000"
UNTIMED = datetime(1980, 1, 1)
"""The first moment that a ZIP archive knows."""
LAST_LINE = 2000
"""Down to here lists and hints are at hand, for lines that are added."""

WIDTHS = {
    "indicator": 44, "name_zh": 26, "promise": 24, "unit": 7, "period": 14, "value": 13,
    "value_status": 12, "source": 14, "source_title": 28, "source_url": 28, "source_date": 13,
    "quote": 22, "note_zh": 22, "note_en": 22,
    "code": 44, "title_zh": 38, "outcome": 20, "issued_on": 13, "issued_number": 20,
    "issued_title_zh": 34, "issued_url": 30,
}  # fmt: skip
"""In characters."""

GUIDE_WIDTH = 72

LISTS: dict[str, type[Choice]] = {"value_status": ObservationStatus, "outcome": Outcome}
HINTS = {
    "period": "2023、2023-H1、2023-Q3、2023-05、2022-2023（学年）、2023-12-31（截至）、"
    "2023-01-01/2023-06-30",
    "value": "只写数字，按单位写出全数。百分数写56.13或56.13%；不大于1%的须带百分号。不用公式。",
    "value_status": "留空即为实测。来源中数字被隐去的选“原文隐去”，数值留空。",
    "source": "英文小写字母和数字，如summary；同一来源始终用同一简称。",
    "source_date": "来源的发布日期，如2024-01-30。",
    "quote": "来源中写明这一数值的原话，不超过20个字。",
    "outcome": "只有已印发或以其他形式印发的文件才填写右侧各列。",
}

GUIDE = (
    (
        "如何填写",
        (
            "“结果”表每行是一项承诺，“文件”表每行是计划提出要印发的一份文件。灰色单元格供您对照"
            "，不必改动，只填白色单元格。没有结果的行请留空，留空的行不会读入。黄色表头的列必填"
            "。",
            "同一指标有几个来源或几个时期的结果时，请复制该行，改写所属期或来源简称。",
            "所属期：年2023；半年2023-H1；季度2023-Q3；月2023-05；学年2022-2023；截至某日"
            "2023-12-31；起止日期2023-01-01/2023-06-30。也可以写2023年上半年、2023年第三季度、"
            "2022—2023学年等。表中已填入计划年度。统计一段时间内数量的指标（如新增学位）须填时"
            "段，不能填某一天。",
            "结果数值：只写数字，按“单位”列的单位写出全数。百分数写56.13或56.13%均可；不大于1%的"
            "须带百分号，如0.5%。不接受公式：请复制后选择性粘贴为数值。",
            "数值状态：实测、初步数、估算、原文隐去；留空即为实测。来源中数字被隐去的选“原文隐"
            "去”，数值留空。",
            "来源简称：英文小写字母和数字，如summary；它是结果代码的一部分，同一来源请始终用同"
            "一简称。来源日期是来源的发布日期。引文是来源的原话，不超过20个字。",
            "文件的结果：已印发、以其他形式印发、未印发、本服务未收录结果。只有前两种才填印发日"
            "期、文号、印发标题和网址。",
            "先检查而不改动：yaodian observe 文件名.xlsx --dry-run --lang zh",
            "读入：yaodian observe 文件名.xlsx --lang zh",
            "有错误时整个文件都不读入，并逐处列出工作表、行和列，改正后重新读入即可。同一文件读"
            "入两次，第二次不会有任何变化。",
            "更正已发布的结果：改写后重新读入，并用--cause说明原因（correction为我方更正，"
            "revision为来源修订）。从表中删去一行并不撤回已发布的结果；撤回用：yaodian retract "
            "结果代码 --note 原因",
        ),
    ),
    (
        "How to fill it in",
        (
            "Each line of the sheet 结果 (results) is a promise; each line of 文件 (documents) "
            "is a document that the plan says will be issued. Grey cells are there to compare "
            "with: leave them as they are and fill in white cells only. Leave a line empty "
            "where there is no result; empty lines are not read. Columns with a yellow title "
            "must be filled in.",
            "Several sources or periods for one indicator: copy the line and change 所属期 "
            "(period) or 来源简称 (source).",
            "所属期 (period): year 2023; half 2023-H1; quarter 2023-Q3; month 2023-05; school "
            "year 2022-2023; as at a day 2023-12-31; two dates 2023-01-01/2023-06-30. The "
            "plan's year is filled in. What is counted over a time, such as new places, needs "
            "a period, not a day.",
            "结果数值 (value): the number alone, in full, in the unit of the line. A "
            "percentage is 56.13 or 56.13%; up to 1% it needs its sign, such as 0.5%. No "
            "formulas: copy them and paste them as values.",
            "数值状态 (status): 实测 measured, 初步数 provisional, 估算 estimated, 原文隐去 "
            "redacted; empty means measured. Where the source masks the number choose 原文隐去 "
            "and leave the value empty.",
            "来源简称 (source): lower-case letters and digits, such as summary; it is part of "
            "the result's code, so keep to one name for one source. 来源日期 is the day on "
            "which the source was published. 引文 (quote): the source's own words, at most 20 "
            "characters.",
            "What became of a document: 已印发 issued, 以其他形式印发 issued in another form, "
            "未印发 not issued, 本服务未收录结果 no result recorded here. Date, number, title "
            "and address belong to the first two only.",
            "Check without changing anything: yaodian observe FILE.xlsx --dry-run",
            "Load: yaodian observe FILE.xlsx",
            "If anything is wrong, nothing is loaded, and every place is listed with its "
            "sheet, row and column. Loading the same file a second time changes nothing.",
            "To correct a published result, change it, load the file again and say why with "
            "--cause (correction: our mistake; revision: the source replaced it). Deleting a "
            "line here does not withdraw a published result; this does: yaodian retract CODE "
            "--note REASON",
        ),
    ),
)


@dataclass(frozen=True)
class TemplatePromise:
    """A line of results to be filled in."""

    indicator: str
    name_zh: str
    value_text_zh: str
    """The promise, ready to print."""
    unit_zh: str
    period: str
    """What is filled in beforehand."""


@dataclass(frozen=True)
class TemplateDocument:
    """A document whose fate is to be filled in."""

    code: str
    title_zh: str
    quote: str


@dataclass(frozen=True)
class TemplatePlan:
    """A plan as far as the workbook tells it."""

    code: str
    title_zh: str
    promises: Sequence[TemplatePromise]
    documents: Sequence[TemplateDocument]


def write_template(path: Path, plan: TemplatePlan) -> None:
    """Write the workbook to a new file, whole or not at all.

    Raises FileExistsError where there is such a file, and any other OSError. The same plan gives
    the same bytes.
    """
    data = _packed(_workbook(plan))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with path.open("xb") as claimed:
            written.chmod(os.fstat(claimed.fileno()).st_mode)
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def _packed(book: "Workbook") -> bytes:
    """The workbook as bytes that tell no time."""
    from openpyxl.writer.excel import ExcelWriter

    book.properties.created = book.properties.modified = UNTIMED
    plain, packed = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(plain, "w")).save()
    with zipfile.ZipFile(plain) as parts, zipfile.ZipFile(packed, "w") as again:
        for part in parts.infolist():
            untimed = zipfile.ZipInfo(part.filename)
            again.writestr(untimed, parts.read(part), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _workbook(plan: TemplatePlan) -> "Workbook":
    from openpyxl import Workbook

    book = Workbook()
    promises = (
        (each.indicator, each.name_zh, each.value_text_zh, each.unit_zh, each.period)
        for each in plan.promises
    )
    announced = ((each.code, each.title_zh, each.quote) for each in plan.documents)
    _fill(book.worksheets[0], "结果", RESULTS, promises)
    _fill(book.create_sheet(), "文件", DOCUMENTS, announced)
    _explain(book.create_sheet("说明"), plan)
    return book


# --- tables -----------------------------------------------------------------------------------


def _fill(sheet: "Worksheet", title: str, fields: Fields, lines: Iterable[Sequence[str]]) -> None:
    """A table: its header, and a line for each promise or document."""
    from openpyxl.utils import get_column_letter

    sheet.title = title
    for column, field in enumerate(fields, 1):
        _prepare_column(sheet, get_column_letter(column), field)
        head = sheet.cell(1, column)
        _dress(head, NEEDED if field.required else _colour(field) or WHITE, bold=True)
        _put(head, field.zh)
    for row, texts in enumerate(lines, 2):
        for column, field in enumerate(fields, 1):
            cell = sheet.cell(row, column)
            _dress(cell, _colour(field))
            cell.number_format = _number_format(field)
            if column <= len(texts):
                _put(cell, texts[column - 1])
        widths = (WIDTHS[field.name] for field in fields)
        sheet.row_dimensions[row].height = _height(zip(texts, widths, strict=False))
    sheet.row_dimensions[1].height = 28
    sheet.freeze_panes = "C2"
    sheet.print_title_rows = "1:1"
    _set_page(sheet, "landscape", PAPER_A3)


def _prepare_column(sheet: "Worksheet", letters: str, field: Field) -> None:
    """Width and number format of a column, and what is at hand in its cells."""
    from openpyxl.worksheet.datavalidation import DataValidation

    dimension = sheet.column_dimensions[letters]
    dimension.width = WIDTHS[field.name]
    dimension.number_format = _number_format(field)
    if field.name not in HINTS or field.use == "information":
        return
    choices = LISTS.get(field.name)
    hint = DataValidation(
        type="list" if choices else None,
        formula1=f'"{",".join(choice.zh for choice in choices)}"' if choices else None,
        promptTitle=field.zh,
        prompt=HINTS[field.name],
        showInputMessage=True,
        showErrorMessage=bool(choices),
        allow_blank=True,
    )
    hint.add(f"{letters}2:{letters}{LAST_LINE}")
    sheet.add_data_validation(hint)


def _number_format(field: Field) -> str:
    """Text stays text, so that no period turns into a date; figures and days may be typed."""
    if field.name in ("source_date", "issued_on"):
        return "yyyy-mm-dd"
    return "General" if field.name == "value" else "@"


def _colour(field: Field) -> str | None:
    """Grey for what is there to compare with."""
    return GREY if field.use == "information" or field.name in ("indicator", "code") else None


def _dress(cell: "AnyCell", colour: str | None, bold: bool = False) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    if colour:
        cell.fill = PatternFill("solid", fgColor=colour)
    edge = Side(style="thin", color=LINE_GREY)
    cell.font = Font(name=FONT, bold=bold, color=DARK_GREY if colour == GREY else BLACK)
    cell.border = Border(edge, edge, edge, edge)
    cell.alignment = Alignment(vertical="center", wrap_text=True)


def _height(texts: Iterable[tuple[str, float]], size: int = 11) -> float:
    """Points that texts need in columns of these widths: not every program finds out by itself."""
    lines = max(ceil(_width(text) * size / 11 / (width - 1)) for text, width in texts)
    return (lines * 1.45 + 0.6) * size


def _width(text: str) -> int:
    """Characters of text as a spreadsheet counts them: a Chinese one is two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in text)


def _put(cell: "AnyCell", text: str) -> None:
    """Text, even where it begins like a formula."""
    cell.value = text
    cell.data_type = "s"


# --- the rest ---------------------------------------------------------------------------------

PAPER_A3, PAPER_A4 = 8, 9


def _explain(sheet: "Worksheet", plan: TemplatePlan) -> None:
    """The sheet that says how to fill in the others."""
    from openpyxl.styles import Alignment, Font

    lines = [(f"{plan.title_zh}（{plan.code}）", True)]
    for title, texts in GUIDE:
        lines += [(title, True), *((text, False) for text in texts)]
    sheet.column_dimensions["A"].width = GUIDE_WIDTH
    for row, (text, is_title) in enumerate(lines, 1):
        cell, size = sheet.cell(row, 1), 14 if is_title else 11
        _put(cell, text)
        cell.font = Font(name=FONT, bold=is_title, size=size)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.row_dimensions[row].height = _height([(text, GUIDE_WIDTH)], size)
    _set_page(sheet, "portrait", PAPER_A4)


def _set_page(
    sheet: "Worksheet", orientation: Literal["landscape", "portrait"], paper: int
) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = paper
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
