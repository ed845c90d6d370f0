"""An answer in the making, from the question to bytes and headers."""

import re

from fastapi import Request, Response
from starlette.datastructures import Headers

from app import __version__
from app.envelope import Question, link_header
from app.errors import MalformedRequest
from app.formats import FORMATS, Answer, Format
from app.http import (
    Formats,
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
from app.query import State, pairs_of
from app.settings import Settings

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
CACHE_CONTROL_PAST = "public, max-age=86400, stale-while-revalidate=600, stale-if-error=86400"
"""For a state that stays as it is, unless the law demands that something is removed from it."""

VARY = "Accept, Accept-Encoding"

HOST = re.compile(r"[A-Za-z0-9._~-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
"""What a request may name as its host; anything else is not repeated."""


def question_of(
    request: Request,
    path: str,
    suffix: str | None,
    settings: Settings,
    formats: Formats = FORMATS,
) -> Question:
    """What a request asks for; raises InvalidValue or NotAcceptable."""
    pairs = pairs_of(request.scope["query_string"])
    asked = next((value for name, value in pairs if name == "format"), None)
    form = chosen_format(asked, suffix, joined(request.headers, "accept"), formats)
    base = settings.public_url or _base_of(request)
    if form.absolute and not base:
        raise MalformedRequest(
            "Whole addresses are needed here, and the header Host names no host.",
            "此处需要完整网址，而请求头Host没有写明主机。",
        )
    return Question(path, pairs, form, f".{suffix}" if suffix else "", formats, base)


def _base_of(request: Request) -> str:
    """Scheme and host as the request names them."""
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}" if HOST.fullmatch(host) else ""


class Reply:
    """An answer in the making: its tag is known before its rows are read."""

    def __init__(self, question: Question, state: State, headers: Headers):
        self.question = question
        self.state = state
        self.headers = headers
        rests_on = (__version__, state.number, state.time, state.edition, question.normal)
        self.etag = weak_etag(*rests_on)

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
        more = {"Link": link_header(answer.links, self.question.formats)}
        if form.as_file:
            more["Content-Disposition"] = saved_as(*names, form.name)
        return self.written(form.write(answer), form, more)

    def written(self, body: bytes, form: Format, more: dict[str, str]) -> Response:
        """The bytes of an answer in the coding that the client takes, with more headers.

        A client that asks by date learns here that it has them: its request proved right.
        """
        if is_as_new(self.headers, self.state.modified):
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
        headers = {"ETag": self.etag, "Cache-Control": self._cache_control(), "Vary": VARY}
        if modified := self.state.modified:
            headers["Last-Modified"] = http_date(modified)
        return headers

    def _cache_control(self) -> str:
        if not self.state.fixed:
            return CACHE_CONTROL
        return CACHE_CONTROL_PAST + (", immutable" if self.question.form.as_file else "")
