"""Figures as a Chinese text prints them: 60%, 1,200, 2.1万, 三千, and the XX of a masked one."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

FIGURE = re.compile(r"(\d+(?:\.\d+)?)([十百千万亿]*)", re.ASCII)
HAN_FIGURE = re.compile(r"(?<![\d十百千万亿])[零〇一二三四五六七八九十百千万亿两]+")
MASK = re.compile(r"[X×]{2,}[十百千万亿]*")
WORDED = re.compile(r"半|倍|番|(?<!百)分之|[一二三四五六七八九两]成")
"""Quantities in words that only a reader can turn into a figure."""

DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
GROUPING = re.compile(r"(?<=\d),(?=\d{3})")


@dataclass(frozen=True)
class Printed:
    """A figure of a text: what it may mean, and where it stands, its 万 or 亿 included."""

    values: frozenset[Decimal]
    start: int
    end: int


def plain(text: str) -> str:
    """A text with half-width digits and signs, and without commas that group digits."""
    return GROUPING.sub("", unicodedata.normalize("NFKC", text))


def figures_in(text: str) -> Iterator[Printed]:
    """The figures of a plain text; 2.1万 may be given as 2.1 too, where the unit has the 万."""
    for found in FIGURE.finditer(text):
        amount, scales = Decimal(found.group(1)), found.group(2)
        scaled = amount * (han_number(scales) if scales else 1)
        yield Printed(frozenset({amount, scaled}), found.start(), found.end())
    for found in HAN_FIGURE.finditer(text):
        value = Decimal(han_number(found.group()))
        yield Printed(frozenset({value}), found.start(), found.end())


def masks_in(text: str) -> Iterator[Printed]:
    """The masked figures of a plain text."""
    for found in MASK.finditer(text):
        yield Printed(frozenset(), found.start(), found.end())


def figures_of(value: float, text: str) -> list[Printed]:
    """The figures of a plain text that may mean a value."""
    exact = Decimal(repr(value))
    return [figure for figure in figures_in(text) if exact in figure.values]


def han_number(text: str) -> int:
    """A number in Chinese: 三千, 二〇二三; 万 alone is its scale."""
    if not SCALES.keys() & set(text):
        return int("".join(str(DIGITS[digit]) for digit in text))
    whole = section = digit = 0
    for character in text:
        scale = SCALES.get(character)
        if scale is None:
            digit = DIGITS[character]
        elif scale < SCALES["万"]:
            section, digit = section + (digit or 1) * scale, 0
        else:
            counted = whole + section + digit if scale == SCALES["亿"] else section + digit
            kept = 0 if scale == SCALES["亿"] else whole
            whole, section, digit = kept + (counted or 1) * scale, 0, 0
    return whole + section + digit
