"""`as_of` and ranges of time: which release a day or an instant means, to the millisecond."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.publish.plans import import_plans
from app.publish.writer import Orders
from app.settings import SettingError, read_settings
from tests.plans import anchored, body, plan, saved, task
from tests.serving import serving

TIMES = ("2024-02-29T15:59:59.999Z", "2024-02-29T16:00:00.000Z", "2024-06-30T12:00:00.500Z")
"""The last millisecond of a leap day in China, the first of the next day, and a summer's noon."""


@pytest.fixture
def published(engine: sa.Engine, tmp_path: Path) -> None:
    """Three releases, each with one plan more, at these times."""
    for number, time in enumerate(TIMES, 1):
        year = 2020 + number
        raw = plan(f"aa-{year}", [task(1)], [body("aa")], year=year)
        path = saved(tmp_path / "plan.json", anchored(raw))
        import_plans(engine, [path], Orders(), lambda _en, _zh: None)
        with engine.begin() as connection:
            update = sa.text("UPDATE release SET time = :time WHERE number = :number")
            connection.execute(update, {"time": time, "number": number})


@pytest.fixture
def client(published: None, url: str) -> Iterator[httpx.Client]:
    with serving(url) as asked:
        yield asked


def shown(client: httpx.Client, moment: str) -> tuple[int | None, int]:
    """The release that a moment shows, and how many plans it has."""
    answer = client.get("/v1/plans", params={"as_of": moment})
    assert answer.status_code == 200, answer.text
    meta = answer.json()["meta"]
    assert meta["as_of"] == moment
    return meta["release"], meta["total"]


def test_each_moment_shows_the_newest_release_not_later(client: httpx.Client) -> None:
    for moment, release in (
        ("2024-02-29T15:59:59.998Z", None),
        ("2024-02-29T15:59:59.999Z", 1),
        ("2024-02-29T16:00:00Z", 2),
        ("2024-03-01T00:00:00+08:00", 2),
        ("2024-02-29T23:59:59.999+08:00", 1),
        ("2024-02-29T10:59:59.999-05:00", 1),
        ("2024-02-28", None),
        ("2024-02-29", 1),
        ("2024-03-01", 2),
        ("2024-06-30T12:00:00.499Z", 2),
        ("2024-06-30T12:00Z", 2),
        ("2024-06-30T12:00:00.500999Z", 3),
        ("2024-06-29", 2),
        ("2024-06-30", 3),
        ("2025-01-01", 3),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00+14:00", None),
    ):
        assert shown(client, moment) == (release, release or 0), moment


def test_before_the_first_release_there_is_nothing_and_it_is_said(client: httpx.Client) -> None:
    page = client.get("/v1/plans?as_of=2024-02-28").json()
    assert page["data"] == []
    assert page["meta"]["released_at"] is None
    assert page["meta"]["note_en"] == (
        "The moment asked for is before release 1: nothing had been published."
    )
    assert page["meta"]["note_zh"].startswith("所问时刻在第1版发布之前")
    assert page["meta"]["attribution_en"] == "Yaodian, nothing published yet; CC BY 4.0"
    assert page["links"]["permanent"] == "/v1/plans?as_of=2024-02-28"
    detail = client.get("/v1/plans/aa-2021?as_of=2024-02-28")
    assert detail.status_code == 404
    assert detail.json()["detail"].startswith("'aa-2021' was first published in release 1")
    nothing = client.get("/v1/plans/zz-2021?as_of=2024-02-28").json()
    assert nothing["detail"] == "Nothing had been published at 2024-02-28."
    assert client.get("/v1/plans.csv?as_of=2024-02-28").text.startswith("code,year,title_zh")


def test_the_future_is_refused(client: httpx.Client) -> None:
    for moment in ("2999-01-01", "2999-01-01T00:00:00Z", "9999-12-31", "9999-12-31T23:59:59-14:00"):
        answer = client.get("/v1/plans", params={"as_of": moment})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["reason"] == "in_the_future"


@pytest.mark.parametrize(
    "moment",
    [
        "2024-02-30", "2023-02-29", "2024-13-01", "2024-1-1", "20240101", "24-01-01", "2024",
        "2024-01-01T00:00:00", "2024-01-01T24:00:00Z", "2024-01-01T00:00:60Z", "2024-01-01 00:00Z",
        "2024-01-01T00:00:00 08:00", "2024-01-01T00:00:00+25:00", "now", "", "0000-01-01",
        "２０２４-01-01", "2024-01-01T00:00:00.1234567Z",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(moment: str, client: httpx.Client) -> None:
    answer = client.get("/v1/plans", params={"as_of": moment})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["name"], error["value"], error["reason"]) == ("as_of", moment, "not_a_moment")


def test_releases_of_a_time(client: httpx.Client) -> None:
    for question, numbers in (
        ({"time_min": "2024-03-01"}, [3, 2]),
        ({"time_max": "2024-02-29"}, [1]),
        ({"time_min": "2024-02-29", "time_max": "2024-03-01"}, [2, 1]),
        ({"time_min": "2024-02-29T16:00:00Z", "time_max": "2024-02-29T16:00:00Z"}, [2]),
        ({"time_min": "9999-12-31"}, []),
        ({"time_max": "9999-12-31"}, [3, 2, 1]),
        ({"time_min": "0001-01-01"}, [3, 2, 1]),
        ({"release": "2"}, [2, 1]),
        ({"as_of": "2024-02-29"}, [1]),
    ):
        rows = client.get("/v1/releases", params=question).json()["data"]
        assert [row["number"] for row in rows] == numbers, question
    assert client.get("/v1/releases/3?release=2").status_code == 404
    assert client.get("/v1/releases/2?release=2").json()["data"]["time"] == TIMES[1]


def test_pages_go_on_in_the_state_of_a_moment(client: httpx.Client) -> None:
    first = client.get("/v1/plans?as_of=2024-03-01&limit=1").json()
    assert first["links"]["permanent"] == "/v1/plans?limit=1&release=2"
    second = client.get(first["links"]["next"]).json()
    assert (second["meta"]["release"], second["meta"]["total"]) == (2, 2)
    cursor = first["links"]["next"].partition("cursor=")[2]
    same = client.get(f"/v1/plans?as_of=2024-03-01&limit=1&cursor={cursor}")
    assert same.json()["data"] == second["data"]
    other = client.get(f"/v1/plans?as_of=2024-06-30&limit=1&cursor={cursor}")
    assert other.json()["errors"][0]["reason"] == "foreign_cursor"


def test_a_day_is_that_of_the_time_zone_that_is_set(published: None, url: str) -> None:
    with serving(url, timezone="America/New_York") as client:
        assert shown(client, "2024-02-29") == (2, 2)
        assert shown(client, "2024-02-28") == (None, 0)


def test_a_time_zone_that_nobody_knows_is_refused() -> None:
    for name in ("Asia/Ningbo", "../etc/passwd", "", "/etc/localtime"):
        with pytest.raises(SettingError, match="must be an IANA time zone"):
            read_settings({"YAODIAN_TIMEZONE": name})


def test_nested_lists_and_counts_are_of_the_moment_too(client: httpx.Client) -> None:
    def tasks(question: str) -> Any:
        row = client.get(f"/v1/plans/aa-2021?{question}").json()["data"]
        return row["task_count"], [area["task_count"] for area in row["areas"]]

    assert tasks("as_of=2024-02-29") == tasks("release=1") == (1, [1])
