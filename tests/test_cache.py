"""Finished answers that are kept: the same bytes without work, and nobody's answer for another."""

import json
import random
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Lock
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
import sqlalchemy as sa

import app.main
from app.cache import RETRY, SEEN, STALE, Cache, Seen, size_of
from app.db import Snapshot, is_sqlite
from app.models.choices import Cause
from app.publish.plans import import_plans
from app.publish.writer import Orders
from tests.plans import anchored, body, indicator, plan, saved, target, task
from tests.serving import serving
from tests.test_http import written
from tests.test_takedown import NOTES, RESULT, WORDS, do, raw_plan
from tests.test_takedown import results as results_file

Pair = tuple[str, str]
Rows = list[tuple[Any, ...]]

TASK = "/v1/tasks/xxjyj-2023-t7"
GZIP, BR = ("Accept-Encoding", "gzip"), ("Accept-Encoding", "br")
WHEN_SEEN = 1
"""Seconds after which a new release is seen."""


@dataclass(frozen=True)
class Told:
    """An answer as it was sent, without what differs from one request to the next."""

    status: int
    headers: list[Pair]
    raw: bytes

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def ask(client: httpx.Client, address: str, *headers: Pair, method: str = "GET") -> Told:
    """An answer to exactly this address and these headers; the host is the same everywhere."""
    connection = HTTPConnection(client.base_url.host, client.base_url.port or 80, timeout=20)
    try:
        connection.putrequest(method, address, skip_host=True, skip_accept_encoding=True)
        named = any(name == "Host" for name, _ in headers)
        for name, value in [*([] if named else [("Host", "data.example.org")]), *headers]:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        answer = connection.getresponse()
        shown = [(name.lower(), value) for name, value in answer.getheaders()]
        changing = ("date", "x-request-id")
        return Told(answer.status, sorted(p for p in shown if p[0] not in changing), answer.read())
    finally:
        connection.close()


def nothing() -> None:
    """What happens before a statement, by default."""


@dataclass
class Watched:
    """What the database is asked, but for which release is the newest."""

    newest: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    before: Callable[[], None] = nothing
    """Is done before each statement."""

    def rows(self, rows: Callable[[Snapshot, str, Any], Rows]) -> Callable[..., Rows]:
        def watched(snapshot: Snapshot, sql: str, values: Any) -> Rows:
            if sql not in self.newest:
                self.sent.append(sql)
                self.before()
            return rows(snapshot, sql, values)

        return watched

    def learn(self, service: httpx.Client) -> None:
        """Learn from a service how its database is asked for the newest release."""
        self.sent.clear()
        assert service.get("/readyz").status_code == 200
        self.newest |= set(self.sent)
        assert len(self.newest) == 1

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Nothing is asked meanwhile."""
        self.sent.clear()
        yield
        assert self.sent == []


def keeper(url: str, megabytes: str = "1") -> AbstractContextManager[httpx.Client]:
    """A client of a service that keeps answers."""
    return serving(url, cache_megabytes=megabytes, request_log="false")


@pytest.fixture(scope="module")
def keeping(published_url: str) -> Iterator[httpx.Client]:
    """A service that keeps answers, beside `client`, which keeps none, on one database."""
    with keeper(published_url, "16") as service:
        yield service


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Watches the databases of all services in this process."""
    made = Watched()
    monkeypatch.setattr(Snapshot, "rows", made.rows(Snapshot.rows))
    return made


@pytest.fixture
def caches(monkeypatch: pytest.MonkeyPatch) -> list[Cache]:
    """The caches of services that are started in this test."""
    made: list[Cache] = []

    class Remembered(Cache):
        def __init__(self, *arguments: Any):
            super().__init__(*arguments)
            made.append(self)

    monkeypatch.setattr(app.main, "Cache", Remembered)
    return made


