"""The naive oracle of both clocks: a whole copy of every release, each answer made from copies.

It is written from the design and its examples; of the code under test it takes the names of the
closed lists only. Nothing here is clever: no clocks, no SQL, no state but the list of releases.
Days are text (2024-12-31), which sorts as days do.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.models.choices import Cause, ObservationStatus, Unit

Row = dict[str, Any]
State = dict[str, dict[str, Row]]
"""Rows by resource and code."""

OWNED = (
    "documents",
    "relations",
    "bodies",
    "indicators",
    "plans",
    "areas",
    "tasks",
    "targets",
    "deliverables",
    "participations",
)
"""What plan files say."""

GAP = {"text_complete": True, "text_gap_zh": None, "text_gap_en": None}
FATE = {
    "outcome": "no_result",
    "issued_on": None,
    "issued_title_zh": None,
    "issued_number": None,
    "issued_url": None,
}
PERIODS = {
    "2023": ("2023-01-01", "2023-12-31"),
    "2024": ("2024-01-01", "2024-12-31"),
    "2024-H1": ("2024-01-01", "2024-06-30"),
    "2024-12-31": ("2024-12-31", "2024-12-31"),
    "2025": ("2025-01-01", "2025-12-31"),
    "2024-01-01/2025-12-31": ("2024-01-01", "2025-12-31"),
}
"""The periods that results are about, with first and last day."""


# --- what a plan file says --------------------------------------------------------------------

INSIDE = {
    "at", "passage", "sha256", "relations", "tasks", "targets", "deliverables", "participations",
}  # fmt: skip


def filled(part: Row, **usual: Any) -> Row:
    """A part of a file without its lists and anchors, and with what it leaves out."""
    return {**usual, **{name: value for name, value in part.items() if name not in INSIDE}}


def rows_of_file(file: Row, known: Mapping[str, Row]) -> State:
    """The rows that a plan file says; anchors are in place. `known` has indicators of others."""
    rows: State = {name: {} for name in OWNED}
    heads = [*document_rows(file), *named_rows(file), ("plans", plan_row(file))]
    for resource, row in [*heads, *text_rows(file)]:
        assert row["code"] not in rows[resource]
        rows[resource][row["code"]] = row
    indicators = {**known, **rows["indicators"]}
    for row in rows["targets"].values():
        row.update(promise_text(row, indicators[row["indicator"]]))
    return rows


def document_rows(file: Row) -> Iterator[tuple[str, Row]]:
    part, plan = file["document"], file["plan"]["code"]
    unknown = dict.fromkeys(("title_en", "file_name", "file_sha256", "page_count"))
    yield "documents", filled(part, **unknown, **GAP, defined_in=plan)
    for relation in part.get("relations", ()):
        code = f"{part['code']}-{relation['relation']}"
        yield "relations", {**relation, "code": code, "document": part["code"], "defined_in": plan}


def named_rows(file: Row) -> Iterator[tuple[str, Row]]:
    plan, issuer = file["plan"]["code"], file["plan"]["issuer"]
    for part in file["bodies"]:
        yield "bodies", filled(part, level=None, region_code=None, parent=None, defined_in=plan)
    for part in file["indicators"]:
        unit = Unit(part["unit"])
        more = {"issuer": issuer, "code": f"{issuer}-{part['code']}", "defined_in": plan}
        signs = {"unit_zh": unit.zh, "unit_en": unit.en}
        yield "indicators", filled(part, open_zh=None, open_en=None) | signs | more


def plan_row(file: Row) -> Row:
    plan, document = file["plan"], file["document"]["code"]
    year = plan["year"]
    usual = {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31", "continues": None}
    return filled(plan, **usual, **GAP, document=document)


def text_rows(file: Row) -> Iterator[tuple[str, Row]]:
    """Areas, tasks and what stands in them, as the text runs."""
    plan, promised = file["plan"], set[str]()
    for area in file["areas"]:
        inside = {"plan": plan["code"], "year": plan["year"]}
        code = f"{plan['code']}-a{area['number']}"
        yield "areas", filled(area, **inside) | {"code": code} | place(file, area["at"])
        inside["area"] = code
        for task in area["tasks"]:
            yield "tasks", task_row(file, task, inside)
            yield from parts_of_task(file, task, inside, promised)


def place(file: Row, span: Sequence[int]) -> Row:
    start, end = span
    document = file["document"]["code"]
    return {"source_document": document, "source_start": start, "source_end": end}


def task_code(file: Row, task: Row) -> str:
    return f"{file['plan']['code']}-t{task['number']}"


def task_row(file: Row, task: Row, inside: Row) -> Row:
    usual = {"title_printed_zh": None, "responsibility_stated": False, "continues": None}
    found = {"code": task_code(file, task), "source_sha256": task["sha256"]}
    return filled(task, **usual, **GAP, **inside) | found | place(file, task["at"])


def parts_of_task(
    file: Row, task: Row, inside: Row, promised: set[str]
) -> Iterator[tuple[str, Row]]:
    plan, code = file["plan"]["code"], task_code(file, task)
    inside = {**inside, "task": code}
    for part in task["targets"]:
        yield "targets", target_row(file, part, promised) | inside | quoted(file, task, part)
    for part in task["deliverables"]:
        row = filled(part) | {"code": f"{plan}-{part['code']}"} | FATE
        yield "deliverables", row | inside | quoted(file, task, part)
    for part in task["participations"]:
        row = filled(part, stated=True) | {"code": f"{code}-{part['role']}-{part['body']}"}
        yield "participations", row | inside | quoted(file, task, part)


def quoted(file: Row, task: Row, part: Row) -> Row:
    start, end = part["at"]
    return {
        "section_zh": task["section_zh"],
        "quote_start": start,
        "quote_end": end,
        "source_sha256": part["sha256"],
        **place(file, part["passage"]),
    }


USUAL_TARGET = {
    "value": None, "value_upper": None, "value_status": "stated", "met_if": "at_least",
    "floor_stated": False, "commitment": "firm", "commitment_basis": None,
    "due_basis": "plan_period", "baseline_value": None, "baseline_period": None,
    "alternative_value": None, "alternative_value_upper": None, "alternative_due": None,
    "alternative_zh": None, "alternative_en": None, "note_zh": None, "note_en": None,
}  # fmt: skip


def target_row(file: Row, part: Row, promised: set[str]) -> Row:
    """A promise; a second one on its indicator adds its year to its code."""
    plan, issuer = file["plan"]["code"], file["plan"]["issuer"]
    row = filled(part, **USUAL_TARGET, due=f"{file['plan']['year']}-12-31")
    code = f"{plan}-{part['indicator']}"
    if part["indicator"] in promised:
        code += f"-{row['due'][:4]}"
    promised.add(part["indicator"])
    return row | {"code": code, "issuer": issuer, "indicator": f"{issuer}-{part['indicator']}"}


def number(value: float) -> str:
    """60, 61.8."""
    return str(int(value)) if value == int(value) else repr(value)


def promise_text(row: Row, indicator: Row) -> Row:
    """A promise in Chinese and English, for the comparisons that are played here."""
    if row["value_status"] == "unquantified":
        return texts(f"“{row['quote']}”（原文未给数字）", "no figure given in the source")
    masked = row["value_status"] == "redacted"
    figure = "XX" if masked else number(row["value"])
    sign = "%" if indicator["unit"] == "percent" else ""
    zh, en = words_before(row, indicator["measure"])
    more = ("（数字在原文中被隐去）", " (number masked in the source)") if masked else ("", "")
    unit = Unit(indicator["unit"]).zh
    return texts(f"{zh}{figure}{unit}{more[0]}", f"{en}{figure}{sign}{more[1]}")


def texts(zh: str, en: str) -> Row:
    return {"value_text_zh": zh, "value_text_en": en}


def words_before(row: Row, measure: str) -> tuple[str, str]:
    counted = measure in ("flow", "increment")
    masked = row["value_status"] == "redacted"
    most = ("不超过", "at most ") if row["met_if"] == "at_most" and not masked else ("", "")
    if row["commitment"] == "strive":
        return f"力争{most[0]}", f"aim for {most[1]}"
    if masked or any(most):
        return most
    if row["floor_stated"]:
        return ("不低于" if measure == "share" else "不少于"), "at least "
    return ("", "") if counted else ("达到", "reach ")


def result_row(said: Row, indicator: Row) -> Row:
    """A result as a line of a file of results says it."""
    first, last = PERIODS[said["period"]]
    code = f"{said['indicator']}-{said['period'].lower().replace('/', '-')}-{said['source']}"
    status = ObservationStatus(said["value_status"])
    figure = "XX" if said["value"] is None else number(said["value"])
    sign = "%" if indicator["unit"] == "percent" else ""
    more = {
        "measured": ("", ""),
        "redacted": ("（数字在来源中被隐去）", " (number masked in the source)"),
    }.get(status, (f"（{status.zh}）", f" ({status.en})"))
    words = texts(f"{figure}{Unit(indicator['unit']).zh}{more[0]}", f"{figure}{sign}{more[1]}")
    return {**said, **words, "code": code, "period_start": first, "period_end": last}


# --- attainment -------------------------------------------------------------------------------


def recency(result: Row) -> tuple[str, str]:
    return result["source_date"] or "", result["code"]


def latest(results: Iterable[Row]) -> Row | None:
    return max(results, key=lambda r: (r["period_end"], *recency(r)), default=None)


def basis_first(results: Iterable[Row]) -> list[Row]:
    """Newest source first, where its day is known, then by code."""
    by_code = sorted(results, key=lambda r: r["code"])
    return sorted(by_code, key=lambda r: r["source_date"] or "", reverse=True)


SIGNS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "at_least": (">=", lambda x, v: x >= v),
    "at_most": ("<=", lambda x, v: x <= v),
    "equal": ("==", lambda x, v: x == v),
}


def readings_of(target: Row) -> list[tuple[float, str]]:
    """Figure and day of each reading."""
    printed = (target["value"], target["due"])
    value, due = target["alternative_value"], target["alternative_due"]
    if value is None and due is None:
        return [printed]
    return [printed, (printed[0] if value is None else value, due or printed[1])]


def judged(target: Row, measure: str, start: str, results: Sequence[Row]) -> Row:
    """What became of a promise whose plan begins on `start`, from all results on its indicator."""
    if target["value"] is None:
        return verdict("not_assessable", target["value_status"])
    readings = readings_of(target)
    last = max(due for _, due in readings)
    window = [r for r in results if start <= r["period_end"] <= last]
    if not window:
        return verdict("no_result")
    whole = measure in ("flow", "increment")
    due = [
        [r for r in window if r["period_end"] == day and (r["period_start"] == start or not whole)]
        for _, day in readings
    ]
    if not any(due):
        return verdict("interim", basis=latest(window))
    told = [final_first([r for r in found if r["value"] is not None]) for found in due]
    if not any(told):
        return verdict("not_assessable", "redacted")
    found = compared(target["met_if"], readings, told)
    unsure = any(r["value_status"] != "measured" for found in told for r in found)
    if found["attainment"] == "not_met" and unsure:
        return found | {"attainment": "not_assessable", "attainment_reason": "provisional"}
    return found


def final_first(results: list[Row]) -> list[Row]:
    """Measured figures push out those that are provisional or estimated."""
    measured = [r for r in results if r["value_status"] == "measured"]
    return measured or results


def compared(
    met_if: str, readings: Sequence[tuple[float, str]], told: Sequence[Sequence[Row]]
) -> Row:
    """The verdict where at least one result is due and has a figure."""
    _, holds = SIGNS[met_if]
    marks = [
        {"met" if holds(r["value"], value) else "not_met" for r in found}
        for (value, _), found in zip(readings, told, strict=True)
    ]
    rule = rule_text(met_if, readings, told)
    ordered = [basis_first(found) for found in told]
    first = next(found[0] for found in ordered if found)
    if any(len(mark) == 2 for mark in marks):
        return verdict("not_assessable", "sources_differ", rule, first)
    if {"met"} in marks and {"not_met"} not in marks:
        kept = next(f[0] for f, mark in zip(ordered, marks, strict=True) if mark == {"met"})
        return verdict("met", None, rule, kept)
    if all(mark == {"not_met"} for mark in marks):
        return verdict("not_met", None, rule, first)
    return verdict("not_assessable", "readings_differ", rule, first)


def rule_text(
    met_if: str, readings: Sequence[tuple[float, str]], told: Sequence[Sequence[Row]]
) -> str:
    sign, holds = SIGNS[met_if]
    alone = len(readings) == 1 and len(told[0]) == 1
    days = len({due for _, due in readings}) > 1
    parts = []
    for (value, due), found in zip(readings, told, strict=True):
        day = f" (due {due})" if days else ""
        if not found:
            parts.append(f"no result{day}")
        for r in sorted(found, key=lambda r: (r["source"], r["code"])):
            source = f" [{r['source']}]" if len(found) > 1 else ""
            end = "" if alone else ": met" if holds(r["value"], value) else ": not_met"
            parts.append(f"{number(r['value'])} {sign} {number(value)}{source}{end}{day}")
    return "; ".join(parts)


def verdict(
    attainment: str, reason: str | None = None, rule: str | None = None, basis: Row | None = None
) -> Row:
    basis = basis or {"code": None, "period": None, "value": None, "value_status": None}
    return {
        "attainment": attainment,
        "attainment_reason": reason,
        "attainment_rule": rule,
        "observation": basis["code"],
        "observation_period": basis["period"],
        "observation_value": basis["value"],
        "observation_value_status": basis["value_status"],
    }


# --- one release ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Release:
    """Everything as one release shows it."""

    number: int
    cause: str
    orders: Row
    """note_zh, note_en, by."""
    own: State

    def of(self, resource: str, name: str, code: str | None) -> list[Row]:
        """The rows of a resource whose field has this code."""
        return [row for row in self.own[resource].values() if row[name] == code]

    def count(self, resource: str, name: str, code: str, status: str | None = None) -> int:
        found = self.of(resource, name, code)
        return sum(status is None or row["value_status"] == status for row in found)

    def shown(self, resource: str, row: Row) -> Row:
        """A row with what is joined, counted and judged, but without its clock."""
        more = {
            "tasks": self._task,
            "targets": self._target,
            "indicators": self._indicator,
            "observations": self._observation,
            "deliverables": self._deliverable,
        }[resource](row)
        return {name: value for name, value in row.items() if name != "defined_in"} | more

    def _task(self, row: Row) -> Row:
        area, code = self.own["areas"][row["area"]], row["code"]
        return {
            "area_title_zh": area["title_zh"],
            "area_title_en": area["title_en"],
            "target_count": self.count("targets", "task", code),
            "redacted_count": self.count("targets", "task", code, "redacted"),
            "deliverable_count": self.count("deliverables", "task", code),
        }

    def _deliverable(self, row: Row) -> Row:
        return {"task_title_zh": self.own["tasks"][row["task"]]["title_zh"]}

    def _target(self, row: Row) -> Row:
        indicator = self.own["indicators"][row["indicator"]]
        names = ("name_zh", "name_en", "kind", "measure", "unit", "unit_zh", "unit_en")
        joined = {name: indicator[name] for name in names}
        return self._deliverable(row) | joined | self.judged(row)

    def judged(self, target: Row) -> Row:
        """What became of a promise."""
        measure = self.own["indicators"][target["indicator"]]["measure"]
        start = self.own["plans"][target["plan"]]["period_start"]
        results = self.of("observations", "indicator", target["indicator"])
        return judged(target, measure, start, results)

    def _indicator(self, row: Row) -> Row:
        targets = self.of("targets", "indicator", row["code"])
        ordered = sorted(targets, key=lambda t: (-t["year"], t["due"], t["code"]))
        found = {"target": None, "attainment": None, "attainment_reason": None}
        promise: Row = dict.fromkeys(PROMISE)
        if ordered:
            promise = {name: ordered[0][of] for name, of in PROMISE.items()}
            mark = self.judged(ordered[0])
            found = {name: mark.get(name) for name in found} | {"target": ordered[0]["code"]}
        newest = latest(self.of("observations", "indicator", row["code"])) or {}
        result = {f"latest_{n}": newest.get(n) for n in ("period", "value", "value_status")}
        return found | promise | result

    def _observation(self, row: Row) -> Row:
        indicator = self.own["indicators"][row["indicator"]]
        answered = self.answered(row)
        names = ("name_zh", "name_en", "unit", "unit_zh", "unit_en")
        target = {"target": answered["code"] if answered else None}
        return {name: indicator[name] for name in names} | target

    def answered(self, result: Row) -> Row | None:
        """The promise that a result answers."""
        day = result["period_end"]
        targets = self.of("targets", "indicator", result["indicator"])
        inside = [t for t in targets if self._covers(t["plan"], day)]
        if inside:
            year = max(t["year"] for t in inside)
            newest = [t for t in inside if t["year"] == year]
            return min(newest, key=lambda t: (t["due"] != day, t["due"], t["code"]))
        due = [t for t in targets if day in (t["due"], t["alternative_due"])]
        return min(due, key=lambda t: (-t["year"], t["due"], t["code"]), default=None)

    def _covers(self, plan: str, day: str) -> bool:
        row = self.own["plans"][plan]
        return bool(row["period_start"] <= day <= row["period_end"])

    def plan_of(self, resource: str, row: Row) -> str | None:
        """The plan that a row belongs to, or whose file defines it."""
        if resource == "observations":
            answered = self.answered(row)
            return answered["plan"] if answered else None
        code: str = row["code"] if resource == "plans" else row.get("defined_in") or row["plan"]
        return code

    def names(self, resource: str, row: Row) -> tuple[str | None, str | None]:
        """How a row is called in Chinese and English."""
        joined = {"targets": "indicator", "observations": "indicator", "participations": "body"}
        if by := joined.get(resource):
            row = self.own["bodies" if by == "body" else "indicators"][row[by]]
        kind = "title" if "title_zh" in row else "name"
        return row.get(f"{kind}_zh"), row.get(f"{kind}_en")

    # --- time lines ---

    def figures(self, indicator: str) -> list[Row]:
        """Promises and results on an indicator."""
        if indicator not in self.own["indicators"]:
            return []
        named = self.own["indicators"][indicator]
        joined = {name: named[name] for name in ("name_zh", "name_en", "unit")}
        targets = self.of("targets", "indicator", indicator)
        results = self.of("observations", "indicator", indicator)
        rows = [*map(self._promised, targets), *map(self._measured, results)]
        return [{"indicator": indicator, **joined, **row} for row in rows]

    def _promised(self, row: Row) -> Row:
        title = self.own["documents"][row["source_document"]]["title_zh"]
        due = row["due"]
        return {
            "series": "target",
            "period": due[:4] if due.endswith("12-31") else due,
            "period_end": due,
            **{name: row[name] for name in FIGURE},
            **{name: row[name] for name in PROMISED},
            "code": row["code"],
            "plan": row["plan"],
            "source": None,
            "source_title": title,
            "source_url": None,
        }

    def _measured(self, row: Row) -> Row:
        names = ("code", "period", "period_end", "source", "source_title", "source_url", *FIGURE)
        return {
            "series": "actual",
            **{name: row[name] for name in names},
            **dict.fromkeys(PROMISED),
            "plan": self.plan_of("observations", row),
        }


PROMISE = {
    "target_plan": "plan",
    "target_value": "value",
    "target_value_status": "value_status",
    "target_text_zh": "value_text_zh",
    "target_text_en": "value_text_en",
    "target_commitment": "commitment",
    "target_due": "due",
    "target_alternative_zh": "alternative_zh",
    "target_alternative_en": "alternative_en",
}
FIGURE = ("value", "value_status", "value_text_zh", "value_text_en", "quote")
PROMISED = (
    "value_upper", "met_if", "commitment", "alternative_value", "alternative_value_upper",
    "alternative_due",
)  # fmt: skip


# --- what is asked of a list ------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A list, and what is asked of it."""

    resource: str
    filters: tuple[tuple[str, str], ...] = ()
    sort: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    q: str | None = None

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the address."""
        words = {"sort": ",".join(self.sort), "fields": ",".join(self.fields), "q": self.q}
        return dict(self.filters) | {name: value for name, value in words.items() if value}


ORDER = {
    "tasks": ("-year", "plan", "number", "code"),
    "targets": ("-year", "plan", "quote_start", "code"),
    "deliverables": ("-year", "plan", "quote_start", "code"),
    "indicators": ("code",),
    "observations": ("indicator", "-period_end", "code"),
}
LISTS = tuple(ORDER)

SEARCHED: dict[str, tuple[str, ...]] = {
    "tasks": ("code", "title_zh", "title_en", "title_printed_zh", "summary_zh", "summary_en",
              "text_gap_zh", "text_gap_en"),
    "targets": ("code", "name_zh", "name_en", "task_title_zh", "quote", "alternative_zh",
                "alternative_en", "note_zh", "note_en"),
    "deliverables": ("code", "title_zh", "title_en", "issued_title_zh", "issued_number", "quote"),
    "indicators": ("code", "name_zh", "name_en", "definition_zh", "definition_en",
                   "population_zh", "population_en", "open_zh", "open_en"),
    "observations": ("code", "name_zh", "name_en", "source_title", "quote", "note_zh", "note_en"),
}  # fmt: skip

TOKEN = re.compile(r"[\u4e00-\u9fff]|[0-9a-z]+")


def tokens(text: str) -> list[str]:
    return TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def follows(word: Sequence[str], text: str | None) -> bool:
    """Whether the tokens of a word follow one another in a text."""
    found = tokens(text or "")
    return any(found[at : at + len(word)] == word for at in range(len(found)))


def in_order(rows: Iterable[Row], order: Sequence[str]) -> list[Row]:
    """Rows by fields, `-` for descending; nulls stand last."""
    found = list(rows)
    for name in reversed(order):
        plain = name.removeprefix("-")
        there = [row for row in found if row[plain] is not None]
        there.sort(key=lambda row: row[plain], reverse=name != plain)
        found = there + [row for row in found if row[plain] is None]
    return found


# --- all releases -----------------------------------------------------------------------------

RESULTS_MATERIAL = {"value", "value_status"}
TARGETS_MATERIAL = {
    "value", "value_upper", "value_status", "met_if", "commitment", "due", "alternative_value",
    "alternative_value_upper", "alternative_due",
}  # fmt: skip
MATERIAL = {
    "targets": TARGETS_MATERIAL,
    "observations": RESULTS_MATERIAL,
    "deliverables": {"outcome"},
}

REFUSED = "refused"
Made = list[str] | str
"""The causes of the releases that are made; or that all is refused."""


@dataclass
class Oracle:
    """The releases that were made."""

    releases: list[Release] = field(default_factory=list)
    _lists: dict[tuple[str, int], dict[str, Row]] = field(default_factory=dict)

    # --- writing ---

    @property
    def now(self) -> State:
        """The rows that hold now."""
        names = (*OWNED, "observations")
        return self.releases[-1].own if self.releases else {name: {} for name in names}

    def publish(self, file: Row, cause: str, orders: Row) -> Made:
        """Take in a plan file instead of what it said before."""
        plan, fresh = file["plan"]["code"], rows_of_file(file, self.now["indicators"])
        after = {"observations": self.now["observations"]}
        for name in OWNED:
            others = {c: r for c, r in self.now[name].items() if owner(name, r) != plan}
            after[name] = others | fresh[name]
        for code in fresh["deliverables"].keys() & self.now["deliverables"].keys():
            fate = {name: self.now["deliverables"][code][name] for name in FATE}
            after["deliverables"][code] = after["deliverables"][code] | fate
        continued = {row["continues"] for row in after["tasks"].values()} - {None}
        if not continued <= after["tasks"].keys():
            return REFUSED
        if plan not in self.now["plans"]:
            cause = "new_plan" if self.releases else "first_publication"
        return self._make([(cause, after)], orders)

    def observe(self, said: Sequence[Row], cause: str | None, orders: Row) -> Made:
        """Take in lines of results."""
        indicators = self.now["indicators"]
        rows = [result_row(line, indicators[line["indicator"]]) for line in said]
        return self._load("observations", rows, cause, orders)

    def issue(self, fates: Sequence[Row], cause: str | None, orders: Row) -> Made:
        """Take in what became of documents."""
        there = self.now["deliverables"]
        return self._load("deliverables", [there[f["code"]] | f for f in fates], cause, orders)

    def _load(self, name: str, rows: Sequence[Row], cause: str | None, orders: Row) -> Made:
        """First a release for what is changed, then one for what is new."""
        steps: dict[str, dict[str, Row]] = {}
        for row in rows:
            was = self.now[name].get(row["code"])
            if was == row:
                continue
            ever = any(row["code"] in release.own[name] for release in self.releases)
            why = why_loaded(was, row, cause, ever)
            if why is None:
                return REFUSED
            steps.setdefault(why, {})[row["code"]] = row
        if cause is not None and steps and cause not in steps:
            return REFUSED
        after, made = self.now, []
        for why in sorted(steps, key=lambda why: why == "new_data"):
            after = {**after, name: {**after[name], **steps[why]}}
            made.append((why, after))
        return self._make(made, orders, cause)

    def retract(self, codes: Sequence[str], orders: Row) -> Made:
        """Withdraw results."""
        left = {c: r for c, r in self.now["observations"].items() if c not in codes}
        return self._make([("retraction", {**self.now, "observations": left})], orders)

    def _make(
        self, steps: Sequence[tuple[str, State]], orders: Row, given: str | None = None
    ) -> list[str]:
        """A release for each step; a note is about the cause that was given with it."""
        made = []
        for cause, after in steps:
            if after != self.now:
                made.append(cause)
                silent = {} if given in (None, cause) else {"note_zh": None, "note_en": None}
                number = len(self.releases) + 1
                self.releases.append(Release(number, cause, orders | silent, after))
        return made

    # --- lists ---

    def release(self, number: int) -> Release:
        """A release by its number; before the first there is nothing."""
        empty: State = {name: {} for name in (*OWNED, "observations")}
        return self.releases[number - 1] if number else Release(0, "", {}, empty)

    def whole(self, resource: str, number: int) -> dict[str, Row]:
        """All rows of a list as a release shows them, by code."""
        if (resource, number) not in self._lists:
            release = self.release(number)
            self._lists[resource, number] = {
                code: release.shown(resource, row)
                | {"release_from": self._since_when(resource, code, number)}
                for code, row in release.own[resource].items()
            }
        return self._lists[resource, number]

    def _since_when(self, resource: str, code: str, number: int) -> int:
        """The release since which a row's own fields are as they are."""
        row = self.release(number).own[resource][code]
        while number > 1 and self.release(number - 1).own[resource].get(code) == row:
            number -= 1
        return number

    def answer(self, question: Question, number: int) -> list[Row]:
        """The rows that a list gives, in order."""
        found = self._chosen(question, number).values()
        return [self._cut(question, row) for row in self._sorted(question, found)]

    def since(self, question: Question, start: int, number: int) -> list[Row]:
        """The comparison of a list at two releases."""
        before, after = self._chosen(question, start), self._chosen(question, number)
        rows = [
            {**row, "release_to": None}
            for code, row in after.items()
            if code not in before or self._cut(question, before[code]) != self._cut(question, row)
        ]
        rows += [
            {**row, "release_to": self._closed(question.resource, code, start, number)}
            for code, row in before.items()
            if code not in after
        ]
        ordered = self._sorted(question, rows)
        return [self._cut(question, r) | {"release_to": r["release_to"]} for r in ordered]

    def _closed(self, resource: str, code: str, start: int, number: int) -> int:
        """The release that no longer has a row as it was; at the latest the one asked for."""
        row = self.release(start).own[resource][code]
        for later in range(start + 1, number):
            if self.release(later).own[resource].get(code) != row:
                return later
        return number

    def _chosen(self, question: Question, number: int) -> dict[str, Row]:
        rows = self.whole(question.resource, number)
        release = self.release(number)
        return {
            code: row
            for code, row in rows.items()
            if all(holds(release, question.resource, row, *part) for part in question.filters)
            and (not question.q or self._found(question, release, row))
        }

    @staticmethod
    def _found(question: Question, release: Release, row: Row) -> bool:
        """Whether each word of a search stands in one of the searched fields."""
        texts = [row[name] for name in SEARCHED[question.resource]]
        if question.resource == "tasks":
            for target in release.of("targets", "task", row["code"]):
                texts += release.names("targets", target)
            for deliverable in release.of("deliverables", "task", row["code"]):
                texts += release.names("deliverables", deliverable)
        words = [tokens(word) for word in (question.q or "").split()]
        return all(any(follows(word, text) for text in texts) for word in words)

    @staticmethod
    def _sorted(question: Question, rows: Iterable[Row]) -> list[Row]:
        return in_order(rows, (*question.sort, *ORDER[question.resource]))

    @staticmethod
    def _cut(question: Question, row: Row) -> Row:
        names = {"code", *question.fields} if question.fields else row.keys()
        return {name: value for name, value in row.items() if name in names - {"release_to"}}

    # --- history ---

    def history(
        self, indicators: Sequence[str], number: int, every: bool
    ) -> tuple[list[Row], dict[str, int]]:
        """Versions of figures, and how many each cause has made or ended."""
        rows, counted = list[Row](), dict.fromkeys(map(str, Cause), 0)
        for indicator in indicators:
            versions = self._versions(indicator, number)
            for version in versions:
                counted[version["cause"]] += 1
                if version["ended_by"]:
                    counted[version["ended_by"]] += 1
            order = ("period_end", "-series", "code", "release_from")
            rows += in_order([row for row in versions if every or row["release_to"] is None], order)
        return rows, counted

    def _versions(self, indicator: str, number: int) -> list[Row]:
        """The runs of releases in which a figure reads the same, with its last words."""
        open_: dict[str, tuple[Row, Row]] = {}
        done: list[Row] = []
        for release in self.releases[:number]:
            rows = {row["code"]: row for row in release.figures(indicator)}
            for code, (row, version) in list(open_.items()):
                if code not in rows or reading(rows[code]) != reading(row):
                    ended = None if code in rows else release.cause
                    done.append(row | version | {"release_to": release.number, "ended_by": ended})
                    del open_[code]
            for code, row in rows.items():
                begun: Row = {"cause": release.cause, "release_from": release.number}
                open_[code] = (row, open_[code][1] if code in open_ else begun)
        still: Row = {"release_to": None, "ended_by": None}
        return done + [row | version | still for row, version in open_.values()]

    # --- changes ---

    def changes(self, number: int, start: int = 0, until: int | None = None) -> list[Row]:
        """The log, newest release first."""
        last = number if until is None else min(number, until)
        rows = []
        for at in range(last, start, -1):
            before, after = self.release(at - 1), self.release(at)
            found = [
                row
                for resource in after.own
                for code in before.own[resource].keys() | after.own[resource].keys()
                for row in changes_of(resource, code, before, after)
            ]
            rows += in_order(found, ("resource", "code", "field"))
        return rows


