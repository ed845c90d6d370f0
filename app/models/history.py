"""One figure in the time line of an indicator: a promise or a result, in one of its versions."""

from datetime import date
from typing import Annotated

from sqlmodel import SQLModel

from app.models.base import Long, Refers, Zh, said, text_field
from app.models.choices import Cause, Commitment, MetIf, Series, Unit


class FigureBase(SQLModel):
    """What a promise or a result says."""

    indicator: Annotated[str, Zh("指标"), Refers("indicator")] = text_field("Code of the indicator")
    name_zh: Annotated[str, Zh("指标名称")] = text_field("Name of the indicator")
    name_en: Annotated[str, Zh("指标名称（英译）")] = text_field(
        "Our translation of the indicator's name"
    )
    series: Annotated[Series, Zh("序列")] = text_field("Whether it is a promise or a result")
    period: Annotated[str, Zh("所属期")] = text_field(
        "Period that the figure is about; of a promise the year in which it is due, or the day"
    )
    period_end: Annotated[date, Zh("所属期止")] = said(
        "Last day of the period; of a promise the day by which it is due"
    )
    value: Annotated[float | None, Zh("数值")] = said(
        "The figure; null where it is masked or not given", default=None
    )
    value_upper: Annotated[float | None, Zh("上限")] = said(
        "Upper end of a promise, where the text prints a range", default=None
    )
    unit: Annotated[Unit, Zh("单位")] = text_field("Unit of the figures")
    value_status: Annotated[str, Zh("数值状态")] = text_field(
        "What sort of figure it is: as in targets and in observations"
    )
    value_text_zh: Annotated[str, Zh("可直接刊用的表述")] = text_field(
        "The figure ready to print in Chinese; never null"
    )
    value_text_en: Annotated[str, Zh("可直接刊用的表述（英文）")] = text_field(
        "The figure ready to print in English; never null"
    )
    met_if: Annotated[MetIf | None, Zh("达到条件")] = text_field(
        "The comparison by which we judge a result; null for results", default=None
    )
    commitment: Annotated[Commitment | None, Zh("承诺程度")] = text_field(
        "Whether the text hedges; null for results", default=None
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


class FigureSource(SQLModel):
    """Where a promise or a result stands."""

    code: Annotated[str, Zh("代码")] = text_field("Code of the target or of the observation")
    plan: Annotated[str | None, Zh("计划"), Refers("plan")] = text_field(
        "Code of the plan that promises it, or whose promise the result answers", default=None
    )
    source: Annotated[str | None, Zh("来源")] = text_field(
        "Short name of a result's source; null for promises", default=None
    )
    source_title: Annotated[str, Zh("来源标题")] = text_field(
        "Title of the document that says it: the plan, or the result's source"
    )
    source_url: Annotated[str | None, Zh("来源网址"), Long()] = text_field(
        "Address of a result's source", default=None
    )
    quote: Annotated[str | None, Zh("引文")] = text_field(
        "The words that say it, at most 20 characters", default=None
    )


class Version(SQLModel):
    """From when to when a figure read so, and why."""

    cause: Annotated[Cause, Zh("原因")] = text_field("Why it reads so since that release")
    release_from: Annotated[int, Zh("自哪一版起如此")] = said(
        "Number of the first release in which it reads so"
    )
    release_to: Annotated[int | None, Zh("到哪一版为止")] = said(
        "Number of the first release that no longer shows it so; null = current", default=None
    )
    ended_by: Annotated[Cause | None, Zh("终止原因")] = text_field(
        "Why it is gone; null where it stands, or where another version took its place",
        default=None,
    )


class HistoryRow(Version, FigureSource, FigureBase):
    """A version of a promise or of a result."""
