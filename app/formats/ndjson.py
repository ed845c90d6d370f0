"""NDJSON: one JSON object a line, without envelope, for programs that read row by row."""

import orjson

from app.formats.base import Answer, Format


def write(answer: Answer) -> bytes:
    """The rows as lines of JSON."""
    names = [column.name for column in answer.columns]
    return b"".join(
        orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
        for row in answer.rows
    )


NDJSON = Format("ndjson", "application/x-ndjson", "newline-delimited JSON, one row a line", write)
