"""The layers that are left of FastAPI's: its own routes still work, and refusals are told."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, HTTPException

from app.application import Application
from app.errors import DatabaseUnavailable


def resource() -> Iterator[str]:
    yield "opened"


def made() -> Application:
    app = Application(redirect_slashes=False)

    @app.get("/usual/{number}")
    def usual(number: int, given: Annotated[str, Depends(resource)]) -> dict[str, object]:
        if number == 5:
            raise DatabaseUnavailable("Later.", "稍后。")
        if number == 6:
            raise HTTPException(403)
        return {"number": number, "given": given}

    return app


def ask(path: str, method: str = "GET") -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(made(), raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.request(method, path)

    return asyncio.run(asked())


def test_a_route_as_fastapi_teaches_it_works() -> None:
    assert ask("/usual/4").json() == {"number": 4, "given": "opened"}


def test_its_refusals_are_problems() -> None:
    answer = ask("/usual/5")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"] == "/problems/database-unavailable"
    assert answer.json()["instance"] == "/usual/5"
    answer = ask("/usual/4", "DELETE")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert ask("/usal").status_code == 404


def test_what_it_does_not_know_is_left_to_who_calls_it() -> None:
    with pytest.raises(HTTPException, match="403"):
        ask("/usual/6")
