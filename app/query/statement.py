"""SQL text with the order of its values: made once, run often on the driver's connection."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from app.db import Snapshot
from app.formats.base import Row
from app.formats.column import Column, ColumnType

Values = dict[str, Any]


def shortest(value: float) -> int | float:
    """60.0 is printed as 60."""
    return int(value) if value.is_integer() else value


MENDED: dict[ColumnType, Callable[[Any], Any]] = {
    "boolean": bool,
    "number": shortest,
    "json": orjson.loads,
}


@dataclass(frozen=True)
class Statement:
    """SQL text with the order of its values, and what must be mended in the driver's rows."""

    sql: str
    names: tuple[str, ...]
    """Parameters in order."""
    fixed: Values
    mend: tuple[tuple[int, Callable[[Any], Any]], ...] = ()

    def run(self, snapshot: Snapshot, values: Values) -> list[Row]:
        """The rows for these values."""
        return self._run(snapshot, self._given(values))

    def recalled(self, snapshot: Snapshot, release: Hashable, values: Values) -> Sequence[Row]:
        """The rows for these values; those of a release are counted once and then kept."""
        given = self._given(values)
        key = release, self.sql, tuple(given)
        return snapshot.memory.recall(key, lambda: self._run(snapshot, given))

    def _given(self, values: Values) -> list[Any]:
        bound = {**self.fixed, **values}
        return [bound[name] for name in self.names]

    def _run(self, snapshot: Snapshot, given: list[Any]) -> list[Row]:
        rows = snapshot.rows(self.sql, given)
        return [self._mended(row) for row in rows] if self.mend else rows

    def _mended(self, row: Row) -> Row:
        cells = list(row)
        for index, mended in self.mend:
            if cells[index] is not None:
                cells[index] = mended(cells[index])
        return tuple(cells)


def compiled(
    statement: sa.SelectBase,
    dialect: sa.Dialect,
    columns: Sequence[Column],
) -> Statement:
    """A statement as text for the driver; `columns` say what its first columns hold."""
    done = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return Statement(
        sql=str(done),
        names=tuple(done.positiontup or ()),
        fixed=dict(done.params),
        mend=tuple(
            (index, MENDED[column.type])
            for index, column in enumerate(columns)
            if column.type in MENDED
        ),
    )


def padded(values: Sequence[Any]) -> list[Any]:
    """Distinct values, the last repeated up to a power of two, so that there are few statements."""
    distinct = list(dict.fromkeys(values))
    size = 1 << (len(distinct) - 1).bit_length()
    return distinct + distinct[-1:] * (size - len(distinct))
