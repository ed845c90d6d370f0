"""Random sequences of plan files, results, corrections and withdrawals: the service, asked over
HTTP as of every release, against the oracle that keeps a whole copy of each."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.db import closing, writer_engine
from app.models.choices import Cause
from app.publish.complaint import Refused
from app.publish.plans import import_plans
from app.publish.results import observe, retract
from app.publish.writer import CauseProblem, Orders
from tests.clock_oracle import LISTS, REFUSED, Oracle, Question, diff
from tests.plans import anchored, body, han, indicator, plan, saved, target, task, text_of
from tests.serving import serving

Spec = dict[str, Any]
Row = dict[str, Any]

PLANS = {"aa-2024": ("aa", 2024), "aa-2025": ("aa", 2025), "bb-2024": ("bb", 2024)}
"""Issuer and year; the second continues the first and names its indicators by code only."""

CLOCKED = ("plans", "areas", "tasks", "indicators", "targets", "observations", "bodies",
           "participations", "deliverables", "errata", "documents")  # fmt: skip

# --- what plan files say ----------------------------------------------------------------------

UNITS = {"x": "%", "y": "人", "z": "个"}
FIGURES: dict[str, list[float]] = {"x": [60, 61.5, 70], "y": [9, 10, 12], "z": [12, 15, 20]}
COMPARISONS = {
    "x": ["at_least", "at_least", "at_least", "at_most"],
    "y": ["at_most", "at_most", "at_most", "at_least"],
    "z": ["at_least", "equal"],
}
INDICATORS: dict[str, Row] = {
    "x": {},
    "y": {"unit": "person", "measure": "stock", "desired_direction": "decrease"},
    "z": {"unit": "college", "measure": "flow", "kind": "output"},
}
SLOTS = ("x", "x2", "y", "z")
"""Promises; the second is another one on the indicator of the first, due a year later."""

GAP = {"text_complete": False, "text_gap_zh": "其后不明。", "text_gap_en": "The rest is unknown."}
DOUBT = {"alternative_zh": "或另有所指。", "alternative_en": "It may mean something else."}
STATUSES = [*["stated"] * 6, "redacted", "unquantified"]


def seldom() -> st.SearchStrategy[bool]:
    return st.sampled_from([False, False, False, True])


promise_specs = st.fixed_dictionaries(
    {
        "place": st.integers(0, 2),
        "status": st.sampled_from(STATUSES),
        "figure": st.integers(0, 2),
        "comparison": st.integers(0, 3),
        "strive": seldom(),
        "floor": seldom(),
        "half": seldom(),
        "alternative": st.sampled_from(["", "", "", "value", "due", "value due"]),
        "baseline": seldom(),
    }
)
task_specs = st.fixed_dictionaries(
    {
        "title": st.sampled_from("甲乙"),
        "gap": seldom(),
        "stated": seldom(),
        "continues": st.sampled_from([None, 1, 1, 2, 3]),
        "roles": st.sampled_from([[], ["participant"], ["participant", "mentioned"]]),
    }
)
specs = st.fixed_dictionaries(
    {
        "plan": st.sampled_from(sorted(PLANS)),
        "preface": st.integers(0, 2),
        "area": st.sampled_from(["开展行动", "提升质量"]),
        "gap": seldom(),
        "early": st.booleans(),
        "names": st.fixed_dictionaries({slug: st.sampled_from(["old", "new"]) for slug in "xyz"}),
        "body": st.sampled_from(["old", "new"]),
        "relation": st.sampled_from([None, "https://example.org/1", "https://example.org/2"]),
        "tasks": st.fixed_dictionaries({1: task_specs}, optional={2: task_specs, 3: task_specs}),
        "promises": st.fixed_dictionaries(
            {"x": promise_specs}, optional=dict.fromkeys(SLOTS[1:], promise_specs)
        ),
        "documents": st.dictionaries(
            st.sampled_from(["rules", "guide"]), st.integers(0, 2), min_size=1
        ),
    }
)
"""What a plan file says."""


def promised(slot: str, spec: Spec, year: int) -> Row:
    """A promise as a plan file writes it."""
    slug, masked = slot[0], spec["status"] != "stated"
    value = FIGURES[slug][spec["figure"]]
    met_if = COMPARISONS[slug][spec["comparison"] % len(COMPARISONS[slug])]
    verb = "另定" if slot == "x2" else "定为"
    figure = {"stated": value, "redacted": "XX"}.get(spec["status"], "高位")
    quote = f"{slug}{verb}{figure}{UNITS[slug]}"
    row: Row = {"value_status": spec["status"], "met_if": met_if, "quote": quote}
    strives = spec["strive"] and spec["status"] != "unquantified"
    if strives:
        row |= {"commitment": "strive", "commitment_basis": "stated"}
    if spec["floor"] and met_if == "at_least" and not masked and not strives:
        row["floor_stated"] = True
    if spec["half"] or slot == "x2":
        row["due"] = f"{year + 1}-12-31" if slot == "x2" else f"{year}-06-30"
        row["due_basis"] = "stated"
    return target(slug, None if masked else value, **row, **second_reading(slug, spec, year))


def second_reading(slug: str, spec: Spec, year: int) -> Row:
    """The doubtful parts of a promise."""
    row: Row = {}
    if "value" in spec["alternative"]:
        row["alternative_value"] = FIGURES[slug][spec["figure"] - 1]
    if "due" in spec["alternative"]:
        row["alternative_due"] = f"{year + 1}-12-31"
    if spec["baseline"]:
        row |= {"baseline_value": 45, "baseline_period": "2022"}
    return row | (DOUBT if spec["alternative"] else {})


def file_of(spec: Spec) -> Row:
    """The plan file that says what a spec says, anchored in a text that begins with a preface."""
    code = spec["plan"]
    issuer, year = PLANS[code]
    slots = {s: p for s, p in spec["promises"].items() if issuer == "aa" or s[0] == "x"}
    numbers = sorted(spec["tasks"])
    tasks = []
    for at, number in enumerate(numbers):
        here = [slot for slot, p in slots.items() if p["place"] % len(numbers) == at]
        documents = [d for d, where in spec["documents"].items() if where % len(numbers) == at]
        targets = [promised(slot, slots[slot], year) for slot in here]
        tasks.append(task_of(spec, number, targets, documents))
    more: Row = {"continues": "aa-2024"} if code == "aa-2025" else {}
    if code == "aa-2025" and spec["early"]:
        more["period_start"] = "2024-07-01"
    raw = plan(code, tasks, *defined(spec), issuer=issuer, year=year, **more)
    raw["areas"][0]["title_zh"] = spec["area"]
    if spec["gap"]:
        raw["document"] |= GAP
        raw["plan"] |= GAP
    if spec["relation"]:
        basis = {"basis_zh": "首段相同。", "basis_en": "The same opening."}
        relation = {"relation": "other-copy", "url": spec["relation"], **basis}
        raw["document"]["relations"] = [relation]
    return anchored(raw, "序言。" * spec["preface"] + text_of(raw))


def task_of(spec: Spec, number: int, targets: list[Row], documents: list[str]) -> Row:
    part = spec["tasks"][number]
    who = "bb" if spec["plan"] == "bb-2024" else "s1"
    more: Row = {"title_zh": f"推进{part['title']}{han(number)}"}
    if spec["plan"] == "aa-2025" and part["continues"]:
        more["continues"] = f"aa-2024-t{part['continues']}"
    made = task(number, targets, {}, documents, responsibility_stated=part["stated"], **more)
    made["participations"] = [
        {"body": who, "role": role, "quote": f"{who}作{role}"} for role in part["roles"]
    ]
    return made | (GAP if part["gap"] else {})


def defined(spec: Spec) -> tuple[list[Row], list[Row]]:
    """Bodies and indicators that a file defines."""
    if spec["plan"] == "aa-2025":
        return [], []
    issuer, _ = PLANS[spec["plan"]]
    codes, slugs = (["aa", "s1"], "xyz") if issuer == "aa" else (["bb"], "x")
    bodies = [body(code, name_en=f"{code} {spec['body']}") for code in codes]
    names = spec["names"]
    return bodies, [
        indicator(slug, name_en=f"{slug} {names[slug]}", **INDICATORS[slug]) for slug in slugs
    ]


# --- what is done -----------------------------------------------------------------------------

PLAN_CAUSES = ["correction", "issuer_change", "better_source", "editorial"]
RESULT_CAUSES = [None, None, "correction", "revision", "better_source", "editorial", "new_data"]
RESULT_STATUSES = [*["measured"] * 4, "provisional", "provisional", "estimated", "redacted"]
OBSERVED = ["aa-x", "aa-x", "aa-x", "aa-y", "aa-y", "aa-z", "bb-x"]
PERIODS = [*["2024"] * 5, "2023", "2024-H1", "2024-12-31", "2025", "2025", "2024-01-01/2025-12-31"]
VALUES: dict[str, list[float]] = {
    "x": [59, 60, 61.5, 61.8, 70, 75],
    "y": [0, 9, 10, 11, 12, 13],
    "z": [0, 11, 12, 14, 15, 20],
}

picks = st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True)
"""Of what is there, by place."""

new_lines = st.fixed_dictionaries(
    {
        "indicator": st.sampled_from(OBSERVED),
        "period": st.sampled_from(PERIODS),
        "value": st.integers(0, 5),
        "value_status": st.sampled_from(RESULT_STATUSES),
        "source": st.sampled_from(["summary", "bureau"]),
        "source_title": st.sampled_from(["总结", "公报"]),
        "source_url": st.sampled_from([None, "https://example.org/s"]),
        "source_date": st.sampled_from([None, "2026-01-05", "2026-02-01"]),
        "quote": st.sampled_from([None, "占比过半"]),
        "note_zh": st.just(None),
        "note_en": st.just(None),
    }
)
fate_lines = st.fixed_dictionaries(
    {
        "place": st.integers(0, 5),
        "outcome": st.sampled_from(["issued", "issued_otherwise", "not_issued"]),
        "issued_number": st.sampled_from([None, "教〔2024〕1号", "教〔2024〕2号"]),
    }
)
publishing = st.tuples(st.just("publish"), specs, st.sampled_from(PLAN_CAUSES))
moving = st.tuples(st.just("move"), st.sampled_from(sorted(PLANS)), st.integers(0, 2))
renaming = st.tuples(
    st.just("rename"),
    st.sampled_from(sorted(PLANS)),
    st.fixed_dictionaries({slug: st.sampled_from(["old", "new"]) for slug in "xyz"}),
)
amending = st.tuples(st.just("amend"), st.sampled_from(sorted(PLANS)), promise_specs)
observing = st.tuples(
    st.just("observe"),
    st.lists(
        new_lines,
        min_size=4,
        max_size=8,
        unique_by=lambda r: (r["indicator"], r["period"], r["source"]),
    ),
    st.sampled_from(RESULT_CAUSES),
)
correcting = st.tuples(
    st.just("correct"), picks, st.integers(0, 5), st.sampled_from(RESULT_STATUSES),
    st.lists(new_lines, max_size=1), st.sampled_from(RESULT_CAUSES),
)  # fmt: skip
issuing = st.tuples(
    st.just("issue"),
    st.lists(fate_lines, min_size=1, max_size=3),
    st.sampled_from(RESULT_CAUSES),
)
withdrawing = st.tuples(st.just("withdraw"), picks)
restoring = st.tuples(st.just("restore"), picks, st.sampled_from(RESULT_CAUSES))

first = st.tuples(
    st.just("publish"), specs.map(lambda spec: spec | {"plan": "aa-2024"}), st.just("correction")
)
second = st.tuples(
    st.just("publish"), specs.map(lambda spec: spec | {"plan": "aa-2025"}), st.just("correction")
)
steps = st.one_of(
    publishing, publishing, second, moving, renaming, amending, observing, observing, observing,
    correcting, correcting, issuing, issuing, withdrawing, withdrawing, restoring,
)  # fmt: skip
sequences = st.builds(
    lambda start, following, results, then, at: [start, *then[:at], following, results, *then[at:]],
    first,
    second,
    observing,
    st.lists(steps, min_size=2, max_size=5),
    st.integers(0, 2),
)
"""Three to eight steps; in each the first two plans and some results."""


def figure_of(line: Row) -> Row:
    """A line of results with its figure instead of the figure's place in the list."""
    masked = line["value_status"] == "redacted"
    value = None if masked else VALUES[line["indicator"][-1]][line["value"]]
    return {**line, "value": value}


