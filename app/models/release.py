"""Releases: the second clock."""

from typing import Annotated

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import TEXT, Count, Long, Typed, Zh, said, text_field
from app.models.choices import Cause


class ReleaseBase(SQLModel):
    """One publication of changes, with its one cause."""

    number: Annotated[int, Zh("版次")] = said("1, 2, 3 … without gaps")
    time: Annotated[str, Zh("发布时间"), Typed("time")] = text_field(
        "Moment of publication in UTC: 2026-11-24T02:00:00.000Z"
    )
    cause: Annotated[Cause, Zh("原因")] = text_field("Why the release was made")
    note_zh: Annotated[str | None, Zh("说明"), Long()] = text_field("Note in Chinese", default=None)
    note_en: Annotated[str | None, Zh("说明（英文）"), Long()] = text_field(
        "Note in English", default=None
    )
    by: Annotated[str | None, Zh("经办单位")] = text_field(
        "The office that made it; null by default", default=None
    )
    added: Annotated[int, Zh("新增行数")] = said("Rows that were not there before")
    changed: Annotated[int, Zh("更改行数")] = said("Rows that read differently than before")
    removed: Annotated[int, Zh("移除行数")] = said("Rows that are no longer there")
    resources: Annotated[str, Zh("涉及的数据集")] = text_field(
        "Names of the resources whose rows may read differently, separated by spaces; a mirror "
        "asks these for `since`"
    )


class Release(ReleaseBase, table=True):
    """Releases."""

    __table_args__ = (
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("length(time) = 24", name="time"),
        sa.CheckConstraint(
            "cause IN (" + ", ".join(f"'{cause}'" for cause in Cause) + ")", name="cause"
        ),
        sa.UniqueConstraint("time"),
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


class Takedown(SQLModel, table=True):
    """Rows whose content the law demanded to be removed, with the release that tells so."""

    release: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    resource: str = Field(primary_key=True, sa_type=TEXT)
    code: str = Field(primary_key=True, sa_type=TEXT)


class ReleasePublic(ReleaseBase):
    """A release as it is published."""

    blanked: Annotated[int, Zh("依法删除内容的行数"), Count("takedown", "release", "removed")] = (
        said(
            "Rows whose content was removed from all releases because the law demanded it: the "
            "only case in which a past release reads differently"
        )
    )
