"""Kept answers that are sent without a task: in turn, whole, and as the application would."""

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, product
from typing import Any

import httpx
import pytest

import app.protocol
from app.cache import Answer
from app.db import Snapshot
from app.protocol import Protocol
from app.stack import RequestLog
from tests.serving import serving
from tests.test_cache import ADDRESSES, ask

KEPT = "/v1/tasks?limit=1&fields=code"
UNKNOWN = f"{KEPT}&x"
"""With a name behind it, an address that nobody asked for; it is refused."""

PLAIN = {"Accept-Encoding": "identity"}
LAST = "Connection: close"

HEAD = re.compile(rb"HTTP/1\.1 (\d+) [A-Za-z ]+\r\n((?:[a-z-]+: [^\r\n]*\r\n)+)\r\n")


@pytest.fixture(scope="module")
def keeping(published_url: str) -> Iterator[httpx.Client]:
    """A service that keeps answers, and has been asked for KEPT twice."""
    with keeper(published_url) as service:
        yield service


@contextmanager
def keeper(url: str, log: str = "false") -> Iterator[httpx.Client]:
    with serving(url, cache_megabytes="1", request_log=log) as service:
        for _ in range(2):
            assert service.get(KEPT, headers=PLAIN).status_code == 200
        yield service


def request(address: str, *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {address} HTTP/{version}", "Host: x", *lines, "", ""]).encode()


def exchange(service: httpx.Client, *pieces: bytes) -> list[tuple[int, dict[bytes, bytes], bytes]]:
    """The answers to requests on one connection, until the server ends it."""
    server = service.base_url.host, service.base_url.port or 80
    with (
        socket.create_connection(server, timeout=20) as connection,
        ThreadPoolExecutor(1) as sender,  # reading meanwhile, as the server may wait for that
    ):
        sent = sender.submit(connection.sendall, b"".join(pieces))
        received = b"".join(iter(lambda: connection.recv(2**16), b""))
        sent.result()
    answers = []
    place = 0
    while place < len(received):
        match = HEAD.match(received, place)
        assert match, received[place : place + 200]
        pairs = dict(line.split(b": ", 1) for line in match[2].splitlines())
        size = 0 if match[1] == b"304" else int(pairs[b"content-length"])
        place = match.end() + size
        answers.append((int(match[1]), pairs, received[match.end() : place]))
    return answers


def look_for_releases(service: httpx.Client) -> None:
    """Have it read which release is the newest, so that it need not be read right now."""
    exchange(service, request(KEPT, LAST))
    time.sleep(0.1)


def until_at_once(service: httpx.Client, at_once: list[bytes], *pieces: bytes) -> Any:
    """The answers to requests, some of which were given at once.

    Now and then none is, while it is read which release is the newest.
    """
    for _ in range(50):
        answers = exchange(service, *pieces)
        if at_once:
            return answers
        time.sleep(0.02)
    pytest.fail("nothing was given at once")


def test_an_answer_is_whole(keeping: httpx.Client, at_once: list[bytes]) -> None:
    (answer,) = until_at_once(keeping, at_once, request(KEPT, LAST))
    status, headers, body = answer
    assert status == 200
    assert headers[b"connection"] == b"close"
    assert headers[b"date"].endswith(b" GMT")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert re.fullmatch(rb"[0-9a-f]{16}", headers[b"x-request-id"])
    assert json.loads(body)["data"] == [{"code": "xxjyj-2023-t1"}]


def test_old_clients_are_told_when_it_ends(keeping: httpx.Client, at_once: list[bytes]) -> None:
    (answer,) = until_at_once(keeping, at_once, request(KEPT, version="1.0"))
    assert answer[0] == 200
    assert answer[1][b"connection"] == b"close"


def test_who_has_it_is_told_so_without_a_body(keeping: httpx.Client, at_once: list[bytes]) -> None:
    tag = keeping.get(KEPT, headers=PLAIN).headers["etag"]
    at_once.clear()
    asked = request(KEPT, f"If-None-Match: {tag}"), request(KEPT, LAST)
    unchanged, whole = until_at_once(keeping, at_once, *asked)
    assert (unchanged[0], unchanged[2]) == (304, b"")
    assert b"content-length" not in unchanged[1]
    assert unchanged[1][b"etag"] == whole[1][b"etag"] == tag.encode()
    assert whole[0] == 200


def test_many_sent_ahead_are_answered_in_turn(keeping: httpx.Client, at_once: list[bytes]) -> None:
    """Kept ones must not overtake one that is being worked on, nor pile up calls behind it."""
    names = [f"X-Request-ID: n{n}" for n in range(3000)]
    asked = [request(KEPT, name) for name in names]
    asked[0] = request(f"{UNKNOWN}ahead", names[0])
    asked[1500] = request(f"{UNKNOWN}between", names[1500])
    asked[-1] = request(KEPT, names[-1], LAST)
    answers = until_at_once(keeping, at_once, b"".join(asked))
    assert [pairs[b"x-request-id"].decode() for _, pairs, _ in answers] == [
        name.removeprefix("X-Request-ID: ") for name in names
    ]
    refused = [n for n, (status, _, _) in enumerate(answers) if status != 200]
    assert refused == [0, 1500]
    assert len({body for status, _, body in answers if status == 200}) == 1


def test_a_client_that_does_not_read_makes_nothing_grow(
    keeping: httpx.Client, at_once: list[bytes]
) -> None:
    """At most what the sockets take and one buffer is written; the rest waits to be read."""
    server = keeping.base_url.host, keeping.base_url.port or 80
    while not at_once:
        look_for_releases(keeping)
        at_once.clear()
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
            connection.settimeout(1)
            connection.connect(server)
            with pytest.raises(TimeoutError):
                connection.sendall(request(KEPT) * 1_000_000)
            assert keeping.get("/healthz").status_code == 200
            given = -1
            while given < len(at_once):  # until nothing more is made
                given = len(at_once)
                time.sleep(0.3)
            assert given < 4000, "about 1.4 kB each, and a socket holds some 4 MB"


def test_nobody_hangs_up_on_one_who_waits(
    keeping: httpx.Client, at_once: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer at once starts the time that an idle connection has; a slow one stops it."""
    begin, rows = Protocol.__init__, Snapshot.rows

    def impatient(self: Protocol, *arguments: Any, **options: Any) -> None:
        begin(self, *arguments, **options)
        self.timeout_keep_alive = 0.1  # type: ignore[assignment]

    def slow(state: Snapshot, sql: str, values: Any) -> Any:
        if "FROM task" in sql:
            time.sleep(0.3)
        return rows(state, sql, values)

    monkeypatch.setattr(Protocol, "__init__", impatient)
    monkeypatch.setattr(Snapshot, "rows", slow)
    for limit in range(30, 60):
        at_once.clear()
        look_for_releases(keeping)
        anew = f"/v1/tasks?limit={limit}"
        answers = exchange(keeping, request(KEPT) + request(anew, LAST))
        assert [status for status, _, _ in answers] == [200, 200]
        if at_once:
            return
    pytest.fail("nothing was given at once")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_application_says_the_same(
    address: str, keeping: httpx.Client, at_once: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for coding in ("identity", "gzip", "br"):
        accepted = ("Accept-Encoding", coding)
        told = [ask(keeping, address, accepted) for _ in range(2)][-1]
        has_it = ("If-None-Match", told.header("etag") or "")
        for method, condition in product(("GET", "HEAD"), ([], [has_it])):
            headers = [accepted, *condition]
            at_once.clear()
            sent = told
            while not at_once:
                sent = ask(keeping, address, *headers, method=method)
            with monkeypatch.context() as patch:
                patch.setattr(app.protocol, "finished_answers", lambda _app: None)
                assert ask(keeping, address, *headers, method=method) == sent


def test_a_failure_is_none_of_the_request(
    keeping: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails on the short way is logged, and the application answers."""

    def failing(_self: RequestLog, _known: Any) -> None:
        raise ValueError("on the short way")

    monkeypatch.setattr(RequestLog, "at_once", failing)
    answers = exchange(keeping, request(KEPT), request(KEPT, LAST))
    assert [status for status, _, _ in answers] == [200, 200]
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == [
        "on the short way"
    ] * 2


def test_no_header_breaks_out_of_a_head() -> None:
    whole = Answer(200, [(b"etag", b'"a"'), (b"link", b"</v1>")], b"")
    assert whole.head == b'HTTP/1.1 200 OK\r\netag: "a"\r\nlink: </v1>\r\n'
    with pytest.raises(ValueError, match="control character"):
        _ = Answer(200, [(b"link", b"</v1>\r\nset-cookie: a=b")], b"").head


def test_a_body_is_read_past(keeping: httpx.Client, at_once: list[bytes]) -> None:
    inner = request("/nowhere")
    first = request(KEPT, f"Content-Length: {len(inner)}") + inner
    answers = until_at_once(keeping, at_once, first, request(KEPT, LAST))
    assert [status for status, _, _ in answers] == [200, 200]


def test_each_is_a_line_of_the_log(
    published_url: str, at_once: list[bytes], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    answers = []
    tries = count()
    with keeper(published_url, log="true") as service:
        while len(at_once) < 2:
            at_once.clear()
            one, two = f"a{next(tries)}", f"b{next(tries)}"
            asked = [
                request(KEPT, f"X-Request-ID: {one}"),
                request(KEPT, f"X-Request-ID: {two}", method="HEAD"),
            ]
            answers = [head_of(service, piece) for piece in asked]
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    lines = [line for line in lines if line["id"] in (one, two)]
    told = [(line["id"], line["method"], line["address"], line["status"]) for line in lines]
    assert told == [(one, "GET", KEPT, 200), (two, "HEAD", KEPT, 200)]
    length = int(answers[1][b"content-length"])
    assert [line["bytes"] for line in lines] == [length, 0]
    assert all(0 <= line["ms"] < 1000 for line in lines)


def head_of(service: httpx.Client, piece: bytes) -> dict[bytes, bytes]:
    """The headers of an answer, of HEAD or GET."""
    place = service.base_url.host, service.base_url.port or 80
    with socket.create_connection(place, timeout=20) as connection:
        connection.sendall(piece)
        received = b""
        while not (match := HEAD.match(received)):
            received += connection.recv(2**16)
    return dict(line.split(b": ", 1) for line in match[2].splitlines())