def fate_of(code: str, line: Row) -> Row:
    issued = line["outcome"] != "not_issued"
    return {
        "code": code,
        "outcome": line["outcome"],
        "issued_on": "2024-05-06" if issued else None,
        "issued_number": line["issued_number"] if issued else None,
        "issued_title_zh": "关于印发方案的通知" if issued else None,
        "issued_url": "https://example.org/issued" if issued else None,
    }


def table(path: Path, rows: Sequence[Row]) -> Path:
    """Lines as a CSV file with English headers."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass
class Player:
    """Does each step twice: in the database and in the oracle."""

    engine: sa.Engine
    folder: Path
    oracle: Oracle = field(default_factory=Oracle)
    said: dict[str, Spec] = field(default_factory=dict)
    """What each plan's file says now."""

    def play(self, step: tuple[Any, ...]) -> None:
        """Take a step; what the oracle refuses is refused."""
        name, *details = step
        getattr(self, name)(*details)

    def publish(self, spec: Spec, cause: str) -> None:
        if not self._published(spec, cause):
            # Now without the reference that leads nowhere.
            parts = {n: part | {"continues": None} for n, part in spec["tasks"].items()}
            before = self.said[spec["plan"]]["tasks"] if spec["plan"] in self.said else {}
            kept = before if spec["plan"] == "aa-2024" else {}
            assert self._published(spec | {"tasks": kept | parts}, cause)

    def _published(self, spec: Spec, cause: str) -> bool:
        file = file_of(spec)
        path = saved(self.folder / "plan.json", file)
        given = cause if spec["plan"] in self.said else None
        notes = self._notes()
        expected = self.oracle.publish(file, cause, notes)
        orders = Orders(Cause(given) if given else None, **notes)
        self._done("publish", expected, lambda: import_plans(
            self.engine, [path], orders, lambda _en, _zh: None
        ))  # fmt: skip
        if expected != REFUSED:
            self.said[spec["plan"]] = spec
        return expected != REFUSED

    def move(self, code: str, preface: int) -> None:
        """The same words at other places: a better copy."""
        if code in self.said:
            self.publish(self.said[code] | {"preface": preface}, "better_source")

    def rename(self, code: str, names: Row) -> None:
        """Other names for indicators, in the file that defines them."""
        if code in self.said:
            self.publish(self.said[code] | {"names": names}, "editorial")

    def amend(self, code: str, promise: Spec) -> None:
        """The issuer changes one promise."""
        if code in self.said:
            promises = self.said[code]["promises"] | {"x": promise}
            self.publish(self.said[code] | {"promises": promises}, "issuer_change")

    def observe(self, lines: Sequence[Row], cause: str | None) -> None:
        there = self.oracle.now["indicators"]
        rows = [figure_of(line) for line in lines if line["indicator"] in there]
        # A count over a period is refused for a day.
        rows = [row for row in rows if (row["indicator"], row["period"]) != ("aa-z", "2024-12-31")]
        if rows:
            self._load("observe", rows, cause)

    def correct(
        self, places: list[int], value: int, status: str, new: list[Row], cause: str | None
    ) -> None:
        """Other figures for what is there, perhaps with something new in the same file."""
        named = list(result_lines(self.oracle.now["observations"], places))
        lines = [line | {"value": value, "value_status": status} for line in named]
        keys = [(line["indicator"], line["period"], line["source"]) for line in lines]
        lines += [n for n in new if (n["indicator"], n["period"], n["source"]) not in keys]
        self.observe(lines, cause)

    def issue(self, lines: Sequence[Row], cause: str | None) -> None:
        codes = sorted(self.oracle.now["deliverables"])
        fates = [fate_of(codes[line["place"] % len(codes)], line) for line in lines]
        self._load("issue", list({fate["code"]: fate for fate in fates}.values()), cause)

    def _load(self, name: str, rows: Sequence[Row], cause: str | None) -> None:
        """Load a file; if the cause does not fit, again with one that does."""
        path = table(self.folder / "results.csv", rows)
        for wanted in (cause, None, "correction"):
            notes = self._notes()
            expected = getattr(self.oracle, name)(rows, wanted, notes)
            orders = Orders(Cause(wanted) if wanted else None, **notes)
            self._done(name, expected, partial(observe, self.engine, path, orders))
            if expected != REFUSED:
                return
        raise AssertionError("no cause fits")

    def withdraw(self, places: list[int]) -> None:
        codes = sorted(self.oracle.now["observations"])
        chosen = sorted({codes[place % len(codes)] for place in places} if codes else ())
        if chosen:
            notes = self._notes()
            expected = self.oracle.retract(chosen, notes)
            self._done("withdraw", expected, lambda: retract(self.engine, chosen, Orders(**notes)))

    def restore(self, places: list[int], cause: str | None) -> None:
        """Load again what was withdrawn."""
        there = self.oracle.now["observations"]
        gone = {
            code: row
            for release in self.oracle.releases
            for code, row in release.own["observations"].items()
            if code not in there
        }
        if gone:
            self._load("observe", list(result_lines(gone, places)), cause)

    def _notes(self) -> Row:
        """What the maker of the next release says of it."""
        before = len(self.oracle.releases)
        office = "办公室" if before % 2 else None
        return {"note_zh": f"第{before}版之后", "note_en": f"After {before}", "by": office}

    def _done(self, name: str, expected: list[str] | str, do: Callable[[], Any]) -> None:
        event(f"{name}: {expected}")
        assert made_by(do) == expected


