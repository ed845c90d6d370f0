"""Plan against plan: which tasks and targets were kept, changed, added or dropped.

Targets are matched by their indicator, tasks by what the later one says it continues. A text
that is not whole leaves open what may stand in its missing part.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.db import Snapshot
from app.formats.base import Row
from app.history.ambition import Judgement, ambition_of
from app.models.base import columns_of
from app.models.choices import (
    Compared,
    Continuity,
    Direction,
    Measure,
)
from app.models.diff import DiffRow, FieldChange
from app.query.declare import Resource
from app.query.fetch import Lists, fetch_one
from app.query.request import Reason, bad_value
from app.query.select import Shape, rows_statement
from app.query.state import State
from app.resources import INDICATORS, PLANS, TARGETS, TASKS

Part = Mapping[str, Any]
"""A task or a target: its fields by name, days as text."""

Matched = tuple[Part | None, Part | None]
"""A part as it was and as it is; None where the plan does not have it."""

SAME_PLAN = Reason(
    "same_plan", "is the plan that it would be compared with", "就是与之比较的计划本身"
)

TASK_FIELDS = ("title_zh", "area_title_zh", "responsibility_stated")
"""Fields of tasks that are compared."""

DAYS = ("due", "alternative_due")

TARGET_FIELDS = (
    "value", "value_upper", "value_status", "met_if", "floor_stated", "commitment", "due",
    "baseline_value", "alternative_value", "alternative_value_upper", "alternative_due",
)  # fmt: skip
"""Fields of targets that are compared; those of `DAYS` by their distance from the plan's year."""

TASK_READ = (
    "code", "year", "title_zh", "title_en", "area_title_zh", "responsibility_stated", "continues",
    "text_complete",
)  # fmt: skip
TARGET_READ = (
    "code", "year", "indicator", "name_zh", "name_en", "unit", "measure", "value_text_zh",
    "value_text_en", *TARGET_FIELDS,
)  # fmt: skip


@dataclass(frozen=True)
class Diff:
    """Two plans compared."""

    rows: list[Row]
    """In the order of `DiffRow`'s columns: tasks, then targets, as the later text runs, then what
    was dropped, as the earlier one runs."""
    nested: Lists
    """`changes`: for each row the fields that differ."""
    note_zh: str | None
    """Which text is not whole, and what that leaves open."""
    note_en: str | None


@dataclass(frozen=True)
class Doubt:
    """Why something is open, in one sentence."""

    zh: str
    en: str


@dataclass(frozen=True)
class Side:
    """One of the two plans with its tasks and targets, as its text runs."""

    plan: Part
    tasks: Sequence[Part]
    targets: Sequence[Part]

    @cached_property
    def whole(self) -> bool:
        """Whether the text that was read is complete."""
        return all(part["text_complete"] for part in (self.plan, *self.tasks))


def diff(snapshot: Snapshot, before: str, after: str, state: State) -> Diff:
    """What became of the parts of plan `before` in plan `after`, both as of a state.

    Raises NotFound or Withdrawn where a plan is not there, InvalidValue for one and the same.
    """
    if before == after:
        raise bad_value("path", "after", after, SAME_PLAN)
    old, new = (_read(snapshot, code, state) for code in (before, after))
    directions = _directions(snapshot, after, state)
    pairs = [
        *_match(old.tasks, new.tasks, _continued(old.tasks, new.tasks)),
        *_match(old.targets, new.targets, _same_indicator(old.targets, new.targets)),
    ]
    found = [_row(pair, directions, _open(pair, old, new)) for pair in pairs]
    doubts = _doubts(old, new)
    return Diff(
        rows=[row for row, _ in found],
        nested={"changes": (columns_of(FieldChange), [changes for _, changes in found])},
        note_zh="".join(doubt.zh for doubt in doubts) or None,
        note_en=" ".join(doubt.en for doubt in doubts) or None,
    )


# --- reading ----------------------------------------------------------------------------------


def _read(snapshot: Snapshot, code: str, state: State) -> Side:
    row = fetch_one(snapshot, PLANS, code, state, with_lists=False).row
    plan = dict(zip(PLANS.column, row, strict=True))
    tasks = _parts(snapshot, TASKS, TASK_READ, ("number", "code"), code, state)
    targets = _parts(snapshot, TARGETS, TARGET_READ, ("quote_start", "code"), code, state)
    return Side(plan, [_like_a_target(task) for task in tasks], targets)


def _parts(
    snapshot: Snapshot,
    resource: Resource,
    columns: tuple[str, ...],
    sort: tuple[str, ...],
    plan: str,
    state: State,
) -> list[Part]:
    """The rows of a resource that have to do with a plan, in order."""
    shape = Shape(
        resource=resource,
        columns=columns,
        sort=sort,
        filters=(("plan", 1),),
        past=state.past,
        limited=False,
    )
    values = {"plan_0": plan, "release": state.number}
    found = rows_statement(shape, snapshot.dialect).run(snapshot, values)
    return [_with_days_as_text(dict(zip(columns, row, strict=False))) for row in found]


def _with_days_as_text(part: dict[str, Any]) -> Part:
    """One database gives days, the other their text."""
    return part | {name: str(part[name]) for name in DAYS if part.get(name) is not None}


def _like_a_target(task: Part) -> Part:
    """A task that has its title where a target has its name and its promise."""
    zh, en = task["title_zh"], task["title_en"]
    return {**task, "name_zh": zh, "name_en": en, "value_text_zh": zh, "value_text_en": en}


def _directions(snapshot: Snapshot, plan: str, state: State) -> dict[str, Direction]:
    """Which way each indicator of a plan should move."""
    columns = ("code", "desired_direction")
    found = _parts(snapshot, INDICATORS, columns, ("code",), plan, state)
    return {part["code"]: Direction(part["desired_direction"]) for part in found}


