"""What a question costs with a few plans, and with a country's."""

import http.client
import json
import random
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from benchmarks.addresses import SEED
from benchmarks.catalogue import copied, new_plan, small_catalogue
from benchmarks.databases import empty
from benchmarks.run import Run
from benchmarks.servers import environment, service
from benchmarks.tables import table, times
from benchmarks.tools import ROOT, SERVER_CORE, SERVICE, Failed, pinned

TITLE = "Growth: a few plans and many"

LIMITS = range(60, 100)
"""A case asks with each of them, or once for so many codes."""

COUNT = len(LIMITS)

LEAST = 20
"""Addresses that a case needs."""

DEEP = 1000
"""The page that is reached by following the links; each has 100 rows."""

IMPORTS = 3

ONCE_MADE = ("page 1 of tasks", "facets over all tasks")
"""Cases whose first answer needs what later ones can remember: a total, facets."""

Cases = dict[str, Iterable[str]]


class Asking:
    """One connection to the service, on which one request follows another."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def timed(self, address: str) -> tuple[float, bytes]:
        """Milliseconds until an answer was there, and its body; raises Failed unless it is 200."""
        began = time.perf_counter()
        self.connection.request("GET", quote(address, safe="/?&=,-%"))
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise Failed(f"{address} was answered with {answer.status}: {body[:500]!r}")
        return took, body

    def read(self, address: str) -> Any:
        """An answer's JSON."""
        return json.loads(self.timed(address)[1])


def measure(run: Run) -> dict[str, Any]:
    """Milliseconds of each request by database, size and case; seconds of the imports."""
    if not run.pairs:
        raise Failed("--large DATABASE_URL is needed; `benchmarks.national` fills such a database")
    folder = run.place("growth")
    files = [new_plan(number, folder) for number in range(IMPORTS)]
    measured: dict[str, dict[str, Any]] = {}
    with empty(folder, ("small",)) as made:
        for pair in run.pairs:
            small = pair.small or made[pair.kind]["small"]
            if pair.small is None:
                small_catalogue(small)
            measured[pair.kind] = {
                "small": _measured(small, run, files),
                "large": _measured(pair.large, run, files),
            }
            print(f"  {pair.kind}", flush=True)
    return {"databases": measured}


def _measured(url: str, run: Run, files: Iterable[Path]) -> dict[str, Any]:
    with service(url, run.folder) as server:
        seen = _asked(Asking(server.port))
    with copied(url, run) as copy:
        seen["imports"] = [_import(copy, file) for file in files]
    return seen


def _asked(asking: Asking) -> dict[str, Any]:
    """Milliseconds of each request, by case; what all tasks are asked for comes first."""
    taken = {name: _each(asking, addresses) for name, addresses in _of_all().items()}
    taken |= {name: _each(asking, addresses) for name, addresses in _of_plans(asking).items()}
    pages, beginning = _deep_page(asking)
    taken["deep page"] = _each(asking, (f"{beginning}&limit={n}&bom=false" for n in LIMITS))
    plans = asking.read("/v1/plans?limit=1")["meta"]["total"]
    return {"taken": taken, "plans": plans, "page": pages}


def _each(asking: Asking, addresses: Iterable[str]) -> list[float]:
    chosen = list(dict.fromkeys(addresses))[:COUNT]
    if len(chosen) < LEAST:
        raise Failed(f"there are {len(chosen)} addresses like {chosen[:1]}, not {LEAST}")
    return [asking.timed(address)[0] for address in chosen]


def _of_all() -> Cases:
    asked = {
        "page 1 of tasks": "/v1/tasks?",
        "facets over all tasks": "/v1/tasks?facets=plan,year,role&",
        "tasks with 教育": "/v1/tasks?q=教育&",
        "tasks with 学位": "/v1/tasks?q=学位&",
    }
    return {name: [f"{path}limit={n}" for n in LIMITS] for name, path in asked.items()}


