"""Rows of a resource: lists and details, each in one snapshot."""

import difflib
import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from app.db import Snapshot, dialect_named
from app.errors import AppError, DatabaseUnavailable, InvalidValue, NotFound
from app.formats.base import Row
from app.formats.column import Column
from app.models import RELEASES, metadata
from app.models.base import CODE_LENGTH, CODE_PATTERN, columns_of
from app.query.declare import DetailParams, ListParams, Nested, Resource
from app.query.request import FOREIGN_CURSOR, UNKNOWN_CODE, UNKNOWN_RELEASE, bad_value
from app.query.statement import Shape, Statement, Values, compiled, statement_for

CODE = re.compile(CODE_PATTERN)

NEIGHBOURS = 100
"""Codes before and behind an unknown one among which the nearest is looked for."""


@dataclass(frozen=True)
class State:
    """The release that an answer shows."""

    number: int
    time: str
    past: bool
    """Asked for by number, so the current rows may be others."""


@dataclass(frozen=True)
class Page:
    """What a list answers."""

    rows: list[Row]
    total: int
    state: State
    cursor: str | None
    """Where the next page begins; None on the last."""


@dataclass(frozen=True)
class Detail:
    """What a detail answers."""

    row: Row
    nested: dict[str, tuple[Sequence[Column], list[Row]]]
    state: State


def state_of(snapshot: Snapshot, release: int | None) -> State:
    """The release that is asked for, by default the newest; raises InvalidValue for none."""
    rows = _releases(snapshot, release)
    if not rows:
        newest = _releases(snapshot, None)
        if not newest:
            raise DatabaseUnavailable("Nothing has been published yet.", "尚未发布任何数据。")
        reason = UNKNOWN_RELEASE.filled({"newest": newest[0][0]})
        raise bad_value("query", "release", str(release), reason)
    number, time = rows[0]
    return State(number, time, past=release is not None)


def _releases(snapshot: Snapshot, release: int | None) -> list[Row]:
    statement = _release_statement(snapshot.dialect, release is None)
    return statement.run(snapshot, {} if release is None else {"number": release})


@lru_cache(maxsize=4)
def _release_statement(dialect: str, newest: bool) -> Statement:
    select = sa.select(RELEASES.c.number, RELEASES.c.time)
    if newest:
        select = select.order_by(RELEASES.c.number.desc()).limit(1)
    else:
        select = select.where(RELEASES.c.number == sa.bindparam("number", type_=sa.Integer))
    return compiled(select, dialect_named(dialect), ())


def fetch(snapshot: Snapshot, resource: Resource, params: ListParams) -> Page:
    """One page of a list."""
    cursor = _cursor(resource, params)
    release = cursor.release if cursor else params.release
    state = state_of(snapshot, release)
    shape, values = _asked(resource, params, state)
    rows, keys = _rows(snapshot, shape, {**values, "limit": params.limit + 1}, cursor)
    more = len(rows) > params.limit
    total = len(rows)
    if more or cursor:
        total = _total(snapshot, shape, values)
    if total == 0 or any(count > 1 for _, count in shape.filters):
        _refuse_unknown_codes(snapshot, resource, params)
    following = None
    if more:
        last = list(keys[params.limit - 1])
        following = Cursor(state.number, _question(resource, params), last).written()
    return Page(rows[: params.limit], total, state, following)


def _asked(resource: Resource, params: ListParams, state: State) -> tuple[Shape, Values]:
    values: Values = {"release": state.number}
    filters = []
    for chosen in resource.filters:
        if given := getattr(params, chosen.name):
            distinct = _rounded(list(dict.fromkeys(given)))
            filters.append((chosen.name, len(distinct)))
            values |= {f"{chosen.name}_{n}": value for n, value in enumerate(distinct)}
    shape = Shape(
        table=resource.table,
        row=resource.row,
        columns=tuple(column.name for column in resource.columns),
        order=resource.order,
        filters=tuple(filters),
        past=state.past,
    )
    return shape, values


def _rounded(values: list[Any]) -> list[Any]:
    """Repeat the last value up to a power of two, so that there are few shapes."""
    size = 1 << (len(values) - 1).bit_length()
    return values + values[-1:] * (size - len(values))


def _rows(
    snapshot: Snapshot, shape: Shape, values: Values, cursor: "Cursor | None" = None
) -> tuple[list[Row], list[Row]]:
    """Rows and, beside them, the keys that order them."""
    if cursor:
        names = [key.lstrip("-") for key in shape.order]
        keys = dict(zip((f"after_{name}" for name in names), cursor.keys, strict=True))
        shape, values = Shape(**{**vars(shape), "after": True}), {**values, **keys}
    found = statement_for(shape, snapshot.dialect).run(snapshot, values)
    width = len(shape.columns)
    return [row[:width] for row in found], [row[width:] for row in found]


def _total(snapshot: Snapshot, shape: Shape, values: Values) -> int:
    counting = Shape(**{**vars(shape), "counts": True, "limited": False})
    total: int = statement_for(counting, snapshot.dialect).run(snapshot, values)[0][0]
    return total


def fetch_one(snapshot: Snapshot, resource: Resource, code: str, params: DetailParams) -> Detail:
    """One row with its nested lists; raises NotFound."""
    state = state_of(snapshot, params.release)
    if not CODE.fullmatch(code):
        raise _not_found(snapshot, resource, code, state)
    shape = Shape(
        table=resource.table,
        row=resource.row,
        columns=tuple(column.name for column in resource.columns),
        order=("code",),
        filters=(("code", 1),),
        past=state.past,
        limited=False,
    )
    rows, _ = _rows(snapshot, shape, {"code_0": code, "release": state.number})
    if not rows:
        raise _not_found(snapshot, resource, code, state)
    nested = {
        inner.name: (columns, lists)
        for inner in resource.nested
        for columns, lists in [_nested(snapshot, inner, code, state)]
    }
    return Detail(rows[0], nested, state)


