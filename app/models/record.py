"""What a plan says will be issued, and where its print is damaged."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.models.base import Clock, Filtered, Long, Refers, Since, Via, Zh, said, text_field
from app.models.choices import Certainty, ErratumKind, Outcome
from app.models.plan import InPlan, Passage, Quote


class DeliverableFields(InPlan):
    """A document that a plan says will be issued, and its fate."""

    area: Annotated[str, Zh("领域"), Refers("area"), Filtered()] = text_field("Code of the area")
    task: Annotated[str, Zh("任务"), Refers("task"), Filtered()] = text_field("Code of the task")
    title_zh: Annotated[str, Zh("文件名称")] = text_field("Title of the document as announced")
    title_en: Annotated[str, Zh("文件名称（英译）")] = text_field("Our translation of the title")
    verb_zh: Annotated[str, Zh("原文动词")] = text_field("The verb with which it is announced")
    outcome: Annotated[Outcome, Zh("结果"), Filtered()] = text_field("What became of it")
    issued_on: Annotated[date | None, Zh("印发日期")] = said("Day of issue", default=None)
    issued_title_zh: Annotated[str | None, Zh("印发标题")] = text_field(
        "Title under which it was issued", default=None
    )
    issued_number: Annotated[str | None, Zh("文号")] = text_field("Document number", default=None)
    issued_url: Annotated[str | None, Zh("网址"), Long()] = text_field(
        "Address of the issued document", default=None
    )


class DeliverableBase(Passage, Quote, DeliverableFields):
    """What a deliverable's table and its published row share."""


class Deliverable(Clock, DeliverableBase, table=True):
    """Documents to be issued."""

    __table_args__ = (
        sa.CheckConstraint(
            "outcome IN ('issued', 'issued_otherwise') OR issued_on IS NULL", name="issued"
        ),
    )
    issuer: Annotated[str, Refers("body"), Filtered()] = text_field("Code of the plan's issuer")


class DeliverablePublic(Since, DeliverableBase):
    """A deliverable as it is published."""

    task_title_zh: Annotated[str, Zh("任务标题"), Via("task", "title_zh", after="task")] = said(
        "Heading of the task"
    )


class ErratumFields(SQLModel):
    """A place where the print is damaged or masked."""

    code: Annotated[str, Zh("代码")] = text_field("Stable code: plan, number")
    plan: Annotated[str, Zh("计划"), Refers("plan"), Filtered()] = text_field("Code of the plan")
    task: Annotated[str | None, Zh("任务"), Refers("task"), Filtered()] = text_field(
        "Code of the task; null where the place stands before the first area", default=None
    )
    kind: Annotated[ErratumKind, Zh("类别"), Filtered()] = text_field("How the place is damaged")
    printed_zh: Annotated[str, Zh("印作")] = text_field("What is printed")
    reading_zh: Annotated[str | None, Zh("读作")] = text_field(
        "How we read it; null = unknown", default=None
    )
    certainty: Annotated[Certainty, Zh("把握"), Filtered()] = text_field("How sure the reading is")
    reason_zh: Annotated[str, Zh("理由"), Long()] = text_field("Why we think so, in Chinese")
    reason_en: Annotated[str, Zh("理由（英文）"), Long()] = text_field(
        "Why we think so, in English"
    )
    quote_start: Annotated[int, Zh("起点")] = said(
        "Offset of the place in the normalised body: first code point, from 0"
    )
    quote_end: Annotated[int, Zh("终点")] = said("Offset behind the place's last code point")
    section_zh: Annotated[str, Zh("原文编号")] = text_field(
        "Section that the place stands in, as printed; empty before the first area"
    )


class ErratumBase(Passage, ErratumFields):
    """What an erratum's table and its published row share."""


class Erratum(Clock, ErratumBase, table=True):
    """Errata."""

    year: Annotated[int, Filtered()] = said("Year of the plan")
    issuer: Annotated[str, Refers("body"), Filtered()] = text_field("Code of the plan's issuer")


class ErratumPublic(Since, ErratumBase):
    """An erratum as it is published."""
