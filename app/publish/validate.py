"""What a plan file can get wrong beyond its shape: codes, references, figures, places.

The checks walk the raw JSON, so that they also run on a file whose models found errors, and
everything is reported at once.
"""

from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.models.choices import Measure, Unit
from app.publish.anchor import QUOTED_LISTS, at
from app.publish.complaint import Complaint, JsonPath, nearest
from app.publish.plan_file import DATE
from app.publish.promise import promise_complaints
from app.publish.rows import (
    indicator_code,
    participation_code,
    target_codes,
    task_code,
    too_long,
)
from app.publish.wording import Measured

FIGURES = ("value", "value_upper", "baseline_value", "alternative_value", "alternative_value_upper")


def _nothing(_table: str, _code: str) -> Collection[str]:
    return ()


@dataclass
class Known:
    """What is there of the codes that some files refer to, and what these files define."""

    codes: dict[str, set[str]] = field(default_factory=dict)
    """By table."""
    measured: dict[str, Measured] = field(default_factory=dict)
    """Indicators by code."""
    around: Callable[[str, str], Collection[str]] = _nothing
    """Codes of a table in the database among which a wrong one may be meant."""

    def has(self, table: str, code: str) -> bool:
        """Whether a code exists."""
        return code in self.codes.get(table, ())

    def near(self, table: str, code: str) -> str | None:
        """The code that a wrong one most resembles."""
        return nearest(code, {*self.codes.get(table, ()), *self.around(table, code)})

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
    checks = (_repeated, _references, _circles, _plan, _gaps, _figures, _places, _codes)
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


def references(raw: Any) -> Iterator[tuple[JsonPath, str, str]]:
    """Each code that a file refers to: where, of which table, and the whole code."""
    issuer = at(raw, ("plan", "issuer"))
    named = [
        (("plan", "issuer"), "body", issuer),
        (("plan", "continues"), "plan", at(raw, ("plan", "continues"))),
        *(((*p, "parent"), "body", part.get("parent")) for p, part in _items(raw, ("bodies",))),
        *(((*p, "continues"), "task", part.get("continues")) for p, part in _tasks(raw)),
        *(((*p, "body"), "body", part.get("body")) for p, part in _inside(raw, "participations")),
    ]
    yield from ((path, table, code) for path, table, code in named if isinstance(code, str))
    for path, target in _inside(raw, "targets"):
        slug = target.get("indicator")
        if isinstance(slug, str) and isinstance(issuer, str):
            yield (*path, "indicator"), "indicator", indicator_code(issuer, slug)


def _references(raw: Any, known: Known) -> Iterator[Complaint]:
    issuer = at(raw, ("plan", "issuer"))
    for path, table, code in references(raw):
        if known.has(table, code):
            continue
        if table != "indicator":
            yield _unknown(path, table, code, known)
        # one unknown issuer would make every indicator an unknown one
        elif known.has("body", issuer):
            yield _unknown_indicator(path, issuer, code, known)


NAMES = {
    "body": ("body", "主体"),
    "plan": ("plan", "计划"),
    "task": ("task", "任务"),
    "indicator": ("indicator", "指标"),
}


def _unknown(path: JsonPath, table: str, code: str, known: Known) -> Complaint:
    en, zh = NAMES[table]
    near = known.near(table, code)
    return Complaint(path, f"no such {en} is defined", f"没有定义这个{zh}", code, nearest=near)


def _unknown_indicator(path: JsonPath, issuer: str, code: str, known: Known) -> Complaint:
    """In the words of the file, which leaves the issuer out."""
    complaint = _unknown(path, "indicator", code, known)
    slug, near = ((whole or "").removeprefix(f"{issuer}-") for whole in (code, complaint.nearest))
    return Complaint(**{**vars(complaint), "value": slug, "nearest": near or None})


def _circles(raw: Any, _known: Known) -> Iterator[Complaint]:
    """What continues itself, and bodies that belong to themselves."""
    plan = at(raw, ("plan", "code"))
    if isinstance(plan, str) and at(raw, ("plan", "continues")) == plan:
        yield Complaint(("plan", "continues"), "is the plan itself", "是该计划本身", plan)
    own = {task_code(str(plan), part.get("number") or 0) for _, part in _tasks(raw)}
    for path, task in _tasks(raw):
        if str(task.get("continues")) in own:
            yield Complaint(
                (*path, "continues"), "is of the same plan", "属于同一计划", task["continues"]
            )
    parents = {str(part.get("code")): part.get("parent") for _, part in _items(raw, ("bodies",))}
    for path, part in _items(raw, ("bodies",)):
        above, seen = part.get("parent"), [str(part.get("code"))]
        while isinstance(above, str) and above not in seen:
            seen.append(above)
            above = parents.get(above)
        if isinstance(above, str) and above == part.get("code"):
            yield Complaint(
                (*path, "parent"), "makes the body its own parent", "使主体成为自己的上级", above
            )


