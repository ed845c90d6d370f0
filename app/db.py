"""Databases: engines and snapshots.

With search and the migrations, this is the only code that knows which database it talks to.
"""

import re
import select
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app.memory import Memory
from app.models.grams import GRAMS, gram_table, grams
from app.models.text import TEXT_TABLES
from app.settings import hide_password

WRITER_LOCK = 0x79616F64
"""Key of the PostgreSQL advisory lock that one writer holds."""


STATEMENT_SECONDS = 10
"""How long one statement of a reader may take."""

STEPS = 200_000
"""Steps of SQLite's machine, some milliseconds, between two looks at the clock."""

DEAD_PEER = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""When a server that no longer answers counts as gone: seconds, and milliseconds for the last."""


class DatabaseProblem(Exception):
    """The database cannot be used; the text is one sentence that says which and why."""


class StatementTooLong(DatabaseProblem):
    """One statement of a reader took longer than it may."""


@dataclass(frozen=True)
class Snapshot:
    """One consistent state of the database, for the length of a request."""

    connection: Any
    """The driver's own connection, or a session with PostgreSQL."""
    dialect: str
    """sqlite or postgresql."""
    memory: Memory = field(default_factory=Memory)
    """What was counted before in this database."""

    def rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a compiled statement, as the driver's tuples."""
        if self.dialect == "postgresql":
            from app import postgresql  # whose driver may not be installed

            return postgresql.rows(self.connection, sql, values)
        cursor: Any = self.connection.cursor()
        try:
            cursor.execute(sql, values)
            return cursor.fetchall()  # type: ignore[no-any-return]
        finally:
            cursor.close()


@lru_cache(maxsize=2)
def dialect_named(name: str) -> sa.Dialect:
    """The dialect of SQLAlchemy that writes SQL for a kind of database."""
    url, style = {
        "sqlite": ("sqlite://", "qmark"),
        "postgresql": ("postgresql+psycopg://", "numeric_dollar"),
    }[name]
    kind: Any = make_url(url).get_dialect()
    dialect: sa.Dialect = kind(paramstyle=style)
    return dialect


def is_sqlite(url: str) -> bool:
    """Whether an address is that of a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


class Readers:
    """Connections that cannot write: opened when they are needed, and used again."""

    def __init__(self, url: str):
        self.url = url
        self.dialect = "sqlite" if is_sqlite(url) else "postgresql"
        self.idle: list[Any] = []

    def take(self) -> Any:
        """A connection of the driver, which nobody else uses until it is put back."""
        while (connection := self._idle_one()) is not None:
            if self.dialect == "sqlite" or not _has_news(connection):
                return connection
            connection.close()
        if self.dialect == "sqlite":
            return _read_only(sqlite_path(self.url), _Reading)
        return _read_only_session(self.url)

    def _idle_one(self) -> Any:
        try:
            return self.idle.pop()
        except IndexError:  # another thread may have been first
            return None

    def put(self, connection: Any) -> None:
        """Give a connection back; the state that it saw is let go."""
        if self.dialect == "sqlite":
            connection.execute("ROLLBACK")
        else:
            connection.end()  # where that fails, `take` will see it
        self.idle.append(connection)

    def dispose(self) -> None:
        """Close what is open."""
        while (connection := self._idle_one()) is not None:
            connection.close()


def _has_news(connection: Any) -> bool:
    """Whether a server has said something to an idle session: it only takes its leave so."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _read_only_session(url: str) -> Any:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    settings: dict[str, Any] = {
        "connect_timeout": 10,
        **DEAD_PEER,
        # To compile or to share out a short statement takes longer than to run it.
        "options": "-c default_transaction_read_only=on -c timezone=UTC -c jit=off "
        "-c max_parallel_workers_per_gather=0 "
        f"-c statement_timeout={int(STATEMENT_SECONDS * 1000)}",
    }
    from app.postgresql import Session  # whose driver may not be installed

    return Session(plain, **settings)