def _nested(
    snapshot: Snapshot, inner: Nested, code: str, state: State
) -> tuple[Sequence[Column], list[Row]]:
    shape = Shape(
        table=inner.table,
        row=inner.row,
        columns=inner.columns,
        order=inner.order,
        filters=((inner.by, 1),),
        past=state.past,
        limited=False,
    )
    by_name = {column.name: column for column in columns_of(inner.row)}
    rows, _ = _rows(snapshot, shape, {f"{inner.by}_0": code, "release": state.number})
    return [by_name[name] for name in inner.columns], rows


def _not_found(snapshot: Snapshot, resource: Resource, code: str, state: State) -> AppError:
    likely = re.sub(r"[^a-z0-9-]", "", code.lower())
    near = [found for found in _near_codes(snapshot, resource.table, likely) if found != code]
    hint = f" Did you mean '{near[0]}'?" if near else ""
    hint_zh = f"，您要找的可能是“{near[0]}”" if near else ""
    shown = code[:200]
    return NotFound(
        f"Release {state.number} has no '{shown}' among {resource.name}.{hint}",
        f"第{state.number}版的{resource.zh}中没有“{shown}”{hint_zh}。",
        [
            {
                "in": "path",
                "name": "code",
                "value": shown,
                "reason": "not_found",
                "suggestion": near[0] if near else None,
                "allowed": None,
            }
        ],
    )


def _refuse_unknown_codes(snapshot: Snapshot, resource: Resource, params: ListParams) -> None:
    for chosen in resource.filters:
        table = resource.refers(chosen.name)
        given = getattr(params, chosen.name) if table else None
        if not table or not given:
            continue
        known = _known_codes(snapshot, table, given)
        for code in given:
            if code not in known:
                near = _near_codes(snapshot, table, code)
                raise bad_value("query", chosen.name, code, UNKNOWN_CODE, near)


def _known_codes(snapshot: Snapshot, table: str, codes: Sequence[str]) -> set[str]:
    """Those of some codes that exist or existed."""
    wanted = _rounded(list(dict.fromkeys(codes)))
    statement = _codes_statement(snapshot.dialect, table, len(wanted))
    rows = statement.run(snapshot, {f"code_{n}": code for n, code in enumerate(wanted)})
    return {row[0] for row in rows}


@lru_cache(maxsize=256)
def _codes_statement(dialect: str, table: str, count: int) -> Statement:
    column = metadata.tables[table].c.code
    values = [sa.bindparam(f"code_{n}", type_=column.type) for n in range(count)]
    select = sa.select(column).where(column.in_(values)).distinct()
    return compiled(select, dialect_named(dialect), ())


def _near_codes(snapshot: Snapshot, table: str, code: str) -> list[str]:
    """The codes that most resemble one, among its neighbours in the order of codes."""
    neighbours: list[str] = []
    for upward in (True, False):
        statement = _neighbours_statement(snapshot.dialect, table, upward)
        neighbours += [row[0] for row in statement.run(snapshot, {"code": code[:CODE_LENGTH]})]
    return difflib.get_close_matches(code[:CODE_LENGTH], sorted(neighbours), n=5)


@lru_cache(maxsize=64)
def _neighbours_statement(dialect: str, table: str, upward: bool) -> Statement:
    here = metadata.tables[table].c
    given = sa.bindparam("code", type_=here.code.type)
    side = here.code > given if upward else here.code < given
    order = here.code.asc() if upward else here.code.desc()
    select = sa.select(here.code).where(side, here.release_to.is_(None))
    return compiled(select.order_by(order).limit(NEIGHBOURS), dialect_named(dialect), ())


# A cursor carries the release of its first page, so all pages show one state.


@dataclass(frozen=True)
class Cursor:
    """The place behind a page: which release, which question, the last row's keys."""

    release: int
    question: str
    keys: list[Any]

    def written(self) -> str:
        """The cursor as it stands in an address."""
        packed = orjson.dumps([self.release, self.question, self.keys])
        return urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def _cursor(resource: Resource, params: ListParams) -> Cursor | None:
    if params.cursor is None:
        return None
    cursor = _unpacked(params.cursor)
    kinds = [metadata.tables[resource.table].c[key.lstrip("-")].type for key in resource.order]
    if (
        cursor is None
        or cursor.question != _question(resource, params)
        or params.release not in (None, cursor.release)
        or [type(key) for key in cursor.keys] != [kind.python_type for kind in kinds]
    ):
        raise _foreign(params.cursor)
    return cursor


def _unpacked(text: str) -> Cursor | None:
    try:
        release, question, keys = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError):
        return None
    sound = type(release) is int and 1 <= release < 2**31 and isinstance(keys, list)
    sound = sound and all(type(key) in (int, str) for key in keys)
    small = sound and all(
        "\x00" not in key if isinstance(key, str) else abs(key) < 2**31 for key in keys
    )
    return Cursor(release, question, keys) if small else None


def _foreign(text: str) -> InvalidValue:
    return bad_value("query", "cursor", text, FOREIGN_CURSOR)


def _question(resource: Resource, params: ListParams) -> str:
    asked = params.model_dump(exclude={"limit", "cursor", "release"}, exclude_none=True)
    text = orjson.dumps([resource.name, asked], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:12]
