"""Many readers at once, for a minute: nothing fails, and memory stays."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from benchmarks.asking import get
from benchmarks.load import load
from benchmarks.memory import memory, watched
from benchmarks.run import Run
from benchmarks.sections.hot import CODINGS, QUESTIONS
from benchmarks.servers import service
from benchmarks.tables import table, verdict

TITLE = "Many: 256 connections for a minute"

CONNECTIONS = 256
SECONDS = 60
WORKERS = 2

SETTLED = 2
"""Seconds after the load until memory is looked at again."""


def measure(run: Run) -> dict[str, Any]:
    """What wrk tells, and the memory before, at its peak and after, in MiB."""
    folder = run.place("many")
    url = f"sqlite:///{folder / 'yaodian.db'}"
    asked = [(question.path, coding) for question in QUESTIONS for coding in CODINGS]
    with service(url, folder, workers=WORKERS, core=None) as server:
        for path, coding in asked:
            get(server.port, path, {"Accept-Encoding": coding})
        before = memory(server.process)
        addresses = ["\t".join(both) for both in asked]
        with watched(server.process) as seen:
            told = load(server.url, SECONDS, None, addresses, CONNECTIONS, core=None)
        time.sleep(SETTLED)
        after = memory(server.process)
    peak = {
        name: max(getattr(each, name) for each in seen)
        for name in ("resident", "proportional", "worker")
    }
    return {
        "load": asdict(told),
        "memory": {"before": asdict(before), "peak": peak, "after": asdict(after)},
    }


def told(result: Mapping[str, Any]) -> str:
    """What happened and the table of memory."""
    load = result["load"]
    rate = load["requests"] / load["seconds"]
    sentence = (
        f"The {len(QUESTIONS) * len(CODINGS)} hot questions by turns, {WORKERS} workers; wrk and "
        f"the workers share both cores. {load['requests']:,} requests, {rate:,.0f} per second, "
        f"p50 {load['p50']:.0f} ms, p99 {load['p99']:.0f} ms, most {load['most']:.0f} ms."
    )
    head = ["MiB", "before", "peak", "after"]
    names = {
        "proportional": "proportional, all processes",
        "resident": "resident, all processes",
        "worker": "proportional, one worker",
    }
    rows = [
        [title, *(f"{result['memory'][when][name]:.0f}" for when in head[1:])]
        for name, title in names.items()
    ]
    failures = "no request failed"  # `load` ends the run otherwise
    return "\n\n".join((sentence, table(head, rows), verdict(failures, True)))
