"""The least that a Python server can do: send bytes that were made before.

It runs on the service's own uvicorn and event loop, and sends what the service sent, headers
included: what the service loses against it is the cost of all between uvicorn and the answer.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

ANSWERS = "BENCH_ANSWERS"
"""The variable that names the file of answers: status, headers and body in base64 of each."""

Messages = tuple[dict[str, Any], dict[str, Any]]
"""An answer as ASGI sends it."""


def read_answers(path: Path) -> dict[str, Messages]:
    """The answers by path: that with the number n stands under /n."""
    answers = {}
    for number, (status, headers, body) in enumerate(json.loads(path.read_text())):
        pairs = [(name.encode(), value.encode()) for name, value in headers]
        start = {"type": "http.response.start", "status": status, "headers": pairs}
        whole = {"type": "http.response.body", "body": base64.b64decode(body)}
        answers[f"/{number}"] = start, whole
    return answers


KNOWN = read_answers(Path(os.environ[ANSWERS]))


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Send the answer that the path names."""
    start, body = KNOWN[scope["path"]]
    await send(start)
    await send(body)
