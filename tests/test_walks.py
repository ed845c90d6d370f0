"""Fifteen walks as a user: README has the requests, the plan has what they must tell.

Every expected value was read from the plan by hand (docs/method.md), none from an answer.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import sqlalchemy as sa

from app.publish.plans import import_plans
from app.publish.prepare import prepare
from app.publish.writer import Orders
from app.settings import Settings
from tests.conftest import ROOT
from tests.plans import anchored, body, plan, saved, task
from tests.serving import serving
from tests.test_data import MASKED, PROMISES

Json = dict[str, Any]
Walk = Callable[[int], list[httpx.Response]]


class Row(NamedTuple):
    """A row of README's table."""

    who: str
    question: str
    requests: list[str]


def table() -> dict[int, Row]:
    """The walks by number, as README tells them."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme[readme.index("\n## Fifteen walks\n") :].split("\n## ")[1]
    found = {}
    for line in section.splitlines():
        number, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if number.isdigit():
            who, question, request, _tells = cells
            found[int(number)] = Row(who, question, re.findall(r"`([^`]+)`", request))
    return found


TABLE = table()


@pytest.fixture
def walk(client: httpx.Client) -> Walk:
    """The answers to the requests of a walk."""
    return lambda number: [client.get(request) for request in TABLE[number].requests]


def rows(answer: httpx.Response) -> list[Json]:
    """The rows of a JSON list that is there as a whole."""
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["meta"]["total"] == told["meta"]["returned"] == len(told["data"])
    assert told["links"]["next"] is None
    return list(told["data"])


def detail(answer: httpx.Response) -> Json:
    """The row of a JSON detail."""
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


def lines(answer: httpx.Response) -> list[dict[str, str]]:
    """The lines of a CSV table."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def shown(found: Sequence[Mapping[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Of each target its code, without the plan's, and some fields."""
    return [
        (row["code"].removeprefix("xxjyj-2023-"), *(row[name] for name in names)) for row in found
    ]


def for_excel(answer: httpx.Response) -> bool:
    """Whether Excel reads a table as UTF-8."""
    return answer.content.startswith(b"\xef\xbb\xbf")


def test_readme_has_five_walks_of_each_person() -> None:
    assert list(TABLE) == list(range(1, 16))
    assert [row.who for row in TABLE.values()] == ["officer"] * 5 + ["app"] * 5 + ["journalist"] * 5
    for row in TABLE.values():
        assert row.question.endswith("?")
        assert all(request.startswith("/v1") for request in row.requests)
        assert 1 <= len(row.requests) <= 2


def test_every_walk_of_readme_is_walked_here() -> None:
    walked = [int(found[1]) for name in globals() if (found := re.match(r"test_(\d+)_", name))]
    assert walked == list(TABLE)


# --- the officer ------------------------------------------------------------------------------


