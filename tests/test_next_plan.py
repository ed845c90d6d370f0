"""Next year's plan file: what it takes from the database; its blanks cannot be published."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.publish.anchor import at
from app.publish.check import check
from app.publish.complaint import Complaint, JsonPath, Refused
from app.publish.json_source import parse_source
from app.publish.layout import write_plan
from app.publish.next_plan import left_behind, next_plan
from app.publish.plans import import_plans
from app.publish.writer import Orders
from tests.plans import anchored, body, indicator, plan, saved, target, task
from tests.reading import everything, releases, state

Raw = dict[str, Any]


def publish(engine: sa.Engine, path: Path, dry_run: bool = False) -> None:
    import_plans(engine, [path], Orders(dry_run=dry_run), lambda _en, _zh: None)


def made(engine: sa.Engine, code: str, before: str) -> Raw:
    with engine.connect() as connection:
        return next_plan(connection, code, before)


def refusal(engine: sa.Engine, path: Path) -> list[Complaint]:
    before = everything(engine)
    with pytest.raises(Refused) as refused:
        publish(engine, path)
    assert everything(engine) == before
    ((_, complaints),) = refused.value.complaints.items()
    return complaints


def blanks(value: Any, path: JsonPath = ()) -> Iterator[JsonPath]:
    """Where a person must write."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        if item == "":
            yield (*path, key)
        elif isinstance(item, dict | list):
            yield from blanks(item, (*path, key))


def last_years_plan(**more: Any) -> Raw:
    """Every sort of promise, and much that is of that year's text only."""
    first = task(
        1,
        [target("x", 60, alternative_due="2025-12-31", alternative_zh="或为2025年。",
                alternative_en="Perhaps 2025.", note_zh="说明。", note_en="Note.",
                baseline_value=58, baseline_period="2023")],
        {"schools": "mentioned", "aa": "participant"},
        ["rules"],
        title_printed_zh="推进任务壹",
        errata=[{"number": 1, "kind": "wrong_character", "printed_zh": "错字壹",
                 "certainty": "likely", "reason_zh": "理由。", "reason_en": "Reason."}],
    )  # fmt: skip
    second = task(
        2,
        [
            target("y", 70.5, commitment="strive"),
            target("y", 80, commitment="strive", commitment_basis="carried_over", due="2025-06-30"),
            target("z", 90, floor_stated=True),
            target("places", None, value_status="redacted", quote="新增学位XX个"),
            target("rank", None, value_status="unquantified", met_if="at_most", quote="位居前列"),
        ],
    )
    third = task(
        3,
        [
            target("all", 100, value_status="implied", quote="100所全部完成"),
            target("teams", 2, met_if="between", value_upper=3, quote="组建2-3个团队"),
            target("trainees", 3000, quote="培训三千人次"),
        ],
        {"schools": "lead"},
        responsibility_stated=True,
        text_complete=False,
        text_gap_zh="缺尾。",
        text_gap_en="The end is missing.",
    )
    third["participations"][0]["stated"] = False
    raw = plan(
        "aa-2024", [first, second, third],
        bodies=[body("aa"), body("schools")],
        indicators=[indicator(code) for code in ("x", "y", "z", "all")] + [
            indicator("places", unit="place", measure="increment"),
            indicator("rank", unit="rank", measure="rank"),
            indicator("teams", unit="team", measure="flow"),
            indicator("trainees", unit="trainee", measure="flow"),
        ],
        **more,
    )  # fmt: skip
    raw["document"] |= {"page_count": 3, "file_name": "a.docx"}
    raw["document"]["relations"] = [
        {"relation": "original", "url": "https://example.org/", "basis_zh": "同。",
         "basis_en": "Same."}
    ]  # fmt: skip
    raw["errata"] = [
        {"number": 2, "kind": "lost_line_break", "printed_zh": "计划aa", "certainty": "likely",
         "reason_zh": "理由。", "reason_en": "Reason."}
    ]  # fmt: skip
    return raw


