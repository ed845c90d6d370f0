"""Measure everything, or some sections, and write RESULTS.md."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from benchmarks.machine import stamp, versions
from benchmarks.render import keep, render
from benchmarks.run import Pair, Run
from benchmarks.sections import SECTIONS
from benchmarks.tools import LOAD_CORE, Failed, require_programs

LEFT_OUT = """growth was left out: it needs a database with many plans, which is made by
  .venv/bin/python -m benchmarks.national DATABASE_URL
and is measured, on SQLite, PostgreSQL or both, by
  .venv-bench/bin/python -m benchmarks --only slow,growth --large DATABASE_URL …"""


def main() -> int:
    """Measure what was asked for; exit code 1 if something failed."""
    given = _arguments()
    require_programs()
    os.sched_setaffinity(0, {LOAD_CORE})  # what this program asks itself is load, too
    pairs = _pairs(given.small, given.large)
    names = given.only or [name for name in SECTIONS if pairs or name != "growth"]
    for name in names:
        with tempfile.TemporaryDirectory(prefix="yaodian-bench-") as place:
            run = Run(Path(place), given.rounds, given.seconds, pairs)
            try:
                _measure(name, run)
            except Failed as failure:
                print(f"{name} failed: {failure}", file=sys.stderr)
                return 1
    if "growth" not in names:
        print(LEFT_OUT)
    return 0


def _measure(name: str, run: Run) -> None:
    print(name, flush=True)
    began = time.monotonic()
    measured = SECTIONS[name].measure(run)
    result = {"stamp": stamp(), "versions": versions(), "measured": measured}
    if "rates" in measured:
        result["rounds"] = f"{run.rounds} rounds of {measured['seconds']} s"
    keep(name, result)
    render()
    print(f"  {time.monotonic() - began:.0f} s", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=_sections, help="sections, separated by commas")
    parser.add_argument("--rounds", type=int, default=5, help="measurements (%(default)s)")
    parser.add_argument(
        "--seconds", type=int, default=2, help="how long each of them takes (%(default)s)"
    )
    parser.add_argument(
        "--large", action="append", default=[], metavar="URL",
        help="a prepared database with many plans, for growth and slow; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--small", action="append", default=[], metavar="URL",
        help="what each of them is compared with; without: one plan of the national case",
    )  # fmt: skip
    return parser.parse_args()


def _sections(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in SECTIONS]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(SECTIONS)}")
    return names


def _pairs(small: Sequence[str], large: Sequence[str]) -> tuple[Pair, ...]:
    if small and len(small) != len(large):
        sys.exit("as many --small as --large, or none")
    return tuple(Pair(*both) for both in zip_longest(small, large))


if __name__ == "__main__":
    sys.exit(main())
