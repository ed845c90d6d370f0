"""The least that a Python server can do: send bytes that were made before.

It runs on the service's own uvicorn and event loop, and sends what the service sent, headers
included: what it loses against this is the cost of everything between uvicorn and the answer.
"""

import base64
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ANSWERS = "BENCH_ANSWERS"
"""The variable that names the file of answers."""

Answers = dict[str, tuple[dict[str, Any], dict[str, Any]]]


def read_answers(path: Path) -> Answers:
    """Each answer as the two messages of ASGI, by its path."""
    answers: Answers = {}
    for number, (status, headers, body) in enumerate(json.loads(path.read_text())):
        pairs = [(name.encode(), value.encode()) for name, value in headers]
        start = {"type": "http.response.start", "status": status, "headers": pairs}
        answers[f"/{number}"] = start, {"type": "http.response.body", "body": _bytes(body)}
    return answers


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


KNOWN: Answers = read_answers(Path(os.environ[ANSWERS])) if ANSWERS in os.environ else {}


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Send the answer that the path names."""
    start, body = KNOWN[scope["path"]]
    await send(start)
    await send(body)


@contextmanager
def bare(answers: Sequence[Any], folder: Path) -> Iterator[Any]:
    """The server; answer number n (of benchmarks.asking.Answer) stands under the path /n."""
    from benchmarks.servers import free_port, running
    from benchmarks.tools import SERVICE

    kept = [
        (
            answer.status,
            [pair for pair in answer.headers if pair[0] != "date"],  # uvicorn sends its own
            base64.b64encode(answer.body).decode(),
        )
        for answer in answers
    ]
    path = folder / "answers.json"
    path.write_text(json.dumps(kept))
    port = free_port()
    command = [
        SERVICE / "python", "-m", "uvicorn", "benchmarks.peers.bare:app", "--port", str(port),
        "--http", "httptools", "--ws", "none", "--lifespan", "off", "--log-level", "warning",
        "--no-access-log", "--no-server-header",
    ]  # fmt: skip
    log = folder / "bare.log"
    with running("bare ASGI", command, port, "/0", log, {ANSWERS: str(path)}) as server:
        yield server
