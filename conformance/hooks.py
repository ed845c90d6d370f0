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
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

import httpx
import schemathesis
from jsonschema import Draft202012Validator

Query = dict[str, Any]
Schemas = Mapping[str, Any]

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

USUAL = ("json", "csv", "ndjson")
CITATIONS = ("gbt7714", "bibtex", "csl-json")

MOMENTS = ("as_of", "time_min", "time_max")

TOKEN = re.compile("[0-9A-Za-z\u4e00-\u9fff]")
"""Some of what can be searched for: enough to see whether a query needs more."""

WORDS = "学教育园校"


class Published:
    """What the service at an address has published."""

    def __init__(self, address: str):
        self.client = httpx.Client(base_url=address, trust_env=False, timeout=60)
        self.limits: dict[str, int] = self._json("/v1")["meta"]["limits"]
        releases = self._data("/v1/releases?sort=number&limit=1000")
        times = [release["time"] for release in releases]
        self.releases = len(times)
        self.moments = ["2020-02-29", *times, *(time[:10] for time in times)]
        self.release_of: dict[str, int] = {}
        self.keys: dict[str, list[Any]] = {}
        self.withdrawn: dict[str, list[Any]] = {}
        for resource in self._data("/v1"):
            key = resource["key"] or "code"  # the log has no addresses, but lines on codes
            asked = f"{resource['path']}?fields={key}&limit=1000"
            of_each = [
                {row[key] for row in self._data(f"{asked}&release={number}")}
                for number in range(1, len(times) + 1)
            ]
            ever = set().union(*of_each)
            self.keys[resource["name"]] = sorted(ever)
            self.withdrawn[resource["name"]] = sorted(ever - of_each[-1])

    def _json(self, address: str) -> Any:
        return self.client.get(address).raise_for_status().json()

    def _data(self, address: str) -> Any:
        return self._json(address)["data"]

    def release_at(self, moment: str) -> int:
        """The release of a moment; 0 before the first."""
        if moment not in self.release_of:
            asked = f"/v1?{urlencode({'as_of': moment})}"
            self.release_of[moment] = self._json(asked)["meta"]["release"] or 0
        return self.release_of[moment]

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


@schemathesis.hook
def before_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], _options: dict[str, Any]
) -> None:
    """Mend a request."""
    if case.path.startswith("/v1"):
        request = Request(case)
        request.mend()
        if request.path_parameters != case.path_parameters:
            case.path_parameters = request.path_parameters
        if request.query != case.query:
            case.query = request.query


