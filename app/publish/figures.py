"""Figures as people write them in a cell, read in the unit of an indicator."""

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal

from app.models.choices import Measure, Unit
from app.publish.printed import WORDED, figures_in, plain
from app.publish.result_columns import IndicatorKnown
from app.publish.sheet import Cell, CellValue, half_width, written

MOST = Decimal(10) ** 15
DIGITS = Context(prec=15)
"""What a spreadsheet keeps of a number; more digits are noise of binary fractions."""

FIGURE = re.compile(
    r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(\.\d+)?\s*"
    r"((?:[十百千万]?亿|[十百千]?万)?)([^\d\s]*)",
    re.ASCII,
)
"""Sign, digits, decimals, scale, unit."""
ABOUT = re.compile("大约|约为|约|将近|接近|近|左右|上下|余|多")
"""Words for a figure that is not exact."""
DATE_SYMBOLS = frozenset("ymdhs")
UNITS_ZH = {unit.zh for unit in Unit}
GROUPING = str.maketrans("", "", ", ")
POWERS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
"""By sign: the power of ten."""

SMALL_CHANGE = 10_000
"""Yuan: whoever writes less in a bare figure most likely means 万元 or 亿元."""

TENTHS = re.compile(r"\d *[成‰]", re.ASCII)
ALL_OR_NONE: dict[float, re.Pattern[str]] = {
    100: re.compile("全|均|都|所有"),
    0: re.compile("无|未|没"),
}
"""Words that say 100 % or nothing without a figure."""


class NoFigure(Exception):
    """A cell that holds no figure in the unit of its line; one sentence in each language."""

    def __init__(self, en: str, zh: str):
        super().__init__(en)
        self.en = en
        self.zh = zh


@dataclass(frozen=True)
class _Amount:
    """A number as it is written."""

    value: Decimal
    percent: bool = False
    """A sign, or the cell's format, says that it is a percentage."""
    named: bool = False
    """Its unit or scale stands with it: 元, 亿."""


def read_figure(cell: Cell, told: IndicatorKnown) -> float:
    """The figure of a cell in its indicator's unit; raises NoFigure.

    A share is 56.13, however the cell has it; 38.5亿元 and 2.1万 are written out.
    """
    amount = _amount(cell, told.unit)
    if amount.percent and told.unit != Unit.PERCENT:
        raise NoFigure(
            f"is a percentage, but the unit is {told.unit.zh} ({told.unit})",
            f"是百分数，而单位是“{told.unit.zh}”",
        )
    _require_plain(amount, told.unit)
    _require_bounds(amount.value, told)
    return float(amount.value) + 0.0  # there is no minus zero


def kept(value: int | float) -> Decimal:
    """A number with the digits that a spreadsheet keeps of it; it must be finite."""
    return DIGITS.create_decimal(repr(value))


def in_full(figure: CellValue, given: str, unit: Unit) -> tuple[str, str]:
    """A bare figure that was given in 万 or 亿 of a unit, as it may be written in that unit.

    38.5 in 亿元 is 3,850,000,000 or 38.5亿元; of anything else an example is made.
    """
    found = FIGURE.fullmatch(half_width(written(figure)).strip())
    scale = given.removesuffix(unit.zh)
    if found and not any(found.group(4, 5)) and scale in ("万", "亿"):
        amount = _number(found)
    else:
        amount, scale = (Decimal("38.5"), "亿") if unit == Unit.CNY else (Decimal("2.1"), "万")
    return _grouped(_scaled(amount, scale)), f"{_grouped(amount)}{scale}{unit.zh}"


def stands_in(value: float, quote: str) -> bool:
    """Whether a quote holds a figure, with its 万 or 亿 where it has one.

    Quantities in words, such as 过半, and words for 100 % or nothing are left to a reader.
    """
    text = plain(quote)
    if WORDED.search(text) or TENTHS.search(text):
        return True
    found, words = {max(figure.values) for figure in figures_in(text)}, ALL_OR_NONE.get(value)
    if not found and words:
        return bool(words.search(text))
    return abs(Decimal(repr(value))) in found


def _amount(cell: Cell, unit: Unit) -> _Amount:
    """A cell's number."""
    if isinstance(cell.value, str):
        return _written_amount(cell.value, unit)
    if not isinstance(cell.value, int | float) or DATE_SYMBOLS & set(cell.symbols):
        raise NoFigure(
            "is a date: format the cell as a number and fill it in again",
            "是日期：请将单元格设为数字格式后重新填写",
        )
    if not math.isfinite(cell.value):
        raise _too_large()
    percent = "%" in cell.symbols
    amount = kept(cell.value)
    return _Amount(amount.scaleb(2) if percent else amount, percent)


