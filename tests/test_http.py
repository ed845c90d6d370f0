"""The craft around the rows: methods, headers, codings, conditional requests, failures."""

import gzip
import json
import re
import socket
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
import sqlalchemy as sa

from app.db import Snapshot
from app.errors import all_problems
from app.publish.plans import import_plans
from app.publish.writer import Orders
from app.resources import RESOURCES
from app.serve import listen
from app.stack import LONGEST_ADDRESS
from tests.plans import anchored, body, plan, saved, task
from tests.serving import serving

SMALL = plan("aa-2024", [task(1), task(2)], [body("aa")])


ADDRESSES = [
    *(f"/v1/{resource.name}" for resource in RESOURCES),
    "/v1",
    "/v1/tasks.csv",
    "/v1/tasks/xxjyj-2023-t7",
    "/v1/tasks?since=0&limit=3",
    "/v1/changes.atom?limit=3",
    "/v1/targets.bibtex?limit=3",
    "/v1/history?indicator=xxjyj-new-school-places",
    "/v1/history.csv?indicator=xxjyj-new-school-places",
    "/v1/indicators/xxjyj-new-school-places/history",
    "/v1/indicators/xxjyj-new-school-places/history.ndjson",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/docs",
    "/docs/swagger-ui.css",
    "/problems",
    "/problems/withdrawn",
    "/v1/tasks?aera=1",
    "/v1/tasks/none",
    "/v1/changes/1",
    "/v1/history",
    "/v1/indicators/none/history",
    "/v1/plans/xxjyj-2023/diff/xxjyj-2023",
    "/v1/plans/xxjyj-2023/diff/none.csv",
    "/nowhere",
    "/v1/tasks.pdf",
]
"""Answers and refusals of every kind."""


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_may_be_read_from_any_page_and_is_safe(
    address: str, client: httpx.Client
) -> None:
    headers = client.get(address, headers={"Origin": "https://example.org"}).headers
    assert headers["access-control-allow-origin"] == "*"
    exposed = headers["access-control-expose-headers"].split(", ")
    assert {"ETag", "Link", "Content-Disposition", "Retry-After", "X-Request-ID"} <= set(exposed)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_is_get_without_a_body(address: str, client: httpx.Client) -> None:
    changing = ("date", "x-request-id")
    got, head = (client.request(method, address) for method in ("GET", "HEAD"))
    assert head.status_code == got.status_code
    assert head.content == b""
    alike = [{k: v for k, v in a.headers.items() if k not in changing} for a in (got, head)]
    assert alike[0] == alike[1]


@pytest.mark.parametrize("address", ADDRESSES)
def test_options_tells_what_a_browser_asks_before_it_asks(
    address: str, client: httpx.Client
) -> None:
    wanted = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    answer = client.options(address, headers=wanted)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_nothing_can_be_written(method: str, client: httpx.Client) -> None:
    for address in (
        "/v1", "/v1/tasks", "/v1/tasks/xxjyj-2023-t7", "/healthz", "/openapi.json", "/v1/changes",
        "/v1/history", "/v1/indicators/xxjyj/history", "/v1/plans/a/diff/b",
    ):  # fmt: skip
        answer = client.request(method, address)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
        assert answer.json()["type"] == "/problems/method-not-allowed"


