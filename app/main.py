"""The application: wiring only."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from app import __version__
from app.api import add_routes
from app.application import Application
from app.cache import Cache, Craft
from app.docs import add_docs
from app.http import SMALLEST, chosen_coding, has_answer
from app.query import Resource, newest
from app.reader import Reader
from app.resources import RESOURCES
from app.settings import Settings, read_settings
from app.stack import Headers, Limits, RequestLog
from app.timelines import add_timelines


def create_app(settings: Settings, resources: Sequence[Resource] = RESOURCES) -> ASGIApp:
    """The service on an already prepared database."""
    reader = Reader(settings, settings.reader_threads)
    watcher = Reader(settings, 1)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        reader.close()
        watcher.close()

    app = Application(
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
