"""Statements that take too long: they end in time, say why, and delay nobody else."""

import threading
import time
from typing import Any

import httpx
import pytest

from app import db
from app.db import Snapshot
from tests.serving import serving

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


def slow_down(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Make whatever looks into errata run on and on; statements have so many seconds."""
    rows = Snapshot.rows

    def endless(self: Snapshot, sql: str, values: Any) -> Any:
        return rows(self, ENDLESS, ()) if "FROM erratum" in sql else rows(self, sql, values)

    monkeypatch.setattr(db, "STATEMENT_SECONDS", seconds)
    monkeypatch.setattr(Snapshot, "rows", endless)


def test_a_statement_that_takes_too_long_is_refused_with_the_reason(
    published_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, 0.3)
    with serving(published_url) as client:
        began = time.monotonic()
        answer = client.get("/v1/errata", timeout=20)
        took = time.monotonic() - began
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "takes the database longer than" in answer.json()["detail"]
        assert "请缩小查询范围" in answer.json()["detail_zh"]
        assert 0.3 <= took < 5
        assert client.get("/v1/tasks").status_code == 200


def test_others_do_not_wait_for_a_slow_statement(
    published_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, 2)
    with serving(published_url) as client:
        client.get("/v1/tasks")
        address = f"{client.base_url}/v1/errata"
        asking = threading.Thread(target=httpx.get, args=(address,), kwargs={"timeout": 20})
        asking.start()
        time.sleep(0.1)
        answered = 0
        while asking.is_alive():
            assert client.get("/v1/tasks").status_code == 200
            answered += 1
        asking.join()
    assert answered > 20, "of some hundreds that fit into two seconds"
