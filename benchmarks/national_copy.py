"""Copying a finished SQLite database into an empty PostgreSQL one, table by table."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing as shut
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from app.db import DatabaseProblem, closing, told, writer_engine
from app.models import MODELS, metadata
from app.publish.prepare import migrate
from app.publish.ready import is_published
from app.settings import hide_password

LOCK_SECONDS = 60
BATCH = 10_000


def copy(source: str, url: str) -> None:
    """Copy all rows of a SQLite file; raises DatabaseProblem where there are some already.

    The indexes are made when the rows are there, which is much faster.
    """
    if not Path(source).is_file():
        raise DatabaseProblem(f"{source} is no file")
    with told(url), closing(writer_engine(url, LOCK_SECONDS)) as engine:
        migrate(engine, url)
        address = f"{Path(source).absolute().as_uri()}?mode=ro"
        with shut(sqlite3.connect(address, uri=True)) as file, engine.begin() as connection:
            if is_published(connection):
                raise DatabaseProblem(f"{hide_password(url)} is not empty")
            _copy(file, connection.connection.driver_connection)
        _analyze(engine)


def _copy(file: sqlite3.Connection, target: Any) -> None:
    for name in MODELS:
        table, start = metadata.tables[name], time.monotonic()
        indexes = _dropped_indexes(target, name)
        rows = _copied(file, target, table)
        for definition in indexes:
            target.execute(definition)
        print(f"{name}: {rows} rows in {time.monotonic() - start:.0f} s", flush=True)


def _copied(file: sqlite3.Connection, target: Any, table: sa.Table) -> int:
    """How many rows of a table were copied."""
    columns = [column for column in table.columns if column.computed is None]
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    count = 0
    with target.cursor().copy(into) as copying:
        for row in _rows(file, table.name, columns):
            copying.write_row(row)
            count += 1
    if "row_id" in table.c:
        _continue_numbers(target, table.name)
    return count


def _rows(
    file: sqlite3.Connection, table: str, columns: Sequence[sa.Column[Any]]
) -> Iterator[Sequence[Any]]:
    """The rows of a table; SQLite keeps truth values as numbers."""
    truths = [n for n, column in enumerate(columns) if isinstance(column.type, sa.Boolean)]
    names = ", ".join(f'"{column.name}"' for column in columns)
    cursor = file.execute(f'SELECT {names} FROM "{table}"')
    while some := cursor.fetchmany(BATCH):
        for row in some:
            cells = list(row)
            for place in truths:
                cells[place] = None if cells[place] is None else bool(cells[place])
            yield cells


def _dropped_indexes(target: psycopg.Connection[Any], table: str) -> list[Any]:
    """Take a table's indexes away, but for those of its keys; gives back how they are made."""
    found = target.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
        " AND schemaname = current_schema()"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        (table,),
    ).fetchall()
    for name, _ in found:
        target.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [definition.encode() for _, definition in found]


def _continue_numbers(target: psycopg.Connection[Any], table: str) -> None:
    """Let rows to come be numbered on."""
    target.execute(
        sql.SQL(
            "SELECT setval(pg_get_serial_sequence({0}, 'row_id'), max(row_id)) FROM {1}"
        ).format(sql.Literal(table), sql.Identifier(table))
    )


def _analyze(engine: sa.Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
