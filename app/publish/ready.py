"""Whether a database is ready to be served: its tables, what is derived, a release.

This only looks, and imports none of what makes them: a service that finds all in place starts
without it.
"""

import ast
import re

import sqlalchemy as sa

from app.db import DatabaseProblem
from app.models import CHANGES, DERIVED, RELEASES, TABLES
from app.settings import bundled, hide_password

VERSIONS = sa.table("alembic_version", sa.column("version_num"))
"""Where Alembic keeps the version of a database's tables."""

DECLARED = re.compile(r"^(revision|down_revision) = (.+)$", re.MULTILINE)
"""How a migration says which version it makes, and of which."""


def needs_migrating(connection: sa.Connection, url: str) -> bool:
    """Whether the tables are not those of this version; refuses a foreign or newer database."""
    known, newest = known_versions()
    current = _current_versions(connection)
    shown = hide_password(url)
    if not current:
        tables = set(sa.inspect(connection).get_table_names()) - {VERSIONS.name}
        if tables:
            raise DatabaseProblem(
                f"{shown} is another program's database: "
                f"it has a table {min(tables)}, but no Yaodian version"
            )
    if current - known:
        raise DatabaseProblem(
            f"{shown} was written by a newer version of Yaodian "
            f"(its schema is {', '.join(sorted(current))}); update the program"
        )
    return current != newest


def known_versions() -> tuple[set[str], set[str]]:
    """The versions that our migrations make, and of them the newest: those that none follows."""
    known: set[str] = set()
    followed: set[str] = set()
    for file in bundled("migrations").glob("versions/*.py"):
        found = DECLARED.findall(file.read_text(encoding="utf-8"))
        declared = {name: ast.literal_eval(value) for name, value in found}
        known.add(declared["revision"])
        before = declared["down_revision"]
        followed |= {before} if isinstance(before, str) else set(before or ())
    return known, known - followed


def _current_versions(connection: sa.Connection) -> set[str]:
    if not sa.inspect(connection).has_table(VERSIONS.name):
        return set()
    return set(connection.scalars(sa.select(VERSIONS.c.version_num)))


def is_filled(connection: sa.Connection) -> bool:
    """Whether all that follows from the releases is there."""
    return not unfilled(connection) and not lacks_log(connection)


def unfilled(connection: sa.Connection) -> list[str]:
    """The derived tables that hold nothing yet although there is something to hold."""
    return [table for table in DERIVED if _is_new(connection, table)]


def _is_new(connection: sa.Connection, table: str) -> bool:
    """Whether a derived table holds nothing although there is something to hold."""
    source = base_of(table)
    there = [connection.scalar(sa.select(TABLES[name].c.code).limit(1)) for name in (table, source)]
    return there[0] is None and there[1] is not None


def base_of(table: str) -> str:
    """The table whose rows a derived table says more of."""
    return table.rsplit("_", 1)[0]


def lacks_log(connection: sa.Connection) -> bool:
    """Whether there are releases, but no log of them."""
    logged, made = (
        connection.scalar(sa.select(column).limit(1))
        for column in (CHANGES.c.release, RELEASES.c.number)
    )
    return made is not None and logged is None


def is_published(connection: sa.Connection) -> bool:
    """Whether there is a release."""
    return connection.scalar(sa.select(RELEASES.c.number).limit(1)) is not None
