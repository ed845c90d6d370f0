"""The time line of an indicator: its promises and results of all plans, in all their versions.

A version is a run of releases in which a figure reads the same; names, titles and quotes may
change meanwhile. It is cut out of the clocks of the tables that it is read from.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from app.db import Snapshot, dialect_named
from app.formats.base import Row
from app.formats.column import Column
from app.models import RELEASES, TABLES
from app.models.base import columns_of
from app.models.choices import Cause, Series
from app.models.history import HistoryRow, Version
from app.query.select import release_parameter
from app.query.state import State
from app.query.statement import Statement, compiled, padded

COLUMNS = columns_of(HistoryRow)
"""The columns of a time line."""

CLOCK = tuple(Version.model_fields)
SAID = tuple(column for column in COLUMNS if column.name not in CLOCK)
"""What a version says."""

WORDS = ("name_zh", "name_en", "plan", "source", "source_title", "source_url", "quote")
"""What is said around a figure: a version shows how it read last."""

PLACE = {column.name: place for place, column in enumerate(SAID)}
EVER = 2**31 - 1

Interval = tuple[int, int]
"""The first release that shows something, and the first that no longer does."""


@dataclass(frozen=True)
class Piece:
    """What a figure says in some releases."""

    said: Row
    shown: Interval

    @property
    def reading(self) -> Row:
        """What makes it another version when it changes."""
        return tuple(self.said[place] for name, place in PLACE.items() if name not in WORDS)

    @property
    def figure(self) -> tuple[str, str]:
        """Which promise or result it is."""
        return self.said[PLACE["series"]], self.said[PLACE["code"]]


@dataclass(frozen=True)
class TimeLine:
    """Versions as rows of the columns, and how often each cause made or ended one."""

    rows: list[Row]
    versions: dict[str, int]


def time_line(
    snapshot: Snapshot, indicators: Sequence[str], state: State, all_versions: bool
) -> TimeLine:
    """The time lines of some indicators, one behind the other, as a release knows them."""
    order = {code: place for place, code in enumerate(dict.fromkeys(indicators))}
    versions = sorted(
        _versions(_pieces(snapshot, list(order), state)),
        key=lambda piece: _place_of(piece, order),
    )
    rows = list(_dated(versions, _causes(snapshot, versions, state), state))
    place = {column.name: number for number, column in enumerate(COLUMNS)}
    counted = Counter(row[place[name]] for row in rows for name in ("cause", "ended_by"))
    shown = [row for row in rows if all_versions or row[place["release_to"]] is None]
    return TimeLine(shown, {str(cause): counted[str(cause)] for cause in Cause})


def _place_of(piece: Piece, order: dict[str, int]) -> tuple[Any, ...]:
    said = piece.said
    promised = said[PLACE["series"]] == Series.TARGET
    end = str(said[PLACE["period_end"]])
    return order[said[PLACE["indicator"]]], end, not promised, piece.figure[1], piece.shown


def _versions(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces that follow one another and say the same, as one."""
    ordered = sorted(pieces, key=lambda piece: (piece.figure, piece.shown))
    for _, some in groupby(ordered, key=lambda piece: piece.figure):
        last: Piece | None = None
        for piece in some:
            if last and last.reading == piece.reading and last.shown[1] == piece.shown[0]:
                last = Piece(piece.said, (last.shown[0], piece.shown[1]))
                continue
            if last:
                yield last
            last = piece
        if last:
            yield last


def _dated(versions: Sequence[Piece], causes: dict[int, str], state: State) -> Iterator[Row]:
    """Versions with their clocks; what came behind the state has not happened yet."""
    begun = {(version.figure, version.shown[0]) for version in versions}
    for version in versions:
        start, end = version.shown
        closed = end if end <= state.number else None
        gone = closed is not None and (version.figure, closed) not in begun
        yield (*version.said, causes[start], start, closed, causes[end] if gone else None)


def _causes(snapshot: Snapshot, versions: Sequence[Piece], state: State) -> dict[int, str]:
    """The causes of the releases that begin or end versions."""
    numbers = {number for version in versions for number in version.shown}
    wanted = padded(sorted(number for number in numbers if number <= state.number) or [0])
    statement = _causes_statement(snapshot.dialect, len(wanted))
    values = {f"number_{place}": number for place, number in enumerate(wanted)}
    return dict(statement.run(snapshot, values))