def _written_amount(text: str, unit: Unit) -> _Amount:
    half = half_width(text).replace("−", "-").strip()
    found = FIGURE.fullmatch(half)
    scale, sign = found.group(4, 5) if found else ("", "")
    if sign in UNITS_ZH - {unit.zh, "%"}:
        raise NoFigure(
            f"is in {sign}, but the unit is {unit.zh}", f"单位是“{unit.zh}”而不是“{sign}”"
        )
    if (
        not found
        or sign not in ("", "%", unit.zh)
        or (scale and Unit.PERCENT.zh in (sign, unit.zh))
    ):
        raise _no_figure(half)
    amount = _scaled(_number(found), scale)
    if abs(amount) <= MOST and Decimal(repr(float(amount))) != amount:
        raise NoFigure("has more digits than can be kept, about 15", "位数过多，最多可保留约15位")
    return _Amount(amount, sign == "%", bool(scale or sign))


def _number(found: re.Match[str]) -> Decimal:
    return Decimal("".join(part or "" for part in found.group(1, 2, 3)).translate(GROUPING))


def _scaled(value: Decimal, scale: str) -> Decimal:
    """A number times its scale: 38.5 and 亿 are 3,850,000,000."""
    return value.scaleb(sum(POWERS[sign] for sign in scale))


def _grouped(value: Decimal) -> str:
    """A number with all its digits, in groups: 3,850,000,000."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _no_figure(text: str) -> NoFigure:
    exact = ABOUT.sub("", text).strip()
    if exact != text and FIGURE.fullmatch(exact):
        return NoFigure(
            f"is not exact: write {exact} and choose the status 估算 (estimated)",
            f"不是确数：请写{exact}，并将数值状态选为“估算”",
        )
    return NoFigure(
        "is no figure: write the number alone, in full, such as 56.13, 56.13% or 1,200; "
        "or with 万 or 亿, such as 38.5亿元",
        "不是数值：请只写数字，写出全数，如56.13、56.13%、1,200；也可以用万、亿，如38.5亿元",
    )


def _require_plain(amount: _Amount, unit: Unit) -> None:
    """Refuse a bare number that can be read in two ways."""
    value = amount.value
    if unit == Unit.PERCENT and not amount.percent and 0 < abs(value) <= 1:
        raise _fraction_or_percentage(value)
    broken = value != value.to_integral_value()
    if unit == Unit.CNY and not amount.named and value and (abs(value) < SMALL_CHANGE or broken):
        raise _yuan_or_more(value)


def _require_bounds(amount: Decimal, told: IndicatorKnown) -> None:
    """Refuse what an indicator of this unit and measure cannot be."""
    counted = told.unit not in (Unit.PERCENT, Unit.CNY)
    share = told.unit == Unit.PERCENT and told.measure == Measure.SHARE
    if abs(amount) > MOST:
        raise _too_large()
    if share and not 0 <= amount <= 100:
        raise NoFigure("is a share: it lies between 0 and 100 %", "是占比，应在0%至100%之间")
    if amount < 0 and told.measure != Measure.INCREMENT:
        raise NoFigure("must not be negative", "不得为负数")
    if counted and amount != amount.to_integral_value():
        raise NoFigure(
            f"counts {told.unit.en}: a whole number", f"以“{told.unit.zh}”计数：须为整数"
        )
    if told.unit == Unit.RANK and amount < 1:
        raise NoFigure("is a place in a ranking: at least 1", "是名次：至少为1")


def _too_large() -> NoFigure:
    return NoFigure(f"is larger than {MOST:,}", "超过1000万亿")


def _fraction_or_percentage(amount: Decimal) -> NoFigure:
    as_is, hundredfold = f"{amount:f}%", f"{amount.scaleb(2).normalize():f}%"
    return NoFigure(
        f"may be {hundredfold} or {as_is}: write it with its percent sign",
        f"可能是{hundredfold}，也可能是{as_is}：请带上百分号填写",
    )


def _yuan_or_more(amount: Decimal) -> NoFigure:
    scale = "亿" if abs(amount) < SMALL_CHANGE else "万"
    bare, full = _grouped(amount).replace(",", ""), _grouped(_scaled(amount, scale))
    return NoFigure(
        f"may be {bare}元 or {bare}{scale}元: write it in full, such as {full}, "
        f"or with its unit, such as {bare}{scale}元",
        f"可能是{bare}元，也可能是{bare}{scale}元：请写出全数，如{full}，"
        f"或带上单位，如{bare}{scale}元",
    )
