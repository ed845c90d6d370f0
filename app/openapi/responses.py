"""Answers and refusals of operations, with their headers."""

from collections.abc import Iterable, Sequence

from app.errors import PROBLEM_JSON, AppError, MalformedRequest, all_problems
from app.formats import JSON, Format
from app.openapi.parts import Schema, listed, ref


def answers(schema: str, statuses: Sequence[str], formats: Iterable[Format]) -> Schema:
    """The answer in each of its formats, and the refusals that have these statuses."""
    content = {form.media_type: {"schema": _body(form, schema)} for form in formats}
    return {"200": success(content), **refusals("304", "405", *statuses, "500", "503")}


def _body(form: Format, schema: str) -> Schema:
    if form is JSON:
        return ref(schema)
    return listed({"type": "object"}) if form.media_type.endswith("+json") else {"type": "string"}


def success(content: Schema) -> Schema:
    """The wanted answer."""
    names = ("ETag", "Last-Modified", "Cache-Control", "Link", "Vary")
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return {"description": "The answer", "headers": headers, "content": content}


def refusals(*statuses: str) -> Schema:
    """What else may be answered, by status."""
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def responses() -> Schema:
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
        content = {PROBLEM_JSON: {"schema": ref("Problem"), "example": _problem_example(kinds[0])}}
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
