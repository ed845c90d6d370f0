"""A promise in words: each case worked out by hand."""

import pytest

from app.formats.figure import number, number_en, number_zh
from app.models.choices import Measure, Unit
from app.publish.wording import Measured, value_text_en, value_text_zh

SHARE = Measured(Unit.PERCENT, Measure.SHARE)
SCHOOLS = Measured(Unit.SCHOOL, Measure.FLOW)
STOCK = Measured(Unit.SCHOOL, Measure.STOCK)
MONEY = Measured(Unit.CNY, Measure.FLOW)
MASKED_ZH, MASKED_EN = "（数字在原文中被隐去）", " (number masked in the source)"


@pytest.mark.parametrize(
    ("measured", "more", "zh", "en"),
    [
        (SHARE, {"value": 60}, "达到60%", "reach 60%"),
        (SHARE, {"value": 61.8}, "达到61.8%", "reach 61.8%"),
        (SHARE, {"value": 0}, "达到0%", "reach 0%"),
        (SHARE, {"value": 78, "floor_stated": True}, "不低于78%", "at least 78%"),
        (SHARE, {"value": 20, "commitment": "strive"}, "力争20%", "aim for 20%"),
        (SHARE, {"value": 5, "met_if": "at_most"}, "不超过5%", "at most 5%"),
        (SHARE, {"value": 5, "met_if": "increase_by"}, "增加5%", "increase by 5%"),
        (SHARE, {"value": 5, "met_if": "decrease_by"}, "减少5%", "decrease by 5%"),
        (SHARE, {"value": 100, "value_status": "implied"}, "全部（100%）", "all (100%)"),
        (SHARE, {"value": 40, "met_if": "between", "value_upper": 45.5}, "40—45.5%", "40–45.5%"),
        (STOCK, {"value": 12}, "达到12所", "reach 12"),
        (SCHOOLS, {"value": 12}, "12所", "12"),
        (SCHOOLS, {"value": 12, "met_if": "equal"}, "12所", "12"),
        (SCHOOLS, {"value": 3, "floor_stated": True}, "不少于3所", "at least 3"),
        (SCHOOLS, {"value": 12, "commitment": "strive"}, "力争12所", "aim for 12"),
        (MONEY, {"value": 300_000_000}, "3亿元", "300,000,000 yuan"),
        (MONEY, {"value": 3_850_000_000, "floor_stated": True}, "不少于38.5亿元",
         "at least 3,850,000,000 yuan"),
        (MONEY, {"value": 9e4, "met_if": "between", "value_upper": 1.5e5}, "9万—15万元",
         "90,000–150,000 yuan"),
        (SCHOOLS, {"value": 9000, "met_if": "between", "value_upper": 12_500}, "9000—1.25万所",
         "9000–12,500"),
        (STOCK, {"value": 21_000}, "达到2.1万所", "reach 21,000"),
        (SHARE, {"value": 12_000, "met_if": "increase_by"}, "增加12000%", "increase by 12,000%"),
        (Measured(Unit.RANK, Measure.RANK), {"value": 20_000, "met_if": "at_most"},
         "不超过20000位", "at most 20,000"),
        (SCHOOLS, {"quote": "建XX所"}, f"XX所{MASKED_ZH}", f"XX{MASKED_EN}"),
        (SHARE, {"quote": "达XX%"}, f"XX%{MASKED_ZH}", f"XX%{MASKED_EN}"),
        (
            MONEY,
            {"quote": "XX市新增XX亿元", "commitment": "strive"},
            f"力争XX亿元{MASKED_ZH}",
            f"aim for XX hundred million yuan{MASKED_EN}",
        ),
        (
            SHARE,
            {"value_status": "unquantified", "quote": "提高比例"},
            "“提高比例”（原文未给数字）",
            "no figure given in the source",
        ),
    ],
)  # fmt: skip
def test_words(measured: Measured, more: dict[str, object], zh: str, en: str) -> None:
    target = {
        "value": None,
        "value_upper": None,
        "value_status": "stated" if "value" in more else "redacted",
        "met_if": "at_least",
        "floor_stated": False,
        "commitment": "firm",
        "quote": "",
        **more,
    }
    assert value_text_zh(target, measured) == zh
    assert value_text_en(target, measured) == en


@pytest.mark.parametrize(
    ("value", "shown"),
    [(60.0, "60"), (61.8, "61.8"), (0.1 + 0.2, "0.30000000000000004"), (1e-7, "0.0000001"),
     (1e15, "1000000000000000"), (-5.5, "-5.5")],
)  # fmt: skip
def test_numbers_are_never_written_with_an_exponent(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (3000, "3000", "3000"),
        (9999.5, "9999.5", "9999.5"),
        (10_000, "1万", "10,000"),
        (-21_000, "-2.1万", "-21,000"),
        (12_300, "1.23万", "12,300"),
        (12_340, "12340", "12,340"),
        (12_345, "12345", "12,345"),
        (10_000.5, "10000.5", "10,000.5"),
        (99_999_900, "9999.99万", "99,999,900"),
        (1e8, "1亿", "100,000,000"),
        (3.85e9, "38.5亿", "3,850,000,000"),
        (3_856_780_000, "38.5678亿", "3,856,780,000"),
        (3_856_785_000, "385678.5万", "3,856,785,000"),
        (3_856_785_010, "3856785010", "3,856,785,010"),
        (1_234_567.89, "1234567.89", "1,234,567.89"),
        (1e15, "10000000亿", "1,000,000,000,000,000"),
    ],
)
def test_large_numbers_as_each_language_writes_them(value: float, zh: str, en: str) -> None:
    assert (number_zh(value), number_en(value)) == (zh, en)
