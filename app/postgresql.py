"""PostgreSQL past the driver's cursors: a statement in one call, prepared at its second time.

A cursor makes half a dozen calls into libpq for each statement and may lose Python's lock at each
of them; with reading threads beside the event loop that costs more than the statement.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

ENCODING = "utf-8"

MOST = 200
"""Statements that a session knows, prepared or asked for once."""

Rows = list[tuple[Any, ...]]


class Session:
    """A reader's connection: transactions that see one state, statements that are prepared."""

    def __init__(self, url: str, **settings: Any):
        """Connect; raises psycopg.Error."""
        self.connection = psycopg.connect(
            url, autocommit=True, client_encoding=ENCODING, **settings
        )
        self.pgconn = self.connection.pgconn
        self.names: OrderedDict[str, bytes | None] = OrderedDict()
        """Of prepared statements, by their text; None for one that was asked for once."""
        self.made = 0
        self.begun = True

    def fileno(self) -> int:
        """The socket to the server."""
        return self.connection.fileno()

    def close(self) -> None:
        """End the session."""
        self.connection.close()

    def begin(self) -> None:
        """See one state from the first statement on."""
        self.begun = False

    def end(self) -> None:
        """Let go of the state; where that fails, the next statement will tell."""
        if self.begun:
            self.pgconn.exec_(b"ROLLBACK")

    def rows(self, sql: str, values: Sequence[Any]) -> Rows:
        """All rows of a statement with the parameters $1, $2 …; raises psycopg.Error."""
        name = self._name(sql)
        given = _texts(values, ENCODING)
        if not self.begun:
            self.begun = True
            if name and not given:  # both in one message, as most requests begin
                both = BEGIN + b"; EXECUTE " + name
                return _rows(self.connection, self.pgconn.exec_(both))
            _checked(self.pgconn.exec_(BEGIN))
        if name:
            return _rows(self.connection, self.pgconn.exec_prepared(name, given))
        return _rows(self.connection, self.pgconn.exec_params(sql.encode(), given))

    def _name(self, sql: str) -> bytes | None:
        """Under which name a statement is prepared; None at its first time."""
        if sql not in self.names:
            self.names[sql] = None
            if len(self.names) > MOST:
                self._forget()
            return None
        self.names.move_to_end(sql)
        name = self.names[sql]
        if name is None:
            self.made += 1
            name = self.names[sql] = b"s%d" % self.made
            _checked(self.pgconn.prepare(name, sql.encode()))
        return name

    def _forget(self) -> None:
        _, name = self.names.popitem(last=False)
        if name:
            _checked(self.pgconn.exec_(b"DEALLOCATE " + name))


def rows(connection: Session | psycopg.Connection[Any], sql: str, values: Sequence[Any]) -> Rows:
    """All rows of a statement with the parameters $1, $2 …, in a session or a writer's transaction.

    Raises psycopg.Error.
    """
    if isinstance(connection, Session):
        return connection.rows(sql, values)
    encoding = connection.info.encoding
    given = _texts(values, encoding)
    return _rows(connection, connection.pgconn.exec_params(sql.encode(encoding), given))


def _texts(values: Sequence[Any], encoding: str) -> Any:
    """Parameters as texts; the server knows their types."""
    return [None if value is None else str(value).encode(encoding) for value in values]


def _rows(connection: psycopg.Connection[Any], result: PGresult) -> Rows:
    """The rows of a result, with Python's own types."""
    loaders = Transformer(connection)
    loaders.set_pgresult(_checked(result))
    return loaders.load_rows(0, result.ntuples, tuple)


def _checked(result: PGresult) -> PGresult:
    """A result that is none of failure; raises psycopg.Error."""
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise psycopg.errors.error_from_result(result)
    return result
