"""A figure as text."""

from decimal import Decimal

MYRIAD = 10_000
SCALES_ZH = (("亿", 8, 4), ("万", 4, 2))
"""Sign, power of ten, and the decimals that a figure in it may have: a hundred stays visible."""


def number(value: float) -> str:
    """A figure in its shortest form: 60, 61.8."""
    return str(int(value)) if float(value).is_integer() else f"{Decimal(repr(value)):f}"


def number_zh(value: float) -> str:
    """A figure as Chinese texts write it: 3000, 2.1万, 38.5亿; nothing is rounded.

    From 10,000 on it is in 亿 where that takes at most four decimals, else in 万 where that takes
    at most two; what fits neither stays as it is: 12345.
    """
    for sign, power, decimals in SCALES_ZH:
        scaled = Decimal(repr(value)).scaleb(-power)
        if abs(scaled) >= 1 and scaled == scaled.quantize(Decimal(1).scaleb(-decimals)):
            return f"{_shortest(scaled)}{sign}"
    return number(value)


def number_en(value: float) -> str:
    """A figure as English texts write it: 3000, 21,000, 3,850,000,000."""
    if abs(value) < MYRIAD:
        return number(value)
    whole, point, decimals = number(value).partition(".")
    return f"{int(whole):,}{point}{decimals}"


def _shortest(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