@lru_cache(maxsize=32)
def _causes_statement(dialect: str, count: int) -> Statement:
    here = RELEASES.c
    numbers = [sa.bindparam(f"number_{place}", type_=sa.Integer) for place in range(count)]
    select = sa.select(here.number, here.cause).where(here.number.in_(numbers))
    return compiled(select, dialect_named(dialect), ())


# --- what the tables say ----------------------------------------------------------------------


def _pieces(snapshot: Snapshot, indicators: Sequence[str], state: State) -> list[Piece]:
    wanted = padded(indicators)
    values = {f"indicator_{place}": code for place, code in enumerate(wanted)}
    values["release"] = state.number
    found = []
    for series in Series:
        statement = _figures_statement(snapshot.dialect, series, len(wanted))
        for row in statement.run(snapshot, values):
            said, clocks = row[: len(SAID)], row[len(SAID) :]
            start = max(clocks[0::2])
            end = min(EVER if closed is None else closed for closed in clocks[1::2])
            if start < end:
                found.append(Piece(_read(said), (start, end)))
    return found


def _read(said: Row) -> Row:
    """What a figure says, its period told: a promise due on 31 December is one of a year."""
    if said[PLACE["period"]] is not None:
        return said
    due = str(said[PLACE["period_end"]])
    period = due[:4] if due.endswith("-12-31") else due
    return (*said[: PLACE["period"]], period, *said[PLACE["period"] + 1 :])


@lru_cache(maxsize=32)
def _figures_statement(dialect: str, series: Series, count: int) -> Statement:
    """What promises or results say, cut wherever one of the rows that tell it changes."""
    figure = TABLES["target" if series == Series.TARGET else "observation"]
    indicator = TABLES["indicator"]
    if series == Series.TARGET:
        other, on = TABLES["document"], figure.c.source_document
        read = _promise(figure, other)
    else:
        other, on = TABLES["observation_reading"], figure.c.code
        read = _result(figure, other)
    read |= {name: indicator.c[name] for name in ("name_zh", "name_en", "unit")}
    picked = [_picked(column, read, figure) for column in SAID]
    tables = (figure, indicator, other)
    clocks = [table.c[name] for table in tables for name in ("release_from", "release_to")]
    source = figure.join(
        indicator, sa.and_(indicator.c.code == figure.c.indicator, _meet(figure, indicator))
    ).join(other, sa.and_(other.c.code == on, _meet(figure, other)))
    codes = [
        sa.bindparam(f"indicator_{place}", type_=figure.c.indicator.type) for place in range(count)
    ]
    known = [table.c.release_from <= release_parameter() for table in tables]
    select = sa.select(*picked, *clocks).select_from(source)
    select = select.where(figure.c.indicator.in_(codes), *known)
    return compiled(select, dialect_named(dialect), SAID)


def _promise(target: sa.Table, document: sa.Table) -> dict[str, Any]:
    """Where a promise's fields have other names in the tables."""
    return {
        "series": sa.literal_column(f"'{Series.TARGET}'"),
        "period": sa.cast(sa.null(), sa.Text()),
        "period_end": target.c.due,
        "source_title": document.c.title_zh,
    }


def _result(observation: sa.Table, reading: sa.Table) -> dict[str, Any]:
    """Where a result's fields have other names in the tables."""
    return {
        "series": sa.literal_column(f"'{Series.ACTUAL}'"),
        "plan": reading.c.plan,
        "period": observation.c.period,
    }


def _picked(column: Column, read: dict[str, Any], figure: sa.Table) -> sa.ColumnElement[Any]:
    found = read.get(column.name)
    if found is None:
        found = figure.c.get(column.name)
    return sa.null().label(column.name) if found is None else found.label(column.name)


def _meet(one: sa.Table, other: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a release shows both rows."""
    return sa.and_(
        sa.or_(one.c.release_to.is_(None), other.c.release_from < one.c.release_to),
        sa.or_(other.c.release_to.is_(None), other.c.release_to > one.c.release_from),
    )
