"""What uvicorn's HTTP protocol does not do by itself: plain Chinese addresses, limits, problems."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.errors import PROBLEM_JSON, AppError, HeadersTooLarge, MalformedRequest, problem
from app.stack import HEADERS, LONGEST_ADDRESS, address_too_long

log = logging.getLogger("yaodian")

LONGEST_HEAD = 64 * 1024
"""Bytes of a request line with its headers."""

LARGE = 256 * 1024
"""Bytes of a body that is not copied to stand behind its head."""

NOT_ASCII = re.compile(rb"[\x80-\xff]")

STATUS_LINES = {
    400: b"HTTP/1.1 400 Bad Request",
    414: b"HTTP/1.1 414 URI Too Long",
    431: b"HTTP/1.1 431 Request Header Fields Too Large",
}


def percent_encoded(data: bytes) -> bytes:
    """The beginning of a request whose address was sent as bare UTF-8, with the address encoded.

    `curl 'http://…/v1/tasks?q=幼儿园'` sends it so, and the parser would refuse it.
    """
    end = data.find(b"\r\n", 0, LONGEST_ADDRESS)
    parts = data[: max(end, 0)].split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1."):
        return data
    method, address, version = parts
    address = NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], address)
    return b" ".join((method, address, version)) + data[end:]


class Corked:
    """A transport on which the head of an answer leaves together with the body's first piece.

    uvicorn writes them one after the other: two system calls, a third of what a kept answer costs.
    """

    def __init__(self, transport: asyncio.Transport):
        self.transport = transport
        self.held = b""

    def write(self, data: bytes) -> None:
        """Write, or keep the head of an answer until more comes."""
        if self.held:
            head, self.held = self.held, b""
            if len(data) > LARGE:
                self.transport.write(head)
            else:
                data = head + data
        elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 100"):
            self.held = data
            return
        self.transport.write(data)

    def flush(self) -> None:
        """Write what is kept: the answer has no body."""
        if self.held:
            self.write(b"")

    def close(self) -> None:
        """Write what is kept, then close."""
        self.flush()
        self.transport.close()

    def is_closing(self) -> bool:
        """Whether it is closing or closed."""
        return self.transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


def finished_answers(app: Any) -> Callable[[Any], tuple[bytes, bytes] | None] | None:
    """How an application gives kept answers at once; None where it does not."""
    inner = app.app if isinstance(app, ProxyHeadersMiddleware) else app
    return getattr(inner, "at_once", None)


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn reads it, with addresses in bare UTF-8; what is no HTTP is a problem.

    Kept answers are sent as soon as their requests are read, without a task for each.
    """

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.between_messages = True
        self.in_head = True
        self.head_bytes = 0
        self.url = b""
        self.at_once = finished_answers(self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        self.corked = Corked(transport)
        super().connection_made(self.corked)  # type: ignore[arg-type]

    def on_response_complete(self) -> None:
        """An answer is written."""
        self.corked.flush()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Read what has arrived; only where a request begins may it be written otherwise."""
        if self.between_messages and not data.isascii():
            data = percent_encoded(data)
        self.head_bytes += len(data)
        super().data_received(data)
        if self.in_head and self.head_bytes > LONGEST_HEAD and not self.transport.is_closing():
            self._refuse(self._too_long())

    def _too_long(self) -> AppError:
        """What of a head is too long: the address, as far as it has arrived, or the headers."""
        if len(self.url) > LONGEST_ADDRESS:
            return address_too_long(len(self.url))
        return HeadersTooLarge(
            f"The headers are longer than {LONGEST_HEAD} bytes.", f"请求头超过{LONGEST_HEAD}字节。"
        )

    def on_message_begin(self) -> None:
        """A request begins."""
        self.between_messages = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A request's headers have arrived."""
        self.in_head = False
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Answer a request at once, or have the application do it.

        Of several that were sent ahead only the last one, and none to a client that does not
        read: what waits must neither nest nor grow.
        """
        finished = None
        if self.at_once is not None and not self.pipeline and not self.flow.write_paused:
            try:
                finished = self.at_once(cycle.scope)
            except Exception:  # the parser would take it for a fault of the request
                log.exception("a kept answer cannot be given at once")
        if finished is None:
            self._unset_keepalive_if_required()  # set by one before it that was sent at once
            super()._start_asgi_task(cycle, app)
        else:
            self._send(cycle, *finished)

    def _send(self, cycle: RequestResponseCycle, head: bytes, body: bytes) -> None:
        cycle.response_started = cycle.response_complete = True
        own = [*map(b": ".join, self.server_state.default_headers)]
        if not cycle.keep_alive:
            own.append(b"connection: close")
        self.corked.write(head + b"\r\n".join([*own, b"", b""]))
        if body:
            self.corked.write(body)
        if not cycle.keep_alive:
            self.corked.close()
        self.on_response_complete()

    def on_message_complete(self) -> None:
        """A request has arrived."""
        self.between_messages = True
        self.in_head = True
        self.head_bytes = 0
        super().on_message_complete()

    def send_400_response(self, _msg: str) -> None:
        """Answer what the parser could not read; it knows no address over 64 kB either."""
        if len(self.url) > LONGEST_ADDRESS:
            self._refuse(address_too_long(len(self.url)))
            return
        self._refuse(
            MalformedRequest("This is no HTTP request that can be read.", "无法识别的HTTP请求。")
        )

    def _refuse(self, error: AppError) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False  # the answer on its way is that of an earlier request
            return
        body = problem(error, "")
        headers = {
            **HEADERS,
            b"content-type": PROBLEM_JSON.encode(),
            b"content-length": str(len(body)).encode(),
            b"cache-control": b"no-store",
            b"connection": b"close",
        }
        lines = [STATUS_LINES[error.status], *(b": ".join(pair) for pair in headers.items())]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()
