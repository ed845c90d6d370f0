"""The tables, and the rows that are published from them."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.models.base import finish
from app.models.body import Body, BodyBase, Participation, ParticipationPublic
from app.models.indicator import (
    Indicator,
    IndicatorBase,
    Observation,
    Target,
    TargetPublic,
    TargetReading,
)
from app.models.plan import (
    Area,
    AreaPublic,
    Document,
    DocumentRelation,
    Plan,
    PlanPublic,
    Task,
    TaskPublic,
)
from app.models.record import Deliverable, DeliverablePublic, Erratum, ErratumPublic
from app.models.release import Release

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
}
"""Every table with a clock, by name."""

for _model in CLOCKED.values():
    finish(_model)

metadata = SQLModel.metadata

TABLES: dict[str, sa.Table] = {name: metadata.tables[name] for name in CLOCKED}
"""The tables with a clock, as SQL sees them."""

RELEASES: sa.Table = metadata.tables["release"]
"""The table of releases."""

__all__ = [
    "CLOCKED",
    "RELEASES",
    "TABLES",
    "Area",
    "AreaPublic",
    "Body",
    "BodyBase",
    "Deliverable",
    "DeliverablePublic",
    "Document",
    "DocumentRelation",
    "Erratum",
    "ErratumPublic",
    "Indicator",
    "IndicatorBase",
    "Observation",
    "Participation",
    "ParticipationPublic",
    "Plan",
    "PlanPublic",
    "Release",
    "Target",
    "TargetPublic",
    "TargetReading",
    "Task",
    "TaskPublic",
    "metadata",
]