@pytest.fixture
def last(engine: sa.Engine, tmp_path: Path) -> sa.Engine:
    """A database with last year's plan."""
    raw = last_years_plan(title_zh="甲市2024年工作要点", title_en="Work Plan 2024 of City A")
    publish(engine, saved(tmp_path / "last.json", anchored(raw, text_with_slips(raw))))
    return engine


def text_with_slips(raw: Raw) -> str:
    """A text in which the heading of task 1 is misprinted, and the title mentions its plan."""
    pieces = ["甲市2024年工作要点计划aa。一、开展行动"]
    for number, item in zip("一二三", raw["areas"][0]["tasks"], strict=True):
        pieces.append(f"({number}){item.get('title_printed_zh', item['title_zh'])}。")
        for name in ("targets", "deliverables", "participations"):
            pieces += [f"我们{part['quote']}。" for part in item[name]]
        pieces += [f"此处印有{part['printed_zh']}。" for part in item.get("errata", ())]
    return "".join(pieces)


def test_what_is_kept_and_what_is_blank(last: sa.Engine) -> None:
    assert made(last, "aa-2025", "aa-2024") == {
        "$schema": "./plan.schema.json",
        "document": {
            "code": "aa-2025-doc", "title_zh": "", "title_en": "", "publisher": "", "copy": "",
            "text_complete": "", "rights_zh": "", "rights_en": "",
        },
        "plan": {
            "code": "aa-2025", "year": 2025, "issuer": "aa", "title_zh": "甲市2025年工作要点",
            "title_en": "Work Plan 2025 of City A", "continues": "aa-2024",
        },
        "bodies": [],
        "indicators": [],
        "areas": [
            {
                "number": 1, "title_zh": "开展行动", "title_en": "Action",
                "summary_zh": "", "summary_en": "",
                "tasks": [
                    {
                        "number": 1, "title_zh": "推进任务一", "title_en": "Task 1",
                        "summary_zh": "", "summary_en": "", "continues": "aa-2024-t1",
                        "targets": [{"indicator": "x", "value": 60, "floor_stated": "",
                                     "commitment": "", "quote": ""}],
                        "participations": [
                            {"body": "schools", "role": "mentioned", "quote": ""},
                            {"body": "aa", "role": "participant", "quote": ""},
                        ],
                    },
                    {
                        "number": 2, "title_zh": "推进任务二", "title_en": "Task 2",
                        "summary_zh": "", "summary_en": "", "continues": "aa-2024-t2",
                        "targets": [
                            {"indicator": "y", "value": 70.5, "floor_stated": "", "commitment": "",
                             "quote": ""},
                            {"indicator": "y", "value": 80, "floor_stated": "",
                             "commitment": "", "commitment_basis": "", "due": "", "quote": ""},
                            {"indicator": "z", "value": 90, "floor_stated": "",
                             "commitment": "", "quote": ""},
                            {"indicator": "places", "value": None, "value_status": "",
                             "floor_stated": "", "commitment": "", "quote": ""},
                            {"indicator": "rank", "value": None, "value_status": "",
                             "met_if": "at_most", "commitment": "", "quote": ""},
                        ],
                    },
                    {
                        "number": 3, "title_zh": "推进任务三", "title_en": "Task 3",
                        "summary_zh": "", "summary_en": "", "responsibility_stated": "",
                        "continues": "aa-2024-t3",
                        "targets": [
                            {"indicator": "all", "value": "", "value_status": "",
                             "floor_stated": "", "commitment": "", "quote": ""},
                            {"indicator": "teams", "value": 2, "value_upper": "",
                             "met_if": "between", "commitment": "", "quote": ""},
                            {"indicator": "trainees", "value": 3000, "floor_stated": "",
                             "commitment": "", "quote": ""},
                        ],
                        "participations": [
                            {"body": "schools", "role": "lead", "stated": False, "quote": ""}
                        ],
                    },
                ],
            }
        ],
    }  # fmt: skip


