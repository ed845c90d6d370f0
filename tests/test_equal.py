"""Both databases give the same answers, byte for byte; pages give each row once, in order."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise, permutations
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import sqlalchemy as sa

from app.db import closing, writer_engine
from app.models.choices import Cause
from app.publish.scope import Change
from app.query import Resource
from app.resources import RESOURCES
from tests.plans import body, indicator, plan, target, task
from tests.requests_made import (
    RELEASES_MADE,
    Asked,
    Requests,
    changed,
    changed_plan,
    chinese_postgresql,
    copy_rows,
    fill,
    first_plan,
    observation,
    publish,
    results,
    rich_database,
    write,
)
from tests.serving import serving

Json = dict[str, Any]

REQUESTS = 1200
SEED = 2023

OF_THE_MOMENT = {"x-request-id", "date"}
"""Headers that differ between any two answers."""


# --- the same answers ---


@pytest.fixture(scope="module")
def both(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Clients of a SQLite and of a PostgreSQL database with the same rows, times included."""
    folder = tmp_path_factory.mktemp("equal")
    with (
        rich_database(request, folder, "sqlite") as sqlite,
        chinese_postgresql(postgresql) as chinese,
    ):
        fill(sqlite, folder)
        copy_rows(sqlite, chinese)
        # Some forms have whole addresses: both services answer at one.
        public = "https://data.example.org"
        with (
            serving(sqlite, public_url=public) as here,
            serving(chinese, public_url=public) as there,
        ):
            yield here, there


