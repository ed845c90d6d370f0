"""What schemathesis cannot know of the service, so that what it takes for valid is valid.

The description says how a value is written. It cannot say that a code must have existed, that a
cursor belongs to one question, or that two parameters exclude each other: such a request has the
right form and is rightly refused. Here each request is mended before it is sent. A value without
the right form is never touched: where schemathesis spoilt one on purpose, that value, and nothing
else, must be why the service refuses.

What is put in follows from the request alone, so that a seed gives the same run again.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zlib import crc32

import httpx
import schemathesis

Query = dict[str, Any]

CODES_OF = {
    "plan": "plans",
    "target_plan": "plans",
    "area": "areas",
    "task": "tasks",
    "indicator": "indicators",
    "target": "targets",
    "observation": "observations",
    "body": "bodies",
    "issuer": "bodies",
    "parent": "bodies",
    "document": "documents",
    "source_document": "documents",
}
"""Filters that take codes of one resource."""

CODES_OF_ITSELF = frozenset({"code", "continues"})
"""Filters that take codes of the resource that is asked."""

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NUMBER = re.compile(r"[1-9][0-9]{0,9}")
MOMENT = re.compile(
    "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
    "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?"
)
TOKEN = re.compile("[0-9A-Za-z\u4e00-\u9fff]")
"""Some of what can be searched for: enough to see whether a query needs more."""

LARGEST = 2**31 - 1
MOST_WORDS = 10
LONGEST_QUERY = 200
LONGEST_CURSOR = 12_000


class Published:
    """What the service at an address has published."""

    def __init__(self, address: str):
        self.client = httpx.Client(base_url=address, trust_env=False, timeout=60)
        releases = self.answer("/v1/releases?sort=number&limit=1000")
        self.releases = len(releases)
        times = [release["time"] for release in releases]
        self.moments: list[str] = ["2020-02-29", *times, *(time[:10] for time in times)]
        self.keys: dict[str, list[Any]] = {}
        self.withdrawn: dict[str, list[Any]] = {}
        for resource in self.answer("/v1"):
            asked = f"{resource['path']}?fields={resource['key']}&limit=1000"
            of_each = [
                {row[resource["key"]] for row in self.answer(f"{asked}&release={number}")}
                for number in range(1, len(releases) + 1)
            ]
            ever = set().union(*of_each)
            self.keys[resource["name"]] = sorted(ever)
            self.withdrawn[resource["name"]] = sorted(ever - of_each[-1])

    def answer(self, address: str) -> Any:
        """The data at an address."""
        return self.client.get(address).raise_for_status().json()["data"]

    def cursor(self, path: str, query: Query) -> str | None:
        """The cursor behind the first row of a question; none where no row follows."""
        asked = {name: value for name, value in query.items() if name not in ("cursor", "bom")}
        answer = self.client.get(path, params={**asked, "limit": 1, "format": "json"})
        following = answer.json()["links"]["next"] if answer.is_success else None
        return httpx.URL(following).params["cursor"] if following else None


@cache
def published(address: str) -> Published:
    """What the service at an address has published, read once."""
    return Published(address)


def number_of(value: Any) -> int:
    """A number that a value decides."""
    return crc32(str(value).encode("utf-8", "surrogatepass"))


def chosen(value: Any, among: Sequence[Any]) -> Any:
    """One of several, in the place of a value that decides which."""
    return among[number_of(value) % len(among)]


def listed(value: Any) -> list[Any]:
    """The values of a parameter that may be repeated."""
    return value if isinstance(value, list) else [value]


@schemathesis.hook
def before_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], _options: dict[str, Any]
) -> None:
    """Mend a request."""
    if not case.path.startswith("/v1"):
        return
    _, _, resource, *_ = [*case.path.split("/"), ""]
    known = published(str(case.operation.base_url).rstrip("/"))
    for name, value in case.path_parameters.items():
        if CODE.fullmatch(str(value)):
            case.path_parameters[name] = _key(value, resource, known)
    mended = dict(case.query)
    for mend in (_codes, _state, _moments, _words, _forms):
        mend(mended, resource, known)
    cursor = mended.get("cursor")
    if isinstance(cursor, str) and len(cursor) <= LONGEST_CURSOR:
        mended["cursor"] = known.cursor(case.path, mended)
    if mended != case.query:
        case.query = {name: value for name, value in mended.items() if value is not None}


def _key(value: Any, resource: str, known: Published) -> Any:
    """What a path names: mostly what there is, now and then what is gone or never was."""
    match number_of(value) % 8:
        case 0:
            return value
        case 1 if known.withdrawn[resource]:
            return chosen(value, known.withdrawn[resource])
    return chosen(value, known.keys[resource])


def _codes(query: Query, resource: str, known: Published) -> None:
    """A code that never existed is refused."""
    for name, values in query.items():
        codes = known.keys.get(resource if name in CODES_OF_ITSELF else CODES_OF.get(name, ""))
        # What is no list was spoilt, even where the address would look the same.
        if codes and isinstance(values, list) and all(map(_is_code, values)):
            query[name] = [chosen(each, codes) for each in values]


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def _state(query: Query, _resource: str, known: Published) -> None:
    """A release is known by number or by moment, not by both, and is one that there is."""
    release, moment = query.get("release"), query.get("as_of")
    if _is_release(release):
        query["release"] = 1 + int(str(release)) % known.releases
    if release is not None and moment is not None:
        either = {"release": _is_release(release), "as_of": _is_moment(moment)}
        fitting = [name for name, fits in either.items() if fits]
        if fitting:
            del query[chosen((release, moment), fitting)]


def _is_release(value: Any) -> bool:
    return NUMBER.fullmatch(str(value)) is not None and int(str(value)) <= LARGEST


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and MOMENT.fullmatch(value) is not None


def _moments(query: Query, _resource: str, known: Published) -> None:
    """A moment stands in the calendar; that of a state is not in the future."""
    for name in ("as_of", "time_min", "time_max"):
        value = query.get(name)
        if isinstance(value, str) and _is_moment(value):
            moment = _moment(value)
            if moment is None or (name == "as_of" and moment > datetime.now(UTC)):
                query[name] = chosen(value, known.moments)


def _moment(text: str) -> datetime | None:
    """A moment, or the first one of a day; none where the calendar has no such day."""
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return None


def _words(query: Query, _resource: str, _known: Published) -> None:
    """What is searched for has something that can be found, and few words."""
    words = query.get("q")
    if isinstance(words, str) and 0 < len(words) <= LONGEST_QUERY:
        plain = unicodedata.normalize("NFKC", words).split()
        if len(plain) > MOST_WORDS:
            words = " ".join(plain[:MOST_WORDS])[:LONGEST_QUERY]
        if not TOKEN.search(words):
            words = words[: LONGEST_QUERY - 1] + chosen(words, "学教育园校")
        query["q"] = words
    if "q" not in query and "relevance" in listed(query.get("sort")):
        query["q"] = chosen(query["sort"], "学教育园校")


def _forms(query: Query, _resource: str, _known: Published) -> None:
    """Lists inside rows and counts are for JSON, a byte order mark is for CSV."""
    only_json = "include" in query or "facets" in query
    marked = query.get("bom") is True or query.get("bom") == "true"
    if only_json and marked:
        del query["bom"]
    if only_json and query.get("format") in ("csv", "ndjson"):
        query["format"] = "json"
    elif marked and not only_json and query.get("format") in (None, "json", "ndjson"):
        query["format"] = "csv"
