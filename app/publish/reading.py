"""From a path to a checked plan file: everything that one file can get wrong on its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.models.base import choices_of, unwrap
from app.publish.complaint import Complaint, JsonPath, nearest
from app.publish.json_source import NotJson, Source, read_source
from app.publish.plan_file import PlanFile


@dataclass(frozen=True)
class Draft:
    """A plan file as far as it could be read."""

    path: Path
    source: Source
    file: PlanFile | None
    complaints: list[Complaint]

    @property
    def raw(self) -> Any:
        """The JSON value, for checks that go on where the models gave up."""
        return self.source.value


def read_draft(path: Path) -> Draft:
    """A plan file with all that its models find wrong, each with its line."""
    try:
        source = read_source(path)
    except NotJson as error:
        return Draft(path, Source(None, {}, []), None, [error.complaint])
    file, complaints = validated(source)
    return Draft(path, source, file, source.repeated + complaints)


def validated(source: Source) -> tuple[PlanFile | None, list[Complaint]]:
    """The models' view of a JSON value, or everything that they refuse."""
    try:
        return PlanFile.model_validate(source.value), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    return None, [told_at(source, _told(detail)) for detail in details]


def told_at(source: Source, complaint: Complaint) -> Complaint:
    """The same complaint with its line."""
    return Complaint(**{**vars(complaint), "line": source.line(complaint.path)})


MESSAGES: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "缺少"),
    "extra_forbidden": ("there is no such key here", "此处没有这个键"),
    "string_type": ("must be text", "必须是文本"),
    "string_too_long": ("is longer than {max_length} characters", "超过{max_length}个字符"),
    "string_too_short": ("must not be empty", "不得为空"),
    "int_type": ("must be a whole number", "必须是整数"),
    "bool_type": ("must be true or false", "必须是true或false"),
    "float_type": ("must be a number", "必须是数字"),
    "greater_than_equal": ("must be at least {ge}", "不得小于{ge}"),
    "less_than_equal": ("must be at most {le}", "不得大于{le}"),
    "enum": ("is not one of the values", "不在可用值之中"),
    "list_type": ("must be a list", "必须是列表"),
    "too_short": ("must have at least {min_length} item", "至少要有{min_length}项"),
    "model_type": ("must be an object", "必须是对象"),
    "date_type": ("must be a date like 2023-12-31", "必须是日期，如2023-12-31"),
    "span": ("must be [start, end] with start before end", "必须是[起点, 终点]，且起点在前"),
    "unseen": (
        "has a character that nobody can see: {character}",
        "含有看不见的字符{character}",
    ),
    "formula": (
        "begins like a formula of a spreadsheet (= + - @): put another character first",
        "开头像电子表格公式（= + - @）：请换一个字符开头",
    ),
}

PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": (
        "must be a code: lower-case letters and digits, in parts joined by single hyphens",
        "必须是代码：小写字母和数字，各部分以单个连字符相连",
    ),
    r"^\S(.*\S)?$": (
        "must be one line without blanks around it",
        "必须是单行，首尾不得有空白",
    ),
    r"^[0-9a-f]{64}$": ("must be 64 lower-case hexadecimal digits", "必须是64位小写十六进制数"),
    r"^https?://\S+$": ("must be an http or https address", "必须是http或https网址"),
    r"^\d{6}$": ("must be six digits (GB/T 2260)", "必须是六位数字（GB/T 2260）"),
}


def _told(detail: ErrorDetails) -> Complaint:
    path: JsonPath = tuple(detail["loc"])
    kind = detail["type"]
    context = detail.get("ctx", {})
    if detail["input"] == "" and kind in ("string_pattern_mismatch", "date_type"):
        en, zh = MESSAGES["string_too_short"]
        if kind == "date_type":
            en, zh = f"{en}: a date, or leave the key out", f"{zh}：写日期，或不写此键"
    elif kind == "string_pattern_mismatch":
        en, zh = PATTERNS[context["pattern"]]
    else:
        en, zh = MESSAGES.get(kind, (detail["msg"], detail["msg"]))
    value = None if kind == "missing" else detail["input"]
    allowed: list[str] = []
    near = None
    if kind == "extra_forbidden":
        allowed = list(_keys_at(path[:-1]))
        near = nearest(path[-1], allowed)
    elif kind == "enum":
        allowed = _choices_at(path)
        near = nearest(value, allowed)
    if isinstance(value, dict | list):
        value = None
    return Complaint(path, en.format(**context), zh.format(**context), value, allowed, near)


def _model_at(path: JsonPath) -> type[BaseModel]:
    """The model of the object at a place."""
    model: type[BaseModel] = PlanFile
    for part in path:
        if isinstance(part, str):
            model = _inner(_annotation(model, part))
    return model


def _annotation(model: type[BaseModel], key: str) -> Any:
    for name, info in model.model_fields.items():
        if (info.alias or name) == key:
            return info.annotation
    raise LookupError(key)


def _inner(annotation: Any) -> Any:
    inner, _ = unwrap(annotation)
    arguments = getattr(inner, "__args__", ())
    return arguments[0] if arguments else inner


def _keys_at(path: JsonPath) -> Iterator[str]:
    for name, info in _model_at(path).model_fields.items():
        yield info.alias or name


def _choices_at(path: JsonPath) -> list[str]:
    annotation = _annotation(_model_at(path[:-1]), str(path[-1]))
    choices = choices_of(_unmarked(annotation))
    return [str(choice) for choice in choices or ()]


def _unmarked(annotation: Any) -> Any:
    inner, _ = unwrap(annotation)
    return getattr(inner, "__origin__", inner) if hasattr(inner, "__metadata__") else inner
