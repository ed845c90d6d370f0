"""What was counted before: a release never changes, so each count of it is made once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any

Rows = Sequence[tuple[Any, ...]]

ROOM = 50_000
"""Rows that are kept at most."""


class Memory:
    """Rows of counting statements by what they were asked for; used by several threads."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Hashable, Rows] = OrderedDict()
        self.rows = 0
        self.lock = Lock()

    def recall(self, key: Hashable, count: Callable[[], Rows]) -> Rows:
        """The rows for a key: those that are kept, or else they are counted now."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        rows = count()
        with self.lock:
            if key not in self.kept:
                self.kept[key] = rows
                self.rows += len(rows) + 1
            while self.rows > ROOM:
                _, oldest = self.kept.popitem(last=False)
                self.rows -= len(oldest) + 1
        return rows
