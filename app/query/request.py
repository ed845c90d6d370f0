"""From a query string to checked parameters.

Each refusal names the place, the value, why it is refused, and what is allowed.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_args
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.errors import InvalidValue, UnknownParameter
from app.formats import JSON, Format
from app.models.base import choices_of, unwrap
from app.query.params import RELEVANCE, SPLIT, ListParams, StateParams

Params = TypeVar("Params", bound=StateParams)
Pairs = list[tuple[str, str]]

MAX_PAIRS = 1000
SHOWN = 200
"""Characters of a refused value that are repeated to the client."""

TOLD = 20
"""Refused places of one request that are told; looking for the nearest name costs time."""

OF_LISTS = frozenset({"q", "sort", "fields", "include", "facets", "since", "limit", "cursor"})
"""Parameters that a list has and a detail does not."""

MANY = 12
"""Allowed values that a sentence lists; all of them stand in `allowed`."""

NOT_ENCODED = re.compile(rb"%(?![0-9a-fA-F]{2})")


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
LATER_THAN_STATE = Reason(
    "later_than_state", "is later than release {shown}, which is asked for", "晚于所问的第{shown}版"
)
WHOLE_LISTS_ONLY = Reason("with_since", "cannot stand together with since", "不能与since同时给出")
FUTURE = Reason("in_the_future", "is in the future", "是将来的时刻")
TWO_CLOCKS = Reason("with_release", "cannot stand together with release", "不能与release同时给出")
BAD_ENCODING = Reason(
    "not_encoded",
    "is not percent-encoded UTF-8: write a percent sign as %25",
    "不是百分号编码的UTF-8：百分号本身请写作%25",
)
NOT_IN_LIST = Reason("not_in_list", "is none of {allowed}", "不在 {allowed} 之中")
JSON_ONLY = Reason(
    "json_only", "is for JSON: {format} has no place for it", "只适用于JSON：{format}无处容纳"
)
WHOLE_ROWS_ONLY = Reason(
    "whole_rows_only", "is not for {format}, which needs whole rows", "不适用于{format}：它需要整行"
)
CSV_ONLY = Reason("csv_only", "is for CSV, not for {format}", "只适用于CSV，不适用于{format}")
NOT_VALID = Reason("not_valid", "is not valid", "无效")
NEEDS_QUERY = Reason("needs_q", "needs words to search for: give q too", "需要检索词：请同时给出q")

REASONS = {
    "int_parsing": Reason("not_an_integer", "is not a whole number", "不是整数"),
    "int_parsing_size": Reason(
        "not_an_integer", "is not a whole number in range", "不是范围内的整数"
    ),
    "int_from_float": Reason("not_an_integer", "is not a whole number", "不是整数"),
    "float_parsing": Reason(
        "not_a_number", "is not a number such as 60 or 61.8", "不是数字（如60、61.8）"
    ),
    "bool_parsing": Reason("not_a_boolean", "is neither true nor false", "既不是true也不是false"),
    "date_parsing": Reason(
        "not_a_date", "is not a day such as 2023-12-31", "不是日期（如2023-12-31）"
    ),
    "moment_parsing": Reason(
        "not_a_moment",
        "is neither a day such as 2026-11-24 nor an instant with zone such as "
        "2026-11-24T02:00:00Z (in an address, + is written %2B)",
        "既不是日期（如2026-11-24），也不是带时区的时刻（如2026-11-24T02:00:00Z；"
        "地址中的+须写作%2B）",
    ),
    "not_visible": Reason("not_visible", "has characters that cannot be seen", "含有不可见字符"),
    "no_token": Reason(
        "nothing_to_search", "has no letter, digit or Chinese character", "不含字母、数字或汉字"
    ),
    "too_many_words": Reason(
        "too_many_words", "has too many words: at most {most}", "词数过多：最多{most}个"
    ),
    "greater_than_equal": Reason("too_small", "must be at least {ge}", "不得小于{ge}"),
    "less_than_equal": Reason("too_large", "must be at most {le}", "不得大于{le}"),
    "string_pattern_mismatch": Reason(
        "not_a_code",
        "is no code: lower-case letters, digits and single hyphens",
        "不是代码：只能有小写字母、数字和单个连字符",
    ),
    "missing": Reason("missing", "is missing", "缺少"),
    "string_too_short": Reason("empty", "is empty", "为空"),
    "string_too_long": Reason(
        "too_long", "is longer than {max_length} characters", "超过{max_length}个字符"
    ),
    "too_long": Reason(
        "too_many", "are too many: at most {max_length}", "过多：最多{max_length}个"
    ),
}
"""By the type of pydantic's error."""


def pairs_of(query: bytes) -> Pairs:
    """The names and values of a query string; raises InvalidValue where it is badly encoded."""
    if not query:
        return []
    pieces = query.split(b"&", MAX_PAIRS + 1)
    if len(pieces) > MAX_PAIRS:
        raise InvalidValue(
            f"An address takes at most {MAX_PAIRS} parameters.",
            f"一个地址最多接受{MAX_PAIRS}个参数。",
        )
    return [_pair(piece) for piece in pieces if piece]


def _pair(piece: bytes) -> tuple[str, str]:
    name, _, value = piece.partition(b"=")
    try:
        if NOT_ENCODED.search(piece):
            raise ValueError
        return _decoded(name), _decoded(value)
    except ValueError:
        shown = [part.decode("ascii", "replace") for part in (name, value)]
        raise bad_value("query", shown[0][:SHOWN], shown[1], BAD_ENCODING) from None


