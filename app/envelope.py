"""What stands around the rows of an answer: meta and links, in JSON and in headers."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.formats import FORMATS, JSON, Format
from app.query import Page, Source, State
from app.query.request import Pairs

LICENSE = "CC-BY-4.0"
LICENSE_SHOWN = "CC BY 4.0"
LICENSE_PAGE = "https://creativecommons.org/licenses/by/4.0/"

NOT_YET_ZH = "所问时刻在第1版发布之前，当时尚未发布任何数据。"
NOT_YET_EN = "The moment asked for is before release 1: nothing had been published."

FOR_ONE_FORM = frozenset({"format", "bom", "include", "facets", "cursor"})
"""Parameters that an answer in another form, from its beginning, does not take over."""


@dataclass(frozen=True)
class Question:
    """What a request asks for, as far as its address and headers tell."""

    path: str
    """The address without a suffix."""
    pairs: Pairs
    form: Format
    suffix: str = ""
    """As it was given: `.csv`, or nothing."""

    @property
    def address(self) -> str:
        """The address as it was asked."""
        return address(self.path + self.suffix, self.pairs)

    @property
    def normal(self) -> str:
        """The same for all spellings of one question in one form."""
        pairs = sorted(pair for pair in self.pairs if pair[0] != "format")
        return f"{self.form.name} {address(self.path, pairs)}"


def address(path: str, pairs: Pairs) -> str:
    """A path with its parameters."""
    return f"{path}?{urlencode(pairs, safe=',:')}" if pairs else path


def without(pairs: Pairs, *names: str) -> Pairs:
    """The parameters but for some."""
    return [pair for pair in pairs if pair[0] not in names]


def meta_of(state: State, source: Source) -> dict[str, Any]:
    """Which release, under which licence, from what: the same in every answer."""
    known = state.number > 0
    return {
        "release": state.number if known else None,
        "released_at": state.time,
        "as_of": state.as_of,
        "license": LICENSE,
        "attribution_zh": source.attribution_zh(state.number, LICENSE_SHOWN),
        "attribution_en": source.attribution_en(state.number, LICENSE_SHOWN),
        "note_zh": None if known else NOT_YET_ZH,
        "note_en": None if known else NOT_YET_EN,
    }


def list_meta(page: Page, state: State, source: Source) -> dict[str, Any]:
    """The meta of a list."""
    counts = {"total": page.total, "total_is": page.total_is, "returned": len(page.rows)}
    facets = {} if page.facets is None else {"facets": page.facets}
    return counts | meta_of(state, source) | facets


def links_of(question: Question, state: State, cursor: str | None = None) -> dict[str, Any]:
    """Where to go from an answer."""
    path, pairs = question.path + question.suffix, question.pairs
    following = None
    if cursor:
        following = address(path, [*without(pairs, "cursor", "as_of"), ("cursor", cursor)])
    return {
        "self": question.address,
        "permanent": _permanent(path, pairs, state),
        "next": following,
        "page": None,
        "formats": {
            name: address(f"{question.path}.{name}", without(pairs, *FOR_ONE_FORM))
            for name in FORMATS
            if name != JSON.name
        },
    }


def _permanent(path: str, pairs: Pairs, state: State) -> str:
    """The address whose answer never changes; a moment before release 1 is one already."""
    if state.number == 0:
        return address(path, pairs)
    fixed = [*without(pairs, "release", "as_of"), ("release", str(state.number))]
    return address(path, fixed)


def link_header(links: dict[str, Any]) -> str:
    """The links that RFC 8288 has a word for, for clients that see no envelope."""
    found = [f'<{links["permanent"]}>; rel="bookmark"']
    if links.get("next"):
        found.append(f'<{links["next"]}>; rel="next"')
    for name, target in links.get("formats", {}).items():
        found.append(f'<{target}>; rel="alternate"; type="{FORMATS[name].media_type}"')
    found.append(f'<{LICENSE_PAGE}>; rel="license"')
    found.append('</openapi.json>; rel="service-desc"; type="application/json"')
    found.append('</docs>; rel="service-doc"; type="text/html"')
    return ", ".join(found)
