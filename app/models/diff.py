"""Two plans compared: a row for each task and target of either."""

from typing import Annotated

from sqlmodel import SQLModel

from app.models.base import Long, Refers, Typed, Zh, said, text_field
from app.models.choices import (
    Ambition,
    AmbitionReason,
    Commitment,
    Compared,
    Continuity,
    Unit,
)


class DiffRow(SQLModel):
    """What became of a task or target from one plan to another."""

    resource: Annotated[Compared, Zh("数据集")] = text_field("Whether it is a task or a target")
    result: Annotated[Continuity, Zh("去向")] = text_field("What became of it")
    before: Annotated[str | None, Zh("前一计划中的代码")] = text_field(
        "Its code in the plan before; null where it was added", default=None
    )
    after: Annotated[str | None, Zh("后一计划中的代码")] = text_field(
        "Its code in the plan after; null where it was dropped", default=None
    )
    indicator: Annotated[str | None, Zh("指标"), Refers("indicator")] = text_field(
        "Code of the indicator; null for tasks", default=None
    )
    name_zh: Annotated[str, Zh("名称")] = text_field(
        "Title of the task or name of the indicator, as in the plan after if it is there"
    )
    name_en: Annotated[str, Zh("名称（英译）")] = text_field("Our translation of it")
    changed_fields: Annotated[str | None, Zh("有变化的字段")] = text_field(
        "Names of the fields that differ, separated by spaces; days count from the year of their "
        "plan",
        default=None,
    )
    before_value: Annotated[float | None, Zh("前一计划的目标值")] = said(
        "The figure promised before; null where there is none", default=None
    )
    after_value: Annotated[float | None, Zh("后一计划的目标值")] = said(
        "The figure promised after; null where there is none", default=None
    )
    unit: Annotated[Unit | None, Zh("单位")] = text_field(
        "Unit of both figures; null for tasks", default=None
    )
    before_text_zh: Annotated[str | None, Zh("前一计划的可刊用表述")] = text_field(
        "The promise before, or the task's title, ready to print in Chinese", default=None
    )
    before_text_en: Annotated[str | None, Zh("前一计划的可刊用表述（英文）")] = text_field(
        "The same in English", default=None
    )
    after_text_zh: Annotated[str | None, Zh("后一计划的可刊用表述")] = text_field(
        "The promise after, or the task's title, ready to print in Chinese", default=None
    )
    after_text_en: Annotated[str | None, Zh("后一计划的可刊用表述（英文）")] = text_field(
        "The same in English", default=None
    )
    before_commitment: Annotated[Commitment | None, Zh("前一计划的承诺程度")] = text_field(
        "Whether the text hedged before; null for tasks", default=None
    )
    after_commitment: Annotated[Commitment | None, Zh("后一计划的承诺程度")] = text_field(
        "Whether the text hedges after; null for tasks", default=None
    )
    ambition: Annotated[Ambition | None, Zh("力度变化")] = text_field(
        "Whether the plan after promises more, by figure, firmness and desired direction; null "
        "for tasks and where a target was added or dropped",
        default=None,
    )
    ambition_reason: Annotated[AmbitionReason | None, Zh("力度无法比较的原因")] = text_field(
        "Why that cannot be told", default=None
    )
    open: Annotated[bool, Zh("是否存疑")] = said(
        "Whether a text that is not whole leaves the result open"
    )
    open_zh: Annotated[str | None, Zh("存疑说明"), Long()] = text_field(
        "Why it is open, in Chinese", default=None
    )
    open_en: Annotated[str | None, Zh("存疑说明（英文）"), Long()] = text_field(
        "Why it is open, in English", default=None
    )


class FieldChange(SQLModel):
    """A field of a task or target that reads differently in the other plan."""

    field: Annotated[str, Zh("字段")] = text_field("Name of the field")
    before: Annotated[str | None, Zh("前一计划"), Long(), Typed("json")] = text_field(
        "Its value in the plan before: any value of JSON", default=None
    )
    after: Annotated[str | None, Zh("后一计划"), Long(), Typed("json")] = text_field(
        "Its value in the plan after: any value of JSON", default=None
    )