def test_keys_stand_in_reading_order(last: sa.Engine) -> None:
    raw = made(last, "aa-2025", "aa-2024")
    text = write_plan(raw)
    assert text == write_plan(made(last, "aa-2025", "aa-2024"))
    assert parse_source(text).value == raw
    assert list(raw) == ["$schema", "document", "plan", "bodies", "indicators", "areas"]
    first, second, _ = raw["areas"][0]["tasks"]
    assert list(first) == ["number", "title_zh", "title_en", "summary_zh", "summary_en",
                           "continues", "targets", "participations"]  # fmt: skip
    assert list(second["targets"][1]) == ["indicator", "value", "floor_stated", "commitment",
                                          "commitment_basis", "due", "quote"]  # fmt: skip
    assert (
        '            {"indicator": "places", "value": null, "value_status": "", '
        '"floor_stated": "", "commitment": "", "quote": ""},\n'
    ) in text


ANSWERS = {
    "title_zh": "计划", "title_en": "Plan", "publisher": "甲市", "copy": "original",
    "text_complete": True, "rights_zh": "公开。", "rights_en": "Public.", "summary_zh": "摘要。",
    "summary_en": "Summary.", "responsibility_stated": True, "commitment": "firm",
    "commitment_basis": "stated", "floor_stated": False, "value_upper": 4, "due": "2026-06-30",
}  # fmt: skip
"""What a person may write for the blanks that do not depend on the promise."""

PROMISES = {
    "x": {"quote": "x达到60%"},
    "y": {"commitment": "strive"},
    "z": {"quote": "z达到90%以上", "floor_stated": True},
    "places": {"value_status": "redacted", "quote": "新增学位XX个"},
    "rank": {"value_status": "unquantified", "quote": "位居前列"},
    "all": {"value": 100, "value_status": "implied", "quote": "全部完成"},
    "teams": {"quote": "组建2-4个团队"},
    "trainees": {"quote": "培训三千人次"},
}  # fmt: skip
"""What a person may write for the blanks of a promise; y is promised twice."""


def filled(raw: Raw) -> Raw:
    """The file with an answer in every blank, and its anchors."""
    raw = copy.deepcopy(raw)
    for path in list(blanks(raw)):
        part = at(raw, path[:-1])
        name = str(path[-1])
        promise = PROMISES.get(part.get("indicator"), {})
        if name == "quote" and "body" in part:
            part[name] = f"由{part['body']}参加{part['role']}"
        elif name == "quote" and part["indicator"] == "y":
            part[name] = f"力争y达到{part['value']}%"
        else:
            part[name] = promise.get(name, ANSWERS.get(name))
    return anchored(raw)


def test_a_file_with_all_blanks_filled_is_published(last: sa.Engine, tmp_path: Path) -> None:
    publish(last, saved(tmp_path / "next.json", filled(made(last, "aa-2025", "aa-2024"))))
    assert [release["cause"] for release in releases(last)] == ["first_publication", "new_plan"]
    targets = state(last, "target", 2)
    values = {code: row["value"] for code, row in targets.items() if row["plan"] == "aa-2025"}
    assert values == {
        "aa-2025-x": 60, "aa-2025-y": 70.5, "aa-2025-y-2026": 80, "aa-2025-z": 90,
        "aa-2025-places": None, "aa-2025-rank": None, "aa-2025-all": 100, "aa-2025-teams": 2,
        "aa-2025-trainees": 3000,
    }  # fmt: skip
    assert targets["aa-2025-teams"]["value_upper"] == 4
    assert state(last, "deliverable", 2).keys() == {"aa-2024-rules"}
    assert state(last, "erratum", 2).keys() == {"aa-2024-e1", "aa-2024-e2"}
    with last.connect() as connection:
        assert list(check(connection)) == []


def test_each_blank_alone_keeps_the_file_from_being_published(
    last: sa.Engine, tmp_path: Path
) -> None:
    raw = made(last, "aa-2025", "aa-2024")
    whole = filled(raw)
    paths = list(blanks(raw))
    # The document 7; an area and three tasks with two summaries each; 9 promises and 3 bodies
    # with a quote; 9 commitments, 7 floors since two promises are no floors, 3 statuses, one
    # basis, one due date, one upper end, one figure and one statement of responsibility.
    assert len(paths) == 7 + 2 * 4 + 9 + 3 + 9 + 7 + 3 + 1 + 1 + 1 + 1 + 1
    for path in paths:
        spoilt = copy.deepcopy(whole)
        at(spoilt, path[:-1])[path[-1]] = ""
        file = tmp_path / "spoilt.json"
        file.write_text(write_plan(spoilt), encoding="utf-8")
        told = [c for c in refusal(last, file) if c.path == path and c.value == ""]
        assert len(told) == 1, path
        line = file.read_text(encoding="utf-8").splitlines()[(told[0].line or 0) - 1]
        assert f'"{path[-1]}": ""' in line


