"""Requests that are known by their bytes: nobody sees a difference but in time."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import httpx
import pytest

import app.cache
import app.familiar
import app.protocol
from app.db import Snapshot
from app.familiar import Familiar
from app.protocol import Protocol
from app.stack import RequestLog
from tests.test_at_once import HEAD, KEPT, LAST, UNKNOWN, exchange, keeper, request
from tests.test_cache import ADDRESSES

Answer = tuple[int, dict[bytes, bytes], bytes]


@pytest.fixture(scope="module")
def keeping(published_url: str) -> Iterator[httpx.Client]:
    """A service that keeps answers, and has been asked for KEPT twice."""
    with keeper(published_url) as service:
        yield service


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What came to the parser."""
    seen: list[bytes] = []
    reading = Protocol._read

    def noted(self: Protocol, data: bytes) -> None:
        seen.append(data)
        reading(self, data)

    monkeypatch.setattr(Protocol, "_read", noted)
    return seen


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is published, so the newest release need not be read again."""
    monkeypatch.setattr(app.cache, "FRESH", 600)


class Talk:
    """One connection, on which each request is sent by itself and its answer read."""

    def __init__(self, service: httpx.Client, connection: socket.socket):
        self.service = service
        self.connection = connection
        self.received = b""

    def say(self, piece: bytes) -> Answer:
        """The answer to a request."""
        self.connection.sendall(piece)
        return self.hear(piece.startswith(b"HEAD"))

    def hear(self, bodiless: bool = False) -> Answer:
        """The next answer."""
        while not (match := HEAD.match(self.received)):
            self._more()
        pairs = dict(line.split(b": ", 1) for line in match[2].splitlines())
        size = 0 if bodiless or match[1] == b"304" else int(pairs[b"content-length"])
        end = match.end() + size
        while len(self.received) < end:
            self._more()
        body, self.received = self.received[match.end() : end], self.received[end:]
        return int(match[1]), pairs, body

    def _more(self) -> None:
        more = self.connection.recv(2**16)
        assert more, "the server hung up"
        self.received += more


@contextmanager
def talk(service: httpx.Client) -> Iterator[Talk]:
    place = service.base_url.host, service.base_url.port or 80
    with socket.create_connection(place, timeout=20) as connection:
        yield Talk(service, connection)


def until_known(talking: Talk, read: list[bytes], piece: bytes) -> Answer:
    """The answer to a request that was not read."""
    for _ in range(50):
        read.clear()
        answer = talking.say(piece)
        if not read:
            return answer
    pytest.fail("it was read every time")


def lasting(answer: Answer) -> Answer:
    """An answer without what changes from one to the next."""
    status, headers, body = answer
    changing = (b"date", b"x-request-id")
    return status, {k: v for k, v in headers.items() if k not in changing}, body


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_answered_as_if_it_was_read(
    address: str, keeping: httpx.Client, read: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with talk(keeping) as talking:
        for coding in ("identity", "gzip", "br"):
            accepted = f"Accept-Encoding: {coding}"
            tag = [talking.say(request(address, accepted)) for _ in range(2)][-1][1][b"etag"]
            has_it = f"If-None-Match: {tag.decode()}"
            for method, condition in product(("GET", "HEAD"), ([], [has_it])):
                asked = request(address, accepted, *condition, method=method)
                known = until_known(talking, read, asked)
                with monkeypatch.context() as patch:
                    patch.setattr(app.protocol, "finished_answers", lambda _app: None)
                    with talk(keeping) as other:
                        assert lasting(other.say(asked)) == lasting(known)


def test_each_has_an_id_of_its_own(keeping: httpx.Client, read: list[bytes]) -> None:
    with talk(keeping) as talking:
        until_known(talking, read, request(KEPT))
        ids = [talking.say(request(KEPT))[1][b"x-request-id"] for _ in range(20)]
    assert len(set(ids)) == 20
    assert all(re.fullmatch(rb"[0-9a-f]{16}", name) for name in ids)


def test_a_client_that_names_its_requests_is_told_each_name(keeping: httpx.Client) -> None:
    with talk(keeping) as talking:
        for name in [f"n{n}" for n in range(20)] * 2:
            asked = request(KEPT, f"X-Request-ID: {name}")
            assert talking.say(asked)[1][b"x-request-id"] == name.encode()


def test_what_is_known_on_one_connection_is_known_on_all(
    keeping: httpx.Client, read: list[bytes]
) -> None:
    with talk(keeping) as talking:
        until_known(talking, read, request(KEPT))
    for _ in range(50):
        read.clear()
        with talk(keeping) as other:
            assert other.say(request(KEPT))[0] == 200
        if not read:
            return
    pytest.fail("it was read every time")


def test_other_bytes_are_read(keeping: httpx.Client, read: list[bytes]) -> None:
    """One byte more or less, in two pieces or with another behind it: the parser decides."""
    asked, head = request(KEPT), request(KEPT, method="HEAD")
    refused = request(UNKNOWN)
    with talk(keeping) as talking:
        until_known(talking, read, asked)
        status, _, body = talking.say(asked)
        assert talking.say(refused)[0] == 422
        assert talking.say(head)[2] == b""
        for cut in (1, 20, len(asked) - 1):
            talking.connection.sendall(asked[:cut])
            time.sleep(0.02)
            assert lasting(talking.say(asked[cut:])) == lasting(
                (status, talking.say(asked)[1], body)
            )
        for _ in range(5):
            talking.connection.sendall(asked + asked)
            assert [talking.hear()[2], talking.hear()[2]] == [body, body]
        talking.connection.sendall(asked[:20])
        time.sleep(0.02)
        talking.connection.sendall(asked[20:] + asked[:5])
        assert talking.hear()[2] == body
        assert talking.say(asked[5:])[2] == body
    answers = exchange(keeping, asked + refused + asked + request(KEPT, LAST))
    assert [status for status, _, _ in answers] == [200, 422, 200, 200]


def test_within_another_request_it_is_not_known(keeping: httpx.Client, read: list[bytes]) -> None:
    """The same bytes as the body of a request are its body, whoever sends them."""
    asked = request(KEPT)
    with talk(keeping) as talking:
        until_known(talking, read, asked)
        talking.connection.sendall(request("/healthz", f"Content-Length: {len(asked)}"))
        assert talking.hear()[0] == 200
        talking.connection.sendall(asked)
        assert talking.say(request("/nowhere"))[0] == 404
        with_body = request(KEPT, f"Content-Length: {len(asked)}") + asked
        assert [talking.say(with_body)[0] for _ in range(5)] == [200] * 5
        for _ in range(5):  # a head is not the whole request
            assert talking.say(request(KEPT, "Content-Length: 4"))[0] == 200
            talking.connection.sendall(b"GET ")
        assert talking.say(request("/nowhere"))[0] == 404


def test_it_does_not_overtake(
    keeping: httpx.Client, read: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Snapshot.rows

    def slow(state: Snapshot, sql: str, values: Any) -> Any:
        if "FROM task" in sql:
            time.sleep(0.2)
        return rows(state, sql, values)

    with talk(keeping) as talking:
        until_known(talking, read, request(KEPT))
        monkeypatch.setattr(Snapshot, "rows", slow)
        talking.connection.sendall(request("/v1/tasks?limit=7"))
        time.sleep(0.05)
        talking.connection.sendall(request(KEPT))
        time.sleep(0.5)  # so that both are there
        first, second = talking.hear(), talking.hear()
    assert [len(json.loads(body)["data"]) for _, _, body in (first, second)] == [7, 1]


def test_a_client_that_does_not_read_makes_nothing_grow(
    keeping: httpx.Client, read: list[bytes], at_once: list[bytes]
) -> None:
    asked = request("/v1/tasks")
    with talk(keeping) as talking:
        size = len(until_known(talking, read, asked)[2])
        at_once.clear()
        talking.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
        for _ in range(1500):
            talking.connection.sendall(asked)
            time.sleep(0.0005)  # so that they arrive one by one
        time.sleep(0.2)
        assert len(at_once) * size < 20_000_000, "sockets hold some 4 MB; all would be 70 MB"
        assert {talking.hear()[0] for _ in range(1500)} == {200}


def test_who_wants_to_end_is_let_go(keeping: httpx.Client, read: list[bytes]) -> None:
    for version, line in product(("1.1", "1.0"), (LAST, "Connection: keep-alive")):
        if (version, line) == ("1.1", "Connection: keep-alive"):
            continue
        for _ in range(3):
            ((status, headers, _),) = exchange(keeping, request(KEPT, line, version=version))
            assert (status, headers[b"connection"]) == (200, b"close")


def test_no_upgrade_is_remembered(keeping: httpx.Client, read: list[bytes]) -> None:
    asked = request(KEPT, "Connection: Upgrade", "Upgrade: websocket")
    for _ in range(5):
        read.clear()
        with talk(keeping) as talking:
            assert talking.say(asked)[0] == 200
        assert read == [asked]


def test_only_who_is_idle_is_hung_up_on(
    keeping: httpx.Client, read: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Protocol.__init__

    def impatient(self: Protocol, *arguments: Any, **options: Any) -> None:
        begin(self, *arguments, **options)
        self.timeout_keep_alive = 1.0  # type: ignore[assignment]

    monkeypatch.setattr(Protocol, "__init__", impatient)
    with talk(keeping) as talking:
        for _ in range(4):
            until_known(talking, read, request(KEPT))
            time.sleep(0.4)
        began = time.monotonic()
        assert talking.connection.recv(1) == b"", "it ends by itself"
        assert time.monotonic() - began < 5
    for begun in (request("/v1/areas"), request(KEPT), b""):
        with talk(keeping) as talking:
            if begun:
                assert talking.say(begun)[0] == 200
            talking.connection.sendall(b"\r\n")  # which is no request
            talking.connection.settimeout(5)
            assert talking.connection.recv(1) == b""


def test_a_failure_is_none_of_the_request(
    keeping: httpx.Client,
    read: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failing(_self: RequestLog, _known: Any) -> None:
        raise ValueError("on the shortest way")

    with talk(keeping) as talking:
        until_known(talking, read, request(KEPT))
        monkeypatch.setattr(RequestLog, "at_once", failing)
        assert talking.say(request(KEPT))[0] == 200
    assert {str(record.exc_info[1]) for record in caplog.records if record.exc_info} == {
        "on the shortest way"
    }


def test_what_is_remembered_is_bounded(
    published_url: str, read: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.familiar, "MOST", 4)
    remembered: list[Familiar] = []
    put = Familiar.put

    def noted(self: Familiar, data: bytes, known: Any) -> None:
        put(self, data, known)
        remembered.append(self)
        assert max(len(self.recent), len(self.older)) <= 4

    monkeypatch.setattr(Familiar, "put", noted)
    with keeper(published_url) as service, talk(service) as talking:
        for number in range(40):
            assert talking.say(request(KEPT, f"User-Agent: robot {number}"))[0] == 200
            read.clear()
            assert talking.say(request(KEPT))[0] == 200
            assert not (number > 1 and read), "what is repeated stays"
        long = request(KEPT, f"User-Agent: {'x' * app.familiar.LONGEST}")
        for _ in range(5):
            read.clear()
            assert talking.say(long)[0] == 200
            assert read == [long]
        named = request(KEPT, "X-Request-ID: a")
        assert [talking.say(named)[0] for _ in range(5)] == [200] * 5
    kept = {**remembered[0].older, **remembered[0].recent}
    assert request(KEPT) in kept
    assert long not in kept
    assert named not in kept


def test_it_is_a_line_of_the_log(
    published_url: str, read: list[bytes], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked = request(KEPT), request(KEPT, method="HEAD")
    with keeper(published_url, log="true") as service, talk(service) as talking:
        answers = [until_known(talking, read, piece) for piece in asked]
    lines = {}
    for text in capfdbinary.readouterr().out.splitlines():
        line = json.loads(text)
        lines[line["id"].encode()] = line
    told = [lines[answer[1][b"x-request-id"]] for answer in answers]
    length = int(answers[0][1][b"content-length"])
    assert [(line["method"], line["address"], line["status"], line["bytes"]) for line in told] == [
        ("GET", KEPT, 200, length),
        ("HEAD", KEPT, 200, 0),
    ]


def chunked(trailer: str, *lines: str) -> bytes:
    """A request whose empty body ends with a trailer."""
    head = request(KEPT, *lines, "Transfer-Encoding: chunked")
    return head + f"0\r\n{trailer}\r\n\r\n".encode()


def test_what_comes_behind_a_body_is_no_condition(keeping: httpx.Client) -> None:
    with talk(keeping) as talking:
        tag = talking.say(request(KEPT))[1][b"etag"].decode()
        other, trailer = 'If-None-Match: "other"', f"If-None-Match: {tag}"
        assert [talking.say(chunked(trailer, other))[0] for _ in range(5)] == [200] * 5
        assert [talking.say(chunked(other, trailer))[0] for _ in range(5)] == [304] * 5


def test_what_comes_behind_a_body_can_end_the_connection(keeping: httpx.Client) -> None:
    """The parser reads on behind it and tells nothing: nobody may wait for an answer."""
    for _ in range(5):
        with talk(keeping) as talking:
            assert talking.say(chunked(LAST))[0] == 200
            talking.connection.settimeout(2)  # who is idle is hung up on after five seconds
            assert talking.connection.recv(1) == b""


def test_of_a_long_head_little_is_remembered(
    keeping: httpx.Client, read: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered: dict[bytes, Any] = {}
    put = Familiar.put

    def noted(self: Familiar, data: bytes, known: Any) -> None:
        put(self, data, known)
        remembered[data] = known

    monkeypatch.setattr(Familiar, "put", noted)
    asked = request(
        KEPT, 'If-None-Match: "a"', *[f"n{n}:" for n in range(300)], "If-Modified-Since: then"
    )
    with talk(keeping) as talking:
        for _ in range(4):
            assert talking.say(asked)[0] == 200
    assert len(remembered[asked].asked.conditions) == 2
