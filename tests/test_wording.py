"""A promise in words: each case worked out by hand."""

import pytest

from app.formats.figure import number
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
        (MONEY, {"value": 300_000_000}, "300000000元", "300000000 yuan"),
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
)
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
