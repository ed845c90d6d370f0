"""How a plan file is written: keys in reading order, short things on one line."""

import json
from typing import Any, get_args

from pydantic import BaseModel

from app.models.base import unwrap
from app.publish.plan_file import PlanFile

WIDTH = 160


def write_plan(raw: dict[str, Any]) -> str:
    """The text of a plan file."""
    return _text(in_order(raw, PlanFile), 0) + "\n"


def in_order(raw: Any, model: type[BaseModel]) -> Any:
    """The same values with the keys in the order of the model's fields; unknown keys come last."""
    if not isinstance(raw, dict):
        return raw
    ordered: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        if key in raw:
            ordered[key] = _ordered_value(raw[key], info.annotation)
    return ordered | {key: value for key, value in raw.items() if key not in ordered}


def _ordered_value(value: Any, annotation: Any) -> Any:
    inner, _ = unwrap(annotation)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return in_order(value, inner)
    parts = get_args(inner)
    if parts and isinstance(value, list):
        return [_ordered_value(item, parts[0]) for item in value]
    return value


def _text(value: Any, depth: int) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value:
        return line
    if _flat(value) and _columns(line) + 2 * depth <= WIDTH:
        return line
    indent = "  " * (depth + 1)
    if isinstance(value, dict):
        items = [
            f"{indent}{json.dumps(key, ensure_ascii=False)}: {_text(inner, depth + 1)}"
            for key, inner in value.items()
        ]
        return "{\n" + ",\n".join(items) + "\n" + "  " * depth + "}"
    items = [f"{indent}{_text(inner, depth + 1)}" for inner in value]
    return "[\n" + ",\n".join(items) + "\n" + "  " * depth + "]"


def _flat(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    return not any(isinstance(item, dict | list) for item in inner)


def _columns(line: str) -> int:
    """Width on a screen, where a Chinese character takes two columns."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in line)
