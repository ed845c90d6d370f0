"""What is published: one Resource each; routes, SQL, formats and documentation follow."""

from app.models import (
    AreaPublic,
    DeliverablePublic,
    ErratumPublic,
    ParticipationPublic,
    PlanPublic,
    TargetPublic,
    TaskPublic,
)
from app.query import Filter, Nested, Resource

PLAN_FILTERS = (Filter("code"), Filter("plan"), Filter("issuer"), Filter("year"))
"""What every row of a plan can be asked by."""

IN_TEXT = ("-year", "plan", "quote_start", "code")
"""Newest plan first, then as the text runs."""

NUMBERED = ("-year", "plan", "number", "code")
"""Newest plan first, then by number."""

DELIVERABLE_BRIEF = ("code", "title_zh", "title_en", "outcome", "issued_on")
TARGET_BRIEF = (
    "code",
    "name_zh",
    "name_en",
    "value",
    "unit",
    "value_status",
    "value_text_zh",
    "value_text_en",
    "commitment",
    "due",
    "attainment",
)

PLANS = Resource(
    name="plans",
    row=PlanPublic,
    table="plan",
    zh="计划",
    en="Plans",
    order=("-year", "code"),
    filters=(Filter("code"), Filter("issuer"), Filter("year"), Filter("text_complete")),
    nested=(
        Nested(
            "areas",
            AreaPublic,
            "area",
            "plan",
            (
                "code",
                "number",
                "title_zh",
                "title_en",
                "task_count",
                "target_count",
                "deliverable_count",
            ),
            NUMBERED,
        ),
        Nested(
            "deliverables", DeliverablePublic, "deliverable", "plan", DELIVERABLE_BRIEF, IN_TEXT
        ),
    ),
)

AREAS = Resource(
    name="areas",
    row=AreaPublic,
    table="area",
    zh="领域",
    en="Areas",
    order=NUMBERED,
    filters=PLAN_FILTERS,
    nested=(
        Nested(
            "tasks",
            TaskPublic,
            "task",
            "area",
            (
                "code",
                "number",
                "title_zh",
                "title_en",
                "target_count",
                "redacted_count",
                "deliverable_count",
            ),
            NUMBERED,
        ),
    ),
)

TASKS = Resource(
    name="tasks",
    row=TaskPublic,
    table="task",
    zh="任务",
    en="Tasks",
    order=NUMBERED,
    filters=(
        *PLAN_FILTERS,
        Filter("area"),
        Filter("responsibility_stated"),
        Filter("text_complete"),
    ),
    nested=(
        Nested("targets", TargetPublic, "target", "task", TARGET_BRIEF, IN_TEXT),
        Nested(
            "deliverables", DeliverablePublic, "deliverable", "task", DELIVERABLE_BRIEF, IN_TEXT
        ),
        Nested(
            "participations",
            ParticipationPublic,
            "participation",
            "task",
            ("body", "body_name_zh", "body_name_en", "role", "stated", "quote"),
            IN_TEXT,
        ),
        Nested(
            "errata",
            ErratumPublic,
            "erratum",
            "task",
            ("code", "kind", "printed_zh", "reading_zh", "certainty"),
            IN_TEXT,
        ),
    ),
)

TARGETS = Resource(
    name="targets",
    row=TargetPublic,
    table="target",
    zh="目标",
    en="Targets",
    order=IN_TEXT,
    filters=(
        *PLAN_FILTERS,
        Filter("area"),
        Filter("task"),
        Filter("indicator"),
        Filter("value_status"),
        Filter("met_if"),
        Filter("commitment"),
        Filter("floor_stated"),
        Filter("due_basis"),
    ),
)

RESOURCES = (PLANS, AREAS, TASKS, TARGETS)
