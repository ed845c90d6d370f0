"""The application: wiring only."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from app import __version__
from app.api import Reader, add_routes
from app.errors import (
    PROBLEM_JSON,
    AppError,
    InternalError,
    MethodNotAllowed,
    NotFound,
    problem,
)
from app.query import Resource
from app.resources import RESOURCES
from app.settings import Settings

log = logging.getLogger("yaodian")

METHODS = "GET, HEAD"
"""What every address takes: the service only reads."""


def create_app(settings: Settings, resources: Sequence[Resource] = RESOURCES) -> FastAPI:
    """The service on an already prepared database."""
    reader = Reader(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        reader.close()

    app = FastAPI(
        title="Yaodian 要点",
        version=__version__,
        summary="Government work plans as open data",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    add_routes(app, reader, resources)
    app.add_exception_handler(AppError, _told)
    app.add_exception_handler(HTTPException, _told_of_starlette)
    app.add_exception_handler(Exception, _told_of_fault)
    return app


def _response(request: Request, error: AppError, headers: dict[str, str] | None = None) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    body = problem(error, request.url.path + query)
    return Response(body, error.status, headers, media_type=PROBLEM_JSON)


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return _response(request, error)


async def _told_of_starlette(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path
    if error.status_code == 405:
        refused = MethodNotAllowed(
            f"{path} does not take {request.method}.", f"{path} 不支持{request.method}。"
        )
        return _response(request, refused, {"Allow": METHODS})
    return _response(request, NotFound(f"Nothing stands at {path}.", f"{path} 处没有内容。"))


async def _told_of_fault(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    fault = InternalError("The service failed; this was logged.", "服务出错，已记入日志。")
    return _response(request, fault)
