"""What the processes of a server hold of the memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import processes

WORKER = b"spawn_main"
"""What stands in the command of a worker process."""

INTERVAL = 0.5
"""Seconds between two looks."""


@dataclass(frozen=True)
class Memory:
    """Megabytes (2**20 bytes) that a server's processes hold together."""

    resident: float
    """Pages in memory; those that processes share are counted for each."""
    proportional: float
    """Pages in memory; those that processes share are divided among them."""
    worker: float
    """Proportional, one worker on average; of a server without workers: its process."""


def memory(first: int) -> Memory:
    """What a process and its descendants hold now."""
    held = {process: _rollup(process) for process in processes(first)}
    workers = [
        sizes["Pss"]
        for process, sizes in held.items()
        if WORKER in Path(f"/proc/{process}/cmdline").read_bytes()
    ]
    workers = workers or [held[first]["Pss"]]
    return Memory(
        sum(sizes["Rss"] for sizes in held.values()),
        sum(sizes["Pss"] for sizes in held.values()),
        sum(workers) / len(workers),
    )


def _rollup(process: int) -> dict[str, float]:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    pairs = (line.split()[:2] for line in lines)
    return {name.rstrip(":"): int(kilobytes) / 1024 for name, kilobytes in pairs}


@contextmanager
def watched(first: int) -> Iterator[list[Memory]]:
    """What a server holds from time to time, while something happens."""
    seen: list[Memory] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(INTERVAL):
            seen.append(memory(first))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
