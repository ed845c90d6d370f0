"""Plain requests to a server on this machine."""

import csv
import gzip
import http.client
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import brotli

from benchmarks.tools import Failed

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
}


@dataclass(frozen=True)
class Answer:
    """An answer as it was sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str, default: str = "") -> str:
        """The first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name), default)

    @property
    def plain(self) -> bytes:
        """The body without its coding."""
        return DECODERS[self.header("content-encoding", "identity")](self.body)

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.plain)


def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask once; raises OSError where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def got(port: int, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask once; raises Failed unless the answer is 200."""
    answer = get(port, path, headers)
    if answer.status != 200:
        raise Failed(f"{path} was answered with {answer.status}: {answer.body[:500]!r}")
    return answer


def codes_of(answer: Answer) -> list[str]:
    """The codes of the rows in an answer of any peer: a list, one row, or CSV."""
    if "csv" in answer.header("content-type") or answer.plain.startswith(b"code,"):
        return [row["code"] for row in csv.DictReader(io.StringIO(answer.plain.decode()))]
    found = answer.json()
    if isinstance(found, dict):
        found = found.get("data", found.get("rows", found))
    rows = found if isinstance(found, list) else [found]
    return [row["code"] for row in rows]
