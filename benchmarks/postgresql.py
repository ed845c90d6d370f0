"""A throw-away PostgreSQL server on the load's core, as it is after its installation."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.servers import free_port
from benchmarks.tools import LOAD_CORE, pinned, postgresql_programs


@contextmanager
def postgresql(core: int | None = LOAD_CORE) -> Iterator[str]:
    """The address of the server without a database's name; databases: see `made`."""
    programs = postgresql_programs()
    assert programs
    place = Path(tempfile.mkdtemp(prefix="yaodian-bench-pg-"))
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    data, port = place / "data", free_port()
    _run(
        programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
        "--locale=C.UTF-8", "--no-sync",
    )  # fmt: skip
    options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1"
    control = (programs / "pg_ctl", "-D", data, "-w")
    _run(*pinned(core), *control, "-l", place / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
    finally:
        _run(*control, "-m", "immediate", "stop")
        shutil.rmtree(place)


def made(server: str, name: str) -> str:
    """The address of a new database on a server."""
    programs = postgresql_programs()
    assert programs
    port = server.rsplit(":", 1)[1].strip("/")
    _run(programs / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "postgres", name)
    return server + name


def analyse(urls: Iterable[str]) -> None:
    """Do now what the server would do by itself within minutes: learn what the tables hold."""
    for url in urls:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")


def _run(*command: str | Path) -> None:
    """Run a server program; PostgreSQL refuses to run as root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *words]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")
