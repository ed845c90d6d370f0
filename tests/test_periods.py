"""Periods: every spelling that people use, worked out by hand, and what is none."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publish.periods import SPELLINGS, Period, observation_code, period_of_cell, read_period
from app.publish.sheet import Cell, CellValue, Kind

YEAR = ("2023", date(2023, 1, 1), date(2023, 12, 31))
FIRST_HALF = ("2023-H1", date(2023, 1, 1), date(2023, 6, 30))
SECOND_HALF = ("2023-H2", date(2023, 7, 1), date(2023, 12, 31))
FIRST_QUARTER = ("2023-Q1", date(2023, 1, 1), date(2023, 3, 31))
SECOND_QUARTER = ("2023-Q2", date(2023, 4, 1), date(2023, 6, 30))
THIRD_QUARTER = ("2023-Q3", date(2023, 7, 1), date(2023, 9, 30))
FOURTH_QUARTER = ("2023-Q4", date(2023, 10, 1), date(2023, 12, 31))
MAY = ("2023-05", date(2023, 5, 1), date(2023, 5, 31))
SCHOOL_YEAR = ("2022-2023", date(2022, 9, 1), date(2023, 8, 31))
LAST_DAY = ("2023-12-31", date(2023, 12, 31), date(2023, 12, 31))
TWO_DAYS = ("2023-01-01/2023-06-30", date(2023, 1, 1), date(2023, 6, 30))

SPELLED = {
    YEAR: [
        "2023", "2023年", "2023年度", "２０２３", "２０２３年", " 2023 ", "2023 年",
        "　2023年　", "2023\n",
    ],
    FIRST_HALF: ["2023-H1", "2023-h1", "2023H1", "2023上半年", "2023年上半年", "2023年 上半年"],
    SECOND_HALF: ["2023-H2", "2023下半年", "2023年下半年", "２０２３年下半年"],
    FIRST_QUARTER: ["2023-Q1", "2023年第一季度", "2023年1季度"],
    SECOND_QUARTER: ["2023-Q2", "2023二季度", "2023年第2季度"],
    THIRD_QUARTER: [
        "2023-Q3", "2023Q3", "2023 Q3", "2023年第三季度", "2023年三季度", "２０２３Ｑ３",
    ],
    FOURTH_QUARTER: ["2023-Q4", "2023年四季度"],
    MAY: ["2023-05", "2023-5", "2023年5月", "2023年05月", "2023年5月份", "2023/5", "2023－05"],
    ("2024-02", date(2024, 2, 1), date(2024, 2, 29)): ["2024-02", "2024年2月"],
    ("1900-02", date(1900, 2, 1), date(1900, 2, 28)): ["1900-02"],
    SCHOOL_YEAR: [
        "2022-2023", "2022-2023学年", "2022—2023学年", "2022––2023学年度", "2022学年",
        "2022～2023学年", "2022/2023学年", "２０２２－２０２３学年",
    ],
    LAST_DAY: [
        "2023-12-31", "2023年12月31日", "2023/12/31", "2023.12.31", "截至2023年12月31日",
        "截至2023-12-31", "截止 2023.12.31", "20231231", "2023年12月31号", "２０２３／１２／３１",
    ],
    ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)): ["2024-2-29", "2024年2月29日"],
    TWO_DAYS: [
        "2023-01-01/2023-06-30", "2023-1-1至2023-6-30", "2023年1月1日至2023年6月30日",
        "2023.1.1—2023.6.30", "2023/1/1~2023/6/30", "2023/1/1～2023/6/30", "20230101-20230630",
        "2023年1月1日 — 2023年6月30日", "2023/1/1/2023/6/30", "2023-01-01 到 2023-06-30",
    ],
    ("2200", date(2200, 1, 1), date(2200, 12, 31)): ["2200"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [(text, period) for period, texts in SPELLED.items() for text in texts]
)
def test_a_period_is_read(text: str, expected: tuple[str, date, date]) -> None:
    assert read_period(text) == Period(*expected)


@pytest.mark.parametrize(
    "text",
    ["", " ", "去年", "23", "202", "20233", "1899", "2201", "9999", "0000", "2023-00", "2023-13",
     "2023年13月", "2023-H0", "2023-H3", "2023-Q0", "2023-Q5", "2023年第五季度", "2023中半年",
     "2022-2024", "2023-2022", "2023-2023", "2200学年", "2200-2201", "2023-02-29", "2023-04-31",
     "2023-12-32", "2023年2月30日", "20230230", "2023-6-31/2023-7-1", "2023-06-30/2023-01-01",
     "2023-06-30/2023-06-30", "2023-01-01/", "/2023-01-01", "截至2023", "截至2023年6月", "截至",
     "2023.5", "2023,5", "2023-5-", "-2023", "+2023", "2023年5", "2023季度", "二〇二三年",
     "2023-12-31 08:00", "1899-12-31", "2201-01-01", "1899-12-31/2023-01-01", "2023①",
     "2023-1²", "٢٠٢٣", "2023 1231", "2023-01-01/2023-02-01/2023-03-01"],
)  # fmt: skip
def test_what_is_no_period_is_none(text: str) -> None:
    assert read_period(text) is None


@given(st.text(alphabet="0123456789年月日度上下半季第一学截至-/.~—QH 　", max_size=24))
def test_any_text_is_a_period_or_none(text: str) -> None:
    period = read_period(text)
    if period is not None:
        assert date(1900, 1, 1) <= period.start <= period.end <= date(2200, 12, 31)
        assert read_period(period.text) == period, "the published spelling names the same period"


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_is_read_in_all_its_spellings(day: date) -> None:
    year, month, number = day.year, day.month, day.day
    expected = Period(day.isoformat(), day, day)
    for text in (
        f"{day}",
        f"{year}年{month}月{number}日",
        f"{year}/{month}/{number}",
        f"截至{day}",
    ):
        assert read_period(text) == expected


def test_the_examples_that_messages_name_are_periods() -> None:
    for text in SPELLINGS:
        period = read_period(text)
        assert period is not None
        assert period.text == text


def cell(value: CellValue, kind: Kind, number_format: str = "General") -> Cell:
    return Cell(1, 1, value, kind, number_format)


CELLS = [
    (cell("2023年5月", "text"), MAY),
    (cell("2023", "text", "@"), YEAR),
    (cell(2023, "number"), YEAR),
    (cell(2023.0, "number"), YEAR),
    (cell(20231231, "number"), LAST_DAY),
    (cell(datetime(2023, 5, 1), "date", "mmm-yy"), MAY),
    (cell(datetime(2023, 5, 1), "date", "yyyy-mm"), MAY),
    (cell(datetime(2023, 5, 1), "date", 'yyyy"年"m"月"'), MAY),
    (cell(datetime(2023, 5, 1), "date", '[$-804]yyyy"年"m"月";@'), MAY),
    (cell(datetime(2023, 5, 1), "date", '[DBNum1][$-804]yyyy"年"m"月";@'), MAY),
    (cell(datetime(2023, 5, 1), "date", "yyyy\\-mm"), MAY),
    (cell(datetime(2023, 5, 17), "date", "YYYY/MM"), MAY),
    (cell(datetime(2023, 5, 17), "date", 'yyyy"年"'), YEAR),
    (cell(datetime(2023, 12, 31), "date", "yyyy-mm-dd"), LAST_DAY),
    (cell(datetime(2023, 12, 31), "date", 'yyyy"年"m"月"d"日"'), LAST_DAY),
    (cell(datetime(2023, 12, 31), "date", 'm"月"d"日"'), LAST_DAY),
    (cell(datetime(2023, 12, 31), "date", "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy"), LAST_DAY),
    (cell(datetime(2023, 12, 31), "date", "yyyy/m/d h:mm"), LAST_DAY),
    (cell(datetime(2023, 12, 31), "date", "mm:ss"), LAST_DAY),
    (cell(date(2023, 12, 31), "date"), LAST_DAY),
]


@pytest.mark.parametrize(("given_cell", "expected"), CELLS)
def test_a_period_in_a_cell(given_cell: Cell, expected: tuple[str, date, date]) -> None:
    assert period_of_cell(given_cell) == Period(*expected)


@pytest.mark.parametrize(
    "given_cell",
    [
        cell(2023.5, "number"),
        cell(2023.1, "number"),
        cell(202305, "number"),
        cell(45047, "number"),
        cell(float("inf"), "number"),
        cell(float("nan"), "number"),
        cell(10**400, "number"),
        cell(True, "boolean"),
        cell("=2023", "formula"),
        cell("2023", "error"),
        cell(time(8), "date", "h:mm"),
        cell(timedelta(days=2023), "date", "[h]:mm"),
        cell(datetime(2023, 12, 31, 8, 30), "date", "yyyy-mm-dd"),
        cell(datetime(1899, 12, 31), "date", "yyyy-mm-dd"),
        cell(datetime(2300, 1, 1), "date", "yyyy"),
    ],
)
def test_cells_that_hold_no_period(given_cell: Cell) -> None:
    assert period_of_cell(given_cell) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2023", "xx-share-2023-summary"),
        ("2023年上半年", "xx-share-2023-h1-summary"),
        ("2023-05", "xx-share-2023-05-summary"),
        ("2022学年", "xx-share-2022-2023-summary"),
        ("2023-01-01/2023-06-30", "xx-share-2023-01-01-2023-06-30-summary"),
    ],
)
def test_the_code_of_a_result(text: str, code: str) -> None:
    period = read_period(text)
    assert period is not None
    assert observation_code("xx-share", period, "summary") == code
