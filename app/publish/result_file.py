"""Results and the fate of documents, read from a workbook or a CSV file that people fill in."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import TypeAdapter

from app.formats.figure import number
from app.models.base import CODE_LENGTH
from app.models.choices import Measure, ObservationStatus, Outcome, Unit
from app.publish.complaint import Complaint, Place, Refused
from app.publish.figures import NoFigure, in_full, read_figure, stands_in
from app.publish.periods import Period, observation_code
from app.publish.plan_file import Line, Prose, QuoteText, Url, Visible
from app.publish.result_columns import (
    DOCUMENTS,
    RESULTS,
    Fields,
    IndicatorKnown,
    KnownResults,
    folded,
)
from app.publish.result_entry import BROKEN, Entry, says_nothing
from app.publish.result_table import Table, recognise
from app.publish.rows import Row
from app.publish.sheet import half_width, written
from app.publish.sheet_file import read_sheets
from app.publish.wording import SIGNS_EN, figure_en, figure_zh

LINE, PROSE = TypeAdapter(Line), TypeAdapter(Prose)
QUOTE = TypeAdapter(QuoteText)
URL = TypeAdapter(Annotated[Url, Visible])


@dataclass(frozen=True)
class ResultTables:
    """The tables of a file, before anything is looked up."""

    path: Path
    tables: list[Table]

    def codes(self, name: str) -> set[str]:
        """What stands in a column of codes: indicator, code."""
        entries = [entry for table in self.tables for entry in table.entries]
        return {code for entry in entries if (code := entry.named_code(name))}


@dataclass(frozen=True)
class ResultFile:
    """What a file says: own columns of observations, and what became of documents."""

    observations: list[Row]
    fates: list[Row]
    """code, outcome, issued_on, issued_title_zh, issued_number, issued_url."""


def read_tables(path: Path) -> ResultTables:
    """The tables of a file; raises Refused where it is no workbook or CSV that can be read."""
    return ResultTables(path, [table for sheet in read_sheets(path) if (table := recognise(sheet))])


def read_results(read: ResultTables, known: KnownResults, today: date) -> ResultFile:
    """All results and fates of a file; raises Refused with everything that is wrong in it.

    Nothing in it may be of a day after today. Tables are read once.
    """
    path, tables = read.path, read.tables
    rows: dict[Fields, list[Row]] = {}
    row_in: Callable[[Entry], Row | None]
    for fields, row_in in (
        (RESULTS, lambda entry: _observation(entry, known, today)),
        (DOCUMENTS, lambda entry: _fate(entry, known, today)),
    ):
        first: dict[str, Entry] = {}
        alike = [table for table in tables if table.fields is fields]
        rows[fields] = [row for table in alike for row in table.read(row_in, first)]
    complaints = [complaint for table in tables for complaint in table.complaints]
    if not complaints and not any(rows.values()):
        complaints.append(_nothing_filled() if tables else _nothing_known())
    if complaints:
        raise Refused({str(path): complaints})
    return ResultFile(rows[RESULTS], rows[DOCUMENTS])


def result_text_zh(value: float | None, status: ObservationStatus, unit: Unit) -> str:
    """A result in Chinese: 61.8%, 2.1万个（初步数）, XX%（数字在来源中被隐去）."""
    figure = f"XX{unit.zh}" if value is None else figure_zh(value, unit)
    remark = {
        ObservationStatus.MEASURED: "",
        ObservationStatus.REDACTED: "（数字在来源中被隐去）",
    }.get(status, f"（{status.zh}）")
    return f"{figure}{remark}"


def result_text_en(value: float | None, status: ObservationStatus, unit: Unit) -> str:
    """A result in English: 61.8%, 21,000 (provisional), XX% (number masked in the source)."""
    figure = f"XX{SIGNS_EN.get(unit, '')}" if value is None else figure_en(value, unit)
    remark = {
        ObservationStatus.MEASURED: "",
        ObservationStatus.REDACTED: " (number masked in the source)",
    }.get(status, f" ({status.en})")
    return f"{figure}{remark}"


def _nothing_known() -> Complaint:
    return Complaint(
        (),
        "has no table of results or documents: the header names the columns "
        f"{_titles(RESULTS)} or {_titles(DOCUMENTS)}",
        f"没有结果表或文件表：表头应有{_titles(RESULTS)}，或者{_titles(DOCUMENTS)}",
        place=Place(),
    )


def _titles(fields: Fields) -> str:
    return "、".join(field.zh for field in fields if field.required)


def _nothing_filled() -> Complaint:
    return Complaint((), "nothing is filled in", "没有填写任何内容", place=Place())


# --- results ----------------------------------------------------------------------------------


def _observation(entry: Entry, known: KnownResults, today: date) -> Row | None:
    if entry.is_stray("indicator", ("period", "source", "source_title")) or _is_empty(entry):
        return None
    indicator = entry.reference("indicator", known.indicators, known.nearest, "indicator", "指标")
    told = known.indicators.get(indicator or "")
    period, source = entry.period("period"), entry.source()
    if told:
        _require_unit(entry, told)
        _require_span(entry, told, period)
    status, value = _status_and_value(entry, told)
    if period:
        _require_begun(entry, period, status, today)
    texts = {
        "source": source,
        "source_title": entry.valid("source_title", LINE, required=True),
        "source_url": entry.valid("source_url", URL),
        "source_date": _source_date(entry, period, today),
        "quote": _quote(entry, value),
        "note_zh": entry.valid("note_zh", PROSE),
        "note_en": entry.valid("note_en", PROSE),
    }
    if indicator and period and source:
        entry.code = _result_code(entry, indicator, period, source)
    if entry.complaints or not (told and period and status):
        return None
    return {
        "code": entry.code,
        "indicator": indicator,
        "period": period.text,
        "period_start": period.start,
        "period_end": period.end,
        "value": value,
        "value_status": status,
        "value_text_zh": result_text_zh(value, status, told.unit),
        "value_text_en": result_text_en(value, status, told.unit),
        **texts,
    }


def _result_code(entry: Entry, indicator: str, period: Period, source: str) -> str:
    code = observation_code(indicator, period, source)
    if len(code) > CODE_LENGTH:
        entry.refuse(
            "source",
            f"makes a code of {len(code)} characters; at most {CODE_LENGTH} are allowed",
            f"组成的代码有{len(code)}个字符，最多{CODE_LENGTH}个",
        )
    return code


def _require_unit(entry: Entry, told: IndicatorKnown) -> None:
    """Refuse another unit than the indicator's."""
    cell = entry.cells.get("unit")
    unit = told.unit
    if cell is None or cell.kind in BROKEN:
        return
    if folded(written(cell.value)) not in (folded(unit.zh), folded(unit), folded(unit.en)):
        en, zh = _how_to_give(entry, unit, folded(written(cell.value)))
        entry.refuse(
            "unit",
            f"is not the unit of {told.name_zh}: put {unit.zh} back and give the figure {en}",
            f"不是“{told.name_zh}”的单位：请改回{unit.zh}，{zh}",
            [f"{unit.zh} ({unit})"],
        )