class _Reading(sqlite3.Connection):
    """A reader's connection: each statement, which has a cursor of its own, ends in time."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.ends = float("inf")
        self.set_progress_handler(lambda: time.monotonic() > self.ends, STEPS)

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """A cursor for the statement that begins now."""
        self.ends = time.monotonic() + STATEMENT_SECONDS
        return super().cursor(*arguments, **options)


def _read_only(
    path: Path, kind: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        factory=kind,
        check_same_thread=False,
        cached_statements=256,
    )
    connection.execute("PRAGMA query_only = 1")
    return connection


@contextmanager
def snapshot(readers: Readers, memory: Memory | None = None) -> Iterator[Snapshot]:
    """A read transaction that sees one state from its first statement to its end.

    `memory` is what was counted before in the same database. Raises DatabaseProblem where the
    database fails, StatementTooLong where it takes too long; the connection is then thrown away.
    """
    connection = None
    try:
        connection = readers.take()
        state = Snapshot(connection, readers.dialect, memory or Memory())
        if readers.dialect == "sqlite":
            connection.execute("BEGIN")
        else:
            connection.begin()
        yield state
    except _driver_errors() as error:
        if connection is not None:
            connection.close()
            connection = None
        reason = _first_line(error)
        kind = StatementTooLong if _took_too_long(reason) else DatabaseProblem
        raise kind(_sentence(readers.url, reason)) from error
    finally:
        if connection is not None:
            readers.put(connection)


def _driver_errors() -> tuple[type[Exception], ...]:
    """What drivers raise; PostgreSQL's may not be installed.

    A damaged file can also hold bytes that are no text.
    """
    psycopg = sys.modules.get("psycopg")
    more = (psycopg.Error,) if psycopg else ()
    return (sqlite3.Error, UnicodeDecodeError, *more)


def checker_engine(url: str) -> sa.Engine:
    """An engine for long reads: each transaction is one snapshot, and none writes."""
    if not is_sqlite(url):
        return sa.create_engine(
            url,
            isolation_level="REPEATABLE READ",
            connect_args={"options": "-c default_transaction_read_only=on -c timezone=UTC"},
        )
    path = sqlite_path(url)
    engine = sa.create_engine("sqlite://", creator=lambda: _read_only(path))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def writer_engine(url: str, lock_seconds: float) -> sa.Engine:
    """An engine whose transactions take the writer's lock when they begin."""
    if is_sqlite(url):
        _make_folder(url)
        engine = sa.create_engine(
            url, connect_args={"timeout": lock_seconds, "isolation_level": None}
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_immediate)
        return engine
    # After it has waited for the lock, a writer must see what the other one wrote.
    engine = sa.create_engine(
        url,
        isolation_level="READ COMMITTED",
        connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
    )
    milliseconds = max(1, int(lock_seconds * 1000))

    def lock(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")

    sa.event.listen(engine, "begin", lock)
    return engine


def let_readers_go_on(engine: sa.Engine) -> None:
    """Put a SQLite file into WAL mode, where reads and one write do not wait for each other.

    SQLite does not wait for another writer here as it does elsewhere, so this does, as long.
    """
    if engine.dialect.name != "sqlite":
        return
    lease = engine.raw_connection()
    try:
        cursor = lease.cursor()
        cursor.execute("PRAGMA busy_timeout")
        ((patience,),) = cursor.fetchall()
        deadline = time.monotonic() + patience / 1000
        while not _wal(cursor, time.monotonic() < deadline):
            time.sleep(0.02)
    finally:
        lease.close()


def _wal(cursor: Any, patient: bool) -> bool:
    cursor.execute("PRAGMA journal_mode")
    if cursor.fetchall() == [("wal",)]:
        return True
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if patient and "locked" in str(error):
            return False
        raise
    return True


def move_to_file(engine: sa.Engine) -> None:
    """Move what SQLite keeps in its log into the file, so that a copy of the file has it all."""
    if engine.dialect.name == "sqlite":
        lease = engine.raw_connection()
        try:
            lease.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            lease.close()


def erase_remains(engine: sa.Engine, tables: Sequence[str]) -> None:
    """Write tables anew, so that files keep nothing of what their rows said before.

    On SQLite the whole file, its log included; on PostgreSQL also the statistics, which sample
    columns, and readers of these tables wait meanwhile. Raises DatabaseProblem where that cannot
    be done now; it can be done again at any time.
    """
    if engine.dialect.name == "sqlite":
        _erase_sqlite(engine)
        return
    plain = sa.create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with closing(plain), plain.connect() as connection:
        # Who waits for a lock stops all readers: no longer than one of them can take.
        connection.exec_driver_sql(f"SET lock_timeout = {STATEMENT_SECONDS * 1000}")
        deadline = time.monotonic() + STATEMENT_SECONDS
        quoted = engine.dialect.identifier_preparer.quote_identifier
        for table in [*map(quoted, tables), "pg_catalog.pg_statistic"]:
            while not _written_anew(connection, table):
                if time.monotonic() > deadline:
                    raise _remains(engine, f"{table} cannot be written anew")
                time.sleep(0.1)


def _erase_sqlite(engine: sa.Engine) -> None:
    lease = engine.raw_connection()
    try:
        cursor = lease.cursor()
        for table in map(gram_table, TEXT_TABLES):
            cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((busy, _, _),) = cursor.fetchall()
    finally:
        lease.close()
    if busy:
        raise _remains(engine, "it is being read")


def _written_anew(connection: sa.Connection, table: str) -> bool:
    """Whether PostgreSQL wrote a table anew without rows that some transaction may still see.

    It only tells in a notice, as it does where it may not touch the table at all.
    """
    details: list[str] = []

    def listen(notice: Any) -> None:
        details.append(notice.message_detail or "")

    driver: Any = connection.connection.driver_connection
    driver.add_notice_handler(listen)
    connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE, VERBOSE) {table}")
    driver.remove_notice_handler(listen)
    dead = [found[0] for detail in details if (found := re.search(r"\d+", detail))]
    return dead[:1] == ["0"]


