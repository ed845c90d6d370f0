"""Figures as people write them in a cell, read in the unit of an indicator."""

import math
import re
from decimal import Context, Decimal

from app.models.choices import Measure, Unit
from app.publish.result_columns import IndicatorKnown
from app.publish.sheet import Cell, half_width

MOST = Decimal(10) ** 15
DIGITS = Context(prec=15)
"""What a spreadsheet keeps of a number; more digits are noise of binary fractions."""

FIGURE = re.compile(
    r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(\.\d+)?\s*([^\d\s]*)", re.ASCII
)
UNITS_ZH = {unit.zh for unit in Unit}
GROUPING = str.maketrans("", "", ", ")


class NoFigure(Exception):
    """A cell that holds no figure in the unit of its line; one sentence in each language."""

    def __init__(self, en: str, zh: str):
        super().__init__(en)
        self.en = en
        self.zh = zh


def read_figure(cell: Cell, told: IndicatorKnown) -> float:
    """The figure of a cell in its indicator's unit; raises NoFigure.

    A share is 56.13, however the cell has it.
    """
    amount, percent = _amount(cell, told.unit)
    if percent and told.unit != Unit.PERCENT:
        raise NoFigure(
            f"is a percentage, but the unit is {told.unit.zh} ({told.unit})",
            f"是百分数，而单位是“{told.unit.zh}”",
        )
    _require_bounds(amount, percent, told)
    return float(amount) + 0.0  # there is no minus zero


def kept(value: int | float) -> Decimal:
    """A number with the digits that a spreadsheet keeps of it; it must be finite."""
    return DIGITS.create_decimal(repr(value))


def _amount(cell: Cell, unit: Unit) -> tuple[Decimal, bool]:
    """A cell's number, and whether a sign or the cell's format says that it is a percentage."""
    if isinstance(cell.value, str):
        return _written_amount(cell.value, unit)
    if not isinstance(cell.value, int | float):
        raise NoFigure(
            "is a date: format the cell as a number and fill it in again",
            "是日期：请将单元格设为数字格式后重新填写",
        )
    if not math.isfinite(cell.value):
        raise _too_large()
    percent = "%" in cell.symbols
    amount = kept(cell.value)
    return (amount.scaleb(2) if percent else amount), percent


def _written_amount(text: str, unit: Unit) -> tuple[Decimal, bool]:
    found = FIGURE.fullmatch(half_width(text).replace("−", "-").strip())
    sign = found.group(4) if found else ""
    if sign in UNITS_ZH - {unit.zh, "%"}:
        raise NoFigure(
            f"is in {sign}, but the unit is {unit.zh}", f"单位是“{unit.zh}”而不是“{sign}”"
        )
    if not found or sign not in ("", "%", unit.zh):
        raise NoFigure(
            "is no figure: write the number alone, in full, such as 56.13, 56.13% or 1,200",
            "不是数值：请只写数字，写出全数，如56.13、56.13%、1,200",
        )
    amount = Decimal("".join(part or "" for part in found.group(1, 2, 3)).translate(GROUPING))
    if abs(amount) <= MOST and Decimal(repr(float(amount))) != amount:
        raise NoFigure("has more digits than can be kept, about 15", "位数过多，最多可保留约15位")
    return amount, sign == "%"


def _require_bounds(amount: Decimal, percent: bool, told: IndicatorKnown) -> None:
    """Refuse what an indicator of this unit and measure cannot be."""
    counted = told.unit not in (Unit.PERCENT, Unit.CNY)
    share = told.unit == Unit.PERCENT and told.measure == Measure.SHARE
    if abs(amount) > MOST:
        raise _too_large()
    if told.unit == Unit.PERCENT and not percent and 0 < abs(amount) <= 1:
        raise _ambiguous(amount)
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


def _ambiguous(amount: Decimal) -> NoFigure:
    as_is, hundredfold = f"{amount:f}%", f"{amount.scaleb(2).normalize():f}%"
    return NoFigure(
        f"may be {hundredfold} or {as_is}: write it with its percent sign",
        f"可能是{hundredfold}，也可能是{as_is}：请带上百分号填写",
    )
