"""One worker and two, on machines as they are: nothing has a core of its own."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import Any

from benchmarks.addresses import never_alike, sort_keys
from benchmarks.databases import empty
from benchmarks.load import Load, Rounds, Shot, Walk, interleaved, load, middle_ratio
from benchmarks.memory import memory
from benchmarks.postgresql import analyse
from benchmarks.run import Run
from benchmarks.servers import Server, service
from benchmarks.tables import rate, table, times

TITLE = "Workers: one and two"

COUNTS = ("1", "2")


def measure(run: Run) -> dict[str, Any]:
    """Requests/s of each round, by case and number of workers; MiB of one worker at the end."""
    folder = run.place("workers")
    with ExitStack() as stack:
        databases = stack.enter_context(empty(folder, ("yaodian",), core=None))
        shots: list[Shot] = []
        held: dict[str, Server] = {}
        for kind, urls in databases.items():
            for count in COUNTS:
                started = service(urls["yaodian"], folder, workers=int(count), core=None)
                server = stack.enter_context(started)
                held[f"{kind}, {count}"] = server
                shots += _shots(kind, count, server)
        analyse(databases["PostgreSQL"].values())
        for shot in shots:
            shot.fire(1)
        measured = interleaved(shots, run.rounds, run.seconds)
        memories = {name: memory(server.process).worker for name, server in held.items()}
    return measured | {"seconds": run.seconds, "memory": memories}


def _shots(kind: str, count: str, server: Server) -> Iterator[Shot]:
    yield Shot(f"hot, {kind}", count, server.process, partial(_hot, server))
    walk = Walk(server.url, never_alike(sort_keys(server.port)), core=None)
    yield Shot(f"cold, {kind}", count, server.process, walk.load)


def _hot(server: Server, seconds: int) -> Load:
    return load(f"{server.url}/v1/tasks", seconds, core=None)


def told(result: Mapping[str, Any]) -> str:
    """The table."""
    rates: Rounds = result["rates"]
    head = ["requests/s", "1 worker", "2 workers", "ratio"]
    rows = [
        [
            case,
            *(rate(median(by_count[count])) for count in COUNTS),
            times(middle_ratio(by_count["2"], by_count["1"])),
        ]
        for case, by_count in rates.items()
    ]
    about = (
        "24 tasks, hot and cold as above. Workers, wrk and PostgreSQL share all cores here, so on "
        "two cores a second worker can only take what the others leave."
    )
    held = ", ".join(f"{name}: {value:.0f}" for name, value in result["memory"].items())
    memories = (
        f"Proportional memory of one worker afterwards, in MiB, by number of workers: {held}."
    )
    return "\n\n".join((about, table(head, rows), memories))
