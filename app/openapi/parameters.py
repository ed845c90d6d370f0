"""Parameters, described from the models that parse them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from app.openapi.parts import Schema, example_of, examples
from app.query import ListParams, Resource, StateParams
from app.query.request import names_of


def parameters(params: type[StateParams], resource: Resource | None) -> list[Schema]:
    """All parameters of an operation."""
    schema = params.model_json_schema()
    own = {"format"} if resource and resource.more else set()
    common = common_parameters().keys() - own
    return [
        {"$ref": f"#/components/parameters/{name}"}
        if name in common
        else _parameter(name, schema["properties"][name], schema.get("$defs", {}), resource)
        for name in names_of(params)
    ]


@cache
def common_parameters() -> dict[str, Schema]:
    """The parameters that are the same for all resources."""
    schema = ListParams.model_json_schema()
    return {name: _parameter(name, part, {}, None) for name, part in schema["properties"].items()}


def _parameter(name: str, part: Schema, definitions: Schema, resource: Resource | None) -> Schema:
    schema = _plain(part, definitions)
    example = _parameter_example(name, schema, resource)
    default = {"default": part["default"]} if part.get("default") is not None else {}
    # In words: with examples in the schema, documentation pages fill in every field.
    (shown,) = example if isinstance(example, list) else [example]
    shown = str(shown).lower() if isinstance(shown, bool) else shown
    required = {"required": True} if name == "indicator" and resource is None else {}
    return {
        "name": name,
        "in": "query",
        **required,
        "description": f"{part.get('description', '')} Example: `{shown}`.",
        "schema": {**schema, **default},
    }


def _parameter_example(name: str, schema: Schema, resource: Resource | None) -> Any:
    if name in FIXED_EXAMPLES:
        example: Any = FIXED_EXAMPLES[name]
    elif resource is None:
        example = examples()["codes"].get(name)
    elif name in resource.bounds:
        example = example_of(resource.name, resource.bounds[name].field)
    elif "enum" in schema.get("items", {}):
        example = schema["items"]["enum"][0]
    elif name in resource.asked:
        asked = resource.asked[name]
        example = examples()["codes"].get(asked.refers) or example_of(
            resource.name, asked.filter.field
        )
    else:
        example = None
    listed = schema.get("type") == "array" and not isinstance(example, list)
    return [example] if listed else example


FIXED_EXAMPLES: Mapping[str, Any] = {
    "release": 1,
    "as_of": "2026-11-24",
    "format": "csv",
    "bom": True,
    "limit": 50,
    "since": 1,
    "until": 1,
    "vintages": "all",
    "cursor": "WzEsIjBiYzFmMjNlNGQ1YSIsWzIwMjNdXQ",
    "q": "学位",
    "year": 2023,
    "issuer": "xxjyj",
    "source": "summary",
    "region_code": "330200",
    "has_alternative": True,
    "time_min": "2026-11-24",
    "time_max": "2026-11-24T02:00:00Z",
}


def _plain(part: Any, definitions: Schema) -> Any:
    """A schema without references and without null: an absent parameter is not sent."""
    if isinstance(part, list):
        return [_plain(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _plain(definitions[part["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in part:
        (kind,) = [option for option in part["anyOf"] if option.get("type") != "null"]
        rest = {key: value for key, value in part.items() if key != "anyOf"}
        return _plain({**kind, **rest}, definitions)
    if "const" in part:
        part = {**{k: v for k, v in part.items() if k != "const"}, "enum": [part["const"]]}
    dropped = ("title", "description", "default")
    return {key: _plain(item, definitions) for key, item in part.items() if key not in dropped}