def made_by(do: Callable[[], Any]) -> list[str] | str:
    """The causes of the releases that a step makes in the database."""
    try:
        return [str(release.cause) for release in do().releases]
    except (Refused, CauseProblem):
        return REFUSED


def result_lines(rows: Mapping[str, Row], places: Sequence[int]) -> Iterator[Row]:
    """Lines as a file of results would repeat them."""
    names = ("indicator", "period", "value", "value_status", "source", "source_title",
             "source_url", "source_date", "quote", "note_zh", "note_en")  # fmt: skip
    codes = sorted(rows)
    for code in sorted({codes[place % len(codes)] for place in places} if codes else ()):
        yield {name: rows[code][name] for name in names}


# --- what is asked ----------------------------------------------------------------------------


@dataclass
class Asked:
    """The service, asked over HTTP."""

    client: httpx.Client

    def get(self, path: str, **params: Any) -> Row:
        """The whole answer."""
        answer = self.client.get(path, params=params or None)
        assert answer.status_code == 200, (str(answer.url), answer.text)
        return dict(answer.json())

    def rows(self, path: str, **params: Any) -> list[Row]:
        """A list in one page."""
        told = self.get(path, **params, limit=1000)
        assert told["links"]["next"] is None
        assert told["meta"]["total"] == told["meta"]["returned"] == len(told["data"])
        return list(told["data"])

    def paged(self, path: str, limit: int = 2, **params: Any) -> list[Row]:
        """A list in pages of a few rows, by the links from each to the next."""
        told = self.get(path, **params, limit=limit)
        found, total = list(told["data"]), told["meta"]["total"]
        while following := told["links"]["next"]:
            told = self.get(following)
            assert told["data"]
            found += told["data"]
        assert len(found) == total
        return found