def _decoded(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8")


def parse(model: type[Params], pairs: Pairs, path: str, form: Format) -> Params:
    """The parameters of a request for an answer in some form.

    Raises UnknownParameter or InvalidValue.
    """
    known = names_of(model)
    unknown = {name: value for name, value in pairs if name not in known}
    if unknown:
        raise _unknown(list(unknown.items())[:TOLD], known, path)
    try:
        params = model.model_validate(_grouped(model, pairs))
    except ValidationError as error:
        details = error.errors(include_url=False)[:TOLD]
        raise _invalid([_told(model, detail) for detail in details]) from None
    _refuse_what_does_not_fit(params, form)
    return params


@lru_cache(maxsize=64)
def names_of(model: type[BaseModel]) -> list[str]:
    """The parameters of a model; those that all resources have come last."""
    common = list(ListParams.model_fields)
    return sorted(model.model_fields, key=lambda name: name in common)


def _refuse_what_does_not_fit(params: StateParams, form: Format) -> None:
    """What each parameter allows, but not beside another one, or not in this form."""
    if params.release is not None and params.as_of is not None:
        raise bad_value("query", "as_of", params.as_of, TWO_CLOCKS)
    if getattr(params, "bom", None) and form.name != "csv":
        raise bad_value("query", "bom", "true", CSV_ONLY.filled({"format": form.name}))
    if not isinstance(params, ListParams):
        return
    if form.needs_all_fields and (fields := getattr(params, "fields", None)):
        reason = WHOLE_ROWS_ONLY.filled({"format": form.name})
        raise bad_value("query", "fields", ",".join(fields), reason)
    if form.cites and params.since is not None:
        reason = WHOLE_ROWS_ONLY.filled({"format": form.name})
        raise bad_value("query", "since", str(params.since), reason)
    for name in ("include", "facets"):
        names = getattr(params, name, None)
        if names and params.since is not None:
            raise bad_value("query", name, ",".join(names), WHOLE_LISTS_ONLY)
        if names and form is not JSON:
            reason = JSON_ONLY.filled({"format": form.name})
            raise bad_value("query", name, ",".join(names), reason)
    if RELEVANCE in (getattr(params, "sort", None) or ()) and not getattr(params, "q", None):
        raise bad_value("query", "sort", RELEVANCE, NEEDS_QUERY)


def _grouped(model: type[BaseModel], pairs: Pairs) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    for name, values in given.items():
        inner, _ = unwrap(model.model_fields[name].annotation)
        if name in SPLIT:
            given[name] = [part for value in values for part in value.split(",")]
        elif getattr(inner, "__origin__", None) is not list:
            if len(values) > 1:
                raise bad_value("query", name, values[1], GIVEN_TWICE)
            given[name] = values[0]
    return given


def nearest(name: str, known: Iterable[str], alike: float = 0.7) -> str | None:
    """The known name that a wrong one most resembles, if it does so at least this much."""
    return next(iter(difflib.get_close_matches(name[:SHOWN], list(known), 1, alike)), None)


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
    hint, hint_zh = hints(first["suggestion"])
    if first["name"] in OF_LISTS and path.count("{") == 1 and path.endswith("}"):
        listed = path.rpartition("/")[0]
        hint = f" It is one of the list, {listed}; a detail has all fields and all its lists."
        hint_zh = f"；它是列表 {listed} 的参数，详情总是包含全部字段和列表"
    return UnknownParameter(
        f"{path} has no parameter '{first['name']}'.{hint}",
        f"{path} 没有参数“{first['name']}”{hint_zh}。",
        errors,
    )


def hints(near: Any) -> tuple[str, str]:
    """What is said of the nearest name, in English and Chinese; nothing where there is none."""
    return (f" Did you mean '{near}'?", f"，您要找的可能是“{near}”") if near else ("", "")


def bad_value(
    place: str, name: str, value: str, reason: Reason, allowed: Sequence[str] | None = None
) -> InvalidValue:
    """The refusal of one value: `name` = 'value' and why; the nearest allowed one is suggested."""
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
    hint, hint_zh = hints(first.suggestion)
    if first.reason == REASONS["missing"]:
        en, zh = f"The parameter {first.name} is missing.", f"缺少参数 {first.name}。"
    else:
        en = f"{first.name} = '{first.value}' {first.reason.en}.{hint}"
        zh = f"{first.name} 的值“{first.value}”{first.reason.zh}{hint_zh}。"
    return InvalidValue(en, zh, [each.told() for each in refused])


def _told(model: type[BaseModel], detail: ErrorDetails) -> _Refused:
    name = str(detail["loc"][0])
    given = detail["input"]
    value = given if isinstance(given, str) else f"{len(given)} values"
    if detail["type"] == "missing":
        value = ""
    allowed = _allowed(model.model_fields[name].annotation)
    context = {**detail.get("ctx", {})}
    if detail["type"] in ("enum", "literal_error") and allowed:
        first = ", ".join(allowed[:MANY]) + (" …" if len(allowed) > MANY else "")
        reason = NOT_IN_LIST.filled({"allowed": first})
    else:
        reason = REASONS.get(detail["type"], NOT_VALID).filled(context)
    return _Refused("query", name, value[:SHOWN], reason, allowed)


def _allowed(annotation: Any) -> list[str] | None:
    """The closed list that a parameter takes its values from."""
    inner, _ = unwrap(annotation)
    (element,) = get_args(inner)[:1] or (inner,)
    choices = choices_of(element)
    if choices:
        return [str(choice) for choice in choices]
    listed = [str(value) for value in get_args(element) if isinstance(value, str)]
    return listed or None