@pytest.mark.parametrize(
    "address",
    ["/v1", "/v1/targets", "/v1/targets.csv", "/v1/tasks/xxjyj-2023-t7", "/openapi.json",
     "/v1/tasks?since=0", "/v1/changes.atom", "/v1/targets.csl-json",
     "/v1/history?indicator=xxjyj-new-school-places",
     "/v1/indicators/xxjyj-new-school-places/history.csv"],
)  # fmt: skip
def test_what_a_client_has_is_not_sent_again(address: str, client: httpx.Client) -> None:
    first = client.get(address)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    for given in (tag, f'"other", {tag}', tag.removeprefix("W/")):
        again = client.get(address, headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert again.headers["vary"] == first.headers["vary"]
        assert again.headers["access-control-allow-origin"] == "*"
    assert client.get(address, headers={"If-None-Match": '"other"'}).content == first.content


def test_the_date_of_the_release_serves_where_there_is_no_tag(client: httpx.Client) -> None:
    first = client.get("/v1/tasks")
    released = first.json()["meta"]["released_at"]
    date = first.headers["last-modified"]
    assert parsedate_to_datetime(date).strftime("%Y-%m-%dT%H:%M:%S") == released[:19]
    since = {"If-Modified-Since": date}
    assert client.get("/v1/tasks", headers=since).status_code == 304
    earlier = {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}
    assert client.get("/v1/tasks", headers=earlier).status_code == 200
    both = {**since, "If-None-Match": '"other"'}
    assert client.get("/v1/tasks", headers=both).status_code == 200, "the tag goes first"
    for address, status in (("/v1/tasks/none", 404), ("/v1/tasks?area=none", 422)):
        assert client.get(address, headers=since).status_code == status, "there is nothing to have"
    for nonsense in ("yesterday", "", "2026-11-24", "Tue, 99 Nov 2026 02:00:00 GMT"):
        assert client.get("/v1/tasks", headers={"If-Modified-Since": nonsense}).status_code == 200


def test_a_tag_is_that_of_the_question_the_form_and_the_release(
    engine: sa.Engine, url: str, tmp_path: Path
) -> None:
    def publish(raw: dict[str, Any]) -> None:
        path = saved(tmp_path / "plan.json", anchored(raw))
        import_plans(engine, [path], Orders(), lambda _en, _zh: None)

    def tag(service: httpx.Client, address: str) -> str:
        return str(service.get(address).headers["etag"])

    publish(SMALL)
    addresses = [
        "/v1/tasks", "/v1/tasks.csv", "/v1/tasks?year=2024", "/v1/tasks?limit=1", "/v1",
        "/v1/tasks?since=0", "/v1/tasks?since=1", "/v1/changes", "/v1/changes?until=1",
    ]  # fmt: skip
    with serving(url) as first, serving(url) as second:
        tags = [tag(first, address) for address in addresses]
        assert len(set(tags)) == len(tags)
        assert [tag(second, address) for address in addresses] == tags, "as after a restart"
        assert tag(first, "/v1/tasks?format=csv") == tag(first, "/v1/tasks.csv")
        assert tag(first, "/v1/tasks?limit=1&year=2024") == tag(
            first, "/v1/tasks?year=2024&limit=1"
        )
        publish(plan("aa-2025", [task(1)], [body("aa")], year=2025))
        assert not {tag(first, address) for address in addresses} & set(tags)
        old = tag(first, "/v1/tasks?release=1")
        assert first.get("/v1/tasks?release=1", headers={"If-None-Match": old}).status_code == 304


@pytest.mark.parametrize(
    ("wanted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("*;q=0", None),
        ("identity", None),
        ("", None),
        ("gzip;q=nonsense", None),
    ],
)
def test_answers_come_in_the_coding_that_the_client_likes(
    wanted: str, coding: str | None, client: httpx.Client
) -> None:
    plain = client.get("/v1/tasks", headers={"Accept-Encoding": "identity"}).content
    with client.stream("GET", "/v1/tasks", headers={"Accept-Encoding": wanted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == coding
    unpacked = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding](raw)
    assert unpacked == plain
    assert "Accept-Encoding" in answer.headers["vary"]
    assert len(raw) == int(answer.headers["content-length"])
    assert coding is None or len(raw) < len(plain) / 2


def test_small_answers_are_not_packed(client: httpx.Client) -> None:
    answer = client.get("/v1/tasks/xxjyj-2023-t7.csv", headers={"Accept-Encoding": "gzip"})
    small = client.get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in small.headers


def test_a_request_keeps_the_name_that_the_client_gives_it(client: httpx.Client) -> None:
    answer = client.get("/v1/tasks", headers={"X-Request-ID": "walk-7.a"})
    assert answer.headers["x-request-id"] == "walk-7.a"
    for bad in ("a b", "x" * 65, "a;b", ""):
        answer = client.get("/v1/tasks", headers={"X-Request-ID": bad})
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])