def reading(row: Row) -> Row:
    """What makes another version of a figure when it changes: not names, sources and quotes."""
    words = {"name_zh", "name_en", "plan", "source", "source_title", "source_url", "quote"}
    return {name: value for name, value in row.items() if name not in words}


def owner(resource: str, row: Row) -> str:
    """The plan whose file says a row."""
    return str(row["code"] if resource == "plans" else row.get("defined_in") or row["plan"])


def why_loaded(was: Row | None, row: Row, cause: str | None, ever: bool) -> str | None:
    """Why a result or a fate is published; None where nobody says why it changes, or is again."""
    if (was is None and not ever) or (was and was.get("outcome") == "no_result"):
        return "new_data"
    if cause not in (None, "new_data"):
        return cause
    if was is None:
        return None
    replaced = was.get("value_status") in ("provisional", "estimated")
    return "revision" if replaced and row["value_status"] == "measured" else None


def holds(release: Release, resource: str, row: Row, name: str, value: str) -> bool:
    """Whether a row is kept by a filter."""
    if name in ("value_min", "value_max"):
        figure = row["value"]
        if figure is None:
            return False
        return bool(figure >= float(value) if name == "value_min" else figure <= float(value))
    if resource == "observations" and name == "plan":
        return release.plan_of(resource, row) == value
    through = {("tasks", "indicator"): "task", ("indicators", "plan"): "indicator"}
    if by := through.get((resource, name)):
        return any(target[name] == value for target in release.of("targets", by, row["code"]))
    shown = row[name]
    return (str(shown).lower() if isinstance(shown, bool) else shown) == value


