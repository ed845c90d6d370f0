"""Results files: what people write in Excel and CSV, and everything that is refused in them."""

import csv
import io
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula

from app.models.choices import Measure, ObservationStatus, Outcome, Unit
from app.models.indicator import Observation
from app.publish.complaint import Refused
from app.publish.result_columns import DOCUMENTS, RESULTS, IndicatorKnown, KnownResults
from app.publish.result_file import (
    ResultFile,
    read_results,
    read_tables,
    result_text_en,
    result_text_zh,
)

KNOWN = KnownResults(
    {
        "xx-share": IndicatorKnown("公办园占比", Unit.PERCENT, Measure.SHARE),
        "xx-growth": IndicatorKnown("增幅", Unit.PERCENT, Measure.INCREMENT),
        "xx-schools": IndicatorKnown("新改扩建学校数", Unit.SCHOOL, Measure.FLOW),
        "xx-places": IndicatorKnown("新增学位", Unit.PLACE, Measure.INCREMENT),
        "xx-bases": IndicatorKnown("基地数", Unit.BASE, Measure.STOCK),
        "xx-money": IndicatorKnown("投资额", Unit.CNY, Measure.FLOW),
        "xx-rank": IndicatorKnown("排名", Unit.RANK, Measure.RANK),
    },
    {"xx-2023-plan": "某方案", "xx-2023-rules": "某办法"},
    {"xx-shares": "xx-share", "xx-shar": "xx-share", "xx-2023-rule": "xx-2023-rules"},
)
TODAY = date(2025, 3, 1)
HEADER = ["指标代码", "所属期", "结果数值", "数值状态", "来源简称", "来源标题"]
"""The columns A to F; the figure is C."""
LINE = ["xx-share", "2023", 61.8, None, "summary", "工作总结"]
FATES = ["文件代码", "结果", "印发日期", "文号", "印发标题", "网址"]

Rows = Sequence[Sequence[Any]]


def workbook(path: Path, **sheets: Rows) -> Path:
    """A workbook; a value with a number format is a pair."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(number, column)
                if isinstance(value, tuple):
                    cell.value, cell.number_format = value
                else:
                    cell.value = value
    book.save(path)
    return path


def table(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A CSV file."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(rows)
    path.write_bytes(written.getvalue().encode(encoding))
    return path


def read(path: Path) -> ResultFile:
    """What a file says on a day of 2025."""
    return read_results(read_tables(path), KNOWN, TODAY)


def results(tmp_path: Path, *lines: Sequence[Any]) -> ResultFile:
    return read(workbook(tmp_path / "r.xlsx", 结果=[HEADER, *lines]))


def with_value(indicator: str, value: Any, status: Any = None, period: Any = "2023") -> list[Any]:
    return [indicator, period, value, status, "summary", "工作总结"]


def refusal(path: Path, language: Any = "en") -> list[str]:
    """What is told, without the file's name."""
    with pytest.raises(Refused) as caught:
        read(path)
    told = caught.value.told(language)
    assert all(line.startswith(f"{path}: ") for line in told)
    assert len(told) == len(caught.value.told("zh" if language == "en" else "en"))
    return [line.removeprefix(f"{path}: ") for line in told]


def refused_line(tmp_path: Path, *line: Any, header: Sequence[str] = HEADER) -> str:
    """What is told of one line: one thing."""
    (told,) = refusal(workbook(tmp_path / "r.xlsx", 结果=[header, line]))
    return told


# --- what is read -----------------------------------------------------------------------------


def test_a_line_is_an_observation_with_all_own_columns(tmp_path: Path) -> None:
    header = [field.zh for field in RESULTS]
    line = [
        "xx-share", "公办园占比", "达到60%", "%", "2023年", "61.8％", "初步数", "Summary",
        " 2023年工作总结 ", "https://example.org/总结", datetime(2024, 1, 30), "占比61.8%",
        "按户籍口径", "By residence",
    ]  # fmt: skip
    (row,) = read(workbook(tmp_path / "r.xlsx", 结果=[header, line])).observations
    assert row == {
        "code": "xx-share-2023-summary",
        "indicator": "xx-share",
        "period": "2023",
        "period_start": date(2023, 1, 1),
        "period_end": date(2023, 12, 31),
        "value": 61.8,
        "value_status": "provisional",
        "value_text_zh": "61.8%（初步数）",
        "value_text_en": "61.8% (provisional)",
        "source": "summary",
        "source_title": "2023年工作总结",
        "source_url": "https://example.org/总结",
        "source_date": date(2024, 1, 30),
        "quote": "占比61.8%",
        "note_zh": "按户籍口径",
        "note_en": "By residence",
    }
    own = set(Observation.model_fields) - {"row_id", "release_from", "release_to"}
    assert set(row) == own


def test_what_is_not_given_is_null(tmp_path: Path) -> None:
    (row,) = results(tmp_path, LINE).observations
    for name in ("source_url", "source_date", "quote", "note_zh", "note_en"):
        assert row[name] is None
    assert row["value_status"] is ObservationStatus.MEASURED


