"""Documents, plans, areas and tasks."""

from datetime import date
from typing import Annotated

from sqlmodel import SQLModel

from app.models.base import (
    Clock,
    Count,
    Filtered,
    Long,
    Refers,
    Since,
    Via,
    Zh,
    said,
    text_field,
)
from app.models.choices import Copy, Relation


class TextGap(SQLModel):
    """Whether our copy has the whole text, and what is missing."""

    text_complete: Annotated[bool, Zh("所据文本是否完整"), Filtered()] = said(
        "Whether the copy that was read has the whole text; says nothing of what was carried out"
    )
    text_gap_zh: Annotated[str | None, Zh("文本缺漏说明（中文）"), Long()] = text_field(
        "What the copy lacks, in Chinese", default=None
    )
    text_gap_en: Annotated[str | None, Zh("文本缺漏说明（英文）"), Long()] = text_field(
        "What the copy lacks, in English", default=None
    )


class DocumentFields(SQLModel):
    """A source document: what it is and how it can be recognised."""

    code: Annotated[str, Zh("代码")] = text_field("Stable code of the document")
    title_zh: Annotated[str, Zh("标题")] = text_field("Title as printed")
    title_en: Annotated[str | None, Zh("标题（英译）")] = text_field(
        "Our translation of the title", default=None
    )
    publisher: Annotated[str, Zh("所据副本的发布者")] = text_field(
        "Who published the copy that was read"
    )
    copy_: Annotated[Copy, Zh("副本性质"), Filtered()] = text_field(
        "How the copy relates to what the issuer published",
        alias="copy",
        sa_column_kwargs={"name": "copy"},
    )
    file_name: Annotated[str | None, Zh("文件名")] = text_field(
        "Name of the file as its publisher gives it", default=None
    )
    file_sha256: Annotated[str | None, Zh("文件SHA-256")] = text_field(
        "SHA-256 of the file, lower-case hexadecimal; null = the file itself was not at hand",
        default=None,
    )
    body_sha256: Annotated[str, Zh("正文SHA-256")] = text_field(
        "SHA-256 of the UTF-8 of the normalised body, lower-case hexadecimal"
    )
    body_characters: Annotated[int, Zh("正文字符数")] = said(
        "Length of the normalised body in Unicode code points"
    )
    page_count: Annotated[int | None, Zh("页数")] = said(
        "Pages of the document as its publisher gives them", default=None
    )


class Rights(SQLModel):
    """What may be done with a source document."""

    rights_zh: Annotated[str, Zh("权利说明（中文）"), Long()] = text_field(
        "Rights in the text, in Chinese"
    )
    rights_en: Annotated[str, Zh("权利说明（英文）"), Long()] = text_field(
        "Rights in the text, in English"
    )


class DocumentBase(Rights, TextGap, DocumentFields):
    """What a document's table and its published row share."""


class Document(Clock, DocumentBase, table=True):
    """Source documents."""

    defined_in: str = text_field("Code of the plan whose file defines this document")


class DocumentPublic(Since, DocumentBase):
    """A source document as it is published."""


class DocumentRelationBase(SQLModel):
    """How another document relates to a source document, and why we think so."""

    code: Annotated[str, Zh("代码")] = text_field("Stable code: document, relation")
    document: Annotated[str, Zh("文件"), Refers("document"), Filtered()] = text_field(
        "Code of the source document"
    )
    relation: Annotated[Relation, Zh("关系")] = text_field("How the other document relates")
    url: Annotated[str, Zh("网址"), Long()] = text_field("Address of the other document")
    basis_zh: Annotated[str, Zh("依据（中文）"), Long()] = text_field("Why we think so, in Chinese")
    basis_en: Annotated[str, Zh("依据（英文）"), Long()] = text_field("Why we think so, in English")


class DocumentRelation(Clock, DocumentRelationBase, table=True):
    """Relations between a source document and others."""

    __tablename__ = "document_relation"
    defined_in: str = text_field("Code of the plan whose file defines the document")


class DocumentRelationPublic(Since, DocumentRelationBase):
    """A relation as it is published inside its document."""