def changes_of(resource: str, code: str, before: Release, after: Release) -> Iterator[Row]:
    """What a release changed in one row."""
    was, now = before.own[resource].get(code), after.own[resource].get(code)
    seen, row = (after, now) if now is not None else (before, was)
    assert row is not None
    name_zh, name_en = seen.names(resource, row)
    head = {
        "release": after.number,
        "cause": after.cause,
        "resource": "documents" if resource == "relations" else resource,
        "code": code,
        "plan": seen.plan_of(resource, row),
        "name_zh": name_zh,
        "name_en": name_en,
        "field": None,
        "before": None,
        "after": None,
        **after.orders,
    }
    if was is None or now is None:
        action = "added" if was is None else "removed"
        figure = row.get("value_text_zh")
        side = "before" if now is None else "after"
        yield head | {"action": action, "material": resource in MATERIAL, side: figure}
        return
    for name in now.keys() - {"defined_in"}:
        if was[name] != now[name]:
            values = {"field": name, "before": was[name], "after": now[name]}
            material = name in MATERIAL.get(resource, ())
            yield head | values | {"action": "changed", "material": material}


# --- plan against plan ------------------------------------------------------------------------

TASK_FIELDS = ("title_zh", "area_title_zh", "responsibility_stated")
TARGET_FIELDS = (
    "value", "value_upper", "value_status", "met_if", "floor_stated", "commitment", "due",
    "baseline_value", "alternative_value", "alternative_value_upper", "alternative_due",
)  # fmt: skip
DAYS = ("due", "alternative_due")

