"""The workbook that an office fills in: a line per promise, a line per document, and how to."""

import io
import os
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
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
    "name_zh": 29, "promise": 17, "unit": 5, "period": 11, "value": 11, "value_status": 9,
    "source": 10, "source_title": 22, "source_date": 11, "quote": 20,
    "source_url": 24, "note_zh": 26, "note_en": 26, "indicator": 38,
}  # fmt: skip
"""The columns of results in their order, and how many characters wide they are: what must be filled
in is seen beside the name in a small window, codes come last."""

DOCUMENT_WIDTHS = {
    "title_zh": 36, "quote": 22, "outcome": 18, "issued_on": 12, "issued_number": 18,
    "issued_title_zh": 28, "issued_url": 22, "code": 26,
}  # fmt: skip
"""The same of documents."""

LAST_OF_FIRST_PAGE = "quote"
"""The column of results behind which a printed page ends."""

GUIDE_WIDTH = 72

Widths = Mapping[str, int]

LISTS: dict[str, type[Choice]] = {"value_status": ObservationStatus, "outcome": Outcome}
HINTS = {
    "period": "2023、2023-H1、2023-Q3、2023-05、2022-2023（学年）、2023-12-31（截至）、"
    "2023-01-01/2023-06-30",
    "value": "只写数字，按单位写出全数，也可写2.1万、38.5亿元。百分数写56.13或56.13%；不大于1%的须"
    "带百分号。没有结果请留空。不用公式。",
    "value_status": "留空即为实测。来源中数字被隐去的选“原文隐去”，数值留空。",
    "source": "英文小写字母和数字，如summary；同一来源始终用同一简称。",
    "source_date": "来源的发布日期，如2024-01-30。",
    "quote": "来源中写明这一数值的原话，不超过20个字，须含有这一数值。",
    "issued_on": "文件印发的日期，如2023-06-15。只知年月的请留空。",
    "outcome": "只有已印发或以其他形式印发的文件才填写右侧各列。",
}

