"""`yaodian serve` as a process of its own, as users start it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
import pytest


@dataclass(frozen=True)
class Service:
    """A running `yaodian serve`."""

    process: subprocess.Popen[str]

    def listens_at(self) -> str:
        """The address that it prints when it listens."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(f"ended with {self.process.wait()}: {self.process.communicate()[1]}")
        assert line.startswith("Yaodian answers at http://127.0.0.1:")
        return line.split()[-1].removesuffix("/v1")

    def get(self, address: str, path: str) -> Any:
        response = httpx.get(address + path, trust_env=False, timeout=20)
        assert response.status_code == 200
        return response.json()

    def text(self, address: str, path: str) -> str:
        return httpx.get(address + path, trust_env=False, timeout=20).text

    def eventually(self, address: str, path: str) -> Any:
        """What it answers once its workers are up."""
        end = time.monotonic() + 30
        while True:
            try:
                return self.get(address, path)
            except (httpx.TransportError, AssertionError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def stop(self) -> tuple[int, str, str]:
        """Asks it to end; its exit code and what it still said."""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


def end_all(process: subprocess.Popen[str]) -> None:
    """End a process with its workers, which would go on without it and hold its output open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def started(
    url: str,
    *options: str,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    errors: int | IO[str] = subprocess.PIPE,
) -> Iterator[Service]:
    """The service as users start it, on a port that the system chooses.

    `folder` is where another copy of the code stands; `environment` holds further settings;
    `errors` is where its standard error goes.
    """
    given = {"YAODIAN_DATABASE_URL": url, "YAODIAN_REQUEST_LOG": "false", **(environment or {})}
    given.setdefault("YAODIAN_CACHE_MEGABYTES", "0")  # most tests publish and then look at once
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", "0", *options],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        cwd=folder,
        start_new_session=True,
    )
    last_resort = threading.Timer(60, end_all, [process])
    last_resort.start()
    try:
        yield Service(process)
    finally:
        last_resort.cancel()
        end_all(process)
        process.communicate()


STOPPED = -signal.SIGTERM
"""uvicorn closes everything, then lets the signal end the process, as init systems expect."""
