"""The description of time lines and of plan against plan."""

from app.formats import FORMATS
from app.history.params import HistoriesParams, HistoryParams
from app.history.series import COLUMNS as HISTORY_COLUMNS
from app.models.base import CODE_PATTERN, columns_of
from app.models.choices import Cause
from app.models.diff import DiffRow, FieldChange
from app.openapi.parameters import parameters
from app.openapi.parts import Schema, examples, listed, ref, structure, whole
from app.openapi.responses import answers
from app.openapi.schemas import META_OF_LISTS, column_schema, envelope
from app.query import DetailParams

REFUSALS = ("406", "414", "422", "431")
ABOUT_HISTORY = (
    "Promises and results of all plans in one time line, by period. `meta.versions` counts, for "
    "each cause, how often it made a version of a figure or ended one without another in its "
    "place: `issuer_change` 0 means that no promise was changed. 各计划的目标与结果排成一条时间线。"
)
ABOUT_DIFF = (
    "Which tasks and targets a plan keeps, changes, adds and drops, compared with another one; "
    "targets are matched by indicator, tasks by what they say they continue. `ambition` tells "
    "whether a target asks for more; `open` where an incomplete text leaves it open. "
    "两份计划的任务与目标对照。"
)


def paths() -> Schema:
    """The operations."""
    return {
        "/v1/history": {
            "get": {
                "operationId": "list_history",
                "tags": ["history"],
                "summary": "Time lines of several indicators · 多个指标的时间线",
                "description": ABOUT_HISTORY,
                "parameters": parameters(HistoriesParams, None),
                "responses": answers("HistoryList", REFUSALS, FORMATS.values()),
            }
        },
        "/v1/indicators/{code}/history": {
            "get": {
                "operationId": "get_history",
                "tags": ["history"],
                "summary": "Time line of an indicator · 一个指标的时间线",
                "description": ABOUT_HISTORY,
                "parameters": [_code("code", "indicator"), *parameters(HistoryParams, None)],
                "responses": answers("HistoryList", ("404", "410", *REFUSALS), FORMATS.values()),
            }
        },
        "/v1/plans/{before}/diff/{after}": {
            "get": {
                "operationId": "get_diff",
                "tags": ["history"],
                "summary": "Plan against plan · 计划对照",
                "description": ABOUT_DIFF,
                "parameters": [
                    _code("before", "plan"),
                    _code("after", "next_plan"),
                    *parameters(DetailParams, None),
                ],
                "responses": answers("DiffList", ("404", "410", *REFUSALS), FORMATS.values()),
            }
        },
    }


def _code(name: str, of: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": "Code of the plan" if "plan" in of else "Code of the indicator",
        "schema": {"type": "string", "pattern": CODE_PATTERN},
        "example": examples()["codes"][of],
    }


def schemas() -> Schema:
    """What the answers hold."""
    history = {column.name: column_schema(column, "history") for column in HISTORY_COLUMNS}
    diff = {column.name: column_schema(column, "diff") for column in columns_of(DiffRow)}
    change = {column.name: column_schema(column, "changes") for column in columns_of(FieldChange)}
    changes = listed(ref("DiffChange"))
    changes["description"] = "The fields that differ"
    counts = {str(cause): whole(f"{cause.en}. {cause.zh}。", 0) for cause in Cause}
    versions = structure(counts, description="How often each cause made or ended a version")
    return {
        "HistoryRow": structure(history, description="A version of a promise or of a result"),
        "HistoryMeta": structure({**META_OF_LISTS, "versions": versions}, optional=["facets"]),
        "HistoryList": envelope(listed(ref("HistoryRow")), "HistoryMeta", "Links"),
        "DiffChange": structure(change, description="A field that differs"),
        "DiffRow": structure(
            {**diff, "changes": changes}, description="What became of a task or target"
        ),
        "DiffList": envelope(listed(ref("DiffRow")), "ListMeta", "Links"),
    }