def publish(
    engine: sa.Engine, folder: Path, year: int = 2024, cause: Cause | None = None, **more: Any
) -> None:
    """Publish a small plan; `more` goes to its only promise."""
    promise = target("x", **more)
    raw = plan(f"aa-{year}", [task(1, [promise])], [body("aa")], [indicator("x")], year=year)
    path = saved(folder / "plan.json", anchored(raw))
    import_plans(engine, [path], Orders(cause=cause), lambda _en, _zh: None)


# --- the same answers -------------------------------------------------------------------------

ADDRESSES = [
    "/v1",
    "/v1/targets",
    "/v1/targets?limit=5&sort=-value",
    "/v1/targets?area=xxjyj-2023-a6",
    "/v1/targets?release=1&limit=4",
    "/v1/targets?as_of=2020-01-01",
    "/v1/tasks?since=0&limit=3",
    "/v1/tasks?q=%E5%AD%A6%E4%BD%8D",
    "/v1/tasks.csv?bom=true",
    "/v1/tasks?format=ndjson&limit=3",
    "/v1/changes.atom?limit=3",
    "/v1/targets.bibtex?limit=3",
    "/v1/targets?format=gbt7714&limit=2",
    "/v1/targets.csl-json?limit=2",
    TASK,
    f"{TASK}.csv",
    "/v1/releases/1",
    "/v1/history?indicator=xxjyj-new-school-places",
    "/v1/indicators/xxjyj-new-school-places/history.csv",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_kept_is_sent_as_it_would_be_anew(
    address: str, client: httpx.Client, keeping: httpx.Client, watched: Watched
) -> None:
    watched.learn(client)
    for coding in ((), (GZIP,), (BR,)):
        fresh = ask(client, address, *coding)
        assert fresh.status == 200
        tag, date = fresh.header("etag"), fresh.header("last-modified")
        assert tag
        ways: list[tuple[str, tuple[Pair, ...]]] = [
            ("GET", ()),
            ("GET", ()),
            ("HEAD", ()),
            ("GET", (("If-None-Match", tag),)),
            ("HEAD", (("If-None-Match", f'"other", {tag}'),)),
            ("GET", (("If-None-Match", tag.removeprefix("W/")),)),
            ("GET", (("If-None-Match", '"other"'),)),
            ("GET", (("If-Modified-Since", tag),)),
            ("GET", (("If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT"),)),
            ("GET", (("If-Modified-Since", date or "Mon, 01 Jan 2024 00:00:00 GMT"),)),
            ("GET", (("If-None-Match", '"other"'), ("If-Modified-Since", date or "never"))),
        ]
        anew = [ask(client, address, *coding, *more, method=way) for way, more in ways]
        for kept_already in (False, True):
            watched.sent.clear()
            for (way, more), expected in zip(ways, anew, strict=True):
                assert ask(keeping, address, *coding, *more, method=way) == expected
            assert watched.sent == [] or not kept_already
        by_date = 304 if date else 200  # before the first release there is no date
        assert [told.status for told in anew] == [
            200, 200, 200, 304, 304, 304, 200, 200, 200, by_date, 200
        ]  # fmt: skip


def test_plan_against_plan_is_kept(
    url: str, engine: sa.Engine, tmp_path: Path, watched: Watched
) -> None:
    publish(engine, tmp_path)
    publish(engine, tmp_path, year=2025)
    address = "/v1/plans/aa-2024/diff/aa-2025"
    with serving(url) as plain, keeper(url) as service:
        watched.learn(plain)
        for form in ("", ".csv"):
            expected = ask(plain, address + form)
            assert expected.status == 200
            assert [ask(service, address + form) for _ in range(2)] == [expected] * 2
            with watched.silent():
                assert ask(service, address + form) == expected


FORMS = {
    "application/json": "application/json",
    "text/csv": "text/csv; charset=utf-8; header=present",
    "application/x-ndjson": "application/x-ndjson",
    "text/html;q=0.9, text/csv;q=0.8": "text/csv; charset=utf-8; header=present",
    "text/html,*/*;q=0.8": "application/json",
    "*/*": "application/json",
}


def test_each_client_gets_the_form_that_it_accepts(
    client: httpx.Client, keeping: httpx.Client
) -> None:
    for _ in range(3):
        for accept, content_type in FORMS.items():
            told = ask(keeping, "/v1/errata?limit=2", ("Accept", accept))
            assert told.header("content-type") == content_type
            assert told == ask(client, "/v1/errata?limit=2", ("Accept", accept))
        several = [("Accept", "text/html"), ("Accept", "text/csv")]
        told = ask(keeping, "/v1/errata?limit=2", *several)
        assert told.header("content-type") == FORMS["text/csv"]
        assert ask(keeping, "/v1/errata?limit=2", ("Accept", "text/html")).status == 406


def test_whole_addresses_are_those_of_the_host_that_was_asked(
    published_url: str, keeping: httpx.Client
) -> None:
    address, hosts = "/v1/changes.atom?limit=1", ("a.example", "b.example:8080", "a.example")
    with serving(published_url, cache_megabytes="1", public_url="https://c.example") as named:
        for _ in range(3):
            for host in hosts:
                told = ask(keeping, address, ("Host", host)).raw
                assert f"http://{host}/v1/".encode() in told
                others = {*hosts} - {host}
                assert not any(f"http://{other}/".encode() in told for other in others)
                assert b"https://c.example/v1/" in ask(named, address, ("Host", host)).raw
            assert ask(keeping, address, ("Host", 'x"><b>')).status == 400


def test_a_proxy_names_the_scheme(keeping: httpx.Client) -> None:
    address, host = "/v1/changes.atom?limit=2", ("Host", "a.example")
    for _ in range(3):
        assert b"http://a.example/v1/" in ask(keeping, address, host).raw
        for scheme in ("https", "http"):
            told = ask(keeping, address, host, ("X-Forwarded-Proto", scheme))
            assert f"{scheme}://a.example/v1/".encode() in told.raw


# --- work that is saved -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/v1/targets?limit=6", "/v1/tasks.csv?limit=6", "/v1/tasks?q=%E5%B9%BC&limit=6"]
)
def test_what_is_asked_for_a_third_time_costs_no_statement(
    address: str, published_url: str, watched: Watched
) -> None:
    with keeper(published_url) as service:
        watched.learn(service)
        for coding in ((), (GZIP,), (BR,)):
            counts = []
            for _ in range(4):
                watched.sent.clear()
                assert ask(service, address, *coding).status == 200
                counts.append(len(watched.sent))
            assert [count > 0 for count in counts] == [True, True, False, False]