Couple = tuple[Row | None, Row | None]


def diff(release: Release, first: str, second: str) -> list[Row]:
    """What became of the tasks and targets of one plan in another."""
    gaps = [incomplete(release, first), incomplete(release, second)]
    lists = {
        name: [in_text(release, name, plan) for plan in (first, second)]
        for name in ("tasks", "targets")
    }
    tasks = task_couples(*lists["tasks"])
    targets = target_couples(*lists["targets"])
    return [diff_task(*couple, gaps) for couple in tasks] + [
        diff_target(release, *couple, gaps) for couple in targets
    ]


def in_text(release: Release, resource: str, plan: str) -> list[Row]:
    rows = release.of(resource, "plan", plan)
    return in_order([release.shown(resource, row) for row in rows], ORDER[resource])


def incomplete(release: Release, plan: str) -> bool:
    tasks = release.of("tasks", "plan", plan)
    return not all(row["text_complete"] for row in [release.own["plans"][plan], *tasks])


def task_couples(before: Sequence[Row], after: Sequence[Row]) -> list[Couple]:
    known = {row["code"]: row for row in before}
    couples: list[Couple] = [(known.get(row["continues"]), row) for row in after]
    continued = {row["continues"] for row in after}
    return couples + [(row, None) for row in before if row["code"] not in continued]


