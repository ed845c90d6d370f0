"""A figure in words, ready to print: alone, and as a promise; one function for each language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.formats.figure import number, number_en, number_zh
from app.models.choices import Commitment, Measure, MetIf, Unit, ValueStatus

MASK = re.compile(r"XX([十百千万亿]+)")
SCALES_EN = {"": "", "十": "tens of ", "百": "hundred ", "千": "thousand ", "万": "ten thousand ",
             "亿": "hundred million "}  # fmt: skip
SIGNS_EN = {Unit.PERCENT: "%", Unit.CNY: " yuan"}


@dataclass(frozen=True)
class Measured:
    """What the wording needs to know of an indicator."""

    unit: Unit
    measure: Measure


def figure_zh(value: float, unit: Unit) -> str:
    """A figure with its unit in Chinese: 60%, 12345个, 2.1万人次, 38.5亿元.

    Shares and places in a ranking are never in 万: 12000%.
    """
    exact = unit in (Unit.PERCENT, Unit.RANK)
    return f"{number(value) if exact else number_zh(value)}{unit.zh}"


def figure_en(value: float, unit: Unit) -> str:
    """A figure with its unit in English, where that is short: 60%, 21,000, 3,850,000,000 yuan."""
    return f"{number_en(value)}{SIGNS_EN.get(unit, '')}"


def value_text_zh(target: Mapping[str, Any], measured: Measured) -> str:
    """The promise in Chinese: 达到60%, 不低于78%, 力争12个, XX个（数字在原文中被隐去）."""
    aim = "力争" if target["commitment"] == Commitment.STRIVE else ""
    match target["value_status"]:
        case ValueStatus.REDACTED:
            return f"{aim}XX{_scale(target)}{measured.unit.zh}（数字在原文中被隐去）"
        case ValueStatus.UNQUANTIFIED:
            return f"{aim}“{target['quote']}”（原文未给数字）"
        case ValueStatus.IMPLIED if (measured.unit, target["value"]) == (Unit.PERCENT, 100):
            return f"{aim}全部（100%）"
    figure = figure_zh(target["value"], measured.unit)
    if target["met_if"] == MetIf.BETWEEN:
        low = figure.removesuffix(measured.unit.zh)
        return f"{aim}{low}—{figure_zh(target['value_upper'], measured.unit)}"
    return aim + _comparison_zh(target, measured, bool(aim)) + figure


def _comparison_zh(target: Mapping[str, Any], measured: Measured, hedged: bool) -> str:
    if target["floor_stated"]:
        return "不低于" if measured.unit == Unit.PERCENT else "不少于"
    match target["met_if"]:
        case MetIf.AT_MOST:
            return "不超过"
        case MetIf.INCREASE_BY:
            return "增加"
        case MetIf.DECREASE_BY:
            return "减少"
        case MetIf.EQUAL:
            return ""
    return "达到" if measured.measure in (Measure.SHARE, Measure.STOCK) and not hedged else ""


def value_text_en(target: Mapping[str, Any], measured: Measured) -> str:
    """The promise in English: reach 60%, at least 78%, XX (number masked in the source)."""
    hedged = target["commitment"] == Commitment.STRIVE
    aim = "aim for " if hedged else ""
    unit = SIGNS_EN.get(measured.unit, "")
    match target["value_status"]:
        case ValueStatus.REDACTED:
            scale = SCALES_EN.get(_scale(target), "")
            masked = f"XX {scale}{unit.strip()}".rstrip() if unit != "%" else "XX%"
            return f"{aim}{masked} (number masked in the source)"
        case ValueStatus.UNQUANTIFIED:
            return f"{aim}no figure given in the source"
        case ValueStatus.IMPLIED if (measured.unit, target["value"]) == (Unit.PERCENT, 100):
            return f"{aim}all (100%)"
    figure = figure_en(target["value"], measured.unit)
    if target["met_if"] == MetIf.BETWEEN:
        low = figure.removesuffix(unit)
        return f"{aim}{low}–{figure_en(target['value_upper'], measured.unit)}"
    return aim + _comparison_en(target, measured, hedged) + figure


def _comparison_en(target: Mapping[str, Any], measured: Measured, hedged: bool) -> str:
    if target["floor_stated"]:
        return "at least "
    match target["met_if"]:
        case MetIf.AT_MOST:
            return "at most "
        case MetIf.INCREASE_BY:
            return "an increase of " if hedged else "increase by "
        case MetIf.DECREASE_BY:
            return "a decrease of " if hedged else "decrease by "
        case MetIf.EQUAL:
            return ""
    return "reach " if measured.measure in (Measure.SHARE, Measure.STOCK) and not hedged else ""


def _scale(target: Mapping[str, Any]) -> str:
    """What is left of a masked number: the 亿 of "XX亿"."""
    found = MASK.search(target["quote"])
    return found.group(1) if found else ""
