"""What a database holds, read plainly: the other route that tests compare with."""

from typing import Any

import sqlalchemy as sa

from app.models import RELEASES, TABLES

CLOCK = ("row_id", "release_from", "release_to")


def state(engine: sa.Engine, table: str, release: int) -> dict[str, dict[str, Any]]:
    """The rows of a table that one release shows, by code."""
    found: dict[str, dict[str, Any]] = {}
    with engine.connect() as connection:
        for row in connection.execute(sa.select(TABLES[table])).mappings():
            end = row["release_to"]
            if row["release_from"] <= release and (end is None or end > release):
                assert row["code"] not in found, "two versions in one release"
                found[row["code"]] = {k: v for k, v in row.items() if k not in CLOCK}
    return found


def versions(engine: sa.Engine, table: str, code: str) -> list[tuple[int, int | None]]:
    """The releases from which and up to which each version of a row is shown."""
    here = TABLES[table].c
    select = sa.select(here.release_from, here.release_to).where(here.code == code)
    with engine.connect() as connection:
        return [
            (start, end) for start, end in connection.execute(select.order_by(here.release_from))
        ]


def releases(engine: sa.Engine) -> list[dict[str, Any]]:
    """All releases in order."""
    with engine.connect() as connection:
        found = connection.execute(sa.select(RELEASES).order_by(RELEASES.c.number)).mappings()
        return [dict(row) for row in found]


def everything(engine: sa.Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, to see that nothing changed."""
    tables = {**TABLES, "release": RELEASES}
    with engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for name, table in tables.items()
        }