def ever(oracle: Oracle, resource: str) -> list[str]:
    """The codes that some release has shown."""
    return sorted({code for release in oracle.releases for code in release.own[resource]})


SORTS = {
    "tasks": ["title_zh", "-target_count", "-responsibility_stated", "continues"],
    "targets": ["value", "-value", "attainment", "-observation_value", "due"],
    "indicators": ["-latest_value", "target_due", "attainment", "-target"],
    "observations": ["value", "-target", "source_date", "-source_date"],
    "deliverables": ["outcome", "-issued_number", "task_title_zh"],
}
FIELDS = {
    "tasks": ["title_zh", "target_count", "area_title_zh", "number"],
    "targets": ["value", "attainment", "observation", "name_en", "task_title_zh"],
    "indicators": ["latest_value", "attainment", "target", "target_value", "unit"],
    "observations": ["value", "target", "name_en", "period"],
    "deliverables": ["outcome", "task_title_zh", "title_zh"],
}
WORDS = ["甲", "推进 乙", "方案", "总结", "aa 2024", *["x old", "x new", "old", "new"] * 2]


ELSEWHERE = {
    "tasks": ["indicator"],
    "targets": ["attainment"],
    "indicators": ["attainment", "plan"],
    "observations": ["plan", "target"],
}
"""Filters that rest on other rows."""


