"""How many rows each resource has in a state, in one statement."""

from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa

from app.db import Snapshot, dialect_named
from app.models import metadata
from app.query.declare import Resource
from app.query.select import alive
from app.query.state import State
from app.query.statement import Statement, compiled


def count_all(snapshot: Snapshot, resources: Sequence[Resource], state: State) -> dict[str, int]:
    """The number of rows by the name of the resource."""
    tables = tuple(resource.table for resource in resources)
    statement = _statement(snapshot.dialect, tables, state.past)
    release = (state.number, state.edition)
    (counts,) = statement.recalled(snapshot, release, {"release": state.number})
    return dict(zip((resource.name for resource in resources), counts, strict=True))


@lru_cache(maxsize=8)
def _statement(dialect: str, tables: tuple[str, ...], past: bool) -> Statement:
    counted = [
        sa.select(sa.func.count()).select_from(table).where(alive(table, past)).scalar_subquery()
        for table in (metadata.tables[name] for name in tables)
    ]
    return compiled(sa.select(*counted), dialect_named(dialect), ())
