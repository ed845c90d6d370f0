"""The plan file: what a person edits. Strict models; `data/plan.schema.json` is made from them.

Names are those of the API. Nesting gives plan, area and task; what is usual is left out.
`at`, `passage`, `section_zh` and `sha256` are filled by `yaodian anchor`.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from app.formats.csv import starts_formula
from app.models import CLOCKED
from app.models.base import CODE_LENGTH, CODE_PATTERN
from app.models.choices import (
    BodyKind,
    BodyLevel,
    Certainty,
    Commitment,
    CommitmentBasis,
    Copy,
    Direction,
    DueBasis,
    ErratumKind,
    IndicatorKind,
    Measure,
    MetIf,
    Relation,
    Role,
    Unit,
    ValueStatus,
)

QUOTE_LENGTH = 20
"""Code points of the text that may be carried over in one piece."""

UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that a reader cannot see: they have no place in a plan."""


def _visible(value: str) -> str:
    for character in value:
        if unicodedata.category(character) in UNSEEN:
            raise PydanticCustomError("unseen", "unseen", {"character": f"U+{ord(character):04X}"})
    if starts_formula(value):
        raise PydanticCustomError("formula", "formula")
    return value


Visible = AfterValidator(_visible)

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=CODE_LENGTH)]
Line = Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$", max_length=300), Visible]
Prose = Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$", max_length=2000), Visible]
QuoteText = Annotated[str, StringConstraints(min_length=1, max_length=QUOTE_LENGTH), Visible]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=1000)]
Year = Annotated[int, Field(ge=1900, le=2200)]
Positive = Annotated[int, Field(ge=1, le=100_000)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15, strict=False)]


def _a_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise PydanticCustomError("float_type", "not a number")
    return value


Figure = Annotated[Number, BeforeValidator(_a_number)]


DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _a_date(value: Any) -> Any:
    if isinstance(value, str) and DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value


Day = Annotated[date, BeforeValidator(_a_date)]


def _span(value: list[int]) -> list[int]:
    if len(value) != 2 or value[0] >= value[1]:
        raise PydanticCustomError("span", "span")
    return value


Span = Annotated[
    list[Annotated[int, Field(ge=0, le=100_000_000)]],
    AfterValidator(_span),
    Field(json_schema_extra={"minItems": 2, "maxItems": 2}),
]


class Part(BaseModel):
    """A piece of a plan file: no key but those named, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def chosen(kind: type) -> Any:
    """A closed list, given as a plain string."""
    return Annotated[kind, Field(strict=False)]


class TextGapPart(Part):
    """Whether the copy has the whole text."""

    text_complete: bool = True
    text_gap_zh: Prose | None = None
    text_gap_en: Prose | None = None


class RelationPart(Part):
    """Another document that is related to the source."""

    relation: chosen(Relation)  # type: ignore[valid-type]
    url: Url
    basis_zh: Prose
    basis_en: Prose


class DocumentHead(Part):
    """The document that the plan was read from."""

    code: Code
    title_zh: Line
    title_en: Line | None = None
    publisher: Line
    copy_: chosen(Copy) = Field(alias="copy")  # type: ignore[valid-type]
    file_name: Line | None = None
    file_sha256: Sha256 | None = None
    page_count: Positive | None = None
    body_characters: Positive | None = None
    body_sha256: Sha256 | None = None


class DocumentRights(Part):
    """What may be done with it, and what it is related to."""

    rights_zh: Prose
    rights_en: Prose
    relations: list[RelationPart] = []


class DocumentPart(DocumentRights, TextGapPart, DocumentHead):
    """The document that the plan was read from."""


class PlanHead(Part):
    """The plan itself."""

    code: Code
    year: Year
    issuer: Code
    title_zh: Line
    title_en: Line
    period_start: Day | None = None
    period_end: Day | None = None
    continues: Code | None = None


class PlanPart(TextGapPart, PlanHead):
    """The plan, and whether its text is whole."""


class BodyPart(Part):
    """A body or class of actors that this file defines."""

    code: Code
    name_zh: Line
    name_en: Line
    kind: chosen(BodyKind)  # type: ignore[valid-type]
    level: chosen(BodyLevel) | None = None  # type: ignore[valid-type]
    region_code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | None = None
    parent: Code | None = None


class IndicatorPart(Part):
    """An indicator that this file defines; its published code begins with the issuer's."""

    code: Code
    name_zh: Line
    name_en: Line
    definition_zh: Prose
    definition_en: Prose
    population_zh: Line
    population_en: Line
    open_zh: Prose | None = None
    open_en: Prose | None = None
    unit: chosen(Unit)  # type: ignore[valid-type]
    kind: chosen(IndicatorKind)  # type: ignore[valid-type]
    measure: chosen(Measure)  # type: ignore[valid-type]
    desired_direction: chosen(Direction)  # type: ignore[valid-type]


class Anchored(Part):
    """Where it stands: filled by `yaodian anchor`."""

    at: Span | None = None
    passage: Span | None = None
    sha256: Sha256 | None = None