def told(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """All of an answer that must not depend on the database."""
    kept = {k: v for k, v in answer.headers.items() if k not in OF_THE_MOMENT}
    return answer.status_code, kept, answer.content


def same(both: tuple[httpx.Client, httpx.Client], asked: Asked) -> httpx.Response:
    """The answer of both services, which must be one."""
    first, second = (client.get(asked.address, headers=dict(asked.headers)) for client in both)
    assert told(first) == told(second), asked
    return first


def test_generated_requests_are_answered_alike(both: tuple[httpx.Client, httpx.Client]) -> None:
    """Lists, pages, details, conditional requests and mistakes, made from the declarations."""
    made = Requests(both[0], SEED)
    statuses, seen = Counter[int](), Counter[str]()
    waiting: list[Asked] = []
    for _ in range(REQUESTS):
        asked = waiting.pop() if waiting else made.one()
        answer = same(both, asked)
        statuses[answer.status_code] += 1
        seen.update(features(asked, answer))
        if "next" in answer.links and made.random.random() < 0.8:
            waiting.append(made.follow(answer.links["next"]["url"]))
        elif answer.status_code == 200 and made.random.random() < 0.1:
            tag = ("if-none-match", answer.headers["etag"])
            waiting.append(Asked(asked.address, (*asked.headers, tag)))
    assert statuses.total() == REQUESTS
    assert statuses[200] > REQUESTS * 0.6
    for status in (304, 404, 406, 410, 422):
        assert statuses[status] >= 3, statuses
    assert not [status for status in statuses if status >= 500]
    for feature in (
        *(resource.name for resource in RESOURCES),
        *("q", "sort", "fields", "include", "facets", "cursor", "release", "as_of", "bom", "null"),
        *("application/json", "text/csv", "application/x-ndjson", "several rows"),
        *("since", "until", "vintages", "history", "diff"),
        *(form.media_type for resource in RESOURCES for form in resource.more),
    ):
        assert seen[feature] >= 4, f"{feature} was hardly asked: {seen}"


def features(asked: Asked, answer: httpx.Response) -> Iterator[str]:
    """What an answer with rows makes use of."""
    if answer.status_code != 200 or len(answer.content) < 5:
        return
    url = httpx.URL(asked.address)
    parts = [part.split(".")[0] for part in url.path.split("/")[2:]]
    yield parts[-2] if "diff" in parts else parts[-1] if "history" in parts else parts[0]
    yield from set(url.params)
    yield answer.headers["content-type"].split(";")[0]
    if answer.headers["content-type"] == "application/json":
        if b":null" in answer.content.split(b'"meta":')[0]:
            yield "null"
        if isinstance(answer.json()["data"], list) and len(answer.json()["data"]) > 1:
            yield "several rows"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_all_rows_of_a_release_are_alike(
    resource: Resource, both: tuple[httpx.Client, httpx.Client]
) -> None:
    extras = f"facets={','.join(resource.facets)}" if resource.facets else ""
    if resource.nested:
        extras += f"&include={','.join(inner.name for inner in resource.nested)}"
    rows = 0
    for release in (1, 3, 4, RELEASES_MADE):
        answer = same(both, Asked(f"/v1/{resource.name}?limit=1000&release={release}&{extras}"))
        assert answer.status_code == 200
        rows += len(answer.json()["data"])
    assert rows
    for form in resource.more:
        assert same(both, Asked(f"/v1/{resource.name}.{form.name}?limit=1000")).status_code == 200
    for row in same(both, Asked(f"/v1/{resource.name}?limit=5")).json()["data"]:
        if resource.detail:
            assert same(both, Asked(f"/v1/{resource.name}/{row[resource.key]}")).status_code == 200


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_all_that_differs_between_two_releases_is_alike(
    resource: Resource, both: tuple[httpx.Client, httpx.Client]
) -> None:
    for since, release in combinations(range(RELEASES_MADE + 1), 2):
        asked = f"/v1/{resource.name}?limit=1000&since={since}&release={release}"
        assert same(both, Asked(asked)).status_code == 200


def test_all_time_lines_and_comparisons_are_alike(both: tuple[httpx.Client, httpx.Client]) -> None:
    codes = {
        name: [row["code"] for row in both[0].get(f"/v1/{name}?fields=code").json()["data"]]
        for name in ("indicators", "plans")
    }
    rows = 0
    for release in range(1, RELEASES_MADE + 1):
        for first in range(0, len(codes["indicators"]), 20):
            some = [("indicator", code) for code in codes["indicators"][first : first + 20]]
            asked = urlencode([("vintages", "all"), ("release", release), *some])
            answer = same(both, Asked(f"/v1/history?{asked}"))
            rows += len(answer.json()["data"])
        for before, after in permutations(codes["plans"], 2):
            same(both, Asked(f"/v1/plans/{before}/diff/{after}?release={release}"))
    assert rows > 300


# --- pages ---


IN_THE_LOG = ("release", "resource", "code", "field")
"""What names a row of the log, whose key is not shown."""


def shown_key(resource: Resource) -> tuple[str, ...]:
    """The columns that name a row."""
    return (resource.key,) if resource.key in resource.column else IN_THE_LOG


def identity(resource: Resource, row: Json) -> tuple[Any, ...]:
    return tuple(row[name] for name in shown_key(resource))


@dataclass
class Walk:
    """A list that is read page by page: what it should give, and what it gave so far."""

    resource: Resource
    asked: str
    expected: list[Any]
    following: str | None
    found: list[Any] = field(default_factory=list)
    pages: int = 0

    def step(self, client: httpx.Client, release: int) -> None:
        """Read one page more."""
        assert self.following
        answer = client.get(self.following)
        assert answer.status_code == 200, (self.following, answer.text)
        page = answer.json()
        assert page["meta"]["release"] == release, "each page shows the release of the first"
        assert page["meta"]["total"] == len(self.expected), self.asked
        self.found += [identity(self.resource, row) for row in page["data"]]
        self.following = page["links"]["next"]
        self.pages += 1


def bare(key: str) -> str:
    return key.removeprefix("-")


def in_order(rows: list[Json], keys: list[str]) -> list[Json]:
    """Sorted by each key, the last one first, as sorting keeps what is equal; nulls at the end."""
    for key in reversed(keys):
        name = bare(key)
        there = [row for row in rows if row[name] is not None]
        absent = [row for row in rows if row[name] is None]
        rows = sorted(there, key=itemgetter(name), reverse=key.startswith("-")) + absent
    return rows


def all_rows(client: httpx.Client, resource: Resource, more: str = "") -> list[Json]:
    """Every row, with the year of its plan, which some rows are ordered by and do not show."""
    page = client.get(f"/v1/{resource.name}?limit=1000{more}").json()
    assert page["links"]["next"] is None
    plans = client.get("/v1/plans?fields=code,year").json()["data"]
    years = {row["code"]: row["year"] for row in plans}
    return [{"year": years.get(row.get("plan")), **row} for row in page["data"]]


def walk(resource: Resource, rows: list[Json], pages: int, sort: str = "", **more: Any) -> Walk:
    """A walk through rows that are known, on at least so many pages."""
    keys = [*filter(None, sort.split(",")), *resource.order]
    ordered = in_order(rows, [key for key in keys if bare(key) != "row_id"])
    asked = {"limit": max(1, len(rows) // pages), **({"sort": sort} if sort else {}), **more}
    address = f"/v1/{resource.name}?{urlencode(asked)}"
    return Walk(resource, address, [identity(resource, row) for row in ordered], address)


def since_walks(client: httpx.Client, resource: Resource, rows: list[Json]) -> Iterator[Walk]:
    """What differs from earlier releases, told by the rows that each of them shows."""
    there = {identity(resource, row) for row in rows}
    for since in (0, 3, 5):
        then = all_rows(client, resource, f"&release={since}") if since else []
        gone = [row for row in then if identity(resource, row) not in there]
        differing = [row for row in rows if row not in then] + gone
        if len(differing) > 1:
            yield walk(resource, differing, 4, since=since)
            yield walk(resource, differing, 3, f"-{shown_key(resource)[-1]}", since=since)


def all_walks(client: httpx.Client) -> list[Walk]:
    """Each resource in its usual order, by each field both ways, by two fields, and since."""
    found = []
    for resource in RESOURCES:
        rows, fields = all_rows(client, resource), ",".join(shown_key(resource))
        found.append(walk(resource, rows, 8, fields=fields))
        shown = [column for column in resource.columns if column.sortable]
        for column in shown:
            for sign in ("", "-"):
                pages = 4 if column.nullable else 2
                found.append(walk(resource, rows, pages, sign + column.name, fields=fields))
        absent = [column.name for column in shown if column.nullable]
        for one, two in pairwise(absent[:3]):
            found.append(walk(resource, rows, 4, f"-{one},{two}", fields=fields))
        found += since_walks(client, resource, rows)
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def rich_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the bundled plan, other plans, changes and results."""
    with rich_database(request, tmp_path, request.param) as url:
        fill(url, tmp_path)
        yield url


def releases_to_come(engine: sa.Engine, folder: Path) -> list[Callable[[], int]]:
    """Releases that change, add and remove rows of every kind."""
    third = plan(
        "cc-2024",
        [task(n, [target(f"c{n}", n)], {"kindergartens": "mentioned"}, [f"c{n}"]) for n in (1, 2)],
        [body("cc", name_zh="丙", name_en="A first name")],
        [indicator(f"c{n}", name_zh=f"丙{n}") for n in (1, 2)],
        issuer="cc",
    )
    more = [observation("aa-early", year, value=float(year)) for year in (2020, 2021, 2022)]
    removed = [row for row in results() if row["code"] in ("aa-count-2024-s1", "aa-share-2021-s0")]
    fate = {"outcome": "not_issued"}
    return [
        lambda: publish(engine, folder, first_plan(), Cause.CORRECTION),
        lambda: write(
            engine,
            {
                "observation": Change(added=more, removed=removed),
                "deliverable": changed(engine, {"aa-2024-rules6": fate}),
                "body": changed(engine, {"kindergartens": {"name_en": "Nurseries"}}, "body"),
                "erratum": changed(engine, {"xxjyj-2023-e1": {"printed_zh": "改"}}, "erratum"),
            },
            Cause.REVISION,
        ),
        lambda: publish(engine, folder, third),
        lambda: publish(engine, folder, changed_plan(), Cause.CORRECTION),
    ]


def test_pages_give_each_row_once_while_releases_are_published(
    rich_url: str, tmp_path: Path
) -> None:
    """Every walk reads one page, then a release is published, and so on to the last page."""
    with serving(rich_url) as client, closing(writer_engine(rich_url, 10)) as engine:
        walks = all_walks(client)
        assert len(walks) > 450
        to_come = releases_to_come(engine, tmp_path)
        while unfinished := [each for each in walks if each.following]:
            for each in unfinished:
                each.step(client, RELEASES_MADE)
            if to_come:
                assert to_come.pop(0)() > RELEASES_MADE
        assert to_come == [], "all releases were published between pages"
        for each in walks:
            assert each.found == each.expected, each.asked
            assert len(set(each.found)) == len(each.found)
            assert each.pages >= 2
        told = client.get("/v1/releases").json()["data"][0]["number"]
        assert told == RELEASES_MADE + 4
        for name in ("plans", "tasks", "observations", "releases", "bodies", "changes"):
            usual = next(each for each in walks if each.resource.name == name)
            now = all_rows(client, usual.resource)
            assert usual.found != [identity(usual.resource, row) for row in now], (
                "what was published meanwhile is there"
            )
