"""Cursors: the place behind a page, so that the next one goes on from there, of the same state."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from app.formats.column import Column
from app.query.declare import Resource
from app.query.params import LARGEST, LARGEST_FIGURE, ListParams
from app.query.request import FOREIGN_CURSOR, bad_value
from app.query.select import key_column


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


def question(resource: Resource, params: ListParams) -> str:
    """What a cursor belongs to: the resource with filters, order and words searched for."""
    left_out = {"limit", "cursor", "release", "as_of", "format", "bom", "fields", "include"}
    asked = params.model_dump(exclude=left_out | {"facets"}, exclude_none=True)
    text = orjson.dumps([resource.name, asked], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:12]


def read_cursor(resource: Resource, params: ListParams, sort: tuple[str, ...]) -> Cursor | None:
    """The cursor of a request, if it has one; raises InvalidValue where it does not fit."""
    if params.cursor is None:
        return None
    cursor = _unpacked(params.cursor)
    columns = [key_column(resource, key) for key in sort]
    if (
        cursor is None
        or cursor.question != question(resource, params)
        or params.release not in (None, cursor.release)
        or len(cursor.keys) != len(columns)
        or not all(map(_fits, cursor.keys, columns))
    ):
        raise foreign(params)
    return cursor


def foreign(params: ListParams) -> Exception:
    """The refusal of a cursor."""
    return bad_value("query", "cursor", params.cursor or "", FOREIGN_CURSOR)


def _unpacked(text: str) -> Cursor | None:
    try:
        release, asked, keys = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError):
        return None
    sound = type(release) is int and 1 <= release <= LARGEST and isinstance(keys, list)
    return Cursor(release, asked, keys) if sound else None


def _fits(key: Any, column: Column) -> bool:
    """Whether a key is one that a row can have; a forged one must not reach the database."""
    if key is None:
        return column.nullable
    match column.type:
        case "integer":
            return type(key) is int and abs(key) <= LARGEST
        case "number":
            return type(key) in (int, float) and abs(key) <= LARGEST_FIGURE
        case "boolean":
            return type(key) is bool
        case "date":
            return isinstance(key, str) and _is_day(key)
    return isinstance(key, str) and "\x00" not in key


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
