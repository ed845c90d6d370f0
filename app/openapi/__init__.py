"""The description of the API (OpenAPI 3.1), made from the declarations of the resources."""

from collections.abc import Sequence

from app import __version__
from app.envelope import LICENSE
from app.models.base import CODE_PATTERN
from app.openapi import timelines
from app.openapi.parameters import common_parameters, parameters
from app.openapi.parts import Schema, example_of, ref
from app.openapi.responses import HEADERS, answers, refusals, responses, success
from app.openapi.schemas import column_schema, common_schemas, name_of, resource_schemas
from app.query import Resource, StateParams

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

REFUSALS = ("406", "414", "422", "431")


def describe(resources: Sequence[Resource]) -> Schema:
    """The whole description."""
    schemas = dict(common_schemas())
    paths: Schema = {"/v1": {"get": _index_operation()}}
    for resource in resources:
        schemas |= resource_schemas(resource)
        path = f"/v1/{resource.name}"
        paths[path] = {"get": _list_operation(resource)}
        if resource.detail:
            paths[f"{path}/{{{resource.key}}}"] = {"get": _detail_operation(resource)}
    schemas |= timelines.schemas()
    paths |= timelines.paths()
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
            {"name": "history", "description": "What became of figures and plans 时间线与对照"},
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": common_parameters(),
            "headers": HEADERS,
            "responses": responses(),
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
        "parameters": parameters(resource.params, resource),
        "responses": answers(f"{name_of(resource)}List", REFUSALS, resource.formats.values()),
    }


def _detail_operation(resource: Resource) -> Schema:
    nested = ", ".join(f"`{inner.name}`" for inner in resource.nested)
    inside = f"\n\nIn JSON with all of its {nested}." if nested else ""
    key = column_schema(resource.column[resource.key], resource.name)
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
                "example": example_of(resource.name, resource.key),
            },
            *parameters(resource.detail_params, resource),
        ],
        "responses": answers(
            f"{name_of(resource)}Detail", ("404", "410", *REFUSALS), resource.formats.values()
        ),
    }


def _index_operation() -> Schema:
    return {
        "operationId": "index",
        "tags": ["service"],
        "summary": "What there is · 目录",
        "description": "All resources with counts, filters and formats, the release, the licence "
        "and the limits of the service.",
        "parameters": parameters(StateParams, None),
        "responses": {
            "200": success({"application/json": {"schema": ref("Index")}}),
            **refusals("304", "405", "414", "422", "431", "500", "503"),
        },
    }


def _alive_operation() -> Schema:
    body = {"application/json": {"schema": ref("Alive")}}
    return {
        "operationId": "alive",
        "tags": ["service"],
        "summary": "Whether this process answers · 进程是否存活",
        "description": "Does not ask the database.",
        "responses": {
            "200": {"description": "It does", "content": body},
            **refusals("405", "414", "431"),
        },
    }


def _ready_operation() -> Schema:
    body = {"application/json": {"schema": ref("Ready")}}
    return {
        "operationId": "ready",
        "tags": ["service"],
        "summary": "Whether it can answer from its database · 是否可以提供数据",
        "description": "Reads the newest release; 503 while the database is away or empty.",
        "responses": {
            "200": {"description": "It can", "content": body},
            **refusals("405", "414", "431", "500", "503"),
        },
    }