def target_couples(before: Sequence[Row], after: Sequence[Row]) -> list[Couple]:
    """Of several on an indicator the first due goes with the first due, and so on."""
    partner: dict[str, Row] = {}
    for indicator in {row["indicator"] for row in after}:
        olds, news = (
            in_order([row for row in rows if row["indicator"] == indicator], ("due",))
            for rows in (before, after)
        )
        partner |= {new["code"]: old for old, new in zip(olds, news, strict=False)}
    taken = {row["code"] for row in partner.values()}
    couples: list[Couple] = [(partner.get(row["code"]), row) for row in after]
    return couples + [(row, None) for row in before if row["code"] not in taken]


def diff_task(was: Row | None, now: Row | None, gaps: Sequence[bool]) -> Row:
    row = either(was, now)
    names = {"name_zh": row["title_zh"], "name_en": row["title_en"]}
    head = diff_head("tasks", was, now, TASK_FIELDS, gaps)
    broken = was is not None and now is not None
    broken = broken and not all(part["text_complete"] for part in (was or {}, now or {}))
    texts = side_by_side(was, now, {"text_zh": "title_zh", "text_en": "title_en"})
    nothing = side_by_side(None, None, {"value": "", "commitment": ""})
    more = {"indicator": None, "unit": None, "ambition": None, "ambition_reason": None}
    return head | names | texts | nothing | more | {"open": head["open"] or broken}


