"""Routes: made in a loop over the resources; each parses, fetches and writes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import FastAPI, Request, Response

from app.db import DatabaseProblem, Snapshot, reader_engine, snapshot, told
from app.errors import DatabaseUnavailable
from app.formats import FORMATS, Answer
from app.query import (
    DetailParams,
    ListParams,
    Resource,
    Source,
    State,
    fetch,
    fetch_one,
    parse,
    sources_of,
    state_of,
)
from app.settings import Settings

log = logging.getLogger("yaodian")

LICENSE = "CC-BY-4.0"
LICENSE_SHOWN = "CC BY 4.0"
JSON = FORMATS["json"]
KEPT_SOURCES = 256
"""Releases whose attribution is remembered."""

Result = TypeVar("Result")
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass
class Reader:
    """Reads for requests: one bounded pool of threads, one snapshot for each request."""

    settings: Settings
    engine: sa.Engine = field(init=False)
    threads: ThreadPoolExecutor = field(init=False)
    sources: dict[int, Source] = field(default_factory=dict)
    """What releases rest on: a release never changes, so it is read once."""

    def __post_init__(self) -> None:
        count = self.settings.reader_threads
        self.engine = reader_engine(self.settings.database_url, count)
        self.threads = ThreadPoolExecutor(count, thread_name_prefix="reader")

    async def read(self, ask: Callable[[Snapshot], Result]) -> Result:
        """The result of a question, asked in a snapshot on a reading thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._ask, ask)

    def _ask(self, ask: Callable[[Snapshot], Result]) -> Result:
        try:
            url = self.settings.database_url
            with told(url), snapshot(self.engine, url) as state:
                return ask(state)
        except DatabaseProblem as error:
            log.error("%s", error)
            raise DatabaseUnavailable(
                "The database does not answer; try again later.", "数据库没有响应，请稍后再试。"
            ) from error

    def source(self, state: Snapshot, release: State) -> Source:
        """What the rows of a release rest on."""
        found = self.sources.get(release.number)
        if found is None:
            found = sources_of(state, release)
            if len(self.sources) >= KEPT_SOURCES:
                self.sources = {}
            self.sources[release.number] = found
        return found

    def close(self) -> None:
        """Let running reads end, then close the connections."""
        self.threads.shutdown(wait=True)
        self.engine.dispose()


def add_routes(app: FastAPI, reader: Reader, resources: Sequence[Resource]) -> None:
    """The list and the detail of every resource, and the health of the process."""
    for resource in resources:
        path = f"/v1/{resource.name}"
        _route(app, path, _list(resource, reader), f"list_{resource.name}", resource)
        _route(app, path + "/{code}", _detail(resource, reader), f"get_{resource.name}", resource)
    _add(
        app,
        "/healthz",
        _health(reader),
        operation_id="health",
        tags=["service"],
        summary="Whether this process can read the database",
    )


def _add(app: FastAPI, path: str, endpoint: Endpoint, **described: Any) -> None:
    """A route for GET, described, and one for HEAD, which answers alike without a body."""
    app.add_api_route(path, endpoint, methods=["GET"], **described)
    app.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)


def _route(app: FastAPI, path: str, endpoint: Endpoint, name: str, resource: Resource) -> None:
    params: type[ListParams | DetailParams] = (
        resource.params if name.startswith("list") else DetailParams
    )
    _add(
        app,
        path,
        endpoint,
        operation_id=name,
        tags=[resource.name],
        summary=resource.en if name.startswith("list") else f"One row of {resource.name}",
        openapi_extra={"parameters": _described(params, in_path="{code}" in path)},
    )


def _described(params: type[ListParams | DetailParams], in_path: bool) -> list[dict[str, Any]]:
    """The parameters of an operation as OpenAPI has them."""
    schema = params.model_json_schema()
    described: list[dict[str, Any]] = []
    if in_path:
        code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
        described.append({**code, "description": "Code of the row"})
    for name, part in schema["properties"].items():
        described.append(
            {
                "name": name,
                "in": "query",
                "description": part.pop("description", ""),
                "schema": _plain(part, schema.get("$defs", {})),
            }
        )
    return described


def _plain(part: Any, definitions: dict[str, Any]) -> Any:
    """A schema without references and without null: an absent parameter is not sent."""
    if isinstance(part, list):
        return [_plain(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _plain(definitions[part["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in part:
        (kind,) = [option for option in part["anyOf"] if option.get("type") != "null"]
        return _plain(kind, definitions)
    dropped = ("title", "description", "default")
    return {key: _plain(item, definitions) for key, item in part.items() if key not in dropped}


def _list(resource: Resource, reader: Reader) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        params = parse(resource.params, pairs, request.url.path)
        content = await reader.read(
            lambda state: _list_bytes(resource, reader, params, state, pairs)
        )
        return Response(content, media_type=JSON.media_type)

    return endpoint


def _list_bytes(
    resource: Resource,
    reader: Reader,
    params: ListParams,
    snapshot: Snapshot,
    pairs: list[tuple[str, str]],
) -> bytes:
    page = fetch(snapshot, resource, params)
    path = f"/v1/{resource.name}"
    following = None
    if page.cursor:
        following = _address(path, [*_without(pairs, "cursor"), ("cursor", page.cursor)])
    meta = {"total": page.total, "total_is": "exact", "returned": len(page.rows)}
    links = _links(path, pairs, page.state, following)
    meta |= _meta(page.state, reader.source(snapshot, page.state))
    return JSON.write(Answer(resource.columns, page.rows, meta, links))


def _detail(resource: Resource, reader: Reader) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        params = parse(DetailParams, pairs, f"/v1/{resource.name}/{{code}}")
        code = request.path_params["code"]
        content = await reader.read(
            lambda state: _detail_bytes(resource, reader, code, params, state, pairs)
        )
        return Response(content, media_type=JSON.media_type)

    return endpoint


def _detail_bytes(
    resource: Resource,
    reader: Reader,
    code: str,
    params: DetailParams,
    snapshot: Snapshot,
    pairs: list[tuple[str, str]],
) -> bytes:
    detail = fetch_one(snapshot, resource, code, params)
    meta = _meta(detail.state, reader.source(snapshot, detail.state))
    links = _links(f"/v1/{resource.name}/{code}", pairs, detail.state, None)
    nested = {name: (columns, [rows]) for name, (columns, rows) in detail.nested.items()}
    return JSON.write(Answer(resource.columns, [detail.row], meta, links, one=True, nested=nested))


def _meta(state: State, source: Source) -> dict[str, Any]:
    return {
        "release": state.number,
        "released_at": state.time,
        "as_of": None,
        "license": LICENSE,
        "attribution_zh": source.attribution_zh(state.number, LICENSE_SHOWN),
        "attribution_en": source.attribution_en(state.number, LICENSE_SHOWN),
        "note_zh": None,
        "note_en": None,
    }


def _links(
    path: str, pairs: list[tuple[str, str]], state: State, following: str | None
) -> dict[str, Any]:
    permanent = [*_without(pairs, "release"), ("release", str(state.number))]
    return {
        "self": _address(path, pairs),
        "permanent": _address(path, permanent),
        "next": following,
        "page": None,
        "formats": {},
    }


def _without(pairs: list[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] != name]


def _address(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _health(reader: Reader) -> Endpoint:
    async def health(_request: Request) -> Response:
        state = await reader.read(lambda snapshot: state_of(snapshot, None))
        body = b'{"status":"ok","release":%d}' % state.number
        return Response(body, media_type="application/json")

    return health