def _remains(engine: sa.Engine, reason: str) -> DatabaseProblem:
    return DatabaseProblem(
        f"the files of {engine.url} still hold what was removed: {reason}; run the command again "
        "as the owner of the database, when nobody keeps a transaction open"
    )


def _make_folder(url: str) -> None:
    try:
        sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseProblem(
            f"{url} cannot be opened: its folder cannot be made: {error.strerror}"
        ) from None


@contextmanager
def closing(engine: sa.Engine) -> Iterator[sa.Engine]:
    """An engine whose connections are closed at the end."""
    try:
        yield engine
    finally:
        engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.create_function(GRAMS, 1, grams, deterministic=True)


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def sqlite_path(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(make_url(url).database or "")


def absolute(url: str) -> str:
    """The address with a file's whole path: which database was meant, wherever one stands."""
    return f"sqlite:///{sqlite_path(url).absolute()}" if is_sqlite(url) else url


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turn a driver's error into one clear sentence."""
    try:
        yield
    except ImportError as error:
        raise DatabaseProblem(
            f"{hide_password(url)} needs the driver {error.name}: "
            "install yaodian with its extra `postgresql`"
        ) from error
    except (sa.exc.DBAPIError, sqlite3.Error, UnicodeDecodeError) as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseProblem(_sentence(url, _first_line(cause))) from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


SENTENCES = {
    "database is locked": "another process is writing to {url}; try again when it has finished",
    "lock timeout": "another process is writing to {url}; try again when it has finished",
    "readonly database": "{url} is read-only for this user; it cannot be prepared or written",
    "read-only transaction": "{url} is read-only for this user; it cannot be prepared or written",
    "not a database": "{url} is a file, but not a database",
    "malformed": "{url} is damaged ({reason}); restore it from a backup",
    "unable to open": "{url} cannot be opened: the file or its folder is missing or unreadable",
    "permission denied": "{url} does not allow this user to do that ({reason})",
    "authentication failed": "{url} refused the user or the password",
    "connection refused": "nothing answers at {url}",
    "statement timeout": "{url} took too long for one statement",
    "interrupted": "{url} took too long for one statement",
    "disk is full": "there is no room on the disk of {url}",
}


def _took_too_long(reason: str) -> bool:
    return reason == "interrupted" or "statement timeout" in reason


def _sentence(url: str, reason: str) -> str:
    shown = hide_password(url)
    for part, sentence in SENTENCES.items():
        if part in reason.lower():
            return sentence.format(url=shown, reason=reason)
    return f"{shown} could not be used: {reason}"
