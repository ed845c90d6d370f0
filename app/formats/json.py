"""JSON: the envelope of data, meta and links."""

from collections.abc import Sequence
from typing import Any

import orjson

from app.formats.base import Answer, Format, Row
from app.formats.column import Column


def _objects(columns: Sequence[Column], rows: Sequence[Row]) -> list[dict[str, Any]]:
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def write(answer: Answer) -> bytes:
    """The answer as UTF-8 JSON; a detail's `data` is an object, a list's an array."""
    data = _objects(answer.columns, answer.rows)
    for name, (columns, lists) in answer.nested.items():
        for row, inner in zip(data, lists, strict=True):
            row[name] = _objects(columns, inner)
    return orjson.dumps(
        {
            "data": data[0] if answer.one else data,
            "meta": answer.meta,
            "links": answer.links,
        }
    )


JSON = Format("json", "application/json", "JSON with data, meta and links", write)