def filters_of(oracle: Oracle, resource: str) -> dict[str, list[str]]:
    """Filters of a list, each with values that are no mistake."""
    plans, indicators = ever(oracle, "plans"), ever(oracle, "indicators")
    targets = ever(oracle, "targets")
    attainments = ["met", "not_met", "interim", "no_result", "not_assessable"]
    return {
        "tasks": {"plan": plans, "indicator": indicators, "responsibility_stated": ["false"]},
        "targets": {"plan": plans, "indicator": indicators, "attainment": attainments,
                    "value_min": ["12", "60", "61.5"], "commitment": ["firm", "strive"],
                    "attainment_reason": ["redacted", "readings_differ", "sources_differ",
                                          "provisional"]},
        "indicators": {"plan": plans, "attainment": attainments, "measure": ["share"]},
        "observations": {"plan": plans, "indicator": indicators, "target": targets,
                         "value_min": ["12", "60"], "value_max": ["60"],
                         "value_status": ["measured", "provisional"]},
        "deliverables": {"plan": plans, "outcome": ["issued", "no_result"],
                         "task": ever(oracle, "tasks")},
    }[resource]  # fmt: skip


def question(oracle: Oracle, random: Random, resource: str) -> Question:
    """Something that can be asked of a list; most of it rests on several rows."""
    known = filters_of(oracle, resource)
    names = random.sample(sorted(known), random.choice([0, 1, 1, 2]))
    word = random.choice(WORDS) if random.random() < 0.35 else None
    if word:
        names = names[:1] if random.random() < 0.2 else []
    elif resource in ELSEWHERE and random.random() < 0.5:
        names = [random.choice(ELSEWHERE[resource])]
    return Question(
        resource,
        tuple((name, random.choice(known[name])) for name in names if known[name]),
        (random.choice(SORTS[resource]),) if random.random() < 0.3 else (),
        tuple(random.sample(FIELDS[resource], random.choice([0, 0, 1, 1, 2]))),
        word,
    )


def moments(asked: Asked, oracle: Oracle) -> list[str]:
    """When each release was made; numbers and causes are as expected."""
    found = asked.rows("/v1/releases", sort="number")
    assert [(row["number"], row["cause"]) for row in found] == [
        (release.number, release.cause) for release in oracle.releases
    ]
    return [row["time"] for row in found]


def just_before(time: str) -> str:
    """A millisecond earlier."""
    moment = datetime.fromisoformat(time) - timedelta(milliseconds=1)
    return moment.isoformat().replace("+00:00", "Z")


def check_lists(asked: Asked, oracle: Oracle, random: Random, times: Sequence[str]) -> None:
    """Every list as of every release, by its number; and by the clock, just before it and at it."""
    for number, time in enumerate(times, 1):
        for name in LISTS:
            rows = oracle.answer(Question(name), number)
            assert asked.rows(f"/v1/{name}", release=number) == rows, (name, number)
        for name in random.sample(LISTS, 2):
            for moment, then in ((time, number), (just_before(time), number - 1)):
                rows = oracle.answer(Question(name), then)
                assert asked.rows(f"/v1/{name}", as_of=moment) == rows, (name, moment)


def check_questions(asked: Asked, oracle: Oracle, random: Random, count: int) -> None:
    """Filtered, sorted, cut and searched lists."""
    for _ in range(count):
        part = question(oracle, random, random.choice(LISTS))
        number = random.randint(1, len(oracle.releases))
        rows = asked.paged(f"/v1/{part.resource}", **part.params, release=number)
        assert rows == oracle.answer(part, number), (part, number)


