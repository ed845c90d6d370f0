"""What answers hold: the rows of resources, and what stands around them."""

from app.envelope import LICENSE
from app.formats.column import Column
from app.models import metadata
from app.openapi.parts import (
    PERMANENT,
    Schema,
    example_of,
    examples,
    listed,
    ref,
    structure,
    whole,
    words,
)
from app.query import Nested, Resource

TYPES: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "date-time"},
    "json": {"type": ["string", "number", "boolean", "null"]},
}


RELEASE_TO_SCHEMA = {
    "type": ["integer", "null"],
    "description": "With `since`: the release since which the row is gone, or no longer read so "
    "before it was gone; null = it is there. 到哪一版为止。",
    "examples": [3],
}


def name_of(resource: Resource) -> str:
    """What one row is called in the description: Task, Target."""
    return resource.row.__name__.removesuffix("Public")


def resource_schemas(resource: Resource) -> Schema:
    """The rows of a resource, whole and in lists, with what is nested in them."""
    name = name_of(resource)
    nested = {inner.name: listed(ref(nested_name(resource, inner))) for inner in resource.nested}
    for inner_name, schema in nested.items():
        schema["description"] = f"The row's {inner_name}"
    fields = {column.name: column_schema(column, resource.name) for column in resource.columns}
    key = [resource.key] if resource.key in resource.column else []
    also = f" and `{resource.key}`" if key else ""
    can_be_gone = "release_to" in metadata.tables[resource.table].c
    end = {"release_to": RELEASE_TO_SCHEMA} if can_be_gone else {}
    found: Schema = {
        name: {
            "type": "object",
            "description": f"{resource.about_en} {resource.about_zh}",
            "required": [*fields, *nested],
            "properties": {**fields, **nested},
            "example": examples()["rows"].get(resource.name),
        },
        f"{name}Row": {
            "type": "object",
            "description": f"{resource.about_en} With `fields`, only those{also}; lists only where "
            "`include` names them" + ("; `release_to` only with `since`." if end else "."),
            "required": key,
            "properties": {**fields, **end, **nested},
        },
        f"{name}List": envelope(listed(ref(f"{name}Row")), "ListMeta", "Links"),
    }
    if resource.detail:
        found[f"{name}Detail"] = envelope(ref(name), "Meta", "Links")
    else:
        del found[name]
    for inner in resource.nested:
        columns = {column.name: column_schema(column, inner.of.name) for column in inner.shown}
        found[nested_name(resource, inner)] = {
            "type": "object",
            "description": f"{inner.of.about_en} In brief.",
            "required": list(columns),
            "properties": columns,
        }
    # An example of the bare row has no lists, which a detail requires.
    if nested and resource.detail:
        del found[name]["example"]
    return found


def nested_name(resource: Resource, inner: Nested) -> str:
    """What the brief rows inside a row are called."""
    return f"{name_of(resource)}{name_of(inner.of)}"


def envelope(data: Schema, meta: str, links: str) -> Schema:
    """Data with meta and links."""
    return {
        "type": "object",
        "required": ["data", "meta", "links"],
        "properties": {"data": data, "meta": ref(meta), "links": ref(links)},
    }


def column_schema(column: Column, rows: str) -> Schema:
    """A field, with the example that the rows of a resource give."""
    schema: Schema = dict(TYPES[column.type])
    if column.choices:
        listed = "; ".join(f"`{c}`: {c.en} {c.zh}" for c in column.choices)
        schema["enum"] = [str(choice) for choice in column.choices]
    meaning = f"{column.en}. {column.zh}。"
    if column.choices:
        meaning += f" Values: {listed}."
    if column.nullable and column.type != "json":
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"].append(None)
    example = example_of(rows, column.name)
    examples = {} if example is None else {"examples": [example]}
    return {**schema, "description": meaning, **examples}


META: Schema = {
    "release": whole("Number of the release that is shown; null before the first", 1, True),
    "released_at": words(
        "When that release was published, UTC", "2026-11-24T02:00:00.000Z", True,
        format="date-time",
    ),
    "as_of": words("The moment that was asked for, as it was given", "2026-11-24", True),
    "license": words("SPDX identifier of the licence of the data", LICENSE),
    "attribution_zh": words("The line to print with the data, in Chinese", "要点（Yaodian）第1版"),
    "attribution_en": words("The line to print with the data, in English", "Yaodian, release 1"),
    "note_zh": words("A warning that belongs to this answer, in Chinese", None, True),
    "note_en": words("A warning that belongs to this answer, in English", None, True),
}  # fmt: skip

META_OF_LISTS: Schema = {
    "total": whole("Rows on all pages", 24),
    "total_is": words("Whether `total` is exact, or counting stopped there", "exact",
                      enum=["exact", "at_least"]),
    "returned": whole("Rows on this page", 24),
    **META,
    "facets": {
        "type": "object",
        "description": "Where `facets` was given: for each filter its values with their counts",
        "additionalProperties": {"type": "array", "items": {"$ref": "#/components/schemas/Facet"}},
    },
}  # fmt: skip

