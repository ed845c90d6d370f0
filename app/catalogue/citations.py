"""How records are quoted: what each says, and which document it rests on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.db import Snapshot
from app.formats.base import Row
from app.formats.citation import Citation
from app.formats.column import Column
from app.formats.day import day_of
from app.models.choices import Copy
from app.query import Resource, State
from app.query.select import Shape, rows_statement
from app.query.statement import padded
from app.resources import DOCUMENTS, INDICATORS, OBSERVATIONS, PLANS, TARGETS

COPIES_ZH = {
    Copy.ORIGINAL: "据{title}整理",
    Copy.OFFICIAL_COPY: "据{title}官方副本整理，非该局发布",
    Copy.THIRD_PARTY: "据{title}第三方预览本整理，非该局发布",
}
COPIES_EN = {
    Copy.ORIGINAL: "Compiled from “{title}”",
    Copy.OFFICIAL_COPY: "Compiled from an official copy of “{title}”, not published by the bureau",
    Copy.THIRD_PARTY: (
        "Compiled from a third-party preview of “{title}”, not published by the bureau"
    ),
}

INNER_MARKS = str.maketrans("《》", "〈〉")

Fields = dict[str, Any]
"""Some fields of a row, by name."""


@dataclass(frozen=True)
class _Origin:
    """What a record rests on."""

    zh: str | None = None
    en: str | None = None
    publisher: str | None = None
    is_copy: bool = False
    """Whether it is known from a copy that the issuer did not publish."""


@dataclass(frozen=True)
class _Told:
    """What a citation tells of a record."""

    zh: str
    en: str
    origin: _Origin


def citations_of(
    snapshot: Snapshot,
    resource: Resource,
    columns: Sequence[Column],
    rows: Sequence[Row],
    state: State,
) -> list[Citation]:
    """How each row is quoted, in the order of the rows: at most three statements for all.

    The resource is plans, indicators, targets or observations; of the columns only the code is
    needed. A row that is gone in the state (a list with `since` tells of some) is not quoted, since
    the address of that release has none.
    """
    if not rows:
        return []
    place = [column.name for column in columns].index("code")
    codes = [row[place] for row in rows]
    told = _TELL[resource.name](_Read(snapshot, state), codes)
    assert state.time
    released_on = day_of(state.time, state.zone)
    return [
        Citation(
            code=code,
            path=f"/v1/{resource.name}/{code}?release={state.number}",
            release=state.number,
            released_on=released_on,
            title_zh=told[code].zh,
            title_en=told[code].en,
            source_zh=told[code].origin.zh,
            source_en=told[code].origin.en,
            publisher=told[code].origin.publisher,
        )
        for code in codes
        if code in told
    ]


@dataclass(frozen=True)
class _Read:
    """Reads rows by their codes, as a state shows them."""

    snapshot: Snapshot
    state: State

    def rows(
        self, resource: Resource, names: tuple[str, ...], codes: Sequence[str], by: str = "code"
    ) -> dict[str, Fields]:
        """By code: some fields of the rows that have one of the codes in a field; one statement."""
        if not codes:
            return {}
        wanted = padded(codes)
        shape = Shape(
            resource=resource,
            columns=names,
            sort=("code",),
            filters=((by, len(wanted)),),
            past=self.state.past,
            limited=False,
        )
        values = {f"{by}_{place}": code for place, code in enumerate(wanted)}
        statement = rows_statement(shape, self.snapshot.dialect)
        found = statement.run(self.snapshot, {**values, "release": self.state.number})
        return {row[-1]: dict(zip(names, row[:-1], strict=True)) for row in found}

    def origins(self, documents: Sequence[str]) -> dict[str, _Origin]:
        """By code: what documents are, in words."""
        names = ("title_zh", "title_en", "copy", "publisher")
        return {
            code: _Origin(
                zh=COPIES_ZH[Copy(row["copy"])].format(title=_marked(row["title_zh"])),
                en=COPIES_EN[Copy(row["copy"])].format(title=row["title_en"] or row["title_zh"]),
                publisher=row["publisher"],
                is_copy=row["copy"] != Copy.ORIGINAL,
            )
            for code, row in self.rows(DOCUMENTS, names, documents).items()
        }


def _plans(read: _Read, codes: Sequence[str]) -> dict[str, _Told]:
    rows = read.rows(PLANS, ("title_zh", "title_en", "document"), codes)
    origins = read.origins([row["document"] for row in rows.values()])
    return {
        code: _Told(row["title_zh"], row["title_en"], origins[row["document"]])
        for code, row in rows.items()
    }


FIGURE = ("name_zh", "name_en", "value_text_zh", "value_text_en")
"""What a figure is and what it says, ready to print."""


def _targets(read: _Read, codes: Sequence[str]) -> dict[str, _Told]:
    rows = read.rows(TARGETS, (*FIGURE, "source_document"), codes)
    origins = read.origins([row["source_document"] for row in rows.values()])
    return {
        code: _Told(
            f"{row['name_zh']}：{row['value_text_zh']}",
            f"{row['name_en']}: {row['value_text_en']}",
            origins[row["source_document"]],
        )
        for code, row in rows.items()
    }


def _indicators(read: _Read, codes: Sequence[str]) -> dict[str, _Told]:
    """An indicator rests on the documents of all promises on it, the newest plan's first."""
    rows = read.rows(INDICATORS, ("name_zh", "name_en"), codes)
    names = ("indicator", "year", "source_document")
    targets = read.rows(TARGETS, names, codes, by="indicator").values()
    documents: dict[str, list[str]] = {}
    for target in sorted(targets, key=lambda target: -target["year"]):
        documents.setdefault(target["indicator"], []).append(target["source_document"])
    origins = read.origins([target["source_document"] for target in targets])
    return {
        code: _Told(
            row["name_zh"],
            row["name_en"],
            _together([origins[each] for each in dict.fromkeys(documents.get(code, ()))]),
        )
        for code, row in rows.items()
    }