def test_a_condition_at_first_is_left_to_the_application(
    client: httpx.Client, published_url: str, watched: Watched
) -> None:
    address = "/v1/bodies?limit=3"
    fresh = ask(client, address)
    tag = ("If-None-Match", fresh.header("etag") or "")
    not_modified = ask(client, address, tag)
    with keeper(published_url) as service:
        watched.learn(service)
        with watched.silent():
            assert ask(service, address, tag) == not_modified, "a tag needs no rows"
        assert ask(service, address, tag) == not_modified
        with watched.silent():
            for _ in range(2):
                assert ask(service, address) == fresh
                assert ask(service, address, tag) == not_modified


def test_many_who_ask_at_once_cost_one_answer(
    client: httpx.Client, published_url: str, watched: Watched, caches: list[Cache]
) -> None:
    address = "/v1/targets?unit=percent"
    expected = ask(client, address)
    with keeper(published_url) as service:
        service.get("/v1/plans")  # what a release rests on is read once
        watched.learn(service)
        watched.before = lambda: time.sleep(0.5)
        watched.sent.clear()
        with ThreadPoolExecutor(20) as threads:
            told = list(threads.map(lambda _: ask(service, address), range(20)))
    assert told == [expected] * 20
    assert 0 < len(watched.sent) == len({*watched.sent}), "none twice"
    shelf = caches[0].shelves[0]
    ((key, entry),) = ((key, entry) for key, entry in shelf.entries.items() if key[1])
    assert shelf.taken == size_of(key, entry), "it takes its room once"


