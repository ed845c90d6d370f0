"""FastAPI's application with one layer around its routes instead of six.

Each layer wraps every answer of every route. Those that are left out watch for what does not occur
here: bodies, tracing, handlers for kinds of exceptions. What FastAPI's own routes need is there, so
that they can be added.
"""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import AppError, DatabaseUnavailable, MethodNotAllowed, NotFound
from app.query.request import SHOWN, hints, nearest
from app.stack import METHODS, send_problem

Endpoint = Callable[[Request], Awaitable[Response]]


class Application(FastAPI):
    """Routes whose refusals are told as problems; what else fails is left to who calls it."""

    def build_middleware_stack(self) -> ASGIApp:
        """What is called for each request; FastAPI's own layers are not."""
        return Refusals(AsyncExitStackMiddleware(self.router), self._paths)

    def _paths(self) -> list[str]:
        return [getattr(route, "path", "") for route in self.routes]

    def add_endpoint(self, path: str, endpoint: Endpoint) -> None:
        """Answer GET and HEAD at an address, past the layers of Starlette's own endpoints."""
        self.add_route(path, _Answering(endpoint), methods=["GET"])  # type: ignore[arg-type]


class _Answering:
    """An endpoint as ASGI."""

    def __init__(self, endpoint: Endpoint):
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.endpoint(Request(scope, receive))
        await response(scope, receive, send)


class Refusals:
    """Tells what is refused as a problem."""

    def __init__(self, app: ASGIApp, paths: Callable[[], list[str]]):
        """`paths` gives the addresses that there are, to name one that was perhaps meant."""
        self.app = app
        self.paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or tell why not."""
        try:
            await self.app(scope, receive, send)
        except AppError as error:
            later = {b"retry-after": b"5"} if isinstance(error, DatabaseUnavailable) else {}
            await send_problem(scope, send, error, later)
        except HTTPException as error:
            if error.status_code == 405:
                allowed = {b"allow": METHODS.encode()}
                await send_problem(scope, send, _no_such_method(scope), allowed)
            elif error.status_code == 404:
                await send_problem(scope, send, self._no_such_address(scope))
            else:
                raise

    def _no_such_address(self, scope: Scope) -> AppError:
        path = scope["path"][:SHOWN]
        hint, hint_zh = hints(nearest(path, self.paths(), alike=0.85))
        return NotFound(f"Nothing stands at {path}.{hint}", f"{path} 处没有内容{hint_zh}。")


def _no_such_method(scope: Scope) -> AppError:
    path, method = scope["path"], scope["method"]
    return MethodNotAllowed(f"{path} does not take {method}.", f"{path} 不支持{method}。")
