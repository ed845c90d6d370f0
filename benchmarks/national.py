"""The national case: a catalogue as large as a country's, invented, in the service's own tables.

`python -m benchmarks.national DATABASE_URL` fills an empty database with the plans of education
bureaus, ten years each, and with what came of them: 10,000 plans are 240,000 tasks, 430,000
targets, 720,000 participations and 1,000,000 results. Files are made, read and published by the
service's own code, a hundred plans in a release and their results in the next one, so that every
row is one that the service would write. The same seed makes the same rows; only the times of the
releases differ. A run that was killed goes on behind its last release.

Measured on SQLite: 25 minutes of one core (0.12 s a plan at the beginning, 0.15 s at the end) and
a file of 6.5 GB; `--plans 1` takes a second and 2 MB. With `--from` a finished file is copied into
an empty PostgreSQL database; it then has the same rows.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa

from app.db import DatabaseProblem, closing, is_sqlite, told, writer_engine
from app.models import RELEASES
from app.models.choices import Cause
from app.publish.plan_file import PlanFile
from app.publish.prepare import migrate
from app.publish.rows import Row, indicator_code, rows_of
from app.publish.scope import Changes, compare, current_rows
from app.publish.wording import Measured
from app.publish.writer import Orders, Step, publish
from benchmarks.national_copy import copy
from benchmarks.national_plans import (
    FIRST_YEAR,
    MOST_ISSUERS,
    YEARS,
    Issuer,
    fates_of,
    issuer,
    plan_code,
    plan_file,
    results_of,
)

PLANS_PER_RELEASE = 100
"""A release has so many plans, the next one what came of them."""

LOCK_SECONDS = 60


@dataclass(frozen=True)
class Part:
    """One release: some plans, or their results."""

    seed: int
    first: int
    """The number of its first plan, from 0; those of one issuer follow one another."""
    end: int
    results: bool

    @property
    def note(self) -> str:
        """What the release says of itself; by it an unfinished catalogue is continued."""
        what = "Results of invented plans" if self.results else "Invented plans"
        return f"{what} {self.first + 1} to {self.end}, seed {self.seed}"

    @property
    def cause(self) -> Cause:
        """Why it is published."""
        if self.results:
            return Cause.NEW_DATA
        return Cause.NEW_PLAN if self.first else Cause.FIRST_PUBLICATION

    def plans(self) -> Iterator[tuple[Issuer, int]]:
        """Issuer and year of each of its plans."""
        for number in range(self.first, self.end):
            yield issuer(self.seed, number // YEARS), FIRST_YEAR + number % YEARS

    def changes(self, connection: sa.Connection) -> Changes:
        """What it adds and changes."""
        return self._of_results(connection) if self.results else self._of_plans()

    def _of_plans(self) -> Changes:
        desired: dict[str, dict[str, Row]] = {}
        for of, years in groupby(self.plans(), key=lambda plan: plan[0]):
            measured = {
                indicator_code(of.code, run.slug): Measured(run.unit, run.scale.measure)
                for run in of.runs
            }
            for _, year in years:
                file = PlanFile.model_validate(plan_file(of, year)[0])
                for table, rows in rows_of(file, measured).items():
                    desired.setdefault(table, {}).update({row["code"]: row for row in rows})
        return {table: compare(table, {}, rows) for table, rows in desired.items()}

    def _of_results(self, connection: sa.Connection) -> Changes:
        codes = [plan_code(of, year) for of, year in self.plans()]
        announced = current_rows(connection, "deliverable", "plan", codes)
        results: list[Row] = []
        fates: dict[str, Row] = {}
        for of, year in self.plans():
            plan = plan_code(of, year)
            results += results_of(of, year)
            fates |= fates_of(of, year, [r for r in announced.values() if r["plan"] == plan])
        return {
            "observation": compare("observation", {}, {row["code"]: row for row in results}),
            "deliverable": compare("deliverable", announced, fates, kept=()),
        }


def parts(seed: int, plans: int) -> list[Part]:
    """All releases of a catalogue, in order."""
    return [
        Part(seed, first, min(first + PLANS_PER_RELEASE, plans), results)
        for first in range(0, plans, PLANS_PER_RELEASE)
        for results in (False, True)
    ]


def fill(url: str, seed: int, plans: int) -> None:
    """Make what is missing of a catalogue; raises DatabaseProblem where something else is there."""
    with told(url), closing(writer_engine(url, LOCK_SECONDS)) as engine:
        migrate(engine, url)
        wanted = parts(seed, plans)
        done = _done(engine, wanted)
        print(f"{done} of {len(wanted)} releases are there", flush=True)
        start, rows = time.monotonic(), 0
        for number, part in enumerate(wanted[done:], 1):
            rows += _publish(engine, part)
            seconds = time.monotonic() - start
            left = seconds / number * (len(wanted) - done - number)
            print(
                f"{part.note}: {rows} rows in {seconds:.0f} s, {rows / seconds:.0f}/s, "
                f"{left / 60:.0f} min left",
                flush=True,
            )


def _done(engine: sa.Engine, wanted: Sequence[Part]) -> int:
    """How many releases are there already."""
    with engine.connect() as connection:
        select = sa.select(RELEASES.c.note_en).order_by(RELEASES.c.number)
        notes = list(connection.scalars(select))
    if notes != [part.note for part in wanted[: len(notes)]]:
        raise DatabaseProblem(f"{engine.url} holds something else than the beginning of this")
    return len(notes)


def _publish(engine: sa.Engine, part: Part) -> int:
    """Make one release; gives back how many rows it added and changed, what follows not counted."""

    def decide(connection: sa.Connection) -> Sequence[Step]:
        return [Step(part.note, part.changes(connection), part.cause)]

    return sum(step.rows for step in publish(engine, decide, Orders(note_en=part.note)).steps)


def _plans(text: str) -> int:
    most = MOST_ISSUERS * YEARS
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of plans: 1 to {most}")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives back its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.national", description=__doc__)
    parser.add_argument("url", metavar="DATABASE_URL")
    parser.add_argument("--plans", type=_plans, default=10_000, help="how many (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=1, help="another one, other plans (%(default)s)"
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        help="copy this SQLite file into PostgreSQL instead",
    )
    parsed = parser.parse_args(arguments)
    try:
        if parsed.source is None:
            fill(parsed.url, parsed.seed, parsed.plans)
        elif is_sqlite(parsed.url):
            parser.error("--from copies into PostgreSQL; a SQLite file can be copied as it is")
        else:
            copy(parsed.source, parsed.url)
    except DatabaseProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
