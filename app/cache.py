"""Finished answers: a repeated question about the same release costs no work.

An answer is a function of its address and of the newest release, so it is kept until another
release is there. Which release is the newest is asked on a thread of its own, at most so often
that no answer is older than a second. While the database is away, what is kept goes on.
"""

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("yaodian")

FRESH = 0.3
"""Seconds for which the newest release that was read counts as the newest one."""

STALE = 0.8
"""Seconds after which nobody is answered before the newest release was read again."""

PATIENCE = 5
"""Seconds that a request waits for that."""

RETRY = 0.5
"""Seconds until a database that did not answer is asked again."""

LONGEST_AWAY = 86400
"""Seconds for which answers go on without a database; `stale-if-error` says the same to others."""

SEEN = 16_384
"""Addresses that are remembered as asked once, twice over."""

OVERHEAD = 2_000
"""Bytes that an answer takes beside its body, about."""

SEARCHES = 4
"""One part in so many is for searches: nobody can push all else out by inventing words."""

LONGEST_HEADER = 300
"""Bytes of Accept, Accept-Encoding and Host that usual clients send at most."""

ANY = b"*/*"
"""An Accept that says no more than none does."""

OF_CONTENT = frozenset(
    {b"content-type", b"content-length", b"content-encoding", b"content-disposition", b"link"}
)
"""Headers that 304 does not repeat."""