def test_a_failure_is_that_of_one_request(
    published_url: str, watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    failed = Lock()

    def fail_once() -> None:
        time.sleep(0.3)
        if failed.acquire(blocking=False):
            raise RuntimeError("a fault inside")

    with keeper(published_url) as service:
        service.get("/v1/plans")  # what a release rests on is read once
        watched.learn(service)
        watched.before = fail_once
        with ThreadPoolExecutor(10) as threads:
            told = list(threads.map(lambda _: ask(service, "/v1/areas"), range(10)))
        assert sorted(answer.status for answer in told) == [200] * 9 + [500]
        (problem,) = (answer for answer in told if answer.status == 500)
        assert problem.header("cache-control") == "no-store"
        written(caplog, "yaodian", 1)
        assert [record.name for record in caplog.records].count("yaodian") == 1
        with watched.silent():
            assert ask(service, "/v1/areas").status == 200


def test_a_client_that_leaves_harms_nobody(published_url: str, watched: Watched) -> None:
    address = "/v1/areas?limit=3"
    with keeper(published_url) as service:
        service.get("/v1/plans")  # what a release rests on is read once
        watched.learn(service)
        watched.before = lambda: time.sleep(0.2)
        watched.sent.clear()
        host, port = service.base_url.host, service.base_url.port or 80
        with socket.create_connection((host, port)) as leaver:
            leaver.sendall(f"GET {address} HTTP/1.1\r\nHost: data.example.org\r\n\r\n".encode())
            while not watched.sent:
                time.sleep(0.01)
        with ThreadPoolExecutor(4) as threads:
            told = list(threads.map(lambda _: ask(service, address), range(4)))
        assert {answer.status for answer in told} == {200}
        assert len(watched.sent) == len({*watched.sent}), "it was asked by the one who left alone"
        with watched.silent():
            assert ask(service, address).status == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/tasks/none", 404),
        ("/v1/tasks?area=none", 422),
        ("/v1/tasks?release=2147483647", 422),
        ("/v1/bodies/yy", 410),
    ],
)
def test_refusals_are_not_kept(
    address: str, status: int, url: str, engine: sa.Engine, tmp_path: Path, caches: list[Cache]
) -> None:
    path = tmp_path / "plan.json"
    for bodies, cause in (["aa", "yy"], None), (["aa"], Cause.CORRECTION):
        saved(path, anchored(plan("aa-2024", [task(1)], [*map(body, bodies)])))
        import_plans(engine, [path], Orders(cause=cause), lambda _en, _zh: None)
    with keeper(url) as service:
        for _ in range(4):
            told = ask(service, address)
            assert (told.status, told.header("cache-control")) == (status, "no-store")
            assert told.header("etag") is None
        assert kept(caches[0]) == []


def kept(cache: Cache) -> list[tuple[bytes, bytes]]:
    """The addresses whose answers are kept."""
    return [key[:2] for shelf in cache.shelves for key in shelf.entries]


# --- bounds -----------------------------------------------------------------------------------


def test_what_is_kept_stays_within_its_room(
    published_url: str, caches: list[Cache], watched: Watched
) -> None:
    """Sixty lists of 20 kB and more are asked for, in a mebibyte."""
    with keeper(published_url) as service:
        watched.learn(service)
        sizes = []
        for _ in range(2):
            ask(service, "/v1/plans")
        for number in range(60):
            with watched.silent():
                ask(service, "/v1/plans")  # what was not asked for the longest goes first
            for _ in range(2):
                told = ask(service, f"/v1/targets?value_min={number / 1000}")
                assert told.status == 200
            sizes.append(len(told.raw))
            held = sum(
                len(entry.answer.body) for shelf in caches[0].shelves
                for entry in shelf.entries.values()
            )  # fmt: skip
            assert held <= 2**20
        assert sum(sizes) > 2**20 > held > 2**19
        assert (b"/v1/targets", b"value_min=0.059") in kept(caches[0])
        assert (b"/v1/targets", b"value_min=0.0") not in kept(caches[0])


