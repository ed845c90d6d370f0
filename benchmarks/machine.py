"""On what and with what was measured."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.tools import CORES, PEERS, ROOT, SERVICE, postgresql_programs

LIBRARIES = {
    SERVICE: ("fastapi", "starlette", "pydantic", "sqlalchemy", "uvicorn", "httptools", "orjson"),
    PEERS: ("fastapi", "sqlmodel", "pydantic", "uvicorn", "uvloop", "psycopg", "datasette"),
}

LOAD = os.getloadavg()[0]
"""What the machine was busy with in the minute before this program began."""

ASK = "import importlib.metadata as m, sys; [print(x, m.version(x)) for x in sys.argv[1:]]"


def stamp() -> dict[str, str]:
    """When, on which commit and on which machine this is."""
    changed = _output(["git", "status", "--porcelain", "--", "app", "migrations", "data"])
    return {
        "time": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _output(["git", "rev-parse", "--short", "HEAD"])
        + (" with uncommitted changes of the service" if changed else ""),
        "machine": f"{len(CORES)} cores of {_model()}, {_memory()}",
        "load": f"load average {LOAD:.1f} before the run",
    }


def versions() -> dict[str, str]:
    """The versions of everything that takes part."""
    programs = postgresql_programs()
    assert programs
    told = {
        "system": f"{_pretty_name()}, kernel {platform.release()}",
        "python": platform.python_version(),
        "postgresql": _output([programs / "postgres", "--version"]).split(" ")[2],
        "wrk": _output(["wrk", "--version"], code=1).split()[1],
        "nginx": _output(["nginx", "-v"]).rsplit("/", 1)[1],
    }
    for folder, names in LIBRARIES.items():
        lines = _output([folder / "python", "-c", ASK, *names]).splitlines()
        told["service" if folder == SERVICE else "peers"] = ", ".join(lines)
    sqlite = "import sqlite3; print(sqlite3.sqlite_version)"
    told["sqlite"] = _output([SERVICE / "python", "-c", sqlite])
    return told


def _output(command: Sequence[str | Path], code: int = 0) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != code:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stdout}")
    return done.stdout.strip()


def _fact(path: str, name: str, sign: str) -> str:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    found = next(line for line in lines if line.startswith(name))
    return found.split(sign, 1)[1].strip().strip('"')


def _model() -> str:
    return _fact("/proc/cpuinfo", "model name", ":")


def _memory() -> str:
    kilobytes = int(_fact("/proc/meminfo", "MemTotal", ":").split()[0])
    return f"{kilobytes / 2**20:.0f} GiB of memory"


def _pretty_name() -> str:
    return _fact("/etc/os-release", "PRETTY_NAME", "=")
