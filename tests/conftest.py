"""Databases for the tests: every test that asks for `url` runs on SQLite and on PostgreSQL."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from app.db import writer_engine
from app.protocol import Protocol
from app.publish.prepare import migrate, prepare
from app.settings import Settings
from tests.serving import serving

# What reads citations brings lxml; the service has none, so workbooks are read without it.
os.environ["OPENPYXL_LXML"] = "False"

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def _postgresql_bin() -> Path | None:
    """The folder of PostgreSQL's server programs, newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    path = shutil.which("initdb")
    return Path(path).parent if path else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _as_server_user(command: list[str]) -> None:
    """Run a server program; PostgreSQL refuses to run as root."""
    if os.geteuid() == 0:
        pwd.getpwnam("postgres")
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/"
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a throw-away PostgreSQL server, without a database's name."""
    programs = _postgresql_bin()
    if programs is None:
        reason = "PostgreSQL's server programs (initdb, pg_ctl) are not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="yaodian-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data, log, port = folder / "data", folder / "log", _free_port()
    _as_server_user(
        [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync"]
    )  # fmt: skip
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    _as_server_user([*control, "-l", str(log), "-o", options, "start"])
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        _as_server_user([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder)


def _execute(server: str, statement: str) -> None:
    address = server.replace("+psycopg", "")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture(scope="session")
def template(postgresql: str) -> str:
    """The name of a migrated PostgreSQL database that others are copied from."""
    _execute(postgresql, "CREATE DATABASE template_migrated")
    _migrated(f"{postgresql}/template_migrated")
    return "template_migrated"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    path = tmp_path_factory.mktemp("migrated") / "yaodian.db"
    _migrated(f"sqlite:///{path}")
    return path


def _migrated(url: str) -> None:
    engine = writer_engine(url, lock_seconds=10)
    migrate(engine, url)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"t{uuid4().hex}"
    _execute(server, f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Makes addresses of migrated databases without a release."""
    made: list[str] = []
    if request.param == "sqlite":
        source = request.getfixturevalue("migrated_file")
        folder = tmp_path_factory.mktemp("databases")

        def make() -> str:
            made.append(str(shutil.copy(source, folder / f"{len(made)}.db")))
            return f"sqlite:///{made[-1]}"

        yield make
        return
    server, source = request.getfixturevalue("postgresql"), request.getfixturevalue("template")

    def make_database() -> str:
        made.append(f"t{uuid4().hex}")
        _execute(server, f"CREATE DATABASE {made[-1]} TEMPLATE {source}")
        return f"{server}/{made[-1]}"

    yield make_database
    for name in made:
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def published_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database with the bundled plan, shared by tests that only read."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('published') / 'yaodian.db'}"
    else:
        server = request.getfixturevalue("postgresql")
        _execute(server, "CREATE DATABASE published")
        url = f"{server}/published"
    prepare(Settings(database_url=url), lambda _en, _zh: None)
    yield url
    if request.param == "postgresql":
        _execute(server, "DROP DATABASE published WITH (FORCE)")


@pytest.fixture(scope="session")
def client(published_url: str) -> Iterator[httpx.Client]:
    """A client of the service on a database with the bundled plan."""
    with serving(published_url) as asked:
        yield asked


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The address of a migrated database without a release."""
    return new_url()


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """The writer's engine on a migrated database without a release."""
    made = writer_engine(url, lock_seconds=10)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def seed() -> Path:
    """The bundled plan file."""
    return ROOT / "data" / "seed_2023.json"


@pytest.fixture(scope="session")
def page_text() -> Path:
    """The page text that the bundled plan was read from, where it is at hand."""
    found = sorted((SHARED / "source").glob("*.txt"))
    if not found:
        pytest.skip("the source document's page text is not part of the repository")
    return found[0]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The heads of what was sent at once."""
    sent: list[bytes] = []
    send = Protocol._send

    def noted(self: Protocol, head: bytes, body: bytes, keep_alive: bool) -> None:
        sent.append(head)
        send(self, head, body, keep_alive)

    monkeypatch.setattr(Protocol, "_send", noted)
    return sent
