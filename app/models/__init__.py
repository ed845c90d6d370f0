"""The tables, and the rows that are published from them."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.models.base import finish
from app.models.body import Body, BodyBase, BodyPublic, Participation, ParticipationPublic
from app.models.indicator import (
    Indicator,
    IndicatorBase,
    IndicatorPublic,
    IndicatorReading,
    Observation,
    ObservationPublic,
    Target,
    TargetPublic,
    TargetReading,
)
from app.models.plan import (
    Area,
    AreaPublic,
    Document,
    DocumentPublic,
    DocumentRelation,
    DocumentRelationPublic,
    Plan,
    PlanPublic,
    Task,
    TaskPublic,
)
from app.models.record import Deliverable, DeliverablePublic, Erratum, ErratumPublic
from app.models.release import Release, ReleasePublic
from app.models.text import TEXT_TABLES

CLOCKED: dict[str, type[SQLModel]] = {
    "document": Document,
    "document_relation": DocumentRelation,
    "body": Body,
    "indicator": Indicator,
    "plan": Plan,
    "area": Area,
    "task": Task,
    "target": Target,
    "deliverable": Deliverable,
    "participation": Participation,
    "erratum": Erratum,
    "observation": Observation,
    "target_reading": TargetReading,
    "indicator_reading": IndicatorReading,
    **TEXT_TABLES,
}
"""Every table with a clock, by name."""

DERIVED = ("target_reading", "indicator_reading", *TEXT_TABLES)
"""Tables that the writer computes from the others; an earlier one never rests on a later one."""

MODELS: dict[str, type[SQLModel]] = {**CLOCKED, "release": Release}
"""Every table, by name."""

for _model in CLOCKED.values():
    finish(_model)

metadata = SQLModel.metadata

TABLES: dict[str, sa.Table] = {name: metadata.tables[name] for name in CLOCKED}
"""The tables with a clock, as SQL sees them."""

RELEASES: sa.Table = metadata.tables["release"]
"""The table of releases."""

__all__ = [
    "CLOCKED",
    "DERIVED",
    "MODELS",
    "RELEASES",
    "TABLES",
    "Area",
    "AreaPublic",
    "Body",
    "BodyBase",
    "BodyPublic",
    "Deliverable",
    "DeliverablePublic",
    "Document",
    "DocumentPublic",
    "DocumentRelation",
    "DocumentRelationPublic",
    "Erratum",
    "ErratumPublic",
    "Indicator",
    "IndicatorBase",
    "IndicatorPublic",
    "IndicatorReading",
    "Observation",
    "ObservationPublic",
    "Participation",
    "ParticipationPublic",
    "Plan",
    "PlanPublic",
    "Release",
    "ReleasePublic",
    "Target",
    "TargetPublic",
    "TargetReading",
    "Task",
    "TaskPublic",
    "metadata",
]
