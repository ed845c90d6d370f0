"""Which rows a plan file may close, and the comparison that says which change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.models import TABLES
from app.publish.rows import Row

SCOPE = {
    "document": "defined_in",
    "document_relation": "defined_in",
    "body": "defined_in",
    "indicator": "defined_in",
    "plan": "code",
    "area": "plan",
    "task": "plan",
    "target": "plan",
    "deliverable": "plan",
    "participation": "plan",
    "erratum": "plan",
}
"""By table: the column that holds the plan whose file may close the row."""

KEPT = {"deliverable": ("outcome", "issued_on", "issued_title_zh", "issued_number", "issued_url")}
"""Columns that a plan file does not speak of: what stands in them stays."""

CLOCK = ("row_id", "release_from", "release_to")
CHUNK = 500


@dataclass
class Change:
    """What happens to one table: each entry is a row as it was, as it will be, or both."""

    added: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Row]] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


Changes = dict[str, Change]


def current_rows(
    connection: sa.Connection, table: str, column: str, values: Iterable[str]
) -> dict[str, Row]:
    """The current rows whose column has one of the values, by code."""
    found: dict[str, Row] = {}
    for select in current(table, contents(table), column, values):
        for row in connection.execute(select).mappings():
            found[row["code"]] = dict(row)
    return found


def contents(table: str) -> list[sa.Column[Any]]:
    """The columns of a table without those of its clock."""
    return [column for column in TABLES[table].c if column.name not in CLOCK]


def current(
    table: str, columns: Sequence[sa.Column[Any]], column: str, values: Iterable[str]
) -> Iterator[sa.Select[Any]]:
    """Selects of current rows, a bounded number of values in each."""
    wanted, here = list(values), TABLES[table].c
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        yield sa.select(*columns).where(here[column].in_(some), here.release_to.is_(None))


def compare(
    table: str,
    current: Mapping[str, Row],
    desired: Mapping[str, Row],
    kept: Sequence[str] | None = None,
) -> Change:
    """What must be closed and opened so that the current rows become the desired ones.

    `kept` are columns that stay as they are, by default those that a plan file does not speak of.
    """
    change = Change()
    kept_names = KEPT.get(table, ()) if kept is None else kept
    names = [column.name for column in contents(table)]
    for code, row in desired.items():
        was = current.get(code)
        stays = {name: was[name] for name in kept_names} if was else {}
        wanted = {name: {**row, **stays}.get(name) for name in names}
        if was is None:
            change.added.append(wanted)
        elif wanted != was:
            change.changed.append((was, wanted))
    change.removed = [row for code, row in current.items() if code not in desired]
    return change