LINKS: Schema = {
    "self": words("The address that was asked", "/v1/tasks"),
    "permanent": words(PERMANENT, "/v1/tasks?release=1"),
    "next": words("The next page; null on the last, and on details", None, True),
    "page": words("A page about it for people; null where there is none", None, True),
    "formats": {
        "type": "object",
        "description": "The same question in other formats, from its first row",
        "additionalProperties": {"type": "string"},
        "examples": [{"csv": "/v1/tasks.csv", "ndjson": "/v1/tasks.ndjson"}],
    },
}

PROBLEM: Schema = {
    "type": words("Address of the page that explains this kind of problem",
                  "/problems/unknown-parameter"),
    "title": words("The kind of problem", "Unknown parameter"),
    "title_zh": words("The kind of problem, in Chinese", "没有这个参数"),
    "status": whole("HTTP status", 422),
    "detail": words("What is wrong, and the nearest right name",
                    "/v1/tasks has no parameter 'aera'. Did you mean 'area'?"),
    "detail_zh": words("The same in Chinese", "/v1/tasks 没有参数“aera”，您要找的可能是“area”。"),
    "instance": words("The address that was asked", "/v1/tasks?aera=xxjyj-2023-a3"),
    "errors": listed(ref("ProblemPlace")),
    "last_release": whole("Withdrawn: the last release that shows it", 4),
    "cause": words("Withdrawn: why", "retraction"),
    "last_version": words("Withdrawn: where the last version stands",
                          "/v1/tasks/xxjyj-2023-t7?release=4"),
}  # fmt: skip

PLACE: Schema = {
    "in": words("Where in the request: query, path or header", "query"),
    "name": words("Name of the parameter", "aera"),
    "value": words("The value that was given, shortened", "xxjyj-2023-a3"),
    "reason": words("Why it is refused: a word for programs", "unknown_parameter"),
    "suggestion": words("The nearest that is allowed", "area", True),
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
    "label_zh": words("Its name in Chinese", "原文写明"),
    "label_en": words("Its name in English", "stated"),
    "count": whole("Rows that have it, under all filters but this one", 16),
}

INDEX_ROW: Schema = {
    "name": words("Name of the resource", "tasks"),
    "title_zh": words("Its title in Chinese", "任务"),
    "title_en": words("Its title in English", "Tasks"),
    "about_zh": words("What a row is, in Chinese", "计划中有编号的一项任务。"),
    "about_en": words("What a row is, in English", "A numbered item of a plan."),
    "path": words("Its address", "/v1/tasks"),
    "count": whole("Rows in the state that is shown", 24),
    "key": words(
        "The field that stands in a row's address; null where rows have none", "code", True
    ),
    "filters": listed({"type": "string"}),
    "ranges": listed({"type": "string"}),
    "include": listed({"type": "string"}),
    "searchable": {"type": "boolean", "description": "Whether it takes `q`", "examples": [True]},
    "formats": listed({"type": "string"}),
}


def common_schemas() -> Schema:
    """What stands around the rows of all answers, and problems."""
    limits = {"type": "object", "additionalProperties": {"type": "integer"}}
    limits["description"] = "What the service takes and gives at most"
    index_links = {
        name: words(meaning, example)
        for name, meaning, example in (
            ("self", "The address that was asked", "/v1"),
            ("permanent", PERMANENT, "/v1?release=1"),
            ("openapi", "This description", "/openapi.json"),
            ("docs", "The same for people", "/docs"),
            ("ready", "Whether the service can answer", "/readyz"),
            ("history", "Time lines of indicators", "/v1/history"),
            ("feed", "What changed, as an Atom feed", "/v1/changes.atom?material=true"),
        )
    }
    return {
        "Meta": structure(META),
        "ListMeta": structure(META_OF_LISTS, optional=["facets"]),
        "Links": structure(LINKS),
        "Facet": structure(FACET),
        "Problem": structure(
            PROBLEM, optional=["errors", "last_release", "cause", "last_version"],
            description="Problem details (RFC 9457)",
        ),
        "ProblemPlace": structure(PLACE, description="One place in the request that is refused"),
        "IndexRow": structure(INDEX_ROW, description="One resource"),
        "Index": structure(
            {
                "data": listed(ref("IndexRow")),
                "meta": structure({**META, "limits": limits}),
                "links": structure(index_links),
            },
            description="What there is",
        ),
        "Alive": structure({"status": words("Always ok", "ok")}),
        "Ready": structure(
            {"status": words("Always ok", "ok"), "release": whole("The newest release", 1)}
        ),
    }  # fmt: skip