def test_searches_push_nothing_out_but_searches(
    published_url: str, caches: list[Cache], watched: Watched
) -> None:
    with keeper(published_url) as service:
        for _ in range(2):
            ask(service, "/v1/plans")
        watched.learn(service)
        for number in range(250):
            name = ("q", "%71", "fields=code&q")[number % 3]
            for _ in range(2):
                told = ask(service, f"/v1/tasks?{name}=word{number}")
                assert told.status == 200
        with watched.silent():
            ask(service, "/v1/plans")
        others, searches = caches[0].shelves
        assert [key[0] for key in others.entries] == [b"/v1/plans"]
        held = sum(len(entry.answer.body) for entry in searches.entries.values())
        assert 0 < held <= 2**18
        assert 0 < len(searches.entries) < 250


def test_what_is_asked_once_is_not_kept(published_url: str, caches: list[Cache]) -> None:
    with keeper(published_url) as service:
        for number in range(40):
            assert ask(service, f"/v1/tasks?limit={number + 1}").status == 200
            assert ask(service, f"/v1/tasks?colour={number}").status == 422
            assert ask(service, f"/v1/tasks?q=word{number}").status == 200
        assert kept(caches[0]) == []


def test_the_memory_of_what_was_asked_is_bounded() -> None:
    seen = Seen()
    keys = [(b"/v1", str(number).encode(), None, b"", "http", b"") for number in range(5 * SEEN)]
    assert not any(seen.again(key) for key in keys)
    assert len(seen.recent) + len(seen.older) <= 2 * SEEN
    assert seen.again(keys[-1])
    assert not seen.again(keys[0])


# --- nobody's answer for another --------------------------------------------------------------


def told_after(
    service: httpx.Client, address: str, by: tuple[Pair, ...], to: tuple[Pair, ...]
) -> Told:
    """What one client is told after another has had an answer kept."""
    for _ in range(3):
        ask(service, address, *by)
    return ask(service, address, *to)


CSV, JSON = ("Accept", "text/csv"), ("Accept", "application/json")


@pytest.mark.parametrize(
    ("address", "by", "to"),
    [
        (f"{TASK}.", (CSV,), (JSON,)),
        (f"{TASK}%2e", (CSV,), (JSON,)),
        ("/v1/tasks?q=format=", (CSV,), (JSON,)),
        ("/v1/tasks?fields=code&q=.csv", (CSV,), ()),
        (TASK, (CSV,), (("Accept", "*/*"),)),
        (TASK, (("Accept", "text/csv, application/json;q=0.1"),), (JSON,)),
        ("/v1/tasks?limit=2", (BR,), (GZIP,)),
        ("/v1/tasks?limit=2", (GZIP,), (("Accept-Encoding", "gzip;q=0"),)),
        ("/v1/tasks?limit=2", (("If-None-Match", '"other"'),), ()),
        (
            "/v1/changes.atom?limit=1",
            (("X-Forwarded-Proto", "http"), ("Host", "s.example")),
            (("X-Forwarded-Proto", "https"), ("Host", ".example")),
        ),
        (
            "/v1/changes.atom?limit=1",
            (("X-Forwarded-Proto", "https"),),
            (),
        ),
        ("/v1/changes.atom?limit=1", (("Host", "evil.example"),), ()),
    ],
)
def test_no_client_decides_what_another_is_told(
    address: str,
    by: tuple[Pair, ...],
    to: tuple[Pair, ...],
    client: httpx.Client,
    published_url: str,
) -> None:
    expected = ask(client, address, *to)
    assert expected.status == 200
    with keeper(published_url) as service:
        assert told_after(service, address, by, to) == expected


