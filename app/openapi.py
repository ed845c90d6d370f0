"""The description of the API (OpenAPI 3.1), made from the declarations of the resources."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from app import __version__
from app.envelope import LICENSE
from app.errors import PROBLEM_JSON, AppError, MalformedRequest, all_problems
from app.formats import FORMATS
from app.formats.column import Column
from app.models.base import CODE_PATTERN
from app.query import DetailParams, ListParams, Nested, Resource, StateParams
from app.query.request import names_of
from app.settings import bundled

Schema = dict[str, Any]

TYPES: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "date-time"},
}

INTRODUCTION = """Areas, tasks, promised figures, bodies and documents to be issued, as data that \
can be queried, checked and quoted. 政府年度工作要点开放数据：可查询、可核对、可引用。

**Figures.** `value` is null where the source masks the number or gives none; `value_status` says \
which, and `value_text_zh` / `value_text_en` are ready to print. Null is never 0.

**Time.** Nothing is overwritten. `release=n` shows the state of a release, which never changes; \
`as_of=` shows the newest release not later than a day or an instant. `links.permanent` is the \
address to quote.

**Lists.** Repeat a filter for OR; different filters are AND. `sort`, `fields`, `include` and \
`facets` take names, separated by commas or repeated. Pages follow `links.next`. What an address \
does not have is refused with 422 and the nearest name, never ignored.

**Formats.** JSON, CSV and NDJSON: by `format=`, or by a suffix of the path, as in \
`/v1/targets.csv`, or by `Accept`, in this order. CSV and NDJSON carry next page, licence and \
permanent address in the header `Link`. HEAD and OPTIONS work on every address; all answers may \
be read from any origin.

