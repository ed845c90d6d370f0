"""Addresses that ask the same of the data and are still never alike."""

import random
from collections.abc import Sequence
from typing import Any

from benchmarks.asking import got

SEED = 20230120
LIMITS = range(24, 1001)
"""Each of them lets all 24 tasks of the bundled plan through."""

AREA = "xxjyj-2023-a3"
SEARCH_ONLY = "relevance"
"""The sort key that is not a column."""


def sort_keys(port: int) -> list[str]:
    """What tasks can be sorted by, in both directions, as the service's description says."""
    described = got(port, "/openapi.json").json()
    parameters = described["paths"]["/v1/tasks"]["get"]["parameters"]
    named = [_resolved(described, parameter) for parameter in parameters]
    (schema,) = [each["schema"] for each in named if each["name"] == "sort"]
    keys: list[str] = schema["items"]["enum"]
    return [key for key in keys if key != SEARCH_ONLY]


def _resolved(described: Any, parameter: Any) -> Any:
    if "$ref" not in parameter:
        return parameter
    return described["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]


def never_alike(keys: Sequence[str], beginning: str = "") -> list[str]:
    """Lists of tasks as lines of a walk: each limit with each sort key once, shuffled."""
    addresses = [
        f"/v1/tasks?{beginning}limit={limit}&sort={key}\tidentity"
        for limit in LIMITS
        for key in keys
    ]
    random.Random(SEED).shuffle(addresses)
    return addresses