def test_a_year_goes_by(last: sa.Engine, tmp_path: Path) -> None:
    """One promise kept, one raised and firm now, one masked no more; a task less, and one more."""
    raw = filled(made(last, "aa-2025", "aa-2024"))
    first, second, _ = raw["areas"][0]["tasks"]
    second["targets"] = [
        {"indicator": "y", "value": 75, "commitment": "firm", "quote": "y达到75%"},
        {"indicator": "places", "value": 500, "value_status": "stated", "quote": "新增学位500个"},
    ]
    new = task(3, [target("w", 10)], {"parents": "partner"})
    raw["areas"][0]["tasks"] = [first, second, new]
    raw["indicators"], raw["bodies"] = [indicator("w")], [body("parents")]
    publish(last, saved(tmp_path / "next.json", anchored(raw)))

    def of_plan(table: str, *columns: str) -> dict[str, tuple[Any, ...]]:
        rows = state(last, table, 2)
        return {
            code: tuple(row[column] for column in columns)
            for code, row in rows.items()
            if "aa-2025" in (row.get("plan"), code)
        }

    assert of_plan("plan", "continues", "issuer", "year") == {"aa-2025": ("aa-2024", "aa", 2025)}
    assert of_plan("task", "continues") == {
        "aa-2025-t1": ("aa-2024-t1",),
        "aa-2025-t2": ("aa-2024-t2",),
        "aa-2025-t3": (None,),
    }
    assert of_plan("target", "indicator", "value", "commitment", "value_status") == {
        "aa-2025-x": ("aa-x", 60, "firm", "stated"),
        "aa-2025-y": ("aa-y", 75, "firm", "stated"),
        "aa-2025-places": ("aa-places", 500, "firm", "stated"),
        "aa-2025-w": ("aa-w", 10, "firm", "stated"),
    }
    assert of_plan("participation", "stated") == {
        "aa-2025-t1-mentioned-schools": (True,),
        "aa-2025-t1-participant-aa": (True,),
        "aa-2025-t3-partner-parents": (True,),
    }
    # The year after takes what is there now.
    third = made(last, "aa-2026", "aa-2025")
    assert [part["continues"] for part in third["areas"][0]["tasks"]] == [
        "aa-2025-t1", "aa-2025-t2", "aa-2025-t3",
    ]  # fmt: skip
    assert third["areas"][0]["tasks"][1]["targets"] == [
        {"indicator": "y", "value": 75, "floor_stated": "", "commitment": "", "quote": ""},
        {"indicator": "places", "value": 500, "floor_stated": "", "commitment": "", "quote": ""},
    ]


# --- the head of the plan ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("甲市2024年要点", "Points 2024"), ("甲市2025年要点", "Points 2025")),
        (("甲市2024—2026年要点", "Points 2024-2026"), ("", "")),
        (("甲市20242026年要点", "Points"), ("", "")),
        (("甲市二〇二四年要点", "Points 2024, part 2"), ("", "")),
    ],
)
def test_a_title_takes_the_new_year_where_it_has_no_other_number(
    engine: sa.Engine, tmp_path: Path, titles: tuple[str, str], expected: tuple[str, str]
) -> None:
    tasks = [task(1, [target("x")])]
    raw = plan("aa-2024", tasks, [body("aa")], [indicator("x")])
    raw["plan"] |= {"title_zh": titles[0], "title_en": titles[1]}
    publish(engine, saved(tmp_path / "last.json", anchored(raw)))
    head = made(engine, "aa-2025", "aa-2024")["plan"]
    assert (head["title_zh"], head["title_en"]) == expected