**Errors** are problem details (RFC 9457) in English and Chinese.
"""

PERMANENT = "Address of this very answer, which never changes"


def describe(resources: Sequence[Resource]) -> Schema:
    """The whole description."""
    schemas = dict(_common_schemas())
    paths: Schema = {"/v1": {"get": _index_operation()}}
    for resource in resources:
        schemas |= _resource_schemas(resource)
        path = f"/v1/{resource.name}"
        paths[path] = {"get": _list_operation(resource)}
        paths[f"{path}/{{{resource.key}}}"] = {"get": _detail_operation(resource)}
    paths |= {"/healthz": {"get": _alive_operation()}, "/readyz": {"get": _ready_operation()}}
    tags = [
        {"name": r.name, "description": f"{r.zh}：{r.about_zh} {r.about_en}"} for r in resources
    ]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Yaodian 要点",
            "version": __version__,
            "summary": "Government work plans as open data",
            "description": INTRODUCTION,
            "license": {"name": "Data: CC BY 4.0", "identifier": LICENSE},
        },
        "servers": [{"url": "/", "description": "This service"}],
        "security": [],
        "tags": [
            {"name": "service", "description": "The service itself 服务本身"},
            *tags,
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": _common_parameters(),
            "headers": HEADERS,
            "responses": _responses(),
        },
    }


# --- operations -------------------------------------------------------------------------------


def _list_operation(resource: Resource) -> Schema:
    return {
        "operationId": f"list_{resource.name}",
        "tags": [resource.name],
        "summary": f"{resource.en} · {resource.zh}",
        "description": f"{resource.about_en} {resource.about_zh}\n\n"
        f"Order: {', '.join(f'`{key}`' for key in resource.order)}.",
        "parameters": _parameters(resource.params, resource),
        "responses": _answers(f"{name_of(resource)}List", ("406", "414", "422", "431")),
    }


def _detail_operation(resource: Resource) -> Schema:
    nested = ", ".join(f"`{inner.name}`" for inner in resource.nested)
    inside = f"\n\nIn JSON with all of its {nested}." if nested else ""
    key = _column_schema(resource.column[resource.key], resource)
    described = {"name": resource.key, "in": "path", "required": True}
    pattern = {"pattern": CODE_PATTERN} if key["type"] == "string" else {"minimum": 1}
    return {
        "operationId": f"get_{resource.table}",
        "tags": [resource.name],
        "summary": f"One of {resource.name} · {resource.zh}详情",
        "description": f"{resource.about_en} {resource.about_zh}{inside}",
        "parameters": [
            {
                **described,
                "description": key["description"],
                "schema": {"type": key["type"], **pattern},
                "example": _example(resource, resource.key),
            },
            *_parameters(DetailParams, resource),
        ],
        "responses": _answers(
            f"{name_of(resource)}Detail", ("404", "406", "410", "414", "422", "431")
        ),
    }


def _index_operation() -> Schema:
    return {
        "operationId": "index",
        "tags": ["service"],
        "summary": "What there is · 目录",
        "description": "All resources with counts, filters and formats, the release, the licence "
        "and the limits of the service.",
        "parameters": _parameters(StateParams, None),
        "responses": {
            "200": _success({"application/json": {"schema": _ref("Index")}}),
            **_refusals("304", "405", "414", "422", "431", "500", "503"),
        },
    }


def _alive_operation() -> Schema:
    body = {"application/json": {"schema": _ref("Alive")}}
    return {
        "operationId": "alive",
        "tags": ["service"],
        "summary": "Whether this process answers · 进程是否存活",
        "description": "Does not ask the database.",
        "responses": {
            "200": {"description": "It does", "content": body},
            **_refusals("405", "414", "431"),
        },
    }


def _ready_operation() -> Schema:
    body = {"application/json": {"schema": _ref("Ready")}}
    return {
        "operationId": "ready",
        "tags": ["service"],
        "summary": "Whether it can answer from its database · 是否可以提供数据",
        "description": "Reads the newest release; 503 while the database is away or empty.",
        "responses": {
            "200": {"description": "It can", "content": body},
            **_refusals("405", "414", "431", "500", "503"),
        },
    }


def _answers(schema: str, refusals: Sequence[str]) -> Schema:
    content: Schema = {}
    for form in FORMATS.values():
        json_schema = _ref(schema) if form.name == "json" else {"type": "string"}
        content[form.media_type] = {"schema": json_schema}
    return {"200": _success(content), **_refusals("304", "405", *refusals, "500", "503")}


def _success(content: Schema) -> Schema:
    names = ("ETag", "Last-Modified", "Cache-Control", "Link", "Vary")
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return {"description": "The answer", "headers": headers, "content": content}


def _refusals(*statuses: str) -> Schema:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _responses() -> Schema:
    """Every answer that is not the wanted one, by status."""
    by_status: dict[int, list[type[AppError]]] = {}
    for kind in all_problems():
        if kind is not MalformedRequest:  # what is no request belongs to no operation
            by_status.setdefault(kind.status, []).append(kind)
    found: Schema = {
        "304": {
            "description": "The client has this answer already",
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
        }
    }
    for status, kinds in by_status.items():
        meanings = " ".join(
            f"`/problems/{kind.type}` {kind.title_zh}: {kind.__doc__}" for kind in kinds
        )
        content = {PROBLEM_JSON: {"schema": _ref("Problem"), "example": _problem_example(kinds[0])}}
        found[str(status)] = {"description": meanings, "content": content}
    return found


def _problem_example(kind: type[AppError]) -> Schema:
    return {
        "type": f"/problems/{kind.type}",
        "title": kind.title,
        "title_zh": kind.title_zh,
        "status": kind.status,
        "detail": (kind.__doc__ or "").strip(),
        "detail_zh": kind.title_zh,
        "instance": "/v1/tasks",
    }


HEADERS: Schema = {
    "ETag": {
        "description": "Weak tag of the answer: the same on every server and after a restart",
        "schema": {"type": "string"},
        "example": 'W/"2f1a0c3c5d7e9b1a4c6d"',
    },
    "Last-Modified": {
        "description": "When the release that is shown was published",
        "schema": {"type": "string"},
        "example": "Tue, 24 Nov 2026 02:00:00 GMT",
    },
    "Cache-Control": {
        "description": "How long the answer may be kept",
        "schema": {"type": "string"},
        "example": "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400",
    },
    "Link": {
        "description": "RFC 8288: next (the next page), bookmark (the permanent address), "
        "alternate (other formats), license",
        "schema": {"type": "string"},
        "example": '</v1/tasks?release=1>; rel="bookmark"',
    },
    "Vary": {
        "description": "What of a request decides the form of the answer",
        "schema": {"type": "string"},
        "example": "Accept, Accept-Encoding",
    },
}


# --- parameters -------------------------------------------------------------------------------


def _parameters(params: type[StateParams], resource: Resource | None) -> list[Schema]:
    schema = params.model_json_schema()
    common = _common_parameters()
    return [
        {"$ref": f"#/components/parameters/{name}"}
        if name in common
        else _parameter(name, schema["properties"][name], schema.get("$defs", {}), resource)
        for name in names_of(params)
    ]


@cache
def _common_parameters() -> dict[str, Schema]:
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
    return {
        "name": name,
        "in": "query",
        "description": f"{part.get('description', '')} Example: `{shown}`.",
        "schema": {**schema, **default},
    }


def _parameter_example(name: str, schema: Schema, resource: Resource | None) -> Any:
    if name in FIXED_EXAMPLES:
        example: Any = FIXED_EXAMPLES[name]
    elif resource and name in resource.bounds:
        example = _example(resource, resource.bounds[name].field)
    elif "enum" in schema.get("items", {}):
        example = schema["items"]["enum"][0]
    elif resource and name in resource.asked:
        asked = resource.asked[name]
        example = _examples()["codes"].get(asked.refers) or _example(resource, asked.filter.field)
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


# --- schemas ----------------------------------------------------------------------------------


def name_of(resource: Resource) -> str:
    """What one row is called in the description: Task, Target."""
    return resource.row.__name__.removesuffix("Public")


def _resource_schemas(resource: Resource) -> Schema:
    name = name_of(resource)
    nested = {inner.name: _listed(_ref(_nested_name(resource, inner))) for inner in resource.nested}
    for inner_name, schema in nested.items():
        schema["description"] = f"The row's {inner_name}"
    fields = {column.name: _column_schema(column, resource) for column in resource.columns}
    found: Schema = {
        name: {
            "type": "object",
            "description": f"{resource.about_en} {resource.about_zh}",
            "required": [*fields, *nested],
            "properties": {**fields, **nested},
            "example": _examples()["rows"].get(resource.name),
        },
        f"{name}Row": {
            "type": "object",
            "description": f"{resource.about_en} With `fields`, only those and `{resource.key}`; "
            "lists only where `include` names them.",
            "required": [resource.key],
            "properties": {**fields, **nested},
        },
        f"{name}List": _envelope(_listed(_ref(f"{name}Row")), "ListMeta", "Links"),
        f"{name}Detail": _envelope(_ref(name), "Meta", "Links"),
    }
    for inner in resource.nested:
        columns = {column.name: _column_schema(column, inner.of) for column in inner.shown}
        found[_nested_name(resource, inner)] = {
            "type": "object",
            "description": f"{inner.of.about_en} In brief.",
            "required": list(columns),
            "properties": columns,
        }
    # An example of the bare row has no lists, which a detail requires.
    if nested:
        del found[name]["example"]
    return found


def _nested_name(resource: Resource, inner: Nested) -> str:
    return f"{name_of(resource)}{name_of(inner.of)}"


def _envelope(data: Schema, meta: str, links: str) -> Schema:
    return {
        "type": "object",
        "required": ["data", "meta", "links"],
        "properties": {"data": data, "meta": _ref(meta), "links": _ref(links)},
    }


def _column_schema(column: Column, resource: Resource) -> Schema:
    schema: Schema = dict(TYPES[column.type])
    if column.choices:
        listed = "; ".join(f"`{c}`: {c.en} {c.zh}" for c in column.choices)
        schema["enum"] = [str(choice) for choice in column.choices]
    meaning = f"{column.en}. {column.zh}。"
    if column.choices:
        meaning += f" Values: {listed}."
    if column.nullable:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"].append(None)
    example = _example(resource, column.name)
    examples = {} if example is None else {"examples": [example]}
    return {**schema, "description": meaning, **examples}


def _example(resource: Resource, name: str) -> Any:
    return _examples()["rows"].get(resource.name, {}).get(name)


@cache
def _examples() -> dict[str, Any]:
    """A value of each field, taken from what is published where something is."""
    text = (bundled("data") / "examples.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _listed(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _text(meaning: str, example: Any, nullable: bool = False, **more: Any) -> Schema:
    kind: Any = ["string", "null"] if nullable else "string"
    return {"type": kind, "description": meaning, "examples": [example], **more}


def _count(meaning: str, example: int, nullable: bool = False) -> Schema:
    kind: Any = ["integer", "null"] if nullable else "integer"
    return {"type": kind, "description": meaning, "examples": [example]}


def _object(properties: Schema, optional: Sequence[str] = (), **more: Any) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties, **more}


META: Schema = {
    "release": _count("Number of the release that is shown; null before the first", 1, True),
    "released_at": _text(
        "When that release was published, UTC", "2026-11-24T02:00:00.000Z", True,
        format="date-time",
    ),
    "as_of": _text("The moment that was asked for, as it was given", "2026-11-24", True),
    "license": _text("SPDX identifier of the licence of the data", LICENSE),
    "attribution_zh": _text("The line to print with the data, in Chinese", "要点（Yaodian）第1版"),
    "attribution_en": _text("The line to print with the data, in English", "Yaodian, release 1"),
    "note_zh": _text("A warning that belongs to this answer, in Chinese", None, True),
    "note_en": _text("A warning that belongs to this answer, in English", None, True),
}  # fmt: skip

LIST_META: Schema = {
    "total": _count("Rows on all pages", 24),
    "total_is": _text("Whether `total` is exact, or counting stopped there", "exact",
                      enum=["exact", "at_least"]),
    "returned": _count("Rows on this page", 24),
    **META,
    "facets": {
        "type": "object",
        "description": "Where `facets` was given: for each filter its values with their counts",
        "additionalProperties": {"type": "array", "items": {"$ref": "#/components/schemas/Facet"}},
    },
}  # fmt: skip

LINKS: Schema = {
    "self": _text("The address that was asked", "/v1/tasks"),
    "permanent": _text(PERMANENT, "/v1/tasks?release=1"),
    "next": _text("The next page; null on the last, and on details", None, True),
    "page": _text("A page about it for people; null where there is none", None, True),
    "formats": {
        "type": "object",
        "description": "The same question in other formats, from its first row",
        "additionalProperties": {"type": "string"},
        "examples": [{"csv": "/v1/tasks.csv", "ndjson": "/v1/tasks.ndjson"}],
    },
}

PROBLEM: Schema = {
    "type": _text("Address of the page that explains this kind of problem",
                  "/problems/unknown-parameter"),
    "title": _text("The kind of problem", "Unknown parameter"),
    "title_zh": _text("The kind of problem, in Chinese", "没有这个参数"),
    "status": _count("HTTP status", 422),
    "detail": _text("What is wrong, and the nearest right name",
                    "/v1/tasks has no parameter 'aera'. Did you mean 'area'?"),
    "detail_zh": _text("The same in Chinese", "/v1/tasks 没有参数“aera”，您要找的可能是“area”。"),
    "instance": _text("The address that was asked", "/v1/tasks?aera=xxjyj-2023-a3"),
    "errors": _listed(_ref("ProblemPlace")),
    "last_release": _count("Withdrawn: the last release that shows it", 4),
    "cause": _text("Withdrawn: why", "retraction"),
    "last_version": _text("Withdrawn: where the last version stands",
                          "/v1/tasks/xxjyj-2023-t7?release=4"),
}  # fmt: skip

PLACE: Schema = {
    "in": _text("Where in the request: query, path or header", "query"),
    "name": _text("Name of the parameter", "aera"),
    "value": _text("The value that was given, shortened", "xxjyj-2023-a3"),
    "reason": _text("Why it is refused: a word for programs", "unknown_parameter"),
    "suggestion": _text("The nearest that is allowed", "area", True),
    "allowed": {
        "type": ["array", "null"],
        "items": {"type": "string"},
        "description": "What is allowed, where that is a list",
        "examples": [["area", "body"]],
    },
}

FACET: Schema = {
    "value": {
        "type": ["string", "integer", "boolean"],
        "description": "A value of the filter",
        "examples": ["stated"],
    },
    "label_zh": _text("Its name in Chinese", "原文写明"),
    "label_en": _text("Its name in English", "stated"),
    "count": _count("Rows that have it, under all filters but this one", 16),
}

INDEX_ROW: Schema = {
    "name": _text("Name of the resource", "tasks"),
    "title_zh": _text("Its title in Chinese", "任务"),
    "title_en": _text("Its title in English", "Tasks"),
    "about_zh": _text("What a row is, in Chinese", "计划中有编号的一项任务。"),
    "about_en": _text("What a row is, in English", "A numbered item of a plan."),
    "path": _text("Its address", "/v1/tasks"),
    "count": _count("Rows in the state that is shown", 24),
    "key": _text("The field that stands in a row's address", "code"),
    "filters": _listed({"type": "string"}),
    "ranges": _listed({"type": "string"}),
    "include": _listed({"type": "string"}),
    "searchable": {"type": "boolean", "description": "Whether it takes `q`", "examples": [True]},
    "formats": _listed({"type": "string"}),
}


def _common_schemas() -> Schema:
    limits = {"type": "object", "additionalProperties": {"type": "integer"}}
    limits["description"] = "What the service takes and gives at most"
    index_links = {
        name: _text(meaning, example)
        for name, meaning, example in (
            ("self", "The address that was asked", "/v1"),
            ("permanent", PERMANENT, "/v1?release=1"),
            ("openapi", "This description", "/openapi.json"),
            ("docs", "The same for people", "/docs"),
            ("ready", "Whether the service can answer", "/readyz"),
        )
    }
    return {
        "Meta": _object(META),
        "ListMeta": _object(LIST_META, optional=["facets"]),
        "Links": _object(LINKS),
        "Facet": _object(FACET),
        "Problem": _object(
            PROBLEM, optional=["errors", "last_release", "cause", "last_version"],
            description="Problem details (RFC 9457)",
        ),
        "ProblemPlace": _object(PLACE, description="One place in the request that is refused"),
        "IndexRow": _object(INDEX_ROW, description="One resource"),
        "Index": _object(
            {
                "data": _listed(_ref("IndexRow")),
                "meta": _object({**META, "limits": limits}),
                "links": _object(index_links),
            },
            description="What there is",
        ),
        "Alive": _object({"status": _text("Always ok", "ok")}),
        "Ready": _object(
            {"status": _text("Always ok", "ok"), "release": _count("The newest release", 1)}
        ),
    }  # fmt: skip
