"""Which release an answer shows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.db import Snapshot, dialect_named
from app.errors import DatabaseUnavailable
from app.formats.base import Row
from app.models import RELEASES, TAKEDOWNS
from app.query.params import StateParams
from app.query.request import FUTURE, UNKNOWN_RELEASE, bad_value
from app.query.statement import Statement, compiled

INSTANT_WIDTH = len("2026-11-24T02:00:00.000")


UTC_ZONE = ZoneInfo("UTC")

SETTLED = timedelta(minutes=1)
"""A release is dated when it is made, and seen when it is written: no later than this."""


@dataclass(frozen=True)
class State:
    """The release that an answer shows."""

    number: int
    """0 stands for the time before the first release, when nothing was published."""
    time: str | None
    past: bool
    """There is a later one, so the current rows may be others."""
    as_of: str | None = None
    """The moment that was asked for, as it was given."""
    edition: str | None = None
    """When content was last removed from all releases by force of law; None for never."""
    zone: ZoneInfo = UTC_ZONE
    """Whose days are told."""
    fixed: bool = False
    """No later release makes the same question mean another state."""

    @property
    def modified(self) -> str | None:
        """When this state last came to read as it does; None before the first release."""
        return max(self.time, self.edition or self.time) if self.time else None


def written(moment: datetime) -> str:
    """A moment as releases have it: UTC, milliseconds, fixed width, so that text sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:INSTANT_WIDTH] + "Z"


def first_of(moment: str, zone: ZoneInfo) -> str:
    """The first millisecond of a day, or an instant."""
    try:
        return written(_start(moment, zone))
    except OverflowError:
        return _edge(moment)


def last_of(moment: str, zone: ZoneInfo) -> str:
    """The last millisecond of a day, or an instant."""
    if "T" in moment:
        return first_of(moment, zone)
    try:
        following = date.fromisoformat(moment) + timedelta(days=1)
        midnight = datetime.combine(following, time.min, zone)
        return written(midnight.astimezone(UTC) - timedelta(milliseconds=1))
    except OverflowError:
        return _edge(moment)


def _edge(moment: str) -> str:
    """What stands for a moment of the years 1 or 9999 that is none in UTC."""
    return "0001-01-01T00:00:00.000Z" if moment < "5" else "9999-12-31T23:59:59.999Z"


def _start(moment: str, zone: ZoneInfo) -> datetime:
    if "T" in moment:
        return datetime.fromisoformat(moment)
    return datetime.combine(date.fromisoformat(moment), time.min, zone)


def state_of(snapshot: Snapshot, params: StateParams, zone: ZoneInfo) -> State:
    """The state that a request asks for, by default the newest; raises InvalidValue for none."""
    if params.as_of is not None:
        return _state_as_of(snapshot, params.as_of, zone)
    return state_of_release(snapshot, params.release, zone)


def state_of_release(snapshot: Snapshot, release: int | None, zone: ZoneInfo = UTC_ZONE) -> State:
    """The state of a release, by default the newest; raises InvalidValue for none."""
    if release is None:
        number, moment, edition, _ = newest(snapshot)
        return State(number, moment, past=False, edition=edition, zone=zone)
    rows = _found(snapshot, "number", release)
    if not rows:
        reason = UNKNOWN_RELEASE.filled({"newest": newest(snapshot)[0]})
        raise bad_value("query", "release", str(release), reason)
    number, moment, edition, last = rows[0]
    return State(number, moment, past=number < last, edition=edition, zone=zone, fixed=True)


def newest(snapshot: Snapshot) -> Row:
    """Number, time and edition of the newest release, and its number once more.

    Raises DatabaseUnavailable before the first one.
    """
    rows = _found(snapshot, None, None)
    if not rows:
        raise DatabaseUnavailable("Nothing has been published yet.", "尚未发布任何数据。")
    return rows[0]


def _state_as_of(snapshot: Snapshot, as_of: str, zone: ZoneInfo) -> State:
    now = datetime.now(UTC)
    if _start(as_of, zone) > now:
        raise bad_value("query", "as_of", as_of, FUTURE)
    until = last_of(as_of, zone)
    rows = _found(snapshot, "until", until)
    number, moment, edition, last = rows[0] if rows else (0, None, None, 1)
    fixed = until < written(now - SETTLED)
    return State(number, moment, number < last, as_of, edition, zone, fixed)


def _found(snapshot: Snapshot, by: str | None, value: str | int | None) -> list[Row]:
    return _statement(snapshot.dialect, by).run(snapshot, {by: value} if by else {})


@lru_cache(maxsize=8)
def _statement(dialect: str, by: str | None) -> Statement:
    here, blanking = RELEASES.c, RELEASES.alias("blanking")
    edition = sa.select(sa.func.max(blanking.c.time)).join_from(
        TAKEDOWNS, blanking, blanking.c.number == TAKEDOWNS.c.release
    )
    last = sa.select(sa.func.max(RELEASES.alias("last").c.number))
    select = sa.select(here.number, here.time, edition.scalar_subquery(), last.scalar_subquery())
    if by == "number":
        select = select.where(here.number == sa.bindparam("number", type_=sa.Integer))
    elif by == "until":
        select = select.where(here.time <= sa.bindparam("until", type_=here.time.type))
    one: sa.ColumnElement[int] = sa.literal_column("1")
    return compiled(select.order_by(here.number.desc()).limit(one), dialect_named(dialect), ())
