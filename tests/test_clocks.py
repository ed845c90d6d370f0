"""What a release shows stays as it was, through every join, count, list and page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa

from app.db import Readers, closing, snapshot
from app.models.choices import Cause
from app.publish.plans import import_plans
from app.publish.writer import Orders
from app.query import fetch, list_state
from app.resources import RESOURCES, TASKS
from tests.plans import anchored, body, indicator, plan, saved, target, task
from tests.serving import serving

Json = dict[str, Any]
ZONE = ZoneInfo("Asia/Shanghai")
Publish = Callable[..., None]


@pytest.fixture
def publish(engine: sa.Engine, tmp_path: Path) -> Publish:
    """Publishes a plan as a release."""

    def make(raw: Json, cause: Cause | None = None) -> None:
        path = saved(tmp_path / "plan.json", anchored(raw))
        outcome = import_plans(engine, [path], Orders(cause=cause), lambda _en, _zh: None)
        assert outcome.release

    return make


def before() -> Json:
    tasks = [task(1, [target("x", 60)], {"aa": "participant"}, ["rules"]), task(2)]
    return plan("aa-2024", tasks, [body("aa")], [indicator("x")])


def after() -> Json:
    """Everything that others show of a row has changed: names, titles, a figure, counts."""
    raw = plan(
        "aa-2024",
        [
            task(1, [target("x", 65), target("y", 70)], {"aa": "participant"}, ["rules", "more"]),
            task(2, title_en="Task two"),
            task(3),
        ],
        [body("aa", name_en="New name", kind="other")],
        [indicator("x", name_en="New indicator"), indicator("y")],
    )
    raw["areas"][0]["title_en"] = "New area"
    return raw


def get(client: httpx.Client, address: str) -> Json:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_both_releases_show_their_own_state(publish: Publish, url: str) -> None:
    publish(before())
    publish(after(), Cause.CORRECTION)
    with serving(url) as client:
        for address, old, new in (
            ("/v1/plans/aa-2024", {"issuer_name_en": "Body aa"}, {"issuer_name_en": "New name"}),
            (
                "/v1/plans/aa-2024",
                {"task_count": 2, "target_count": 1, "deliverable_count": 1},
                {"task_count": 3, "target_count": 2, "deliverable_count": 2},
            ),
            ("/v1/areas/aa-2024-a1", {"task_count": 2}, {"task_count": 3}),
            (
                "/v1/tasks/aa-2024-t1",
                {"area_title_en": "Action", "target_count": 1},
                {"area_title_en": "New area", "target_count": 2},
            ),
            (
                "/v1/targets/aa-2024-x",
                {"value": 60, "name_en": "Indicator x", "release_from": 1},
                {"value": 65, "name_en": "New indicator", "release_from": 2},
            ),
        ):
            shown = [get(client, f"{address}?release={number}")["data"] for number in (1, 2)]
            assert {name: shown[0][name] for name in old} == old
            assert {name: shown[1][name] for name in new} == new
            assert get(client, address)["data"] == shown[1]


def test_nested_lists_are_of_the_same_release(publish: Publish, url: str) -> None:
    publish(before())
    publish(after(), Cause.CORRECTION)
    with serving(url) as client:
        old = get(client, "/v1/tasks/aa-2024-t1?release=1")["data"]
        new = get(client, "/v1/tasks/aa-2024-t1")["data"]
    assert [(row["name_en"], row["value"]) for row in old["targets"]] == [("Indicator x", 60)]
    assert [(row["name_en"], row["value"]) for row in new["targets"]] == [
        ("New indicator", 65),
        ("Indicator y", 70),
    ]
    assert [row["body_name_en"] for row in old["participations"]] == ["Body aa"]
    assert [row["body_name_en"] for row in new["participations"]] == ["New name"]
    assert len(old["deliverables"]) == 1
    assert len(new["deliverables"]) == 2


def test_the_answers_of_a_release_stay_byte_for_byte(publish: Publish, url: str) -> None:
    publish(before())
    addresses = [f"/v1/{resource.name}?release=1" for resource in RESOURCES]
    addresses += ["/v1/plans/aa-2024?release=1", "/v1/tasks/aa-2024-t1?release=1"]
    with serving(url) as client:
        kept = [client.get(address).content for address in addresses]
        publish(after(), Cause.CORRECTION)
        assert [client.get(address).content for address in addresses] == kept
        data = [get(client, address.split("?")[0])["data"] for address in addresses]
    told = {
        address
        for address, new, old in zip(addresses, data, kept, strict=True)
        if new == json.loads(old)["data"]
    }
    assert told == {f"/v1/{name}?release=1" for name in ("observations", "errata")}


def test_a_row_that_is_gone_is_shown_by_its_release_only(publish: Publish, url: str) -> None:
    publish(after())
    publish(before(), Cause.CORRECTION)
    with serving(url) as client:
        gone = client.get("/v1/tasks/aa-2024-t3")
        assert gone.status_code == 410
        assert gone.json()["title_zh"] == "已撤回"
        assert gone.json()["last_release"] == 1
        assert gone.json()["cause"] == "correction"
        assert get(client, gone.json()["last_version"])["data"]["code"] == "aa-2024-t3"
        assert client.get("/v1/tasks/aa-2024-t4").status_code == 404
        assert client.get("/v1/tasks/aa-2024-t3?release=1").status_code == 200
        assert get(client, "/v1/tasks?code=aa-2024-t3")["data"] == []
        assert client.get("/v1/tasks?code=aa-2024-t4").status_code == 422


def test_a_code_that_is_not_there_yet_or_no_more_makes_an_empty_list(
    publish: Publish, url: str
) -> None:
    publish(before())
    publish(after(), Cause.CORRECTION)
    with serving(url) as client:
        assert get(client, "/v1/targets?task=aa-2024-t3&release=1")["data"] == []
        assert get(client, "/v1/tasks?plan=aa-2024&as_of=2020-01-01")["data"] == []
        assert client.get("/v1/targets?task=aa-2024-t9&release=1").status_code == 422


def test_long_titles_can_be_paged_and_prose_is_not_sorted_by(publish: Publish, url: str) -> None:
    long = "题" * 300
    tasks = [task(n, title_en=f"{long[:299]}{n}", summary_zh="述" * 2000) for n in (1, 2, 3)]
    publish(plan("aa-2024", tasks, [body("aa")]))
    with serving(url) as client:
        address, numbers = "/v1/tasks?sort=-title_en,title_zh,area_title_zh&limit=1", []
        while address:
            page = get(client, address)
            numbers += [row["number"] for row in page["data"]]
            address = page["links"]["next"]
        assert numbers == [3, 2, 1]
        refused = client.get("/v1/tasks?sort=summary_zh").json()
        assert refused["errors"][0]["reason"] == "not_in_list"


def test_pages_over_several_years_give_each_row_once(publish: Publish, url: str) -> None:
    """Newest year first; two plans of one year, so the order goes on by plan and number."""
    for code, issuer in (
        ("aa-2023", "aa"),
        ("aa-2025", "aa"),
        ("aa-2024", "aa"),
        ("bb-2024", "bb"),
    ):
        raw = plan(code, [task(n) for n in (1, 2, 3)], [body(issuer)], issuer=issuer)
        raw["plan"]["year"] = int(code[-4:])
        publish(raw)
    wanted = [f"{c}-t{n}" for c in ("aa-2025", "aa-2024", "bb-2024", "aa-2023") for n in (1, 2, 3)]
    with serving(url) as client:
        for limit in (1, 2, 3, 5, 12):
            address, found = f"/v1/tasks?limit={limit}", []
            while address:
                answer = get(client, address)
                assert answer["meta"]["total"] == 12
                found += [row["code"] for row in answer["data"]]
                address = answer["links"]["next"]
            assert found == wanted


def test_a_snapshot_does_not_see_what_is_published_meanwhile(publish: Publish, url: str) -> None:
    publish(before())
    params = TASKS.params()
    with closing(Readers(url)) as engine, snapshot(engine) as state:
        shown = list_state(state, TASKS, params, ZONE)
        first = fetch(state, TASKS, params, shown, ZONE)
        publish(after(), Cause.CORRECTION)
        assert list_state(state, TASKS, params, ZONE) == shown
        assert fetch(state, TASKS, params, shown, ZONE) == first
        with snapshot(engine) as later:
            assert list_state(later, TASKS, params, ZONE).number == 2
