"""Random sequences of plan files against a naive model that keeps a whole copy of every release."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.db import closing, writer_engine
from app.models.choices import Cause
from app.publish.check import check
from app.publish.complaint import Refused
from app.publish.plans import import_plans
from app.publish.writer import CauseProblem, Orders
from tests.plans import anchored, body, indicator, plan, saved, target, task, text_of
from tests.reading import releases, state

PLANS = {"aa-2024": ("aa", 2024), "aa-2025": ("aa", 2025), "bb-2024": ("bb", 2024)}

Spec = dict[str, Any]


def names(first: str, second: str) -> st.SearchStrategy[dict[str, str]]:
    """Names that a file gives: mostly the usual ones, else too few, or others."""
    usual = st.just({first: "n", second: "n"})
    odd = st.dictionaries(st.sampled_from([first, second]), st.sampled_from(["n", "m"]))
    return st.one_of(usual, usual, usual, odd)


task_specs = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["A", "B"]),
        "targets": st.dictionaries(st.sampled_from("xy"), st.sampled_from([50, 60]), max_size=2),
        "bodies": st.dictionaries(
            st.sampled_from(["s1", "s2"]), st.sampled_from(["participant", "mentioned"])
        ),
    }
)
specs = st.fixed_dictionaries(
    {
        "plan": st.sampled_from(sorted(PLANS)),
        "tasks": st.dictionaries(st.integers(1, 3), task_specs, min_size=1),
        "bodies": names("s1", "s2"),
        "indicators": names("x", "y"),
    }
)
"""What a file says: the last two decide names, which other files may contradict."""


def without_second_promises(spec: Spec) -> Spec:
    """Only the first task that promises on an indicator keeps its promise."""
    seen: set[str] = set()
    tasks = {}
    for number, part in sorted(spec["tasks"].items()):
        targets = {slug: value for slug, value in part["targets"].items() if slug not in seen}
        seen.update(targets)
        tasks[number] = {**part, "targets": targets}
    return {**spec, "tasks": tasks}


def file_of(spec: Spec) -> dict[str, Any]:
    """The plan file that says what a spec says."""
    issuer, year = PLANS[spec["plan"]]
    tasks = [
        task(
            number,
            [target(slug, value) for slug, value in part["targets"].items()],
            part["bodies"],
            title_en=part["title"],
        )
        for number, part in sorted(spec["tasks"].items())
    ]
    bodies = [body(issuer)] + [body(c, name_en=name) for c, name in spec["bodies"].items()]
    indicators = [indicator(slug, name_en=name) for slug, name in spec["indicators"].items()]
    return plan(spec["plan"], tasks, bodies, indicators, issuer=issuer, year=year)


@dataclass
class Model:
    """The naive oracle: one dictionary per release, made by replacing a plan as a whole."""

    plans: dict[str, Spec] = field(default_factory=dict)
    defined: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """(table, code) → (plan that defines it, name)."""
    history: list[dict[str, Any]] = field(default_factory=list)

    def publish(self, specs: list[Spec]) -> str:
        """Take files in at once: "refused", "two causes", "unchanged" or "released"."""
        new = {spec["plan"]: spec for spec in specs}
        defined = {key: value for key, value in self.defined.items() if value[0] not in new}
        wanted: dict[tuple[str, str], dict[str, str]] = {}
        for code, spec in new.items():
            for key, name in definitions(spec).items():
                wanted.setdefault(key, {})[code] = name
        for key, names in wanted.items():
            was = self.defined.get(key)
            if was and was[0] not in new:
                names[was[0]] = was[1]
            owner = was[0] if was and was[0] in names else min(names)
            defined[key] = (owner, names[owner])
            if len(set(names.values())) > 1:
                return "refused"
        plans = {**self.plans, **new}
        after = {"rows": rows_of_all(plans), "defined": defined, "texts": texts(plans)}
        if not self.whole(after):
            return "refused"
        before = self.history[-1] if self.history else {"rows": {}, "defined": {}, "texts": {}}
        if after == before:
            return "unchanged"
        added = new.keys() - self.plans.keys()
        if added and not only_new(before, after, added):
            return "two causes"
        self.plans, self.defined = plans, defined
        self.history.append(after)
        return "released"

    @staticmethod
    def whole(after: dict[str, Any]) -> bool:
        """Whether every reference leads somewhere."""
        rows, defined = after["rows"], after["defined"]
        return all(("indicator", row[1]) in defined for row in rows["target"].values()) and all(
            ("body", row[1]) in defined for row in rows["participation"].values()
        )


def definitions(spec: Spec) -> dict[tuple[str, str], str]:
    """The names that a file gives to bodies and indicators."""
    issuer, _ = PLANS[spec["plan"]]
    return (
        {("body", issuer): f"Body {issuer}"}
        | {("body", code): name for code, name in spec["bodies"].items()}
        | {("indicator", f"{issuer}-{code}"): name for code, name in spec["indicators"].items()}
    )


def only_new(before: dict[str, Any], after: dict[str, Any], added: set[str]) -> bool:
    """Whether all that differs belongs to plans that were not there before."""
    same_texts = before["texts"].items() <= after["texts"].items()
    same_names = before["defined"].items() <= after["defined"].items()
    owners = {
        after["defined"][key][0] for key in after["defined"].keys() - before["defined"].keys()
    }
    # The titles of tasks do not stand in the text, nor do English names.
    same_rows = all(rows.items() <= after["rows"][t].items() for t, rows in before["rows"].items())
    return same_texts and same_names and same_rows and owners <= added


def rows_of_all(plans: dict[str, Spec]) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Task titles, promises and participations of all plans, by code."""
    rows: dict[str, dict[str, tuple[Any, ...]]] = {"task": {}, "target": {}, "participation": {}}
    for code, spec in plans.items():
        issuer, _ = PLANS[code]
        for number, part in spec["tasks"].items():
            name = f"{code}-t{number}"
            rows["task"][name] = (code, part["title"])
            for slug, value in part["targets"].items():
                rows["target"][f"{code}-{slug}"] = (name, f"{issuer}-{slug}", value)
            for actor, role in part["bodies"].items():
                rows["participation"][f"{name}-{role}-{actor}"] = (name, actor, role)
    return rows


