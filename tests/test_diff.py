"""Plan against plan: ambition by a table worked out by hand, and whole comparisons of two plans."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.db import Readers, closing, snapshot
from app.errors import InvalidValue, NotFound
from app.history.ambition import ambition_of
from app.history.diff import Diff, diff
from app.models.base import columns_of
from app.models.choices import Cause, Direction, Measure
from app.models.diff import DiffRow, FieldChange
from app.publish.plans import import_plans
from app.publish.writer import Orders
from app.query.state import state_of_release
from tests.plans import anchored, body, indicator, plan, saved, target, task

Row = dict[str, Any]

# --- which of two promises asks for more ---


def promise(value: float | None, met_if: str = "at_least", **more: Any) -> Row:
    return {
        "value": value,
        "value_upper": None,
        "met_if": met_if,
        "commitment": "firm",
        "baseline_value": None,
        "alternative_value": None,
        "alternative_value_upper": None,
        **more,
    }


def strive(value: float | None, met_if: str = "at_least", **more: Any) -> Row:
    return promise(value, met_if, commitment="strive", **more)


def between(low: float, high: float, **more: Any) -> Row:
    return promise(low, "between", value_upper=high, **more)


def up(value: float, baseline: float | None = None) -> Row:
    return promise(value, "increase_by", baseline_value=baseline)


def down(value: float, baseline: float | None = None) -> Row:
    return promise(value, "decrease_by", baseline_value=baseline)


COUNTIES = {"alternative_value": 1, "alternative_value_upper": 2}

UNQUANTIFIED = "unclear not_quantified"
COMPARATORS = "unclear comparators_differ"
AGAINST = "unclear against_direction"
BASELINES = "unclear baselines_differ"
OPPOSITE = "unclear value_and_commitment_differ"
READINGS = "unclear readings_differ"

INCREASE: list[tuple[Row, Row, str]] = [
    # figures
    (promise(60), promise(60), "same"),
    (promise(60), promise(60.1), "more"),
    (promise(60), promise(59.9), "less"),
    (promise(0), promise(1), "more"),
    (promise(0), promise(0), "same"),
    (promise(-1), promise(-2), "less"),
    # a result of 60 meets all of these, and nothing less does
    (promise(60), promise(60, "equal"), "same"),
    (promise(60, "equal"), between(60, 70), "same"),
    (between(60, 70), promise(60), "same"),
    (between(60, 70), between(60, 80), "same"),
    (between(60, 70), between(61, 65), "more"),
    (between(60, 70), promise(65, "equal"), "more"),
    (between(60, 70), promise(59), "less"),
    # a cap on what should grow asks for no result
    (promise(60, "at_most"), promise(60, "at_most"), "same"),
    (promise(60, "at_most"), promise(70, "at_most"), AGAINST),
    (promise(60, "at_most"), promise(60), COMPARATORS),
    (promise(60), promise(60, "at_most"), COMPARATORS),
    (promise(60, "at_most"), strive(60, "at_most"), "less"),
    # changes
    (up(3), up(3), "same"),
    (up(3), up(4), "more"),
    (up(3), up(2), "less"),
    (down(3), down(4), "less"),
    (down(3), down(2), "more"),
    (up(3), down(3), "less"),
    (down(3), up(1), "more"),
    (up(3, 60), up(4, 60), "more"),
    (up(3, 60), up(4), "more"),
    (up(3), up(4, 60), "more"),
    (up(3, 60), up(3, 61), BASELINES),
    (up(3, 60), up(4, 61), BASELINES),
    (promise(60, baseline_value=50), promise(61, baseline_value=60), "more"),
    (up(3), promise(3), COMPARATORS),
    (promise(3), down(3), COMPARATORS),
    # firmness
    (promise(60), strive(60), "less"),
    (strive(60), promise(60), "more"),
    (strive(60), strive(60), "same"),
    (strive(60), strive(61), "more"),
    (promise(60), strive(59), "less"),
    (strive(60), promise(61), "more"),
    (promise(60), strive(61), OPPOSITE),
    (strive(60), promise(59), OPPOSITE),
    (promise(60, "at_most"), strive(61), COMPARATORS),
    # no number
    (promise(None), promise(60), UNQUANTIFIED),
    (promise(60), promise(None), UNQUANTIFIED),
    (promise(None), promise(None), UNQUANTIFIED),
    (promise(None), strive(None), UNQUANTIFIED),
    (promise(None, **COUNTIES), promise(60), UNQUANTIFIED),
    # second readings: 12, or 1 to 2
    (promise(12, **COUNTIES), promise(13), "more"),
    (promise(12, **COUNTIES), promise(12), READINGS),
    (promise(12, **COUNTIES), promise(5), READINGS),
    (promise(12, **COUNTIES), promise(0), "less"),
    (promise(12, **COUNTIES), promise(12, **COUNTIES), READINGS),
    (promise(13), promise(12, **COUNTIES), "less"),
    (promise(12), promise(12, **COUNTIES), READINGS),
    (promise(12, **COUNTIES), strive(0), "less"),
    (promise(12, **COUNTIES), strive(13), OPPOSITE),
    (promise(12, **COUNTIES), strive(12), READINGS),
    (promise(12, **COUNTIES), up(3), COMPARATORS),
    (promise(12, "at_most", **COUNTIES), promise(12, "at_most"), READINGS),
    (promise(12, alternative_value=12), promise(12), "same"),
    (between(12, 20, **COUNTIES), between(1, 2), READINGS),
    (between(12, 20, **COUNTIES), between(0.5, 9), "less"),
]

DECREASE: list[tuple[Row, Row, str]] = [
    (promise(60, "at_most"), promise(60, "at_most"), "same"),
    (promise(60, "at_most"), promise(50, "at_most"), "more"),
    (promise(60, "at_most"), promise(70, "at_most"), "less"),
    (promise(60, "at_most"), strive(60, "at_most"), "less"),
    (promise(60, "at_most"), strive(50, "at_most"), OPPOSITE),
    (promise(60, "at_most"), promise(60, "equal"), "same"),
    (between(50, 60), promise(60, "at_most"), "same"),
    (between(50, 60), between(40, 60), "same"),
    (between(50, 60), between(50, 55), "more"),
    (between(50, 60), promise(61, "equal"), "less"),
    (promise(60), promise(60), "same"),
    (promise(60), promise(50), AGAINST),
    (promise(60), promise(60, "at_most"), COMPARATORS),
    (down(3), down(4), "more"),
    (down(3), down(2), "less"),
    (up(3), up(4), "less"),
    (up(3), up(2), "more"),
    (up(3), down(1), "more"),
    (down(3, 60), down(3, 50), BASELINES),
    (promise(0, "at_most"), promise(0, "at_most"), "same"),
    (promise(12, "at_most", **COUNTIES), promise(0, "at_most"), "more"),
    (between(12, 20, **COUNTIES), between(1, 2), READINGS),
    (between(12, 20, alternative_value=5), between(1, 5), READINGS),
    (between(12, 20, alternative_value=5), between(1, 4), "more"),
]


def said_of(before: Row, after: Row, direction: str, measure: str = "share") -> str:
    ambition, reason = ambition_of(before, after, Direction(direction), Measure(measure))
    return f"{ambition} {reason}" if reason else str(ambition)


@pytest.mark.parametrize(("before", "after", "expected"), INCREASE)
def test_ambition_where_more_is_better(before: Row, after: Row, expected: str) -> None:
    assert said_of(before, after, "increase") == expected


@pytest.mark.parametrize(("before", "after", "expected"), DECREASE)
def test_ambition_where_less_is_better(before: Row, after: Row, expected: str) -> None:
    assert said_of(before, after, "decrease") == expected


TURNED = {"more": "less", "less": "more"}


@pytest.mark.parametrize(
    ("before", "after", "expected", "direction"),
    [*((*case, "increase") for case in INCREASE), *((*case, "decrease") for case in DECREASE)],
)
def test_the_other_way_round(before: Row, after: Row, expected: str, direction: str) -> None:
    assert said_of(after, before, direction) == TURNED.get(expected, expected)


def test_baselines_do_not_matter_to_an_increment() -> None:
    assert said_of(up(3, 60), up(4, 61), "increase", "increment") == "more"
    for measure in ("share", "stock", "flow", "rank"):
        assert said_of(up(3, 60), up(4, 61), "increase", measure) == BASELINES


figures = st.integers(-3, 3)


@given(low=figures, high=figures, firm=st.booleans(), direction=st.sampled_from(Direction))
def test_more_is_what_fewer_results_meet(
    low: int, high: int, firm: bool, direction: Direction
) -> None:
    """Another route: count the results from -9 to 9 that meet either promise."""
    met_if = "at_least" if direction == Direction.INCREASE else "at_most"
    met = {
        value: sum(x >= value if met_if == "at_least" else x <= value for x in range(-9, 10))
        for value in (low, high)
    }
    expected = "more" if met[high] < met[low] else "less" if met[high] > met[low] else "same"
    made = promise if firm else strive
    assert said_of(made(low, met_if), made(high, met_if), direction) == expected


# --- whole comparisons, on both databases ---

NAMES = [column.name for column in columns_of(DiffRow)]
GAP = {"text_complete": False, "text_gap_zh": "其后不明。", "text_gap_en": "The rest is unknown."}

INDICATORS = [
    *(indicator(slug) for slug in ("x", "y", "z", "w", "v", "m", "n")),
    indicator("p", desired_direction="decrease", unit="person", measure="stock"),
]


TITLES = {
    number: {"title_zh": f"推进{han}", "title_en": han} for number, han in enumerate("甲乙丙丁", 1)
}


def plan_2023(**more: Any) -> Row:
    masked = target("n", None, value_status="redacted", quote="n达到XX%")
    return plan(
        "aa-2023",
        [
            task(1, [target("x", 60), target("y", 50)], **TITLES[1]),
            task(
                2,
                [target("z", 40), target("m", 20, due="2025-12-31"), target("m", 10)],
                **TITLES[2],
            ),
            task(3, [target("w", 30), masked], **TITLES[3]),
            task(4, [target("p", 9, met_if="at_most", quote="p不超过9人")], **TITLES[4]),
        ],
        [body("aa")],
        INDICATORS,
        year=2023,
        **more,
    )


def plan_2024(**more: Any) -> Row:
    return plan(
        "aa-2024",
        [
            task(1, [target("z", 45)], continues="aa-2023-t2", **TITLES[2]),
            task(
                2,
                [target("y", 50, commitment="strive"), target("x", 55)],
                continues="aa-2023-t1",
                title_zh="另起新题",
                title_en="A new title",
            ),
            task(3, [target("m", 10), target("v", 5)], continues="aa-2023-t1", **TITLES[1]),
            task(4, [target("n", 70)]),
            task(
                5,
                [target("p", 7, met_if="at_most", quote="p不超过7人")],
                continues="aa-2023-t4",
                responsibility_stated=True,
                **TITLES[4],
            ),
        ],
        [body("aa")],
        INDICATORS,
        year=2024,
        **more,
    )


def publish(engine: sa.Engine, folder: Path, *raws: Row, cause: Cause | None = None) -> None:
    """Plan files, each as a release of its own."""
    for raw in raws:
        path = saved(folder / "plan.json", anchored(raw))
        outcome = import_plans(engine, [path], Orders(cause=cause), lambda _en, _zh: None)
        assert outcome.release


def compared(url: str, before: str, after: str, release: int | None = None) -> Diff:
    with (
        closing(Readers(url)) as engine,
        snapshot(engine) as seen,
    ):
        return diff(seen, before, after, state_of_release(seen, release))


def rows_of(found: Diff) -> list[Row]:
    return [dict(zip(NAMES, row, strict=True)) for row in found.rows]


def the_row(found: Diff, code: str) -> Row:
    """The row of a code of either plan."""
    (row,) = (row for row in rows_of(found) if code in (row["before"], row["after"]))
    return row


def changes_of(found: Diff, code: str) -> list[tuple[Any, ...]]:
    """What differs, of the row of a code of either plan."""
    _, lists = found.nested["changes"]
    (changes,) = (
        inner
        for row, inner in zip(rows_of(found), lists, strict=True)
        if code in (row["before"], row["after"])
    )
    return changes


def test_two_plans(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    publish(engine, tmp_path, plan_2023(), plan_2024())
    found = compared(url, "aa-2023", "aa-2024")
    seen = [
        (
            f"{row['resource']} {row['result']}",
            (row["before"] or "").removeprefix("aa-2023-"),
            (row["after"] or "").removeprefix("aa-2024-"),
            row["changed_fields"],
            row["ambition"],
        )
        for row in rows_of(found)
    ]
    assert seen == [
        ("tasks kept", "t2", "t1", None, None),
        ("tasks changed", "t1", "t2", "title_zh", None),
        ("tasks kept", "t1", "t3", None, None),
        ("tasks added", "", "t4", None, None),
        ("tasks changed", "t4", "t5", "responsibility_stated", None),
        ("tasks dropped", "t3", "", None, None),
        ("targets changed", "z", "z", "value", "more"),
        ("targets changed", "y", "y", "commitment", "less"),
        ("targets changed", "x", "x", "value", "less"),
        # Of two on one indicator the one due first goes on, though it stands second.
        ("targets kept", "m-2023", "m", None, "same"),
        ("targets added", "", "v", None, None),
        ("targets changed", "n", "n", "value value_status", "unclear"),
        ("targets changed", "p", "p", "value", "more"),
        ("targets dropped", "m", "", None, None),
        ("targets dropped", "w", "", None, None),
    ]
    assert not any(row["open"] for row in rows_of(found))
    assert (found.note_zh, found.note_en) == (None, None)


def test_whole_rows(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    publish(engine, tmp_path, plan_2023(), plan_2024())
    found = compared(url, "aa-2023", "aa-2024")
    assert the_row(found, "aa-2024-y") == {
        "resource": "targets",
        "result": "changed",
        "before": "aa-2023-y",
        "after": "aa-2024-y",
        "indicator": "aa-y",
        "name_zh": "指标y",
        "name_en": "Indicator y",
        "changed_fields": "commitment",
        "before_value": 50,
        "after_value": 50,
        "unit": "percent",
        "before_text_zh": "达到50%",
        "before_text_en": "reach 50%",
        "after_text_zh": "力争50%",
        "after_text_en": "aim for 50%",
        "before_commitment": "firm",
        "after_commitment": "strive",
        "ambition": "less",
        "ambition_reason": None,
        "open": False,
        "open_zh": None,
        "open_en": None,
    }
    nothing = dict.fromkeys(NAMES)
    assert the_row(found, "aa-2024-t2") == {
        **nothing,
        "resource": "tasks",
        "result": "changed",
        "before": "aa-2023-t1",
        "after": "aa-2024-t2",
        "name_zh": "另起新题",
        "name_en": "A new title",
        "changed_fields": "title_zh",
        "before_text_zh": "推进甲",
        "before_text_en": "甲",
        "after_text_zh": "另起新题",
        "after_text_en": "A new title",
        "open": False,
    }
    assert the_row(found, "aa-2023-w") == {
        **nothing,
        "resource": "targets",
        "result": "dropped",
        "before": "aa-2023-w",
        "indicator": "aa-w",
        "name_zh": "指标w",
        "name_en": "Indicator w",
        "before_value": 30,
        "unit": "percent",
        "before_text_zh": "达到30%",
        "before_text_en": "reach 30%",
        "before_commitment": "firm",
        "open": False,
    }
    masked = the_row(found, "aa-2024-n")
    assert (masked["before_value"], masked["after_value"]) == (None, 70)
    assert masked["before_text_zh"] == "XX%（数字在原文中被隐去）"
    assert (masked["ambition"], masked["ambition_reason"]) == ("unclear", "not_quantified")


def test_changes_inside_rows(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    publish(engine, tmp_path, plan_2023(), plan_2024())
    found = compared(url, "aa-2023", "aa-2024")
    columns, lists = found.nested["changes"]
    assert columns == columns_of(FieldChange)
    assert [(column.name, column.type) for column in columns] == [
        ("field", "text"),
        ("before", "json"),
        ("after", "json"),
    ]
    assert len(lists) == len(found.rows)
    assert changes_of(found, "aa-2024-t5") == [("responsibility_stated", False, True)]
    assert changes_of(found, "aa-2024-n") == [
        ("value", None, 70),
        ("value_status", "redacted", "stated"),
    ]
    assert changes_of(found, "aa-2024-m") == []
    assert changes_of(found, "aa-2024-v") == []
    for row, changes in zip(rows_of(found), lists, strict=True):
        assert row["changed_fields"] == (" ".join(name for name, _, _ in changes) or None)


def one_target(year: int, value: float | None, **more: Any) -> Row:
    """A plan with one promise."""
    code = f"aa-{year}"
    return plan(
        code,
        [task(1, [target("x", value, **{"quote": "x达到60%或45%", **more})])],
        [body("aa")],
        [indicator("x")],
        year=year,
    )


DOUBT = {"alternative_zh": "或另有所指。", "alternative_en": "It may mean something else."}
BASE = {"baseline_value": 45, "baseline_period": "2022"}


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {}, []),
        ({}, {"floor_stated": True}, [("floor_stated", False, True)]),
        ({}, {"met_if": "equal"}, [("met_if", "at_least", "equal")]),
        (
            {},
            {"met_if": "between", "value_upper": 61.5},
            [("value_upper", None, 61.5), ("met_if", "at_least", "between")],
        ),
        (
            {},
            {"commitment": "strive", "due": "2025-12-31"},
            [("commitment", "firm", "strive"), ("due", "2023-12-31", "2025-12-31")],
        ),
        ({}, {"value_status": "implied"}, [("value_status", "stated", "implied")]),
        ({}, BASE, [("baseline_value", None, 45)]),
        (BASE, {**BASE, "baseline_period": "2023"}, []),
        (
            {},
            {**DOUBT, "alternative_value": 45, "alternative_value_upper": 46},
            [("alternative_value", None, 45), ("alternative_value_upper", None, 46)],
        ),
        # days are compared by their distance from the plan's year
        ({"due": "2023-12-31"}, {"due": "2024-12-31"}, []),
        ({}, {"due": "2024-12-31"}, []),
        ({"due": "2025-12-31"}, {"due": "2026-12-31"}, []),
        ({"due": "2025-12-31"}, {"due": "2025-12-31"}, [("due", "2025-12-31", "2025-12-31")]),
        ({"due": "2025-06-30"}, {"due": "2026-12-31"}, [("due", "2025-06-30", "2026-12-31")]),
        (
            {**DOUBT, "alternative_due": "2025-12-31"},
            {**DOUBT, "alternative_due": "2026-12-31"},
            [],
        ),
        (
            {**DOUBT, "alternative_due": "2025-12-31"},
            {**DOUBT, "alternative_due": "2025-12-31"},
            [("alternative_due", "2025-12-31", "2025-12-31")],
        ),
        (
            {**DOUBT, "alternative_due": "2025-12-31"},
            {},
            [("alternative_due", "2025-12-31", None)],
        ),
    ],
)
def test_each_field_of_a_target(
    engine: sa.Engine,
    url: str,
    tmp_path: Path,
    before: Row,
    after: Row,
    changes: list[tuple[Any, ...]],
) -> None:
    publish(engine, tmp_path, one_target(2023, 60, **before), one_target(2024, 60, **after))
    found = compared(url, "aa-2023", "aa-2024")
    assert changes_of(found, "aa-2024-x") == changes
    assert the_row(found, "aa-2024-x")["result"] == ("changed" if changes else "kept")


def test_the_area_of_a_task(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    old, new = one_target(2023, 60), one_target(2024, 60)
    new["areas"][0]["title_zh"] = "提升质量"
    new["areas"][0]["tasks"][0]["continues"] = "aa-2023-t1"
    publish(engine, tmp_path, old, new)
    found = compared(url, "aa-2023", "aa-2024")
    assert changes_of(found, "aa-2024-t1") == [("area_title_zh", "开展行动", "提升质量")]


def test_a_task_that_continues_another_plans_task_is_added(
    engine: sa.Engine, url: str, tmp_path: Path
) -> None:
    middle, last = one_target(2024, 60), one_target(2025, 60)
    last["areas"][0]["tasks"][0]["continues"] = "aa-2024-t1"
    publish(engine, tmp_path, one_target(2023, 60), middle, last)
    found = compared(url, "aa-2023", "aa-2025")
    assert [(row["resource"], row["result"]) for row in rows_of(found)] == [
        ("tasks", "added"),
        ("tasks", "dropped"),
        ("targets", "kept"),
    ]


# --- texts that are not whole ---


def test_what_was_added_may_have_stood_in_the_missing_part(
    engine: sa.Engine, url: str, tmp_path: Path
) -> None:
    publish(engine, tmp_path, plan_2023(**GAP), plan_2024())
    found = compared(url, "aa-2023", "aa-2024")
    assert {row["after"] for row in rows_of(found) if row["open"]} == {"aa-2024-t4", "aa-2024-v"}
    row = the_row(found, "aa-2024-v")
    assert row["open_zh"] == "《计划aa-2023》的所据文本不完整，此项可能早已写在缺失的部分。"
    assert row["open_en"] == (
        "The text of Plan aa-2023 that was read is incomplete: this may have stood in the "
        "missing part."
    )
    assert found.note_zh == (
        "《计划aa-2023》的所据文本不完整，列为新增的，可能早已写在缺失的部分。"
    )
    assert found.note_en == (
        "The text of Plan aa-2023 that was read is incomplete: what counts as added may have "
        "stood in the missing part."
    )


def test_what_was_dropped_may_stand_in_the_missing_part(
    engine: sa.Engine, url: str, tmp_path: Path
) -> None:
    publish(engine, tmp_path, plan_2023(), plan_2024(**GAP))
    found = compared(url, "aa-2023", "aa-2024")
    opened = {row["before"] for row in rows_of(found) if row["open"]}
    assert opened == {"aa-2023-t3", "aa-2023-m", "aa-2023-w"}
    row = the_row(found, "aa-2023-w")
    assert row["open_zh"] == "《计划aa-2024》的所据文本不完整，此项可能仍在缺失的部分。"
    assert row["open_en"] == (
        "The text of Plan aa-2024 that was read is incomplete: this may stand in the missing part."
    )
    assert found.note_en == (
        "The text of Plan aa-2024 that was read is incomplete: what counts as dropped may stand "
        "in the missing part."
    )


def test_a_task_that_breaks_off_leaves_itself_and_its_plan_open(
    engine: sa.Engine, url: str, tmp_path: Path
) -> None:
    old, new = plan_2023(), plan_2024()
    old["areas"][0]["tasks"][1] |= GAP
    new["areas"][0]["tasks"][4] |= GAP
    publish(engine, tmp_path, old, new)
    found = compared(url, "aa-2023", "aa-2024")
    assert [row["after"] or row["before"] for row in rows_of(found) if row["open"]] == [
        "aa-2024-t1",
        "aa-2024-t4",
        "aa-2024-t5",
        "aa-2023-t3",
        "aa-2024-v",
        "aa-2023-m",
        "aa-2023-w",
    ]
    row = the_row(found, "aa-2024-t1")
    assert (row["result"], row["changed_fields"]) == ("kept", None)
    assert row["open_zh"] == "aa-2023-t2的所据文本不完整，可能还有看不到的变化。"
    assert row["open_en"] == (
        "The text of aa-2023-t2 that was read is incomplete: more may have changed than can be "
        "seen."
    )
    assert found.note_en == (
        "The text of Plan aa-2023 that was read is incomplete: what counts as added may have "
        "stood in the missing part. The text of Plan aa-2024 that was read is incomplete: what "
        "counts as dropped may stand in the missing part."
    )


def test_both_sides_of_a_task_may_break_off(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    old, new = one_target(2023, 60), one_target(2024, 60)
    old["areas"][0]["tasks"][0] |= GAP
    new["areas"][0]["tasks"][0] |= {**GAP, "continues": "aa-2023-t1"}
    publish(engine, tmp_path, old, new)
    row = the_row(compared(url, "aa-2023", "aa-2024"), "aa-2024-t1")
    assert row["open_zh"].startswith("aa-2023-t1、aa-2024-t1的所据文本")
    assert row["open_en"].startswith("The text of aa-2023-t1 and aa-2024-t1 that")


def test_next_year_of_the_bundled_plan(
    engine: sa.Engine, url: str, tmp_path: Path, seed: Path
) -> None:
    import_plans(engine, [seed], Orders(), lambda _en, _zh: None)
    following = plan(
        "xxjyj-2024",
        [
            task(
                1,
                [target("public-kindergarten-share", quote="力争达到60%", commitment="strive")],
                continues="xxjyj-2023-t7",
            ),
            task(2, [target("y", 5)], continues="xxjyj-2023-t24"),
        ],
        indicators=[indicator("y")],
        issuer="xxjyj",
    )
    publish(engine, tmp_path, following)
    found = compared(url, "xxjyj-2023", "xxjyj-2024")
    shares = the_row(found, "xxjyj-2024-public-kindergarten-share")
    assert (shares["ambition"], shares["ambition_reason"]) == ("less", None)
    assert shares["changed_fields"] == "commitment alternative_due"
    assert not shares["open"]
    broken = the_row(found, "xxjyj-2024-t2")
    assert (broken["result"], broken["open"]) == ("changed", True)
    assert the_row(found, "xxjyj-2024-y")["open"]
    results = [(row["resource"], row["result"]) for row in rows_of(found)]
    assert results.count(("tasks", "dropped")) == 24 - 2
    assert results.count(("targets", "dropped")) == 27 - 1
    dropped = [row["before"] for row in rows_of(found) if row["result"] == "dropped"]
    numbers = [int(code.split("-t")[1]) for code in dropped[:22]]
    assert numbers == sorted(set(range(1, 25)) - {7, 24})
    assert found.note_zh == (
        "《XX市教育局2023年工作要点》的所据文本不完整，列为新增的，可能早已写在缺失的部分。"
    )


# --- states and refusals ---


def test_a_release_keeps_its_answer(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    publish(engine, tmp_path, one_target(2023, 60), one_target(2024, 60))
    then = compared(url, "aa-2023", "aa-2024")
    publish(engine, tmp_path, one_target(2024, 45), cause=Cause.CORRECTION)
    assert compared(url, "aa-2023", "aa-2024", release=2) == then
    assert the_row(then, "aa-2024-x")["ambition"] == "same"
    assert the_row(compared(url, "aa-2023", "aa-2024"), "aa-2024-x")["ambition"] == "less"
    with pytest.raises(NotFound) as refused:
        compared(url, "aa-2023", "aa-2024", release=1)
    assert refused.value.errors[0]["reason"] == "not_yet"


@pytest.mark.parametrize("pair", [("aa-2023", "aa-2042"), ("aa-2042", "aa-2023")])
def test_a_plan_that_never_was(
    engine: sa.Engine, url: str, tmp_path: Path, pair: tuple[str, str]
) -> None:
    publish(engine, tmp_path, one_target(2023, 60))
    with pytest.raises(NotFound) as refused:
        compared(url, *pair)
    assert refused.value.errors[0]["value"] == "aa-2042"
    assert refused.value.errors[0]["suggestion"] == "aa-2023"


def test_a_plan_is_not_compared_with_itself(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    publish(engine, tmp_path, one_target(2023, 60))
    with pytest.raises(InvalidValue) as refused:
        compared(url, "aa-2023", "aa-2023")
    assert refused.value.detail == "after = 'aa-2023' is the plan that it would be compared with."
    assert refused.value.detail_zh == "after 的值“aa-2023”就是与之比较的计划本身。"
    assert refused.value.errors == [
        {
            "in": "path",
            "name": "after",
            "value": "aa-2023",
            "reason": "same_plan",
            "suggestion": None,
            "allowed": None,
        }
    ]
