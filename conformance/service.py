"""The real service on databases of its own, for as long as a check needs it."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / ".venv" / "bin"
"""The environment that the service runs in; the tools have one of their own."""

PATIENCE = 60
"""Seconds that the service may take until it answers."""


@contextmanager
def serving(database: str, folder: Path) -> Iterator[str]:
    """The address of the service on a database; what it writes stands in `folder`."""
    url = f"sqlite:///{folder / 'yaodian.db'}"
    if database == "sqlite":
        with _serving(url, folder) as address:
            yield address
        return
    with _postgresql(folder) as url, _serving(url, folder) as address:
        yield address


@contextmanager
def _serving(url: str, folder: Path) -> Iterator[str]:
    _publish(url)
    told = folder / "service.log"
    command = [str(PROJECT / "yaodian"), "serve", "--port", "0"]
    with told.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            env=_environment(url),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield _address(process, told)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _publish(url: str) -> None:
    command = [str(PROJECT / "python"), "-m", "conformance.publish", url]
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)


def _environment(url: str) -> dict[str, str]:
    """The environment without settings of whoever runs this, but for the database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YAODIAN_")}
    return {**kept, "YAODIAN_DATABASE_URL": url, "YAODIAN_REQUEST_LOG": "False"}


def _address(process: subprocess.Popen[bytes], told: Path) -> str:
    """What the service says that it answers at, as soon as it says so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"answers at (http://\S+)/v1", told.read_text(encoding="utf-8"))
        if found:
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"the service did not start:\n{told.read_text(encoding='utf-8')}")


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """The address of a database on a throw-away PostgreSQL server."""
    programs = _postgresql_programs()
    place = Path(tempfile.mkdtemp(prefix="yaodian-pg-"))
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    data, port = place / "data", _free_port()
    _as_server_user(
        [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync"]
    )  # fmt: skip
    options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    _as_server_user([*control, "-l", str(place / "log"), "-o", options, "start"])
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        _as_server_user([*control, "-m", "immediate", "stop"])
        shutil.copy(place / "log", folder / "postgresql.log")
        shutil.rmtree(place)


def _postgresql_programs() -> Path:
    """The folder of PostgreSQL's server programs, newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    path = found[0] if found else shutil.which("initdb")
    if path is None:
        raise RuntimeError("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    return Path(path).parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _as_server_user(command: list[str]) -> None:
    """Run a server program; PostgreSQL refuses to run as root."""
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/"
    )
