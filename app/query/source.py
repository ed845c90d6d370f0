"""What the rows of a release rest on, for its attribution."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.db import Snapshot, dialect_named
from app.models import metadata
from app.models.choices import Copy
from app.query.select import alive
from app.query.state import State
from app.query.statement import compiled


@dataclass(frozen=True)
class Source:
    """How many documents a release rests on, and the title where it is one."""

    documents: int
    originals: int
    title: str | None
    official: int = 0
    """Copies on another official site; all others are third parties' copies."""

    def attribution_zh(self, release: int, license_name: str) -> str:
        """The line that a reuser prints, in Chinese."""
        if release == 0:
            return f"要点（Yaodian），尚未发布数据，{license_name}"
        return f"要点（Yaodian）第{release}版，据{self._origin_zh()}，{license_name}"

    def _origin_zh(self) -> str:
        if self.documents == 1 and self.title:
            copy = "官方副本" if self.official else "第三方预览本"
            doubt = "" if self.originals else f"{copy}整理，非该局发布"
            return f"《{self.title}》{doubt or '整理'}"
        others = self.documents - self.originals
        doubt = f"，其中{others}份为非原发布者提供的副本" if others else ""
        return f"{self.documents}份文件整理{doubt}"

    def attribution_en(self, release: int, license_name: str) -> str:
        """The line that a reuser prints, in English."""
        if release == 0:
            return f"Yaodian, nothing published yet; {license_name}"
        return f"Yaodian, release {release}, from {self._origin_en()}; {license_name}"

    def _origin_en(self) -> str:
        if self.documents == 1 and self.title:
            if self.originals:
                return "the published plan"
            copy = "an official copy" if self.official else "a third-party preview"
            return f"{copy} of the plan; not published by the bureau"
        others = self.documents - self.originals
        copies = "a copy" if others == 1 else "copies"
        doubt = f", {others} of them {copies} not published by the issuer" if others else ""
        return f"{self.documents} document{'s' if self.documents > 1 else ''}{doubt}"


def sources_of(snapshot: Snapshot, state: State) -> Source:
    """What a release rests on."""
    table = metadata.tables["document"]
    original, official = (
        sa.func.coalesce(sa.func.sum(sa.case((table.c["copy"] == sa.literal(kind), 1), else_=0)), 0)
        for kind in (Copy.ORIGINAL.value, Copy.OFFICIAL_COPY.value)
    )
    select = sa.select(sa.func.count(), original, sa.func.min(table.c.title_zh), official)
    select = select.where(alive(table, past=True))
    rows = compiled(select, dialect_named(snapshot.dialect), ()).run(
        snapshot, {"release": state.number}
    )
    return Source(*rows[0])