def check_since(asked: Asked, oracle: Oracle, random: Random, count: int) -> None:
    """`since` is the comparison of the two lists: the oracle's, and the service's own."""
    newest = len(oracle.releases)
    whole = [(Question(name), random.randint(0, newest), newest) for name in LISTS]
    for part, start, number in [*whole, *(telling(oracle, random) for _ in range(count))]:
        told = asked.paged(f"/v1/{part.resource}", **part.params, since=start, release=number)
        assert told == oracle.since(part, start, number), (part, start, number)
        assert all(list(row)[-1] == "release_to" for row in told)
        if random.random() < 0.5:
            assert_compared(asked, part, start, number, told)


def telling(oracle: Oracle, random: Random) -> tuple[Question, int, int]:
    """A question and two releases; mostly some row reads differently because another changed."""
    resource = random.choice([*LISTS, "targets", "observations"])
    for _ in range(20):
        number = random.randint(1, len(oracle.releases))
        start, part = random.randint(0, number), question(oracle, random, resource)
        before, after = (oracle.release(at).own[resource] for at in (start, number))
        codes = [row["code"] for row in oracle.since(part, start, number)]
        if any(before.get(code) == after.get(code) for code in codes):
            break
    return part, start, number


def assert_compared(
    asked: Asked, part: Question, start: int, number: int, told: Sequence[Row]
) -> None:
    """What the service says of two releases is what it says of the way between them."""
    path = f"/v1/{part.resource}"
    before, after = (
        {row["code"]: row for row in asked.rows(path, **part.params, release=at)} if at else {}
        for at in (start, number)
    )
    seen = {row["code"]: {n: v for n, v in row.items() if n != "release_to"} for row in told}
    assert len(seen) == len(told)
    changed = {code for code, row in after.items() if before.get(code) != row}
    gone = before.keys() - after.keys()
    assert seen.keys() == changed | gone
    assert all(seen[code] == after[code] for code in changed)
    assert all(seen[code] == before[code] for code in gone)
    for row in told:
        if row["code"] in gone:
            assert start < row["release_to"] <= number
        else:
            assert row["release_to"] is None


def check_history(asked: Asked, oracle: Oracle, random: Random) -> None:
    """Time lines as of every release, with all versions and with the current ones."""
    codes = ever(oracle, "indicators")
    for number in range(1, len(oracle.releases) + 1):
        random.shuffle(codes)
        one = random.choice(sorted(oracle.release(number).own["indicators"]))
        for vintages in ("all", "current"):
            params = {"vintages": vintages, "release": number}
            several = asked.get("/v1/history", indicator=codes, **params)
            assert_time_line(several, oracle, codes, number, vintages)
        vintages = random.choice(["all", "current"])
        alone = asked.get(f"/v1/indicators/{one}/history", vintages=vintages, release=number)
        assert_time_line(alone, oracle, [one], number, vintages)


def assert_time_line(
    told: Row, oracle: Oracle, codes: Sequence[str], number: int, vintages: str
) -> None:
    rows, versions = oracle.history(codes, number, every=vintages == "all")
    assert told["data"] == rows, (codes, number, vintages)
    assert told["meta"]["versions"] == versions


def check_diff(asked: Asked, oracle: Oracle) -> None:
    """Plan against plan as of every release that has both."""
    for release in oracle.releases:
        for first, second in (("aa-2024", "aa-2025"), ("aa-2025", "aa-2024")):
            if {first, second} <= release.own["plans"].keys():
                path = f"/v1/plans/{first}/diff/{second}"
                told = asked.get(path, release=release.number)["data"]
                for row in told:
                    reasons = (row.pop("open_zh"), row.pop("open_en"))
                    assert all(reasons) if row["open"] else reasons == (None, None)
                assert told == diff(release, first, second), (first, release.number)


def check_changes(
    asked: Asked, oracle: Oracle, random: Random, times: Sequence[str], count: int
) -> None:
    """The log as of every release, whole, and by each of its filters."""

    def expected(number: int, start: int = 0, until: int | None = None) -> list[Row]:
        found = oracle.changes(number, start, until)
        return [row | {"released_at": times[row["release"] - 1]} for row in found]

    newest = len(times)
    for number in range(1, newest + 1):
        told = asked.rows("/v1/changes", release=number)
        assert told == expected(number), number
    for _ in range(count):
        number = random.randint(1, newest)
        start, until = random.randint(0, number), random.randint(1, newest)
        rows = expected(number, start, until)
        params: Row = {"since": start, "until": until}
        for name in random.sample(CHANGE_FILTERS, random.randint(0, 2)):
            values = [r[name] for r in expected(newest) if r[name] is not None]
            value = random.choice(values)
            params[name] = str(value).lower() if isinstance(value, bool) else value
            rows = [row for row in rows if row[name] == value]
        assert asked.paged("/v1/changes", 25, release=number, **params) == rows, params


CHANGE_FILTERS = ["material", "action", "resource", "cause", "plan", "code"]


