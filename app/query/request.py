"""From the pairs of a query string to checked parameters.

Each refusal names the place, the value and what is allowed.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.errors import InvalidValue, UnknownParameter
from app.models.base import choices_of, unwrap

Params = TypeVar("Params", bound=BaseModel)

MAX_PAIRS = 1000
SHOWN = 200
"""Characters of a refused value that are repeated to the client."""


def parse(model: type[Params], pairs: Sequence[tuple[str, str]], path: str) -> Params:
    """The parameters of a request; raises UnknownParameter or InvalidValue."""
    if len(pairs) > MAX_PAIRS:
        raise InvalidValue(
            f"{path} takes at most {MAX_PAIRS} parameters", f"{path} 最多接受{MAX_PAIRS}个参数"
        )
    known = list(model.model_fields)
    unknown = [(name, value) for name, value in pairs if name not in known]
    if unknown:
        raise _unknown(unknown, known, path)
    try:
        return model.model_validate(_grouped(model, pairs))
    except ValidationError as error:
        details = error.errors(include_url=False)
    raise _invalid([_told(model, detail) for detail in details])


def _grouped(model: type[BaseModel], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    for name, values in given.items():
        inner, _ = unwrap(model.model_fields[name].annotation)
        if getattr(inner, "__origin__", None) is list:
            continue
        if len(values) > 1:
            raise bad_value("query", name, values[1], GIVEN_TWICE)
        given[name] = values[0]  # type: ignore[assignment]
    return given


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a wrong one most resembles."""
    return next(iter(difflib.get_close_matches(name[:SHOWN], list(known), n=1)), None)


def _unknown(pairs: Sequence[tuple[str, str]], known: list[str], path: str) -> UnknownParameter:
    errors = [
        {
            "in": "query",
            "name": name[:SHOWN],
            "value": value[:SHOWN],
            "reason": "unknown_parameter",
            "suggestion": nearest(name, known),
            "allowed": known,
        }
        for name, value in pairs
    ]
    first = errors[0]
    hint = f" Did you mean '{first['suggestion']}'?" if first["suggestion"] else ""
    hint_zh = f"，您要找的可能是“{first['suggestion']}”" if first["suggestion"] else ""
    return UnknownParameter(
        f"{path} has no parameter '{first['name']}'.{hint}",
        f"{path} 没有参数“{first['name']}”{hint_zh}。",
        errors,
    )


@dataclass(frozen=True)
class Reason:
    """Why a value is refused: a word for programs, and the rest of a sentence for people."""

    word: str
    en: str
    zh: str

    def filled(self, context: Mapping[str, Any]) -> "Reason":
        """The same with the limits that it speaks of."""
        return Reason(self.word, self.en.format(**context), self.zh.format(**context))


GIVEN_TWICE = Reason("given_twice", "may be given once", "只能给出一次")
UNKNOWN_CODE = Reason("unknown_code", "is a code that never existed", "是从未有过的代码")
FOREIGN_CURSOR = Reason(
    "foreign_cursor", "belongs to no page of this question", "不属于这一查询的任何一页"
)
UNKNOWN_RELEASE = Reason(
    "unknown_release", "is later than the newest release, {newest}", "晚于最新的第{newest}版"
)
NOT_IN_LIST = Reason("not_in_list", "is none of {allowed}", "不在 {allowed} 之中")

REASONS = {
    "int_parsing": Reason("not_an_integer", "is not a whole number", "不是整数"),
    "int_parsing_size": Reason(
        "not_an_integer", "is not a whole number in range", "不是范围内的整数"
    ),
    "int_from_float": Reason("not_an_integer", "is not a whole number", "不是整数"),
    "bool_parsing": Reason("not_a_boolean", "is neither true nor false", "既不是true也不是false"),
    "greater_than_equal": Reason("too_small", "must be at least {ge}", "不得小于{ge}"),
    "less_than_equal": Reason("too_large", "must be at most {le}", "不得大于{le}"),
    "string_pattern_mismatch": Reason(
        "not_a_code",
        "is no code: lower-case letters, digits and single hyphens",
        "不是代码：只能有小写字母、数字和单个连字符",
    ),
    "string_too_long": Reason(
        "too_long", "is longer than {max_length} characters", "超过{max_length}个字符"
    ),
    "too_long": Reason(
        "too_many", "are too many: at most {max_length}", "过多：最多{max_length}个"
    ),
}
"""By the type of pydantic's error."""


def bad_value(
    place: str, name: str, value: str, reason: Reason, allowed: Sequence[str] | None = None
) -> InvalidValue:
    """The refusal of one value: `name` = 'value' and why; the first allowed one is the nearest."""
    return _invalid([_Refused(place, name, value[:SHOWN], reason, allowed)])


@dataclass(frozen=True)
class _Refused:
    place: str
    name: str
    value: str
    reason: Reason
    allowed: Sequence[str] | None

    @property
    def suggestion(self) -> str | None:
        return nearest(self.value, self.allowed) if self.allowed else None

    def told(self) -> dict[str, Any]:
        return {
            "in": self.place,
            "name": self.name,
            "value": self.value,
            "reason": self.reason.word,
            "suggestion": self.suggestion,
            "allowed": self.allowed,
        }


def _invalid(refused: Sequence[_Refused]) -> InvalidValue:
    first = refused[0]
    near = first.suggestion
    hint = f" Did you mean '{near}'?" if near else ""
    hint_zh = f"，您要找的可能是“{near}”" if near else ""
    return InvalidValue(
        f"{first.name} = '{first.value}' {first.reason.en}.{hint}",
        f"{first.name} 的值“{first.value}”{first.reason.zh}{hint_zh}。",
        [each.told() for each in refused],
    )


def _told(model: type[BaseModel], detail: ErrorDetails) -> _Refused:
    name = str(detail["loc"][0])
    given = detail["input"]
    value = given if isinstance(given, str) else f"{len(given)} values"
    inner, _ = unwrap(model.model_fields[name].annotation)
    choices = choices_of(getattr(inner, "__args__", (inner,))[0])
    if choices:
        allowed = [str(choice) for choice in choices]
        return _Refused("query", name, value[:SHOWN], _in_list(detail, allowed), allowed)
    reason = REASONS[detail["type"]].filled(detail.get("ctx", {}))
    return _Refused("query", name, value[:SHOWN], reason, None)


def _in_list(detail: ErrorDetails, allowed: Sequence[str]) -> Reason:
    if detail["type"] == "enum":
        return NOT_IN_LIST.filled({"allowed": ", ".join(allowed)})
    return REASONS[detail["type"]].filled(detail.get("ctx", {}))
