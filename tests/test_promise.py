"""What a promise of a plan file can get wrong by itself; figures as a Chinese text has them."""

from typing import Any

import pytest

from app.publish.printed import figures_of, han_number, plain
from app.publish.promise import promise_complaints


def told(quote: str, value: float | None = 60, **more: Any) -> list[str]:
    """The fields that are complained of."""
    target = {"indicator": "x", "value": value, "quote": quote, **more}
    return [str(complaint.path[-1]) for complaint in promise_complaints(("targets", 0), target)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三千", 3000), ("十二", 12), ("二十", 20), ("二百零五", 205), ("两万", 20_000),
        ("三万五千", 35_000), ("一亿二千万", 120_000_000), ("三万亿", 3 * 10**12),
        ("一百二十三万四千", 1_234_000), ("二〇二三", 2023), ("零", 0), ("百", 100), ("亿", 10**8),
    ],
)  # fmt: skip
def test_chinese_numbers(text: str, number: int) -> None:
    assert han_number(text) == number


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("达到60%", 60), ("达到６０％", 60), ("达到61.8%", 61.8), ("培训3,000人次", 3000),
        ("建设2.1万个", 21_000), ("建设2.1万个", 2.1), ("投资38.5亿元", 3_850_000_000),
        ("培训三千人次", 3000), ("建成十二所", 12), ("组建2-4个", 4), ("二级及以上达80%", 80),
    ],
)  # fmt: skip
def test_a_quote_has_its_figure(quote: str, value: float) -> None:
    assert len(figures_of(value, plain(quote))) == 1
    assert told(quote, value) == []


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("占比达到65%", 60), ("二级及以上幼儿园达80%", 78), ("培训四千人次", 3000),
        ("建设2.1万个", 210_000), ("投资38.5亿元", 38_500_000), ("公办园占比提高", 60),
        ("3,000人次", 300),
    ],
)  # fmt: skip
def test_a_quote_without_the_figure_is_told(quote: str, value: float) -> None:
    assert told(quote, value) == ["value"]


@pytest.mark.parametrize("quote", ["达到三分之二", "占一半", "翻一番", "达到六成"])
def test_what_is_told_in_words_is_left_to_the_reader(quote: str) -> None:
    assert told(quote, 66.7) == []


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("占比达60%以上", 60), ("占比达60%及以上", 60), ("占比达６０％或以上", 60),
        ("占比不低于60%", 60), ("新增不少于15个", 15), ("至少15所", 15),
        ("建成3个以上学院", 3), ("培训3000人次以上", 3000), ("投资38.5亿元以上", 3_850_000_000),
        ("建成三所以上", 3), ("提高5个百分点以上", 5), ("二级及以上占比达80%以上", 80),
    ],
)  # fmt: skip
def test_a_floor_that_touches_the_figure_has_to_be_stated(quote: str, value: float) -> None:
    assert told(quote, value) == ["floor_stated"]
    assert told(quote, value, floor_stated=False) == ["floor_stated"]
    assert told(quote, value, floor_stated=True) == []
    assert told(quote, value, met_if="increase_by") == [], "a floor is no other comparison"


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("占比达到60%,二级及以上幼儿园", 60),  # the grade's
        ("占比达到60%，二级及以上幼儿园", 60),
        ("二级及以上幼儿园占比达80%", 80),
        ("3所以上学校60%达标", 60),  # another figure's
        ("达到60%", 60),
        ("公办园60%，普惠园不低于90%", 60),
        ("至少在全市建成60所", 60),  # it does not touch the figure: left to the reader
    ],
)
def test_a_floor_of_something_else_is_none(quote: str, value: float) -> None:
    assert told(quote, value) == []


def test_a_masked_figure_has_its_floor_too() -> None:
    masked = {"value": None, "value_status": "redacted"}
    assert told("建成XX所以上", **masked) == ["floor_stated"]
    assert told("不少于XX所", **masked) == ["floor_stated"]
    assert told("建成XX所", **masked) == []


@pytest.mark.parametrize("word", ["力争", "争取"])
def test_a_hedge_before_the_figure_is_no_firm_promise(word: str) -> None:
    assert told(f"{word}占比达到60%") == ["commitment"]
    assert told(f"{word}占比达到60%", commitment="firm") == ["commitment"]
    assert told(f"{word}占比达到60%", commitment="strive") == []
    assert told(f"占比达到60%，{word}提高质量") == [], "it stands behind the figure"
    assert told(f"{word}建成;占比达到60%") == [], "it is another sentence's"
    assert told(f"{word}位居前列", None, value_status="unquantified") == ["commitment"]
    assert told(f"{word}新增XX个", None, value_status="redacted") == ["commitment"]
    assert told(f"{word}全部完成", 100, value_status="implied") == ["commitment"]


def test_both_messages_name_the_word() -> None:
    target = {"value": 60, "quote": "力争占比不低于60%"}
    floor, hedge = promise_complaints((), target)
    assert floor.path == ("floor_stated",)
    assert floor.en == "must be true: the quote has 不低于 at the figure"
    assert floor.zh == "须为true：引文在数字处写有“不低于”"
    assert hedge.path == ("commitment",)
    assert hedge.en.startswith("must be strive: the quote has 力争 before the figure")
    assert hedge.zh.startswith("须为strive：引文在数字前写有“力争”")


def test_what_is_no_value_of_its_field_is_left_to_its_model() -> None:
    wrong: dict[str, Any] = {"value": "60", "quote": 5}
    assert list(promise_complaints((), wrong)) == []
    wrong = {"value": True, "value_status": "", "met_if": "", "value_upper": "9", "quote": ""}
    assert list(promise_complaints((), wrong)) == []
    blank = {"value": 60, "commitment": "", "floor_stated": "", "quote": "力争达60%以上"}
    assert list(promise_complaints((), blank)) == []


def test_every_broken_rule_is_told() -> None:
    target = {
        "value": None, "value_upper": 3, "commitment_basis": "stated", "due_basis": "stated",
        "met_if": "at_most", "floor_stated": True, "alternative_value": 4, "baseline_value": 5,
        "note_zh": "说明。",
    }  # fmt: skip
    found = [complaint.en.split(" ")[0] for complaint in promise_complaints((), target)]
    assert found == ["a", "value_upper", "commitment_basis", "due_basis", "floor_stated", "an",
                     "baseline_value", "note_zh"]  # fmt: skip
