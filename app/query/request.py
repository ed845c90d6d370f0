"""From the pairs of a query string to checked parameters.

Each refusal names the place, the value and what is allowed.
"""

import difflib
from collections.abc import Iterable, Sequence
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
            raise bad_value("query", name, values[1], "may be given once", "只能给出一次")
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


def bad_value(
    place: str,
    name: str,
    value: str,
    reason: str,
    reason_zh: str,
    allowed: Sequence[str] | None = None,
    suggestion: str | None = None,
) -> InvalidValue:
    """The refusal of one value: "`name` = 'value' reason"."""
    error = {
        "in": place,
        "name": name,
        "value": value[:SHOWN],
        "reason": reason,
        "reason_zh": reason_zh,
        "suggestion": suggestion,
        "allowed": allowed,
    }
    return _invalid([error])


def _invalid(errors: list[dict[str, Any]]) -> InvalidValue:
    first = errors[0]
    hint = f" Did you mean '{first['suggestion']}'?" if first["suggestion"] else ""
    hint_zh = f"，您要找的可能是“{first['suggestion']}”" if first["suggestion"] else ""
    return InvalidValue(
        f"{first['name']} = '{first['value']}' {first['reason']}.{hint}",
        f"{first['name']} 的值“{first['value']}”{first['reason_zh']}{hint_zh}。",
        [{key: value for key, value in e.items() if key != "reason_zh"} for e in errors],
    )


def _told(model: type[BaseModel], detail: ErrorDetails) -> dict[str, Any]:
    name = str(detail["loc"][0])
    given = detail["input"]
    value = given if isinstance(given, str) else f"{len(given)} values"
    inner, _ = unwrap(model.model_fields[name].annotation)
    arguments = getattr(inner, "__args__", (inner,))
    choices = choices_of(arguments[0])
    allowed = [str(choice) for choice in choices] if choices else None
    reason, reason_zh = _reason(detail, allowed)
    return {
        "in": "query",
        "name": name,
        "value": value[:SHOWN],
        "reason": reason,
        "reason_zh": reason_zh,
        "suggestion": nearest(value, allowed) if allowed else None,
        "allowed": allowed,
    }


REASONS = {
    "int_parsing": ("is not a whole number", "不是整数"),
    "int_parsing_size": ("is not a whole number in range", "不是范围内的整数"),
    "int_from_float": ("is not a whole number", "不是整数"),
    "bool_parsing": ("is neither true nor false", "既不是true也不是false"),
    "greater_than_equal": ("must be at least {ge}", "不得小于{ge}"),
    "less_than_equal": ("must be at most {le}", "不得大于{le}"),
    "string_pattern_mismatch": (
        "is no code: lower-case letters, digits and single hyphens",
        "不是代码：只能有小写字母、数字和单个连字符",
    ),
    "string_too_long": ("is longer than {max_length} characters", "超过{max_length}个字符"),
    "too_long": ("are too many: at most {max_length}", "过多：最多{max_length}个"),
}


def _reason(detail: ErrorDetails, allowed: list[str] | None) -> tuple[str, str]:
    if allowed and detail["type"] == "enum":
        return f"is none of {', '.join(allowed)}", f"不在 {'、'.join(allowed)} 之中"
    reason, reason_zh = REASONS[detail["type"]]
    context = detail.get("ctx", {})
    return reason.format(**context), reason_zh.format(**context)