FIGURES = [
    ("xx-share", 56.13, 56.13),
    ("xx-share", (0.5613, "0.00%"), 56.13),
    ("xx-share", (0.5613, '0.00"%"'), None),
    ("xx-share", (0.07, "0%"), 7.0),
    ("xx-share", (0.57, "0%"), 57.0),
    ("xx-share", (0.005613, "0.00%"), 0.5613),
    ("xx-share", (1, "0%"), 100.0),
    ("xx-share", (0, "0%"), 0.0),
    ("xx-share", 0, 0.0),
    ("xx-share", "1%", 1.0),
    ("xx-share", 1.01, 1.01),
    ("xx-share", 100, 100.0),
    ("xx-share", "56.13%", 56.13),
    ("xx-share", "56.13 ％", 56.13),
    ("xx-share", "５６．１３％", 56.13),
    ("xx-share", " 56.13 ", 56.13),
    ("xx-share", "0.5613%", 0.5613),
    ("xx-share", "0%", 0.0),
    ("xx-share", 0.1 + 0.2 + 60.5, 60.8),
    ("xx-growth", "-3.5%", -3.5),
    ("xx-growth", "−3.5", -3.5),
    ("xx-growth", (1.6, "0%"), 160.0),
    ("xx-places", "１，２００", 1200.0),
    ("xx-places", "1,200", 1200.0),
    ("xx-places", "1 200", 1200.0),
    ("xx-places", "1200个", 1200.0),
    ("xx-places", "1,200 个", 1200.0),
    ("xx-places", -12, -12.0),
    ("xx-places", "+12", 12.0),
    ("xx-places", 1200.0, 1200.0),
    ("xx-places", (1200, "#,##0"), 1200.0),
    ("xx-schools", "3所", 3.0),
    ("xx-schools", 0, 0.0),
    ("xx-schools", "-0", 0.0),
    ("xx-schools", 10**15, 1e15),
    ("xx-money", "1,234,567.89元", 1234567.89),
    ("xx-money", "38.5亿元", 3.85e9),
    ("xx-money", "38.5 亿", 3.85e9),
    ("xx-money", "３８．５亿元", 3.85e9),
    ("xx-money", "385,000万元", 3.85e9),
    ("xx-money", "1.1亿", 110000000.0),
    ("xx-money", "3千万元", 3e7),
    ("xx-money", "1.5万亿元", 1.5e12),
    ("xx-money", "38.5元", 38.5),
    ("xx-money", 10_000, 10000.0),
    ("xx-money", 0, 0.0),
    ("xx-places", "2.1万", 21000.0),
    ("xx-places", "2.1万个", 21000.0),
    ("xx-places", "-2.1万个", -21000.0),
    ("xx-money", 4.56e9, 4.56e9),
    ("xx-rank", "3位", 3.0),
    ("xx-rank", 1, 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("indicator", "given_value", "expected"), FIGURES)
def test_a_figure(indicator: str, given_value: Any, expected: float | None, tmp_path: Path) -> None:
    if expected is None:
        refused_line(tmp_path, *with_value(indicator, given_value))
        return
    (row,) = results(tmp_path, with_value(indicator, given_value)).observations
    assert repr(row["value"]) == repr(expected), "no noise of binary fractions, no minus zero"


@pytest.mark.parametrize(
    ("indicator", "given_value", "told"),
    [
        ("xx-share", 0.5613, "may be 56.13% or 0.5613%: write it with its percent sign; "
         "value: 0.5613"),
        ("xx-share", "0.5613", "may be 56.13% or 0.5613%: write it with its percent sign; "
         'value: "0.5613"'),
        ("xx-share", "０．９", "may be 90% or 0.9%: write it with its percent sign; "
         'value: "０．９"'),
        ("xx-share", 1, "may be 100% or 1%: write it with its percent sign; value: 1"),
        ("xx-growth", -0.5, "may be -50% or -0.5%: write it with its percent sign; value: -0.5"),
        ("xx-share", 160, "is a share: it lies between 0 and 100 %; value: 160"),
        ("xx-share", "160%", 'is a share: it lies between 0 and 100 %; value: "160%"'),
        ("xx-share", (1.6, "0%"), 'is a share: it lies between 0 and 100 %; value: "160%"'),
        ("xx-share", (2, "0%"), 'is a share: it lies between 0 and 100 %; value: "200%"'),
        ("xx-share", 100.01, "is a share: it lies between 0 and 100 %; value: 100.01"),
        ("xx-share", -2, "is a share: it lies between 0 and 100 %; value: -2"),
        ("xx-schools", -1, "must not be negative; value: -1"),
        ("xx-money", "-1元", 'must not be negative; value: "-1元"'),
        ("xx-schools", 3.5, "counts schools: a whole number; value: 3.5"),
        ("xx-places", "1,200.5", 'counts places: a whole number; value: "1,200.5"'),
        ("xx-rank", 0, "is a place in a ranking: at least 1; value: 0"),
        ("xx-schools", "3个", 'is in 个, but the unit is 所; value: "3个"'),
        ("xx-money", "3千", "is no figure: write the number alone, in full, such as 56.13, 56.13% "
         'or 1,200; or with 万 or 亿, such as 38.5亿元; value: "3千"'),
        ("xx-money", 38.5, "may be 38.5元 or 38.5亿元: write it in full, such as 3,850,000,000, "
         "or with its unit, such as 38.5亿元; value: 38.5"),
        ("xx-money", "9,999", "may be 9999元 or 9999亿元: write it in full, such as "
         "999,900,000,000, or with its unit, such as 9999亿元; value: \"9,999\""),
        ("xx-money", 385670.5, "may be 385670.5元 or 385670.5万元: write it in full, such as "
         "3,856,705,000, or with its unit, such as 385670.5万元; value: 385670.5"),
        ("xx-places", "2.10005万个", 'counts places: a whole number; value: "2.10005万个"'),
        ("xx-places", "2.1亿元", 'is in 元, but the unit is 个; value: "2.1亿元"'),
        ("xx-money", "1亿亿元", "is no figure: write the number alone, in full, such as 56.13, "
         '56.13% or 1,200; or with 万 or 亿, such as 38.5亿元; value: "1亿亿元"'),
        ("xx-money", "11万亿亿", "is no figure: write the number alone, in full, such as 56.13, "
         '56.13% or 1,200; or with 万 or 亿, such as 38.5亿元; value: "11万亿亿"'),
        ("xx-money", "1001万亿", 'is larger than 1,000,000,000,000,000; value: "1001万亿"'),
        ("xx-growth", "2万%", "is no figure: write the number alone, in full, such as 56.13, "
         '56.13% or 1,200; or with 万 or 亿, such as 38.5亿元; value: "2万%"'),
        ("xx-growth", "2万", "is no figure: write the number alone, in full, such as 56.13, "
         '56.13% or 1,200; or with 万 or 亿, such as 38.5亿元; value: "2万"'),
        ("xx-share", "约82%", "is not exact: write 82% and choose the status 估算 (estimated); "
         'value: "约82%"'),
        ("xx-places", "1,200余个", "is not exact: write 1,200个 and choose the status 估算 "
         '(estimated); value: "1,200余个"'),
        ("xx-money", "近40亿元", "is not exact: write 40亿元 and choose the status 估算 "
         '(estimated); value: "近40亿元"'),
        ("xx-schools", "5左右", "is not exact: write 5 and choose the status 估算 (estimated); "
         'value: "5左右"'),
        ("xx-schools", (99_999_999, "yyyy-mm-dd"), "is a date: format the cell as a number and "
         "fill it in again; value: 99999999"),
        ("xx-schools", (0.03, "0%"), "is a percentage, but the unit is 所 (school); value: \"3%\""),
        ("xx-schools", "3%", "is a percentage, but the unit is 所 (school); value: \"3%\""),
        ("xx-money", 1.1e15, "is larger than 1,000,000,000,000,000; value: 1100000000000000"),
        ("xx-money", "9" * 40, "is larger than 1,000,000,000,000,000; value: \"" + "9" * 40 + '"'),
        ("xx-money", 1e300, "is larger than 1,000,000,000,000,000; value: 1e+300"),
        ("xx-money", "0.12345678901234567890", "has more digits than can be kept, about 15; "
         'value: "0.12345678901234567890"'),
        ("xx-schools", datetime(2023, 3, 1), "is a date: format the cell as a number and fill it "
         'in again; value: "2023-03-01"'),
        ("xx-schools", time(8, 30), "is a date: format the cell as a number and fill it in again; "
         'value: "08:30:00"'),
        ("xx-schools", True, "is a truth value of the spreadsheet; value: \"True\""),
        ("xx-schools", "=1+2", 'is a formula: copy the cell and paste it as values; value: "=1+2"'),
        ("xx-schools", ArrayFormula("C2", "=SUM(A1:A2)"), "is a formula: copy the cell and paste "
         'it as values; value: "=SUM(A1:A2)"'),
        ("xx-schools", "#DIV/0!", 'is an error of the spreadsheet; value: "#DIV/0!"'),
    ],
)  # fmt: skip
def test_a_figure_that_is_refused(
    indicator: str, given_value: Any, told: str, tmp_path: Path
) -> None:
    line = refused_line(tmp_path, *with_value(indicator, given_value))
    assert line == f"sheet 结果, C2 (结果数值): {told}"


@pytest.mark.parametrize(
    "text",
    ["(5)", "（5）", "约", "约五", "五", "5.", ".5", "1,2", "12,34", "1,2345", "1 2", "1.2E+09",
     "1e3", "5①", "5²", "½", "5-6", "5/6", "--5", "+-5", "5 5", "0x10", "NaN", "inf", "5‰",
     "5个百分点", "TRUE", "x", "=5", "٣", "5所所", "5%%", "第5"],
)  # fmt: skip
def test_words_are_no_figure(text: str, tmp_path: Path) -> None:
    path = table(tmp_path / "r.csv", [HEADER, with_value("xx-schools", text)])
    (told,) = refusal(path)
    assert told.startswith("C2 (结果数值): is no figure: write the number alone, in full, such as")


@pytest.mark.parametrize("mask", ["XX", "xx", "ＸＸ", "XX%", "XX个", "××", "XX亿元", " XX "])
def test_a_masked_number(mask: str, tmp_path: Path) -> None:
    (row,) = results(tmp_path, with_value("xx-share", mask, "原文隐去")).observations
    assert (row["value"], row["value_status"]) == (None, "redacted")
    assert row["value_text_zh"] == "XX%（数字在来源中被隐去）"
    assert row["value_text_en"] == "XX% (number masked in the source)"
    told = refused_line(tmp_path, *with_value("xx-share", mask))
    assert "C2 (结果数值): is a mask: give the status 原文隐去 (redacted) too" in told


def test_figure_and_status_fit(tmp_path: Path) -> None:
    (row,) = results(tmp_path, with_value("xx-share", None, "redacted")).observations
    assert row["value"] is None
    told = refused_line(tmp_path, *with_value("xx-share", 5, "原文隐去"))
    assert told.startswith("sheet 结果, C2 (结果数值): is a figure, but the status says")
    told = refused_line(tmp_path, *with_value("xx-share", None))
    assert told.startswith("sheet 结果, C2 (结果数值): is missing: give the figure, or the status")
    told = refused_line(tmp_path, *with_value("xx-share", 5, "测量"))
    assert told == (
        'sheet 结果, D2 (数值状态): is not one of the values; value: "测量"; allowed: '
        "实测 (measured), 初步数 (provisional), 估算 (estimated), 原文隐去 (redacted)"
    )
    told = refused_line(tmp_path, *with_value("xx-share", 5, "provisonal"))
    assert told.endswith("; nearest: 初步数")


@pytest.mark.parametrize(
    ("given_status", "expected"),
    [("实测", "measured"), ("初步数", "provisional"), (" 估 算", "estimated"),
     ("Estimated", "estimated"), ("MEASURED", "measured"), (None, "measured")],
)  # fmt: skip
def test_a_status(given_status: str | None, expected: str, tmp_path: Path) -> None:
    (row,) = results(tmp_path, with_value("xx-share", 5, given_status)).observations
    assert row["value_status"] == expected


@pytest.mark.parametrize(
    ("value", "status", "unit", "zh", "en"),
    [
        (61.8, "measured", Unit.PERCENT, "61.8%", "61.8%"),
        (1200.0, "measured", Unit.PLACE, "1200个", "1200"),
        (3.0, "provisional", Unit.SCHOOL, "3所（初步数）", "3 (provisional)"),
        (-5.0, "estimated", Unit.PERCENT, "-5%（估算）", "-5% (estimated)"),
        (0.0, "measured", Unit.KINDERGARTEN, "0所", "0"),
        (4.56e9, "measured", Unit.CNY, "45.6亿元", "4,560,000,000 yuan"),
        (21_000.0, "provisional", Unit.PLACE, "2.1万个（初步数）", "21,000 (provisional)"),
        (12_345.0, "measured", Unit.PLACE, "12345个", "12,345"),
        (None, "redacted", Unit.CNY, "XX元（数字在来源中被隐去）",
         "XX yuan (number masked in the source)"),
        (None, "redacted", Unit.SCHOOL, "XX所（数字在来源中被隐去）",
         "XX (number masked in the source)"),
    ],
)  # fmt: skip
def test_a_result_in_words(value: float | None, status: str, unit: Unit, zh: str, en: str) -> None:
    told = ObservationStatus(status)
    assert (result_text_zh(value, told, unit), result_text_en(value, told, unit)) == (zh, en)


@pytest.mark.parametrize(
    ("given_period", "expected"),
    [(2023, "2023"), ("2023年上半年", "2023-H1"), ((datetime(2023, 5, 1), "mmm-yy"), "2023-05"),
     ((datetime(2023, 12, 31), "yyyy-mm-dd"), "2023-12-31"), ("2022—2023学年", "2022-2023")],
)  # fmt: skip
def test_a_period(given_period: Any, expected: str, tmp_path: Path) -> None:
    (row,) = results(tmp_path, with_value("xx-share", 5, period=given_period)).observations
    assert row["period"] == expected


@pytest.mark.parametrize(
    ("number", "period"), [(57, "2023-05"), (27, "2023-05"), (31, "2023-05-17"), (58, "2023-05-17")]
)
def test_a_date_that_a_chinese_excel_writes_by_number(
    number: int, period: str, tmp_path: Path
) -> None:
    """Format 57 is 2023年5月 there and stands in no table of formats; 45063 is 2023-05-17."""
    line = with_value("xx-share", 5, period=(45063, "0.000"))
    plain = workbook(tmp_path / "plain.xlsx", 结果=[HEADER, line])
    old, new = b'numFmtId="164" fontId', b'numFmtId="%d" fontId' % number
    (row,) = read(rewrite(plain, tmp_path / "r.xlsx", "xl/styles.xml", old, new)).observations
    assert row["period"] == period
    (told,) = refusal(plain)
    assert "B2 (所属期): is no period; value: 45063" in told, "a bare number is no date"


def rewrite(path: Path, to: Path, part: str, old: bytes, new: bytes) -> Path:
    """A copy of a workbook with other bytes in one of its parts."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(to, "w") as again:
        for info in archive.infolist():
            data = archive.read(info)
            if info.filename == part:
                assert old in data
                data = data.replace(old, new)
            again.writestr(info.filename, data, zipfile.ZIP_DEFLATED)
    return to


# --- keys, texts, dates -----------------------------------------------------------------------


def line_with(name: str, value: Any) -> tuple[list[str], list[Any]]:
    """A header and a sound line with one column more, G."""
    return [*HEADER, name], [*LINE, value]


@pytest.mark.parametrize(
    "given_date",
    ["2024-01-30", "2024/1/30", "2024年1月30日", "20240130", "2024.1.30", "２０２４－０１－３０",
     (datetime(2024, 1, 30), "yyyy-mm-dd"), (date(2024, 1, 30), "m/d/yy"), 20240130,
     (20240130, "yyyy-mm-dd"), (45321, "yyyy-mm-dd")],
)  # fmt: skip
def test_a_date(given_date: Any, tmp_path: Path) -> None:
    header, line = line_with("来源日期", given_date)
    path = workbook(tmp_path / "r.xlsx", 结果=[header, line])
    assert read(path).observations[0]["source_date"] == date(2024, 1, 30)


@pytest.mark.parametrize(
    "given_date",
    ["2024-02-30", "2024-01", "2024", 2024, 45321, 3.5, 20241330,
     (20241330, "yyyy-mm-dd"), (20240130.5, "yyyy-mm-dd"), "去年", (datetime(2024, 1, 1), "mmm-yy"),
     (datetime(2024, 1, 30, 9, 30), "yyyy-mm-dd hh:mm"), "2024-01-01/2024-01-30"],
)  # fmt: skip
def test_what_is_no_date(given_date: Any, tmp_path: Path) -> None:
    header, line = line_with("来源日期", given_date)
    told = refused_line(tmp_path, *line, header=header)
    assert told.startswith("sheet 结果, G2 (来源日期): must be a date like 2023-12-31; value: ")


def test_days_of_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    header, line = line_with("来源日期", date(2024, 1, 30))
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for each in (header, line):
        book.worksheets[0].append(each)
    book.save(tmp_path / "r.xlsx")
    (row,) = read(tmp_path / "r.xlsx").observations
    assert row["source_date"] == date(2024, 1, 30)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("引文", "一二三四五六七八九十一二三四五六七八九十一", "is longer than 20 characters"),
        ("引文", "甲\u200b乙", "has a character that nobody can see: U+200B"),
        ("说明", "=甲", "begins like a formula of a spreadsheet"),
        ("说明", "＋甲", "begins like a formula of a spreadsheet"),
        ("说明", "甲\n乙", "has a line break: write it in one line"),
        ("引文", "甲\n乙", "has a line break: write it in one line"),
        ("说明", "无", "says nothing: leave the cell empty where there is nothing to say"),
        ("引文", "——", "says nothing: leave the cell empty where there is nothing to say"),
        ("来源日期", "/", "says nothing: leave the cell empty where there is nothing to say"),
        ("说明", "甲" * 2001, "is longer than 2000 characters"),
        ("说明", 61.8, "is a number or a date, not text: format the cell as text"),
        ("说明", datetime(2024, 1, 30), "is a number or a date, not text: format the cell as text"),
        ("说明", "#N/A", "is an error of the spreadsheet"),
        (
            "来源网址",
            "www.xx.gov.cn/a",
            "must begin with https:// or http://: write https://www.xx.gov.cn/a",
        ),
        (
            "来源网址",
            "example.org",
            "must begin with https:// or http://: write https://example.org",
        ),
        ("来源网址", "见网站", "must be an http or https address"),
        ("来源网址", "ftp://example.org/", "must be an http or https address"),
        ("来源网址", "https://example.org/\u200b", "has a character that nobody can see: U+200B"),
        ("来源网址", "https://example.org/a b", "must be an http or https address"),
    ],
)
def test_a_text_that_is_refused(name: str, value: Any, told: str, tmp_path: Path) -> None:
    header, line = line_with(name, value)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "结果"
    sheet.append(header)
    sheet.append(line)
    if isinstance(value, str) and value.startswith("="):
        sheet["G2"].data_type = "s"
    book.save(tmp_path / "r.xlsx")
    (line_told,) = refusal(tmp_path / "r.xlsx")
    assert line_told.startswith(f"sheet 结果, G2 ({name}): {told}")


@pytest.mark.parametrize("name", ["indicator", "period", "source", "source_title"])
def test_what_a_line_must_have(name: str, tmp_path: Path) -> None:
    zh = {field.name: field.zh for field in RESULTS}[name]
    column = HEADER.index(zh)
    line = [*LINE[:column], None, *LINE[column + 1 :]]
    told = refused_line(tmp_path, *line)
    assert told == f"sheet 结果, {'ABCDEF'[column]}2 ({zh}): is missing"


def test_an_unknown_code_is_refused_with_the_nearest(tmp_path: Path) -> None:
    told = refused_line(tmp_path, *with_value("xx-shares", 5))
    assert told == (
        "sheet 结果, A2 (指标代码): there is no such indicator; "
        'value: "xx-shares"; nearest: xx-share'
    )
    path = workbook(tmp_path / "d.xlsx", 文件=[FATES, ["xx-2023-rule", "未印发"]])
    assert refusal(path, "zh") == [
        '工作表“文件”A2（文件代码）: 没有这个待印发的文件；值为 "xx-2023-rule"；'
        "您要的可能是“xx-2023-rules”"
    ]


def test_codes_may_be_written_in_capitals_and_full_width(tmp_path: Path) -> None:
    line = [" ＸＸ－share ", "2023", 5, None, "SUMMARY", "总结"]
    (row,) = results(tmp_path, line).observations
    assert row["code"] == "xx-share-2023-summary"


@pytest.mark.parametrize(
    "source",
    ["年报", "a b", "a_b", "-a", "a-", "a--b", "2024-report", "2024", "h1", "q3-report", "a.b"],
)
def test_a_source_is_a_short_name(source: str, tmp_path: Path) -> None:
    line = [*LINE[:4], source, "总结"]
    told = refused_line(tmp_path, *line)
    assert told.startswith(
        "sheet 结果, E2 (来源简称): must be a short name that begins with a word"
    )


@pytest.mark.parametrize("source", ["a", "bulletin-2024", "hq", "q30x", "report2"])
def test_sources_that_are_short_names(source: str, tmp_path: Path) -> None:
    (row,) = results(tmp_path, [*LINE[:4], source, "总结"]).observations
    assert row["code"] == f"xx-share-2023-{source}"


def test_a_code_that_grows_too_long(tmp_path: Path) -> None:
    sound = "s" * (80 - len("xx-share-2023-"))
    assert results(tmp_path, [*LINE[:4], sound, "总结"]).observations[0]["code"].endswith(sound)
    told = refused_line(tmp_path, *LINE[:4], sound + "s", "总结")
    assert "E2 (来源简称): makes a code of 81 characters; at most 80 are allowed" in told


@pytest.mark.parametrize("measure", ["xx-schools", "xx-places", "xx-money"])
def test_what_is_counted_over_a_time_needs_a_period(measure: str, tmp_path: Path) -> None:
    told = refused_line(tmp_path, *with_value(measure, 10_000, period="截至2023年12月31日"))
    name = KNOWN.indicators[measure].name_zh
    assert told == (
        f"sheet 结果, B2 (所属期): is a day, but {name} is counted over a period: give that "
        'period, such as 2023; value: "截至2023年12月31日"'
    )
    for stock in ("xx-share", "xx-bases", "xx-rank"):
        assert results(tmp_path, with_value(stock, 5, period="2023-12-31")).observations


def test_a_period_that_is_none_is_refused_with_examples(tmp_path: Path) -> None:
    told = refused_line(tmp_path, *with_value("xx-share", 5, period="2023-13"))
    assert told == (
        'sheet 结果, B2 (所属期): is no period; value: "2023-13"; allowed: 2023, 2023-H1, '
        "2023-Q3, 2023-05, 2022-2023, 2023-12-31, 2023-01-01/2023-06-30"
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [("2023年底", "2023-12-31"), ("2023年末", "2023-12-31"), ("二〇二三年", "2023"),
     ("二○二三年上半年", "2023-H1")],
)  # fmt: skip
def test_a_period_in_other_words_is_refused_with_what_is_meant(
    text: str, meant: str, tmp_path: Path
) -> None:
    told = refused_line(tmp_path, *with_value("xx-share", 5, period=text))
    assert told.endswith(f"2023-01-01/2023-06-30; nearest: {meant}")


TO_COME = "begins on {}, which is to come (today is 2025-03-01): there is no result for it yet"
NOT_ENDED = (
    "ends on {}, which is to come (today is 2025-03-01): give the period that the figure is about, "
    "or the status 初步数 (provisional) or 估算 (estimated)"
)


@pytest.mark.parametrize(
    ("period", "status", "told"),
    [
        ("2025-03-01", None, None),
        ("2025-03-02", None, TO_COME.format("2025-03-02")),
        ("2025-03-02", "估算", TO_COME.format("2025-03-02")),
        ("2031", "初步数", TO_COME.format("2031-01-01")),
        ("2025", None, NOT_ENDED.format("2025-12-31")),
        ("2025", "实测", NOT_ENDED.format("2025-12-31")),
        ("2025", "初步数", None),
        ("2024-2025", "估算", None),
        ("2024-2025", None, NOT_ENDED.format("2025-08-31")),
        ("2025-02", None, None),
        ("2025-01-01/2025-03-01", None, None),
        ("2025-01-01/2025-03-02", None, NOT_ENDED.format("2025-03-02")),
    ],
)
def test_a_period_that_has_not_begun_or_ended(
    period: str, status: str | None, told: str | None, tmp_path: Path
) -> None:
    line = with_value("xx-share", 5, status, period)
    if told:
        line_told = refused_line(tmp_path, *line)
        assert line_told == f'sheet 结果, B2 (所属期): {told}; value: "{period}"'
    else:
        assert results(tmp_path, line).observations


def test_a_masked_figure_of_a_period_that_has_not_ended(tmp_path: Path) -> None:
    assert results(tmp_path, with_value("xx-share", None, "原文隐去", "2025")).observations


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2025-03-01", None),
        ("2025-03-02", "is a day to come (today is 2025-03-01): write the day on which it was "
         "published"),
        ("2023-01-01", None),
        ("2022-12-31", "is before the period, which begins on 2023-01-01: correct the date of the "
         "source, or the period"),
    ],
)  # fmt: skip
def test_the_date_of_a_source_fits(day: str, told: str | None, tmp_path: Path) -> None:
    header, line = line_with("来源日期", day)
    if told:
        line_told = refused_line(tmp_path, *line, header=header)
        assert line_told == f'sheet 结果, G2 (来源日期): {told}; value: "{day}"'
    else:
        assert read(workbook(tmp_path / "r.xlsx", 结果=[header, line])).observations


def test_days_to_come_are_told_in_chinese(tmp_path: Path) -> None:
    header, line = line_with("来源日期", "2027-05-01")
    line[1] = "2031"
    path = workbook(
        tmp_path / "r.xlsx",
        结果=[header, line, ["xx-rank", "2025", 3, *line[3:6]], [*LINE[:6], "2022-05-01"]],
        文件=[FATES, ["xx-2023-plan", "已印发", "2025-03-02"]],
    )
    assert refusal(path, "zh") == [
        "工作表“结果”B2（所属期）: 始于2031-01-01，尚未到来（今天是2025-03-01）："
        '还不会有结果，请核对；值为 "2031"',
        "工作表“结果”G2（来源日期）: 是将来的日期（今天是2025-03-01）："
        '请改为实际的发布日期；值为 "2027-05-01"',
        "工作表“结果”B3（所属期）: 到2025-12-31才结束（今天是2025-03-01）：请写数值实际所属的时期，"
        '或将数值状态选为“初步数”或“估算”；值为 "2025"',
        "工作表“结果”G4（来源日期）: 早于所属期的起点2023-01-01：请核对来源日期和所属期；"
        '值为 "2022-05-01"',
        "工作表“文件”C2（印发日期）: 是将来的日期（今天是2025-03-01）："
        '请改为实际的发布日期；值为 "2025-03-02"',
    ]


QUOTES = [
    ("xx-share", 61.8, "占比61.8%", True),
    ("xx-share", 61.8, "占比６１．８％", True),
    ("xx-share", 57, "公办园占比达60%", False),
    ("xx-share", 61.8, "占比61.80%", True),
    ("xx-share", 6.1, "占比61%", False),
    ("xx-share", 60, "占比达6成", True),
    ("xx-share", 60, "占比达六成", True),
    ("xx-share", 50, "占比过半", True),
    ("xx-share", 57, "二级园占比达60%", False),
    ("xx-share", 60, "占比达60%①", True),
    ("xx-share", 80, "约五分之四", True),
    ("xx-share", "0.5%", "占比5‰", True),
    ("xx-share", 100, "已全部达标", True),
    ("xx-share", 100, "全市占比60%", False),
    ("xx-share", 60, "已全部达标", False),
    ("xx-share", 61.8, "占比有所提高", False),
    ("xx-growth", -3.5, "下降3.5个百分点", True),
    ("xx-schools", 0, "尚未建成", True),
    ("xx-schools", 0, "建成30所", False),
    ("xx-schools", 5, "建成50所", False),
    ("xx-places", 1200, "新增学位1,200个", True),
    ("xx-places", 1200, "新增学位１，２００个", True),
    ("xx-places", 30_000, "新增学位三万个", True),
    ("xx-share", 60, "达到百分之六十", True),
    ("xx-places", 21_000, "新增学位2.1万个", True),
    ("xx-places", 2, "新增学位2万个", False),
    ("xx-places", 21_345, "新增学位2.1万个", False),
    ("xx-money", "38.5亿元", "完成投资38.5亿元", True),
    ("xx-money", "3.85亿元", "完成投资38.5亿元", False),
    ("xx-money", "38.5元", "完成投资38.5亿元", False),
    ("xx-money", "38.5亿元", "完成385000万元", True),
    ("xx-money", "3千万元", "完成3千万元", True),
]


@pytest.mark.parametrize(("indicator", "value", "quote", "sound"), QUOTES)
def test_a_quote_holds_the_figure(
    indicator: str, value: Any, quote: str, sound: bool, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "r.xlsx", 结果=[[*HEADER, "引文"], [*with_value(indicator, value), quote]]
    )
    if sound:
        assert read(path).observations[0]["quote"] == quote
    else:
        (told,) = refusal(path)
        assert told.startswith("sheet 结果, G2 (引文): does not hold the figure ")
        assert "quote the words that do, or correct the figure; value: " in told


def test_a_quote_of_a_masked_figure_and_beside_a_refused_one(tmp_path: Path) -> None:
    header = [*HEADER, "引文"]
    masked = [*with_value("xx-share", None, "原文隐去"), "占比达XX%"]
    assert read(workbook(tmp_path / "r.xlsx", 结果=[header, masked])).observations
    line = [*with_value("xx-share", 57), "公办园占比达60%"]
    path = workbook(tmp_path / "r.xlsx", 结果=[header, line])
    assert refusal(path, "zh") == [
        "工作表“结果”G2（引文）: 其中没有数值57：请引写明这一数值的原话，或更正数值；"
        '值为 "公办园占比达60%"'
    ]
    line[2] = 160
    told = refused_line(tmp_path, *line, header=header)
    assert "is a share" in told, "a figure that is refused is not looked for"


@pytest.mark.parametrize(
    ("unit", "sound"),
    [("%", True), ("％", True), ("percent", True), (None, True), ("个", False), (1, False)],
)
def test_another_unit_is_refused(unit: Any, sound: bool, tmp_path: Path) -> None:
    header, line = line_with("单位", unit)
    path = workbook(tmp_path / "r.xlsx", 结果=[header, line])
    if sound:
        assert read(path).observations
    else:
        (told,) = refusal(path)
        assert told.startswith(
            "sheet 结果, G2 (单位): is not the unit of 公办园占比: put % back and give the figure "
            "in it; value: "
        )
        assert told.endswith("; allowed: % (percent)")


@pytest.mark.parametrize(
    ("indicator", "value", "unit", "full", "short"),
    [
        ("xx-money", "385000", "万元", "3,850,000,000", "385,000万元"),
        ("xx-money", 12_345.0, "亿元", "1,234,500,000,000", "12,345亿元"),
        ("xx-money", "38.5亿元", "亿元", "3,850,000,000", "38.5亿元"),
        ("xx-money", 10_000, "美元", "3,850,000,000", "38.5亿元"),
        ("xx-places", 12, "万个", "120,000", "12万个"),
        ("xx-places", 12, "人", "21,000", "2.1万个"),
    ],
)
def test_how_to_give_a_figure_whose_unit_was_changed(
    indicator: str, value: Any, unit: str, full: str, short: str, tmp_path: Path
) -> None:
    line = [*with_value(indicator, value), unit]
    path = workbook(tmp_path / "r.xlsx", 结果=[[*HEADER, "单位"], line])
    (told,), (told_zh,) = refusal(path), refusal(path, "zh")
    known = KNOWN.indicators[indicator]
    assert told == (
        f"sheet 结果, G2 (单位): is not the unit of {known.name_zh}: put {known.unit.zh} back and "
        f'give the figure in full, such as {full}, or as {short}; value: "{unit}"; '
        f"allowed: {known.unit.zh} ({known.unit})"
    )
    assert f"请改回{known.unit.zh}，数值写出全数，如{full}，或写{short}；值为" in told_zh


def test_amounts_as_they_are_typed_by_most(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx", 结果=[[*HEADER, "单位"], [*with_value("xx-money", 38.5), "亿元"]]
    )
    assert refusal(path, "zh") == [
        "工作表“结果”C2（结果数值）: 可能是38.5元，也可能是38.5亿元：请写出全数，如3,850,000,000，"
        "或带上单位，如38.5亿元；值为 38.5",
        "工作表“结果”G2（单位）: 不是“投资额”的单位：请改回元，数值写出全数，如3,850,000,000，"
        '或写38.5亿元；值为 "亿元"；可用：元 (cny)',
    ]


# --- lines, headers, sheets -------------------------------------------------------------------


def test_empty_lines_and_lines_without_input_are_skipped(tmp_path: Path) -> None:
    header = ["指标代码", "指标名称", "承诺", "单位", "所属期", "结果数值", "来源简称", "来源标题"]
    path = workbook(
        tmp_path / "r.xlsx",
        结果=[
            ["填表说明"],
            [],
            header,
            [],
            ["xx-share", "公办园占比", "达到60%", "%", "2023"],
            ["no-such-code", None, None, None, "whenever"],
            [" ", "\u3000", "\u00a0"],
            ["xx-rank", None, None, None, "2023", 3, "summary", "总结"],
        ],
    )
    assert [row["code"] for row in read(path).observations] == ["xx-rank-2023-summary"]


@pytest.mark.parametrize("name", [field.name for field in RESULTS if field.use == "input"])
def test_any_input_makes_a_line_count(name: str, tmp_path: Path) -> None:
    header = [field.zh for field in RESULTS]
    line = ["xx-share" if field.name == name else None for field in RESULTS]
    told = refusal(workbook(tmp_path / "r.xlsx", 结果=[header, line]))
    assert all(line.startswith("sheet 结果, ") for line in told)
    assert told != ["nothing is filled in"]


STRAY = (
    "stands in a line without a code, which is no result: delete the line, such as a sum or a "
    "signature, or fill in {} and the rest"
)


def test_a_line_that_is_no_result_is_told_once(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        结果=[
            [*HEADER, "说明"],
            LINE,
            ["合计", None, "=SUM(C2:C2)"],
            [None, None, 61.8],
            [None] * 6 + ["填表人：张三"],
            ["xx-shar", None, 5],
        ],
        文件=[FATES, ["填表人：张三", None, None, "2024年1月"]],
    )
    assert refusal(path) == [
        f'sheet 结果, A3 (指标代码): {STRAY.format("指标代码")}; value: "合计"',
        f"sheet 结果, C4 (结果数值): {STRAY.format('指标代码')}; value: 61.8",
        f'sheet 结果, G5 (说明): {STRAY.format("指标代码")}; value: "填表人：张三"',
        'sheet 结果, A6 (指标代码): there is no such indicator; value: "xx-shar"; '
        "nearest: xx-share",
        "sheet 结果, B6 (所属期): is missing",
        "sheet 结果, E6 (来源简称): is missing",
        "sheet 结果, F6 (来源标题): is missing",
        f'sheet 文件, A2 (文件代码): {STRAY.format("文件代码")}; value: "填表人：张三"',
    ]
    assert refusal(path, "zh")[0] == (
        "工作表“结果”A3（指标代码）: 所在的行没有代码，不是结果：如为合计、填表人等，请删去该行，"
        '否则请填写指标代码等各列；值为 "合计"'
    )


@pytest.mark.parametrize(
    "word", ["无", "暂无", "没有", "—", "——", "--", "-", "－", "/", "／", "N/A", " 无 "]
)
def test_a_line_that_says_there_is_no_result(word: str, tmp_path: Path) -> None:
    path = table(tmp_path / "r.csv", [HEADER, ["xx-share", "2023", word, "", word, word]])
    (told,), (told_zh,) = refusal(path), refusal(path, "zh")
    assert told.startswith(
        "C2 (结果数值): says that there is no result: empty the white cells of the line, or, if "
        "the source masks the figure, only this one; value: "
    )
    assert told_zh.startswith("C2（结果数值）: 没有结果的行请留空：请清空该行的白色单元格；")


def test_a_title_that_says_nothing(tmp_path: Path) -> None:
    told = refused_line(tmp_path, *LINE[:5], "无")
    assert told == 'sheet 结果, F2 (来源标题): says nothing: fill it in; value: "无"'


def test_cells_under_a_merged_one(tmp_path: Path) -> None:
    """People merge what is the same in several lines; a file then holds it once."""
    header, line = line_with("来源日期", "2024-01-30")
    other = ["xx-rank", "2023", 3]
    path = workbook(
        tmp_path / "plain.xlsx",
        结果=[header, line, other, ["xx-bases", "2023"], [*LINE[:1], "2022", *LINE[2:]]],
    )
    book = openpyxl.load_workbook(path)
    sheet = book["结果"]
    for cells in ("E2:E3", "F2:F4", "G2:G4", "A7:G9"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "r.xlsx")
    told = "is part of merged cells: unmerge them and fill in each one"
    assert refusal(tmp_path / "r.xlsx") == [
        f'sheet 结果, E3 (来源简称): {told}; value: "E2:E3"',
        f'sheet 结果, F3 (来源标题): {told}; value: "F2:F4"',
        f'sheet 结果, G3 (来源日期): {told}; value: "G2:G4"',
    ], "the third line is empty: nobody reads it"
    assert refusal(tmp_path / "r.xlsx", "zh")[0] == (
        '工作表“结果”E3（来源简称）: 是合并单元格的一部分：请取消合并，逐格填写；值为 "E2:E3"'
    )


def test_titles_above_the_table_may_be_merged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "plain.xlsx", 结果=[["某市2023年结果"], HEADER, LINE])
    book = openpyxl.load_workbook(path)
    book["结果"].merge_cells("A1:F1")
    book.save(tmp_path / "r.xlsx")
    assert len(read(tmp_path / "r.xlsx").observations) == 1


def test_a_file_in_which_nothing_is_filled_in(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", 结果=[HEADER, ["xx-share", "2023"]], 文件=[FATES])
    assert refusal(path) == ["nothing is filled in"]
    assert refusal(path, "zh") == ["没有填写任何内容"]


def test_headers_in_english_in_any_order_and_width(tmp_path: Path) -> None:
    header = ["Source Title", "ＶＡＬＵＥ", "period", " source", "INDICATOR", "value status"]
    line = ["总结", 5, "2023", "summary", "xx-share", "estimated"]
    (row,) = read(workbook(tmp_path / "r.xlsx", any=[header, line])).observations
    assert (row["code"], row["value"]) == ("xx-share-2023-summary", 5.0)
    assert row["value_status"] == "estimated"


def test_every_title_is_known_in_both_languages(tmp_path: Path) -> None:
    for fields in (RESULTS, DOCUMENTS):
        for titles in ([f.zh for f in fields], [f.name for f in fields]):
            path = workbook(tmp_path / "r.xlsx", any=[titles])
            assert refusal(path) == ["nothing is filled in"]


def test_an_unknown_title_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        结果=[[*HEADER, "来源网站", "随便写写", "来源标题"], [*LINE, "a", 1, 2]],
    )
    assert refusal(path) == [
        'sheet 结果, G1: is no known column; value: "来源网站"; nearest: 来源网址',
        'sheet 结果, H1: is no known column; value: "随便写写"',
        'sheet 结果, I1: stands twice in the header; value: "来源标题"',
    ]


def test_a_title_that_is_missing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", 结果=[HEADER[:5], LINE[:5]], 文件=[FATES[:1]])
    assert refusal(path) == [
        "sheet 结果, row 1: the column 来源标题 (source_title) is missing",
        "sheet 文件, row 1: the column 结果 (outcome) is missing",
    ]


def test_cells_without_a_title_are_refused_once(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx", 结果=[HEADER, LINE, [None] * 7 + ["备忘"], [None] * 7 + ["备忘"]]
    )
    assert refusal(path) == ['sheet 结果, H3: stands in a column without a title; value: "备忘"']


def test_sheets_without_a_known_header_are_skipped(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        说明=[["如何填写"], ["说明"], ["结果", "甲"]],
        结果=[HEADER, LINE],
        空=[],
        后面=[["行"]] * 10 + [HEADER, ["no", "no", "no", "no", "no", "no"]],
    )
    assert len(read(path).observations) == 1


def test_a_workbook_without_a_known_sheet_is_refused(tmp_path: Path) -> None:
    (told,) = refusal(workbook(tmp_path / "r.xlsx", 名单=[["姓名", "单位"], ["甲", "乙"]]))
    assert told == (
        "has no table of results or documents: the header names the columns "
        "指标代码、所属期、结果数值、来源简称、来源标题 or 文件代码、结果"
    )


def test_both_sheets_and_several_of_a_kind(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        文件=[FATES, ["xx-2023-plan", "未印发"]],
        甲=[HEADER, LINE],
        乙=[HEADER, with_value("xx-rank", 3)],
    )
    file = read(path)
    assert [row["code"] for row in file.observations] == [
        "xx-share-2023-summary",
        "xx-rank-2023-summary",
    ]
    assert [row["code"] for row in file.fates] == ["xx-2023-plan"]


def test_a_second_line_on_the_same_is_refused_however_it_is_spelled(tmp_path: Path) -> None:
    again = ["XX-SHARE", "２０２３年度", "0.5", None, "Summary", "总结"]
    path = workbook(
        tmp_path / "r.xlsx", 甲=[HEADER, LINE, with_value("xx-rank", 3)], 乙=[HEADER, again]
    )
    assert refusal(path) == [
        "sheet 乙, A2 (指标代码): xx-share-2023-summary stands here a second time, "
        'first in sheet 甲, A2 (指标代码); value: "XX-SHARE"',
        'sheet 乙, C2 (结果数值): may be 50% or 0.5%: write it with its percent sign; value: "0.5"',
    ]
    assert refusal(path, "zh")[0] == (
        "工作表“乙”A2（指标代码）: xx-share-2023-summary重复，"
        '首次出现在工作表“甲”A2（指标代码）；值为 "XX-SHARE"'
    )


def test_one_result_from_two_sources_and_of_two_periods(tmp_path: Path) -> None:
    lines = [LINE, [*LINE[:4], "bureau", "年报"], ["xx-share", "2022", *LINE[2:]]]
    assert len(results(tmp_path, *lines).observations) == 3


def test_everything_that_is_wrong_is_told_at_once_by_row(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        结果=[
            HEADER,
            ["xx-shar", "2023-13", 160, "实测", "年报", None],
            LINE,
            with_value("xx-schools", "3个", period="2023-12-31"),
        ],
        文件=[FATES, ["xx-2023-plan", "已印", "2024-13-01", None, None, "无"]],
    )
    assert refusal(path, "zh") == [
        '工作表“结果”A2（指标代码）: 没有这个指标；值为 "xx-shar"；您要的可能是“xx-share”',
        '工作表“结果”B2（所属期）: 不是所属期；值为 "2023-13"；可用：2023、2023-H1、2023-Q3、'
        "2023-05、2022-2023、2023-12-31、2023-01-01/2023-06-30",
        "工作表“结果”E2（来源简称）: 必须是以单词开头的简称：小写字母和数字，"
        '各部分以单个连字符相连，如summary、bulletin-2024；值为 "年报"',
        "工作表“结果”F2（来源标题）: 缺少",
        "工作表“结果”B4（所属期）: 是一天，而“新改扩建学校数”按一段时间统计："
        '请写出统计的时段，如2023；值为 "2023-12-31"',
        '工作表“结果”C4（结果数值）: 单位是“所”而不是“个”；值为 "3个"',
        '工作表“文件”B2（结果）: 不在可用值之中；值为 "已印"；可用：已印发 (issued)、'
        "以其他形式印发 (issued_otherwise)、未印发 (not_issued)、本服务未收录结果 (no_result)；"
        "您要的可能是“已印发”",
        '工作表“文件”C2（印发日期）: 必须是日期，如2023-12-31；值为 "2024-13-01"',
        '工作表“文件”F2（网址）: 没有内容：没有可填写的请留空；值为 "无"',
    ]


# --- documents --------------------------------------------------------------------------------


def test_the_fate_of_a_document(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        文件=[
            FATES,
            ["xx-2023-plan", "已印发", datetime(2023, 6, 1), "某教〔2023〕12号", "某方案（2023）",
             "https://example.org/1"],
            ["xx-2023-rules", "not issued"],
        ],
    )  # fmt: skip
    assert read(path).fates == [
        {
            "code": "xx-2023-plan",
            "outcome": Outcome.ISSUED,
            "issued_on": date(2023, 6, 1),
            "issued_title_zh": "某方案（2023）",
            "issued_number": "某教〔2023〕12号",
            "issued_url": "https://example.org/1",
        },
        {
            "code": "xx-2023-rules",
            "outcome": Outcome.NOT_ISSUED,
            "issued_on": None,
            "issued_title_zh": None,
            "issued_number": None,
            "issued_url": None,
        },
    ]


def test_what_was_not_issued_has_no_date(tmp_path: Path) -> None:
    for outcome in ("未印发", "no_result"):
        path = workbook(
            tmp_path / "r.xlsx", 文件=[FATES, ["xx-2023-plan", outcome, "2023-06-01", "1号"]]
        )
        told = refusal(path)
        assert [line.split(":")[0] for line in told] == [
            "sheet 文件, C2 (印发日期)",
            "sheet 文件, D2 (文号)",
        ]
        assert "belongs to a document that was issued, but the outcome is" in told[0]


def test_a_document_needs_an_outcome_and_stands_once(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "r.xlsx",
        文件=[FATES, ["xx-2023-plan", "未印发"], ["xx-2023-plan", None, "2023-06-01"]],
    )
    assert refusal(path) == [
        "sheet 文件, A3 (文件代码): xx-2023-plan stands here a second time, "
        'first in sheet 文件, A2 (文件代码); value: "xx-2023-plan"',
        "sheet 文件, B3 (结果): is missing",
    ]


# --- CSV --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding(encoding: str, delimiter: str, tmp_path: Path) -> None:
    quoted = [*LINE[:5], '工作总结，"2023"; 1,2\t3']
    path = table(tmp_path / "R.CSV", [HEADER, [], quoted, [""] * 6], encoding, delimiter)
    if delimiter == "\t":
        path.write_bytes(path.read_bytes())
    (told,) = refusal(path)
    assert told.startswith("F3 (来源标题): has a character that nobody can see: U+0009")
    sound = [*LINE[:5], '工作总结，"2023"; 1,2']
    table(path, [HEADER, [], sound, [""] * 6], encoding, delimiter)
    (row,) = read(path).observations
    assert row["source_title"] == '工作总结，"2023"; 1,2'
    assert row["value"] == 61.8


def test_csv_has_one_table_and_may_have_a_title_above(tmp_path: Path) -> None:
    path = table(tmp_path / "r.csv", [["某市结果"], FATES[:2], ["xx-2023-plan", "未印发"]])
    file = read(path)
    assert (file.observations, file.fates[0]["outcome"]) == ([], Outcome.NOT_ISSUED)


def test_lines_of_csv_may_end_as_on_any_machine(tmp_path: Path) -> None:
    text = "\r\n".join(",".join(str(cell or "") for cell in row) for row in (HEADER, LINE))
    for ending in ("\r\n", "\n", "\r"):
        path = tmp_path / "r.csv"
        path.write_bytes(text.replace("\r\n", ending).encode())
        assert len(read(path).observations) == 1


def test_a_cell_of_csv_may_span_lines_and_rows_are_counted_as_in_a_spreadsheet(
    tmp_path: Path,
) -> None:
    header, line = line_with("说明", "甲\n乙")
    path = table(tmp_path / "r.csv", [header, line, [*LINE[:2], "160"]])
    assert [told.split(":")[0] for told in refusal(path)] == [
        "G2 (说明)",
        "C3 (结果数值)",
        "E3 (来源简称)",
        "F3 (来源标题)",
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \r\n\t\r\n", "is empty"),
        ("指标代码,所属期\n".encode() + b"\xff\xfe", "is no text in UTF-8: byte 0xff at offset 23"),
        (
            b"\xef\xbb\xbf" + "指标".encode() + b"\xc3(",
            "is no text in UTF-8: byte 0xc3 at offset 9",
        ),
        (b"\xff\xfea\x00b", "is no text in UTF-16: byte 0x62 at offset 4"),
        (b"value\n\x80\n", "is no text in UTF-8 / GB18030: byte 0x80 at offset 6"),
        (b'indicator,value\na,"b\n', "row 2: is no CSV: a quotation mark is not closed"),
        (b'indicator,value\na,"b"c\n', "row 2: is no CSV: a quotation mark is not closed"),
        (b"indicator,value\n" + b"a" * 200_000, "row 2: is no CSV"),
        (b"a,b\n1,2\n", "has no table of results or documents"),
    ],
)
def test_csv_that_cannot_be_read(data: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(data)
    (line,) = refusal(path)
    assert line.startswith(told)


# --- files ------------------------------------------------------------------------------------


def sound_workbook(folder: Path) -> Path:
    return workbook(folder / "sound.xlsx", 结果=[HEADER, LINE])


def written_to(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def sparse(folder: Path, name: str) -> Path:
    path = folder / name
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    return path


def zipped(folder: Path, parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(folder / "z.xlsx", "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return folder / "z.xlsx"


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "r.xlsx")
    return folder / "r.xlsx"


def with_bytes(folder: Path, old: bytes, new: bytes, count: int = -1) -> Path:
    data = sound_workbook(folder).read_bytes()
    assert old in data
    return written_to(folder, "r.xlsx", data.replace(old, new, count))


def encrypted_part(folder: Path) -> Path:
    """The flag of every entry of the directory says that it is encrypted."""
    data = bytearray(sound_workbook(folder).read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return written_to(folder, "r.xlsx", bytes(data))


def sheet_xml(rows: str, before: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{before}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'.encode()


SHEET = "xl/worksheets/sheet1.xml"


def with_part(folder: Path, data: bytes, part: str = SHEET) -> Path:
    """A sound workbook, but for one part."""
    with zipfile.ZipFile(sound_workbook(folder)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    return zipped(folder, parts | {part: data})


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
PASSWORD = "is protected with a password: save it without one"
DAMAGED = "is damaged, or is no .xlsx workbook"
TOO_MUCH = "holds more than 2,000,000 cells and other parts"

FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "none.xlsx", "does not exist"),
    "under a file": (lambda folder: sound_workbook(folder) / "r.xlsx", "cannot be read: Not a"),
    "a folder": (lambda folder: folder, "is no file, but a folder or a device"),
    "a pipe": (fifo, "is no file, but a folder or a device"),
    "empty workbook": (lambda folder: written_to(folder, "r.xlsx", b""), "is empty"),
    "100 MB workbook": (lambda folder: sparse(folder, "r.xlsx"), "is larger than 20 MB"),
    "100 MB CSV": (lambda folder: sparse(folder, "r.csv"), "is larger than 20 MB"),
    "PDF": (lambda folder: written_to(folder, "r.pdf", b"%PDF"), "is neither .xlsx nor .csv"),
    "no ending": (lambda folder: written_to(folder, "r", b"a,b"), "is neither .xlsx nor .csv"),
    "ODS": (lambda folder: written_to(folder, "r.ods", b"PK\x03\x04"), "is neither .xlsx nor"),
    "text as .xlsx": (
        lambda folder: written_to(folder, "r.xlsx", b"indicator,value"), "is no .xlsx workbook"),
    "workbook as .csv": (
        lambda folder: sound_workbook(folder).rename(folder / "r.csv"), "is a workbook, not CSV"),
    ".xls": (lambda folder: written_to(folder, "r.xls", OLE), "is a workbook of the old kind"),
    ".xls as .xlsx": (lambda folder: written_to(folder, "r.xlsx", OLE), "is a workbook of the old"),
    ".xls as .csv": (lambda folder: written_to(folder, "r.csv", OLE), "is a workbook of the old"),
    "password": (
        lambda folder: written_to(
            folder, "r.xlsx", OLE + "EncryptedPackage".encode("utf-16-le")), PASSWORD),
    "password of the archive": (encrypted_part, PASSWORD),
    "half a workbook": (
        lambda folder: written_to(
            folder, "r.xlsx", sound_workbook(folder).read_bytes()[:2000]), DAMAGED),
    "only two letters": (lambda folder: written_to(folder, "r.xlsx", b"PK"), DAMAGED),
    "empty archive": (lambda folder: zipped(folder, {}), DAMAGED),
    "other archive": (lambda folder: zipped(folder, {"a.txt": b"a"}), DAMAGED),
    "Word document": (
        lambda folder: zipped(folder, {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006'
            b'/content-types"/>', "word/document.xml": b"<a/>"}), DAMAGED),
    "bad sum": (lambda folder: with_bytes(folder, b"PK\x03\x04\x14", b"PK\x03\x04\x15\x00\x08", 1),
                DAMAGED),
    "LZMA": (
        lambda folder: zipped(folder, {"a.xml": b"<a/>"}, zipfile.ZIP_LZMA), DAMAGED),
    "no XML": (lambda folder: with_part(folder, b"garbage"), DAMAGED),
    "half XML": (lambda folder: with_part(folder, sheet_xml("<row><c>")[:-40]), DAMAGED),
    "no styles": (lambda folder: with_part(folder, b"a", "xl/styles.xml"), DAMAGED),
    "unknown string": (
        lambda folder: with_part(
            folder, sheet_xml('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')), DAMAGED),
    "unknown type": (
        lambda folder: with_part(
            folder, sheet_xml('<row r="1"><c r="A1" t="z"><v>9</v></c></row>')), DAMAGED),
    "no number": (
        lambda folder: with_part(
            folder, sheet_xml('<row r="1"><c r="A1"><v>nine</v></c></row>')), DAMAGED),
    "entities": (
        lambda folder: with_part(
            folder, sheet_xml("&a;", '<!DOCTYPE a [<!ENTITY a "b">]>')), DAMAGED),
    "many parts": (
        lambda folder: zipped(folder, {f"{n}.xml": b"<a/>" for n in range(1001)}),
        "has more than 1,000 parts"),
    "column 201": (
        lambda folder: workbook(folder / "r.xlsx", 结果=[[*HEADER, *[None] * 194, "甲"]]),
        "sheet 结果, row 1: is filled beyond column 200"),
    "column 201 of CSV": (
        lambda folder: table(folder / "r.csv", [[*HEADER, *[""] * 194, "甲"]]),
        "row 1: is filled beyond column 200"),
    "row 10,001 of CSV": (
        lambda folder: table(folder / "r.csv", [HEADER, *[["xx-share"]] * 10_001]),
        "row 10002: is beyond the 10,000 filled rows that a file may have"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_refused(case: str, tmp_path: Path) -> None:
    make, told = FILES[case]
    (line,) = refusal(make(tmp_path))
    assert line.startswith(told)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an operator sees it; root may read everything, so the refusal is put in its place."""
    path = sound_workbook(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(path) == ["cannot be read: Permission denied"]


def test_as_many_rows_as_are_allowed(tmp_path: Path) -> None:
    path = table(tmp_path / "r.csv", [HEADER, *[["xx-share"]] * 10_000])
    assert refusal(path) == ["nothing is filled in"]


def test_rows_are_counted_over_all_sheets(tmp_path: Path) -> None:
    rows = [HEADER, *[["xx-share"]] * 5000]
    assert refusal(workbook(tmp_path / "r.xlsx", 甲=rows, 乙=rows)) == ["nothing is filled in"]
    (told,) = refusal(workbook(tmp_path / "r.xlsx", 甲=rows, 乙=[*rows, ["xx-share"]]))
    assert told == "sheet 乙, row 5002: is beyond the 10,000 filled rows that a file may have"


def test_cells_and_rows_without_content_cost_nothing(tmp_path: Path) -> None:
    """400,000 formatted cells, a filled row far below, and a size that is not true."""
    formatted = "".join(
        f'<row r="{row}"><c r="A{row}" s="1"/><c r="XFD{row}" s="1"/></row>'
        for row in range(3, 200_000)
    )
    texts = "".join(
        f'<c r="{letter}{{row}}" t="inlineStr"><is><t>{{{at}}}</t></is></c>'
        for at, letter in enumerate("ABCDEF")
    )
    head = texts.format(*HEADER, row=1)
    line = texts.format(*[cell or "" for cell in LINE], row=1_048_576)
    rows = f'<row r="1">{head}</row>{formatted}<row r="1048576">{line}</row>'
    sheet = sheet_xml(rows).replace(b"<sheetData>", b'<dimension ref="A1:B2"/><sheetData>')
    path = with_part(tmp_path, sheet)
    (row,) = read(path).observations
    assert row["value"] == 61.8


def test_no_warning_of_the_library_reaches_anyone(tmp_path: Path) -> None:
    """A date beyond all dates, and a workbook without styles: openpyxl may warn of both."""
    styles = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    path = with_part(tmp_path, styles, "xl/styles.xml")
    assert read(path).observations
    header, line = line_with("来源日期", (99_999_999, "yyyy-mm-dd"))
    told = refused_line(tmp_path, *line, header=header)
    assert told == "sheet 结果, G2 (来源日期): must be a date like 2023-12-31; value: 99999999"


def test_pictures_and_other_parts_are_passed_over(tmp_path: Path) -> None:
    picture = b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'
    for name in ("xl/media/image1.svg", "xl/media/image1.png", "xl/printer.bin"):
        assert read(with_part(tmp_path, picture, name)).observations


def test_serve_and_the_command_line_do_not_load_the_library() -> None:
    """`serve` and the parser know the modules; the library costs a quarter of a second."""
    program = (
        "import sys, app.cli, app.main, app.publish.results, app.publish.template; "
        "app.cli.main(['schema']); "
        "assert {'app.publish.result_file', 'app.publish.workbook'} <= sys.modules.keys(); "
        "assert not [name for name in sys.modules if name.startswith('openpyxl')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


# --- bombs ------------------------------------------------------------------------------------


def stored_size(path: Path, part: str, size: int) -> Path:
    """The archive, but its directory and the part's own header tell another size."""
    data = bytearray(path.read_bytes())
    name = part.encode()
    directory = data.find(b"PK\x01\x02")
    while data[directory + 46 : directory + 46 + len(name)] != name:
        directory = data.find(b"PK\x01\x02", directory + 1)
    (local,) = struct.unpack_from("<I", data, directory + 42)
    struct.pack_into("<I", data, directory + 24, size)
    struct.pack_into("<I", data, local + 22, size)
    return written_to(path.parent, "lying.xlsx", bytes(data))


BOMBS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "declared": (
        lambda folder: with_part(folder, sheet_xml(" " * (101 * 2**20))),
        "is larger than 100 MB when unpacked"),
    "declares less": (
        lambda folder: stored_size(
            with_part(folder, sheet_xml(" " * (101 * 2**20))), SHEET, 1000), DAMAGED),
    "declares more": (
        lambda folder: stored_size(with_part(folder, sheet_xml(" ")), SHEET, 5000), DAMAGED),
    "a million laughs": (
        lambda folder: with_part(folder, sheet_xml("&j;", "<!DOCTYPE a [" + "".join(
            f"<!ENTITY {here} \"{f'&{below};' * 10}\">" for below, here in zip(
                "abcdefghi", "bcdefghij", strict=True)) + "<!ENTITY a 'a'>]>")), DAMAGED),
    "elements": (lambda folder: with_part(folder, sheet_xml("<c/>" * 20_000_000)), TOO_MUCH),
    "cells": (
        lambda folder: with_part(folder, sheet_xml("<row>" + "<c/>" * 20_000_000 + "</row>")),
        TOO_MUCH),
    "attributes": (
        lambda folder: with_part(folder, sheet_xml("<row " + "".join(
            f"a{n}='' " for n in range(5_000_000)) + "/>")), TOO_MUCH),
    "strings": (
        lambda folder: with_part(folder, sheet_xml("").replace(b"sheetData", b"sst").replace(
            b"<sst>", b"<sst>" + b"<si/>" * 15_000_000), "xl/sharedStrings.xml"), TOO_MUCH),
}  # fmt: skip

MEASURE = """
import resource, sys
from datetime import date
from pathlib import Path
from app.publish.complaint import Refused
from app.publish.result_columns import KnownResults
from app.publish.result_file import read_results, read_tables
from app.publish.sheet_file import read_sheets
import openpyxl
try:
    read_sheets(Path(sys.argv[1]))
except Refused:
    pass
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_results(read_tables(Path(sys.argv[2])), KnownResults({}, {}), date(2025, 3, 1))
except Refused as refused:
    print(refused.told("en")[0])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_refused_and_uses_no_memory(case: str, tmp_path: Path) -> None:
    make, told = BOMBS[case]
    path = make(tmp_path)
    assert path.stat().st_size < 20 * 2**20
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(sound_workbook(tmp_path)), str(path)],
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    line, grown = ran.stdout.splitlines()
    assert line.startswith(f"{path}: {told}")
    kilobytes = int(grown) / (1024 if sys.platform == "darwin" else 1)
    assert kilobytes < 40 * 1024


# --- anything at all --------------------------------------------------------------------------


def read_or_refused(path: Path) -> None:
    try:
        assert isinstance(read(path), ResultFile)
    except Refused as refused:
        lines = refused.told("en") + refused.told("zh")
        assert lines
        assert all(lines)


@given(
    st.binary(max_size=300),
    st.sampled_from([".xlsx", ".csv"]),
    st.sampled_from(
        [b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", "指标代码,所属期,结果数值\n".encode()]
    ),
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes, suffix: str, start: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read_or_refused(written_to(Path(folder), f"r{suffix}", start + data))


@pytest.fixture(scope="module")
def a_sound_workbook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sound_workbook(tmp_path_factory.mktemp("sound")).read_bytes()


@given(data=st.data())
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_workbook_is_read_or_refused(
    data: st.DataObject, a_sound_workbook: bytes
) -> None:
    """Parts are changed before they are packed, so that the damage arrives behind the archive."""
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(io.BytesIO(a_sound_workbook)) as old,
    ):
        parts = {info.filename: old.read(info) for info in old.infolist()}
        name = data.draw(st.sampled_from(sorted(parts)))
        part = parts[name]
        at = data.draw(st.integers(0, len(part) - 1))
        length = data.draw(st.integers(0, 20))
        new = data.draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from(
                    [b"", b'"', b"<row/>", b"<c/>", b'"9"', b"s", b"-1", b"&amp;", b"<v>1e999</v>"]
                ),
            )
        )
        parts[name] = part[:at] + new + part[at + length :]
        read_or_refused(zipped(Path(folder), parts))


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(), TEXTS,
    st.datetimes(datetime(1901, 1, 1), datetime(2300, 1, 1)), st.times(),
    st.timedeltas(timedelta(0), timedelta(days=1000)),
    st.sampled_from(["=1+1", "#N/A", "XX", "0.5", "5%", "2023", "xx-share", "summary", "实测"]),
    st.sampled_from(sorted(KNOWN.indicators)),
)  # fmt: skip
FORMATS = st.sampled_from(["General", "0%", "yyyy-mm", "@", '"%"0', "[h]:mm", "\\", "_", "*", "["])


@given(st.lists(st.lists(st.tuples(VALUES, FORMATS), min_size=6, max_size=6), max_size=3))
@settings(max_examples=150, deadline=None)
def test_any_cells_are_read_or_refused(lines: list[list[tuple[Any, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read_or_refused(workbook(Path(folder) / "r.xlsx", 结果=[HEADER, *lines]))


@given(st.lists(st.lists(TEXTS, min_size=6, max_size=6), max_size=3))
@settings(max_examples=150, deadline=None)
def test_any_text_in_csv_is_read_or_refused(lines: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read_or_refused(table(Path(folder) / "r.csv", [HEADER, *lines]))


@given(st.decimals(0, 100, places=4, allow_nan=False))
def test_a_percentage_is_the_same_however_it_is_written(share: Any) -> None:
    """56.13, 56.13%, and the cell that holds 0.5613 and shows 56.13%."""
    number = float(share)
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            ["xx-share", "2021", f"{share}%", None, "summary", "总结"],
            ["xx-share", "2022", (float(share / 100), "0.00%"), None, "summary", "总结"],
        ]
        found = read(workbook(Path(folder) / "r.xlsx", 结果=[HEADER, *lines]))
    assert [row["value"] for row in found.observations] == [number, number]
