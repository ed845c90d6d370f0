"""What the benchmark needs of the system, and where things are."""

import os
import sys
from pathlib import Path
from shutil import which

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SERVICE = ROOT / ".venv" / "bin"
"""The environment of the service; a bare ASGI function runs there too, on the same uvicorn."""

PEERS = Path(sys.executable).parent
"""The environment of this program and of the other peers: .venv-bench."""

PROGRAMS = {
    "wrk": "wrk",
    "nginx": "nginx-light",
    "taskset": "util-linux",
    "setpriv": "util-linux",
    "git": "git",
}
"""Programs and the Debian packages that hold them."""

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
"""The core that a measured server has to itself."""

LOAD_CORE = CORES[-1]
"""The core of what loads it, and of PostgreSQL."""


class Failed(Exception):
    """The benchmark cannot go on; the text says what was seen."""


def require_programs() -> None:
    """Leave with a sentence for each program that is not there."""
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:/usr/sbin"  # where Debian has nginx
    lacking = [
        f"{name} is missing; in Debian the package {package}"
        for name, package in PROGRAMS.items()
        if not which(name)
    ]
    if postgresql_programs() is None:
        lacking.append(
            "PostgreSQL's server programs (initdb, pg_ctl) are missing; "
            "in Debian the package postgresql"
        )
    if not (SERVICE / "yaodian").exists():
        lacking.append("the service is not set up; `make bench` does it")
    if SERVER_CORE == LOAD_CORE:
        lacking.append("two cores are needed: one for the server, one for the load")
    if lacking:
        sys.exit("\n".join(lacking))


def postgresql_programs() -> Path | None:
    """The folder of PostgreSQL's server programs, newest version first, if there is one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    path = found[0] if found else which("initdb")
    return Path(path).parent if path else None


def pinned(core: int | None) -> list[str]:
    """What stands before a command that is to run on one core; None: on any."""
    cores = CORES if core is None else [core]
    return ["taskset", "-c", ",".join(map(str, cores))]
