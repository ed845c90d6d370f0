"""HTTP craft: which form and coding a client wants, and whether it has the answer already."""

import gzip
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote

import brotli
from starlette.datastructures import Headers

from app.errors import NotAcceptable
from app.formats import JSON, Format

Formats = Mapping[str, Format]
Pairs = Sequence[tuple[bytes, bytes]]

CODINGS = ("br", "gzip")
"""Content codings that the service writes, the better one first."""

SMALLEST = 500
"""Bytes below which coding gains nothing."""

BROTLI_QUALITY = 5
GZIP_LEVEL = 6


def _weighed(header: str) -> Iterator[tuple[str, float]]:
    """The members of an Accept header in lower case with their weights."""
    for member in header.split(","):
        name, *parameters = (part.strip().lower() for part in member.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = min(max(float(parameter[2:]), 0.0), 1.0)
                except ValueError:
                    weight = 0.0
        if name:
            yield name, weight


def chosen_format(asked: str | None, suffix: str | None, accept: str, formats: Formats) -> Format:
    """The format of the answer: `format=` first, then the suffix, then Accept.

    Raises NotAcceptable, which lists the formats.
    """
    for place, name in (("path", suffix), ("query", asked)):
        if name is not None and name not in formats:
            raise _not_acceptable(place, "format", name, formats)
    if name := asked or suffix:
        return formats[name]
    return _accepted(accept, formats) if accept.strip() else JSON


def _accepted(accept: str, formats: Formats) -> Format:
    wanted = list(_weighed(accept))
    best, weight = JSON, 0.0
    for form in formats.values():
        if (given := _weight_of(form.media_type, wanted)) > weight:
            best, weight = form, given
    if weight == 0:
        raise _not_acceptable("header", "Accept", accept, formats)
    return best


def _weight_of(media_type: str, wanted: list[tuple[str, float]]) -> float:
    """The weight of a media type: that of the member which names it most exactly."""
    general = media_type.partition("/")[0] + "/*"
    for name in (media_type, general, "*/*"):
        for member, weight in wanted:
            if member == name:
                return weight
    return 0.0


def _not_acceptable(place: str, name: str, value: str, formats: Formats) -> NotAcceptable:
    media_types = [form.media_type for form in formats.values()]
    allowed = media_types if place == "header" else list(formats)
    return NotAcceptable(
        f"'{value[:200]}' is not written here; there are: {', '.join(allowed)}.",
        f"本服务不提供“{value[:200]}”；可用格式：{'、'.join(allowed)}。",
        [
            {
                "in": place,
                "name": name,
                "value": value[:200],
                "reason": "not_acceptable",
                "suggestion": None,
                "allowed": allowed,
            }
        ],
    )


def chosen_coding(accept_encoding: str, size: int) -> str | None:
    """The best content coding that the client takes for a body of this size, or none."""
    if size < SMALLEST or not accept_encoding:
        return None
    weights = dict(_weighed(accept_encoding))
    others = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda coding: weights.get(coding, others))
    return best if weights.get(best, others) > 0 else None


def encoded(body: bytes, coding: str | None) -> bytes:
    """The body in a content coding."""
    match coding:
        case "br":
            packed: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
            return packed
        case "gzip":
            return gzip.compress(body, GZIP_LEVEL, mtime=0)
    return body


def weak_etag(*parts: object) -> str:
    """The tag of an answer that is decided by these parts alone, on every replica alike."""
    text = "\n".join(map(str, parts)).encode()
    return f'W/"{hashlib.sha256(text).hexdigest()[:20]}"'


@lru_cache(maxsize=256)
def http_date(time: str) -> str:
    """A release's time as HTTP writes it."""
    return formatdate(datetime.fromisoformat(time).timestamp(), usegmt=True)


def joined(headers: Headers, name: str) -> str:
    """A header that may stand in several lines, as one."""
    return ", ".join(headers.getlist(name))


def names_tag(headers: Headers, etag: str) -> bool:
    """Whether the client says that it has the answer with this tag."""
    bare = etag.removeprefix("W/")
    given = joined(headers, "if-none-match").split(",")
    return any(tag.strip().removeprefix("W/") == bare for tag in given)


def has_answer(request: Pairs, answer: Pairs) -> bool:
    """Whether a client, by the headers of its request, has the answer with these headers."""
    asked, given = Headers(raw=list(request)), Headers(raw=list(answer))
    if names_tag(asked, given["etag"]):
        return True
    modified = given.get("last-modified")
    return bool(modified) and is_as_new(asked, parsedate_to_datetime(str(modified)).isoformat())


def is_as_new(headers: Headers, time: str | None) -> bool:
    """Whether the client, by date alone, has an answer that is not older than a release."""
    since = headers.get("if-modified-since")
    if not since or time is None or "if-none-match" in headers:
        return False
    try:
        moment = parsedate_to_datetime(since)
        if moment.tzinfo is None:
            return False
        return int(datetime.fromisoformat(time).timestamp()) <= moment.timestamp()
    except (ValueError, OverflowError):
        return False


def saved_as(name: str, name_zh: str, suffix: str) -> str:
    """The value of Content-Disposition: a plain name, and the Chinese one for those who can."""
    chinese = quote(f"{name_zh}.{suffix}")
    return f"attachment; filename=\"{name}.{suffix}\"; filename*=UTF-8''{chinese}"
