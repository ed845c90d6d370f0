"""What the system tells of a server's processes."""

import os
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processes(first: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield first
    for task in Path(f"/proc/{first}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes(int(child))


def processor_seconds(first: int) -> float:
    """How long a process and its descendants kept processors busy until now."""
    return sum(_ticks(process) for process in processes(first)) / TICKS


def _ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])  # in the program itself, and in the system for it
