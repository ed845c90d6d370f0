"""Random sequences of plan files against a naive model that keeps a whole copy of every release."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import closing, writer_engine
from app.models.choices import Cause
from app.publish.check import check
from app.publish.complaint import Refused
from app.publish.writer import Orders, import_plans
from tests.plans import anchored, body, indicator, plan, saved, target, task, text_of
from tests.reading import releases, state

PLANS = {"aa-2024": ("aa", 2024), "aa-2025": ("aa", 2025), "bb-2024": ("bb", 2024)}

Spec = dict[str, Any]

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
        "bodies": st.dictionaries(st.sampled_from(["s1", "s2"]), st.sampled_from(["n", "n", "m"])),
        "indicators": st.dictionaries(st.sampled_from("xy"), st.sampled_from(["n", "n", "m"])),
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

    def publish(self, spec: Spec) -> str:
        """Take a file in: "refused", "unchanged" or "released"."""
        code = spec["plan"]
        issuer, _ = PLANS[code]
        defined = {key: value for key, value in self.defined.items() if value[0] != code}
        wanted = {("body", issuer): f"Body {issuer}"}
        wanted |= {("body", c): name for c, name in spec["bodies"].items()}
        wanted |= {("indicator", f"{issuer}-{c}"): name for c, name in spec["indicators"].items()}
        for key, name in wanted.items():
            if defined.setdefault(key, (code, name))[1] != name:
                return "refused"
        plans = {**self.plans, code: spec}
        after = {"rows": rows_of_all(plans), "defined": defined, "texts": texts(plans)}
        if not self.whole(after):
            return "refused"
        if self.history and after == self.history[-1]:
            return "unchanged"
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


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=st.lists(specs.map(without_second_promises), min_size=2, max_size=7))
def test_every_release_is_what_the_oracle_kept(
    new_url: Callable[[], str], tmp_path: Path, sequence: list[Spec]
) -> None:
    model = Model()
    with closing(writer_engine(new_url(), 10)) as engine:
        for spec in sequence:
            known = spec["plan"] in model.plans
            orders = Orders(cause=Cause.CORRECTION if known else None)
            path = saved(tmp_path / "plan.json", anchored(file_of(spec)))
            try:
                outcome = import_plans(engine, [path], orders, lambda _en, _zh: None)
                done = "released" if outcome.release else "unchanged"
            except Refused:
                done = "refused"
            assert done == model.publish(spec)
        assert len(releases(engine)) == len(model.history)
        for number, kept in enumerate(model.history, 1):
            assert seen(engine, number) == {**kept["rows"], "defined": kept["defined"]}
        with engine.connect() as connection:
            assert list(check(connection)) == []


@pytest.mark.parametrize("outcome", ["refused", "unchanged", "released"])
def test_the_oracle_knows_all_three_outcomes(outcome: str) -> None:
    """The random test would prove little if the model never refused, or always did."""
    one: Spec = {
        "plan": "aa-2024",
        "tasks": {1: {"title": "A", "targets": {"x": 50}, "bodies": {}}},
        "bodies": {},
        "indicators": {"x": "n"},
    }
    model = Model()
    assert model.publish(one) == "released"
    second = {
        "refused": {**one, "indicators": {}},
        "unchanged": one,
        "released": {**one, "bodies": {"s1": "n"}},
    }
    assert model.publish(second[outcome]) == outcome