# --- matching ---------------------------------------------------------------------------------


def _match(
    before: Sequence[Part], after: Sequence[Part], partners: Mapping[str, Part]
) -> list[Matched]:
    """Each part of the later plan with its partner, then the parts of the earlier one without."""
    matched = {old["code"] for old in partners.values()}
    return [
        *((partners.get(new["code"]), new) for new in after),
        *((old, None) for old in before if old["code"] not in matched),
    ]


def _continued(before: Sequence[Part], after: Sequence[Part]) -> dict[str, Part]:
    """The task that each later task says it continues; several may continue one."""
    by_code = {old["code"]: old for old in before}
    return {new["code"]: by_code[new["continues"]] for new in after if new["continues"] in by_code}


def _same_indicator(before: Sequence[Part], after: Sequence[Part]) -> dict[str, Part]:
    """The target on the same indicator; of several, the one due first goes with the first."""
    waiting = defaultdict[str, list[Part]](list)
    for old in _by_due(before):
        waiting[old["indicator"]].append(old)
    return {
        new["code"]: waiting[new["indicator"]].pop(0)
        for new in _by_due(after)
        if waiting[new["indicator"]]
    }


def _by_due(targets: Iterable[Part]) -> list[Part]:
    return sorted(targets, key=lambda target: (target["due"], target["code"]))


# --- rows -------------------------------------------------------------------------------------


def _row(
    pair: Matched, directions: Mapping[str, Direction], doubt: Doubt | None
) -> tuple[Row, list[Row]]:
    """A row, and the fields that differ."""
    old, new = (part or {} for part in pair)
    shown = new or old
    changes, ambition = _changes(pair), _ambition(pair, directions)
    values = {
        "resource": Compared.TARGETS if "indicator" in shown else Compared.TASKS,
        "result": _result(pair, bool(changes)),
        "before": old.get("code"),
        "after": new.get("code"),
        **{name: shown.get(name) for name in ("indicator", "name_zh", "name_en", "unit")},
        "changed_fields": " ".join(field for field, _, _ in changes) or None,
        **_told("before", old),
        **_told("after", new),
        "ambition": ambition and ambition[0],
        "ambition_reason": ambition and ambition[1],
        "open": doubt is not None,
        "open_zh": doubt and doubt.zh,
        "open_en": doubt and doubt.en,
    }
    return tuple(values[column.name] for column in columns_of(DiffRow)), changes


def _told(when: str, part: Part) -> dict[str, Any]:
    """What one of the two plans says."""
    return {
        f"{when}_value": part.get("value"),
        f"{when}_text_zh": part.get("value_text_zh"),
        f"{when}_text_en": part.get("value_text_en"),
        f"{when}_commitment": part.get("commitment"),
    }


def _result(pair: Matched, changed: bool) -> Continuity:
    old, new = pair
    if old is None:
        return Continuity.ADDED
    if new is None:
        return Continuity.DROPPED
    return Continuity.CHANGED if changed else Continuity.KEPT


def _changes(pair: Matched) -> list[Row]:
    """The fields that differ, with what stands in either plan."""
    old, new = pair
    if old is None or new is None:
        return []
    return [
        (name, old[name], new[name])
        for name in (TARGET_FIELDS if "indicator" in new else TASK_FIELDS)
        if _compared(old, name) != _compared(new, name)
    ]


def _compared(part: Part, name: str) -> Any:
    """What is compared of a field: of a day, how many years behind its plan's it lies."""
    value = part[name]
    if name not in DAYS or value is None:
        return value
    year, _, month_and_day = value.partition("-")
    return int(year) - part["year"], month_and_day


def _ambition(pair: Matched, directions: Mapping[str, Direction]) -> Judgement | None:
    """Whether more is promised; None for tasks and for what only one plan has."""
    old, new = pair
    if old is None or new is None or "indicator" not in new:
        return None
    return ambition_of(old, new, directions[new["indicator"]], Measure(new["measure"]))


# --- what a text that is not whole leaves open --------------------------------------------------


def _doubt(side: Side, zh: str, en: str) -> Doubt | None:
    """What follows where the text of a plan is not whole."""
    if side.whole:
        return None
    return Doubt(
        f"《{side.plan['title_zh']}》的所据文本不完整，{zh}。",
        f"The text of {side.plan['title_en']} that was read is incomplete: {en}.",
    )


def _doubts(before: Side, after: Side) -> list[Doubt]:
    """What must be known of the whole comparison."""
    added = (
        "列为新增的，可能早已写在缺失的部分",
        "what counts as added may have stood in the missing part",
    )
    dropped = (
        "列为不再出现的，可能仍在缺失的部分",
        "what counts as dropped may stand in the missing part",
    )
    found = (_doubt(before, *added), _doubt(after, *dropped))
    return [doubt for doubt in found if doubt]


def _open(pair: Matched, before: Side, after: Side) -> Doubt | None:
    """Why it is open what became of a part."""
    old, new = pair
    if new is None:
        return _doubt(after, "此项可能仍在缺失的部分", "this may stand in the missing part")
    if old is None:
        return _doubt(
            before, "此项可能早已写在缺失的部分", "this may have stood in the missing part"
        )
    # Targets are sentences: only tasks can be incomplete themselves.
    broken = [part["code"] for part in (old, new) if not part.get("text_complete", True)]
    if not broken:
        return None
    return Doubt(
        f"{'、'.join(broken)}的所据文本不完整，可能还有看不到的变化。",
        f"The text of {' and '.join(broken)} that was read is incomplete: more may have changed "
        "than can be seen.",
    )