def texts(plans: dict[str, Spec]) -> dict[str, str]:
    """The text of each plan: every offset and hash follows from it."""
    return {code: text_of(file_of(spec)) for code, spec in plans.items()}


def seen(engine: Any, number: int) -> dict[str, Any]:
    """What the database shows as of a release, in the model's terms."""
    tasks, targets = state(engine, "task", number), state(engine, "target", number)
    parts = state(engine, "participation", number)
    return {
        "task": {c: (r["plan"], r["title_en"]) for c, r in tasks.items()},
        "target": {c: (r["task"], r["indicator"], r["value"]) for c, r in targets.items()},
        "participation": {c: (r["task"], r["body"], r["role"]) for c, r in parts.items()},
        "defined": {
            (table, c): (r["defined_in"], r["name_en"])
            for table in ("body", "indicator")
            for c, r in state(engine, table, number).items()
        },
    }


calls = st.lists(
    specs.map(without_second_promises), min_size=1, max_size=3, unique_by=lambda spec: spec["plan"]
)
"""The files of one call, in any order."""


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=st.lists(calls, min_size=2, max_size=6))
def test_every_release_is_what_the_oracle_kept(
    new_url: Callable[[], str], tmp_path: Path, sequence: list[list[Spec]]
) -> None:
    model, known = Model(), set[str]()
    with closing(writer_engine(new_url(), 10)) as engine:
        for call in sequence:
            expected = model.publish(call)
            event(f"{len(call)} files: {expected}")
            assert imported(engine, call, known, tmp_path) == expected
            known = set(model.plans)
        assert len(releases(engine)) == len(model.history)
        for number, kept in enumerate(model.history, 1):
            assert seen(engine, number) == {**kept["rows"], "defined": kept["defined"]}
        with engine.connect() as connection:
            assert list(check(connection)) == []


def imported(engine: Any, call: list[Spec], known: set[str], folder: Path) -> str:
    """What the writer makes of the files of one call."""
    new = any(spec["plan"] not in known for spec in call)
    orders = Orders(cause=None if new else Cause.CORRECTION)
    paths = [
        saved(folder / f"{place}.json", anchored(file_of(spec))) for place, spec in enumerate(call)
    ]
    try:
        outcome = import_plans(engine, paths, orders, lambda _en, _zh: None)
    except Refused:
        return "refused"
    except CauseProblem:
        return "two causes"
    return "released" if outcome.release else "unchanged"


@pytest.mark.parametrize("outcome", ["refused", "two causes", "unchanged", "released"])
def test_the_oracle_knows_all_outcomes(outcome: str) -> None:
    """The random test would prove little if the model never refused, or always did."""
    one: Spec = {
        "plan": "aa-2024",
        "tasks": {1: {"title": "A", "targets": {"x": 50}, "bodies": {}}},
        "bodies": {},
        "indicators": {"x": "n"},
    }
    model = Model()
    assert model.publish([one]) == "released"
    other = {**one, "plan": "bb-2024"}
    second = {
        "refused": [{**one, "indicators": {}}],
        "two causes": [{**one, "bodies": {"s1": "n"}}, other],
        "unchanged": [one],
        "released": [one, other],
    }
    assert model.publish(second[outcome]) == outcome