@dataclass
class Mirror:
    """A copy of all lists that is kept by `since` alone."""

    seen: int = 0
    lists: dict[str, dict[str, Row]] = field(default_factory=lambda: {n: {} for n in CLOCKED})

    def follow(self, asked: Asked) -> None:
        """Ask what the new releases say has changed, and nothing else."""
        new = [row for row in asked.rows("/v1/releases") if row["number"] > self.seen]
        if not new:
            return
        newest = max(row["number"] for row in new)
        for name in {name for row in new for name in row["resources"].split()}:
            kept = self.lists[name]
            for row in asked.rows(f"/v1/{name}", since=self.seen, release=newest):
                end = row.pop("release_to")
                if end is None:
                    kept[row["code"]] = row
                else:
                    del kept[row["code"]]
        self.seen = newest

    def check(self, oracle: Oracle) -> None:
        for name in LISTS:
            assert self.lists[name] == oracle.whole(name, self.seen), name

    def check_service(self, asked: Asked) -> None:
        for name, kept in self.lists.items():
            told = asked.rows(f"/v1/{name}", sort="code")
            assert [kept[code] for code in sorted(kept)] == told, name


@dataclass
class Memory:
    """Answers as they were first given."""

    kept: dict[str, bytes] = field(default_factory=dict)
    seen: int = 0

    def keep(self, asked: Asked, oracle: Oracle, random: Random) -> None:
        """Ask some addresses as of the newest release."""
        number = len(oracle.releases)
        if number == self.seen:
            return
        self.seen = number
        for address in addresses(oracle, number, random):
            joined = f"{address}{'&' if '?' in address else '?'}release={number}"
            answer = asked.client.get(joined)
            assert answer.status_code == 200, (joined, answer.text)
            self.kept[joined] = answer.content

    def check(self, asked: Asked) -> None:
        """Ask a service that remembers nothing."""
        for address, content in self.kept.items():
            assert asked.client.get(address).content == content, address


def addresses(oracle: Oracle, number: int, random: Random) -> list[str]:
    """Some lists of all resources; some single rows, time lines and comparisons."""
    own = oracle.release(number).own
    start, one = random.randint(0, number), random.choice(sorted(own["indicators"]))
    others = [f"/v1/{name}?since={start}&limit=3" for name in (*CLOCKED, "changes")]
    others += [f"/v1/{n}/{random.choice(sorted(own[n]))}" for n in CLOCKED if own.get(n)]
    others += [
        f"/v1/releases/{number}",
        f"/v1/indicators/{one}/history?vintages=all",
        f"/v1/history.csv?indicator={one}&indicator=aa-x",
    ]
    if "aa-2025" in own["plans"]:
        others.append("/v1/plans/aa-2024/diff/aa-2025")
    whole = [f"/v1/{name}" for name in (*CLOCKED, "releases", "changes")]
    return random.sample(whole, 5) + random.sample(others, 4)


# --- the tests --------------------------------------------------------------------------------


def test_every_answer_of_both_clocks_is_the_oracles(
    new_url: Callable[[], str], tmp_path: Path
) -> None:
    # PostgreSQL plans each of these many questions anew, so it is asked fewer.
    count = 25 if new_url().startswith("sqlite") else 13

    @settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(sequence=sequences, seed=st.integers(0, 999))
    def play(sequence: list[tuple[Any, ...]], seed: int) -> None:
        play_and_compare(new_url(), tmp_path, sequence, Random(seed))

    play()


def play_and_compare(
    url: str, folder: Path, sequence: list[tuple[Any, ...]], random: Random
) -> None:
    """Take all steps; then ask everything, as of every release that they made."""
    mirror, memory = Mirror(), Memory()
    with closing(writer_engine(url, 10)) as engine, serving(url) as client:
        player, asked = Player(engine, folder), Asked(client)
        for step in sequence:
            player.play(step)
            mirror.follow(asked)
            mirror.check(player.oracle)
            memory.keep(asked, player.oracle, random)
        check_all(asked, player.oracle, random)
        mirror.check_service(asked)
    with serving(url) as client:
        memory.check(Asked(client))


def check_all(asked: Asked, oracle: Oracle, random: Random) -> None:
    """Every question, as of every release."""
    times = moments(asked, oracle)
    check_lists(asked, oracle, random, times)
    check_questions(asked, oracle, random, 10)
    check_since(asked, oracle, random, 14)
    check_history(asked, oracle, random)
    check_diff(asked, oracle)
    check_changes(asked, oracle, random, times, 8)


# --- the oracle itself, by hand ---------------------------------------------------------------

PLAIN_PROMISE: Spec = {
    "place": 0, "status": "stated", "figure": 0, "comparison": 0, "strive": False,
    "floor": False, "half": False, "alternative": "", "baseline": False,
}  # fmt: skip
PLAIN: Spec = {
    "plan": "aa-2024", "preface": 0, "area": "开展行动", "gap": False, "early": False,
    "body": "old", "names": dict.fromkeys("xyz", "old"), "relation": None, "documents": {},
    "tasks": {1: {"title": "甲", "gap": False, "stated": False, "continues": None, "roles": []}},
    "promises": {"x": PLAIN_PROMISE},
}  # fmt: skip
RESULT = {
    "indicator": "aa-x", "period": "2024", "value": 59, "value_status": "measured",
    "source": "summary", "source_title": "总结", "source_url": None, "source_date": None,
    "quote": None, "note_zh": None, "note_en": None,
}  # fmt: skip
NO_NOTES = {"note_zh": None, "note_en": None, "by": None}


