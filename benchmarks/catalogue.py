"""The national case for the sections that want many plans; it runs in the service's environment."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from benchmarks.postgresql import analyse
from benchmarks.run import Run
from benchmarks.servers import environment
from benchmarks.tools import ROOT, SERVICE, Failed

SMALL = 1
"""Plans of the catalogue that large ones are compared with."""

NEW_PLAN = """
import json, sys
from benchmarks.national_plans import FIRST_YEAR, MOST_ISSUERS, issuer, plan_file
raw, _ = plan_file(issuer(1, MOST_ISSUERS - 1 - int(sys.argv[1])), FIRST_YEAR)
print(json.dumps(raw, ensure_ascii=False))
"""
"""The first plan of an issuer that no catalogue holds, counted from the last that there can be."""


def small_catalogue(url: str) -> None:
    """Fill an empty database with a few plans of the national case."""
    _service("-m", "benchmarks.national", url, "--plans", str(SMALL))
    if url.startswith("postgresql"):
        analyse([url])


def new_plan(number: int, folder: Path) -> Path:
    """A plan file that is in no catalogue; other numbers give others."""
    path = folder / f"plan-{number}.json"
    path.write_text(_service("-c", NEW_PLAN, str(number)), encoding="utf-8")
    return path


def _service(*arguments: str) -> str:
    done = subprocess.run(
        [SERVICE / "python", *arguments],
        cwd=ROOT,
        env=environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"python {' '.join(arguments)} ended with {done.returncode}")
    return done.stdout


@contextmanager
def copied(url: str, run: Run) -> Iterator[str]:
    """A copy of a database, which may be written to."""
    if url.startswith("sqlite"):
        with TemporaryDirectory(dir=run.folder) as folder:
            source = sqlite3.connect(url.removeprefix("sqlite:///"))
            path = Path(folder) / "copy.db"
            with closing(source), closing(sqlite3.connect(path)) as target:
                source.backup(target)
            yield f"sqlite:///{path}"
        return
    server, name = url.rsplit("/", 1)
    copy = f"{name}_copy"
    maintenance = f"{server}/postgres".replace("+psycopg", "")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        try:
            yield f"{server}/{copy}"
        finally:
            connection.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
