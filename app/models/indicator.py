"""Indicators, what plans promise on them, and what came of it."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.models.base import Clock, Filtered, Long, Refers, Since, Via, Zh, said, text_field
from app.models.choices import (
    Attainment,
    AttainmentReason,
    Commitment,
    CommitmentBasis,
    Direction,
    DueBasis,
    IndicatorKind,
    Measure,
    MetIf,
    ObservationStatus,
    Unit,
    ValueStatus,
)
from app.models.plan import InPlan, Passage, Quote


class IndicatorBase(SQLModel):
    """What is measured."""

    code: Annotated[str, Zh("代码")] = text_field("Stable code, without a year")
    issuer: Annotated[str, Zh("发文单位"), Refers("body"), Filtered()] = text_field(
        "Code of the body whose plans use it"
    )
    name_zh: Annotated[str, Zh("名称")] = text_field("Name of the indicator")
    name_en: Annotated[str, Zh("名称（英译）")] = text_field("Our translation of the name")
    definition_zh: Annotated[str, Zh("定义"), Long()] = text_field(
        "What is counted or divided by what"
    )
    definition_en: Annotated[str, Zh("定义（英文）"), Long()] = text_field(
        "The definition in English"
    )
    population_zh: Annotated[str, Zh("对象"), Long()] = text_field("Of whom or what it is measured")
    population_en: Annotated[str, Zh("对象（英文）"), Long()] = text_field(
        "The population in English"
    )
    open_zh: Annotated[str | None, Zh("原文未定之处"), Long()] = text_field(
        "What the text leaves open, in Chinese", default=None
    )
    open_en: Annotated[str | None, Zh("原文未定之处（英文）"), Long()] = text_field(
        "What the text leaves open, in English", default=None
    )
    unit: Annotated[Unit, Zh("单位"), Filtered()] = text_field("Unit of the figures")
    unit_zh: Annotated[str, Zh("单位（中文）")] = text_field("Unit, ready to print in Chinese")
    unit_en: Annotated[str, Zh("单位（英文）")] = text_field("Unit, ready to print in English")
    kind: Annotated[IndicatorKind, Zh("类别"), Filtered()] = text_field(
        "Whether it measures an effect or something made or done"
    )
    measure: Annotated[Measure, Zh("计量方式"), Filtered()] = text_field(
        "What sort of quantity it is"
    )
    desired_direction: Annotated[Direction, Zh("期望方向")] = text_field("Which way it should move")


class Indicator(Clock, IndicatorBase, table=True):
    """Indicators."""

    defined_in: str = text_field("Code of the plan whose file defines this indicator")


class IndicatorReadingBase(SQLModel):
    """What an indicator reads like in the light of plans and results: derived by the writer."""

    code: Annotated[str, Refers("indicator")] = text_field("Code of the indicator")
    target: Annotated[str | None, Refers("target")] = text_field(
        "Code of the promise that counts now: the newest plan's, due first", default=None
    )
    latest_period: str | None = text_field("Period of the latest result", default=None)
    latest_value: float | None = said("Figure of the latest result", default=None)
    latest_value_status: ObservationStatus | None = text_field(
        "What sort of result the latest is", default=None
    )
    attainment: Attainment | None = text_field("What became of that promise", default=None)
    attainment_reason: AttainmentReason | None = text_field("Why it cannot be judged", default=None)


class IndicatorReading(Clock, IndicatorReadingBase, table=True):
    """Current promise and latest result of indicators, with a clock of its own."""

    __tablename__ = "indicator_reading"


class IndicatorPublic(Since, IndicatorBase):
    """An indicator as it is published: promise and result in one line."""

    target: Annotated[
        str | None,
        Zh("当前目标"),
        Refers("target"),
        Via("code", "target", "desired_direction", "indicator_reading"),
    ] = said("Code of the promise that counts now: the newest plan's, due first", default=None)
    target_plan: Annotated[
        str | None, Zh("当前目标所在计划"), Refers("plan"), Via("target", "plan", "target")
    ] = said("Code of the plan that promises it", default=None)
    target_value: Annotated[float | None, Zh("目标值"), Via("target", "value", "target_plan")] = (
        said("The promised figure; null where it is masked or not given", default=None)
    )
    target_value_status: Annotated[
        ValueStatus | None, Zh("目标值状态"), Via("target", "value_status", "target_value")
    ] = said("What the text says of the promised figure", default=None)
    target_text_zh: Annotated[
        str | None,
        Zh("目标的可刊用表述"),
        Via("target", "value_text_zh", "target_value_status"),
    ] = said("The promise ready to print in Chinese", default=None)
    target_text_en: Annotated[
        str | None,
        Zh("目标的可刊用表述（英文）"),
        Via("target", "value_text_en", "target_text_zh"),
    ] = said("The promise ready to print in English", default=None)
    target_commitment: Annotated[
        Commitment | None, Zh("承诺程度"), Via("target", "commitment", "target_text_en")
    ] = said("Whether the text hedges", default=None)
    target_due: Annotated[
        date | None, Zh("目标期限"), Via("target", "due", "target_commitment")
    ] = said("Day by which it is promised", default=None)
    target_alternative_zh: Annotated[
        str | None, Zh("目标另一读法的说明"), Via("target", "alternative_zh", "target_due"), Long()
    ] = said("Why the promise has a second reading, in Chinese", default=None)
    target_alternative_en: Annotated[
        str | None,
        Zh("目标另一读法的说明（英文）"),
        Via("target", "alternative_en", "target_alternative_zh"),
        Long(),
    ] = said("Why the promise has a second reading, in English", default=None)
    latest_period: Annotated[
        str | None,
        Zh("最新结果所属期"),
        Via("code", "latest_period", "target_alternative_en", "indicator_reading"),
    ] = said("Period of the latest result", default=None)
    latest_value: Annotated[
        float | None,
        Zh("最新结果"),
        Via("code", "latest_value", "latest_period", "indicator_reading"),
    ] = said("Figure of the latest result", default=None)
    latest_value_status: Annotated[
        ObservationStatus | None,
        Zh("最新结果状态"),
        Via("code", "latest_value_status", "latest_value", "indicator_reading"),
    ] = said("What sort of result the latest is", default=None)
    attainment: Annotated[
        Attainment | None,
        Zh("完成情况"),
        Via("code", "attainment", "latest_value_status", "indicator_reading"),
    ] = said("What became of the promise, as far as this release knows", default=None)
    attainment_reason: Annotated[
        AttainmentReason | None,
        Zh("无法判断的原因"),
        Via("code", "attainment_reason", "attainment", "indicator_reading"),
    ] = said("Why it cannot be judged", default=None)


class TargetFields(InPlan):
    """A plan's promise on an indicator."""

    issuer: Annotated[str, Zh("发文单位"), Refers("body"), Filtered()] = text_field(
        "Code of the plan's issuer"
    )
    area: Annotated[str, Zh("领域"), Refers("area"), Filtered()] = text_field("Code of the area")
    task: Annotated[str, Zh("任务"), Refers("task"), Filtered()] = text_field("Code of the task")
    indicator: Annotated[str, Zh("指标"), Refers("indicator"), Filtered()] = text_field(
        "Code of the indicator"
    )
    value: Annotated[float | None, Zh("目标值"), Filtered()] = said(
        "The promised figure as printed; null where it is masked or not given", default=None
    )
    value_upper: Annotated[float | None, Zh("目标值上限")] = said(
        "Upper end, where the text prints a range", default=None
    )
    value_status: Annotated[ValueStatus, Zh("数值状态"), Filtered()] = text_field(
        "What the text says of the figure"
    )
    value_text_zh: Annotated[str, Zh("可直接刊用的表述")] = text_field(
        "The promise ready to print in Chinese; never null"
    )
    value_text_en: Annotated[str, Zh("可直接刊用的表述（英文）")] = text_field(
        "The promise ready to print in English; never null"
    )
    met_if: Annotated[MetIf, Zh("达到条件"), Filtered()] = text_field(
        "The comparison by which we judge a result"
    )
    floor_stated: Annotated[bool, Zh("原文写明下限"), Filtered()] = said(
        "Whether the text itself writes a floor"
    )
    commitment: Annotated[Commitment, Zh("承诺程度"), Filtered()] = text_field(
        "Whether the text hedges"
    )
    commitment_basis: Annotated[CommitmentBasis | None, Zh("“力争”的依据")] = text_field(
        "Where the hedge stands; null for a firm promise", default=None
    )
    due: Annotated[date, Zh("期限"), Filtered()] = said("Day by which it is promised")
    due_basis: Annotated[DueBasis, Zh("期限依据"), Filtered()] = text_field(
        "Where the due date comes from"
    )
    baseline_value: Annotated[float | None, Zh("基数")] = said(
        "Figure that the text starts from", default=None
    )
    baseline_period: Annotated[str | None, Zh("基期")] = text_field(
        "Period of the baseline", default=None
    )
    alternative_value: Annotated[float | None, Zh("另一读法的值")] = said(
        "Figure under a second reading that is as likely", default=None
    )
    alternative_value_upper: Annotated[float | None, Zh("另一读法的上限")] = said(
        "Upper end under the second reading", default=None
    )
    alternative_due: Annotated[date | None, Zh("另一读法的期限")] = said(
        "Due date under the second reading", default=None
    )
    alternative_zh: Annotated[str | None, Zh("另一读法的说明"), Long()] = text_field(
        "Why there is a second reading, in Chinese", default=None
    )
    alternative_en: Annotated[str | None, Zh("另一读法的说明（英文）"), Long()] = text_field(
        "Why there is a second reading, in English", default=None
    )
    note_zh: Annotated[str | None, Zh("说明"), Long()] = text_field(
        "What a reader must know, in Chinese", default=None
    )
    note_en: Annotated[str | None, Zh("说明（英文）"), Long()] = text_field(
        "What a reader must know, in English", default=None
    )


