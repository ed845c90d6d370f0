"""What uvicorn's HTTP protocol does not do by itself: plain Chinese addresses, and problems."""

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.errors import PROBLEM_JSON, MalformedRequest, problem
from app.stack import HEADERS

REQUEST_LINE = re.compile(rb"[A-Z]+ [^ ]*[\x80-\xff][^ ]* HTTP/1\.[01]")
NOT_ASCII = re.compile(rb"[\x80-\xff]")


def percent_encoded(data: bytes) -> bytes:
    """The beginning of a request whose address was sent as bare UTF-8, with the address encoded.

    `curl 'http://…/v1/tasks?q=幼儿园'` sends it so, and the parser would refuse it.
    """
    line, end, rest = data.partition(b"\r\n")
    if not REQUEST_LINE.fullmatch(line):
        return data
    return NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line) + end + rest


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn reads it, with addresses in bare UTF-8; what is no HTTP is a problem."""

    def data_received(self, data: bytes) -> None:
        """Read what has arrived."""
        super().data_received(data if data.isascii() else percent_encoded(data))

    def send_400_response(self, _msg: str) -> None:
        """Answer what the parser could not read."""
        body = problem(
            MalformedRequest("This is no HTTP request that can be read.", "无法识别的HTTP请求。"),
            "",
        )
        headers = {
            **HEADERS,
            b"content-type": PROBLEM_JSON.encode(),
            b"content-length": str(len(body)).encode(),
            b"connection": b"close",
        }
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(pair) for pair in headers.items())]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()
