"""Codes that a request names: whether they exist or existed, and the nearest ones."""

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa

from app.db import Snapshot, dialect_named
from app.errors import AppError, NotFound, Withdrawn
from app.formats.day import day_of
from app.models import RELEASES, TAKEDOWNS, metadata
from app.models.base import CODE_LENGTH, CODE_PATTERN
from app.query.declare import Resource
from app.query.request import SHOWN, UNKNOWN_CODE, Pairs, bad_value, hints, nearest
from app.query.select import alive, release_parameter
from app.query.state import State
from app.query.statement import Statement, compiled

FEW = 10
"""Codes that are all told where none resembles the one that was given."""

NEIGHBOURS = 100
"""Codes before and behind an unknown one among which the nearest is looked for."""


def refuse_unknown_codes(snapshot: Snapshot, resource: Resource, given: Pairs) -> None:
    """Raise InvalidValue for the first code, given as (filter, code), that never existed."""
    for name, code in given:
        table = resource.asked[name].refers
        if not table:
            continue
        known = _known_statement(snapshot.dialect, table)
        if not known.run(snapshot, {"code": code}):
            near = near_codes(snapshot, table, code) or few_codes(snapshot, table)
            raise bad_value("query", name, code, UNKNOWN_CODE, near or None)


def absent(snapshot: Snapshot, resource: Resource, code: str, state: State) -> AppError:
    """Why a state has no row of this code: it never existed, is not there yet, or is gone."""
    if resource.key == "code" and re.fullmatch(CODE_PATTERN, code):
        if last := _last_version(snapshot, resource, code, state):
            return last
        if (first := _first_release(snapshot, resource.table, code)) is not None:
            return _not_found(
                resource,
                code,
                "not_yet",
                f"'{code}' was first published in release {first}, later than what was asked for.",
                f"“{code}”自第{first}版起发布，晚于所问的时间。",
            )
    if state.number == 0:
        return _not_found(
            resource,
            code[:SHOWN],
            "nothing_yet",
            f"Nothing had been published at {state.as_of}.",
            f"{state.as_of}时尚未发布任何数据。",
        )
    likely = re.sub(r"[^a-z0-9-]", "", code.lower())
    near = near_codes(snapshot, resource.table, likely) if resource.key == "code" else []
    near = [found for found in near if found != code]
    few = few_codes(snapshot, resource.table) if resource.key == "code" and not near else []
    listed = f"/v1/{resource.name}?fields={resource.key}"
    hint, hint_zh = hints(near[0]) if near else (f" {listed} lists them.", f"，可查 {listed}")
    shown = code[:SHOWN]
    return _not_found(
        resource,
        shown,
        "not_found",
        f"Release {state.number} has no '{shown}' among {resource.name}.{hint}",
        f"第{state.number}版的{resource.zh}中没有“{shown}”{hint_zh}。",
        near or few,
    )


def _not_found(
    resource: Resource,
    code: str,
    reason: str,
    detail: str,
    detail_zh: str,
    allowed: Sequence[str] = (),
) -> NotFound:
    place = {"in": "path", "name": resource.key, "value": code, "reason": reason}
    suggestion = nearest(code.lower(), allowed)
    return NotFound(
        detail, detail_zh, [{**place, "suggestion": suggestion, "allowed": list(allowed) or None}]
    )


def _first_release(snapshot: Snapshot, table: str, code: str) -> int | None:
    rows = _first_statement(snapshot.dialect, table).run(snapshot, {"code": code[:CODE_LENGTH]})
    first: int | None = rows[0][0]
    return first


@lru_cache(maxsize=32)
def _first_statement(dialect: str, table: str) -> Statement:
    here = metadata.tables[table].c
    select = sa.select(sa.func.min(here.release_from))
    select = select.where(here.code == sa.bindparam("code", type_=here.code.type))
    return compiled(select, dialect_named(dialect), ())


