"""Routes: made in a loop over the resources; each parses, fetches and writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from fastapi import Request, Response
from starlette.datastructures import Headers

from app.application import Application, Endpoint
from app.catalogue.citations import citations_of
from app.db import Snapshot
from app.envelope import Question, link_header, links_of, list_meta, meta_of
from app.formats import FORMATS, JSON, Answer
from app.formats.base import Row
from app.formats.citation import Citation
from app.formats.column import Column
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
from app.reply import Reply, question_of
from app.search import MAX_CHARACTERS, MAX_WORDS


def add_routes(app: Application, reader: Reader, resources: Sequence[Resource]) -> None:
    """The index, the list and the detail of every resource, and the state of the process."""
    app.add_endpoint("/v1", _index(reader, resources))
    for resource in resources:
        api = _Api(reader, resource)
        app.add_endpoint(f"/v1/{resource.name}", api.list)
        app.add_endpoint(f"/v1/{resource.name}.{{suffix}}", api.list)
        if resource.detail:
            app.add_endpoint(f"/v1/{resource.name}/{{code}}", api.detail)
    app.add_endpoint("/healthz", _alive)
    app.add_endpoint("/readyz", _ready(reader))


@dataclass(frozen=True)
class _Api:
    """The two endpoints of a resource."""

    reader: Reader
    resource: Resource

    @property
    def zone(self) -> ZoneInfo:
        return self.reader.settings.zone

    def _question(self, request: Request, path: str, suffix: str | None) -> Question:
        formats = self.resource.formats
        return question_of(request, path, suffix, self.reader.settings, formats)

    async def list(self, request: Request) -> Response:
        """A page of rows."""
        path = f"/v1/{self.resource.name}"
        suffix = request.path_params.get("suffix")
        question = self._question(request, path, suffix)
        params = parse(self.resource.params, question.pairs, path, question.form)
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
        reply = Reply(question, state, headers)
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
            zone=self.zone,
            base=question.base,
            citations=self._citations(snapshot, question, page.columns, page.rows, state),
            for_spreadsheet=bool(params.bom),
        )
        return reply.whole(answer, (self.resource.name, self.resource.zh))

    async def detail(self, request: Request) -> Response:
        """One row with what belongs to it."""
        code, _, suffix = request.path_params["code"].partition(".")
        path = f"/v1/{self.resource.name}/{code}"
        question = self._question(request, path, suffix or None)
        described = f"/v1/{self.resource.name}/{{{self.resource.key}}}"
        params = parse(self.resource.detail_params, question.pairs, described, question.form)
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
        reply = Reply(question, state, headers)
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
            zone=self.zone,
            base=question.base,
            citations=self._citations(
                snapshot, question, self.resource.columns, [detail.row], state
            ),
            for_spreadsheet=bool(params.bom),
        )
        return reply.whole(answer, (code, code))

    def _citations(
        self,
        snapshot: Snapshot,
        question: Question,
        columns: Sequence[Column],
        rows: Sequence[Row],
        state: State,
    ) -> Sequence[Citation]:
        """How each row is quoted, where the form is one of citation."""
        if not question.form.cites:
            return ()
        return citations_of(snapshot, self.resource, columns, rows, state)


def _index(reader: Reader, resources: Sequence[Resource]) -> Endpoint:
    async def index(request: Request) -> Response:
        question = Question("/v1", pairs_of(request.scope["query_string"]), JSON)
        params = parse(StateParams, question.pairs, "/v1", JSON)

        def respond(snapshot: Snapshot) -> Response:
            state = state_of(snapshot, params, reader.settings.zone)
            reply = Reply(question, state, request.headers)
            if reply.unchanged:
                return reply.not_modified()
            counts = count_all(snapshot, resources, state)
            meta = meta_of(state, reader.source(snapshot, state)) | {"limits": LIMITS}
            links = links_of(question, state)
            links = {"self": links["self"], "permanent": links["permanent"], **INDEX_LINKS}
            data = [_listed(resource, counts[resource.name]) for resource in resources]
            body = orjson.dumps({"data": data, "meta": meta, "links": links})
            return reply.written(body, JSON, {"Link": link_header(links, FORMATS)})

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

INDEX_LINKS = {
    "openapi": "/openapi.json",
    "docs": "/docs",
    "ready": "/readyz",
    "history": "/v1/history",
    "feed": "/v1/changes.atom?material=true",
}


def _listed(resource: Resource, count: int) -> dict[str, Any]:
    return {
        "name": resource.name,
        "title_zh": resource.zh,
        "title_en": resource.en,
        "about_zh": resource.about_zh,
        "about_en": resource.about_en,
        "path": f"/v1/{resource.name}",
        "count": count,
        "key": resource.key if resource.detail else None,
        "filters": list(resource.asked),
        "ranges": list(resource.bounds),
        "include": [inner.name for inner in resource.nested],
        "searchable": resource.searched is not None,
        "formats": list(resource.formats),
    }


async def _alive(_request: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


def _ready(reader: Reader) -> Endpoint:
    async def ready(_request: Request) -> Response:
        state = await reader.read(lambda snapshot: state_of_release(snapshot, None))
        body = b'{"status":"ok","release":%d}' % state.number
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return ready
