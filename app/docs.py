"""The description for machines and people: /openapi.json, /docs and /problems, all local."""

from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from importlib.resources import files

import orjson
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from app.application import Application, Endpoint
from app.errors import AppError, all_problems
from app.http import chosen_coding, encoded, joined, names_tag, weak_etag

ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
"""Swagger UI as another package carries it: nothing is fetched from elsewhere."""

START = b"""window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
});
"""

DOCS = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Yaodian 要点 · API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)

PROBLEM_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto;
  padding: 0 1rem }}
code {{ background: #f1f3f5; padding: .1em .3em }}
</style>
</head>
<body>
{body}
</body>
</html>
"""

PROBLEM_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def add_docs(app: Application) -> None:
    """The routes of the documentation."""
    app.add_endpoint("/openapi.json", _openapi(app))
    app.add_endpoint("/docs", _docs)
    app.add_endpoint("/docs/{name}", _asset)
    app.add_endpoint("/problems", _problems)
    app.add_endpoint("/problems/{name}", _problem)
    app.add_endpoint("/", _start)


async def _start(_request: Request) -> Response:
    return RedirectResponse("/docs", status_code=302)


def _openapi(app: Application) -> Endpoint:
    written: list[bytes] = []

    async def openapi(request: Request) -> Response:
        if not written:
            written.append(orjson.dumps(await run_in_threadpool(app.openapi)))
        return await _kept(request, written[0], "application/json")

    return openapi


async def _kept(request: Request, body: bytes, media_type: str) -> Response:
    """Bytes that a client may keep for a minute, with a tag made of themselves."""
    etag = weak_etag(media_type, sha256(body).hexdigest())
    headers = {"ETag": etag, "Cache-Control": "public, max-age=60", "Vary": "Accept-Encoding"}
    if names_tag(request.headers, etag):
        return Response(status_code=304, headers=headers)
    coding = chosen_coding(joined(request.headers, "accept-encoding"), len(body))
    if coding:
        body = await run_in_threadpool(_packed, body, coding)
        headers["Content-Encoding"] = coding
    return Response(body, headers=headers, media_type=media_type)


@lru_cache(maxsize=64)
def _packed(body: bytes, coding: str) -> bytes:
    """A body in a coding; there are few of them, so all are kept."""
    return encoded(body, coding)


async def _docs(request: Request) -> Response:
    answer = await _kept(request, DOCS.encode(), "text/html")
    answer.headers["Content-Security-Policy"] = DOCS_POLICY
    return answer


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "start.js":
        return await _kept(request, START, "text/javascript")
    if name not in ASSETS:
        raise HTTPException(404)
    return await _kept(request, _read(name), ASSETS[name])


@cache
def _read(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()


async def _problems(request: Request) -> Response:
    items = "\n".join(
        f'<li><a href="/problems/{kind.type}">{kind.status} {escape(kind.title)}</a> '
        f'<span lang="zh">{escape(kind.title_zh)}</span></li>'
        for kind in all_problems()
    )
    return await _page(
        request, "Problems 错误类型", f"<h1>Problems 错误类型</h1>\n<ul>{items}</ul>"
    )


async def _problem(request: Request) -> Response:
    for kind in all_problems():
        if kind.type == request.path_params["name"]:
            return await _page(request, kind.title, _told(kind))
    raise HTTPException(404)


def _told(kind: type[AppError]) -> str:
    return (
        f"<h1>{escape(kind.title)} <span lang='zh'>{escape(kind.title_zh)}</span></h1>\n"
        f"<p>HTTP status {kind.status}, type <code>/problems/{kind.type}</code></p>\n"
        f"<p>{escape(kind.__doc__ or '')}</p>\n"
        "<p>The answer itself says in <code>detail</code> and <code>errors</code> what was wrong "
        "with the request. <span lang='zh'>具体原因见返回内容的<code>detail_zh</code>与"
        "<code>errors</code>。</span></p>\n"
        '<p><a href="/problems">All problems</a> · <a href="/docs">API</a></p>'
    )


async def _page(request: Request, title: str, body: str) -> Response:
    text = PROBLEM_PAGE.format(title=escape(title), body=body)
    answer = await _kept(request, text.encode(), "text/html")
    answer.headers["Content-Security-Policy"] = PROBLEM_POLICY
    return answer
