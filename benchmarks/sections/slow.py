"""What others notice while some ask for what takes long."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any
from urllib.parse import quote

from benchmarks.addresses import never_alike, sort_keys
from benchmarks.asking import got
from benchmarks.clients import Connection, quantile, steadily
from benchmarks.run import Run
from benchmarks.servers import service
from benchmarks.tables import table, verdict

TITLE = "Slow: others do not wait"

WANTED = 50
"""Milliseconds within which 99 % of the others are answered."""

RATE = 100
"""Requests per second of the others."""

SECONDS = 10
WARMING = 3
"""Seconds until every sort key was asked for, so that what is measured is not a first time."""

ASKING_SLOWLY = 2
"""Connections on which one slow request follows another."""

SLOW = (
    "/v1/participations?q=学校&facets=area,task,body,role",
    "/v1/targets?q=教育&facets=area,task,indicator",
    "/v1/tasks?q=教育&facets=plan,area,body,role",
    "/v1/tasks?facets=plan,area,body,role&sort=-title_printed_zh",
    "/v1/indicators?q=学生&facets=plan,area,task",
)
"""Expensive questions; the slowest on a database is the one that is repeated there."""

TRIALS = range(995, 1000)
"""The limits with which each of them is timed; what is asked for the first time is not."""

KINDS = ("hot", "cold")
"""The others by turns: the same list of tasks again, and one of an area as never before."""


def measure(run: Run) -> dict[str, Any]:
    """Milliseconds of each of the others, without and with slow requests, on each database."""
    folder = run.place("slow")
    urls = {f"many plans, {pair.kind}": pair.large for pair in run.pairs}
    urls = urls or {"the bundled plan, SQLite": f"sqlite:///{folder / 'yaodian.db'}"}
    measured = {}
    for name, url in urls.items():
        with service(url, folder) as server:
            measured[name] = asyncio.run(_measure(server.port))
    return {"databases": measured}


async def _measure(port: int) -> dict[str, Any]:
    others = _others(port)
    address, alone = await _slowest(port)
    await steadily(port, others, RATE, WARMING)
    before = await steadily(port, others, RATE, SECONDS)
    stop = asyncio.Event()
    asking = [
        asyncio.create_task(_ask_slowly(port, address, first, stop))
        for first in range(ASKING_SLOWLY)
    ]
    during = await steadily(port, others, RATE, SECONDS)
    stop.set()
    slow = list(itertools.chain.from_iterable(await asyncio.gather(*asking)))
    return {"slow": address, "alone": alone, "took": slow, "before": before, "during": during}


def _others(port: int) -> Iterator[str]:
    area = got(port, "/v1/areas?limit=1").json()["data"][0]["code"]
    for line in never_alike(sort_keys(port), f"area={area}&"):
        yield "/v1/tasks"
        yield line.split("\t")[0]


async def _slowest(port: int) -> tuple[str, float]:
    """The slowest of the expensive questions, and how many milliseconds it takes alone."""
    took = {}
    connection = await Connection.to(port)
    for address in SLOW:
        await _timed(connection, f"{address}&limit={TRIALS.stop}")
        took[address] = median([await _timed(connection, f"{address}&limit={n}") for n in TRIALS])
    connection.close()
    slowest = max(took, key=lambda address: took[address])
    return slowest, took[slowest]


async def _ask_slowly(port: int, address: str, first: int, stop: asyncio.Event) -> list[float]:
    """Milliseconds of each of the requests that follow one another; no two are alike."""
    took = []
    connection = await Connection.to(port)
    limits = itertools.cycle(range(1 + first, TRIALS.start, ASKING_SLOWLY))
    while not stop.is_set():
        took.append(await _timed(connection, f"{address}&limit={next(limits)}"))
    connection.close()
    return took


async def _timed(connection: Connection, address: str) -> float:
    began = time.perf_counter()
    await connection.ask(quote(address, safe="/?&=,-"))
    return (time.perf_counter() - began) * 1000


def told(result: Mapping[str, Any]) -> str:
    """The table and what was wanted."""
    rows, verdicts, notes = [], [], []
    for name, seen in result["databases"].items():
        for kind, offset in zip(KINDS, range(2), strict=True):
            before, during = seen["before"][offset::2], seen["during"][offset::2]
            rows.append([f"{name}: {kind}", *_figures(before), *_figures(during)])
        worst = quantile(seen["during"], 0.99)
        wanted = f"{name}: 99 % of the others within {WANTED} ms; {worst:.1f} ms"
        verdicts.append(verdict(wanted, worst < WANTED))
        notes.append(
            f"- {name}: `{seen['slow']}`, {seen['alone']:.0f} ms alone; meanwhile "
            f"{len(seen['took'])} were answered, in {quantile(seen['took'], 0.5):.0f} ms each "
            "(median)"
        )
    head = ["ms", *(f"{figure}{when}" for when in (" before", " during") for figure in FIGURES)]
    return "\n\n".join((ABOUT, table(head, rows), "\n".join(verdicts), "\n".join(notes)))


FIGURES = ("p50", "p99", "most")


def _figures(taken: Sequence[float]) -> list[str]:
    return [f"{value:.1f}" for value in (quantile(taken, 0.5), quantile(taken, 0.99), max(taken))]


ABOUT = (
    f"{ASKING_SLOWLY} connections repeat the slowest question that was found, one request after "
    f"another, each with a `limit` of its own. Others send {RATE} requests per second at fixed "
    f"times, for {SECONDS} s without the slow ones and for as long with them; each is timed from "
    "the moment when it was due, so that a late answer counts in full. By turns they ask for a "
    "list that was given before (hot) and for tasks of an area as nobody asked for them before "
    "(cold). The server has one core."
)