def written(log: pytest.LogCaptureFixture, name: str, count: int) -> None:
    """Wait for lines that are written when the answer is already on its way."""
    end = time.monotonic() + 10
    while [r.name for r in log.records].count(name) < count and time.monotonic() < end:
        time.sleep(0.01)


def test_each_request_is_a_line_of_the_log(
    client: httpx.Client, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    client.get("/v1/tasks?area=xxjyj-2023-a3", headers={"X-Request-ID": "one"})
    client.head("/nowhere", headers={"X-Request-ID": "two"})
    lines = b""
    while lines.count(b"\n") < 2:  # they are written when the answer is already on its way
        lines += capfdbinary.readouterr().out
    first, second = map(json.loads, lines.splitlines())
    assert first["bytes"] > 1000
    assert first["ms"] > 0
    assert {k: first[k] for k in ("id", "method", "address", "status")} == {
        "id": "one",
        "method": "GET",
        "address": "/v1/tasks?area=xxjyj-2023-a3",
        "status": 200,
    }
    assert (second["method"], second["status"], second["bytes"]) == ("HEAD", 404, 0)


def test_a_failure_of_ours_is_told_and_logged(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: Any) -> Any:
        raise RuntimeError("a fault inside")

    monkeypatch.setattr(Snapshot, "rows", broken)
    answer = client.get("/v1/tasks?limit=7")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["type"], told["title_zh"]) == ("/problems/internal-error", "服务内部出错")
    assert told["instance"] == "/v1/tasks?limit=7"
    assert "a fault inside" not in answer.text
    written(caplog, "yaodian", 1)
    (record,) = (r for r in caplog.records if r.name == "yaodian")
    assert record.exc_info
    assert str(record.exc_info[1]) == "a fault inside"


def test_a_failing_database_asks_to_come_back(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "plan.json", anchored(SMALL))
    with serving(url) as service:
        empty = service.get("/readyz")
        assert (empty.status_code, empty.headers["retry-after"]) == (503, "5")
        assert service.get("/healthz").status_code == 200
        import_plans(engine, [path], Orders(), lambda _en, _zh: None)
        assert service.get("/readyz").json() == {"status": "ok", "release": 1}
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE release RENAME TO lost")
        away = service.get("/readyz")
        assert (away.status_code, away.json()["title_zh"]) == (503, "数据库暂时不可用")
        assert service.get("/healthz").status_code == 200


def test_an_endless_address_is_refused_before_anything_else(client: httpx.Client) -> None:
    answer = client.get(f"/v1/tasks?q={'a' * LONGEST_ADDRESS}")
    assert answer.status_code == 414
    assert answer.json()["type"] == "/problems/address-too-long"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert len(answer.content) < 5000
    for length in (65_535, 70_000, 100_000):
        asked = b"GET /v1/tasks?cursor=" + b"a" * length + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        assert exchanged(client, asked)[:12] in (b"HTTP/1.1 414", b""), "or the answer was lost"
    just = client.get(f"/v1/tasks?q={'a' * 10_000}")
    assert just.status_code == 422
    assert just.json()["errors"][0]["name"] == "q"
    assert just.json()["errors"][0]["reason"] == "too_long"
    assert len(just.content) < 5000


def exchanged(client: httpx.Client, *pieces: bytes) -> bytes:
    """What the server answers to bytes sent as they are, each piece in a packet of its own.

    A server that refuses may close before it has read everything; then the answer can be lost.
    """
    host, port = client.base_url.host, client.base_url.port
    answer = b""
    with socket.create_connection((host, port or 80), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.2 if len(pieces) > 1 else 0)
        with suppress(ConnectionResetError):
            while received := connection.recv(65536):
                answer += received
    return answer