def _how_to_give(entry: Entry, unit: Unit, given: str) -> tuple[str, str]:
    """How to give the figure of a line in its unit, in each language; it was given in another."""
    if unit in (Unit.PERCENT, Unit.RANK):
        return "in it", "并按此填写数值"
    cell = entry.cells.get("value")
    full, short = in_full(cell.value if cell else "", given, unit)
    return f"in full, such as {full}, or as {short}", f"数值写出全数，如{full}，或写{short}"


def _require_span(entry: Entry, told: IndicatorKnown, period: Period | None) -> None:
    """Refuse a day for what is counted over a time."""
    if period and period.is_day and told.measure in (Measure.FLOW, Measure.INCREMENT):
        entry.refuse(
            "period",
            f"is a day, but {told.name_zh} is counted over a period: give that period, "
            f"such as {period.start.year}",
            f"是一天，而“{told.name_zh}”按一段时间统计：请写出统计的时段，如{period.start.year}",
        )


def _require_begun(
    entry: Entry, period: Period, status: ObservationStatus | None, today: date
) -> None:
    """Refuse a period to come, and a measured figure for one that has not ended."""
    if period.start > today:
        entry.refuse(
            "period",
            f"begins on {period.start}, which is to come (today is {today}): "
            "there is no result for it yet",
            f"始于{period.start}，尚未到来（今天是{today}）：还不会有结果，请核对",
        )
    elif period.end > today and status == ObservationStatus.MEASURED:
        entry.refuse(
            "period",
            f"ends on {period.end}, which is to come (today is {today}): give the period that the "
            "figure is about, or the status 初步数 (provisional) or 估算 (estimated)",
            f"到{period.end}才结束（今天是{today}）：请写数值实际所属的时期，"
            "或将数值状态选为“初步数”或“估算”",
        )