NAMED = 2
"""So many documents are named one by one."""


def _together(origins: Sequence[_Origin]) -> _Origin:
    """Several documents as one origin: many are counted, and so are the copies among them."""
    publishers = dict.fromkeys(origin.publisher for origin in origins if origin.publisher)
    publisher = "、".join(publishers) if len(publishers) <= NAMED else None
    if len(origins) <= NAMED:
        zh, en = ([getattr(origin, name) for origin in origins] for name in ("zh", "en"))
        return _Origin("；".join(zh) or None, "; ".join(en) or None, publisher or None)
    copies = sum(origin.is_copy for origin in origins)
    warning_zh = f"，其中{copies}份为非该局发布的副本" if copies else ""
    warning_en = f", {copies} of them known from copies not published by the bureau"
    return _Origin(
        f"据{len(origins)}份文件整理{warning_zh}",
        f"Compiled from {len(origins)} documents{warning_en if copies else ''}",
        publisher or None,
    )


def _observations(read: _Read, codes: Sequence[str]) -> dict[str, _Told]:
    """A result rests on a source of its own, which is none of our documents."""
    rows = read.rows(OBSERVATIONS, (*FIGURE, "period", "source_title", "source_date"), codes)
    return {
        code: _Told(
            f"{row['name_zh']}：{row['value_text_zh']}（{row['period']}）",
            f"{row['name_en']}: {row['value_text_en']} ({row['period']})",
            _of_result(row["source_title"], row["source_date"]),
        )
        for code, row in rows.items()
    }


def _of_result(title: str, published: date | str | None) -> _Origin:
    zh, en = (f"（{published}）", f" ({published})") if published else ("", "")
    return _Origin(f"据{_marked(title)}{zh}整理", f"Compiled from “{title}”{en}")


def _marked(title: str) -> str:
    """A title in title marks, those inside it single (GB/T 15834): 《关于〈总结〉的说明》."""
    if title.startswith("《") and title.endswith("》"):
        return title
    return f"《{title.translate(INNER_MARKS)}》"


_TELL: dict[str, Callable[[_Read, Sequence[str]], dict[str, _Told]]] = {
    "plans": _plans,
    "indicators": _indicators,
    "targets": _targets,
    "observations": _observations,
}
"""By resource: what citations tell of its rows."""
