"""What a question costs with a few plans, and with a country's."""

import http.client
import json
import random
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from benchmarks.addresses import SEED
from benchmarks.catalogue import copied, new_plan, small_catalogue
from benchmarks.databases import empty
from benchmarks.run import Run
from benchmarks.servers import environment, service
from benchmarks.tables import table, times, verdict
from benchmarks.tools import ROOT, SERVER_CORE, SERVICE, Failed, pinned

TITLE = "Growth: a few plans and many"

LIMITS = [f"limit={n}{more}" for n in range(4, 24) for more in ("", "&bom=false")]
"""A case asks with each of them, or once for so many codes: one plan has as many tasks, too."""

COUNT = len(LIMITS)

LEAST = 20
"""Addresses that a case needs."""

DEEP = 1000
"""The page that is reached by following the links."""

PAGE = 100
"""Rows of each of them."""

IDLE = 3
"""Seconds after which a connection is made anew: the service hangs up after five."""

IMPORTS = 3

IMPORT = "import of one plan file"

MOST_TIMES = {"tasks with 教育": 10, "tasks with 学位": 10, IMPORT: 2}
"""How many times as long each case may take with many plans; 3 times where nothing is said."""

ONCE_MADE = ("page 1 of tasks", "facets over all tasks")
"""Cases whose first answer needs what later ones can remember: a total, facets."""

Cases = dict[str, Iterable[str]]


