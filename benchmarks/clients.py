"""A client that asks at fixed times, whether or not earlier answers have come."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.tools import Failed


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least such a share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@dataclass
class Connection:
    """A connection on which one request follows another."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int) -> "Connection":
        """A new one."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**20))

    async def ask(self, address: str) -> bytes:
        """The body of an answer; raises Failed unless it is 200."""
        self.writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.split("\r\n")
        pairs = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        body = await self.reader.readexactly(int(pairs["content-length"]))
        if lines[0].split(" ")[1] != "200":
            raise Failed(f"{address} was answered with {lines[0]}: {body[:500]!r}")
        return body

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


async def steadily(
    port: int, addresses: Iterator[str], per_second: int, seconds: int
) -> list[float]:
    """Milliseconds from when each request was due until its answer was there.

    A request that is due when all connections wait gets a new one: no answer delays a question.
    """
    idle: deque[Connection] = deque()
    began = time.perf_counter()

    async def ask(due: float, address: str) -> float:
        # By turns, so that none is idle for so long that the server hangs up.
        connection = idle.popleft() if idle else await Connection.to(port)
        await connection.ask(address)
        idle.append(connection)
        return (time.perf_counter() - due) * 1000

    asked = []
    for number in range(per_second * seconds):
        due = began + number / per_second
        await asyncio.sleep(due - time.perf_counter())
        asked.append(asyncio.create_task(ask(due, next(addresses))))
    taken = await asyncio.gather(*asked)
    for connection in idle:
        connection.close()
    return taken
