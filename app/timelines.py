"""Routes of what the clocks know: the history of indicators, and plan against plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import Headers

from app.application import Application
from app.db import Snapshot
from app.envelope import Question, links_of, list_meta
from app.formats import Answer
from app.history.diff import diff
from app.history.params import HistoriesParams, HistoryParams
from app.history.series import COLUMNS as HISTORY_COLUMNS
from app.history.series import time_line
from app.models.base import columns_of
from app.models.choices import Vintages
from app.models.diff import DiffRow
from app.query import DetailParams, Page, State, fetch_one, parse, state_of
from app.query.codes import refuse_unknown_codes
from app.reader import Reader
from app.reply import Reply, question_of
from app.resources import INDICATORS, TARGETS


def add_timelines(app: Application, reader: Reader) -> None:
    """The history of one indicator, of several, and the comparison of two plans."""
    routes = _Timelines(reader)
    for path, endpoint in (
        ("/v1/history", routes.histories),
        ("/v1/indicators/{code}/history", routes.history),
        ("/v1/plans/{before}/diff/{after}", routes.diff),
    ):
        app.add_endpoint(path, endpoint)
        if not path.endswith("}"):
            app.add_endpoint(f"{path}.{{suffix}}", endpoint)


@dataclass(frozen=True)
class _Timelines:
    """The endpoints."""

    reader: Reader

    async def history(self, request: Request) -> Response:
        """The time line of one indicator."""
        code = request.path_params["code"]
        question = self._question(request, f"/v1/indicators/{code}/history")
        described = "/v1/indicators/{code}/history"
        params = parse(HistoryParams, question.pairs, described, question.form)
        headers = request.headers

        def respond(snapshot: Snapshot) -> Response:
            state = state_of(snapshot, params, self.reader.settings.zone)
            fetch_one(snapshot, INDICATORS, code, state, with_lists=False)
            return self._figures(snapshot, question, [code], params, state, headers)

        return await self.reader.read(respond)

    async def histories(self, request: Request) -> Response:
        """The time lines of several indicators."""
        question = self._question(request, "/v1/history")
        params = parse(HistoriesParams, question.pairs, "/v1/history", question.form)
        headers = request.headers

        def respond(snapshot: Snapshot) -> Response:
            state = state_of(snapshot, params, self.reader.settings.zone)
            given = [("indicator", code) for code in params.indicator]
            refuse_unknown_codes(snapshot, TARGETS, given)
            return self._figures(snapshot, question, params.indicator, params, state, headers)

        return await self.reader.read(respond)

    def _question(self, request: Request, path: str) -> Question:
        suffix = request.path_params.get("suffix")
        return question_of(request, path, suffix, self.reader.settings)

    def _figures(
        self,
        snapshot: Snapshot,
        question: Question,
        indicators: Sequence[str],
        params: HistoryParams,
        state: State,
        headers: Headers,
    ) -> Response:
        reply = Reply(question, state, headers)
        if reply.unchanged:
            return reply.not_modified()
        every = params.vintages == Vintages.ALL
        line = time_line(snapshot, indicators, state, every)
        page = Page(HISTORY_COLUMNS, line.rows, len(line.rows), "exact", None)
        meta = self._meta(snapshot, page, state) | {"versions": line.versions}
        answer = Answer(
            columns=page.columns,
            rows=page.rows,
            meta=meta,
            links=links_of(question, state),
            for_spreadsheet=bool(params.bom),
        )
        names = ("history", "时间线") if len(indicators) > 1 else (f"{indicators[0]}-history",) * 2
        return reply.whole(answer, names)

    def _meta(self, snapshot: Snapshot, page: Page, state: State) -> dict[str, Any]:
        return list_meta(page, state, self.reader.source(snapshot, state))

    async def diff(self, request: Request) -> Response:
        """What became of the tasks and targets of one plan in another."""
        before = request.path_params["before"]
        after, _, suffix = request.path_params["after"].partition(".")
        path = f"/v1/plans/{before}/diff/{after}"
        question = question_of(request, path, suffix or None, self.reader.settings)
        described = "/v1/plans/{before}/diff/{after}"
        params = parse(DetailParams, question.pairs, described, question.form)
        headers = request.headers

        def respond(snapshot: Snapshot) -> Response:
            state = state_of(snapshot, params, self.reader.settings.zone)
            reply = Reply(question, state, headers)
            if reply.unchanged:
                return reply.not_modified()
            found = diff(snapshot, before, after, state)
            page = Page(columns_of(DiffRow), list(found.rows), len(found.rows), "exact", None)
            meta = self._meta(snapshot, page, state)
            notes = {"note_zh": found.note_zh, "note_en": found.note_en}
            answer = Answer(
                columns=page.columns,
                rows=page.rows,
                meta=meta | {name: note for name, note in notes.items() if note},
                links=links_of(question, state),
                nested=found.nested,
                for_spreadsheet=bool(params.bom),
            )
            return reply.whole(answer, (f"{before}-{after}", f"{before}-{after}"))

        return await self.reader.read(respond)
