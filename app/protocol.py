"""What uvicorn's HTTP protocol does not do by itself: plain Chinese addresses, limits, problems."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any, TypeVar

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.errors import PROBLEM_JSON, AppError, HeadersTooLarge, MalformedRequest, problem
from app.familiar import Known
from app.stack import HEADERS, LONGEST_ADDRESS, RequestLog, address_too_long

log = logging.getLogger("yaodian")

Given = TypeVar("Given")
Result = TypeVar("Result")

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


def finished_answers(app: Any) -> RequestLog | None:
    """What gives an application's kept answers at once; None where nothing does."""
    inner = app.app if isinstance(app, ProxyHeadersMiddleware) else app
    return inner if isinstance(inner, RequestLog) and inner.cache is not None else None


def tried(call: Callable[[Given], Result | None], given: Given) -> Result | None:
    """What a step to a kept answer gives; where it fails, that is logged and the answer is made.

    Otherwise the parser would take it for a fault of the request.
    """
    try:
        return call(given)
    except Exception:
        log.exception("a kept answer cannot be given at once")
        return None


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn reads it, with addresses in bare UTF-8; what is no HTTP is a problem.

    Kept answers are sent as soon as their requests are read, without a task for each; requests
    that are known by their bytes are not even read.
    """

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.between_messages = True
        self.in_head = True
        self.head_bytes = 0
        self.url = b""
        self.begun = 0
        """Requests that began in what has just arrived."""
        self.repeatable: Known | None = None
        """One of them, to which the same bytes can be answered again."""
        self.sent_at = 0.0
        """When an answer was sent at once, by the loop's clock."""
        self.finished = finished_answers(self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        self.corked = Corked(transport)
        super().connection_made(self.corked)  # type: ignore[arg-type]

    def on_response_complete(self) -> None:
        """An answer is written."""
        self.corked.flush()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Read what has arrived, unless it is known by its bytes.

        Only where a request begins may its address be written otherwise.
        """
        idle = self._idle()
        if idle and self._answered(data):
            return
        self.begun = 0
        self.repeatable = None
        self._read(data)
        if idle and self.finished is not None and self.between_messages and self.begun == 1:
            self.finished.familiar.put(data, self.repeatable)
        if self._idle() and self.timeout_keep_alive_task is None:
            self._hang_up_after(self.timeout_keep_alive)  # reading has stopped the time

    def _idle(self) -> bool:
        """Whether no request is being read and none waits for its answer."""
        return self.between_messages and (self.cycle is None or self.cycle.response_complete)

    def _answered(self, data: bytes) -> bool:
        """Whether this is a known request, and a kept answer was sent."""
        if self.finished is None or self.flow.write_paused:
            return False
        known = self.finished.familiar.get(data)
        finished = known and tried(self.finished.at_once, known)
        if finished:
            self._send(*finished, keep_alive=True)
        return bool(finished)

    def _read(self, data: bytes) -> None:
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
        self.begun += 1
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header has arrived; what stands behind a body is none, and changes nothing."""
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A request's headers have arrived."""
        self.in_head = False
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Answer a request at once, or have the application do it.

        Of several that were sent ahead only the last one, and none to a client that does not
        read: what waits must neither nest nor grow.
        """
        known = finished = None
        scope: Any = cycle.scope
        if self.finished is not None and not self.pipeline and not self.flow.write_paused:
            known = tried(self.finished.known, scope)
            finished = known and tried(self.finished.at_once, known)
        if not finished:
            self._unset_keepalive_if_required()  # set by one before it that was sent at once
            super()._start_asgi_task(cycle, app)
            return
        cycle.response_started = cycle.response_complete = True
        if cycle.keep_alive and not self.parser.should_upgrade():
            self.repeatable = known
        self._send(*finished, keep_alive=cycle.keep_alive)

    def _send(self, head: bytes, body: bytes, keep_alive: bool) -> None:
        own = [*map(b": ".join, self.server_state.default_headers)]
        if not keep_alive:
            own.append(b"connection: close")
        head += b"\r\n".join([*own, b"", b""])
        transport = self.corked.transport
        if len(body) > LARGE:
            transport.write(head)
            transport.write(body)
        else:
            transport.write(head + body)
        self.server_state.total_requests += 1
        if not keep_alive:
            transport.close()
            return
        self.sent_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._hang_up_after(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """Hang up, unless an answer was sent at once since the time began to run.

        To set the time anew for each of them would cost a tenth of what they do.
        """
        rest = self.sent_at + self.timeout_keep_alive - self.loop.time()
        if rest > 0 and not self.transport.is_closing():
            self._hang_up_after(rest)
        else:
            super().timeout_keep_alive_handler()

    def _hang_up_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def on_message_complete(self) -> None:
        """A request has arrived."""
        self.between_messages = True
        self.in_head = True
        self.head_bytes = 0
        super().on_message_complete()
        if self.cycle.keep_alive and not self.parser.should_keep_alive():
            self._end_after_trailer()

    def _end_after_trailer(self) -> None:
        """Close behind a trailer that says so: the parser would read on and tell nothing."""
        self.repeatable = None
        self.cycle.keep_alive = False
        if self.cycle.response_complete:
            self.transport.close()

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
