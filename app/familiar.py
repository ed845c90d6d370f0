"""Requests that are known by their bytes: whoever asks again in the same words is not read again.

Clients, and proxies in front, repeat a request byte by byte. The parser has read those bytes
before, and would find the same in them.
"""

from dataclasses import dataclass

from app.cache import Asked

LONGEST = 2048
"""Bytes of a request that is remembered; browsers send about half as many."""

MOST = 1024
"""Requests that are remembered, twice over."""


@dataclass(frozen=True)
class Known:
    """A request to which a kept answer can be given, as far as the answer and the log need it."""

    asked: Asked
    method: str
    address: str
    name: bytes | None
    """Its id where the client gave it one."""


class Familiar:
    """Requests by their bytes, within bounds: of those that are not repeated it forgets half."""

    def __init__(self) -> None:
        self.recent: dict[bytes, Known] = {}
        self.older: dict[bytes, Known] = {}

    def get(self, data: bytes) -> Known | None:
        """The request that these bytes are."""
        if len(data) > LONGEST:
            return None
        known = self.recent.get(data)
        if known is None:
            known = self.older.get(data)
            if known is not None:
                self.put(data, known)
        return known

    def put(self, data: bytes, known: Known | None) -> None:
        """Remember a request, if it is one; not one with an id of its own, which nobody repeats."""
        if known is None or known.name is not None or len(data) > LONGEST:
            return
        if len(self.recent) >= MOST:
            self.older, self.recent = self.recent, {}
        self.recent[data] = known