def test_a_period_that_is_no_calendar_year_is_asked_for(engine: sa.Engine, tmp_path: Path) -> None:
    period = {"period_start": "2024-09-01", "period_end": "2025-08-31"}
    promises = [target("x"), target("y", due="2025-08-31", due_basis="plan_period"),
                target("z", due="2025-08-31")]  # fmt: skip
    raw = plan("aa-2024", [task(1, promises)], [body("aa")],
               [indicator(code) for code in "xyz"], **period)  # fmt: skip
    publish(engine, saved(tmp_path / "last.json", anchored(raw)))
    head = made(engine, "aa-2025", "aa-2024")
    assert (head["plan"]["period_start"], head["plan"]["period_end"]) == ("", "")
    targets = head["areas"][0]["tasks"][0]["targets"]
    assert [part.get("due") for part in targets] == [None, None, ""]
    found = refusal(engine, saved(tmp_path / "next.json", head))
    assert {("plan", "period_start"), ("plan", "period_end")} <= {c.path for c in found}


@pytest.mark.parametrize(
    ("code", "year"), [("aa-2025", 2025), ("aa-2030", 2030), ("aa-2025-new", 2025), ("2025", 2025)]
)
def test_the_year_is_that_of_the_code_or_the_next(last: sa.Engine, code: str, year: int) -> None:
    raw = made(last, code, "aa-2024")
    assert (raw["plan"]["code"], raw["plan"]["year"]) == (code, year)
    assert raw["document"]["code"] == f"{code}-doc"


# --- what is refused --------------------------------------------------------------------------

NO_CODE = (
    "is no code: lower-case letters and digits, in parts joined by single hyphens, "
    "at most 80 characters; value: "
)


