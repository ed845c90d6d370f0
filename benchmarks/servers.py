"""Servers that run for as long as they are measured."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.asking import get
from benchmarks.tools import ROOT, SERVER_CORE, SERVICE, Failed, pinned

PATIENCE = 60
"""Seconds that a server may take until it answers."""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    name: str
    port: int
    process: int
    """The id of its first process."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of whoever runs this, and more."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YAODIAN_")}
    return {**kept, **more}


@contextmanager
def running(
    name: str,
    command: Sequence[object],
    port: int,
    asked: str,
    log: Path,
    variables: Mapping[str, str] | None = None,
    core: int | None = SERVER_CORE,
) -> Iterator[Server]:
    """A server from the moment when it answers `asked` with 200; by default on its own core."""
    with log.open("wb") as told:
        process = subprocess.Popen(
            [*pinned(core), *map(str, command)],
            cwd=ROOT,
            env=environment(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
        )
    try:
        _wait(process, port, asked, log)
        yield Server(name, port, process.pid)
        if process.poll() is not None:
            raise Failed(f"{name} ended while it was measured: {_end(log)}")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, asked: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if get(port, asked).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise Failed(f"no answer to {asked}: {_end(log)}")


def _end(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


@contextmanager
def service(
    url: str,
    folder: Path,
    name: str = "yaodian",
    logged: bool = False,
    workers: int = 1,
    core: int | None = SERVER_CORE,
) -> Iterator[Server]:
    """Our service on a database, which it prepares first; the request log goes to a file."""
    port = free_port()
    command = [SERVICE / "yaodian", "serve", "--port", str(port), "--workers", str(workers)]
    variables = {"YAODIAN_DATABASE_URL": url, "YAODIAN_REQUEST_LOG": str(logged).lower()}
    log = folder / f"{name}-{port}.log"
    with running(name, command, port, "/v1/tasks?limit=1", log, variables, core) as server:
        yield server
