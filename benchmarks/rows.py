"""The rows that the service publishes, read through its API: the peers get the very same."""

from typing import Any

from benchmarks.asking import got

Rows = dict[str, list[dict[str, Any]]]


def published(port: int) -> Rows:
    """All rows of the bundled plan's areas, tasks and indicators, and what indicators hold."""
    rows = {name: _all(port, f"/v1/{name}?limit=1000") for name in ("areas", "tasks")}
    rows["indicators"] = _all(port, "/v1/indicators?limit=1000&include=targets,observations")
    for name in ("targets", "observations"):
        rows[name] = [
            {**row, "indicator": indicator["code"]}
            for indicator in rows["indicators"]
            for row in indicator.pop(name)
        ]
    return rows


def _all(port: int, path: str) -> list[dict[str, Any]]:
    answer = got(port, path).json()
    assert answer["links"]["next"] is None
    rows: list[dict[str, Any]] = answer["data"]
    return rows
