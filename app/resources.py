"""What is published: one Resource each; routes, SQL, formats and documentation follow."""

from app.formats.atom import feed_of
from app.formats.citation import BIBTEX, CSL_JSON, GBT7714
from app.models import (
    IN_TEXT,
    NUMBERED,
    AreaPublic,
    BodyPublic,
    ChangePublic,
    DeliverablePublic,
    DocumentPublic,
    DocumentRelationPublic,
    ErratumPublic,
    IndicatorPublic,
    ObservationPublic,
    ParticipationPublic,
    PlanPublic,
    ReleasePublic,
    TargetPublic,
    TaskPublic,
)
from app.query import Bound, Filter, Nested, Range, Resource, Searched, Through

ISSUER_AND_YEAR = (Filter("issuer"), Filter("year"))
"""What every row of a plan can be asked by, beside its own fields."""

TITLES = ("code", "title_zh", "title_en")
NAMES = ("code", "name_zh", "name_en")
SUMMARIES = ("summary_zh", "summary_en")
NOTES = ("note_zh", "note_en")
CITATIONS = (GBT7714, BIBTEX, CSL_JSON)
"""Formats of what people quote."""

GAPS = ("text_gap_zh", "text_gap_en")

PARTICIPATIONS = Resource(
    name="participations",
    row=ParticipationPublic,
    table="participation",
    zh="参与",
    en="Participations",
    about_zh="某一主体在某项任务中担任的角色，附引文。",
    about_en="The part that one body takes in one task, with the words that say so.",
    named=("body_name_zh", "body_name_en"),
    order=IN_TEXT,
    filters=ISSUER_AND_YEAR,
    searched=Searched(("code", "body_name_zh", "body_name_en"), ("task_title_zh", "quote")),
)

ERRATA = Resource(
    name="errata",
    row=ErratumPublic,
    table="erratum",
    zh="印误与掩码",
    en="Errata",
    about_zh="原文中缺损、误印或被隐去的一处，附我们的读法和把握程度。",
    about_en="A place where the print is damaged or masked, with our reading and how sure it is.",
    named=("printed_zh",),
    order=IN_TEXT,
    filters=ISSUER_AND_YEAR,
    searched=Searched(("code", "printed_zh", "reading_zh"), ("reason_zh", "reason_en")),
)

DELIVERABLES = Resource(
    name="deliverables",
    row=DeliverablePublic,
    table="deliverable",
    zh="拟出台文件",
    en="Deliverables",
    about_zh="计划称将出台的一份文件及其下落。",
    about_en="A document that the plan says will be issued, and what became of it.",
    order=IN_TEXT,
    filters=ISSUER_AND_YEAR,
    searched=Searched(TITLES, ("issued_title_zh", "issued_number", "quote")),
)

OBSERVATIONS = Resource(
    name="observations",
    row=ObservationPublic,
    table="observation",
    zh="结果",
    en="Observations",
    about_zh="某一指标在某一时期的结果，来自一个来源。",
    about_en="A result on an indicator for a period, from one source.",
    more=CITATIONS,
    order=("indicator", "-period_end", "code"),
    filters=(
        Filter("plan", through=Through("observation_reading", "code")),
        Filter("issuer", through=Through("indicator", "code", "indicator")),
        Filter("year", through=Through("observation_reading", "code")),
        Filter("source"),
    ),
    ranges=(Range("value"), Range("period", "period_end")),
    searched=Searched(NAMES, ("source_title", "quote", *NOTES)),
)

TARGETS = Resource(
    name="targets",
    row=TargetPublic,
    table="target",
    zh="目标",
    en="Targets",
    about_zh="计划对某一指标的一项承诺：数字、把握程度、出处和完成情况。",
    about_en="A plan's promise on an indicator: figure, firmness, source, what became of it.",
    more=CITATIONS,
    order=IN_TEXT,
    filters=(
        *ISSUER_AND_YEAR,
        Filter("has_alternative", through=Through("target_reading", "code")),
    ),
    ranges=(Range("value"), Range("due")),
    nested=(
        Nested(
            "observations",
            OBSERVATIONS,
            "target",
            ("code", "period", "value", "unit", "value_status", "value_text_zh", "value_text_en",
             "source", "source_title", "source_date"),
        ),
    ),
    searched=Searched(
        NAMES, ("task_title_zh", "quote", "alternative_zh", "alternative_en", *NOTES)
    ),
)  # fmt: skip

