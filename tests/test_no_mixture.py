"""Readers meanwhile see whole releases, and writers that are killed leave whole releases."""

import csv
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import sqlalchemy as sa

from app.publish.check import check
from tests.plans import anchored, body, indicator, plan, saved, target, task
from tests.reading import releases, state
from tests.serving import serving
from tests.test_kill import importer, run

Row = dict[str, Any]

RELEASES = 50
READERS, REST = 4, 0.02
"""Connections, and seconds between two questions on each: writers are to have their turn."""

MOST_EXTRA = 3


def results(path: Path, values: Mapping[str, int]) -> str:
    """A file of results for 2024, by their codes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["indicator", "period", "value", "source", "source_title"])
        for code, value in values.items():
            about, source = code.split("-2024-")
            writer.writerow([about, "2024", value, source, "总结"])
    return str(path)


# --- readers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """What a release says, told by its number alone: odd ones promise it, even ones report it."""

    number: int

    @property
    def promise(self) -> int:
        return self.number - 1 + self.number % 2

    @property
    def result(self) -> int | None:
        return self.number - self.number % 2 or None

    @property
    def extra(self) -> int:
        """How many tasks there are beside the first, each with a promise of its own."""
        return self.promise // 2 % (MOST_EXTRA + 1)

    @property
    def became(self) -> Row:
        """What became of the promises on both indicators."""
        if self.result is None:
            return {"attainment": "no_result", "attainment_rule": None, "observation_value": None}
        return {
            "attainment": "met" if self.result > self.promise else "not_met",
            "attainment_rule": f"{self.result} >= {self.promise}",
            "observation_value": self.result,
        }

    @property
    def results(self) -> list[int]:
        """The results on one indicator."""
        return [] if self.result is None else [self.result]

    def file(self, folder: Path) -> list[str]:
        """The command that publishes it."""
        why = ["--cause", "correction"] if self.number > 2 else []
        if self.result == self.number:
            values = {"aa-x-2024-s": self.number, "aa-y-2024-s": self.number}
            why += ["--note", "Corrected"] if why else []
            return ["observe", results(folder / f"{self.number}.csv", values), *why]
        extra = [f"e{place}" for place in range(1, MOST_EXTRA + 1)]
        tasks = [task(1, [target("x", self.number), target("y", self.number)])] + [
            task(place, [target(slug, self.number)])
            for place, slug in enumerate(extra[: self.extra], 2)
        ]
        indicators = [indicator(slug) for slug in ("x", "y", *extra)]
        raw = anchored(plan("aa-2024", tasks, [body("aa")], indicators))
        return ["import", str(saved(folder / f"{self.number}.json", raw)), *why]


Told = tuple[Row, Published]
"""A whole answer, and what its release says."""


def of_both(rows: Sequence[Row], name: str = "code") -> list[Row]:
    """The rows of the two indicators that have results."""
    return [row for row in rows if row[name].endswith(("-x", "-y"))]


def check_targets(told: Row, said: Published) -> None:
    rows = told["data"]
    assert told["meta"]["total"] == len(rows) == 2 + said.extra
    assert {row["value"] for row in rows} == {said.promise}
    for row in of_both(rows):
        assert {name: row[name] for name in said.became} == said.became
        assert [inner["value"] for inner in row["observations"]] == said.results


def check_indicators(told: Row, said: Published) -> None:
    assert told["meta"]["total"] == 2 + MOST_EXTRA
    for row in of_both(told["data"]):
        assert (row["target_value"], row["latest_value"]) == (said.promise, said.result)
        assert row["attainment"] == said.became["attainment"]
        assert [inner["value"] for inner in row["targets"]] == [said.promise]
        assert [inner["value"] for inner in row["observations"]] == said.results
    promised = sum(len(row["targets"]) for row in told["data"])
    assert promised == sum(row["target"] is not None for row in told["data"]) == 2 + said.extra


def check_observations(told: Row, said: Published) -> None:
    rows = told["data"]
    assert told["meta"]["total"] == len(rows) == 2 * len(said.results)
    assert {(row["value"], row["release_from"]) for row in rows} == {
        (value, value) for value in said.results
    }


def check_plan(told: Row, said: Published) -> None:
    row = told["data"]
    (area,) = row["areas"]
    for shown in (row, area):
        assert (shown["task_count"], shown["target_count"]) == (1 + said.extra, 2 + said.extra)


def check_history(told: Row, said: Published) -> None:
    """Each version says the number of the release that began it, and stands for two."""
    assert told["meta"]["total"] == len(told["data"]) == 2 * said.number
    for code in ("aa-x", "aa-y"):
        rows = [row for row in told["data"] if row["indicator"] == code]
        shown = {(row["series"], row["value"], row["release_from"], row["release_to"])
                 for row in rows}  # fmt: skip
        assert shown == {
            ("target" if n % 2 else "actual", n, n, n + 2 if n + 2 <= said.number else None)
            for n in range(1, said.number + 1)
        }
    counted = Counter(row["cause"] for row in told["data"])
    assert {cause: n for cause, n in told["meta"]["versions"].items() if n} == counted


def check_changes(told: Row, said: Published) -> None:
    evens = range(said.result or 0, 0, -2)
    assert told["meta"]["total"] == len(told["data"]) == 2 * len(evens)
    assert [(row["release"], row["before"], row["after"]) for row in told["data"]] == [
        (n, n - 2, n) if n > 2 else (2, None, "2%") for n in evens for _ in range(2)
    ]


def check_newest_change(told: Row, said: Published) -> None:
    (row,) = told["data"]
    assert row["release"] == said.number


def check_releases(told: Row, said: Published) -> None:
    (row,) = told["data"]
    assert told["meta"]["total"] == row["number"] == said.number
    assert row["time"] == told["meta"]["released_at"]


def check_index(told: Row, said: Published) -> None:
    counts = {row["name"]: row["count"] for row in told["data"]}
    assert counts["targets"] == 2 + said.extra
    assert counts["tasks"] == 1 + said.extra
    assert counts["observations"] == 2 * len(said.results)
    assert counts["releases"] == said.number


CHECKS: dict[str, Callable[[Row, Published], None]] = {
    "/v1/targets?include=observations": check_targets,
    "/v1/indicators?include=targets,observations": check_indicators,
    "/v1/observations": check_observations,
    "/v1/plans/aa-2024": check_plan,
    "/v1/history?indicator=aa-x&indicator=aa-y&vintages=all": check_history,
    "/v1/changes?resource=observations&material=true&limit=1000": check_changes,
    "/v1/changes?limit=1": check_newest_change,
    "/v1/releases?limit=1": check_releases,
    "/v1": check_index,
}


@dataclass
class Reader:
    """Somebody who asks one question after the other on a connection of their own."""

    address: str
    stop: Event
    seen: Counter[int] = field(default_factory=Counter)
    """How many answers each release gave."""

    def read(self) -> Counter[int]:
        with httpx.Client(base_url=self.address, trust_env=False, timeout=20) as client:
            while not self.stop.is_set():
                for question, whole in CHECKS.items():
                    told = self._ask(client, question)
                    whole(told, Published(told["meta"]["release"]))
                self._walk(client)
        return self.seen

    def _ask(self, client: httpx.Client, question: str) -> Row:
        self.stop.wait(REST)
        answer = client.get(question)
        assert answer.status_code == 200, (question, answer.text)
        told = dict(answer.json())
        self.seen[told["meta"]["release"]] += 1
        return told

    def _walk(self, client: httpx.Client) -> None:
        """A list page by page: each page is of the release of the first."""
        told = self._ask(client, "/v1/targets?limit=1")
        said, values = Published(told["meta"]["release"]), []
        while True:
            assert told["meta"]["release"] == said.number
            assert told["meta"]["total"] == 2 + said.extra
            values += [row["value"] for row in told["data"]]
            if not told["links"]["next"]:
                break
            told = self._ask(client, told["links"]["next"])
        assert values == [said.promise] * (2 + said.extra)


def test_readers_never_see_two_releases_in_one_answer(url: str, tmp_path: Path) -> None:
    commands = [Published(number).file(tmp_path) for number in range(1, RELEASES + 1)]
    stop = Event()
    with importer(url) as process, ThreadPoolExecutor(READERS) as threads:
        assert run(process, commands[0], None) == 0
        with serving(url) as client:
            address = str(client.base_url)
            readers = [threads.submit(Reader(address, stop).read) for _ in range(READERS)]
            try:
                for command in commands[1:]:
                    assert run(process, command, None) == 0
            finally:
                stop.set()
            seen = sum((reader.result() for reader in readers), Counter())
    # The readers were there meanwhile, not before and after.
    assert max(seen) == RELEASES
    assert len(seen) > RELEASES / 2
    assert seen.total() > 10 * RELEASES


# --- writers that are killed ------------------------------------------------------------------

KILLS = 50
PLACES = 20
STAYING = range(1, PLACES // 2 + 1)
LOOSE = range(PLACES // 2 + 1, PLACES + 1)
"""Results that are withdrawn again and again, and come back from another source."""


@dataclass(frozen=True)
class Said:
    """What a release says: which version each part is of; None where there is none."""

    title: int
    staying: int | None = None
    loose: int | None = None
    source: int = 0
    """Of which version the source of loose results is."""

    @property
    def titles(self) -> dict[str, str]:
        return {f"aa-2024-t{place}": f"Version {self.title}" for place in range(1, PLACES + 1)}

    @property
    def values(self) -> dict[str, int]:
        """The results by code."""
        staying = (
            {}
            if self.staying is None
            else {f"aa-i{place}-2024-s": self.staying for place in STAYING}
        )
        return staying | self.withdrawable

    @property
    def withdrawable(self) -> dict[str, int]:
        if self.loose is None:
            return {}
        return {f"aa-i{place}-2024-s{self.source}": self.loose for place in LOOSE}


@dataclass
class Writers:
    """Who publishes version after version, and what each release must say."""

    folder: Path
    said: list[Said] = field(default_factory=list)

    def next(self, number: int) -> tuple[str, list[str], list[Said]]:
        """What the next writer does: its name, its command, the releases that it makes."""
        last = self.said[-1]
        names = ["import", "observe", "retract"]
        name = names[number % 3] if last.loose is not None else names[number % 2]
        made = {
            "import": lambda: [replace(last, title=number)],
            "observe": lambda: list(observed(last, number)),
            "retract": lambda: [replace(last, loose=None)],
        }
        return name, [*self.command(name, number), "--note", f"Version {number}"], made[name]()

    def command(self, name: str, number: int) -> list[str]:
        if name == "import":
            return ["import", str(version(self.folder, number)), "--cause", "correction"]
        if name == "retract":
            return ["retract", *self.said[-1].withdrawable]
        *_, made = observed(self.said[-1], number)
        path = results(self.folder / f"{number}.csv", made.values)
        why = ["--cause", "correction"] if self.said[-1].staying is not None else []
        return ["observe", path, *why]

    def accept(self, engine: sa.Engine, number: int, made: Sequence[Said]) -> bool:
        """Whether the releases were made: all of them, or none."""
        new = releases(engine)[len(self.said) :]
        assert len(new) in (0, len(made))
        assert {release["note_en"] for release in new[:1]} <= {f"Version {number}"}
        self.said += made if new else ()
        return bool(new)

    def prove(self, engine: sa.Engine, number: int) -> None:
        """Prove that a release says what it must, whole."""
        said = self.said[number - 1]
        titles = {c: row["title_en"] for c, row in state(engine, "task", number).items()}
        values = {c: row["value"] for c, row in state(engine, "observation", number).items()}
        assert titles == said.titles
        assert values == said.values
        readings = state(engine, "target_reading", number)
        assert len(readings) == PLACES
        assert {row["observation"] for row in readings.values()} - {None} == values.keys()


def observed(last: Said, number: int) -> Iterator[Said]:
    """What is corrected comes in one release, what is new in a second one."""
    if last.loose is not None:
        yield replace(last, staying=number, loose=number)
        return
    if last.staying is not None:
        yield replace(last, staying=number)
    yield replace(last, staying=number, loose=number, source=number)


def version(folder: Path, number: int) -> Path:
    """A plan file whose every task says which version it is, and whose offsets move with it."""
    shift = "题" * (number % 7 + 1)
    more = {"title_en": f"Version {number}"}
    tasks = [
        task(place, [target(f"i{place}")], title_zh=f"{shift}{place}", **more)
        for place in range(1, PLACES + 1)
    ]
    indicators = [indicator(f"i{place}") for place in range(1, PLACES + 1)]
    raw = anchored(plan("aa-2024", tasks, [body("aa")], indicators))
    return saved(folder / f"{number}.json", raw)


def test_killed_writers_lose_and_halve_nothing(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    chance, ends = random.Random(2024), Counter[str]()
    writers = Writers(tmp_path)
    with importer(url) as process:
        durations = begin(process, engine, writers)
        for number in range(10, KILLS + 10):
            name, command, made = writers.next(number)
            status = run(process, command, chance.uniform(0, durations[name] * 1.2))
            with engine.begin():
                pass  # a server may still be ending what a killed client began: it holds the lock
            done = writers.accept(engine, number, made)
            # What said that it was done is there; what is not there was killed.
            assert status in (0, -signal.SIGKILL)
            assert done or status == -signal.SIGKILL
            ends[name if done else "killed"] += 1
            writers.prove(engine, len(writers.said))
    assert ends["killed"] >= 10
    assert ends.total() - ends["killed"] >= 1
    for number in range(1, len(writers.said) + 1):
        writers.prove(engine, number)
    with engine.connect() as connection:
        assert list(check(connection)) == []
    assert_served(url, writers.said)


def begin(process: Any, engine: sa.Engine, writers: Writers) -> dict[str, float]:
    """Publish the first releases without harm; how long each sort of writer takes."""
    assert run(process, ["import", str(version(writers.folder, 1))], None) == 0
    writers.said.append(Said(1))
    durations = {}
    for number in (2, 3, 4, 5):
        name, command, made = writers.next(number)
        start = time.monotonic()
        assert run(process, command, None) == 0
        durations[name] = time.monotonic() - start
        assert writers.accept(engine, number, made)
    return durations


def assert_served(url: str, said: Sequence[Said]) -> None:
    """The service shows every release as it was made."""
    with serving(url) as client:
        for number, release in enumerate(said, 1):
            told = client.get("/v1/observations", params={"release": number}).json()
            assert told["meta"]["total"] == len(release.values)
            assert {row["code"]: row["value"] for row in told["data"]} == release.values
            told = client.get("/v1/tasks", params={"release": number}).json()
            assert {row["code"]: row["title_en"] for row in told["data"]} == release.titles
        assert client.get("/v1/releases").json()["meta"]["total"] == len(said)
