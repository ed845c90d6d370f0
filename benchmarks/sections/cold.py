"""Answers that nobody asked for before: the whole way from address to rows to bytes."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from statistics import median
from typing import Any

from benchmarks.addresses import AREA, never_alike, sort_keys
from benchmarks.asking import codes_of, got
from benchmarks.databases import empty
from benchmarks.load import Rounds, Shot, Walk, interleaved, middle_ratio
from benchmarks.peers.started import fill_textbook, textbook
from benchmarks.postgresql import analyse
from benchmarks.rows import published
from benchmarks.run import Run
from benchmarks.servers import Server, service
from benchmarks.tables import rate, table, times, verdict
from benchmarks.tools import Failed

TITLE = "Cold: no two requests alike"

OURS, TEXTBOOK = "Yaodian", "textbook"
WANTED = 3
"""How many times the textbook's requests/s."""

ROWS = {"24 tasks": ("", 24), "6 tasks of one area": (f"area={AREA}&", 6)}
"""What is asked for: the beginning of the query, and how many rows come."""


def measure(run: Run) -> dict[str, Any]:
    """Requests/s and processor time of each round, by case and peer."""
    folder = run.place("cold")
    with ExitStack() as stack:
        databases = stack.enter_context(empty(folder, ("yaodian", "textbook")))
        shots: list[Shot] = []
        for kind, urls in databases.items():
            ours = stack.enter_context(service(urls["yaodian"], folder))
            fill_textbook(urls["textbook"], published(ours.port), folder)
            theirs = stack.enter_context(textbook(urls["textbook"], folder))
            shots += _shots(kind, {OURS: ours, TEXTBOOK: theirs})
        analyse(databases["PostgreSQL"].values())
        for shot in shots:
            shot.fire(1)
        return interleaved(shots, run.rounds, run.seconds) | {"seconds": run.seconds}


def _shots(kind: str, servers: Mapping[str, Server]) -> Iterator[Shot]:
    keys = sort_keys(servers[OURS].port)
    for name, (beginning, count) in ROWS.items():
        addresses = never_alike(keys, beginning)
        last = addresses.pop().split("\t")[0]
        for peer, server in servers.items():
            codes = codes_of(got(server.port, last))
            if len(codes) != count:
                raise Failed(f"{peer}: {last} has {len(codes)} rows, not {count}")
            walk = Walk(server.url, addresses)
            yield Shot(f"{name}, {kind}", peer, server.process, walk.load)


def told(result: Mapping[str, Any]) -> str:
    """The table and what was wanted."""
    rates: Rounds = result["rates"]
    costs: Rounds = result["costs"]
    ratios = {
        case: middle_ratio(by_peer[OURS], by_peer[TEXTBOOK]) for case, by_peer in rates.items()
    }
    peers = (OURS, TEXTBOOK)
    head = ["requests/s", *peers, "ratio", *(f"processor ms, {peer}" for peer in peers), "ratio"]
    rows = [
        [
            case,
            *(rate(median(by_peer[peer])) for peer in peers),
            times(ratios[case]),
            *(f"{median(costs[case][peer]):.2f}" for peer in peers),
            times(middle_ratio(costs[case][TEXTBOOK], costs[case][OURS])),
        ]
        for case, by_peer in rates.items()
    ]
    verdicts = [
        verdict(f"{case}: {WANTED} times the textbook; {times(ratio)}", ratio >= WANTED)
        for case, ratio in ratios.items()
    ]
    return "\n\n".join((ABOUT, table(head, rows), "\n".join(verdicts)))


ABOUT = (
    "The addresses differ in `limit` (24 to 1,000, which lets all rows through) and `sort`, in an "
    "order shuffled with a fixed seed; none is asked for twice of the same server. The service's "
    "cache is on, as it is by default, and finds nothing. The textbook is sent the same addresses "
    "and ignores `sort`. Processor time is that of the Python process for one request, without "
    "the PostgreSQL server's."
)
