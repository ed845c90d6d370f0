"""What one promise of a plan file can get wrong: its fields among themselves, and its quote.

The rules read the raw JSON, so that they also run where a model finds another mistake. What is no
value of its field at all breaks no rule here: its model tells it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard

from app.models.choices import MetIf, Unit
from app.publish.complaint import Complaint, JsonPath
from app.publish.printed import WORDED, Printed, figures_of, masks_in, plain

Target = dict[str, Any]
Rule = tuple[Callable[[Target], bool], str, str]
"""What breaks it, and a sentence in each language."""

MEASURE_WORDS = {unit.zh for unit in Unit} | {"个百分点", "名", "家", "项", "门", "支", "间"}
UNIT = "|".join(sorted(MEASURE_WORDS, key=len, reverse=True))
FLOOR_BEHIND = re.compile(rf"(?:{UNIT})?((?:及|或)?以上)")
FLOOR_BEFORE = re.compile(r"(不低于|不少于|至少)$")
HEDGE = re.compile(r"力争|争取")
SENTENCE_END = re.compile(r"[;。]")


def promise_complaints(path: JsonPath, target: Target) -> Iterator[Complaint]:
    """Everything that is wrong with a promise by itself."""
    for broken, en, zh in RULES:
        if broken(target):
            yield Complaint(path, en, zh)
    quote = target.get("quote")
    if isinstance(quote, str) and quote:
        text = plain(quote)
        yield from _value_in_quote(path, target, text)
        yield from _floor_in_quote(path, target, text)
        yield from _hedge_in_quote(path, target, text)


# --- fields among themselves ------------------------------------------------------------------


def _status(target: Target) -> Any:
    return target.get("value_status", "stated")


def _met_if(target: Target) -> Any:
    return target.get("met_if", "at_least")


def _given(target: Target, *names: str) -> list[bool]:
    return [target.get(name) is not None for name in names]


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _value_of_masked(target: Target) -> bool:
    return _status(target) in ("redacted", "unquantified") and target.get("value") is not None


def _value_missing(target: Target) -> bool:
    return _status(target) in ("stated", "implied") and target.get("value") is None


def _range_wrong(target: Target) -> bool:
    comparison = _met_if(target)
    upper = target.get("value_upper") is not None
    if comparison in list(MetIf) and upper != (comparison == MetIf.BETWEEN):
        return True
    return any(
        _ends_wrong(target.get(low), target.get(high))
        for low, high in (
            ("value", "value_upper"),
            ("alternative_value", "alternative_value_upper"),
        )
    )


def _ends_wrong(low: Any, high: Any) -> bool:
    if high is None or not (low is None or _is_number(low)) or not _is_number(high):
        return False
    return low is None or high <= low


def _basis_of_firm(target: Target) -> bool:
    return target.get("commitment_basis") is not None and _is_firm(target)


def _is_firm(target: Target) -> bool:
    return bool(target.get("commitment", "firm") == "firm")


def _due_missing(target: Target) -> bool:
    return target.get("due") is None and target.get("due_basis") == "stated"


def _floor_of_another(target: Target) -> bool:
    others = set(MetIf) - {MetIf.AT_LEAST}
    return target.get("floor_stated") is True and _met_if(target) in list(others)


def _alternative_untold(target: Target) -> bool:
    given = any(_given(target, "alternative_value", "alternative_due"))
    return _given(target, "alternative_zh", "alternative_en") != [given, given]


def _baseline_half(target: Target) -> bool:
    value, period = _given(target, "baseline_value", "baseline_period")
    return value != period


def _note_half(target: Target) -> bool:
    chinese, english = _given(target, "note_zh", "note_en")
    return chinese != english


RULES: tuple[Rule, ...] = (
    (
        _value_of_masked,
        "a redacted or unquantified target has no value",
        "redacted或unquantified的目标不能有value",
    ),
    (
        _value_missing,
        "a stated or implied target needs a value",
        "stated或implied的目标须有value",
    ),
    (
        _range_wrong,
        "value_upper belongs to met_if between and must be greater than value; "
        "so must alternative_value_upper than alternative_value",
        "value_upper仅用于met_if为between，且须大于value；alternative_value_upper须大于alternative_value",
    ),
    (
        _basis_of_firm,
        "commitment_basis belongs to commitment strive",
        "commitment_basis仅用于commitment为strive",
    ),
    (_due_missing, "due_basis stated needs a due date", "due_basis为stated时须写due"),
    (
        _floor_of_another,
        "floor_stated belongs to met_if at_least: a floor is no other comparison",
        "floor_stated仅用于met_if为at_least",
    ),
    (
        _alternative_untold,
        "an alternative value or due date needs alternative_zh and alternative_en, "
        "and these need it",
        "另一读法须同时写出值或期限以及alternative_zh、alternative_en",
    ),
    (
        _baseline_half,
        "baseline_value and baseline_period go together",
        "baseline_value与baseline_period须同时给出",
    ),
    (_note_half, "note_zh and note_en go together", "note_zh与note_en须同时给出"),
)


# --- the quote --------------------------------------------------------------------------------


def _value_in_quote(path: JsonPath, target: Target, text: str) -> Iterator[Complaint]:
    """A stated figure stands in its quote; what is told in words only is left to the reader."""
    value = target.get("value")
    if _status(target) != "stated" or not _is_number(value) or WORDED.search(text):
        return
    if not figures_of(value, text):
        yield Complaint((*path, "value"), "does not stand in the quote", "不在引文之中", value)


def _floor_in_quote(path: JsonPath, target: Target, text: str) -> Iterator[Complaint]:
    """A floor that touches the figure is stated; 二级及以上 behind it is a grade's."""
    if target.get("floor_stated", False) is not False or _met_if(target) != MetIf.AT_LEAST:
        return
    for figure in _promised(target, text):
        behind = FLOOR_BEHIND.match(text, figure.end)
        word = behind or FLOOR_BEFORE.search(text[: figure.start])
        if word:
            yield Complaint(
                (*path, "floor_stated"),
                f"must be true: the quote has {word.group(1)} at the figure",
                f"须为true：引文在数字处写有“{word.group(1)}”",
            )
            return


def _hedge_in_quote(path: JsonPath, target: Target, text: str) -> Iterator[Complaint]:
    """What is only striven for is no firm promise."""
    if not _is_firm(target):
        return
    starts = [figure.start for figure in _promised(target, text)] or [len(text)]
    before = SENTENCE_END.split(text[: min(starts)])[-1]
    if word := HEDGE.search(before):
        yield Complaint(
            (*path, "commitment"),
            f"must be strive: the quote has {word.group()} before the figure; "
            "if the word belongs to something else, let the quote begin behind it",
            f"须为strive：引文在数字前写有“{word.group()}”；该词若另有所指，引文请从其后开始",
        )


def _promised(target: Target, text: str) -> list[Printed]:
    """Where the quote has the promised figure, or its mask."""
    value = target.get("value")
    if value is None:
        return list(masks_in(text)) if _status(target) == "redacted" else []
    return figures_of(value, text) if _is_number(value) else []
