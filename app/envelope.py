"""What stands around the rows of an answer: meta and links, in JSON and in headers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from app.formats import FORMATS, JSON, Format
from app.query import Page, Source, State
from app.query.request import Pairs

LICENSE = "CC-BY-4.0"
LICENSE_SHOWN = "CC BY 4.0"
LICENSE_PAGE = "https://creativecommons.org/licenses/by/4.0/"

NOT_YET_ZH = "所问时刻在第1版发布之前，当时尚未发布任何数据。"
NOT_YET_EN = "The moment asked for is before release 1: nothing had been published."

LONGEST_LINKS = 2000
"""Characters of the header Link, but for the next page."""

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
    formats: Mapping[str, Format] = field(default_factory=lambda: FORMATS)
    """The forms in which it can be answered."""
    base: str = ""
    """Scheme and host under which the service is reached."""

    @property
    def address(self) -> str:
        """The address as it was asked."""
        return address(self.path + self.suffix, self.pairs)

    @property
    def lasting_path(self) -> str:
        """The path that gives this form by itself, also to a client that wants another one."""
        negotiated = self.form is not JSON and all(name != "format" for name, _ in self.pairs)
        return self.path + (self.suffix or (f".{self.form.name}" if negotiated else ""))

    @property
    def normal(self) -> str:
        """The same for all spellings of one question in one form."""
        others = (pair for pair in self.pairs if pair[0] != "format")
        pairs = sorted(others, key=lambda pair: pair[0])  # the order of `sort` matters
        base = self.base if self.form.absolute else ""
        return f"{self.form.name} {base}{address(self.path, pairs)}"


def address(path: str, pairs: Pairs) -> str:
    """A path with its parameters."""
    path = _quoted(path)
    return f"{path}?{'&'.join(map(_encoded, pairs))}" if pairs else path


@lru_cache(maxsize=2048)
def _quoted(path: str) -> str:
    """A path as it stands in an address."""
    return quote(path)


@lru_cache(maxsize=2048)
def _encoded(pair: tuple[str, str]) -> str:
    """A parameter as it stands in an address: an answer has it in many links."""
    return urlencode([pair], safe=",:")


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
    path, pairs = question.lasting_path, question.pairs
    following = None
    if cursor:
        following = address(path, [*without(pairs, "cursor", "as_of"), ("cursor", cursor)])
    return {
        "self": question.address,
        "permanent": _permanent(path, pairs, state),
        "next": following,
        "page": None,
        "formats": {
            name: address(f"{question.path}.{name}", without(pairs, *_not_for(form)))
            for name, form in question.formats.items()
            if form is not JSON
        },
    }


@lru_cache(maxsize=32)
def _not_for(form: Format) -> frozenset[str]:
    """Parameters that an answer in a form does not take over from the question."""
    more = {"fields"} if form.needs_all_fields else set()
    return FOR_ONE_FORM | more | ({"since"} if form.cites else set())


def _permanent(path: str, pairs: Pairs, state: State) -> str:
    """The address whose answer never changes; a moment before release 1 is one already."""
    if state.number == 0:
        return address(path, pairs)
    fixed = [*without(pairs, "release", "as_of"), ("release", str(state.number))]
    return address(path, fixed)


def link_header(links: dict[str, Any], formats: Mapping[str, Format]) -> str:
    """The links that RFC 8288 has a word for, for clients that see no envelope.

    All of them only where they fit: proxies give up on long headers. The next page always fits.
    """
    found = [f'<{links["next"]}>; rel="next"'] if links.get("next") else []
    wanted = [
        f'<{LICENSE_PAGE}>; rel="license"',
        '</openapi.json>; rel="service-desc"; type="application/json"',
        '</docs>; rel="service-doc"; type="text/html"',
        f'<{links["permanent"]}>; rel="bookmark"',
        *(
            f'<{target}>; rel="alternate"; type="{formats[name].media_type}"'
            for name, target in links.get("formats", {}).items()
        ),
    ]
    for link in wanted:
        if sum(map(len, found)) + len(link) <= LONGEST_LINKS:
            found.append(link)
    return ", ".join(found)
