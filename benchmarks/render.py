"""RESULTS.md, written from the figures that results.json keeps."""

import json
from collections.abc import Mapping
from typing import Any

from benchmarks.sections import SECTIONS
from benchmarks.tools import HERE

KEPT = HERE / "results.json"
WRITTEN = HERE / "RESULTS.md"

INTRODUCTION = """# How fast the service is

Written by `make bench` from what it measured; [results.json](results.json) keeps every figure.
After it, `.venv-bench/bin/python -m benchmarks --only hot,cold` measures some sections anew and
leaves the others as they are; each says when and on which commit it was measured. Growth needs a
database with many plans, which `.venv/bin/python -m benchmarks.national DATABASE_URL` makes;
then `--only slow,growth --large DATABASE_URL`, on SQLite, PostgreSQL or both.

**How.** The measured server has one core to itself (`taskset`); wrk, with one thread and
16 connections, has the other, and so has PostgreSQL. All peers run at the same time, but only one
is under load: in every round each case is measured for all peers one after another, and the order
turns from round to round. Figures are medians over the rounds; ratios are medians of the ratios
within each round. Before anything is measured every peer must answer with the right rows. One
request that fails, by status 400 or more, a socket error or a time-out, ends the run with an
error: no figure here hides one. Processor time is what the server's processes took of a core for
one request; its ratios tell the same as those of requests/s where nothing else kept the machine
busy, and nearly the same where something did. Where a section does otherwise, it says so.
"""

DIFFERENCES = """## What differs between the peers

- **Bare ASGI**: one `async` function on the service's own uvicorn, HTTP parser and event loop. It
  sends the bytes and headers that the service sent before, looked up by path; it parses nothing,
  logs nothing and knows no database. It is the ceiling for what answers by ASGI on that server;
  the service's own protocol sends kept answers before it comes to ASGI.
- **The same bytes each time**: wrk repeats its requests byte by byte, as pages that poll and
  proxies do; the service knows them by their bytes and does not read them
  ([record 28](../docs/decisions/0028-requests-known-by-their-bytes.md)). With a header that differs
  each time, measured apart in four turns on 2026-11-29 (24 tasks, br), it gave 14,605 to 21,964
  requests/s, where it gave 43,439 to 53,504 for the same bytes, and the bare function 11,793 to
  16,939.
- **nginx**: static files, the same bytes, `sendfile`, `gzip_static` beside them (compressed with
  level 9), one worker process, no access log. It sends fewer headers than the service. Debian's
  nginx-light comes without brotli, so it has no `br` column.
- **Textbook**: FastAPI and SQLModel as their documentation teaches, in
  [peers/textbook.py](peers/textbook.py): models, a session per request, plain `def` routes,
  `response_model`. uvicorn with `uvloop` and `httptools`, as `uvicorn[standard]` brings them; the
  service itself runs on asyncio's own loop. No access log. It gives the rows alone: no total, no
  release, no links, no ETag, no security headers. It ignores `sort`. Compression is its
  documentation's `GZipMiddleware`, level 9 for each answer, measured for one case.
- **Datasette** 0.65: an immutable SQLite file (`--immutable`) with an inspect file, the same rows
  and an index on `area`, facets not suggested, as JSON its `_shape=objects`. It does not compress.
  Its one-indicator answer holds no targets.
- **Yaodian** gives each answer with total, release, attribution, links, ETag and Last-Modified,
  checks every parameter, and can answer as of any release.
- **PostgREST** is not measured: neither PyPI nor npm nor Debian holds its server, only clients.
"""


def keep(name: str, result: Mapping[str, Any]) -> None:
    """Put a section's figures into results.json, beside those of the others."""
    kept = read_kept() | {name: result}
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def read_kept() -> dict[str, Any]:
    """The figures of all sections that were measured."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def render() -> None:
    """Write RESULTS.md."""
    kept = read_kept()
    newest = max(kept.values(), key=lambda result: result["stamp"]["time"])
    parts = [INTRODUCTION, _machine(newest)]
    for name, section in SECTIONS.items():
        parts += [f"## {section.TITLE}\n", _section(name, kept.get(name))]
    WRITTEN.write_text("\n".join([*parts, DIFFERENCES]), encoding="utf-8")


def _section(name: str, result: Mapping[str, Any] | None) -> str:
    if result is None:
        return f"Not measured yet: `.venv-bench/bin/python -m benchmarks {_options(name)}`.\n"
    stamp = result["stamp"]
    facts = [stamp["time"], f"commit {stamp['commit']}", stamp["machine"], stamp["load"]]
    facts += [result["rounds"]] if "rounds" in result else []
    return f"{SECTIONS[name].told(result['measured'])}\n\n*{', '.join(facts)}.*\n"


def _options(name: str) -> str:
    if name == "growth":
        return "--only growth --large DATABASE_URL [--small DATABASE_URL]"
    return f"--only {name}"


def _machine(newest: Mapping[str, Any]) -> str:
    lines = [f"**Machine.** {newest['stamp']['machine']}.", ""]
    lines += [f"- {name}: {value}" for name, value in newest["versions"].items()]
    return "\n".join(lines) + "\n"
