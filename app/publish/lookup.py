"""Codes that people typed: the current rows that have them, and what a wrong one may mean."""

import re
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from app.models import TABLES
from app.models.base import CODE_LENGTH, CODE_PATTERN
from app.models.choices import Measure, Unit
from app.publish.complaint import nearest
from app.publish.scope import current
from app.publish.wording import Measured

NEIGHBOURS = 100
"""Codes before and behind a wrong one among which the one that may be meant is looked for."""


def named(
    connection: sa.Connection, table: str, codes: Iterable[str], *names: str
) -> Iterator[sa.RowMapping]:
    """Code and some columns of the current rows that have one of the codes."""
    columns = [TABLES[table].c[name] for name in ("code", *names)]
    sound = sorted(c for c in codes if len(c) <= CODE_LENGTH and re.fullmatch(CODE_PATTERN, c))
    for select in current(table, columns, "code", sound):
        yield from connection.execute(select).mappings()


def measured_now(connection: sa.Connection, codes: Iterable[str]) -> dict[str, Measured]:
    """Unit and measure of the current indicators that have one of the codes."""
    return {
        row["code"]: Measured(Unit(row["unit"]), Measure(row["measure"]))
        for row in named(connection, "indicator", codes, "unit", "measure")
    }


def neighbours(connection: sa.Connection, table: str, code: str, past: bool = False) -> list[str]:
    """Some current codes around a wrong one in the order of codes; with `past` of any release."""
    here, likely = TABLES[table].c, re.sub("[^a-z0-9-]", "", code.lower())[:CODE_LENGTH]
    found: list[str] = []
    for side, order in (
        (here.code >= likely, here.code.asc()),
        (here.code < likely, here.code.desc()),
    ):
        select = sa.select(here.code).where(side).order_by(order).limit(NEIGHBOURS)
        select = select.distinct() if past else select.where(here.release_to.is_(None))
        found += connection.scalars(select)
    return found


def near_code(connection: sa.Connection, table: str, code: str) -> str | None:
    """The current code that a wrong one most resembles, among its neighbours."""
    return nearest(code, neighbours(connection, table, code))