def diff_target(release: Release, was: Row | None, now: Row | None, gaps: Sequence[bool]) -> Row:
    row = either(was, now)
    names = {name: row[name] for name in ("indicator", "name_zh", "name_en", "unit")}
    fields = {"value": "value", "commitment": "commitment", "text_zh": "value_text_zh",
              "text_en": "value_text_en"}  # fmt: skip
    ambition: tuple[str | None, str | None] = (None, None)
    if was and now:
        wanted = release.own["indicators"][row["indicator"]]["desired_direction"]
        ambition = ambition_of(was, now, wanted)
    told = dict(zip(("ambition", "ambition_reason"), ambition, strict=True))
    head = diff_head("targets", was, now, TARGET_FIELDS, gaps)
    return head | names | side_by_side(was, now, fields) | told


def either(was: Row | None, now: Row | None) -> Row:
    row = now or was
    assert row is not None
    return row


def side_by_side(was: Row | None, now: Row | None, fields: Mapping[str, str]) -> Row:
    return {
        f"{side}_{name}": row[of] if row else None
        for side, row in (("before", was), ("after", now))
        for name, of in fields.items()
    }


def diff_head(
    resource: str, was: Row | None, now: Row | None, fields: Sequence[str], gaps: Sequence[bool]
) -> Row:
    changes = []
    if was and now:
        changes = [
            {"field": name, "before": was[name], "after": now[name]}
            for name in fields
            if in_year(was, name) != in_year(now, name)
        ]
    result = "added" if not was else "dropped" if not now else "changed" if changes else "kept"
    return {
        "resource": resource,
        "result": result,
        "before": was["code"] if was else None,
        "after": now["code"] if now else None,
        "changed_fields": " ".join(change["field"] for change in changes) or None,
        "changes": changes,
        "open": {"added": gaps[0], "dropped": gaps[1]}.get(result, False),
    }