TARGETS_BRIEFLY = (
    *NAMES, "value", "unit", "value_status", "value_text_zh", "value_text_en", "commitment", "due",
    "alternative_zh", "alternative_en", "attainment",
)  # fmt: skip
DELIVERABLES_BRIEFLY = (*TITLES, "outcome", "issued_on")

INDICATORS = Resource(
    name="indicators",
    row=IndicatorPublic,
    table="indicator",
    zh="指标",
    en="Indicators",
    about_zh="被衡量的事物，连同当前目标与最新结果。",
    about_en="What is measured, with the promise that counts now and the latest result.",
    more=CITATIONS,
    order=("code",),
    filters=tuple(
        Filter(name, through=Through("target", "indicator"))
        for name in ("plan", "year", "area", "task")
    ),
    nested=(
        Nested("targets", TARGETS, "indicator", ("plan", "year", *TARGETS_BRIEFLY)),
        Nested("observations", OBSERVATIONS, "indicator", TARGETS.nested[0].columns),
    ),
    searched=Searched(
        NAMES,
        ("definition_zh", "definition_en", "population_zh", "population_en", "open_zh", "open_en"),
    ),
)

TASKS = Resource(
    name="tasks",
    row=TaskPublic,
    table="task",
    zh="任务",
    en="Tasks",
    about_zh="计划中有编号的一项任务。",
    about_en="A numbered item of a plan.",
    order=NUMBERED,
    filters=(
        *ISSUER_AND_YEAR,
        Filter("body", through=Through("participation", "task")),
        Filter("role", through=Through("participation", "task")),
        Filter("indicator", through=Through("target", "task")),
    ),
    nested=(
        Nested("targets", TARGETS, "task", TARGETS_BRIEFLY),
        Nested("deliverables", DELIVERABLES, "task", DELIVERABLES_BRIEFLY),
        Nested(
            "participations",
            PARTICIPATIONS,
            "task",
            ("body", "body_name_zh", "body_name_en", "role", "stated", "quote"),
        ),
        Nested("errata", ERRATA, "task", ("code", "kind", "printed_zh", "reading_zh", "certainty")),
    ),
    searched=Searched(
        (*TITLES, "title_printed_zh"),
        (*SUMMARIES, *GAPS),
        nested=(("targets", ("name_zh", "name_en")), ("deliverables", ("title_zh", "title_en"))),
    ),
)

AREAS = Resource(
    name="areas",
    row=AreaPublic,
    table="area",
    zh="领域",
    en="Areas",
    about_zh="计划的一个领域，即一章。",
    about_en="An area of a plan: one of its chapters.",
    order=NUMBERED,
    filters=ISSUER_AND_YEAR,
    nested=(
        Nested(
            "tasks",
            TASKS,
            "area",
            ("code", "number", "title_zh", "title_en", "target_count", "redacted_count",
             "deliverable_count"),
        ),
    ),
    searched=Searched(TITLES, SUMMARIES),
)  # fmt: skip

PLANS = Resource(
    name="plans",
    row=PlanPublic,
    table="plan",
    zh="计划",
    en="Plans",
    about_zh="某一单位某一时期的工作计划。",
    about_en="One issuer's work plan for one period.",
    more=CITATIONS,
    order=("-year", "code"),
    filters=(Filter("plan", "code"), Filter("year")),
    nested=(
        Nested(
            "areas",
            AREAS,
            "plan",
            ("code", "number", "title_zh", "title_en", "task_count", "target_count",
             "deliverable_count"),
        ),
        Nested("deliverables", DELIVERABLES, "plan", DELIVERABLES_BRIEFLY),
    ),
    searched=Searched((*TITLES, "issuer_name_zh", "issuer_name_en"), GAPS),
)  # fmt: skip