class TargetBase(Passage, Quote, TargetFields):
    """What a target's table and its published row share."""


class Target(Clock, TargetBase, table=True):
    """Targets."""

    __table_args__ = (
        sa.CheckConstraint(
            "(value IS NULL) = (value_status IN ('redacted', 'unquantified'))", name="honest"
        ),
        sa.CheckConstraint("value_upper IS NULL OR value_upper > value", name="range"),
        sa.CheckConstraint("(commitment = 'firm') = (commitment_basis IS NULL)", name="hedge"),
        sa.CheckConstraint(
            "alternative_value_upper IS NULL OR alternative_value_upper > alternative_value",
            name="alternative_range",
        ),
    )


class TargetReadingBase(SQLModel):
    """What a target reads like in the light of the results: derived by the writer."""

    code: Annotated[str, Refers("target")] = text_field("Code of the target")
    attainment: Annotated[Attainment, Filtered()] = text_field(
        "What became of the promise, as far as this release knows"
    )
    attainment_reason: Annotated[AttainmentReason | None, Filtered()] = text_field(
        "Why it cannot be judged", default=None
    )
    attainment_rule: str | None = text_field("The comparison, written out", default=None)
    observation: Annotated[str | None, Refers("observation")] = text_field(
        "Code of the result that it rests on", default=None
    )
    observation_period: str | None = text_field("Period of that result", default=None)
    observation_value: float | None = said("Figure of that result", default=None)
    observation_value_status: Annotated[ObservationStatus | None, Filtered()] = text_field(
        "Whether that figure is measured, provisional or estimated", default=None
    )
    has_alternative: Annotated[bool, Zh("有另一读法")] = said(
        "Whether a second reading of the promise is as likely"
    )