class Request:
    """A request in the making."""

    def __init__(self, case: schemathesis.Case[Any]):
        self.case = case
        self.path_parameters = dict(case.path_parameters)
        self.query: Query = dict(case.query)
        self.resource = [*case.path.split("/"), ""][2]
        self.known = published(str(case.operation.base_url).rstrip("/"))

    @cached_property
    def schemas(self) -> Schemas:
        """How the description says that each parameter is written."""
        raw = self.case.operation.schema.raw_schema
        common = raw["components"]["parameters"]
        described = [
            common[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
            for parameter in raw["paths"][self.case.path]["get"]["parameters"]
        ]
        return {parameter["name"]: parameter["schema"] for parameter in described}

    def fits(self, name: str) -> bool:
        """Whether a parameter stands in the query and has the right form."""
        known = name in self.query and name in self.schemas
        return known and _fits(self.query[name], self.schemas[name])

    def mend(self) -> None:
        """Make what has the right form valid; a cursor comes last, for it fits the rest."""
        for name, value in self.path_parameters.items():
            if _fits(value, self.schemas[name]):
                self.path_parameters[name] = self._key(value)
        self._two_plans()
        self._state()
        self._moments()
        self._since()
        self._codes()
        if "q" in self.schemas:
            self._words()
        self._forms()
        if self.fits("cursor"):
            cursor = self.known.cursor(self.case.path, self.query)
            self.query["cursor"] = cursor
            if cursor is None:
                del self.query["cursor"]

    def _key(self, value: Any) -> Any:
        """What a path names: mostly what there is, now and then what is gone or never was."""
        match number_of(value) % 8:
            case 0:
                return value
            case 1 if self.known.withdrawn[self.resource]:
                return chosen(value, self.known.withdrawn[self.resource])
        return chosen(value, self.known.keys[self.resource])

    def _two_plans(self) -> None:
        """A plan is compared with another one."""
        given = self.path_parameters
        both = given.get("before"), given.get("after")
        if both[0] in self.known.keys["plans"] and both[0] == both[1]:
            others = [code for code in self.known.keys["plans"] if code != given["before"]]
            given["after"] = chosen(given["after"], others)

    def _state(self) -> None:
        """A release is known by number or by moment, not by both, and is one that there is."""
        drawn = (self.query.get("release"), self.query.get("as_of"))
        fitting = [name for name in ("release", "as_of") if self.fits(name)]
        if "release" in fitting:
            self.query["release"] = 1 + int(self.query["release"]) % self.known.releases
        if None not in drawn and fitting:
            del self.query[chosen(drawn, fitting)]

    def _moments(self) -> None:
        """A moment stands in the calendar; that of a state is not in the future."""
        for name in MOMENTS:
            if self.fits(name):
                value = self.query[name]
                moment = _moment(value)
                if moment is None or (name == "as_of" and moment > datetime.now(UTC)):
                    self.query[name] = chosen(value, self.known.moments)

    def _since(self) -> None:
        """The release that a state is compared with is no later one."""
        if not self.fits("since"):
            return
        state = self.known.releases
        if self.fits("release"):
            state = int(self.query["release"])
        elif self.fits("as_of"):
            state = self.known.release_at(self.query["as_of"])
        self.query["since"] = int(self.query["since"]) % (state + 1)

    def _codes(self) -> None:
        """A code that never existed is refused."""
        for name in self.query:
            if self._takes_codes(name):
                resource = self.resource if name in CODES_OF_ITSELF else CODES_OF[name]
                codes = self.known.keys[resource]
                self.query[name] = [chosen(each, codes) for each in self.query[name]]

    def _takes_codes(self, name: str) -> bool:
        """Whether a parameter takes codes and was drawn as a list of what look like some."""
        if name not in self.schemas or not (name in CODES_OF or name in CODES_OF_ITSELF):
            return False
        # What is no list was spoilt, even where the address would look the same.
        values, form = self.query[name], self.schemas[name]["items"]
        return isinstance(values, list) and all(_fits(each, form) for each in values)

    def _words(self) -> None:
        """What is searched for has something that can be found, and few words."""
        longest, most = self.known.limits["q_characters_max"], self.known.limits["q_words_max"]
        if self.fits("q"):
            words = self.query["q"]
            plain = unicodedata.normalize("NFKC", words).split()
            if len(plain) > most:
                words = " ".join(plain[:most])[:longest]
            if not TOKEN.search(words):
                words = words[: longest - 1] + chosen(words, WORDS)
            self.query["q"] = words
        order = self.query.get("sort")
        if "q" not in self.query and isinstance(order, list) and "relevance" in order:
            self.query["q"] = chosen(order, WORDS)

    def _forms(self) -> None:
        """Each form is asked for what it has a place for.

        Lists inside rows and counts are for JSON and for whole lists, a byte order mark is for CSV;
        other forms than the usual ones take whole rows.
        """
        only_json = "include" in self.query or "facets" in self.query
        marked = self.query.get("bom") is True or self.query.get("bom") == "true"
        if only_json and marked:
            del self.query["bom"]
        form = self.query.get("format") if self.fits("format") else None
        if only_json and form:
            form = self.query["format"] = "json"
        elif marked and not only_json and form != "csv" and ("format" not in self.query or form):
            form = self.query["format"] = "csv"
        if only_json or form in CITATIONS:
            self._drop("since")
        if form and form not in USUAL:
            self._drop("fields")

    def _drop(self, name: str) -> None:
        """Leave a parameter out, unless it was spoilt."""
        if self.fits(name):
            del self.query[name]


def _fits(value: Any, schema: Any) -> bool:
    if schema["type"] == "integer" and re.fullmatch("[0-9]{1,20}", str(value)):
        value = int(value)  # numbers may be written out already
    return Draft202012Validator(schema).is_valid(value)


def _moment(text: str) -> datetime | None:
    """A moment, or the first one of a day; none where the calendar has no such day."""
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return None
