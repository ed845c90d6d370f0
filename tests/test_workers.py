"""Several processes behind one socket: they answer, are replaced, and lose no request."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import psycopg

from app.publish.prepare import prepare
from app.settings import Settings
from tests.started import Service, started

PATIENCE = 30
"""Seconds after which something that should happen has not."""


def eventually(happens: Callable[[], Any]) -> Any:
    """What a question answers as soon as it is something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := happens():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def workers_of(service: Service) -> set[int]:
    """The processes that answer: children that run the application."""
    command = ["ps", "ww", "--ppid", str(service.process.pid), "-o", "pid=,args="]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {int(line.split()[0]) for line in lines if "spawn_main" in line}


def test_workers_answer_and_one_that_dies_is_replaced(url: str) -> None:
    with started(url, "--workers", "2") as service:
        address = service.listens_at()
        eventually(lambda: answers(address))
        first = eventually(lambda: len(found := workers_of(service)) == 2 and found)
        victim = min(first)
        os.kill(victim, signal.SIGKILL)
        replaced = eventually(
            lambda: len(found := workers_of(service)) == 2 and victim not in found and found
        )
        assert len(replaced & first) == 1
        for _ in range(20):
            with httpx.Client(trust_env=False) as client:
                rows = client.get(f"{address}/v1/tasks?area=xxjyj-2023-a3", timeout=20).json()
            assert rows["meta"]["total"] == 6
        code, _, _ = service.stop()
        assert code == 0
        assert workers_of(service) == set()


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", trust_env=False, timeout=20).status_code == 200
    except httpx.TransportError:
        return False


def test_a_request_that_runs_when_the_service_stops_is_still_answered(
    postgresql: str, template: str
) -> None:
    server = postgresql.replace("+psycopg", "")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE stopping TEMPLATE {template}".encode())
    url = f"{postgresql}/stopping"
    prepare(Settings(database_url=url), lambda _en, _zh: None)
    with started(url) as service, psycopg.connect(f"{server}/stopping") as lock:
        address = service.listens_at()
        lock.execute("LOCK TABLE task IN ACCESS EXCLUSIVE MODE")
        answered: list[httpx.Response] = []
        asking = threading.Thread(
            target=lambda: answered.append(
                httpx.get(f"{address}/v1/tasks", trust_env=False, timeout=20)
            )
        )
        asking.start()
        eventually(lambda: is_waiting(server))
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert service.process.poll() is None, "it waits for the answer"
        lock.rollback()
        asking.join(PATIENCE)
        service.process.wait(PATIENCE)
        assert [answer.status_code for answer in answered] == [200]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE stopping WITH (FORCE)")


def is_waiting(server: str) -> bool:
    """Whether some statement waits for a lock."""
    select = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(f"{server}/stopping") as connection:
        row = connection.execute(select).fetchone()
    return bool(row and row[0])