class PlanFields(SQLModel):
    """One issuer's work plan for one period."""

    code: Annotated[str, Zh("代码")] = text_field("Stable code of the plan")
    year: Annotated[int, Zh("年度"), Filtered()] = said("Year of the plan")
    title_zh: Annotated[str, Zh("标题")] = text_field("Title as printed")
    title_en: Annotated[str, Zh("标题（英译）")] = text_field("Our translation of the title")
    issuer: Annotated[str, Zh("发文单位"), Refers("body"), Filtered()] = text_field(
        "Code of the body that issued the plan"
    )
    period_start: Annotated[date, Zh("计划期起")] = said("First day of the plan's period")
    period_end: Annotated[date, Zh("计划期止")] = said("Last day of the plan's period")
    continues: Annotated[str | None, Zh("接续"), Refers("plan")] = text_field(
        "Code of the plan that this one continues", default=None
    )


class PlanBase(TextGap, PlanFields):
    """What a plan's table and its published row share."""

    document: Annotated[str, Zh("来源文件"), Refers("document")] = text_field(
        "Code of the document that the plan was read from"
    )


class Plan(Clock, PlanBase, table=True):
    """Plans."""


class PlanPublic(Since, PlanBase):
    """A plan as it is published."""

    issuer_name_zh: Annotated[str, Zh("发文单位名称"), Via("issuer", "name_zh", after="issuer")] = (
        said("Name of the issuer")
    )
    issuer_name_en: Annotated[
        str, Zh("发文单位名称（英译）"), Via("issuer", "name_en", after="issuer_name_zh")
    ] = said("Our translation of the issuer's name")
    area_count: Annotated[int, Zh("领域数"), Count("area", "plan", after="continues")] = said(
        "Areas in the text seen"
    )
    task_count: Annotated[int, Zh("任务数"), Count("task", "plan", after="area_count")] = said(
        "Tasks in the text seen"
    )
    target_count: Annotated[int, Zh("目标数"), Count("target", "plan", after="task_count")] = said(
        "Targets in the text seen, masked ones included"
    )
    redacted_count: Annotated[
        int,
        Zh("其中数字被隐去"),
        Count("target", "plan", after="target_count", where=("value_status", "redacted")),
    ] = said("Targets whose number is masked in the source")
    deliverable_count: Annotated[
        int, Zh("拟出台文件数"), Count("deliverable", "plan", after="redacted_count")
    ] = said("Documents that the plan says will be issued")
    document_copy: Annotated[
        Copy, Zh("所据副本性质"), Via("document", "copy", after="document")
    ] = said("How the copy that was read relates to what the issuer published")


class InPlan(SQLModel):
    """Where a row belongs."""

    code: Annotated[str, Zh("代码")] = text_field("Stable code")
    plan: Annotated[str, Zh("计划"), Refers("plan"), Filtered()] = text_field("Code of the plan")
    year: Annotated[int, Zh("年度"), Filtered()] = said("Year of the plan")


class AreaFields(InPlan):
    """A chapter of a plan."""

    number: Annotated[int, Zh("序号")] = said("Number of the area in the plan, from 1")
    section_zh: Annotated[str, Zh("原文编号")] = text_field("Section number as printed")
    title_zh: Annotated[str, Zh("标题")] = text_field("Heading as printed")
    title_en: Annotated[str, Zh("标题（英译）")] = text_field("Our translation of the heading")
    summary_zh: Annotated[str, Zh("摘要"), Long()] = text_field("Our own summary, in Chinese")
    summary_en: Annotated[str, Zh("摘要（英文）"), Long()] = text_field(
        "Our own summary, in English"
    )


class Span(SQLModel):
    """Where a passage stands in a source document."""

    source_document: Annotated[str, Zh("来源文件"), Refers("document")] = text_field(
        "Code of the document that the passage stands in"
    )
    source_start: Annotated[int, Zh("段落起点")] = said(
        "Offset of the passage in the normalised body: first code point, from 0"
    )
    source_end: Annotated[int, Zh("段落终点")] = said(
        "Offset behind the last code point of the passage"
    )


class Passage(Span):
    """A passage that can be checked against the document."""

    source_sha256: Annotated[str, Zh("段落SHA-256")] = text_field(
        "SHA-256 of the passage's UTF-8, lower-case hexadecimal"
    )


