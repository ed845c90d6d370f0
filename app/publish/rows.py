"""From a plan file to the rows that the database should hold."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from app.models.base import CODE_LENGTH
from app.models.choices import Commitment, CommitmentBasis, DueBasis, Outcome
from app.publish.plan_file import (
    AreaPart,
    DeliverablePart,
    ErratumPart,
    IndicatorPart,
    ParticipationPart,
    PlanFile,
    TargetPart,
    TaskPart,
)
from app.publish.wording import Measured, value_text_en, value_text_zh

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def rows_of(file: PlanFile, measured: Mapping[str, Measured]) -> Rows:
    """Every row that a plan file stands for, by table; `measured` knows each indicator by code."""
    return _Reader(file, measured).rows()


def indicator_code(issuer: str, slug: str) -> str:
    """The published code of an indicator."""
    return f"{issuer}-{slug}"


def target_codes(plan: str, targets: list[tuple[str, str]]) -> list[str]:
    """Codes for a plan's targets, given as (indicator slug, year due) in order of the file.

    The first on an indicator is plan + slug; a further one adds its due year.
    """
    seen: set[str] = set()
    codes = []
    for slug, year in targets:
        codes.append(f"{plan}-{slug}-{year}" if slug in seen else f"{plan}-{slug}")
        seen.add(slug)
    return codes


def task_code(plan: str, number: int) -> str:
    """The code of a task."""
    return f"{plan}-t{number}"


def participation_code(task: str, role: str, body: str) -> str:
    """The code of a participation."""
    return f"{task}-{role.replace('_', '-')}-{body}"


def too_long(code: str) -> bool:
    """Whether a code that is put together from others is over the limit."""
    return len(code) > CODE_LENGTH


def period(file: PlanFile) -> tuple[date, date]:
    """First and last day of the plan: its year, unless the file says otherwise."""
    plan = file.plan
    return (
        plan.period_start or date(plan.year, 1, 1),
        plan.period_end or date(plan.year, 12, 31),
    )


class _Reader:
    def __init__(self, file: PlanFile, measured: Mapping[str, Measured]):
        self.file = file
        self.measured = measured
        self.plan = file.plan.code
        self.in_plan = {"plan": self.plan, "year": file.plan.year, "issuer": file.plan.issuer}
        self.start, self.end = period(file)
        slugs = [
            (target.indicator, str(self._due(target).year))
            for area in file.areas
            for task in area.tasks
            for target in task.targets
        ]
        self.codes = iter(target_codes(self.plan, slugs))

    def rows(self) -> Rows:
        found: Rows = {
            "document": [self._document()],
            "document_relation": list(self._relations()),
            "plan": [self._plan()],
            "body": [self._defined(part.model_dump()) for part in self.file.bodies],
            "indicator": [self._indicator(part) for part in self.file.indicators],
            "area": [],
            "task": [],
            "target": [],
            "deliverable": [],
            "participation": [],
            "erratum": [self._erratum(part, None, "") for part in self.file.errata],
        }
        for area in self.file.areas:
            found["area"].append(self._area(area))
            for task in area.tasks:
                self._add_task(found, area, task)
        return found

    def _add_task(self, found: Rows, area: AreaPart, task: TaskPart) -> None:
        found["task"].append(self._task(area, task))
        inside = {
            **self.in_plan,
            "area": self._area_code(area),
            "task": task_code(self.plan, task.number),
            "section_zh": task.section_zh,
        }
        found["target"] += [self._target(part, inside) for part in task.targets]
        found["deliverable"] += [self._deliverable(part, inside) for part in task.deliverables]
        found["participation"] += [
            self._participation(part, inside) for part in task.participations
        ]
        found["erratum"] += [
            self._erratum(part, str(inside["task"]), str(task.section_zh)) for part in task.errata
        ]

    def _defined(self, row: Row) -> Row:
        return {**row, "defined_in": self.plan}

    def _document(self) -> Row:
        return self._defined(self.file.document.model_dump(exclude={"relations"}, by_alias=True))

    def _relations(self) -> Iterator[Row]:
        document = self.file.document.code
        for part in self.file.document.relations:
            code = f"{document}-{part.relation}"
            yield self._defined({"code": code, "document": document, **part.model_dump()})

    def _plan(self) -> Row:
        return {
            **self.file.plan.model_dump(),
            "period_start": self.start,
            "period_end": self.end,
            "document": self.file.document.code,
        }

    def _indicator(self, part: IndicatorPart) -> Row:
        issuer = self.file.plan.issuer
        return self._defined(
            {
                **part.model_dump(),
                "code": indicator_code(issuer, part.code),
                "issuer": issuer,
                "unit_zh": part.unit.zh,
                "unit_en": part.unit.en,
            }
        )

    def _area_code(self, area: AreaPart) -> str:
        return f"{self.plan}-a{area.number}"

    def _span(self, at: list[int] | None) -> Row:
        start, end = at or (None, None)
        return {
            "source_document": self.file.document.code,
            "source_start": start,
            "source_end": end,
        }

    def _area(self, area: AreaPart) -> Row:
        texts = ("number", "title_zh", "title_en", "summary_zh", "summary_en", "section_zh")
        return {
            "code": self._area_code(area),
            **self.in_plan,
            **area.model_dump(include=set(texts)),
            **self._span(area.at),
        }

    def _task(self, area: AreaPart, task: TaskPart) -> Row:
        lists = {"targets", "deliverables", "participations", "errata", "at", "sha256"}
        return {
            "code": task_code(self.plan, task.number),
            **self.in_plan,
            "area": self._area_code(area),
            **task.model_dump(exclude=lists),
            **self._span(task.at),
            "source_sha256": task.sha256,
        }

    def _quoted(self, part: TargetPart | DeliverablePart | ParticipationPart) -> Row:
        start, end = part.at or (None, None)
        return {
            "quote": part.quote,
            "quote_start": start,
            "quote_end": end,
            **self._span(part.passage),
            "source_sha256": part.sha256,
        }

    def _due(self, part: TargetPart) -> date:
        return part.due or self.end

    def _target(self, part: TargetPart, inside: Row) -> Row:
        indicator = indicator_code(self.file.plan.issuer, part.indicator)
        basis = DueBasis.STATED if part.due else DueBasis.PLAN_PERIOD
        row = {
            **part.model_dump(exclude={"at", "passage", "sha256"}),
            **inside,
            "code": next(self.codes),
            "indicator": indicator,
            "due": self._due(part),
            "due_basis": part.due_basis or basis,
            **self._quoted(part),
        }
        if part.commitment == Commitment.STRIVE:
            row["commitment_basis"] = part.commitment_basis or CommitmentBasis.STATED
        measured = self.measured[indicator]
        row["value_text_zh"] = value_text_zh(row, measured)
        row["value_text_en"] = value_text_en(row, measured)
        return row

    def _deliverable(self, part: DeliverablePart, inside: Row) -> Row:
        return {
            **inside,
            "code": f"{self.plan}-{part.code}",
            **part.model_dump(include={"title_zh", "title_en", "verb_zh"}),
            "outcome": Outcome.NO_RESULT,
            "issued_on": None,
            "issued_title_zh": None,
            "issued_number": None,
            "issued_url": None,
            **self._quoted(part),
        }

    def _participation(self, part: ParticipationPart, inside: Row) -> Row:
        return {
            **inside,
            "code": participation_code(inside["task"], part.role, part.body),
            **part.model_dump(include={"body", "role", "stated"}),
            **self._quoted(part),
        }

    def _erratum(self, part: ErratumPart, task: str | None, section: str) -> Row:
        start, end = part.at or (None, None)
        texts = ("kind", "printed_zh", "reading_zh", "certainty", "reason_zh", "reason_en")
        return {
            "code": f"{self.plan}-e{part.number}",
            **self.in_plan,
            "task": task,
            **part.model_dump(include=set(texts)),
            "quote_start": start,
            "quote_end": end,
            "section_zh": section,
            **self._span(part.passage),
            "source_sha256": part.sha256,
        }