class TargetReading(Clock, TargetReadingBase, table=True):
    """Attainment of targets, with a clock of its own."""

    __tablename__ = "target_reading"


class TargetPublic(Since, TargetBase):
    """A target as it is published: one line is enough for a news graphic."""

    task_title_zh: Annotated[str, Zh("任务标题"), Via("task", "title_zh", after="task")] = said(
        "Heading of the task"
    )
    name_zh: Annotated[str, Zh("指标名称"), Via("indicator", "name_zh", after="indicator")] = said(
        "Name of the indicator"
    )
    name_en: Annotated[
        str, Zh("指标名称（英译）"), Via("indicator", "name_en", after="name_zh")
    ] = said("Our translation of the indicator's name")
    kind: Annotated[IndicatorKind, Zh("类别"), Via("indicator", "kind", after="name_en")] = said(
        "Whether the indicator measures an effect or something made or done"
    )
    measure: Annotated[Measure, Zh("计量方式"), Via("indicator", "measure", after="kind")] = said(
        "What sort of quantity it is"
    )
    unit: Annotated[Unit, Zh("单位"), Via("indicator", "unit", after="value_upper")] = said(
        "Unit of all figures of the row"
    )
    unit_zh: Annotated[str, Zh("单位（中文）"), Via("indicator", "unit_zh", after="unit")] = said(
        "Unit, ready to print in Chinese"
    )
    unit_en: Annotated[str, Zh("单位（英文）"), Via("indicator", "unit_en", after="unit_zh")] = (
        said("Unit, ready to print in English")
    )
    attainment: Annotated[
        Attainment, Zh("完成情况"), Via("code", "attainment", "note_en", "target_reading")
    ] = said("What became of the promise, as far as this release knows")
    attainment_reason: Annotated[
        AttainmentReason | None,
        Zh("无法判断的原因"),
        Via("code", "attainment_reason", "attainment", "target_reading"),
    ] = said("Why it cannot be judged", default=None)
    attainment_rule: Annotated[
        str | None,
        Zh("判断式"),
        Via("code", "attainment_rule", "attainment_reason", "target_reading"),
    ] = said("The comparison, written out", default=None)
    observation: Annotated[
        str | None,
        Zh("所据结果"),
        Refers("observation"),
        Via("code", "observation", "attainment_rule", "target_reading"),
    ] = said("Code of the result that the attainment rests on", default=None)
    observation_period: Annotated[
        str | None,
        Zh("结果所属期"),
        Via("code", "observation_period", "observation", "target_reading"),
    ] = said("Period of that result", default=None)
    observation_value: Annotated[
        float | None,
        Zh("结果值"),
        Via("code", "observation_value", "observation_period", "target_reading"),
    ] = said("Figure of that result", default=None)
    observation_value_status: Annotated[
        ObservationStatus | None,
        Zh("结果状态"),
        Via("code", "observation_value_status", "observation_value", "target_reading"),
    ] = said("Whether that figure is measured, provisional or estimated", default=None)