def test_an_address_may_be_sent_in_plain_chinese(client: httpx.Client) -> None:
    """As curl does."""
    end = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = exchanged(client, f"GET /v1/tasks?q=学位&fields=number{end}".encode())
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert {row["number"] for row in json.loads(answer.partition(b"\r\n\r\n")[2])["data"]} == {22}
    answer = exchanged(client, f"GET /v1/tasks/第七{end}".encode())
    assert answer.startswith(b"HTTP/1.1 404")
    assert "“第七”".encode() in answer


@pytest.mark.parametrize(
    "request_line",
    [
        b"hello",
        b"GET /v1/tasks?q=\xff\xfe HTTP/1.1\r\nBroken header\r\n\r\n",
        b"\x00\x01\x02",
        "GET /v1 HTTP/1.1\r\n头: 1\r\n\r\n".encode(),
    ],
)
def test_what_is_no_request_is_a_problem(request_line: bytes, client: httpx.Client) -> None:
    answer = exchanged(client, request_line + b"\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"access-control-allow-origin: *" in head
    assert json.loads(body)["title_zh"] == "请求格式有误"
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("kind", all_problems(), ids=lambda kind: kind.type)
def test_each_problem_has_a_page(kind: Any, client: httpx.Client) -> None:
    page = client.get(f"/problems/{kind.type}")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert kind.title in page.text
    assert kind.title_zh in page.text
    assert f"/problems/{kind.type}" in client.get("/problems").text


def test_a_stranger_is_led_to_the_documentation(client: httpx.Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs")


QUOTED = ("plans", "indicators", "targets", "observations")
CITATIONS = {"gbt7714", "bibtex", "csl-json"}


def test_the_index_leads_to_everything(client: httpx.Client) -> None:
    index = client.get("/v1").json()
    counts = {row["name"]: row["count"] for row in index["data"]}
    assert counts == {
        "plans": 1, "areas": 7, "tasks": 24, "indicators": 27, "targets": 27, "observations": 0,
        "bodies": 69, "participations": 95, "deliverables": 12,
        "errata": 35, "documents": 1, "changes": 299, "releases": 1,
    }  # fmt: skip
    assert index["meta"]["license"] == "CC-BY-4.0"
    assert index["meta"]["limits"]["limit_max"] == 1000
    for row in index["data"]:
        page = client.get(row["path"]).json()
        assert page["meta"]["total"] == row["count"]
        more = {"changes": {"atom"}} | dict.fromkeys(QUOTED, CITATIONS)
        assert set(row["formats"]) == {"json", "csv", "ndjson"} | more.get(row["name"], set())
        for form in row["formats"]:
            assert client.get(f"{row['path']}.{form}?limit=1").status_code == 200
        if row["include"]:
            both = client.get(f"{row['path']}?limit=1&include={','.join(row['include'])}")
            assert both.status_code == 200
        for name in ("openapi", "docs", "ready"):
            assert client.get(index["links"][name]).status_code == 200
    before = client.get("/v1?as_of=2020-01-01").json()
    assert {row["count"] for row in before["data"]} == {0}
    assert before["meta"]["release"] is None
    assert client.get("/v1?limit=1").status_code == 422


def test_links_stand_in_the_header_too(client: httpx.Client) -> None:
    answer = client.get("/v1/targets?limit=5")
    links = answer.json()["links"]
    assert answer.links["next"]["url"] == links["next"]
    assert answer.links["bookmark"]["url"] == links["permanent"] == "/v1/targets?limit=5&release=1"
    assert answer.links["license"]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert client.get(answer.links["service-desc"]["url"]).json()["openapi"] == "3.1.0"
    assert links["formats"] == {
        "csv": "/v1/targets.csv?limit=5",
        "ndjson": "/v1/targets.ndjson?limit=5",
        "gbt7714": "/v1/targets.gbt7714?limit=5",
        "bibtex": "/v1/targets.bibtex?limit=5",
        "csl-json": "/v1/targets.csl-json?limit=5",
    }


def test_answers_do_not_wait_for_each_other_on_one_connection() -> None:
    """Head and body are two writes: with Nagle's algorithm the second one waits for 40 ms."""
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP, "what asyncio looks at"


def test_a_body_is_never_read_as_a_request(client: httpx.Client) -> None:
    """Bytes of a body that look like a request in plain Chinese must not grow: what would hang
    over would be read as another request."""
    smuggled = b"GET /v1/releases/1 HTTP/1.1\r\nHost: victim\r\n\r\n"
    line = b"GET /" + b"\xff" * (len(smuggled) // 2) + b" HTTP/1.1\r\n"
    body = line + smuggled
    head = f"POST /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = exchanged(client, head.encode(), body, last)
    statuses = re.findall(rb"HTTP/1.1 (\d+)", answer)
    assert statuses == [b"405", b"200"]
    assert b"first_publication" not in answer


def test_a_long_line_of_odd_bytes_costs_little(client: httpx.Client) -> None:
    began = time.process_time()
    answer = exchanged(client, b"GET /" + b"\xff" * 200_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert time.process_time() - began < 1, "the service runs in this process"
    assert client.get("/healthz").status_code == 200


def test_endless_headers_are_refused(client: httpx.Client) -> None:
    answer = exchanged(client, b"GET /v1 HTTP/1.1\r\nAccept: ", b"a," * 20_000, b"a," * 15_000)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431")
    assert json.loads(body)["title_zh"] == "请求头过大"
    endless = exchanged(client, b"GET /v1?q=", b"a" * 40_000, b"a" * 30_000)
    assert endless.startswith(b"HTTP/1.1 414 URI Too Long")
    assert b"/problems/address-too-long" in endless
    large = client.get("/v1", headers={"X-Large": "a" * 50_000})
    assert large.status_code == 200


def test_an_answer_is_not_replaced_by_the_refusal_of_what_follows(client: httpx.Client) -> None:
    good = b"GET /v1/releases/1 HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = exchanged(client, good + b"garbage\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200"]
    assert b"first_publication" in answer


@pytest.mark.parametrize(
    "address",
    [
        "/v1/tasks.%E4%BB%BB?format=json",
        "/v1/tasks/xxjyj-2023-t7.%E4%BB%BB?format=json",
        "/v1/tasks.x%0d%0aEvil:%20y?format=json",
        "/v1/tasks.x%3E;%20rel=preload,%20%3Cy?format=json",
    ],
)
def test_a_suffix_that_is_no_format_is_refused_whatever_else_is_asked(
    address: str, client: httpx.Client
) -> None:
    answer = client.get(address)
    assert answer.status_code == 406
    assert "evil" not in answer.headers
    assert "link" not in answer.headers


@pytest.mark.parametrize(
    "date",
    ["Mon, 99999999999 Jan 2024 00:00:00 GMT", "Mon, 01 Jan 2024 00:00:00 +9999999999999999"],
)
def test_a_date_beyond_all_bounds_is_ignored(date: str, client: httpx.Client) -> None:
    assert client.get("/v1/tasks", headers={"If-Modified-Since": date}).status_code == 200


def test_the_order_of_sort_keys_is_part_of_the_question(client: httpx.Client) -> None:
    tags = {
        client.get(f"/v1/tasks?sort={first}&sort={second}&limit=3").headers["etag"]
        for first, second in (("area", "-number"), ("-number", "area"))
    }
    assert len(tags) == 2


def test_links_of_a_form_that_was_negotiated_give_that_form(client: httpx.Client) -> None:
    answer = client.get("/v1/tasks?limit=2", headers={"Accept": "text/csv"})
    for name in ("next", "bookmark"):
        followed = client.get(answer.links[name]["url"])
        assert followed.headers["content-type"].startswith("text/csv")


def test_the_link_header_stays_short(client: httpx.Client) -> None:
    codes = "&".join(f"code=xxjyj-2023-t{n}" for n in range(1, 25))
    answer = client.get(f"/v1/tasks?limit=2&{codes}")
    assert answer.links["next"]["url"] == answer.json()["links"]["next"]
    assert len(answer.headers["link"]) < 2000 + len(answer.links["next"]["url"]) + 20
