"""The columns of results and documents, and what a file of them can be about."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.models.choices import Measure, Unit


@dataclass(frozen=True)
class IndicatorKnown:
    """What the reader needs to know of an indicator."""

    name_zh: str
    unit: Unit
    measure: Measure


@dataclass(frozen=True)
class KnownResults:
    """What the results of a file can be about, by code: of all there is what the file names."""

    indicators: Mapping[str, IndicatorKnown]
    deliverables: Mapping[str, str]
    """Titles in Chinese."""
    nearest: Mapping[str, str] = field(default_factory=dict)
    """By a wrong code: the code that may be meant."""


@dataclass(frozen=True)
class Field:
    """A column that people see: information that is ignored, a key, or an input."""

    name: str
    zh: str
    use: Literal["information", "key", "input"] = "input"
    required: bool = False


Fields = tuple[Field, ...]

RESULTS: Fields = (
    Field("indicator", "指标代码", "key", required=True),
    Field("name_zh", "指标名称", "information"),
    Field("promise", "承诺", "information"),
    Field("unit", "单位", "information"),
    Field("period", "所属期", "key", required=True),
    Field("value", "结果数值", required=True),
    Field("value_status", "数值状态"),
    Field("source", "来源简称", required=True),
    Field("source_title", "来源标题", required=True),
    Field("source_url", "来源网址"),
    Field("source_date", "来源日期"),
    Field("quote", "引文"),
    Field("note_zh", "说明"),
    Field("note_en", "说明（英文）"),
)
"""The columns of results, in the order of the template."""

DOCUMENTS: Fields = (
    Field("code", "文件代码", "key", required=True),
    Field("title_zh", "文件名称", "information"),
    Field("quote", "计划原文", "information"),
    Field("outcome", "结果", required=True),
    Field("issued_on", "印发日期"),
    Field("issued_number", "文号"),
    Field("issued_title_zh", "印发标题"),
    Field("issued_url", "网址"),
)
"""The columns of documents that were to be issued, in the order of the template."""


def folded(value: object) -> str:
    """A name without what people write differently: width, case, spaces."""
    return re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", str(value)).casefold())
