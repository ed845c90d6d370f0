"""Writers that are killed at random points leave the last complete state, and nothing else."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from app.publish.check import check
from tests.plans import anchored, body, indicator, plan, saved, target, task
from tests.reading import releases, state

KILLS = 50
TASKS = 40


def version(folder: Path, number: int) -> Path:
    """A plan file whose every task says which version it is, and whose offsets move with it."""
    shift = "题" * (number % 7 + 1)
    tasks = [
        task(place, [target(f"i{place}")], title_en=f"Version {number}", title_zh=f"{shift}{place}")
        for place in range(1, TASKS + 1)
    ]
    indicators = [indicator(f"i{place}") for place in range(1, TASKS + 1)]
    return saved(
        folder / f"{number}.json", anchored(plan("aa-2024", tasks, [body("aa")], indicators))
    )


@contextmanager
def importer(url: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.killing"],
        env={**os.environ, "YAODIAN_DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    try:
        yield process
    finally:
        process.communicate(timeout=60)


def run(process: subprocess.Popen[str], arguments: list[str], kill_after: float | None) -> int:
    """One import; returns its exit status, -9 where it was killed."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(arguments) + "\n")
    process.stdin.flush()
    child = int(process.stdout.readline())
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def test_killed_imports_lose_and_halve_nothing(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    chance = random.Random(2023)
    killed = completed = 0
    with importer(url) as process:
        assert run(process, ["import", str(version(tmp_path, 1))], None) == 0
        started = time.monotonic()
        arguments = ["--cause", "correction", "--note", "Version 2"]
        assert run(process, ["import", str(version(tmp_path, 2)), *arguments], None) == 0
        duration = time.monotonic() - started
        shown = 2
        for number in range(3, KILLS + 3):
            arguments = ["--cause", "correction", "--note", f"Version {number}"]
            file = str(version(tmp_path, number))
            status = run(process, ["import", file, *arguments], chance.uniform(0, duration * 1.2))
            with engine.begin():
                pass  # a server may still be ending what a killed client began: it holds the lock
            made = releases(engine)
            if made[-1]["note_en"] == f"Version {number}":
                shown, completed = number, completed + 1
            else:
                assert status == -signal.SIGKILL
                killed += 1
            assert len(made) == 2 + completed
            tasks = state(engine, "task", len(made))
            assert {row["title_en"] for row in tasks.values()} == {f"Version {shown}"}
            assert len(tasks) == len(state(engine, "target_reading", len(made))) == TASKS
    with engine.connect() as connection:
        assert list(check(connection)) == []
    assert killed >= 10
    assert completed >= 1


RESULTS = 15
"""Files of results of which all but the last are killed."""


def results(folder: Path, number: int) -> str:
    """A file that corrects each result of the summary, and has a new source: two releases."""
    lines = ["indicator,period,value,source,source_title"]
    for place in range(1, TASKS + 1):
        lines.append(f"aa-i{place},2024,{number}%,summary,Summary")
        lines.append(f"aa-i{place},2024,{number}%,s{number},Source {number}")
    path = folder / f"{number}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_killed_results_are_published_in_both_releases_or_in_none(
    url: str, engine: sa.Engine, tmp_path: Path
) -> None:
    chance = random.Random(2024)
    killed = completed = 0
    correction = ["--cause", "correction", "--note", "Copying error"]
    with importer(url) as process:
        assert run(process, ["import", str(version(tmp_path, 1))], None) == 0
        assert run(process, ["observe", results(tmp_path, 1)], None) == 0
        started = time.monotonic()
        assert run(process, ["observe", results(tmp_path, 2), *correction], None) == 0
        duration = time.monotonic() - started
        shown, sources = 2, 3
        assert len(releases(engine)) == 4
        for number in range(3, RESULTS + 3):
            arguments = ["observe", results(tmp_path, number), *correction]
            last = number == RESULTS + 2
            status = run(process, arguments, None if last else chance.uniform(0, duration * 1.2))
            with engine.begin():
                pass
            made = len(releases(engine))
            if made == 4 + 2 * (completed + 1):
                shown, sources, completed = number, sources + 1, completed + 1
            else:
                assert (status, made) == (-signal.SIGKILL, 4 + 2 * completed)
                killed += 1
            there = state(engine, "observation", made)
            assert len(there) == len(state(engine, "observation_reading", made)) == TASKS * sources
            assert {r["value"] for r in there.values() if r["source"] == "summary"} == {shown}
    assert [release["cause"] for release in releases(engine)[-2:]] == ["correction", "new_data"]
    with engine.connect() as connection:
        assert list(check(connection)) == []
    assert killed >= 5
    assert completed >= 1