def _last_version(
    snapshot: Snapshot, resource: Resource, code: str, state: State
) -> Withdrawn | None:
    statement = _last_statement(snapshot.dialect, resource.table)
    rows = statement.run(snapshot, {"code": code[:CODE_LENGTH], "release": state.number})
    if not rows:
        return None
    number, cause, *rest = rows[0]
    en, zh = _told(state, "Withdrawn", "撤回", number, *rest)
    later = _takedown_statement(snapshot.dialect).run(
        snapshot,
        {
            "resource": resource.name,
            "code": code[:CODE_LENGTH],
            "closed": number,
            "release": state.number,
        },
    )
    if later:
        more_en, more_zh = _told(state, "Its content was removed", "删除其内容", *later[0])
        en, zh = f"{en} {more_en}", f"{zh}{more_zh}"
    return Withdrawn(
        en,
        zh,
        last_release=number - 1,
        cause=cause,
        last_version=f"/v1/{resource.name}/{code}?release={number - 1}",
    )


def _told(
    state: State,
    what_en: str,
    what_zh: str,
    number: int,
    time: str,
    note_zh: str | None,
    note_en: str | None,
) -> tuple[str, str]:
    """What a release did to a row and why, in English and in Chinese."""
    day = day_of(time, state.zone)
    zh, en = note_zh or note_en, note_en or note_zh
    return (
        f"{what_en} in release {number} ({day})" + (f": {en}" if en else "."),
        f"已在第{number}版（{day}）{what_zh}" + (f"：{zh}" if zh else "。"),
    )


@lru_cache(maxsize=32)
def _last_statement(dialect: str, table: str) -> Statement:
    """The release that closed the last version of a code, up to a release."""
    here, release = metadata.tables[table].c, RELEASES.c
    select = (
        sa.select(release.number, release.cause, release.time, release.note_zh, release.note_en)
        .join_from(metadata.tables[table], RELEASES, release.number == here.release_to)
        .where(here.code == sa.bindparam("code", type_=here.code.type))
        .where(here.release_to <= release_parameter())
        .order_by(here.release_to.desc())
        .limit(1)
    )
    return compiled(select, dialect_named(dialect), ())


@lru_cache(maxsize=2)
def _takedown_statement(dialect: str) -> Statement:
    """The last release that removed the content of a row after it was closed."""
    here, release = TAKEDOWNS.c, RELEASES.c
    select = (
        sa.select(release.number, release.time, release.note_zh, release.note_en)
        .join_from(TAKEDOWNS, RELEASES, release.number == here.release)
        .where(here.resource == sa.bindparam("resource"), here.code == sa.bindparam("code"))
        .where(here.release > sa.bindparam("closed", type_=sa.Integer()))
        .where(here.release <= release_parameter())
        .order_by(here.release.desc())
        .limit(1)
    )
    return compiled(select, dialect_named(dialect), ())


@lru_cache(maxsize=32)
def _known_statement(dialect: str, table: str) -> Statement:
    """Whether a code exists in any release."""
    here = metadata.tables[table].c
    select = sa.select(here.code).where(here.code == sa.bindparam("code", type_=here.code.type))
    return compiled(select.limit(1), dialect_named(dialect), ())


def near_codes(snapshot: Snapshot, table: str, code: str) -> list[str]:
    """The codes that most resemble one, among its neighbours in the order of codes."""
    neighbours: list[str] = []
    for upward in (True, False):
        statement = _neighbours_statement(snapshot.dialect, table, upward)
        neighbours += [row[0] for row in statement.run(snapshot, {"code": code[:CODE_LENGTH]})]
    return difflib.get_close_matches(code[:CODE_LENGTH], sorted(neighbours), n=5)


def few_codes(snapshot: Snapshot, table: str) -> list[str]:
    """All codes of a table, where they are few enough to be told."""
    statement = _neighbours_statement(snapshot.dialect, table, True)
    rows = statement.run(snapshot, {"code": ""})
    return [row[0] for row in rows] if len(rows) <= FEW else []


@lru_cache(maxsize=64)
def _neighbours_statement(dialect: str, table: str, upward: bool) -> Statement:
    here = metadata.tables[table].c
    given = sa.bindparam("code", type_=here.code.type)
    side = here.code >= given if upward else here.code < given
    order = here.code.asc() if upward else here.code.desc()
    select = sa.select(here.code).distinct().where(side, alive(metadata.tables[table], past=False))
    return compiled(select.order_by(order).limit(NEIGHBOURS), dialect_named(dialect), ())