def test_1_the_fields_of_a_catalogue(walk: Walk) -> None:
    asked, index = walk(1)
    row = detail(asked)
    assert row["title_zh"] == "XX市教育局2023年工作要点"
    assert row["title_en"] == "Key Work Points 2023 of the Education Bureau of XX City"
    assert row["issuer_name_zh"] == "XX市教育局"
    assert (row["period_start"], row["period_end"]) == ("2023-01-01", "2023-12-31")
    told = asked.json()
    assert (told["meta"]["license"], told["meta"]["release"]) == ("CC-BY-4.0", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", told["meta"]["released_at"])
    assert told["links"]["permanent"] == "/v1/plans/xxjyj-2023?release=1"
    assert index.status_code == 200
    listed = {part["name"]: part for part in index.json()["data"]}
    assert {name: part["count"] for name, part in listed.items()} == {
        "plans": 1, "areas": 7, "tasks": 24, "indicators": 27, "targets": 27, "observations": 0,
        "bodies": 69, "participations": 95, "deliverables": 12, "errata": 35, "documents": 1,
        "changes": 299,
        "releases": 1,
    }  # fmt: skip
    for part in listed.values():
        assert {"json", "csv"} <= set(part["formats"])
        assert part["title_zh"]
        assert part["about_en"]


def test_2_the_text_breaks_off_in_task_24(walk: Walk) -> None:
    (answer,) = walk(2)
    (row,) = rows(answer)
    assert (row["code"], row["number"]) == ("xxjyj-2023-t24", 24)
    assert "第二句的首字“完”之后中断" in row["text_gap_zh"]
    assert "second sentence" in row["text_gap_en"]


def test_3_the_copy_its_rights_and_the_licence(walk: Walk) -> None:
    (answer,) = walk(3)
    row = detail(answer)
    assert row["copy"] == "third_party"
    assert row["file_name"] == "XX市教育局2023年工作要点.docx"
    assert row["file_sha256"] is None, "the file itself was not at hand"
    assert row["body_characters"] == 4911
    assert row["body_sha256"] == "9bce34f65732a66ae86b40d4223614f937f8d334a20dcfed78b8a5e53ecdedae"
    assert row["text_complete"] is False
    assert "未作判断" in row["rights_zh"]
    (relation,) = row["relations"]
    assert relation["relation"] == "likely-original"
    assert "art_1229241415_4178182" in relation["url"]
    meta = answer.json()["meta"]
    assert meta["license"] == "CC-BY-4.0"
    assert "第三方预览本" in meta["attribution_zh"]
    assert "not published by the bureau" in meta["attribution_en"]
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in answer.headers["link"]


ERRATA = {
    "masked_number": [7, 8, 22, 23, 24, 25, 26, 27],
    "masked_name": [20, 28, 29, 30, 31, 32, 33, 34],
    "lost_dash": [10, 11, 12, 18, 19],
    "lost_punctuation": [3, 16, 17],
    "wrong_dash": [2, 4, 5],
    "converted_mask": [13, 14],
    "wrong_character": [15, 21],
    "lost_line_break": [1],
    "lost_words": [6],
    "truncated": [35],
    "wrong_quotation_mark": [9],
}
"""The numbers of the damaged places, by kind."""


def test_4_the_damaged_places(walk: Walk) -> None:
    asked, counted = walk(4)
    assert for_excel(asked)
    found: dict[str, list[int]] = {}
    for line in lines(asked):
        found.setdefault(line["kind"], []).append(int(line["code"].rpartition("-e")[2]))
        assert line["printed_zh"]
        assert line["reason_zh"]
        assert line["reason_en"]
    assert found == ERRATA
    meta = counted.json()["meta"]
    assert meta["total"] == 35
    counts = {
        name: {part["value"]: part["count"] for part in parts}
        for name, parts in meta["facets"].items()
    }
    assert counts == {
        "kind": {kind: len(numbers) for kind, numbers in ERRATA.items()},
        "certainty": {"certain": 13, "near_certain": 8, "likely": 7, "unknown": 4, "possible": 3},
    }


def test_5_what_is_new(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    (request,) = TABLE[5].requests
    prepare(Settings(database_url=url), lambda _en, _zh: None)
    with serving(url) as client:
        before = client.get(request)
        (release,) = rows(before)
        assert (release["number"], release["cause"]) == (1, "first_publication")
        mine = {"If-None-Match": before.headers["etag"]}
        assert client.get(request, headers=mine).status_code == 304
        path = saved(tmp_path / "plan.json", anchored(plan("aa-2024", [task(1)], [body("aa")])))
        import_plans(engine, [path], Orders(), lambda _en, _zh: None)
        after = client.get(request, headers=mine)
        assert after.status_code == 200
        (release,) = after.json()["data"]
        assert (release["number"], release["cause"]) == (2, "new_plan")
        assert release["time"] > before.json()["data"][0]["time"]


# --- the app ----------------------------------------------------------------------------------


AREAS = [
    ("高站位开展党的全面领导引领行动", 3, 5, 1),
    ("高起点开展素质教育铸魂强身行动", 3, 3, 1),
    ("高标准开展办学质量创优提质行动", 6, 7, 3),
    ("高要求开展师德师能涵育拔节行动", 3, 2, 4),
    ("高效能开展服务发展同频共振行动", 3, 4, 1),
    ("高质量开展综合改革破冰攻坚行动", 3, 0, 1),
    ("高效率开展优质资源扩面创标行动", 3, 6, 1),
]
"""Title, tasks, targets, documents to be issued."""


def test_6_the_home_screen_in_one_request(walk: Walk) -> None:
    (answer,) = walk(6)
    (row,) = rows(answer)
    assert row["title_zh"] == "XX市教育局2023年工作要点"
    counts = ("area_count", "task_count", "target_count", "redacted_count", "deliverable_count")
    assert [row[name] for name in counts] == [7, 24, 27, 8, 12]
    assert [
        (area["title_zh"], area["task_count"], area["target_count"], area["deliverable_count"])
        for area in row["areas"]
    ] == AREAS
    assert [area["code"] for area in row["areas"]] == [f"xxjyj-2023-a{n}" for n in range(1, 8)]
    assert all(area["title_en"] for area in row["areas"])


def test_7_the_screen_of_an_area_in_one_request(walk: Walk) -> None:
    (answer,) = walk(7)
    found = rows(answer)
    assert {row["area_title_zh"] for row in found} == {"高标准开展办学质量创优提质行动"}
    assert [(row["number"], row["title_zh"]) for row in found] == [
        (7, "推进学前教育补短提质"),
        (8, "促进义务教育优质均衡"),
        (9, "强化普通高中提质扩面"),
        (10, "加快中职教育高位突破"),
        (11, "推动高等教育内涵发展"),
        (12, "促进终身教育融合便捷"),
    ]
    figures = {row["number"]: [part["value_text_zh"] for part in row["targets"]] for row in found}
    assert figures == {
        7: ["达到60%", "不低于78%", "不低于90%"],
        8: ["力争12个", "不低于60%"],
        9: [],
        10: ["12个", "不少于3个"],
        11: [],
        12: [],
    }
    doubtful = {
        part["value_text_zh"] for row in found for part in row["targets"] if part["alternative_zh"]
    }
    assert doubtful == {"达到60%", "不低于78%", "不低于90%", "力争12个", "12个"}
    issued = {row["number"]: [part["title_zh"] for part in row["deliverables"]] for row in found}
    assert {number: titles for number, titles in issued.items() if titles} == {
        7: ["区域性课程质量评估标准"],
        9: ["XX市普通高中新一轮优质特色发展行动计划"],
        11: ["打造高等教育一流学科专业硬核实力实现高校质量和能力双提升行动方案"],
    }
    for row in found:
        assert row["summary_zh"]
        assert row["target_count"] == len(row["targets"])


def test_8_a_masked_figure_is_text_and_never_0(walk: Walk) -> None:
    asked, at_most_0 = walk(8)
    found = rows(asked)
    assert shown(found, "value", "value_text_zh") == [
        ("student-guidance-workstations", None, f"XX个{MASKED}"),
        ("student-guidance-course-bases", None, f"XX个{MASKED}"),
        ("fixed-investment", None, f"力争XX亿元{MASKED}"),
        ("built-or-extended-schools", None, f"XX所{MASKED}"),
        ("new-school-places", None, f"XX个{MASKED}"),
        ("built-or-extended-kindergartens", None, f"XX所{MASKED}"),
        ("new-kindergarten-places", None, f"XX个{MASKED}"),
        ("new-nursery-places", None, f"XX个{MASKED}"),
    ]
    for row in found:
        assert "XX" in row["value_text_en"]
        assert "masked in the source" in row["value_text_en"]
    assert rows(at_most_0) == []


def test_9_an_empty_screen_is_told_from_a_wrong_code(walk: Walk) -> None:
    empty, wrong = walk(9)
    assert rows(empty) == []
    assert wrong.status_code == 422
    assert wrong.headers["content-type"] == "application/problem+json"
    told = wrong.json()
    assert "xxjyj-2023-a9" in told["detail"]
    assert "从未有过" in told["detail_zh"]
    (error,) = told["errors"]
    assert (error["name"], error["value"]) == ("area", "xxjyj-2023-a9")
    assert error["suggestion"] in error["allowed"]
    assert set(error["allowed"]) <= {f"xxjyj-2023-a{n}" for n in range(1, 8)}


def test_10_the_search_box(walk: Walk) -> None:
    (answer,) = walk(10)
    assert [(row["number"], row["title_zh"]) for row in rows(answer)] == [
        (7, "推进学前教育补短提质"),
        (22, "加大学位扩容力度"),
    ]


# --- the journalist ---------------------------------------------------------------------------


def test_11_promise_and_result_in_one_line(walk: Walk) -> None:
    (answer,) = walk(11)
    (line,) = lines(answer)
    promise = {
        "name_zh": "公办幼儿园在园幼儿占比",
        "name_en": "Share of kindergarten children in public kindergartens",
        "unit_zh": "%",
        "target": "xxjyj-2023-public-kindergarten-share",
        "target_value": "60",
        "target_value_status": "stated",
        "target_text_zh": "达到60%",
        "target_text_en": "reach 60%",
        "target_commitment": "firm",
        "target_due": "2023-12-31",
        "target_alternative_zh": "同一句先提到2023—2025年行动计划，这一比例也可能是2025年的目标。",
    }
    result = {"latest_period": "", "latest_value": "", "attainment": "no_result"}
    assert {name: line[name] for name in promise | result} == promise | result
    assert "统计时点" in line["open_zh"], "what the text leaves open stands beside the figure"


def test_12_all_promises_as_a_table(walk: Walk) -> None:
    (answer,) = walk(12)
    assert for_excel(answer)
    assert answer.headers["content-disposition"].startswith("attachment;")
    found = lines(answer)
    assert len(found) == 27
    for promise, line in zip(PROMISES, found, strict=True):
        assert line["code"] == f"xxjyj-2023-{promise.slug}"
        assert line["value"] == ("" if promise.value is None else str(promise.value))
        assert (line["value_status"], line["unit"]) == (promise.status, promise.unit)
        assert line["value_text_zh"] == promise.words
        assert line["commitment"] == ("strive" if promise.basis else "firm")
        assert line["task"] == f"xxjyj-2023-t{promise.task}"
        assert promise.quote in line["quote"]
        assert len(line["quote"]) <= 20
        assert int(line["quote_end"]) - int(line["quote_start"]) == len(line["quote"])
        assert line["section_zh"]
        assert line["value_text_en"]
    statuses = [line["value_status"] for line in found]
    assert [statuses.count(s) for s in ("stated", "implied", "redacted", "unquantified")] == [
        16, 1, 8, 2,
    ]  # fmt: skip


def test_13_what_is_firm(walk: Walk) -> None:
    (answer,) = walk(13)
    found = lines(answer)
    assert shown(found, "value_text_zh") == [
        ("party-led-schools-share", "全部（100%）"),
        ("clean-school-compliance-share", "不低于80%"),
        ("public-kindergarten-share", "达到60%"),
        ("grade-two-kindergarten-share", "不低于78%"),
        ("inclusive-kindergarten-share", "不低于90%"),
        ("integrated-school-federation-share", "不低于60%"),
        ("vocational-education-communities", "12个"),
        ("field-engineer-colleges", "不少于3个"),
        ("subject-teaching-teams", "100个"),
        ("joint-shortage-majors", "30个"),
        ("new-vocational-majors", "不少于15个"),
        ("adjusted-vocational-majors", "不少于5个"),
    ]
    for line in found:
        assert "力争" not in line["quote"]
        assert line["name_en"]
    assert {slug for slug, second in shown(found, "alternative_zh") if second} == {
        "public-kindergarten-share",
        "grade-two-kindergarten-share",
        "inclusive-kindergarten-share",
        "vocational-education-communities",
    }


def test_14_what_it_only_strives_for(walk: Walk) -> None:
    (answer,) = walk(14)
    found = lines(answer)
    assert shown(found, "value_text_zh", "commitment_basis") == [
        ("model-university-share", "力争20%", "stated"),
        ("benchmark-department-share", "力争20%", "carried_over"),
        ("model-party-branches", "力争75个", "carried_over"),
        ("counties-passing-balance-review", "力争12个", "stated"),
        ("foreign-aid-trainees", "力争3000人次", "stated"),
        ("fixed-investment", f"力争XX亿元{MASKED}", "stated"),
    ]
    for line in found:
        assert ("力争" in line["quote"]) == (line["commitment_basis"] == "stated")


def test_15_what_is_doubtful(walk: Walk) -> None:
    (answer,) = walk(15)
    found = lines(answer)
    second = ("alternative_value", "alternative_value_upper", "alternative_due")
    assert shown(found, "value_text_zh", *second) == [
        ("public-kindergarten-share", "达到60%", "", "", "2025-12-31"),
        ("grade-two-kindergarten-share", "不低于78%", "", "", "2025-12-31"),
        ("inclusive-kindergarten-share", "不低于90%", "", "", "2025-12-31"),
        ("counties-passing-balance-review", "力争12个", "1", "2", ""),
        ("vocational-education-communities", "12个", "1", "2", ""),
    ]
    for line in found:
        due_later = line["alternative_due"] != ""
        assert ("action plan" in line["alternative_en"]) == due_later
        assert ("“1-2个”" in line["alternative_zh"]) != due_later