BODIES = Resource(
    name="bodies",
    row=BodyPublic,
    table="body",
    zh="主体",
    en="Bodies",
    about_zh="计划提及的机构或一类主体。",
    about_en="An institution, or a class of actors, that a plan names.",
    order=("code",),
    filters=(
        *(
            Filter(name, through=Through("participation", "body"))
            for name in ("plan", "issuer", "year", "task", "role")
        ),
        Filter("region_code"),
    ),
    nested=(
        Nested(
            "participations",
            PARTICIPATIONS,
            "body",
            ("code", "plan", "task", "task_title_zh", "role", "stated", "quote"),
        ),
    ),
    searched=Searched(NAMES),
)

RELATIONS = Resource(
    name="relations",
    row=DocumentRelationPublic,
    table="document_relation",
    zh="文件关系",
    en="Relations of documents",
    about_zh="来源文件与另一文件的关系。",
    about_en="How a source document relates to another one.",
    order=("code",),
)
"""Shown inside documents only."""

DOCUMENTS = Resource(
    name="documents",
    row=DocumentPublic,
    table="document",
    zh="来源文件",
    en="Documents",
    about_zh="计划所据的文件：副本性质、校验值、是否完整、权利说明。",
    about_en="The document that a plan was read from: which copy, hashes, gaps, rights.",
    order=("code",),
    filters=(
        Filter("plan", "code", Through("plan", "document")),
        Filter("issuer", through=Through("plan", "document")),
        Filter("year", through=Through("plan", "document")),
    ),
    nested=(
        Nested("relations", RELATIONS, "document", ("relation", "url", "basis_zh", "basis_en")),
        Nested("plans", PLANS, "document", ("code", "year", "title_zh", "title_en", "issuer")),
    ),
    searched=Searched(TITLES, ("publisher", "file_name", *GAPS, "rights_zh", "rights_en")),
)

_WITH_CLOCKS = (
    PLANS,
    AREAS,
    TASKS,
    INDICATORS,
    TARGETS,
    OBSERVATIONS,
    BODIES,
    PARTICIPATIONS,
    DELIVERABLES,
    ERRATA,
    DOCUMENTS,
)

_TOLD_OF = {resource.name: resource.column for resource in _WITH_CLOCKS}
_TOLD_OF |= {DOCUMENTS.name: RELATIONS.column | DOCUMENTS.column}

CHANGES = Resource(
    name="changes",
    row=ChangePublic,
    table="change",
    zh="改动",
    en="Changes",
    about_zh="某一版改动的一个字段，或新增、移除的一行，附原因。",
    about_en="One field that a release changed, or a row that it added or removed, and why.",
    more=(feed_of(_TOLD_OF),),
    order=("-release", "resource", "code", "field", "row_id"),
    filters=(
        Filter("resource", allowed=tuple(resource.name for resource in _WITH_CLOCKS)),
        Filter("code"),
    ),
    limits=(Bound("until", "release", least=False),),
    key="row_id",
    detail=False,
)

RELEASES = Resource(
    name="releases",
    row=ReleasePublic,
    table="release",
    zh="版本",
    en="Releases",
    about_zh="一次发布：时间、原因和改动数。",
    about_en="One publication: its time, its cause and how much it changed.",
    order=("-number",),
    ranges=(Range("time"),),
    nested=(
        Nested(
            "changes",
            CHANGES,
            "release",
            ("material", "action", "resource", "code", "plan", "name_zh", "name_en", "field",
             "before", "after"),
        ),
    ),
    key="number",
)  # fmt: skip

RESOURCES = (
    *_WITH_CLOCKS,
    CHANGES,
    RELEASES,
)
"""All that is published, in the order in which it is listed."""
