"""Routes: made in a loop over the resources; each parses, fetches and writes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers

from app import __version__
from app.db import Snapshot
from app.envelope import Question, link_header, links_of, list_meta, meta_of
from app.formats import FORMATS, JSON, Answer, Format
from app.http import (
    chosen_coding,
    chosen_format,
    encoded,
    http_date,
    is_as_new,
    joined,
    names_tag,
    saved_as,
    weak_etag,
)
from app.query import (
    DetailParams,
    ListParams,
    Resource,
    State,
    StateParams,
    fetch,
    fetch_one,
    list_state,
    pairs_of,
    parse,
    state_of,
    state_of_release,
)
from app.query.overview import count_all
from app.query.params import DEFAULT_LIMIT, MAX_LIMIT, MAX_VALUES
from app.query.request import MAX_PAIRS
from app.query.select import COUNTED_WITH_QUERY, FACET_VALUES
from app.reader import Reader
from app.search import MAX_CHARACTERS, MAX_WORDS

Endpoint = Callable[[Request], Awaitable[Response]]
Respond = Callable[[State], bytes]

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
VARY = "Accept, Accept-Encoding"


def add_routes(app: FastAPI, reader: Reader, resources: Sequence[Resource]) -> None:
    """The index, the list and the detail of every resource, and the state of the process."""
    app.add_route("/v1", _index(reader, resources))
    for resource in resources:
        api = _Api(reader, resource)
        app.add_route(f"/v1/{resource.name}", api.list)
        app.add_route(f"/v1/{resource.name}.{{suffix}}", api.list)
        app.add_route(f"/v1/{resource.name}/{{code}}", api.detail)
    app.add_route("/healthz", _alive)
    app.add_route("/readyz", _ready(reader))


def question_of(request: Request, path: str, suffix: str | None) -> Question:
    """What a request asks for; raises InvalidValue or NotAcceptable."""
    pairs = pairs_of(request.scope["query_string"])
    asked = next((value for name, value in pairs if name == "format"), None)
    form = chosen_format(asked, suffix, joined(request.headers, "accept"))
    return Question(path, pairs, form, f".{suffix}" if suffix else "")


@dataclass(frozen=True)
class _Api:
    """The two endpoints of a resource."""

    reader: Reader
    resource: Resource

    @property
    def zone(self) -> ZoneInfo:
        return self.reader.settings.zone

    async def list(self, request: Request) -> Response:
        """A page of rows."""
        path = f"/v1/{self.resource.name}"
        question = question_of(request, path, request.path_params.get("suffix"))
        params = parse(self.resource.params, question.pairs, path, question.form.name)
        headers = request.headers
        return await self.reader.read(
            lambda snapshot: self._list(snapshot, question, params, headers)
        )

    def _list(
        self,
        snapshot: Snapshot,
        question: Question,
        params: ListParams,
        headers: Headers,
    ) -> Response:
        state = list_state(snapshot, self.resource, params, self.zone)
        reply = _Reply(question, state, headers)
        if reply.unchanged:
            return reply.not_modified()
        page = fetch(snapshot, self.resource, params, state, self.zone)
        links = links_of(question, state, page.cursor)
        answer = Answer(
            columns=page.columns,
            rows=page.rows,
            meta=list_meta(page, state, self.reader.source(snapshot, state)),
            links=links,
            nested=page.nested,
            for_spreadsheet=bool(params.bom),
        )
        return reply.whole(answer, (self.resource.name, self.resource.zh))

    async def detail(self, request: Request) -> Response:
        """One row with what belongs to it."""
        code, _, suffix = request.path_params["code"].partition(".")
        path = f"/v1/{self.resource.name}/{code}"
        question = question_of(request, path, suffix or None)
        described = f"/v1/{self.resource.name}/{{{self.resource.key}}}"
        params = parse(DetailParams, question.pairs, described, question.form.name)
        headers = request.headers
        return await self.reader.read(
            lambda snapshot: self._detail(snapshot, question, code, params, headers)
        )

    def _detail(
        self,
        snapshot: Snapshot,
        question: Question,
        code: str,
        params: DetailParams,
        headers: Headers,
    ) -> Response:
        state = state_of(snapshot, params, self.zone)
        reply = _Reply(question, state, headers)
        if reply.unchanged:
            return reply.not_modified()
        detail = fetch_one(snapshot, self.resource, code, state, question.form is JSON)
        answer = Answer(
            columns=self.resource.columns,
            rows=[detail.row],
            meta=meta_of(state, self.reader.source(snapshot, state)),
            links=links_of(question, state),
            one=True,
            nested=detail.nested,
            for_spreadsheet=bool(params.bom),
        )
        return reply.whole(answer, (code, code))


class _Reply:
    """An answer in the making: its tag is known before its rows are read."""

    def __init__(self, question: Question, state: State, headers: Headers):
        self.question = question
        self.state = state
        self.headers = headers
        self.etag = weak_etag(__version__, state.number, state.time, question.normal)

    @property
    def unchanged(self) -> bool:
        """Whether the client has this very answer: only a right request can have been given it."""
        return names_tag(self.headers, self.etag)

    def not_modified(self) -> Response:
        """What is said to a client that has the answer."""
        return Response(status_code=304, headers=self.common())

    def whole(self, answer: Answer, names: tuple[str, str]) -> Response:
        """The whole answer; `names` are those of a file, plain and in Chinese."""
        form = self.question.form
        more = {"Link": link_header(answer.links)}
        if form.as_file:
            more["Content-Disposition"] = saved_as(*names, form.name)
        return self.written(form.write(answer), form, more)

    def written(self, body: bytes, form: Format, more: dict[str, str]) -> Response:
        """The bytes of an answer in the coding that the client takes, with more headers.

        A client that asks by date learns here that it has them: its request proved right.
        """
        if is_as_new(self.headers, self.state.time):
            return self.not_modified()
        headers = self.common() | more
        coding = chosen_coding(joined(self.headers, "accept-encoding"), len(body))
        if coding:
            body = encoded(body, coding)
            headers["Content-Encoding"] = coding
        # Written out, so that no charset is added to a type that has none.
        return Response(body, headers={**headers, "Content-Type": form.content_type})

    def common(self) -> dict[str, str]:
        """The headers of an answer and of 304 in its place."""
        headers = {"ETag": self.etag, "Cache-Control": CACHE_CONTROL, "Vary": VARY}
        if self.state.time:
            headers["Last-Modified"] = http_date(self.state.time)
        return headers


def _index(reader: Reader, resources: Sequence[Resource]) -> Endpoint:
    async def index(request: Request) -> Response:
        question = Question("/v1", pairs_of(request.scope["query_string"]), JSON)
        params = parse(StateParams, question.pairs, "/v1", JSON.name)

        def respond(snapshot: Snapshot) -> Response:
            state = state_of(snapshot, params, reader.settings.zone)
            reply = _Reply(question, state, request.headers)
            if reply.unchanged:
                return reply.not_modified()
            counts = count_all(snapshot, resources, state)
            meta = meta_of(state, reader.source(snapshot, state)) | {"limits": LIMITS}
            links = links_of(question, state)
            links = {"self": links["self"], "permanent": links["permanent"], **INDEX_LINKS}
            data = [_listed(resource, counts[resource.name]) for resource in resources]
            body = orjson.dumps({"data": data, "meta": meta, "links": links})
            return reply.written(body, JSON, {"Link": link_header(links)})

        return await reader.read(respond)

    return index


LIMITS = {
    "limit_default": DEFAULT_LIMIT,
    "limit_max": MAX_LIMIT,
    "parameters_max": MAX_PAIRS,
    "filter_values_max": MAX_VALUES,
    "facet_values_max": FACET_VALUES,
    "q_characters_max": MAX_CHARACTERS,
    "q_words_max": MAX_WORDS,
    "q_counted_max": COUNTED_WITH_QUERY,
}
"""What the service takes and gives at most, as the index tells it."""

INDEX_LINKS = {"openapi": "/openapi.json", "docs": "/docs", "ready": "/readyz"}


def _listed(resource: Resource, count: int) -> dict[str, Any]:
    return {
        "name": resource.name,
        "title_zh": resource.zh,
        "title_en": resource.en,
        "about_zh": resource.about_zh,
        "about_en": resource.about_en,
        "path": f"/v1/{resource.name}",
        "count": count,
        "key": resource.key,
        "filters": list(resource.asked),
        "ranges": list(resource.bounds),
        "include": [inner.name for inner in resource.nested],
        "searchable": resource.searched is not None,
        "formats": list(FORMATS),
    }


async def _alive(_request: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


def _ready(reader: Reader) -> Endpoint:
    async def ready(_request: Request) -> Response:
        state = await reader.read(lambda snapshot: state_of_release(snapshot, None))
        body = b'{"status":"ok","release":%d}' % state.number
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return ready