@pytest.mark.parametrize(
    ("code", "before", "told"),
    [
        ("AA-2025", "aa-2024", [f'AA-2025: {NO_CODE}"AA-2025"']),
        ("aa-2025\n", "aa-2024", [f'aa-2025\n: {NO_CODE}"aa-2025\\n"']),
        ("a" * 76 + "-2025", "aa-2024",
         [f'{"a" * 76}-2025: {NO_CODE}"{"a" * 58}…']),
        ("", "b", [f'{NO_CODE}""', "b: is no plan in the database"]),
        ("aa-2025", "aa-2023", ["aa-2023: is no plan in the database; nearest: aa-2024"]),
        ("aa-2024", "aa-2024",
         ["aa-2024: cannot continue itself: give the new plan a code of its own"]),
        ("aa-2024", "aa-2023",
         ["aa-2024: is already a plan in the database: change it with its own file",
          "aa-2023: is no plan in the database; nearest: aa-2024"]),
        ("aa-next", "aa-2024", ["aa-next: must have the plan's year in it, like aa-2025"]),
        ("aa-9999", "aa-2024", ["aa-9999: must have the plan's year in it, like aa-2025"]),
        ("aa-2023", "aa-2024",
         ["aa-2023: is of an earlier year than aa-2024, which it is to continue"]),
    ],
)  # fmt: skip
def test_a_wrong_call_is_refused(last: sa.Engine, code: str, before: str, told: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        made(last, code, before)
    assert refused.value.told("en") == told
    assert len(refused.value.told("zh")) == len(told)


# --- the bundled plan -------------------------------------------------------------------------


@pytest.fixture
def real(engine: sa.Engine, seed: Path) -> sa.Engine:
    """A database with the bundled plan."""
    publish(engine, seed)
    return engine


def parts(raw: Raw, name: str) -> list[Raw]:
    """The targets, participations … of a plan file as the text runs."""
    return [
        part
        for area in raw["areas"]
        for item in area["tasks"]
        for part in sorted(item.get(name, ()), key=lambda part: part.get("at", ()))
    ]


def test_the_real_plan_is_carried_over(real: sa.Engine, seed: Path) -> None:
    last_year = json.loads(seed.read_text(encoding="utf-8"))
    raw = made(real, "xxjyj-2024", "xxjyj-2023")
    text = write_plan(raw)
    tasks = [item for area in raw["areas"] for item in area["tasks"]]
    assert [item["continues"] for item in tasks] == [f"xxjyj-2023-t{n}" for n in range(1, 25)]
    headings = ("number", "title_zh", "title_en")
    for was, now in zip(last_year["areas"], raw["areas"], strict=True):
        assert [now[name] for name in headings] == [was[name] for name in headings]
        for old, new in zip(was["tasks"], now["tasks"], strict=True):
            assert [new[name] for name in headings] == [old[name] for name in headings]
    old_targets, new_targets = parts(last_year, "targets"), parts(raw, "targets")
    assert len(new_targets) == 27
    for old, new in zip(old_targets, new_targets, strict=True):
        stated = old.get("value_status", "stated") == "stated"
        masked = old.get("value") is None
        value = old["value"] if stated else None if masked else ""
        assert (new["indicator"], new["value"]) == (old["indicator"], value)
        assert new.get("value_status") == (None if stated else "")
    assert len(parts(raw, "participations")) == 95
    assert {(p["body"], p["role"], p.get("stated")) for p in parts(raw, "participations")} == {
        (p["body"], p["role"], p.get("stated")) for p in parts(last_year, "participations")
    }
    assert (raw["bodies"], raw["indicators"]) == ([], [])
    assert raw["plan"] == {
        "code": "xxjyj-2024", "year": 2024, "issuer": "xxjyj",
        "title_zh": "XX市教育局2024年工作要点",
        "title_en": "Key Work Points 2024 of the Education Bureau of XX City",
        "continues": "xxjyj-2023",
    }  # fmt: skip
    for word in ("deliverables", "errata", "alternative", "note_", "text_gap", "sha256", '"at"'):
        assert word not in text


def own_words(raw: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Every text under one of the names."""
    for key, value in raw.items() if isinstance(raw, dict) else enumerate(raw):
        if key in names:
            yield value
        elif isinstance(value, dict | list):
            yield from own_words(value, names)


def test_nothing_of_last_years_text_is_in_the_file(real: sa.Engine, seed: Path) -> None:
    last_year = json.loads(seed.read_text(encoding="utf-8"))
    names = ("quote", "printed_zh", "summary_zh", "summary_en", "note_zh", "note_en", "verb_zh",
             "alternative_zh", "rights_zh", "publisher", "text_gap_zh", "sha256")  # fmt: skip
    theirs = set(own_words(last_year, names))
    assert len(theirs) > 300
    ours = set(own_words(made(real, "xxjyj-2024", "xxjyj-2023"), names))
    assert ours == {""}


def test_every_blank_of_the_real_plan_is_told_with_its_line(
    real: sa.Engine, tmp_path: Path
) -> None:
    raw = made(real, "xxjyj-2024", "xxjyj-2023")
    file = tmp_path / "xxjyj-2024.json"
    file.write_text(write_plan(raw), encoding="utf-8")
    paths = list(blanks(raw))
    # The document: two titles, publisher, copy, completeness, two texts of rights. Two summaries
    # for each of 7 areas and 24 tasks. A quote for each of 27 promises and 95 bodies. The status
    # of 8 masked, 2 unquantified and one implied promise, whose figure and stated date are asked
    # for too. A commitment for each promise, a floor for each but a limit and an increase, and
    # the basis of two under a 力争 that is carried over.
    assert len(paths) == 7 + 2 * (7 + 24) + 27 + 95 + 8 + 2 + 1 + 1 + 1 + 27 + 25 + 2
    lines = file.read_text(encoding="utf-8").splitlines()
    told = [complaint for complaint in refusal(real, file) if complaint.value == ""]
    assert sorted(c.path for c in told) == sorted(paths)
    for complaint in told:
        assert f'"{complaint.path[-1]}": ""' in lines[(complaint.line or 0) - 1]


def test_the_documents_of_last_year_are_named_since_they_are_left_behind(
    real: sa.Engine, seed: Path
) -> None:
    last_year = parts(json.loads(seed.read_text(encoding="utf-8")), "deliverables")
    with real.connect() as connection:
        left = left_behind(connection, "xxjyj-2023")
    assert left == [part["title_zh"] for part in last_year]
    assert (len(left), left[0]) == (12, "中小学校章程修订参考文本")
