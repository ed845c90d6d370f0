"""Bodies and the part they take in tasks."""

from typing import Annotated

from sqlmodel import SQLModel

from app.models.base import Clock, Count, Filtered, Refers, Since, Via, Zh, said, text_field
from app.models.choices import BodyKind, BodyLevel, Role
from app.models.plan import InPlan, Passage, Quote


class BodyBase(SQLModel):
    """An institution or a class of actors that a plan names."""

    code: Annotated[str, Zh("代码")] = text_field(
        "Stable code; an institution's begins with the issuer's, a class of actors' does not"
    )
    name_zh: Annotated[str, Zh("名称")] = text_field("Name as the text has it")
    name_en: Annotated[str, Zh("名称（英译）")] = text_field("Our translation of the name")
    kind: Annotated[BodyKind, Zh("类别"), Filtered()] = text_field("What sort of body it is")
    level: Annotated[BodyLevel | None, Zh("层级")] = text_field(
        "Administrative level, where the text lets it be known", default=None
    )
    region_code: Annotated[str | None, Zh("区划代码"), Filtered()] = text_field(
        "GB/T 2260 code of the region; null = unknown, masked or not one region", default=None
    )
    parent: Annotated[str | None, Zh("上级"), Refers("body")] = text_field(
        "Code of the body that it belongs to", default=None
    )


class Body(Clock, BodyBase, table=True):
    """Bodies."""

    defined_in: str = text_field("Code of the plan whose file defines this body")


class BodyPublic(Since, BodyBase):
    """A body as it is published."""

    task_count: Annotated[
        int, Zh("参与的任务数"), Count("participation", "body", after="parent", distinct="task")
    ] = said("Tasks in which it takes part, each counted once")


class ParticipationFields(InPlan):
    """The part that a body takes in a task."""

    area: Annotated[str, Zh("领域"), Refers("area"), Filtered()] = text_field("Code of the area")
    task: Annotated[str, Zh("任务"), Refers("task"), Filtered()] = text_field("Code of the task")
    body: Annotated[str, Zh("主体"), Refers("body"), Filtered()] = text_field("Code of the body")
    role: Annotated[Role, Zh("角色"), Filtered()] = text_field("What part the body takes")
    stated: Annotated[bool, Zh("原文写明"), Filtered()] = said(
        "Whether the text itself gives the body this role; false = our reading"
    )


class ParticipationBase(Passage, Quote, ParticipationFields):
    """What a participation's table and its published row share."""


class Participation(Clock, ParticipationBase, table=True):
    """Participations."""

    issuer: Annotated[str, Refers("body"), Filtered()] = text_field("Code of the plan's issuer")


class ParticipationPublic(Since, ParticipationBase):
    """A participation as it is published."""

    task_title_zh: Annotated[str, Zh("任务标题"), Via("task", "title_zh", after="task")] = said(
        "Heading of the task"
    )
    body_name_zh: Annotated[str, Zh("主体名称"), Via("body", "name_zh", after="body")] = said(
        "Name of the body"
    )
    body_name_en: Annotated[
        str, Zh("主体名称（英译）"), Via("body", "name_en", after="body_name_zh")
    ] = said("Our translation of the body's name")
    kind: Annotated[BodyKind, Zh("主体类别"), Via("body", "kind", after="body_name_en")] = said(
        "What sort of body it is"
    )
