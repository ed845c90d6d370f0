"""How long the service takes until it answers."""

import socket
import subprocess
import time
from collections.abc import Mapping
from statistics import median
from typing import Any

from benchmarks.load import middle_ratio
from benchmarks.run import Run
from benchmarks.servers import environment, free_port, service
from benchmarks.tables import table, times, verdict
from benchmarks.tools import ROOT, SERVER_CORE, SERVICE, Failed, pinned

TITLE = "Start: from nothing to the first answer"

WANTED = 2
"""How many times the import of FastAPI and SQLModel alone."""

TIMES = 10

IMPORT = [str(SERVICE / "python"), "-c", "import fastapi, sqlmodel"]
REQUEST = b"GET /v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def measure(run: Run) -> dict[str, Any]:
    """Seconds of each start, and of each import."""
    folder = run.place("start")
    url = f"sqlite:///{folder / 'yaodian.db'}"
    with service(url, folder):
        pass  # the database is there now, and all bytecode is compiled
    _import()
    starts, imports = [], []
    for _ in range(TIMES):
        starts.append(_start(url))
        imports.append(_import())
    return {"starts": starts, "imports": imports}


def _import() -> float:
    began = time.perf_counter()
    subprocess.run([*pinned(SERVER_CORE), *IMPORT], check=True, stdin=subprocess.DEVNULL)
    return time.perf_counter() - began


def _start(url: str) -> float:
    """Seconds from the start of the process until /v1/tasks was answered with 200."""
    port = free_port()
    command = [*pinned(SERVER_CORE), str(SERVICE / "yaodian"), "serve", "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment({"YAODIAN_DATABASE_URL": url}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        with _connected(port, process) as connection:
            connection.sendall(REQUEST)
            beginning = connection.recv(64)
        took = time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()
    if not beginning.startswith(b"HTTP/1.1 200"):
        raise Failed(f"the first answer was {beginning!r}")
    return took


def _connected(port: int, process: "subprocess.Popen[bytes]") -> socket.socket:
    """A connection as soon as the service listens; it answers when it is ready."""
    while process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.002)
    raise Failed("the service did not start")


def told(result: Mapping[str, Any]) -> str:
    """The table and what was wanted."""
    starts, imports = result["starts"], result["imports"]
    ratio = middle_ratio(starts, imports)
    head = ["seconds", "median", "least", "most"]
    rows = [
        [name, *(f"{figure(values):.2f}" for figure in (median, min, max))]
        for name, values in (
            ("service, until `/v1/tasks` is answered", starts),
            ("`python -c 'import fastapi, sqlmodel'`", imports),
        )
    ]
    about = (
        f"{TIMES} starts on a database that is there, by turns with as many imports in the same "
        "environment, on one core; all bytecode is compiled. Between a process's start and its "
        "answer lie the imports, the look whether the database is up to date, and the answer."
    )
    wanted = f"at most {WANTED} times the import; {times(ratio)}"
    return "\n\n".join((about, table(head, rows), verdict(wanted, ratio <= WANTED)))
