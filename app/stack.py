"""The layers around the application but for its cache: request id and log, limits, headers.

They are plain ASGI; each passes on everything but HTTP requests.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.cache import Cache
from app.errors import PROBLEM_JSON, AddressTooLong, AppError, InternalError, problem
from app.familiar import Familiar, Known

log = logging.getLogger("yaodian")

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

LONGEST_ADDRESS = 32 * 1024
"""Bytes of path and query; a refused `q` of ten thousand bytes is still told by its name."""

METHODS = "GET, HEAD, OPTIONS"
"""What every address takes: the service only reads."""

EXPOSED = (
    "ETag, Last-Modified, Link, Content-Disposition, Allow, Retry-After, X-Request-ID, "
    "Deprecation, Sunset"
)

FAILED = ("The service failed; this was logged.", "服务出错，已记入日志。")

HEADERS = {
    b"access-control-allow-origin": b"*",
    b"access-control-expose-headers": EXPOSED.encode(),
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    b"cross-origin-resource-policy": b"cross-origin",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"x-content-type-options": b"nosniff",
}
"""What every answer carries, unless it has a value of its own for it."""

PREFLIGHT = {
    b"allow": METHODS.encode(),
    b"access-control-allow-methods": METHODS.encode(),
    b"access-control-allow-headers": b"*",
    b"access-control-max-age": b"86400",
}


def instance_of(scope: Scope) -> str:
    """The address of a request, as problems and the log tell it."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    address = path.split(b"?")[0] + (b"?" + query if query else b"")
    return address[:2000].decode("ascii", "replace")


async def send_problem(
    scope: Scope, send: Send, error: AppError, more: Mapping[bytes, bytes] | None = None
) -> None:
    """Answer with a problem; `more` are headers of its own."""
    body = problem(error, instance_of(scope))
    headers = {
        **HEADERS,
        b"content-type": PROBLEM_JSON.encode(),
        b"content-length": str(len(body)).encode(),
        b"cache-control": b"no-store",
        **(more or {}),
    }
    start = {"type": "http.response.start", "status": error.status, "headers": [*headers.items()]}
    await send(start)
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def address_too_long(length: int) -> AddressTooLong:
    """The refusal of an address of so many bytes."""
    return AddressTooLong(
        f"The address has {length} bytes; at most {LONGEST_ADDRESS} are read.",
        f"地址长{length}字节，最多读取{LONGEST_ADDRESS}字节。",
    )


class RequestLog:
    """Gives every request an id, writes a line about it, and tells a failure as a problem.

    The id is the client's X-Request-ID where that is a plain one. No address of a client is
    written down.
    """

    def __init__(
        self,
        app: ASGIApp,
        write: Callable[[bytes], object] | None,
        cache: Cache | None = None,
    ):
        """`write` takes each line, without it none is written; `cache` gives finished answers."""
        self.app = app
        self.write = write
        self.cache = cache
        self.familiar = Familiar()
        self.process = secrets.token_hex(5).encode()
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = _given_name(scope) or self._new_name()
        status = size = 0
        ended = False
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status, size, ended
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", name)]
            else:
                size += len(message.get("body", b""))
                ended = not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:
            log.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
            if not status:
                await send_problem(scope, noted, InternalError(*FAILED))
            elif not ended:
                raise  # the client must see that the answer is broken off
        finally:
            method, address = scope["method"], instance_of(scope)
            self._note(name, method, address, status, size, began)

    def known(self, scope: Scope) -> Known | None:
        """An HTTP request to which a kept answer can be given at once, if there is one."""
        asked = None if self.cache is None else self.cache.asked(scope)
        if asked is None:
            return None
        return Known(asked, scope["method"], instance_of(scope), _given_name(scope))

    def at_once(self, known: Known) -> tuple[bytes, bytes] | None:
        """A finished answer, for a server that sends bytes as they are.

        Its head lacks the server's own headers and the empty line; None where none is kept.
        """
        began = time.perf_counter()
        answer = None if self.cache is None else self.cache.kept(known.asked)
        if answer is None:
            return None
        name = known.name or self._new_name()
        body = b"" if known.method == "HEAD" else answer.body
        self._note(name, known.method, known.address, answer.status, len(body), began)
        return b"%bx-request-id: %b\r\n" % (answer.head, name), body

    def _note(
        self, name: bytes, method: str, address: str, status: int, size: int, began: float
    ) -> None:
        """Write the line about a request."""
        if self.write is None:
            return
        line = {
            "id": name.decode("ascii"),
            "method": method,
            "address": address,
            "status": status,
            "bytes": size,
            "ms": round((time.perf_counter() - began) * 1000, 2),
        }
        self.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def _new_name(self) -> bytes:
        self.count += 1
        return b"%b%06x" % (self.process, self.count)


def _given_name(scope: Scope) -> bytes | None:
    """The client's own id for a request, where it is a plain one."""
    for key, value in scope["headers"]:
        if key == b"x-request-id" and REQUEST_ID.fullmatch(value):
            given: bytes = value
            return given
    return None


class Limits:
    """Refuses what no question needs before any work is done."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http":
            length = len(scope.get("raw_path") or b"") + len(scope["query_string"])
            if length > LONGEST_ADDRESS:
                await send_problem(scope, send, address_too_long(length))
                return
        await self.app(scope, receive, send)


class Headers:
    """Security headers and CORS on everything; HEAD and OPTIONS for every address."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; OPTIONS is answered here, HEAD becomes GET without a body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            headers = [*HEADERS.items(), *PREFLIGHT.items()]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body"})
            return
        bodiless = scope["method"] == "HEAD"

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {key for key, _ in message["headers"]}
                more = [pair for pair in HEADERS.items() if pair[0] not in there]
                message["headers"] = [*message["headers"], *more]
            elif bodiless:
                message = {**message, "body": b""}
            await send(message)

        inner = {**scope, "method": "GET"} if bodiless else scope
        await self.app(inner, receive, completed)