@pytest.fixture
def by_hand() -> Oracle:
    """60 % promised; 59 loaded, corrected to 61.8; the next plan only strives; 61.8 withdrawn."""
    oracle = Oracle()
    strives = {"x": PLAIN_PROMISE | {"strive": True}}
    following = file_of(PLAIN | {"plan": "aa-2025", "promises": strives})
    assert oracle.publish(file_of(PLAIN), "correction", NO_NOTES) == ["first_publication"]
    assert oracle.observe([RESULT], None, NO_NOTES) == ["new_data"]
    assert oracle.observe([RESULT | {"value": 61.8}], None, NO_NOTES) == REFUSED
    assert oracle.observe([RESULT | {"value": 61.8}], "correction", NO_NOTES) == ["correction"]
    assert oracle.publish(following, "correction", NO_NOTES) == ["new_plan"]
    assert oracle.retract(["aa-x-2024-summary"], NO_NOTES) == ["retraction"]
    return oracle


def test_attainment_by_hand(by_hand: Oracle) -> None:
    told = [by_hand.whole("targets", number)["aa-2024-x"] for number in range(1, 6)]
    assert [(row["attainment"], row["attainment_rule"]) for row in told] == [
        ("no_result", None),
        ("not_met", "59 >= 60"),
        ("met", "61.8 >= 60"),
        ("met", "61.8 >= 60"),
        ("no_result", None),
    ]
    assert {row["release_from"] for row in told} == {1}


def test_history_by_hand(by_hand: Oracle) -> None:
    rows, versions = by_hand.history(["aa-x"], 5, every=True)
    names = ("code", "value", "cause", "release_from", "release_to", "ended_by")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("aa-2024-x", 60, "first_publication", 1, None, None),
        ("aa-x-2024-summary", 59, "new_data", 2, 3, None),
        ("aa-x-2024-summary", 61.8, "correction", 3, 5, "retraction"),
        ("aa-2025-x", 60, "new_plan", 4, None, None),
    ]
    made = ("first_publication", "new_data", "correction", "new_plan", "retraction")
    assert {cause for cause, count in versions.items() if count} == set(made)
    assert sum(versions.values()) == 5
    current, _ = by_hand.history(["aa-x"], 4, every=False)
    assert [(row["value"], row["release_to"]) for row in current] == [
        (60, None),
        (61.8, None),
        (60, None),
    ]


@pytest.mark.parametrize(
    ("part", "start", "number", "expected"),
    [
        (Question("observations"), 1, 2, [(59, None)]),
        (Question("observations"), 1, 5, []),
        (Question("observations"), 2, 3, [(61.8, None)]),
        (Question("observations"), 2, 5, [(59, 3)]),
        (Question("observations"), 3, 5, [(61.8, 5)]),
        (Question("targets", (("attainment", "met"),)), 2, 3, [(60, None)]),
        (Question("targets", (("attainment", "not_met"),)), 2, 4, [(60, 4)]),
        (Question("targets", fields=("value",)), 1, 3, []),
        (Question("targets"), 3, 4, [(60, None)]),
    ],
)
def test_since_by_hand(
    by_hand: Oracle, part: Question, start: int, number: int, expected: list[tuple[float, int]]
) -> None:
    told = by_hand.since(part, start, number)
    assert [(row["value"], row["release_to"]) for row in told] == expected


def test_changes_by_hand(by_hand: Oracle) -> None:
    names = ("release", "cause", "action", "code", "field", "before", "after", "material")
    found = [tuple(row[name] for name in names) for row in by_hand.changes(5, 1)]
    result = "aa-x-2024-summary"
    later = [line for line in found if line[0] != 4]
    assert later == [
        (5, "retraction", "removed", result, None, "61.8%", None, True),
        (3, "correction", "changed", result, "value", 59, 61.8, True),
        (3, "correction", "changed", result, "value_text_en", "59%", "61.8%", False),
        (3, "correction", "changed", result, "value_text_zh", "59%", "61.8%", False),
        (2, "new_data", "added", result, None, None, "59%", True),
    ]
    assert {(line[3], line[7]) for line in found if line[0] == 4} == {
        ("aa-2025", False),
        ("aa-2025-doc", False),
        ("aa-2025-a1", False),
        ("aa-2025-t1", False),
        ("aa-2025-x", True),
    }


def test_plan_against_plan_by_hand(by_hand: Oracle) -> None:
    rows = diff(by_hand.release(5), "aa-2024", "aa-2025")
    names = ("before", "after", "result", "changed_fields", "ambition")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (None, "aa-2025-t1", "added", None, None),
        ("aa-2024-t1", None, "dropped", None, None),
        ("aa-2024-x", "aa-2025-x", "changed", "commitment", "less"),
    ]