def _source_date(entry: Entry, period: Period | None, today: date) -> date | None:
    """The day of the source: not to come, and not before what it tells of has begun."""
    day = entry.past_day("source_date", today)
    if day and period and day < period.start:
        entry.refuse(
            "source_date",
            f"is before the period, which begins on {period.start}: "
            "correct the date of the source, or the period",
            f"早于所属期的起点{period.start}：请核对来源日期和所属期",
        )
    return day


def _quote(entry: Entry, value: float | None) -> str | None:
    """The words of the source, which hold the figure."""
    quote = entry.valid("quote", QUOTE)
    if quote and value is not None and not stands_in(value, quote):
        told = number(value)
        entry.refuse(
            "quote",
            f"does not hold the figure {told}: quote the words that do, or correct the figure",
            f"其中没有数值{told}：请引写明这一数值的原话，或更正数值",
        )
    return quote


def _is_empty(entry: Entry) -> bool:
    """Refuse a line whose figure only says that there is none."""
    cell = entry.cells.get("value")
    empty = cell is not None and cell.kind == "text" and says_nothing(str(cell.value))
    if empty:
        entry.refuse(
            "value",
            "says that there is no result: empty the white cells of the line, "
            "or, if the source masks the figure, only this one",
            "没有结果的行请留空：请清空该行的白色单元格；来源中数字被隐去的，只清空此格",
        )
    return empty


MASKED = re.compile(r"[x×]{2,}[^\d.]{0,4}")


def _status_and_value(
    entry: Entry, told: IndicatorKnown | None
) -> tuple[ObservationStatus | None, float | None]:
    """What sort of result it is, and its figure: none for one that the source masks."""
    status = entry.choice("value_status", ObservationStatus)
    if status is None and "value_status" not in entry.cells:
        status = ObservationStatus.MEASURED
    cell = entry.cells.get("value")
    masked = cell is not None and MASKED.fullmatch(half_width(written(cell.value)).strip().lower())
    if status == ObservationStatus.REDACTED:
        if cell is not None and not masked:
            entry.refuse(
                "value",
                "is a figure, but the status says that the source masks it: "
                "leave the cell empty, or change the status",
                "有数值，而状态为原文隐去：请清空数值或更改状态",
            )
    elif cell is None and status:
        entry.refuse(
            "value",
            "is missing: give the figure, or the status 原文隐去 (redacted) if the source masks it",
            "缺少数值：请填写；如来源中数字被隐去，请将状态选为“原文隐去”",
        )
    elif masked:
        entry.refuse(
            "value",
            "is a mask: give the status 原文隐去 (redacted) too",
            "是掩码：请同时将状态选为“原文隐去”",
        )
    elif told:
        return status, _figure(entry, told)
    return status, None


def _figure(entry: Entry, told: IndicatorKnown) -> float | None:
    """The figure of a line in its indicator's unit."""
    cell = entry.content("value")
    if cell is None:
        return None
    try:
        return read_figure(cell, told)
    except NoFigure as error:
        entry.refuse("value", error.en, error.zh)
        return None


# --- documents --------------------------------------------------------------------------------


def _fate(entry: Entry, known: KnownResults, today: date) -> Row | None:
    if entry.is_stray("code", ("outcome",)):
        return None
    code = entry.reference(
        "code", known.deliverables, known.nearest, "document to be issued", "待印发的文件"
    )
    outcome = entry.choice("outcome", Outcome, required=True)
    issued = {
        "issued_on": entry.past_day("issued_on", today),
        "issued_title_zh": entry.valid("issued_title_zh", LINE),
        "issued_number": entry.valid("issued_number", LINE),
        "issued_url": entry.valid("issued_url", URL),
    }
    if outcome in (Outcome.NOT_ISSUED, Outcome.NO_RESULT):
        for name in issued:
            if name in entry.cells:
                entry.refuse(
                    name,
                    f"belongs to a document that was issued, but the outcome is {outcome}",
                    f"仅用于已印发的文件，而结果为“{outcome.zh}”",
                )
    entry.code = code
    return None if entry.complaints else {"code": code, "outcome": outcome, **issued}