class ObservationBase(SQLModel):
    """A result for a period, from one source."""

    code: Annotated[str, Zh("代码")] = text_field("Stable code: indicator, period, source")
    indicator: Annotated[str, Zh("指标"), Refers("indicator"), Filtered()] = text_field(
        "Code of the indicator"
    )
    period: Annotated[str, Zh("所属期")] = text_field("Period that the figure is about")
    period_start: Annotated[date, Zh("所属期起")] = said("First day of the period")
    period_end: Annotated[date, Zh("所属期止"), Filtered()] = said("Last day of the period")
    value: Annotated[float | None, Zh("数值"), Filtered()] = said(
        "The figure; null where the source masks it", default=None
    )
    value_status: Annotated[ObservationStatus, Zh("数值状态"), Filtered()] = text_field(
        "What sort of result it is"
    )
    value_text_zh: Annotated[str, Zh("可直接刊用的表述")] = text_field(
        "The result ready to print in Chinese"
    )
    value_text_en: Annotated[str, Zh("可直接刊用的表述（英文）")] = text_field(
        "The result ready to print in English"
    )
    source: Annotated[str, Zh("来源"), Filtered()] = text_field("Short name of the source")
    source_title: Annotated[str, Zh("来源标题")] = text_field("Title of the source")
    source_url: Annotated[str | None, Zh("来源网址"), Long()] = text_field(
        "Address of the source", default=None
    )
    source_date: Annotated[date | None, Zh("来源日期")] = said(
        "Day on which the source was published", default=None
    )
    quote: Annotated[str | None, Zh("引文")] = text_field(
        "The words of the source that say it, at most 20 characters", default=None
    )
    note_zh: Annotated[str | None, Zh("说明"), Long()] = text_field("Note in Chinese", default=None)
    note_en: Annotated[str | None, Zh("说明（英文）"), Long()] = text_field(
        "Note in English", default=None
    )


class Observation(Clock, ObservationBase, table=True):
    """Results."""

    __table_args__ = (
        sa.CheckConstraint("(value IS NULL) = (value_status = 'redacted')", name="honest"),
        sa.CheckConstraint("period_end >= period_start", name="period"),
    )


class ObservationReadingBase(SQLModel):
    """Which promise a result answers, in the light of the plans: derived by the writer."""

    code: Annotated[str, Refers("observation")] = text_field("Code of the result")
    target: Annotated[str | None, Refers("target")] = text_field(
        "Code of the target that it answers, where there is one", default=None
    )
    plan: Annotated[str | None, Refers("plan")] = text_field(
        "Code of the plan that promised it", default=None
    )
    year: Annotated[int | None, Filtered()] = said("Year of that plan", default=None)


class ObservationReading(Clock, ObservationReadingBase, table=True):
    """Targets that results answer, with a clock of its own."""

    __tablename__ = "observation_reading"


class ObservationPublic(Since, ObservationBase):
    """A result as it is published."""

    name_zh: Annotated[str, Zh("指标名称"), Via("indicator", "name_zh", after="indicator")] = said(
        "Name of the indicator"
    )
    name_en: Annotated[
        str, Zh("指标名称（英译）"), Via("indicator", "name_en", after="name_zh")
    ] = said("Our translation of the indicator's name")
    target: Annotated[
        str | None,
        Zh("目标"),
        Refers("target"),
        Via("code", "target", "name_en", "observation_reading"),
    ] = said("Code of the target that it answers, where there is one", default=None)
    unit: Annotated[Unit, Zh("单位"), Via("indicator", "unit", after="value")] = said(
        "Unit of the figure"
    )
    unit_zh: Annotated[str, Zh("单位（中文）"), Via("indicator", "unit_zh", after="unit")] = said(
        "Unit, ready to print in Chinese"
    )
    unit_en: Annotated[str, Zh("单位（英文）"), Via("indicator", "unit_en", after="unit_zh")] = (
        said("Unit, ready to print in English")
    )