class Quote(SQLModel):
    """The words that say it, and where they stand."""

    quote: Annotated[str, Zh("引文")] = text_field(
        "The words of the text that say it, at most 20 characters"
    )
    quote_start: Annotated[int, Zh("引文起点")] = said(
        "Offset of the quote in the normalised body: first code point, from 0"
    )
    quote_end: Annotated[int, Zh("引文终点")] = said("Offset behind the quote's last code point")
    section_zh: Annotated[str, Zh("原文编号")] = text_field(
        "Section that the quote stands in, as printed: area, task"
    )


class AreaBase(Span, AreaFields):
    """What an area's table and its published row share."""


class Area(Clock, AreaBase, table=True):
    """Areas."""

    issuer: Annotated[str, Refers("body"), Filtered()] = text_field("Code of the plan's issuer")


class AreaPublic(Since, AreaBase):
    """An area as it is published."""

    task_count: Annotated[int, Zh("任务数"), Count("task", "area", after="summary_en")] = said(
        "Tasks of the area in the text seen"
    )
    target_count: Annotated[int, Zh("目标数"), Count("target", "area", after="task_count")] = said(
        "Targets of the area, masked ones included"
    )
    redacted_count: Annotated[
        int,
        Zh("其中数字被隐去"),
        Count("target", "area", after="target_count", where=("value_status", "redacted")),
    ] = said("Targets whose number is masked in the source")
    deliverable_count: Annotated[
        int, Zh("拟出台文件数"), Count("deliverable", "area", after="redacted_count")
    ] = said("Documents that the area says will be issued")


class TaskFields(InPlan):
    """A numbered item of a plan."""

    area: Annotated[str, Zh("领域"), Refers("area"), Filtered()] = text_field("Code of the area")
    number: Annotated[int, Zh("序号")] = said("Number of the task in the plan, from 1")
    section_zh: Annotated[str, Zh("原文编号")] = text_field("Section number as printed: area, task")
    title_zh: Annotated[str, Zh("标题")] = text_field("Heading, misprints corrected")
    title_en: Annotated[str, Zh("标题（英译）")] = text_field("Our translation of the heading")
    title_printed_zh: Annotated[str | None, Zh("标题原样")] = text_field(
        "Heading as printed, where it has a misprint", default=None
    )
    summary_zh: Annotated[str, Zh("摘要"), Long()] = text_field("Our own summary, in Chinese")
    summary_en: Annotated[str, Zh("摘要（英文）"), Long()] = text_field(
        "Our own summary, in English"
    )
    responsibility_stated: Annotated[bool, Zh("是否写明责任单位"), Filtered()] = said(
        "Whether the text names a lead or responsible body for the task"
    )


class Continues(SQLModel):
    """What a row continues from the year before."""

    continues: Annotated[str | None, Zh("接续"), Refers("task")] = text_field(
        "Code of last year's task that this one continues", default=None
    )


class TaskBase(Passage, Continues, TextGap, TaskFields):
    """What a task's table and its published row share."""


class Task(Clock, TaskBase, table=True):
    """Tasks."""

    issuer: Annotated[str, Refers("body"), Filtered()] = text_field("Code of the plan's issuer")


class TaskPublic(Since, TaskBase):
    """A task as it is published."""

    area_title_zh: Annotated[str, Zh("领域标题"), Via("area", "title_zh", after="area")] = said(
        "Heading of the area"
    )
    area_title_en: Annotated[
        str, Zh("领域标题（英译）"), Via("area", "title_en", after="area_title_zh")
    ] = said("Our translation of the area's heading")
    target_count: Annotated[int, Zh("目标数"), Count("target", "task", after="summary_en")] = said(
        "Targets of the task, masked ones included"
    )
    redacted_count: Annotated[
        int,
        Zh("其中数字被隐去"),
        Count("target", "task", after="target_count", where=("value_status", "redacted")),
    ] = said("Targets whose number is masked in the source")
    deliverable_count: Annotated[
        int, Zh("拟出台文件数"), Count("deliverable", "task", after="redacted_count")
    ] = said("Documents that the task says will be issued")