GUIDE = (
    (
        "如何填写",
        (
            "“结果”表每行是一项承诺，“文件”表每行是计划提出要印发的一份文件。灰色单元格供您对照"
            "，不必改动，只填白色单元格；黄色表头的列必填。没有结果的行请全部留空，不要写“无”“—”"
            "“/”；留空的行不会读入。表格之外请勿另写文字，如填表人签名。",
            "例：指标“公办幼儿园在园幼儿占比”，所属期2023，结果数值56.13%，数值状态留空，来源简称"
            "summary，来源标题“某市教育局2023年工作总结”，来源日期2024-01-30，引文“公办园在园幼儿"
            "占比达56.13%”。",
            "同一指标有几个来源或几个时期的结果时，请复制该行，改写所属期或来源简称。",
            "所属期：年2023；半年2023-H1；季度2023-Q3；月2023-05；学年2022-2023；截至某日"
            "2023-12-31；起止日期2023-01-01/2023-06-30。也可以写2023年上半年、2023年第三季度、"
            "2022—2023学年等。表中已填入计划年度。统计一段时间内数量的指标（如新增学位）须填时"
            "段，不能填某一天。",
            "结果数值：只写数字，按“单位”列的单位写出全数；也可以写2.1万、38.5亿元，单位列不要改动"
            "。百分数写56.13或56.13%均可；不大于1%的须带百分号，如0.5%。来源说“约82%”的，写82，"
            "数值状态选“估算”。不接受公式：请复制后选择性粘贴为数值。",
            "数值状态：实测、初步数、估算、原文隐去；留空即为实测。来源中数字被隐去的选“原文隐"
            "去”，数值留空。",
            "来源简称：英文小写字母和数字，如summary；它是结果代码的一部分，同一来源请始终用同"
            "一简称。来源日期是来源的发布日期，不能在今天之后。引文是来源的原话，须含有这一数值，"
            "不超过20个字。",
            "文件的结果：已印发、以其他形式印发、未印发、本服务未收录结果。只有前两种才填印发日"
            "期、文号、印发标题和网址。",
            "先检查而不改动：yaodian observe 文件名.xlsx --dry-run --lang zh。请逐行核对显示的指"
            "标、所属期、数值和来源。",
            "读入：yaodian observe 文件名.xlsx --lang zh",
            "有错误时整个文件都不读入，并逐处列出工作表、行和列，改正后重新读入即可。同一文件读"
            "入两次，第二次不会有任何变化。",
            "更正已发布的结果：改写后重新读入，用--cause说明原因（correction为我方更正，revision"
            "为来源修订），并用--note向读者说明，中文、英文各写一次：yaodian observe 文件名.xlsx "
            '--cause correction --note "录入时抄错。" --note "Copying error." --lang zh',
            '撤回已发布的结果：yaodian retract 结果代码 --note "原因" --note "Reason" --lang zh；'
            "结果代码在读入时显示，如+ 结果 xxjyj-…-2023-summary。从表中删去一行并不撤回；反之，"
            "撤回之后请把该行从表中删去，否则下次读入时它会被当作要恢复的结果。",
        ),
    ),
    (
        "How to fill it in",
        (
            "Each line of the sheet 结果 (results) is a promise; each line of 文件 (documents) "
            "is a document that the plan says will be issued. Grey cells are there to compare "
            "with: leave them as they are and fill in white cells only; columns with a yellow "
            "title must be filled in. Leave a line empty where there is no result, without a "
            "dash or 无; empty lines are not read. Write nothing outside the tables.",
            "Example: for 公办幼儿园在园幼儿占比, period 2023, value 56.13%, status empty, source "
            "summary, title of the source 某市教育局2023年工作总结, its date 2024-01-30, quote "
            "公办园在园幼儿占比达56.13%.",
            "Several sources or periods for one indicator: copy the line and change 所属期 "
            "(period) or 来源简称 (source).",
            "所属期 (period): year 2023; half 2023-H1; quarter 2023-Q3; month 2023-05; school "
            "year 2022-2023; as at a day 2023-12-31; two dates 2023-01-01/2023-06-30. The "
            "plan's year is filled in. What is counted over a time, such as new places, needs "
            "a period, not a day.",
            "结果数值 (value): the number alone, in full, in the unit of the line, or with 万 and "
            "亿 as in 38.5亿元; leave the unit as it is. A percentage is 56.13 or 56.13%; up to 1% "
            "it needs its sign, such as 0.5%. Where the source says about 82%, write 82 and "
            "choose 估算. No formulas: copy them and paste them as values.",
            "数值状态 (status): 实测 measured, 初步数 provisional, 估算 estimated, 原文隐去 "
            "redacted; empty means measured. Where the source masks the number choose 原文隐去 "
            "and leave the value empty.",
            "来源简称 (source): lower-case letters and digits, such as summary; it is part of "
            "the result's code, so keep to one name for one source. 来源日期 is the day on "
            "which the source was published, never a day to come. 引文 (quote): the source's own "
            "words, which hold the figure, at most 20 characters.",
            "What became of a document: 已印发 issued, 以其他形式印发 issued in another form, "
            "未印发 not issued, 本服务未收录结果 no result recorded here. Date, number, title "
            "and address belong to the first two only.",
            "Check without changing anything: yaodian observe FILE.xlsx --dry-run; read what it "
            "shows line by line.",
            "Load: yaodian observe FILE.xlsx",
            "If anything is wrong, nothing is loaded, and every place is listed with its "
            "sheet, row and column. Loading the same file a second time changes nothing.",
            "To correct a published result, change it, load the file again, say why with "
            "--cause (correction: our mistake; revision: the source replaced it), and tell "
            "readers with --note, once in Chinese and once in English.",
            "To withdraw one: yaodian retract CODE --note REASON; its code is shown when it is "
            "loaded. Deleting a line here does not withdraw a result. Once it is withdrawn, delete "
            "its line too, or the next load takes it for one that is to come back.",
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
    _explain(book.worksheets[0], plan)
    promises = [
        {
            "indicator": each.indicator,
            "name_zh": each.name_zh,
            "promise": each.value_text_zh,
            "unit": each.unit_zh,
            "period": each.period,
        }
        for each in plan.promises
    ]
    announced = [
        {"code": each.code, "title_zh": each.title_zh, "quote": each.quote}
        for each in plan.documents
    ]
    results, documents = book.create_sheet("结果"), book.create_sheet("文件")
    _fill(results, RESULTS, WIDTHS, promises)
    _fill(documents, DOCUMENTS, DOCUMENT_WIDTHS, announced)
    _print_on_two_pages(results)
    for sheet in book.worksheets:
        _say_what_it_is(sheet, plan)
    return book


# --- tables -----------------------------------------------------------------------------------


def _fill(
    sheet: "Worksheet", fields: Fields, widths: Widths, lines: Iterable[Mapping[str, str]]
) -> None:
    """A table: its header, and a line for each promise or document."""
    by_name = {field.name: field for field in fields}
    ordered = [by_name[name] for name in widths]
    for column, field in enumerate(ordered, 1):
        _prepare_column(sheet, column, field, widths[field.name])
        head = sheet.cell(1, column)
        _dress(head, _colour(field) or (NEEDED if field.required else WHITE), bold=True)
        _put(head, field.zh)
    for row, texts in enumerate(lines, 2):
        for column, field in enumerate(ordered, 1):
            cell = sheet.cell(row, column)
            _dress(cell, _colour(field))
            cell.number_format = _number_format(field)
            if field.name in texts:
                _put(cell, texts[field.name])
        sheet.row_dimensions[row].height = _height(
            (text, widths[name]) for name, text in texts.items()
        )
    sheet.row_dimensions[1].height = 28
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    _set_page(sheet, "landscape")


def _print_on_two_pages(sheet: "Worksheet") -> None:
    """One page wide, so many columns would be too small to read: the names stand on both."""
    from openpyxl.worksheet.pagebreak import Break, ColBreak

    sheet.print_title_cols = "A:A"
    sheet.col_breaks = ColBreak()
    sheet.col_breaks.append(Break(id=list(WIDTHS).index(LAST_OF_FIRST_PAGE) + 1))
    sheet.sheet_properties.pageSetUpPr = None  # it would fit the page and pass over the break
    sheet.page_setup.scale = PRINTED_SCALE
    sheet.page_setup.pageOrder = "overThenDown"


def _prepare_column(sheet: "Worksheet", column: int, field: Field, width: int) -> None:
    """Width and number format of a column, and what is at hand in its cells."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letters = get_column_letter(column)
    dimension = sheet.column_dimensions[letters]
    dimension.width = width
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
    """Grey for what is there to compare with, and for what need not be changed."""
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
    return (lines * 1.4 + 0.6) * size


def _width(text: str) -> float:
    """Widths of a digit that a text takes in print: a Chinese character is a little over two."""
    wide = sum(unicodedata.east_asian_width(each) in "WFA" for each in text)
    return len(text) + 1.1 * wide


def _put(cell: "AnyCell", text: str) -> None:
    """Text, even where it begins like a formula."""
    cell.value = text
    cell.data_type = "s"


# --- the rest ---------------------------------------------------------------------------------

PAPER_A4 = 9
PRINTED_SCALE = 76
"""Percent, of the sheet that is two pages wide."""


def _explain(sheet: "Worksheet", plan: TemplatePlan) -> None:
    """The sheet that says how to fill in the others."""
    from openpyxl.styles import Alignment, Font

    sheet.title = "说明"
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
    _set_page(sheet, "portrait")


def _set_page(sheet: "Worksheet", orientation: Literal["landscape", "portrait"]) -> None:
    """A4, as wide as the page."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = PAPER_A4
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.8, 0.7
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _say_what_it_is(sheet: "Worksheet", plan: TemplatePlan) -> None:
    """Plan, sheet and page on everything that is printed."""
    title = f"{plan.title_zh}（{plan.code}）".replace("&", "&&")
    header, footer = sheet.oddHeader, sheet.oddFooter
    assert header is not None, "a new sheet has one"
    assert footer is not None, "a new sheet has one"
    header.left.text, header.right.text = title, "&A"
    footer.center.text = "第 &P 页，共 &N 页"