class Asking:
    """One connection to the service, on which one request follows another."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.asked_at = time.perf_counter()
        self.deepest = 1
        """The number of the page that was reached."""

    def timed(self, address: str) -> tuple[float, bytes]:
        """Milliseconds until an answer was there, and its body; raises Failed unless it is 200."""
        if time.perf_counter() - self.asked_at > IDLE:
            self.connection.close()
            self._get("/healthz")
        began = time.perf_counter()
        body = self._get(address)
        self.asked_at = time.perf_counter()
        return (self.asked_at - began) * 1000, body

    def _get(self, address: str) -> bytes:
        self.connection.request("GET", quote(address, safe="/?&=,-%"))
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Failed(f"{address} was answered with {answer.status}: {body[:500]!r}")
        return body

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
            measured[pair.kind] = _measured({"small": small, "large": pair.large}, run, files)
            print(f"  {pair.kind}", flush=True)
    return {"databases": measured}


def _measured(urls: Mapping[str, str], run: Run, files: Iterable[Path]) -> dict[str, Any]:
    """What was measured of both sizes, by turns."""
    with ExitStack() as stack:
        servers = [stack.enter_context(service(url, run.folder)) for url in urls.values()]
        seen = dict(zip(urls, _asked([Asking(server.port) for server in servers]), strict=True))
    with ExitStack() as stack:
        copies = [stack.enter_context(copied(url, run)) for url in urls.values()]
        imports = [[_import(copy, file) for copy in copies] for file in files]
    for size, took in zip(seen.values(), zip(*imports, strict=True), strict=True):
        size["imports"] = took
    return seen


def _asked(sizes: Sequence[Asking]) -> list[dict[str, Any]]:
    """Milliseconds of each request of each size, by case; what all tasks are asked for first."""
    taken: list[dict[str, list[float]]] = [{} for _ in sizes]
    for cases in (_of_all, _of_plans, _of_deep_page):
        asked = [cases(asking) for asking in sizes]
        for name in asked[0]:
            took = _by_turns(sizes, [size[name] for size in asked])
            for size, times_taken in zip(taken, took, strict=True):
                size[name] = times_taken
    return [
        {"taken": size, "plans": _plans(asking), "page": asking.deepest}
        for asking, size in zip(sizes, taken, strict=True)
    ]


def _by_turns(sizes: Sequence[Asking], cases: Sequence[Iterable[str]]) -> list[list[float]]:
    """Milliseconds of each request, by size; asked one here, one there."""
    chosen = [list(dict.fromkeys(addresses))[:COUNT] for addresses in cases]
    if min(map(len, chosen)) < LEAST:
        raise Failed(f"there are {[*map(len, chosen)]} addresses like {chosen[0][:1]}")
    took: list[list[float]] = [[] for _ in sizes]
    for turn in zip_longest(*chosen):
        for asking, address, times_taken in zip(sizes, turn, took, strict=True):
            if address is not None:
                times_taken.append(asking.timed(address)[0])
    return took


def _plans(asking: Asking) -> int:
    total: int = asking.read("/v1/plans?limit=1")["meta"]["total"]
    return total


def _of_all(_asking: Asking) -> Cases:
    asked = {
        "page 1 of tasks": "/v1/tasks?",
        "facets over all tasks": "/v1/tasks?facets=plan,year,role&",
        "tasks with 教育": "/v1/tasks?q=教育&",
        "tasks with 学位": "/v1/tasks?q=学位&",
    }
    return {name: [path + limit for limit in LIMITS] for name, path in asked.items()}


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
    return [f"{beginning}{value}&{limit}" for limit in LIMITS for value in values]


def _of_deep_page(asking: Asking) -> Cases:
    """What is asked of the deepest full page, that with the number DEEP at most."""
    beginning = "/v1/tasks?format=json"
    following = f"/v1/tasks?limit={PAGE}"
    while asking.deepest < DEEP:
        following = asking.read(following)["links"]["next"]
        if following is None:
            break
        asking.deepest += 1
        (cursor,) = parse_qs(urlsplit(following).query)["cursor"]
        beginning = f"/v1/tasks?format=json&cursor={cursor}"
    return {"deep page": [f"{beginning}&{limit}" for limit in LIMITS]}


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
        rows = _rows(few, many)
        parts.append(table(head, [[*row, _first(many, row[0])] for row in rows]))
        parts.append("\n".join(_verdicts(rows)))
        parts.append(
            f"The deep page is page {many['page']:,} with many plans, and page {few['page']} with "
            "few, where there are no more."
        )
    return "\n\n".join(parts)


def _rows(few: Mapping[str, Any], many: Mapping[str, Any]) -> list[list[str]]:
    """Of each case: its name, milliseconds with few plans, with many, and their ratio."""
    rows = []
    for name, taken in many["taken"].items():
        less, more = median(few["taken"][name]), median(taken)
        rows.append([name, f"{less:.1f}", f"{more:.1f}", times(more / less)])
    less, more = (median(size["imports"]) * 1000 for size in (few, many))
    rows.append([IMPORT, f"{less:,.0f}", f"{more:,.0f}", times(more / less)])
    return rows


def _first(many: Mapping[str, Any], name: str) -> str:
    return f"{many['taken'][name][0]:.1f}" if name in ONCE_MADE else ""


def _verdicts(rows: Iterable[Sequence[str]]) -> list[str]:
    by_most: dict[int, list[tuple[float, str]]] = {}
    for name, _, _, ratio in rows:
        by_most.setdefault(MOST_TIMES.get(name, 3), []).append((float(ratio), name))
    told = []
    for most, cases in sorted(by_most.items()):
        worst, name = max(cases)
        wanted = f"at most {most} times as long; most {worst:.2f} ({name})"
        told.append(verdict(wanted, worst <= most))
    return told


ABOUT = (
    "One request after another, by turns of the small and the large database; each figure is the "
    f"median of {COUNT} requests, none of which was made before. Lists have 4 to 23 rows on both "
    "sides, as far as so many are found. The large database is the national case, invented plans "
    "that [national.py](national.py) publishes; the small one, where none was named, holds its "
    "first plan. “First” is the first request of all since the service started, which has to "
    "count or to collect. A word of one plan is its code, which is searched with all its tasks. "
    "A city is named in its plans of all years: with many plans ten times as many rows have it as "
    f"are found. The import is that of the whole command, median of {IMPORTS} files, "
    "into a copy of the database; its plan is the first of an issuer that neither holds. The large "
    "databases' files had been read just before (`cat`): where the system has them only on its "
    "disk, the first questions to each plan wait for that."
)