def _of_plans(asking: Asking) -> Cases:
    """What is asked of single plans, of some that are chosen with a fixed seed."""
    chance = random.Random(SEED)
    plans = asking.read("/v1/plans?limit=1000")["data"]
    chosen = chance.sample(plans, min(COUNT, len(plans)))
    codes = [plan["code"] for plan in chosen]
    areas = [chance.choice(_codes(asking, f"/v1/areas?plan={code}&limit=99")) for code in codes]
    indicators = [
        code for plan in codes for code in _codes(asking, f"/v1/indicators?plan={plan}&limit=99")
    ]
    chance.shuffle(indicators)
    cities = [f"{plan['year']}&q={plan['issuer_name_zh'][:2]}" for plan in chosen]
    return {
        "tasks of one area": _with_limits("/v1/tasks?area=", areas),
        "facets within one plan": _with_limits("/v1/tasks?facets=area,role&plan=", codes),
        "tasks with a word of one plan": _with_limits("/v1/tasks?q=", codes),
        "participations of a year with a city": _with_limits("/v1/participations?year=", cities),
        "one indicator": [f"/v1/indicators/{code}" for code in indicators],
        "its history": [f"/v1/indicators/{code}/history" for code in indicators],
    }


def _codes(asking: Asking, address: str) -> list[str]:
    return [row["code"] for row in asking.read(address)["data"]]


def _with_limits(beginning: str, values: Iterable[str]) -> list[str]:
    return [f"{beginning}{value}&limit={limit}" for limit in LIMITS for value in values]


def _deep_page(asking: Asking) -> tuple[int, str]:
    """The number of the deepest full page, 1,000 at most, and its address without a limit."""
    page, beginning = 1, "/v1/tasks?format=json"
    following = "/v1/tasks?limit=100"
    while page < DEEP:
        following = asking.read(following)["links"]["next"]
        if following is None:
            break
        page, cursor = page + 1, parse_qs(urlsplit(following).query)["cursor"][0]
        beginning = f"/v1/tasks?cursor={cursor}"
    return page, beginning


def _import(url: str, file: Path) -> float:
    """Seconds that the publication of a plan file takes, from the command's start to its end."""
    command = [*pinned(SERVER_CORE), str(SERVICE / "yaodian"), "import", str(file)]
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment({"YAODIAN_DATABASE_URL": url}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    took = time.perf_counter() - began
    if done.returncode:
        raise Failed(f"yaodian import ended with {done.returncode}:\n{done.stdout}")
    return took


def told(result: Mapping[str, Any]) -> str:
    """A table for each database."""
    parts = [ABOUT]
    for kind, sizes in result["databases"].items():
        few, many = sizes["small"], sizes["large"]
        head = [
            f"ms, {kind}",
            f"{few['plans']:,} plan{'s' if few['plans'] > 1 else ''}",
            f"{many['plans']:,} plans",
            "ratio",
            "first with many",
        ]
        parts.append(table(head, _rows(few, many)))
        parts.append(
            f"The deep page is page {many['page']:,} with many plans, and page {few['page']} with "
            "few, where there are no more."
        )
    return "\n\n".join(parts)


def _rows(few: Mapping[str, Any], many: Mapping[str, Any]) -> list[list[str]]:
    rows = []
    for name, taken in many["taken"].items():
        less, more = median(few["taken"][name]), median(taken)
        first = f"{taken[0]:.1f}" if name in ONCE_MADE else ""
        rows.append([name, f"{less:.1f}", f"{more:.1f}", times(more / less), first])
    less, more = (median(size["imports"]) * 1000 for size in (few, many))
    rows.append(["import of one plan file", f"{less:,.0f}", f"{more:,.0f}", times(more / less), ""])
    return rows


ABOUT = (
    f"One connection, one request after another; each figure is the median of {COUNT} requests, "
    "none of which was made before. The large database is the national case, invented plans that "
    "[national.py](national.py) publishes; the small one, where none was named, holds its first "
    "plan. “First” is the first request of all since the service started, which has to "
    "count or to collect. A word of one plan is its code, which is searched with all its tasks. "
    "A city is named in its plans of all years: with many plans ten times as many rows have it as "
    f"are found. The import is that of the whole command, median of {IMPORTS} files, "
    "into a copy of the database; its plan is the first of an issuer that neither holds. The large "
    "databases' files had been read just before (`cat`): where the system has them only on its "
    "disk, the first questions to each plan wait for that."
)