class QuoteField(Part):
    """The words of the text that say it."""

    quote: QuoteText


class Quoted(Anchored, QuoteField):
    """The words of the text that say it, and where they stand."""


class TargetFields(Part):
    """What is promised."""

    indicator: Code
    value: Figure | None = None
    value_upper: Figure | None = None
    value_status: chosen(ValueStatus) = ValueStatus.STATED  # type: ignore[valid-type]
    met_if: chosen(MetIf) = MetIf.AT_LEAST  # type: ignore[valid-type]
    floor_stated: bool = False
    commitment: chosen(Commitment) = Commitment.FIRM  # type: ignore[valid-type]
    commitment_basis: chosen(CommitmentBasis) | None = None  # type: ignore[valid-type]
    due: Day | None = None
    due_basis: chosen(DueBasis) | None = None  # type: ignore[valid-type]
    baseline_value: Figure | None = None
    baseline_period: Line | None = None
    alternative_value: Figure | None = None
    alternative_value_upper: Figure | None = None
    alternative_due: Day | None = None
    alternative_zh: Prose | None = None
    alternative_en: Prose | None = None
    note_zh: Prose | None = None
    note_en: Prose | None = None


class TargetPart(Quoted, TargetFields):
    """A promise, where it stands."""


class DeliverableFields(Part):
    """A document that the plan says will be issued."""

    code: Code
    verb_zh: Annotated[str, StringConstraints(min_length=1, max_length=10), Visible]
    title_zh: Line
    title_en: Line


class DeliverablePart(Quoted, DeliverableFields):
    """A document to be issued, where it is announced."""


class ParticipationFields(Part):
    """The part that a body takes in the task."""

    body: Code
    role: chosen(Role)  # type: ignore[valid-type]
    stated: bool = True


class ParticipationPart(Quoted, ParticipationFields):
    """A participation, where the text names it."""


class ErratumFields(Part):
    """A damaged or masked place; `printed_zh` is its quote."""

    number: Positive
    kind: chosen(ErratumKind)  # type: ignore[valid-type]
    printed_zh: QuoteText
    reading_zh: Line | None = None
    certainty: chosen(Certainty)  # type: ignore[valid-type]
    reason_zh: Prose
    reason_en: Prose


class ErratumPart(Anchored, ErratumFields):
    """A damaged or masked place, where it stands."""


class TaskHead(Part):
    """What a numbered item says."""

    number: Positive
    title_zh: Line
    title_en: Line
    title_printed_zh: Line | None = None
    summary_zh: Prose
    summary_en: Prose
    responsibility_stated: bool = False
    continues: Code | None = None


class TaskPlace(Part):
    """Where a numbered item stands: filled by `yaodian anchor`."""

    section_zh: Line | None = None
    at: Span | None = None
    sha256: Sha256 | None = None


class TaskLists(Part):
    """What a numbered item holds."""

    targets: list[TargetPart] = []
    deliverables: list[DeliverablePart] = []
    participations: list[ParticipationPart] = []
    errata: list[ErratumPart] = []


class TaskPart(TaskLists, TaskPlace, TextGapPart, TaskHead):
    """A numbered item."""


class AreaPart(Part):
    """A chapter."""

    number: Positive
    title_zh: Line
    title_en: Line
    summary_zh: Prose
    summary_en: Prose
    section_zh: Line | None = None
    at: Span | None = None
    tasks: Annotated[list[TaskPart], Field(min_length=1)]


class PlanFile(Part):
    """One plan with its document and everything that it defines."""

    schema_: str | None = Field(default=None, alias="$schema")
    document: DocumentPart
    plan: PlanPart
    bodies: list[BodyPart] = []
    indicators: list[IndicatorPart] = []
    errata: list[ErratumPart] = []
    areas: Annotated[list[AreaPart], Field(min_length=1)]


HERE = {
    "at": "Where the quote, or the whole part, stands: filled in by `yaodian anchor`",
    "passage": "Where the sentence of the quote stands: filled in by `yaodian anchor`",
    "sha256": "SHA-256 of the passage: filled in by `yaodian anchor`",
    "code": "Short code; lower-case letters and digits, joined by single hyphens",
}
"""What fields mean that are written otherwise than they are published."""

UNPUBLISHED = {"number": "Number of the part in the plan, from 1; codes are made of it"}


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of a plan file, for editors; fields are told as the published ones are."""
    schema = PlanFile.model_json_schema(by_alias=True)
    for name, part in schema["$defs"].items():
        table = name.removesuffix("Part").lower()
        published = _meanings("document_relation" if table == "relation" else table)
        meanings = UNPUBLISHED | published | HERE
        for key, described in part.get("properties", {}).items():
            if meaning := meanings.get(key):
                described.setdefault("description", meaning)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _meanings(table: str) -> dict[str, str]:
    """What the fields of a table mean, by name."""
    model = CLOCKED.get(table)
    fields = model.model_fields if model else {}
    return {
        info.alias or name: info.description for name, info in fields.items() if info.description
    }
