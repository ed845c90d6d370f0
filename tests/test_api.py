"""The first addresses, asked over HTTP."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from app.db import DatabaseProblem, Readers, Snapshot, closing, snapshot, writer_engine
from app.models.base import public_fields
from app.publish.plans import import_plans
from app.publish.prepare import prepare
from app.publish.writer import Orders
from app.resources import RESOURCES
from app.settings import Settings
from tests.plans import anchored, body, indicator, plan, saved, target, task
from tests.serving import serving

Json = dict[str, Any]
Get = Callable[..., Json]


@pytest.fixture
def get(client: httpx.Client) -> Get:
    """The JSON at an address; the status must be as expected."""
    return asking(client)


def asking(client: httpx.Client) -> Get:
    def ask(address: str, status: int = 200) -> Json:
        answer = client.get(address)
        assert answer.status_code == status, answer.text
        kind = "application/json" if status == 200 else "application/problem+json"
        assert answer.headers["content-type"] == kind
        return dict(answer.json())

    return ask


def publish(url: str, folder: Path, *raws: Json) -> None:
    """Publish the bundled plan, or the given ones, to a database."""
    if not raws:
        return prepare(Settings(database_url=url), lambda _en, _zh: None)
    with closing(writer_engine(url, 10)) as engine:
        for raw in raws:
            path = saved(folder / "plan.json", anchored(raw))
            import_plans(engine, [path], Orders(), lambda _en, _zh: None)
    return None


def test_the_plan(get: Get) -> None:
    answer = get("/v1/plans")
    (row,) = answer["data"]
    assert list(row) == [
        "code", "year", "title_zh", "title_en", "issuer", "issuer_name_zh", "issuer_name_en",
        "period_start", "period_end", "continues", "area_count", "task_count", "target_count",
        "redacted_count", "deliverable_count", "text_complete", "text_gap_zh", "text_gap_en",
        "document", "document_copy", "release_from",
    ]  # fmt: skip
    counts = ("area_count", "task_count", "target_count", "redacted_count", "deliverable_count")
    assert [row[name] for name in counts] == [7, 24, 27, 8, 12]
    assert row["text_complete"] is False
    assert row["issuer_name_en"] == "Education Bureau of XX City (city masked in the source)"
    assert (row["period_start"], row["period_end"]) == ("2023-01-01", "2023-12-31")
    assert answer["meta"]["total"] == answer["meta"]["returned"] == 1
    assert answer["meta"]["attribution_zh"] == (
        "要点（Yaodian）第1版，据《XX市教育局2023年工作要点》第三方预览本整理，"
        "非该局发布，CC BY 4.0"
    )
    assert answer["meta"]["attribution_en"] == (
        "Yaodian, release 1, from a third-party preview of the plan; "
        "not published by the bureau; CC BY 4.0"
    )
    assert answer["links"]["permanent"] == "/v1/plans?release=1"


def test_areas_and_their_tasks(get: Get) -> None:
    assert [row["number"] for row in get("/v1/areas")["data"]] == [1, 2, 3, 4, 5, 6, 7]
    area = get("/v1/areas?code=xxjyj-2023-a3")["data"][0]
    assert (area["section_zh"], area["source_start"], area["source_end"]) == ("三", 1517, 2803)
    counts = ("task_count", "target_count", "redacted_count", "deliverable_count")
    assert [area[name] for name in counts] == [6, 7, 0, 3]
    tasks = get("/v1/tasks?area=xxjyj-2023-a3")
    assert tasks["meta"]["total"] == 6
    assert [row["number"] for row in tasks["data"]] == [7, 8, 9, 10, 11, 12]
    assert get("/v1/tasks")["meta"]["total"] == 24
    either = get("/v1/tasks?area=xxjyj-2023-a3&area=xxjyj-2023-a1&area=xxjyj-2023-a7")
    assert [row["number"] for row in either["data"]] == [1, 2, 3, 7, 8, 9, 10, 11, 12, 22, 23, 24]


def test_task_7_with_everything_in_it(get: Get) -> None:
    row = get("/v1/tasks/xxjyj-2023-t7")["data"]
    assert row["section_zh"] == "三、(七)"
    assert row["area_title_zh"] == "高标准开展办学质量创优提质行动"
    assert (row["source_start"], row["source_end"]) == (1534, 1726)
    assert row["source_sha256"] == (
        "de5cddb5d0e6d8138175909842c965bac78eaca6d4bd94f21b051ffa559ac608"
    )
    assert (row["target_count"], row["redacted_count"], row["deliverable_count"]) == (3, 0, 1)
    assert row["targets"][0] == {
        "code": "xxjyj-2023-public-kindergarten-share",
        "name_zh": "公办幼儿园在园幼儿占比",
        "name_en": "Share of kindergarten children in public kindergartens",
        "value": 60,
        "unit": "percent",
        "value_status": "stated",
        "value_text_zh": "达到60%",
        "value_text_en": "reach 60%",
        "commitment": "firm",
        "due": "2023-12-31",
        "alternative_zh": "同一句先提到2023—2025年行动计划，这一比例也可能是2025年的目标。",
        "alternative_en": "The sentence begins with the 2023–2025 action plan; "
        "the share may be meant for 2025.",
        "attainment": "no_result",
    }
    assert [each["value"] for each in row["targets"]] == [60, 78, 90]
    assert row["deliverables"] == [
        {
            "code": "xxjyj-2023-curriculum-quality-standard",
            "title_zh": "区域性课程质量评估标准",
            "title_en": "Regional standard for assessing curriculum quality",
            "outcome": "no_result",
            "issued_on": None,
        }
    ]
    assert row["participations"] == [
        {
            "body": "kindergartens",
            "body_name_zh": "幼儿园",
            "body_name_en": "Kindergartens",
            "role": "participant",
            "stated": True,
            "quote": "有条件的幼儿园",
        }
    ]
    assert row["errata"] == [
        {
            "code": "xxjyj-2023-e10",
            "kind": "lost_dash",
            "printed_zh": "20232025年",
            "reading_zh": "2023—2025年",
            "certainty": "near_certain",
        }
    ]


def test_the_public_kindergartens(get: Get) -> None:
    row = get("/v1/targets/xxjyj-2023-public-kindergarten-share")["data"]
    assert list(row) == [
        "code", "plan", "year", "issuer", "area", "task", "task_title_zh", "indicator", "name_zh",
        "name_en", "kind", "measure", "value", "value_upper", "unit", "unit_zh", "unit_en",
        "value_status", "value_text_zh", "value_text_en", "met_if", "floor_stated", "commitment",
        "commitment_basis", "due", "due_basis", "baseline_value", "baseline_period",
        "alternative_value", "alternative_value_upper", "alternative_due", "alternative_zh",
        "alternative_en", "note_zh", "note_en", "attainment", "attainment_reason",
        "attainment_rule", "observation", "observation_period", "observation_value",
        "observation_value_status", "quote",
        "quote_start", "quote_end", "section_zh", "source_document", "source_start", "source_end",
        "source_sha256", "release_from", "observations",
    ]  # fmt: skip
    expected = {
        "task_title_zh": "推进学前教育补短提质",
        "value": 60,
        "unit_zh": "%",
        "met_if": "at_least",
        "floor_stated": False,
        "commitment": "firm",
        "due": "2023-12-31",
        "due_basis": "plan_period",
        "alternative_value": None,
        "alternative_due": "2025-12-31",
        "alternative_zh": "同一句先提到2023—2025年行动计划，这一比例也可能是2025年的目标。",
        "alternative_en": "The sentence begins with the 2023–2025 action plan; "
        "the share may be meant for 2025.",
        "note_zh": "原文写“达到”，未写“以上”；统计时点未说明。",
        "note_en": "The text says 'reach', not 'at least'; the date of measurement is not given.",
        "attainment": "no_result",
        "quote": "全市公办幼儿园在园幼儿占比达到60%",
        "quote_start": 1600,
        "quote_end": 1618,
        "section_zh": "三、(七)",
        "source_start": 1548,
        "source_end": 1661,
    }
    assert {name: row[name] for name in expected} == expected
    assert row["source_sha256"].startswith("653452249193")
    # The shortest form is 60: neither 60.0 nor "60".
    assert type(row["value"]) is int


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "counties-passing-balance-review",
            {
                "value": 12,
                "value_text_zh": "力争12个",
                "value_text_en": "aim for 12",
                "met_if": "at_least",
                "commitment": "strive",
                "commitment_basis": "stated",
                "alternative_value": 1,
                "alternative_value_upper": 2,
                "alternative_zh": "疑漏印短横线，可能原为“1-2个”；"
                "同一文本两次把“2023-2025年”印成“20232025年”。",
                "quote": "力争12个区(县、市)通过复核评估",
            },
        ),
        (
            "model-party-branches",
            {
                "value": 75,
                "value_text_zh": "力争75个",
                "commitment": "strive",
                "commitment_basis": "carried_over",
                "note_zh": "“力争”写在同句前项，本项承前；未说明是当年新增还是累计。",
                "quote": "培育样板支部75个",
            },
        ),
        (
            "new-school-places",
            {
                "value": None,
                "value_status": "redacted",
                "value_text_zh": "XX个（数字在原文中被隐去）",
                "value_text_en": "XX (number masked in the source)",
                "measure": "increment",
                "attainment": "not_assessable",
                "attainment_reason": "redacted",
                "quote": "中小学XX所,新增学位XX个",
            },
        ),
        (
            "grade-two-kindergarten-share",
            {"value": 78, "value_text_en": "at least 78%", "floor_stated": True},
        ),
        ("party-led-schools-share", {"value_text_en": "all (100%)", "due_basis": "stated"}),
        (
            "fixed-investment",
            {"value_text_en": "aim for XX hundred million yuan (number masked in the source)"},
        ),
        (
            "postgraduate-teacher-share",
            {"attainment_reason": "unquantified", "value_text_en": "no figure given in the source"},
        ),
    ],
)
def test_the_hard_rows(code: str, expected: Json, get: Get) -> None:
    row = get(f"/v1/targets/xxjyj-2023-{code}")["data"]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("question", "total"),
    [
        ("value_status=redacted", 8),
        ("value_status=redacted&value_status=unquantified", 10),
        ("commitment=strive", 6),
        ("has_alternative=true", 5),
        ("has_alternative=false&task=xxjyj-2023-t7", 0),
        ("floor_stated=true", 7),
        ("due_basis=stated", 1),
        ("area=xxjyj-2023-a3", 7),
        ("task=xxjyj-2023-t22", 6),
        ("year=2023&issuer=xxjyj&plan=xxjyj-2023", 27),
        ("year=2022", 0),
        ("commitment=strive&value_status=redacted", 1),
    ],
)
def test_filters(question: str, total: int, get: Get) -> None:
    answer = get(f"/v1/targets?{question}")
    assert answer["meta"]["total"] == len(answer["data"]) == total


def test_pages_give_each_row_once(get: Get) -> None:
    whole = [row["code"] for row in get("/v1/targets")["data"]]
    address, found = "/v1/targets?limit=4&plan=xxjyj-2023", []
    while address:
        answer = get(address)
        assert answer["meta"]["total"] == 27
        found += [row["code"] for row in answer["data"]]
        address = answer["links"]["next"]
    assert found == whole
    assert len(whole) == len(set(whole)) == 27


def newer_plan() -> Json:
    return plan(
        "aa-2024",
        [task(1, [target("x")], {"kindergartens": "participant"}, ["rules"])],
        [body("aa")],
        [indicator("x")],
    )


def test_later_pages_show_the_release_of_the_first(url: str, tmp_path: Path) -> None:
    publish(url, tmp_path)
    with serving(url) as client:
        get = asking(client)
        first = get("/v1/tasks?limit=2")
        publish(url, tmp_path, newer_plan())
        assert get("/v1/tasks")["meta"]["release"] == 2
        assert get("/v1/tasks")["data"][0]["code"] == "aa-2024-t1", "the newest plan comes first"
        second = get(first["links"]["next"])
        assert (second["meta"]["release"], second["meta"]["total"]) == (1, 24)
        assert [row["number"] for row in second["data"]] == [3, 4]


def test_a_release_never_changes(url: str, tmp_path: Path) -> None:
    publish(url, tmp_path)
    addresses = [f"/v1/{resource.name}?release=1" for resource in RESOURCES]
    addresses += ["/v1/tasks/xxjyj-2023-t7?release=1", "/v1/plans/xxjyj-2023?release=1"]
    with serving(url) as client:
        before = [client.get(address).content for address in addresses]
        publish(url, tmp_path, newer_plan())
        assert [client.get(address).content for address in addresses] == before
        assert asking(client)("/v1/plans")["meta"]["attribution_en"] == (
            "Yaodian, release 2, from 2 documents, "
            "1 of them a copy not published by the issuer; CC BY 4.0"
        )


SHARE = "/v1/indicators/xxjyj-public-kindergarten-share/history"


@pytest.mark.parametrize(
    ("address", "problem", "said"),
    [
        ("/v1/tasks?aera=xxjyj-2023-a3", "unknown-parameter", "Did you mean 'area'?"),
        ("/v1/tasks?area=xxjyj-2023-a9", "invalid-value", "is a code that never existed"),
        ("/v1/tasks?area=xxjyj-2023-a3&area=none", "invalid-value", "area = 'none' is a code"),
        ("/v1/tasks?area=", "invalid-value", "is no code"),
        ("/v1/tasks?area=a--b", "invalid-value", "is no code"),
        ("/v1/targets?commitment=strife", "invalid-value", "Did you mean 'strive'?"),
        ("/v1/targets?floor_stated=perhaps", "invalid-value", "is neither true nor false"),
        ("/v1/targets?year=20x3", "invalid-value", "is not a whole number"),
        ("/v1/targets?year=99999999999999999999", "invalid-value", "must be at most"),
        ("/v1/targets?limit=1_0", "invalid-value", "is not a whole number"),
        ("/v1/targets?limit=5.0", "invalid-value", "is not a whole number"),
        ("/v1/targets?release=%201", "invalid-value", "is not a whole number"),
        ("/v1/targets?year=2_023", "invalid-value", "is not a whole number"),
        ("/v1/targets?floor_stated=OFF", "invalid-value", "is neither true nor false"),
        ("/v1/targets?limit=0", "invalid-value", "must be at least 1"),
        ("/v1/targets?limit=1001", "invalid-value", "must be at most 1000"),
        ("/v1/targets?limit=5&limit=6", "invalid-value", "may be given once"),
        ("/v1/targets?release=7", "invalid-value", "is later than the newest release, 1"),
        ("/v1/targets?cursor=abc", "invalid-value", "belongs to no page of this question"),
        ("/v1/targets?cursor=%00%01", "invalid-value", "belongs to no page of this question"),
        ("/v1/targets?cursor=%00%ff", "invalid-value", "is not percent-encoded UTF-8"),
        ("/v1/tasks/xxjyj-2023-t7?limit=5", "unknown-parameter", "has no parameter 'limit'"),
        ("/v1/tasks/xxjyj-2023-t7?include=errata", "unknown-parameter", "is one of the list"),
        ("/v1/tasks?release=1&as_of=2024-01-01", "invalid-value", "together with release"),
        ("/v1/tasks?include=targets&format=csv", "invalid-value", "is for JSON: csv has no place"),
        ("/v1/tasks.ndjson?facets=area", "invalid-value", "is for JSON: ndjson has no place"),
        ("/v1/tasks?bom=true", "invalid-value", "is for CSV, not for json"),
        ("/v1/tasks?include=erata", "invalid-value", "Did you mean 'errata'?"),
        ("/v1/tasks?fields=titel_zh", "invalid-value", "Did you mean 'title_zh'?"),
        ("/v1/tasks?fields=", "invalid-value", "fields = '' is none of"),
        ("/v1/tasks?sort=-numbr", "invalid-value", "Did you mean '-number'?"),
        ("/v1/tasks?sort=relevance", "invalid-value", "needs words to search for"),
        ("/v1/tasks?facets=code", "invalid-value", "facets = 'code' is none of"),
        ("/v1/tasks?q=%E3%80%82%EF%BC%8C", "invalid-value", "has no letter, digit or Chinese"),
        ("/v1/tasks?q=%00", "invalid-value", "has no letter, digit or Chinese"),
        ("/v1/tasks?q=%ED%A0%80", "invalid-value", "is not percent-encoded UTF-8"),
        ("/v1/tasks?q=100%", "invalid-value", "write a percent sign as %25"),
        ("/v1/tasks?q=a+b+c+d+e+f+g+h+i+j+k", "invalid-value", "has too many words: at most 10"),
        ("/v1/targets?value_min=sixty", "invalid-value", "is not a number such as 60"),
        ("/v1/targets?value_min=NaN", "invalid-value", "is not a number such as 60"),
        ("/v1/targets?value_max=1e400", "invalid-value", "is not a number such as 60"),
        ("/v1/targets?due_min=2023-02-29", "invalid-value", "is not a day such as 2023-12-31"),
        ("/v1/bodies?region_code=%00", "invalid-value", "has characters that cannot be seen"),
        ("/v1/bodies?region_code=", "invalid-value", "region_code = '' is empty"),
        ("/v1/releases?number=0x1", "invalid-value", "is not a whole number"),
        ("/v1/areas?code=3", "invalid-value", "is a code that never existed"),
        ("/v1?limit=1", "unknown-parameter", "/v1 has no parameter 'limit'"),
        ("/v1?since=1", "unknown-parameter", "/v1 has no parameter 'since'"),
        ("/v1/tasks?since=2", "invalid-value", "later than release 1, which is asked for"),
        ("/v1/tasks?since=1&as_of=2020-01-01", "invalid-value", "later than release 0, which"),
        ("/v1/tasks?since=-1", "invalid-value", "must be at least 0"),
        ("/v1/tasks?since=first", "invalid-value", "is not a whole number"),
        ("/v1/tasks?since=0&since=1", "invalid-value", "may be given once"),
        ("/v1/tasks?since=0&include=targets", "invalid-value", "cannot stand together with since"),
        ("/v1/tasks?since=0&facets=area", "invalid-value", "cannot stand together with since"),
        ("/v1/tasks/xxjyj-2023-t7?since=0", "unknown-parameter", "is one of the list"),
        ("/v1/tasks?until=1", "unknown-parameter", "has no parameter 'until'"),
        ("/v1/changes?until=new", "invalid-value", "is not a whole number"),
        ("/v1/changes?resource=target", "invalid-value", "Did you mean 'targets'?"),
        ("/v1/changes?material=1", "invalid-value", "is neither true nor false"),
        ("/v1/changes?code=none", "invalid-value", "is a code that never existed"),
        ("/v1/changes?row_id=1", "unknown-parameter", "has no parameter 'row_id'"),
        ("/v1/changes?sort=row_id", "invalid-value", "sort = 'row_id' is none of"),
        ("/v1/changes.atom?fields=code", "invalid-value", "is not for atom, which needs whole"),
        ("/v1/targets?fields=code&format=bibtex", "invalid-value", "is not for bibtex, which"),
        ("/v1/targets.gbt7714?since=0", "invalid-value", "is not for gbt7714, which needs whole"),
        ("/v1/history", "invalid-value", "The parameter indicator is missing."),
        ("/v1/history?indicator=none", "invalid-value", "is a code that never existed"),
        ("/v1/history?indicator=", "invalid-value", "is no code"),
        (f"/v1/history?{'&'.join(['indicator=a'] * 51)}", "invalid-value", "at most 50"),
        (f"{SHARE}?vintages=old", "invalid-value", "vintages = 'old' is none of current, all"),
        (f"{SHARE}?limit=1", "unknown-parameter", "has no parameter 'limit'"),
        (f"{SHARE}?since=0", "unknown-parameter", "has no parameter 'since'"),
        (f"{SHARE}?bom=true", "invalid-value", "is for CSV, not for json"),
        (f"{SHARE}?release=1&as_of=2024-01-01", "invalid-value", "together with release"),
        (f"{SHARE}?release=2", "invalid-value", "is later than the newest release, 1"),
        ("/v1/plans/xxjyj-2023/diff/a?vintages=all", "unknown-parameter", "no parameter 'vint"),
    ],
)
def test_bad_questions(address: str, problem: str, said: str, get: Get) -> None:
    answer = get(address, 422)
    assert answer["type"] == f"/problems/{problem}"
    assert said in answer["detail"]
    assert any("\u4e00" <= character <= "\u9fff" for character in answer["detail_zh"])
    assert answer["instance"] == address
    (error,) = answer["errors"]
    assert error["in"] == "query"
    assert error["reason"].replace("_", "").isalpha()


def test_a_cursor_belongs_to_its_question(get: Get) -> None:
    following = get("/v1/targets?limit=2")["links"]["next"]
    cursor = dict(parse_qsl(urlsplit(following).query))["cursor"]
    for address in (
        f"/v1/tasks?cursor={cursor}",
        f"/v1/targets?year=2023&cursor={cursor}",
        f"/v1/targets?since=0&cursor={cursor}",
    ):
        assert "belongs to no page" in get(address, 422)["detail"]


def test_a_thousand_filters_are_bounded(get: Get) -> None:
    many = "&".join(["year=2023"] * 65)
    assert "are too many: at most 64" in get(f"/v1/targets?{many}", 422)["detail"]
    assert (
        "at most 1000 parameters" in get(f"/v1/targets?{'&'.join(['a=1'] * 1001)}", 422)["detail"]
    )
    years = "&".join(f"year={year}" for year in range(1990, 2053))
    assert get(f"/v1/targets?{years}")["meta"]["total"] == 27


@pytest.mark.parametrize(
    "path", ["/v1/tasks/xxjyj-2023-t77", "/v1/tasks/%00", "/v1/tasks/A", "/no"]
)
def test_not_found(path: str, get: Get) -> None:
    assert get(path, 404)["type"] == "/problems/not-found"


def test_capital_letters_lead_to_the_very_code(get: Get) -> None:
    answer = get("/v1/tasks/XXJYJ-2023-T7", 404)
    assert answer["errors"][0]["suggestion"] == "xxjyj-2023-t7"


def test_a_forged_cursor_is_told_apart(get: Get) -> None:
    """Right in form and question, but with keys that no row has."""
    following = get("/v1/targets?sort=value&limit=2")["links"]["next"]
    cursor = dict(parse_qsl(urlsplit(following).query))["cursor"]
    release, asked, keys = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for forged in (
        [2**63, *keys[1:]],
        [1e300, *keys[1:]],
        ["60", *keys[1:]],
        [True, *keys[1:]],
        [[60], *keys[1:]],
        keys[:-1],
        [*keys[:-1], "\x00"],
        {},
    ):
        packed = json.dumps([release, asked, forged]).encode()
        address = f"/v1/targets?sort=value&cursor={urlsafe_b64encode(packed).decode()}"
        assert get(address, 422)["errors"][0]["reason"] == "foreign_cursor", forged
    packed = json.dumps([release + 1, asked, keys]).encode()
    address = f"/v1/targets?sort=value&cursor={urlsafe_b64encode(packed).decode()}"
    assert get(address, 422)["errors"][0]["name"] == "cursor"


def test_not_found_names_the_nearest(get: Get) -> None:
    answer = get("/v1/targets/xxjyj-2023-public-kindergarden-share", 404)
    assert answer["errors"][0]["suggestion"] == "xxjyj-2023-public-kindergarten-share"


def test_other_methods(client: httpx.Client) -> None:
    answer = client.post("/v1/tasks")
    assert answer.status_code == 405
    assert answer.json()["type"] == "/problems/method-not-allowed"
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    head = client.head("/v1/tasks")
    assert (head.status_code, head.content) == (200, b"")


def test_health(get: Get) -> None:
    assert get("/healthz") == {"status": "ok"}
    assert get("/readyz") == {"status": "ok", "release": 1}


def test_an_empty_database_says_so(url: str) -> None:
    with serving(url) as client:
        answer = client.get("/v1/plans")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Nothing has been published yet."


def test_a_list_takes_few_statements(published_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    rows = Snapshot.rows

    def counted(self: Snapshot, sql: str, values: Any) -> Any:
        sent.append(sql)
        return rows(self, sql, values)

    monkeypatch.setattr(Snapshot, "rows", counted)
    with serving(published_url) as client:
        client.get("/v1/plans")  # what a release rests on is read once
        for address, expected, remembered in (
            ("/v1/targets", 2, 0),  # release, rows
            ("/v1/targets?limit=5", 3, 1),  # and the total, which is counted once
            ("/v1/targets?limit=6&fields=value", 2, 0),
            ("/v1/targets?area=xxjyj-2023-a3", 2, 0),
            ("/v1/targets?area=xxjyj-2023-a3&area=xxjyj-2023-a1", 3, 0),  # do all codes exist?
            ("/v1/targets?area=xxjyj-2023-a3&area=xxjyj-2023-a1&limit=2", 3, 0),  # with the total
            ("/v1/targets?task=xxjyj-2023-t13", 3, 0),  # nothing found: does the code exist?
            (
                "/v1/targets.csv?q=学位&sort=-value&value_min=1",
                3,
                1,
            ),  # how many rows have the words?
            ("/v1/targets.csv?q=学位", 2, 0),
            ("/v1/tasks?limit=3&body=kindergartens&role=participant", 2, 0),
            ("/v1/tasks?limit=3&facets=area,body,role,text_complete", 7, 5),  # one for each facet
            ("/v1/tasks?limit=3&include=targets,errata", 4, 0),  # one for each list
            ("/v1/tasks/xxjyj-2023-t7", 6, 0),  # release, row, four nested lists
            ("/v1/tasks/xxjyj-2023-t7.csv", 2, 0),  # CSV has no lists
            ("/v1/targets/xxjyj-2023-public-kindergarten-share", 3, 0),
            ("/v1/releases/1", 3, 0),
            ("/v1/targets?since=1", 2, 0),
            ("/v1/changes", 3, 1),
            ("/v1/indicators/xxjyj-public-kindergarten-share/history", 5, 0),  # with the indicator
            ("/v1", 2, 1),
        ):
            for count in (expected, expected - remembered):
                sent.clear()
                assert client.get(address).status_code == 200
                assert len(sent) == count, address


def test_a_reader_cannot_write(published_url: str) -> None:
    engine = Readers(published_url)
    refused = pytest.raises(DatabaseProblem, match="is read-only")
    with closing(engine), refused, snapshot(engine) as state:
        state.rows("UPDATE release SET number = 2", ())


def test_the_description_names_every_parameter(get: Get) -> None:
    description = get("/openapi.json")
    common = description["components"]["parameters"]
    named: dict[str, dict[str, Json]] = {}
    for resource in RESOURCES:
        listed = description["paths"][f"/v1/{resource.name}"]["get"]["parameters"]
        described = [common[p["$ref"].rsplit("/")[-1]] if "$ref" in p else p for p in listed]
        named[resource.name] = {part["name"]: part for part in described}
        assert set(named[resource.name]) == set(resource.params.model_fields)
        assert all(part["description"] for part in described)
        for part in described:
            assert re.search(r" Example: `(?!None)[^`]+`\.$", part["description"]), part
    targets = named["targets"]
    assert targets["commitment"]["schema"]["items"]["enum"] == ["firm", "strive"]


def test_every_field_says_what_it_means() -> None:
    for resource in RESOURCES:
        assert [column.name for column in resource.columns] == [
            info.alias or name for name, info in public_fields(resource.row).items()
        ]
        for column in resource.columns:
            assert column.en, f"{resource.name}.{column.name}"
            assert any("\u4e00" <= character <= "\u9fff" for character in column.zh)


def test_a_server_that_cut_its_connections_is_used_again(postgresql: str, template: str) -> None:
    address = postgresql.replace("+psycopg", "")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE cut TEMPLATE {template}".encode())
        url = f"{postgresql}/cut"
        prepare(Settings(database_url=url), lambda _en, _zh: None)
        with serving(url) as client:
            assert client.get("/v1/plans").status_code == 200
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'"
            )
            assert client.get("/v1/plans").status_code == 200
        connection.execute("DROP DATABASE cut WITH (FORCE)")


def test_a_database_that_does_not_answer_is_told_in_time(
    postgresql: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another session holds a table; the request is not left to hang with it."""
    address = postgresql.replace("+psycopg", "")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE slow TEMPLATE {template}".encode())
        url = f"{postgresql}/slow"
        prepare(Settings(database_url=url), lambda _en, _zh: None)
        with serving(url) as client:
            with psycopg.connect(f"{address}/slow") as lock:
                lock.execute("LOCK TABLE task IN ACCESS EXCLUSIVE MODE")
                monkeypatch.setattr("app.reader.PATIENCE", 0.5)
                answer = client.get("/v1/tasks")
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
                assert "takes too long" in answer.json()["detail"]
                assert client.get("/v1/areas?fields=code").status_code == 200, "others go on"
            monkeypatch.undo()
            assert client.get("/v1/tasks").status_code == 200
        connection.execute("DROP DATABASE slow WITH (FORCE)")


def test_a_database_that_fails_is_told_as_503(url: str, engine: sa.Engine) -> None:
    prepare(Settings(database_url=url), lambda _en, _zh: None)
    with serving(url) as client:
        assert client.get("/v1/plans").status_code == 200
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE plan RENAME TO lost")
        for address in ("/v1/plans", "/v1/plans/xxjyj-2023"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert answer.json()["type"] == "/problems/database-unavailable"
            assert "lost" not in answer.text, "nothing of the inside is told"
        assert client.get("/v1/areas").status_code == 200
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE lost RENAME TO plan")
        assert client.get("/v1/plans").status_code == 200