STRANGE: list[Pair] = [
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-For", "10.0.0.1"),
    ("Forwarded", "host=evil.example;proto=https"),
    ("X-Original-URL", "/v1/plans"),
    ("X-Rewrite-URL", "/v1/plans"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Accept-Language", "zh"),
    ("Accept-Charset", "gb18030"),
    ("Range", "bytes=0-9"),
    ("If-Range", '"other"'),
    ("If-Match", '"other"'),
    ("If-Unmodified-Since", "Mon, 01 Jan 2024 00:00:00 GMT"),
    ("Origin", "https://evil.example"),
    ("Cookie", "format=csv"),
    ("Authorization", "Basic eDp5"),
    ("Cache-Control", "no-cache"),
    ("Accept", "text/csv"),
    ("Accept", "application/json"),
    ("Accept", "application/xml"),
    ("Accept", "text/csv;q=0.2, */*;q=nan"),
    ("Accept", "text/csv, " + "a/b, " * 100),
    ("Accept", "\x80\xff"),
    ("Accept", ""),
    ("Accept-Encoding", "gzip"),
    ("Accept-Encoding", "br;q=0, *"),
    ("Accept-Encoding", "identity;q=0"),
    ("Accept-Encoding", "gzip, " * 1000),
    ("Accept-Encoding", "\xe9;q=1"),
    ("Host", "a.example"),
    ("Host", "A.example"),
    ("Host", "a.example:99999999"),
    ("Host", "evil.example/v1"),
    ("Host", "\xe9.example"),
    ("Host", "h" * 1000),
    ("Host", ""),
    ("If-None-Match", "*"),
    ("If-None-Match", 'W/"", , "'),
    ("If-Modified-Since", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ("If-Modified-Since", "Fri, 31 Dec 9999 23:59:59 -9999"),
]
"""Headers that one client may send to be told something else, or to have others told so."""

TRICKS = [
    "/v1/tasks?limit=2",
    "/v1/tasks?&&limit=2",
    "/v1/tasks?limit=%32",
    "/v1/%74asks?limit=2",
    "/v1/tasks%2Ecsv?limit=2",
    "/v1/tasks.csv?limit=2",
    "/v1/tasks.CSV?limit=2",
    "/v1/tasks..csv",
    "/v1/tasks.csv.",
    "/v1/tasks.",
    f"{TASK}.",
    f"{TASK}.%63sv",
    f"{TASK}.csv%00",
    f"{TASK}.a/../{TASK}",
    f"{TASK};x=.csv",
    "/v1/tasks/a.b%2Fc",
    "/v1/tasks?limit=2&format=csv",
    "/v1/tasks?limit=2&%66ormat=csv",
    "/v1/tasks?limit=2&format=",
    "/v1/tasks?limit=2&format",
    "/v1/tasks?limit=2&xformat=csv",
    "/v1/tasks?q=%26format=csv",
    "/v1/tasks?q=format=csv&limit=2",
    "/v1/tasks?format=csv&format=json",
    "/v1/tasks?limit=2;format=csv",
    "/v1/tasks?%71=2023&limit=2",
    "/v1/../v1/tasks?limit=2",
    "/v1//tasks",
    "//v1/tasks",
    "/v1%2Ftasks?limit=2",
    "/V1/tasks",
    "/v1/tasks/",
    "/v1/tasks%3Flimit=2",
    "/v1/tasks?limit=2#.csv",
    "http://evil.example/v1/changes.atom?limit=1",
    "/v1/changes.atom?limit=1",
    "/v1/changes?limit=1&format=atom",
    "/v1x",
    "/v1",
    "/v1.csv",
    "/healthz",
    "/openapi.json",
]
"""Spellings of addresses that a cache could take for one another."""


@pytest.mark.parametrize("seed", range(2))
def test_whatever_others_ask_each_is_told_what_it_would_be_told_alone(
    seed: int, client: httpx.Client, published_url: str
) -> None:
    chance = random.Random(seed)
    alone: dict[Any, Told] = {}
    kinds = set()
    with keeper(published_url) as service:
        for _ in range(250):
            address = chance.choice(chance.sample(TRICKS, len(TRICKS))[:2] + TRICKS[:1])
            headers = chance.choices(STRANGE, k=chance.randrange(4))
            hosts = [pair for pair in headers if pair[0] == "Host"]
            headers = [pair for pair in headers if pair not in hosts[1:]]
            method = chance.choice(["GET", "GET", "HEAD"])
            asked = method, address, tuple(headers)
            expected = alone.setdefault(asked, ask(client, address, *headers, method=method))
            for _ in range(chance.choice([1, 3])):
                assert ask(service, address, *headers, method=method) == expected, asked
            kinds.add(expected.status)
    assert kinds >= {200, 304, 404, 406, 422}


# --- how long others may keep it --------------------------------------------------------------

NOW = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
PAST = "public, max-age=86400, stale-while-revalidate=600, stale-if-error=86400"


def day(days: int) -> str:
    """The day in China so many days ago."""
    return (datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days)).date().isoformat()


def instant(minutes: float) -> str:
    """The instant so many minutes ago."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


QUESTIONS: dict[str, tuple[str, Callable[[], str]]] = {
    "now": (NOW, lambda: ""),
    "since": (NOW, lambda: "since=0"),
    "today": (NOW, lambda: f"as_of={day(0)}"),
    "this second": (NOW, lambda: f"as_of={instant(0)}"),
    "a release": (PAST, lambda: "release=1"),
    "a day": (PAST, lambda: f"as_of={day(2)}"),
    "two minutes ago": (PAST, lambda: f"as_of={instant(2)}"),
    "before all releases": (PAST, lambda: "as_of=2020-01-01"),
}
"""How long others may keep an answer, and its question."""


@pytest.mark.parametrize("case", QUESTIONS)
def test_others_may_keep_for_long_what_no_later_release_changes(
    case: str, client: httpx.Client, keeping: httpx.Client
) -> None:
    lasting, made = QUESTIONS[case]
    question = made()
    for service in (client, keeping, keeping, keeping):
        for suffix, is_file in (("", False), (".ndjson", False), (".csv", True), (".bibtex", True)):
            if is_file and question == "since=0":
                continue  # citations do not say what changed
            told = ask(service, f"/v1/targets{suffix}?{question}")
            assert told.status == 200
            immutable = ", immutable" if is_file and lasting == PAST else ""
            assert told.header("cache-control") == lasting + immutable


def test_others_may_keep_a_page_behind_a_cursor_for_long(keeping: httpx.Client) -> None:
    following = keeping.get("/v1/targets?limit=5").json()["links"]["next"]
    assert ask(keeping, following).header("cache-control") == PAST
    as_file = ask(keeping, following.replace("/targets?", "/targets.csv?"))
    assert as_file.header("cache-control") == f"{PAST}, immutable"


# --- when there is another release, or no database --------------------------------------------


def test_a_takedown_is_seen_in_answers_about_the_past(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAODIAN_DATABASE_URL", url)
    do("import", saved(tmp_path / "plan.json", anchored(raw_plan())))
    file = tmp_path / "results.csv"
    file.write_text(results_file(61.83), encoding="utf-8")
    do("observe", file)
    addresses = [
        f"/v1/observations/{RESULT}?release=2",
        "/v1/observations.csv?release=2",
        "/v1/history?indicator=aa-x&release=2",
    ]
    with keeper(url) as service:
        before = [ask(service, address) for address in addresses for _ in range(3)][::3]
        assert all(WORDS[0].encode() in told.raw for told in before)
        do("takedown", f"observations/{RESULT}", *NOTES)
        time.sleep(WHEN_SEEN)
        for address, old in zip(addresses, before, strict=True):
            told = ask(service, address, ("If-None-Match", old.header("etag") or ""))
            assert told.status == 200
            assert not any(word.encode() in told.raw for word in (*WORDS, "61.83"))


def release_of(told: Told) -> int:
    """The release that an answer shows."""
    number: int = json.loads(told.raw)["meta"]["release"]
    return number


@contextmanager
def away(url: str, engine: sa.Engine) -> Iterator[None]:
    """The database lets nobody in; SQLite's has lost the table that all answers rest on."""
    if is_sqlite(url):
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE release RENAME TO lost")
        yield
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE lost RENAME TO release")
        return
    server, _, name = url.replace("+psycopg", "").rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(end, [name])
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    engine.dispose()


def test_kept_answers_go_on_without_a_database(
    url: str, engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(engine, tmp_path)
    with keeper(url) as service:
        (kept_answer,) = {ask(service, "/v1/plans").raw for _ in range(3)}
        with away(url, engine):
            time.sleep(STALE)
            began = time.monotonic()
            for _ in range(20):
                assert ask(service, "/v1/plans").raw == kept_answer
                other = ask(service, "/v1/tasks")
                assert (other.status, other.header("cache-control")) == (503, "no-store")
                assert other.header("retry-after") == "5"
                time.sleep(0.02)
            assert time.monotonic() - began < 5
            monkeypatch.setattr(app.cache, "LONGEST_AWAY", STALE)
            assert ask(service, "/v1/plans").status == 503, "it was away for too long"
        publish(engine, tmp_path, year=2025)
        time.sleep(WHEN_SEEN + RETRY)
        assert release_of(ask(service, "/v1/tasks")) == 2
        assert release_of(ask(service, "/v1/plans")) == 2


def test_nobody_waits_long_for_a_database_that_hangs(
    url: str, engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request waits, those after it do not."""
    newest, goes_on = app.main.newest, Event()
    goes_on.set()

    def hanging(snapshot: Snapshot) -> Any:
        goes_on.wait(20)
        return newest(snapshot)

    monkeypatch.setattr(app.main, "newest", hanging)
    monkeypatch.setattr(app.cache, "PATIENCE", 1)
    publish(engine, tmp_path)
    with keeper(url) as service:
        (kept_answer,) = {ask(service, "/v1/plans").raw for _ in range(3)}
        goes_on.clear()
        time.sleep(STALE)
        durations = []
        for _ in range(5):
            began = time.monotonic()
            assert ask(service, "/v1/plans").raw == kept_answer
            durations.append(time.monotonic() - began)
        goes_on.set()
        assert 1 <= durations[0] < 3
        assert sum(durations[1:]) < 1
        publish(engine, tmp_path, year=2025)
        time.sleep(WHEN_SEEN)
        assert release_of(ask(service, "/v1/plans")) == 2


def test_a_slow_answer_about_the_newest_release_makes_no_old_answers(
    url: str, engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked behind a release does not rest on what was read before it."""
    newest, is_read = app.main.newest, Event()
    delays = [0.0]

    def slow(snapshot: Snapshot) -> Any:
        found = newest(snapshot)
        is_read.set()
        time.sleep(delays.pop())
        delays[:] = delays or [0.0]
        return found

    monkeypatch.setattr(app.main, "newest", slow)
    publish(engine, tmp_path)
    with keeper(url) as service, ThreadPoolExecutor(1) as threads:
        for _ in range(3):
            ask(service, "/v1/plans")
        time.sleep(STALE)
        is_read.clear()
        delays[:] = [0.0, 3]
        first = threads.submit(ask, service, "/v1/plans")
        assert is_read.wait(5)
        publish(engine, tmp_path, year=2025)
        time.sleep(WHEN_SEEN)
        assert not first.done()
        assert release_of(ask(service, "/v1/plans")) == 2
