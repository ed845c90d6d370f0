"""The tables, and the rows that are published from them."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.models.base import finish
from app.models.body import Body, BodyBase, BodyPublic, Participation, ParticipationPublic
from app.models.change import Change, ChangePublic
from app.models.counts import COUNT_TABLES
from app.models.indicator import (
    Indicator,
    IndicatorBase,
    IndicatorPublic,
    IndicatorReading,
    Observation,
    ObservationPublic,
    ObservationReading,
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
from app.models.release import Release, ReleasePublic, Takedown
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
    "observation_reading": ObservationReading,
    **COUNT_TABLES,
    **TEXT_TABLES,
}
"""Every table with a clock, by name."""

DERIVED = (
    *COUNT_TABLES,
    "target_reading",
    "indicator_reading",
    "observation_reading",
    *TEXT_TABLES,
)
"""Tables with a clock that the writer computes; an earlier one never rests on a later one."""

MODELS: dict[str, type[SQLModel]] = {
    **CLOCKED,
    "change": Change,
    "release": Release,
    "takedown": Takedown,
}
"""Every table, by name."""

NUMBERED = ("-year", "plan", "number", "code")
"""Newest plan first, then by number."""

IN_TEXT = ("-year", "plan", "quote_start", "code")
"""Newest plan first, then as the text runs."""

ORDERS: dict[str, tuple[str, ...]] = {
    "plan": ("-year", "code"),
    "area": NUMBERED,
    "task": NUMBERED,
    "target": IN_TEXT,
    "deliverable": IN_TEXT,
    "participation": IN_TEXT,
    "erratum": IN_TEXT,
    "observation": ("indicator", "-period_end", "code"),
}
"""The default order of tables that grow with every plan: an index has it."""

for _name, _model in CLOCKED.items():
    finish(_model, ORDERS.get(_name, ()))

metadata = SQLModel.metadata

TABLES: dict[str, sa.Table] = {name: metadata.tables[name] for name in CLOCKED}
"""The tables with a clock, as SQL sees them."""

RELEASES: sa.Table = metadata.tables["release"]
"""The table of releases."""

CHANGES: sa.Table = metadata.tables["change"]
"""The table of changes."""

TAKEDOWNS: sa.Table = metadata.tables["takedown"]
"""The table of rows whose content was removed by force of law."""

__all__ = [
    "CHANGES",
    "CLOCKED",
    "DERIVED",
    "IN_TEXT",
    "MODELS",
    "NUMBERED",
    "ORDERS",
    "RELEASES",
    "TABLES",
    "TAKEDOWNS",
    "Area",
    "AreaPublic",
    "Body",
    "BodyBase",
    "BodyPublic",
    "Change",
    "ChangePublic",
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
    "ObservationReading",
    "Participation",
    "ParticipationPublic",
    "Plan",
    "PlanPublic",
    "Release",
    "ReleasePublic",
    "Takedown",
    "Target",
    "TargetPublic",
    "TargetReading",
    "Task",
    "TaskPublic",
    "metadata",
]
