"""Rows of a resource: lists and details, each in one snapshot."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from app.db import Snapshot
from app.errors import InvalidValue
from app.formats.base import Row
from app.formats.column import Column
from app.models.base import CODE_LENGTH, CODE_PATTERN
from app.query.codes import absent, refuse_unknown_codes
from app.query.cursor import Cursor, foreign, question, read_cursor
from app.query.declare import Asked, Nested, Resource
from app.query.params import DEFAULT_LIMIT, LARGEST, ListParams
from app.query.request import LATER_THAN_STATE, Pairs, bad_value
from app.query.select import (
    COUNTED_WITH_QUERY,
    MANY,
    RELEASE_TO,
    Shape,
    bare,
    candidates_statement,
    facet_statement,
    proof_statement,
    rows_statement,
)
from app.query.state import State, first_of, last_of, state_of, state_of_release
from app.query.statement import Values, padded
from app.search import needed_grams, words_of

CODE = re.compile(CODE_PATTERN)
NUMBER = re.compile(r"[1-9]\d{0,9}", re.ASCII)

Lists = dict[str, tuple[Sequence[Column], list[list[Row]]]]
"""Nested lists by name: their columns, and for each row its list."""

Facets = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Page:
    """What a list answers."""

    columns: Sequence[Column]
    rows: list[Row]
    total: int
    total_is: str
    """exact, or at_least where counting stopped."""
    cursor: str | None
    """Where the next page begins; None on the last."""
    nested: Lists = field(default_factory=dict)
    facets: Facets | None = None


@dataclass(frozen=True)
class Detail:
    """What a detail answers."""

    row: Row
    nested: Lists


def list_state(snapshot: Snapshot, resource: Resource, params: ListParams, zone: ZoneInfo) -> State:
    """The state that a list shows; a later page shows that of the first one."""
    state = _state(snapshot, resource, params, zone)
    if params.since is not None and params.since > state.number:
        reason = LATER_THAN_STATE.filled({"shown": state.number})
        raise bad_value("query", "since", str(params.since), reason)
    return state


def _state(snapshot: Snapshot, resource: Resource, params: ListParams, zone: ZoneInfo) -> State:
    cursor = read_cursor(resource, params, sort_of(resource, params))
    if cursor is None:
        return state_of(snapshot, params, zone)
    if params.as_of is not None and state_of(snapshot, params, zone).number != cursor.release:
        raise foreign(params)
    try:
        return replace(state_of_release(snapshot, cursor.release, zone), as_of=params.as_of)
    except InvalidValue:
        raise foreign(params) from None


def fetch(
    snapshot: Snapshot, resource: Resource, params: ListParams, state: State, zone: ZoneInfo
) -> Page:
    """One page of a list in a state; days are those of the time zone."""
    sort = sort_of(resource, params)
    cursor = read_cursor(resource, params, sort)
    shape, values = _asked(resource, params, sort, state, zone)
    if shape.words:
        shape, values = _with_grams(snapshot, shape, values, state)
    paged, bound = _paged(shape, values, params, cursor)
    found = rows_statement(paged, snapshot.dialect).run(snapshot, bound)
    more = len(found) > params.limit
    rows = _shown(shape, found[: params.limit])
    counted = more or cursor is not None
    total = _proved(snapshot, shape, values, state, len(found), counted)
    following = None
    if more:
        last = _keys(shape, found[params.limit - 1])
        following = Cursor(state.number, question(resource, params), last).written()
    counted_out = bool(shape.words) and not shape.since and total > COUNTED_WITH_QUERY
    return Page(
        columns=_columns(shape),
        rows=rows,
        total=COUNTED_WITH_QUERY if counted_out else total,
        total_is="at_least" if counted_out else "exact",
        cursor=following,
        nested=_included(snapshot, resource, params, shape, rows, state),
        facets=_facets(snapshot, params, shape, values, state),
    )


def sort_of(resource: Resource, params: ListParams) -> tuple[str, ...]:
    """The fields that order a list: those asked for, then the usual ones, up to the key."""
    return _whole_sort(resource, tuple(getattr(params, "sort", None) or ()))


@lru_cache(maxsize=512)
def _whole_sort(resource: Resource, asked: tuple[str, ...]) -> tuple[str, ...]:
    sort: list[str] = []
    for key in (*asked, *resource.order):
        if bare(key) not in map(bare, sort):
            sort.append(key)
        if bare(key) == resource.key:
            break
    return tuple(sort)


def _asked(
    resource: Resource,
    params: ListParams,
    sort: tuple[str, ...],
    state: State,
    zone: ZoneInfo,
) -> tuple[Shape, Values]:
    values: Values = {"release": state.number}
    if params.since is not None:
        values["since"] = params.since
    given_names = params.model_fields_set
    filters, bounds = [], []
    for name in resource.asked:
        if name in given_names and (given := getattr(params, name)):
            distinct = padded(given)
            filters.append((name, len(distinct)))
            values |= {f"{name}_{n}": value for n, value in enumerate(distinct)}
    for name, chosen in resource.bounds.items():
        bound = getattr(params, name) if name in given_names else None
        if bound is not None:
            if resource.column[chosen.field].type == "time":
                bound = (first_of if chosen.least else last_of)(bound, zone)
            bounds.append(name)
            values[name] = bound
    words = words_of(getattr(params, "q", None) or "")
    values |= {f"word_{n}": word for n, word in enumerate(words)}
    columns = tuple(resource.column)
    if fields := getattr(params, "fields", None):
        columns = tuple(name for name in columns if name in fields or name == resource.key)
    shape = Shape(
        resource=resource,
        columns=columns,
        sort=sort,
        filters=tuple(filters),
        bounds=tuple(bounds),
        words=len(words),
        past=state.past,
        since=params.since is not None,
    )
    return shape, values


def _with_grams(
    snapshot: Snapshot, shape: Shape, values: Values, state: State
) -> tuple[Shape, Values]:
    """The search with what the index is asked, where that leads to few rows.

    To look up all rows that may match costs as many; to read rows in their order until a page is
    full costs the more the rarer they are.
    """
    words = [values[f"word_{n}"] for n in range(shape.words)]
    values = {**values, "needed": needed_grams(words, snapshot.dialect)}
    statement = candidates_statement(shape.resource.table, snapshot.dialect)
    ((found, rows),) = statement.recalled(snapshot, _release(state), values)
    few = found <= MANY
    return replace(shape, few=few, rare=few and found**2 <= (rows or 0) * DEFAULT_LIMIT), values


def _release(state: State) -> Hashable:
    """What a count belongs to."""
    return state.number, state.edition


def _columns(shape: Shape) -> list[Column]:
    columns = [shape.resource.column[name] for name in shape.columns]
    return [*columns, RELEASE_TO] if shape.tells_end else columns


def _paged(
    shape: Shape, values: Values, params: ListParams, cursor: Cursor | None
) -> tuple[Shape, Values]:
    """The page that is asked for, and one row more, which tells whether another one follows."""
    values = {**values, "limit": params.limit + 1}
    if cursor is None:
        return shape, values
    after = zip(shape.sort, cursor.keys, strict=True)
    values |= {f"after_{bare(key)}": value for key, value in after if value is not None}
    return replace(shape, after=tuple(value is None for value in cursor.keys)), values


def _shown(shape: Shape, found: list[Row]) -> list[Row]:
    """Rows without what stands behind their columns."""
    if not shape.behind:
        return found
    width = len(_columns(shape))
    return [row[:width] for row in found]


def _keys(shape: Shape, row: Row) -> list[Any]:
    """The fields of a row that order it."""
    behind = dict(zip(shape.behind, row[len(_columns(shape)) :], strict=True))
    place = shape.columns.index
    return [behind[key] if key in behind else row[place(bare(key))] for key in shape.sort]


def _proved(
    snapshot: Snapshot, shape: Shape, values: Values, state: State, found: int, counted: bool
) -> int:
    """The total; raises InvalidValue where a code that was asked for never existed.

    A single code that some row has exists: only the others are looked up, with the total.
    """
    doubtful = [
        (name, asked.refers, count)
        for name, count in shape.filters
        for asked in [shape.resource.asked[name]]
        if asked.refers and (count > 1 or found == 0)
    ]
    if not counted and not doubtful:
        return found
    codes = tuple((table, count) for _, table, count in doubtful)
    bound = dict(values)
    given: Pairs = []
    for place, (name, _, count) in enumerate(doubtful):
        these = [values[f"{name}_{n}"] for n in range(count)]
        given += [(name, code) for code in dict.fromkeys(these)]
        bound |= {f"codes{place}_{n}": code for n, code in enumerate(these)}
    statement = proof_statement(shape.counted() if counted else None, codes, snapshot.dialect)
    if codes:  # a later release can bring a code into being
        row = list(statement.run(snapshot, bound)[0])
    else:
        row = list(statement.recalled(snapshot, _release(state), bound)[0])
    total = row.pop(0) if counted else found
    if sum(row) < len(given):
        refuse_unknown_codes(snapshot, shape.resource, given)
    return int(total)


# --- lists inside rows, and counted values ---


def _included(
    snapshot: Snapshot,
    resource: Resource,
    params: ListParams,
    shape: Shape,
    rows: list[Row],
    state: State,
) -> Lists:
    wanted = getattr(params, "include", None) or ()
    if not wanted:
        return {}
    place = shape.columns.index(resource.key)
    codes = [row[place] for row in rows]
    return {
        inner.name: (inner.shown, nested_rows(snapshot, inner, codes, state))
        for inner in resource.nested
        if inner.name in wanted
    }


def nested_rows(
    snapshot: Snapshot, inner: Nested, codes: Sequence[str | int], state: State
) -> list[list[Row]]:
    """For each code the rows nested in it, in their usual order: one statement for all."""
    if not codes:
        return []
    wanted = padded(codes)
    shape = Shape(
        resource=inner.of,
        columns=inner.columns,
        sort=(inner.by, *(key for key in inner.of.order if bare(key) != inner.by)),
        filters=((inner.by, len(wanted)),),
        past=state.past,
        limited=False,
    )
    values = {f"{inner.by}_{n}": code for n, code in enumerate(wanted)}
    statement = rows_statement(shape, snapshot.dialect)
    found = statement.run(snapshot, {**values, "release": state.number})
    lists: dict[str | int, list[Row]] = {code: [] for code in codes}
    place = len(inner.columns)  # where the first key stands
    for row, shown in zip(found, _shown(shape, found), strict=True):
        lists[row[place]].append(shown)
    return [lists[code] for code in codes]


def _facets(
    snapshot: Snapshot, params: ListParams, shape: Shape, values: Values, state: State
) -> Facets | None:
    names = tuple(dict.fromkeys(getattr(params, "facets", None) or ()))
    if not names:
        return None
    counted: Facets = {}
    for name in names:
        statement = facet_statement(shape.counted(), name, snapshot.dialect)
        rows = statement.recalled(snapshot, _release(state), values)
        found = [_facet_value(shape.resource.asked[name], *row) for row in rows]
        counted[name] = sorted(found, key=lambda entry: (-entry["count"], str(entry["value"])))
    return counted


def _facet_value(
    asked: Asked, value: str, count: int, zh: str | None, en: str | None
) -> dict[str, Any]:
    if asked.choices:
        zh, en = asked.choices(value).zh, asked.choices(value).en
    elif asked.kind is bool:
        zh, en = ("是", "yes") if value == "true" else ("否", "no")
    kinds: dict[type, Any] = {bool: value == "true", int: int(value) if asked.kind is int else 0}
    return {
        "value": kinds.get(asked.kind, value),
        "label_zh": zh or value,
        "label_en": en or value,
        "count": count,
    }


# --- details ---


def fetch_one(
    snapshot: Snapshot, resource: Resource, code: str, state: State, with_lists: bool
) -> Detail:
    """One row of a state, with its nested lists where wanted; raises NotFound or Withdrawn."""
    value = _key(resource, code)
    if value is None:
        raise absent(snapshot, resource, code, state)
    shape = Shape(
        resource=resource,
        columns=tuple(resource.column),
        sort=(resource.key,),
        filters=((resource.key, 1),),
        past=state.past,
        limited=False,
    )
    statement = rows_statement(shape, snapshot.dialect)
    found = statement.run(snapshot, {f"{resource.key}_0": value, "release": state.number})
    if not found:
        raise absent(snapshot, resource, code, state)
    nested: Lists = {
        inner.name: (inner.shown, nested_rows(snapshot, inner, [value], state))
        for inner in resource.nested
        if with_lists
    }
    return Detail(_shown(shape, found)[0], nested)


def _key(resource: Resource, code: str) -> str | int | None:
    """The key that an address names; None where it can be that of no row."""
    if resource.column[resource.key].type == "integer":
        return int(code) if NUMBER.fullmatch(code) and int(code) <= LARGEST else None
    return code if CODE.fullmatch(code) and len(code) <= CODE_LENGTH else None
