"""What each release changed, field by field: the log that readers and feeds follow."""

from typing import Annotated

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import (
    CODE_LENGTH,
    Filtered,
    Long,
    Refers,
    Typed,
    Via,
    Zh,
    in_order,
    said,
    text_field,
)
from app.models.choices import Action, Cause


class ChangeBase(SQLModel):
    """One field of one row that a release changed; or a row that it added or removed."""

    release: Annotated[int, Zh("版次")] = said("Number of the release that made the change")
    material: Annotated[bool, Zh("是否实质改动")] = said(
        "Whether a promise, a result or the fate of a document changed, not only words or places"
    )
    action: Annotated[Action, Zh("改动方式")] = text_field("What happened to the row")
    resource: Annotated[str, Zh("数据集")] = text_field("Name of the resource that has the row")
    code: Annotated[str, Zh("代码")] = text_field("Code of the row")
    plan: Annotated[str | None, Zh("计划"), Refers("plan")] = text_field(
        "Code of the plan that the row belongs to, or whose file defines it", default=None
    )
    name_zh: Annotated[str | None, Zh("名称")] = text_field(
        "Name or title of the row in that release", default=None
    )
    name_en: Annotated[str | None, Zh("名称（英译）")] = text_field(
        "The same in English", default=None
    )
    field: Annotated[str | None, Zh("字段")] = text_field(
        "Name of the field; null where a whole row was added or removed", default=None
    )
    before: Annotated[str | None, Zh("改动前"), Long(), Typed("json")] = text_field(
        "What stood there before: a value of JSON; of a removed promise or result its figure, "
        "ready to print in Chinese",
        default=None,
    )
    after: Annotated[str | None, Zh("改动后"), Long(), Typed("json")] = text_field(
        "What stands there since: a value of JSON; of an added promise or result its figure, "
        "ready to print in Chinese",
        default=None,
    )


class Change(ChangeBase, table=True):
    """The log: derived from the clocks of all tables by the writer."""

    __table_args__ = (
        sa.CheckConstraint(
            "action IN (" + ", ".join(f"'{action}'" for action in Action) + ")", name="action"
        ),
        sa.CheckConstraint(f"length(code) BETWEEN 1 AND {CODE_LENGTH}", name="code"),
        sa.UniqueConstraint("release", "resource", "code", "field"),
    )
    row_id: int | None = Field(default=None, primary_key=True)


def _index(name: str, *order: str) -> None:
    table: sa.Table = Change.__table__  # type: ignore[attr-defined]
    sa.Index(f"ix_change_{name}", *in_order(table, order))


# The log is read from its end.
_index("order", "-release", "resource", "code")
_index("code", "code", "-release", "resource")
_index("plan", "plan", "-release", "resource", "code")
_index("resource", "resource", "-release", "code")
_index("material", "material", "-release", "resource", "code")


class ChangePublic(ChangeBase):
    """A change as it is published, with the release that made it."""

    released_at: Annotated[
        str, Zh("发布时间"), Typed("time"), Via("release", "time", "release", "release")
    ] = said("When that release was published, UTC")
    cause: Annotated[
        Cause, Zh("原因"), Filtered(), Via("release", "cause", "released_at", "release")
    ] = said("Why that release was made")
    note_zh: Annotated[
        str | None, Zh("说明"), Long(), Via("release", "note_zh", "after", "release")
    ] = said("Note of that release in Chinese", default=None)
    note_en: Annotated[
        str | None, Zh("说明（英文）"), Long(), Via("release", "note_en", "note_zh", "release")
    ] = said("Note of that release in English", default=None)
    by: Annotated[str | None, Zh("经办单位"), Via("release", "by", "note_en", "release")] = said(
        "The office that made it; null by default", default=None
    )
