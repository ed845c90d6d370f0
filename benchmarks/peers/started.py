"""The peers, as they are started and filled."""

import base64
import gzip
import json
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.asking import Answer
from benchmarks.rows import Rows
from benchmarks.servers import Server, environment, free_port, running
from benchmarks.tools import PEERS, ROOT, SERVER_CORE, SERVICE


@contextmanager
def bare(answers: Iterable[Answer], folder: Path) -> Iterator[Server]:
    """The bare ASGI function, set up as the service is; answer number n has the path /n."""
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
    with running("bare ASGI", command, port, "/0", log, {"BENCH_ANSWERS": str(path)}) as server:
        yield server


def fill_textbook(url: str, rows: Rows, folder: Path) -> None:
    """Make the textbook's tables in an empty database, with our rows."""
    path = folder / "rows.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    subprocess.run(
        [PEERS / "python", "-m", "benchmarks.peers.textbook_rows", path],
        cwd=ROOT,
        env=environment({"BENCH_DATABASE": url}),
        stdin=subprocess.DEVNULL,
        check=True,
    )


@contextmanager
def textbook(
    url: str, folder: Path, compressed: bool = False, core: int | None = SERVER_CORE
) -> Iterator[Server]:
    """The textbook app on a filled database, with its documentation's gzip if wanted."""
    port = free_port()
    command = [
        PEERS / "python", "-m", "uvicorn", "benchmarks.peers.textbook:app", "--port", str(port),
        "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    variables = {"BENCH_DATABASE": url} | ({"BENCH_GZIP": "yes"} if compressed else {})
    log = folder / f"textbook-{port}.log"
    with running("textbook", command, port, "/v1/tasks?limit=1", log, variables, core) as server:
        yield server


@contextmanager
def datasette(rows: Rows, folder: Path) -> Iterator[Server]:
    """Datasette on an immutable file that it has inspected, without looking for facets."""
    path = folder / "rows.db"
    with sqlite3.connect(path) as connection:
        for name in ("tasks", "indicators"):
            _write_table(connection, name, rows[name])
        connection.execute("CREATE INDEX tasks_by_area ON tasks (area)")
    connection.close()
    inspected = folder / "inspected.json"
    program = PEERS / "datasette"
    subprocess.run([program, "inspect", path, "--inspect-file", inspected], check=True)
    port = free_port()
    command = [
        program, "serve", "--immutable", path, "--inspect-file", inspected, "--port", str(port),
        "--setting", "suggest_facets", "off",
    ]  # fmt: skip
    asked = "/rows/tasks.json?_size=1"
    with running("Datasette", command, port, asked, folder / "datasette.log") as server:
        yield server


def _write_table(connection: sqlite3.Connection, name: str, rows: list[dict[str, object]]) -> None:
    columns = ", ".join(
        f'"{column}" PRIMARY KEY' if column == "code" else f'"{column}"' for column in rows[0]
    )
    connection.execute(f"CREATE TABLE {name} ({columns})")
    places = ", ".join("?" * len(rows[0]))
    connection.executemany(
        f"INSERT INTO {name} VALUES ({places})", [tuple(row.values()) for row in rows]
    )


NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
user root;
events {{ worker_connections 1024; }}
http {{
  include /etc/nginx/mime.types;
  types {{ text/csv csv; }}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  gzip_static on;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/files;
  }}
}}
"""


@contextmanager
def nginx(files: Mapping[str, bytes], folder: Path) -> Iterator[Server]:
    """Nginx on static files, each beside its compressed form."""
    place = folder / "files"
    place.mkdir()
    for name, body in files.items():
        (place / name).write_bytes(body)
        (place / f"{name}.gz").write_bytes(gzip.compress(body, 9))
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(NGINX.format(folder=folder, port=port))
    command = ["nginx", "-c", settings, "-e", folder / "nginx-error.log"]
    with running("nginx", command, port, f"/{next(iter(files))}", folder / "nginx.log") as server:
        yield server
