"""Small parts of the description, and the example of each field."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from app.settings import bundled

Schema = dict[str, Any]

PERMANENT = "Address of this very answer, which never changes"


def example_of(rows: str, name: str) -> Any:
    """The example of a field, in the rows of a resource."""
    return examples()["rows"].get(rows, {}).get(name)


@cache
def examples() -> dict[str, Any]:
    """A value of each field, taken from what is published where something is."""
    text = (bundled("data") / "examples.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def ref(name: str) -> Schema:
    """A schema that stands elsewhere."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def words(meaning: str, example: Any, nullable: bool = False, **more: Any) -> Schema:
    """A text."""
    kind: Any = ["string", "null"] if nullable else "string"
    return {"type": kind, "description": meaning, "examples": [example], **more}


def whole(meaning: str, example: int, nullable: bool = False) -> Schema:
    """A whole number."""
    kind: Any = ["integer", "null"] if nullable else "integer"
    return {"type": kind, "description": meaning, "examples": [example]}


def structure(properties: Schema, optional: Sequence[str] = (), **more: Any) -> Schema:
    """An object."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties, **more}