def _plan(raw: Any, _known: Known) -> Iterator[Complaint]:
    """What the parts of a plan must agree on: year, period, completeness, responsibility."""
    code, year = at(raw, ("plan", "code")), at(raw, ("plan", "year"))
    if isinstance(code, str) and type(year) is int and str(year) not in code.split("-"):
        yield Complaint(
            ("plan", "year"), "does not stand in the plan's code", "不在计划代码之中", year
        )
    start = _day(at(raw, ("plan", "period_start")), f"{year}-01-01")
    end = _day(at(raw, ("plan", "period_end")), f"{year}-12-31")
    if end < start:
        yield Complaint(
            ("plan", "period_end"), f"is before the start, {start}", f"早于起点{start}", end
        )
    if at(raw, ("document", "text_complete")) is False and at(raw, ("plan", "text_complete")) in (
        None,
        True,
    ):
        yield Complaint(
            ("plan", "text_complete"),
            "cannot be true where the document's text is not complete",
            "文件文本不完整时不能为true",
        )
    if type(year) is int and str(year) in str(code).split("-"):  # else all days seem to be wrong
        for path, target in _inside(raw, "targets"):
            yield from _due(path, target, start, end)
    for task, part in _tasks(raw):
        roles = [p.get("role") for _, p in _items(raw, (*task, "participations"))]
        if not part.get("responsibility_stated") and {"lead", "responsible"} & set(map(str, roles)):
            yield Complaint(
                (*task, "responsibility_stated"),
                "must be true where a body leads or is responsible",
                "有牵头或责任单位时须为true",
            )


def _gaps(raw: Any, _known: Known) -> Iterator[Complaint]:
    """An incomplete text says what is missing, a complete one does not."""
    parts = [((name,), at(raw, (name,))) for name in ("document", "plan")]
    for path, part in [*parts, *_tasks(raw)]:
        complete = part.get("text_complete", True) if isinstance(part, dict) else None
        if not isinstance(complete, bool):
            continue
        if any((part.get(name) is None) != complete for name in ("text_gap_zh", "text_gap_en")):
            yield Complaint(
                path,
                "text_gap_zh and text_gap_en are needed where text_complete is false, "
                "and only there",
                "text_complete为false时须写text_gap_zh和text_gap_en，否则不写",
            )


def _day(value: Any, usual: str) -> str:
    """A date as it is written, or the usual one where none is given, or none that is one."""
    return value if isinstance(value, str) and DATE.fullmatch(value) else usual


def _due(path: JsonPath, target: dict[str, Any], start: str, end: str) -> Iterator[Complaint]:
    due = _day(target.get("due"), "")
    if not due:
        return
    if due < start:
        yield Complaint(
            (*path, "due"), f"is before the plan's start, {start}", f"早于计划起点{start}", due
        )
    if target.get("due_basis") == "plan_period" and due != end:
        yield Complaint((*path, "due"), f"is not the plan's end, {end}", f"不是计划终点{end}", due)


def _figures(raw: Any, known: Known) -> Iterator[Complaint]:
    issuer = at(raw, ("plan", "issuer"))
    for path, target in _inside(raw, "targets"):
        yield from promise_complaints(path, target)
        measured = known.measured.get(indicator_code(str(issuer), str(target.get("indicator"))))
        for name in FIGURES:
            value = target.get(name)
            if measured and isinstance(value, int | float) and not isinstance(value, bool):
                yield from _in_unit((*path, name), value, measured)


def _in_unit(path: JsonPath, value: float, measured: Measured) -> Iterator[Complaint]:
    if measured == Measured(Unit.PERCENT, Measure.SHARE):
        if not 0 <= value <= 100:
            yield Complaint(path, "is a share in percent", "是百分比", value, ("0 … 100",))
    elif measured.unit not in (Unit.PERCENT, Unit.CNY) and (value < 0 or value != int(value)):
        yield Complaint(
            path, f"counts {measured.unit.en}: a whole number", "是计数：须为非负整数", value
        )


def _places(raw: Any, _known: Known) -> Iterator[Complaint]:
    length = at(raw, ("document", "body_characters"))
    if length is None and at(raw, ("document", "body_sha256")) is None:
        yield Complaint(
            ("document",),
            "has no anchors yet: run `yaodian anchor FILE --text DOCUMENT`",
            "尚未定位：请运行`yaodian anchor FILE --text 文件`",
        )
        return
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
