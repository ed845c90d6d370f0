"""The application: wiring only."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from app import __version__
from app.api import add_routes
from app.cache import Cache, Craft
from app.docs import add_docs
from app.errors import (
    PROBLEM_JSON,
    AppError,
    DatabaseUnavailable,
    InternalError,
    MethodNotAllowed,
    NotFound,
    problem,
)
from app.http import SMALLEST, chosen_coding, has_answer
from app.query import Resource, newest
from app.query.request import SHOWN, hints, nearest
from app.reader import Reader
from app.resources import RESOURCES
from app.settings import Settings, read_settings
from app.stack import FAILED, METHODS, Headers, Limits, RequestLog, instance_of
from app.timelines import add_timelines

RETRY_AFTER = {"Retry-After": "5"}


def create_app(settings: Settings, resources: Sequence[Resource] = RESOURCES) -> ASGIApp:
    """The service on an already prepared database."""
    reader = Reader(settings, settings.reader_threads)
    watcher = Reader(settings, 1)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        reader.close()
        watcher.close()

    app = FastAPI(
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.openapi = lambda: _described(resources)  # type: ignore[method-assign]
    add_routes(app, reader, resources)
    add_timelines(app, reader)
    add_docs(app)
    app.add_exception_handler(AppError, _told)
    app.add_exception_handler(HTTPException, _told_of_starlette)
    app.add_exception_handler(Exception, _told_of_fault)
    write = write_line if settings.request_log else None
    if not settings.cache_megabytes:
        return RequestLog(Limits(Headers(app)), write)
    cache = cached(Headers(app), settings, watcher)
    return RequestLog(Limits(cache), write, cache)


def _described(resources: Sequence[Resource]) -> dict[str, Any]:
    from app.openapi import describe  # not before somebody asks for it

    return describe(resources)


def write_line(line: bytes) -> None:
    """Write a line of the request log to standard output at once."""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def cached(app: ASGIApp, settings: Settings, watcher: Reader) -> Cache:
    """What answers, behind a cache; `watcher` reads nothing but which release is the newest."""
    craft = Craft(
        newest=lambda: watcher.read(newest),
        coding=lambda value: chosen_coding(value.decode("latin-1"), SMALLEST),
        unchanged=has_answer,
        whole_addresses=settings.public_url is None,
    )
    return Cache(app, settings.cache_megabytes * 2**20, craft)


def serving_app() -> ASGIApp:
    """The service as the environment sets it: what each worker process makes for itself."""
    return create_app(read_settings())


def _response(request: Request, error: AppError, headers: dict[str, str] | None = None) -> Response:
    body = problem(error, instance_of(request.scope))
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(body, error.status, headers, media_type=PROBLEM_JSON)


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return _response(
        request, error, RETRY_AFTER if isinstance(error, DatabaseUnavailable) else None
    )


async def _told_of_starlette(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path
    if error.status_code == 405:
        refused = MethodNotAllowed(
            f"{path} does not take {request.method}.", f"{path} 不支持{request.method}。"
        )
        return _response(request, refused, {"Allow": METHODS})
    known = [getattr(route, "path", "") for route in request.app.routes]
    path = path[:SHOWN]
    hint, hint_zh = hints(nearest(path, known, alike=0.85))
    return _response(
        request, NotFound(f"Nothing stands at {path}.{hint}", f"{path} 处没有内容{hint_zh}。")
    )


async def _told_of_fault(request: Request, _error: Exception) -> Response:
    return _response(request, InternalError(*FAILED))