def in_year(row: Row, name: str) -> Any:
    """A field; of a day the distance from the plan's year."""
    value = row[name]
    if name not in DAYS or value is None:
        return value
    return int(value[:4]) - row["year"], value[4:]


def ambition_of(was: Row, now: Row, direction: str) -> tuple[str, str | None]:
    """Whether the later promise asks for more, and why that cannot be told."""
    if was["value"] is None or now["value"] is None:
        return "unclear", "not_quantified"
    firmness = {("firm", "strive"): -1, ("strive", "firm"): 1}
    firmer = firmness.get((was["commitment"], now["commitment"]), 0)
    said = {
        asked(direction, (was["met_if"], old), (now["met_if"], new), firmer)
        for old in figures_of(was)
        for new in figures_of(now)
    }
    return said.pop() if len(said) == 1 else ("unclear", "readings_differ")


def figures_of(row: Row) -> list[float]:
    return [row[name] for name in ("value", "alternative_value") if row[name] is not None]


def asked(
    direction: str, was: tuple[str, float], now: tuple[str, float], firmer: int
) -> tuple[str, str | None]:
    """The same of two figures under their comparisons."""
    limits = {"increase": ("at_least", "equal"), "decrease": ("at_most", "equal")}[direction]
    if not (was[0] in limits and now[0] in limits):
        if was[0] != now[0]:
            return "unclear", "comparators_differ"
        if was[1] != now[1]:
            return "unclear", "against_direction"
    sign = 1 if direction == "increase" else -1
    higher = sign * ((now[1] > was[1]) - (now[1] < was[1]))
    if higher * firmer < 0:
        return "unclear", "value_and_commitment_differ"
    return {1: "more", 0: "same", -1: "less"}[higher or firmer], None
