"""What a plan file can get wrong beyond its shape: codes, references, figures, places.

The checks walk the raw JSON, so that they also run on a file whose models found errors, and
everything is reported at once.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.models.choices import Measure, Unit
from app.publish.anchor import QUOTED_LISTS, at
from app.publish.complaint import Complaint, JsonPath, nearest
from app.publish.rows import (
    indicator_code,
    participation_code,
    target_codes,
    task_code,
    too_long,
)
from app.publish.wording import Measured

FIGURES = ("value", "value_upper", "baseline_value", "alternative_value", "alternative_value_upper")


@dataclass
class Known:
    """What other files and the database already have, by table: code → row or raw part."""

    codes: dict[str, set[str]] = field(default_factory=dict)
    measured: dict[str, Measured] = field(default_factory=dict)
    """Indicators by code."""

    def has(self, table: str, code: str) -> bool:
        """Whether a code exists."""
        return code in self.codes.get(table, ())

    def near(self, table: str, code: str) -> str | None:
        """The code that a wrong one most resembles."""
        return nearest(code, sorted(self.codes.get(table, ())))

    def add(self, table: str, code: str) -> None:
        """Take a code in."""
        self.codes.setdefault(table, set()).add(code)


def introduce(raw: Any, known: Known) -> None:
    """Take what a file defines into what is known."""
    issuer, plan = at(raw, ("plan", "issuer")), at(raw, ("plan", "code"))
    if isinstance(plan, str):
        known.add("plan", plan)
        for _, task in _tasks(raw):
            if isinstance(number := task.get("number"), int):
                known.add("task", task_code(plan, number))
    for _, body in _items(raw, ("bodies",)):
        if isinstance(code := body.get("code"), str):
            known.add("body", code)
    for _, indicator in _items(raw, ("indicators",)):
        if isinstance(slug := indicator.get("code"), str) and isinstance(issuer, str):
            code = indicator_code(issuer, slug)
            known.add("indicator", code)
            known.measured.pop(code, None)
            unit, measure = indicator.get("unit"), indicator.get("measure")
            if unit in list(Unit) and measure in list(Measure):
                known.measured[code] = Measured(Unit(unit), Measure(measure))


def complaints_of(raw: Any, known: Known) -> list[Complaint]:
    """Everything that is wrong in one file, given all that is known."""
    if not isinstance(raw, dict):
        return []
    checks = (_repeated, _references, _figures, _places, _codes)
    return [complaint for check in checks for complaint in check(raw, known)]


# --- walking ----------------------------------------------------------------------------------


def _items(raw: Any, path: JsonPath) -> Iterator[tuple[JsonPath, dict[str, Any]]]:
    found = at(raw, path)
    for number, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, dict):
            yield (*path, number), item


def _tasks(raw: Any) -> Iterator[tuple[JsonPath, dict[str, Any]]]:
    for area, _ in _items(raw, ("areas",)):
        yield from _items(raw, (*area, "tasks"))


def _inside(raw: Any, name: str) -> Iterator[tuple[JsonPath, dict[str, Any]]]:
    for task, _ in _tasks(raw):
        yield from _items(raw, (*task, name))


def _errata(raw: Any) -> Iterator[tuple[JsonPath, dict[str, Any]]]:
    yield from _items(raw, ("errata",))
    yield from _inside(raw, "errata")


# --- checks -----------------------------------------------------------------------------------


def _repeated(raw: Any, _known: Known) -> Iterator[Complaint]:
    yield from _twice(
        ((path, "code", (item.get("code"),)) for path, item in _items(raw, ("bodies",)))
    )
    yield from _twice(
        ((path, "code", (item.get("code"),)) for path, item in _items(raw, ("indicators",)))
    )
    yield from _twice(
        ((path, "number", (item.get("number"),)) for path, item in _items(raw, ("areas",)))
    )
    yield from _twice(((path, "number", (item.get("number"),)) for path, item in _tasks(raw)))
    yield from _twice(((path, "number", (item.get("number"),)) for path, item in _errata(raw)))
    yield from _twice(
        ((path, "code", (item.get("code"),)) for path, item in _inside(raw, "deliverables"))
    )
    yield from _twice(
        (
            (path, "relation", (item.get("relation"),))
            for path, item in _items(raw, ("document", "relations"))
        )
    )
    for task, _ in _tasks(raw):
        participations = _items(raw, (*task, "participations"))
        yield from _twice(
            ((path, "body", (item.get("body"), item.get("role"))) for path, item in participations)
        )
    yield from _repeated_targets(raw)


def _twice(entries: Iterator[tuple[JsonPath, str, tuple[Any, ...]]]) -> Iterator[Complaint]:
    first: dict[tuple[Any, ...], JsonPath] = {}
    for path, key, identity in entries:
        if any(not isinstance(part, str | int) for part in identity):
            continue
        if identity in first:
            yield _same((*path, key), identity[0], first[identity])
        first.setdefault(identity, path)


def _same(path: JsonPath, value: Any, first: JsonPath) -> Complaint:
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first)
    return Complaint(path, f"is already used at ${shown}", f"已在${shown}使用", value)


def _repeated_targets(raw: Any) -> Iterator[Complaint]:
    """Two promises on one indicator for one day, and promises whose codes would be the same."""
    year = at(raw, ("plan", "year"))
    end = at(raw, ("plan", "period_end")) or f"{year}-12-31"
    entries: list[tuple[str, str]] = []
    paths: list[JsonPath] = []
    for path, target in _inside(raw, "targets"):
        slug, due = target.get("indicator"), target.get("due") or end
        if isinstance(slug, str) and isinstance(due, str):
            entries.append((slug, due))
            paths.append(path)
    codes = target_codes("", [(slug, due[:4]) for slug, due in entries])
    first: dict[Any, JsonPath] = {}
    for path, entry, code in zip(paths, entries, codes, strict=True):
        same = first.get(entry, first.get(code))
        if same is not None:
            yield _same((*path, "indicator"), entry[0], same)
        first.setdefault(entry, path)
        first.setdefault(code, path)


def _references(raw: Any, known: Known) -> Iterator[Complaint]:
    issuer = at(raw, ("plan", "issuer"))
    yield from _refers(("plan", "issuer"), issuer, "body", known)
    yield from _refers(("plan", "continues"), at(raw, ("plan", "continues")), "plan", known)
    for path, body in _items(raw, ("bodies",)):
        yield from _refers((*path, "parent"), body.get("parent"), "body", known)
    for path, task in _tasks(raw):
        yield from _refers((*path, "continues"), task.get("continues"), "task", known)
    for path, part in _inside(raw, "participations"):
        yield from _refers((*path, "body"), part.get("body"), "body", known)
    for path, target in _inside(raw, "targets"):
        slug = target.get("indicator")
        if isinstance(slug, str) and isinstance(issuer, str):
            yield from _refers_to_indicator((*path, "indicator"), issuer, slug, known)


NAMES = {
    "body": ("body", "主体"),
    "plan": ("plan", "计划"),
    "task": ("task", "任务"),
    "indicator": ("indicator", "指标"),
}


def _refers(path: JsonPath, code: Any, table: str, known: Known) -> Iterator[Complaint]:
    if isinstance(code, str) and not known.has(table, code):
        en, zh = NAMES[table]
        near = known.near(table, code)
        yield Complaint(path, f"no such {en} is defined", f"没有定义这个{zh}", code, nearest=near)


def _refers_to_indicator(
    path: JsonPath, issuer: str, slug: str, known: Known
) -> Iterator[Complaint]:
    code = indicator_code(issuer, slug)
    for complaint in _refers(path, code, "indicator", known):
        near = (complaint.nearest or "").removeprefix(f"{issuer}-") or None
        yield Complaint(**{**vars(complaint), "value": slug, "nearest": near})


def _figures(raw: Any, known: Known) -> Iterator[Complaint]:
    issuer = at(raw, ("plan", "issuer"))
    for path, target in _inside(raw, "targets"):
        measured = known.measured.get(indicator_code(str(issuer), str(target.get("indicator"))))
        if measured != Measured(Unit.PERCENT, Measure.SHARE):
            continue
        for name in FIGURES:
            value = target.get(name)
            if isinstance(value, int | float) and not 0 <= value <= 100:
                yield Complaint(
                    (*path, name), "is a share in percent", "是百分比", value, ("0 … 100",)
                )


def _places(raw: Any, _known: Known) -> Iterator[Complaint]:
    length = at(raw, ("document", "body_characters"))
    whole = [0, length] if isinstance(length, int) else [0, 100_000_000]
    for key in ("body_characters", "body_sha256"):
        yield from _needed(("document", key), at(raw, ("document", key)))
    yield from _quoted_places(raw, (), whole)
    for area, part in _items(raw, ("areas",)):
        outer = yield from _span((*area, "at"), part.get("at"), whole)
        yield from _needed((*area, "section_zh"), part.get("section_zh"))
        for task, inner in _items(raw, (*area, "tasks")):
            span = yield from _span((*task, "at"), inner.get("at"), outer)
            for key in ("section_zh", "sha256"):
                yield from _needed((*task, key), inner.get(key))
            yield from _quoted_places(raw, task, span)


def _quoted_places(raw: Any, part: JsonPath, outer: list[int]) -> Iterator[Complaint]:
    for name in QUOTED_LISTS:
        for path, item in _items(raw, (*part, name)):
            passage = yield from _span((*path, "passage"), item.get("passage"), outer)
            span = yield from _span((*path, "at"), item.get("at"), passage)
            yield from _needed((*path, "sha256"), item.get("sha256"))
            quote = item.get("printed_zh" if name == "errata" else "quote")
            if (
                isinstance(quote, str)
                and _sound(item.get("at"))
                and span[1] - span[0] != len(quote)
            ):
                yield Complaint(
                    (*path, "at"),
                    f"spans {span[1] - span[0]} characters, but the quote has {len(quote)}",
                    f"跨{span[1] - span[0]}个字符，而引文有{len(quote)}个",
                    span,
                )


def _sound(span: Any) -> bool:
    return (
        isinstance(span, list)
        and len(span) == 2
        and all(type(end) is int for end in span)
        and span[0] < span[1]
    )


def _span(path: JsonPath, span: Any, outer: list[int]) -> Generator[Complaint, None, list[int]]:
    yield from _needed(path, span)
    if not _sound(span):
        return outer
    if span[0] < outer[0] or span[1] > outer[1]:
        yield Complaint(
            path,
            f"lies outside the passage around it, {outer[0]} to {outer[1]}",
            f"超出所在段落{outer[0]}至{outer[1]}",
            span,
        )
    return list(span)


def _needed(path: JsonPath, value: Any) -> Iterator[Complaint]:
    if value is None:
        yield Complaint(
            path,
            "is missing: `yaodian anchor` fills it in from the text",
            "缺少：请用yaodian anchor从文本填入",
        )


def _codes(raw: Any, _known: Known) -> Iterator[Complaint]:
    plan = str(at(raw, ("plan", "code")))
    issuer = str(at(raw, ("plan", "issuer")))
    made: list[tuple[JsonPath, str]] = []
    for path, item in _items(raw, ("indicators",)):
        made.append(((*path, "code"), indicator_code(issuer, str(item.get("code")))))
    for path, item in _inside(raw, "targets"):
        made.append(((*path, "indicator"), f"{plan}-{item.get('indicator')}-9999"))
    for path, item in _inside(raw, "deliverables"):
        made.append(((*path, "code"), f"{plan}-{item.get('code')}"))
    for task, part in _tasks(raw):
        code = task_code(plan, part.get("number") or 0)
        for path, item in _items(raw, (*task, "participations")):
            whole = participation_code(code, str(item.get("role")), str(item.get("body")))
            made.append(((*path, "body"), whole))
    for path, whole in made:
        if too_long(whole):
            yield Complaint(
                path,
                f"makes a code of {len(whole)} characters; at most 80 are allowed",
                f"组成的代码有{len(whole)}个字符，最多80个",
                whole,
            )