BREAKING = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""What no header may hold."""

PROXIED = b"x-forwarded-proto"

METHODS = frozenset({"GET", "HEAD"})
CONDITIONS = frozenset({b"if-none-match", b"if-modified-since"})

Pairs = Sequence[tuple[bytes, bytes]]
Key = tuple[bytes, bytes, str | None, bytes, str, bytes]
"""Path, query, coding, Accept where it matters, scheme and host where they matter."""


@dataclass(frozen=True)
class Craft:
    """What the cache must know of HTTP and of the database."""

    newest: Callable[[], Awaitable[Hashable]]
    """Reads what all answers rest on; raises where the database does not answer."""
    coding: Callable[[bytes], str | None]
    """The content coding for a value of Accept-Encoding."""
    unchanged: Callable[[Pairs, Pairs], bool]
    """Whether a client, by its headers, has the answer with these headers."""
    whole_addresses: bool
    """Whether answers can hold the scheme and the host that a request names."""


@dataclass(frozen=True)
class Answer:
    """A finished answer."""

    status: int
    headers: Pairs
    body: bytes

    @property
    def lasting(self) -> bool:
        """Whether it may be kept."""
        return self.status == 200 and any(name == b"etag" for name, _ in self.headers)

    @cached_property
    def head(self) -> bytes:
        """The status line and the headers as HTTP/1.1 writes them; refuses what would break out."""
        if any(BREAKING.search(value) for _, value in self.headers):
            raise ValueError("a header holds a control character")
        first = f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}".encode()
        return b"\r\n".join([first, *map(b": ".join, self.headers), b""])


@dataclass(frozen=True)
class Asked:
    """What a request asks for, as far as a kept answer depends on it."""

    key: Key
    conditions: Pairs
    """The headers that say what the client has; no others."""
    tag: bytes | None
    """What the client says in If-None-Match."""


@dataclass(frozen=True)
class Entry:
    """An answer that is kept, and what it rests on."""

    rests_on: Hashable
    answer: Answer
    etag: bytes
    not_modified: Answer
    """304 in its place."""


def entry_of(rests_on: Hashable, answer: Answer) -> Entry:
    """An answer made ready to be given again."""
    headers = [pair for pair in answer.headers if pair[0] not in OF_CONTENT]
    return Entry(rests_on, answer, dict(headers)[b"etag"], Answer(304, headers, b""))


@dataclass
class Shelf:
    """Entries within a number of bytes; what was not asked for the longest goes first."""

    room: int
    entries: OrderedDict[Key, Entry] = field(default_factory=OrderedDict)
    taken: int = 0

    def get(self, key: Key) -> Entry | None:
        """An entry, which was asked for now."""
        entry = self.entries.get(key)
        if entry is not None:
            self.entries.move_to_end(key)
        return entry

    def put(self, key: Key, entry: Entry) -> None:
        """Keep an entry, if there is room for it at all."""
        self.drop(key)
        size = size_of(key, entry)
        if size > self.room:
            return
        self.entries[key] = entry
        self.taken += size
        while self.taken > self.room:
            self.drop(next(iter(self.entries)))

    def drop(self, key: Key) -> None:
        """Forget an entry."""
        entry = self.entries.pop(key, None)
        if entry is not None:
            self.taken -= size_of(key, entry)


def size_of(key: Key, entry: Entry) -> int:
    """Bytes that an entry takes, about."""
    headers = sum(len(name) + len(value) for name, value in entry.answer.headers)
    return len(entry.answer.body) + headers + sum(len(part or "") for part in key) + OVERHEAD


class Seen:
    """Which addresses were asked for before, within bounds: of older ones it forgets half."""

    def __init__(self) -> None:
        self.recent: set[int] = set()
        self.older: set[int] = set()

    def again(self, key: Key) -> bool:
        """Whether it was asked for before; from now on it was."""
        mark = hash(key)
        if mark in self.recent or mark in self.older:
            return True
        self.recent.add(mark)
        if len(self.recent) >= SEEN:
            self.older, self.recent = self.recent, set()
        return False


class Newest:
    """What all answers rest on, as it was read a moment ago."""

    def __init__(self, read: Callable[[], Awaitable[Hashable]]):
        self.read = read
        self.value: Hashable = None
        self.read_at = float("-inf")
        self.ask_after = float("-inf")
        self.reading: asyncio.Task[None] | None = None
        self.late = False
        """Someone waited in vain for the reading that is under way: others do not."""

    def fresh(self) -> Hashable:
        """What was read just now; None where it must be read again."""
        return self.value if time.monotonic() - self.read_at < FRESH else None

    async def get(self) -> Hashable:
        """At most a second old while the database answers; None where it never did, or long ago."""
        now = time.monotonic()
        if now - self.read_at < STALE:
            self._begin()
        else:
            await self._wait(now)
        return self.value if time.monotonic() - self.read_at < LONGEST_AWAY else None

    def _begin(self) -> None:
        if self.reading is None and time.monotonic() >= self.ask_after:
            self.reading = asyncio.create_task(self._read())

    async def _wait(self, came: float) -> None:
        """Until it was read for a request that came then: what is being read may be too old."""
        while came - self.read_at >= STALE and not self.late:
            self._begin()
            if self.reading is None:
                return
            done, _ = await asyncio.wait({self.reading}, timeout=PATIENCE)
            if not done:
                self.late = True

    async def _read(self) -> None:
        began = time.monotonic()
        try:
            self.value = await self.read()
            self.read_at = began
        except Exception as error:  # whatever it is, answers go on and it is tried again
            self.ask_after = time.monotonic() + RETRY
            log.error("the newest release cannot be read: %s", error)
        finally:
            self.reading = None
            self.late = False


class Cache:
    """Keeps finished answers of `/v1`; an answer enters when it is asked for a second time."""

    def __init__(self, app: ASGIApp, room: int, craft: Craft):
        """`room` is how many bytes it may keep, at least 1."""
        self.app = app
        self.craft = craft
        self.coding = lru_cache(maxsize=256)(craft.coding)
        self.newest = Newest(craft.newest)
        self.shelves = (Shelf(room - room // SEARCHES), Shelf(room // SEARCHES))
        self.seen = Seen()
        self.running: dict[tuple[Key, Hashable], asyncio.Future[Answer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass the request on."""
        asked = self._asked(scope) if scope["type"] == "http" else None
        rests_on = None
        if asked is not None:
            rests_on = self.newest.fresh() or await self.newest.get()
        if asked is None or rests_on is None:
            await self.app(scope, receive, send)
            return
        entry = self._entry(asked.key)
        if entry is not None and entry.rests_on == rests_on:
            await _send(self._given(entry, asked), scope, send)
            return
        again = self.seen.again(asked.key) or entry is not None
        if not again and asked.conditions:
            await self.app(scope, receive, send)  # which may see that nothing changed
            return
        await self._answer(asked, rests_on, again, scope, receive, send)

    def asked(self, scope: Scope) -> Asked | None:
        """What an HTTP request asks for; None where no kept answer can be given to it at once.

        Which scheme a proxy names is not told before the request is passed on.
        """
        if self.craft.whole_addresses and any(name == PROXIED for name, _ in scope["headers"]):
            return None
        return self._asked(scope)

    def kept(self, asked: Asked) -> Answer | None:
        """The kept answer, where nothing must be waited for to give it."""
        entry = self._entry(asked.key)
        if entry is None or entry.rests_on != self.newest.fresh():
            return None
        return self._given(entry, asked)

    def _entry(self, key: Key) -> Entry | None:
        return self.shelves[0].get(key) or self.shelves[1].get(key)

    def _asked(self, scope: Scope) -> Asked | None:
        """What a request asks for; None where it is none for the cache."""
        path: bytes = scope.get("raw_path") or b""
        if scope["method"] not in METHODS or not path.startswith(b"/v1"):
            return None
        headers = dict(scope["headers"])
        if len(headers) < len(scope["headers"]):
            return None  # some header stands in several lines
        query: bytes = scope["query_string"]
        encodings = headers.get(b"accept-encoding", b"")
        accept = headers.get(b"accept", b"")
        host, scheme = b"", ""
        if self.craft.whole_addresses:
            host, scheme = headers.get(b"host", b""), scope["scheme"]
        if max(len(encodings), len(accept), len(host)) > LONGEST_HEADER:
            return None
        if accept == ANY or (accept and _names_form(path, query)):
            accept = b""
        key = path, query, self.coding(encodings), accept, scheme, host
        conditions = tuple(pair for pair in scope["headers"] if pair[0] in CONDITIONS)
        return Asked(key, conditions, headers.get(b"if-none-match"))

    def _given(self, entry: Entry, asked: Asked) -> Answer:
        """A kept answer, or 304 where the client has it."""
        if asked.conditions and (
            asked.tag == entry.etag or self.craft.unchanged(asked.conditions, entry.answer.headers)
        ):
            return entry.not_modified
        return entry.answer

    async def _answer(
        self,
        asked: Asked,
        rests_on: Hashable,
        again: bool,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """The answer of the application, asked once for all who want it at the same time."""
        key = asked.key
        flight = key, rests_on
        running = self.running.get(flight)
        answer = None if running is None else await asyncio.shield(running)
        if answer is None:
            made = asyncio.get_running_loop().create_future()
            self.running[flight] = made
            try:
                answer = await self._made(key, scope, receive, send)
                made.set_result(answer)
            finally:
                if not made.done():
                    made.set_result(None)
                if self.running.get(flight) is made:
                    del self.running[flight]
        if again and answer.lasting:
            entry = entry_of(rests_on, answer)
            self.shelves[_is_search(key)].put(key, entry)
            answer = self._given(entry, asked)
        await _send(answer, scope, send)

    async def _made(self, key: Key, scope: Scope, receive: Receive, send: Send) -> Answer:
        """The application's answer to a question without conditions, in one coding.

        It is told nothing but the key, so that no client can decide what others are answered.
        Where the application fails, what it says of that is sent before the failure is raised.
        """
        _, _, coding, accept, _, host = key
        told = (b"accept-encoding", (coding or "").encode()), (b"accept", accept), (b"host", host)
        headers = [pair for pair in told if pair[1]]
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        try:
            await self.app({**scope, "method": "GET", "headers": headers}, receive, collect)
        except Exception:
            for message in messages:
                await send(message)
            raise
        start, *bodies = messages
        body = b"".join(message.get("body", b"") for message in bodies)
        return Answer(start["status"], start["headers"], body)


async def _send(answer: Answer, scope: Scope, send: Send) -> None:
    start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
    await send(start)
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})


def _names_form(path: bytes, query: bytes) -> bool:
    """Whether an address decides about the form of its answer, whatever a client accepts."""
    _, dot, suffix = path.rpartition(b".")
    if dot and suffix and b"/" not in suffix:
        return True
    return b"format=" in query and (query.startswith(b"format=") or b"&format=" in query)


def _is_search(key: Key) -> bool:
    names = (piece.partition(b"=")[0] for piece in key[1].split(b"&"))
    return any(unquote_to_bytes(name) == b"q" for name in names)
