"""The description for machines says what the service does, and is kept."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest

from app.formats.column import Column
from app.history.series import COLUMNS as HISTORY_COLUMNS
from app.models.base import columns_of
from app.models.diff import DiffRow, FieldChange
from app.openapi import describe
from app.resources import RELATIONS, RESOURCES
from tests.conftest import ROOT

Json = dict[str, Any]


@pytest.fixture(scope="module")
def description() -> Json:
    """The description, made anew."""
    return describe(RESOURCES)


def parts(value: Any, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every object of the description with where it stands."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from parts(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from parts(inner, f"{path}/{place}")


def operations(description: Json) -> list[tuple[str, Json]]:
    return [(path, methods["get"]) for path, methods in description["paths"].items()]


def test_the_kept_description_is_that_of_the_code(description: Json) -> None:
    """What third parties build on changes on purpose only: `make openapi` writes it anew."""
    kept = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert kept == description


def test_the_service_gives_it(client: httpx.Client, description: Json) -> None:
    assert client.get("/openapi.json").json() == description
    assert description["openapi"] == "3.1.0"


def test_each_resource_has_one_operation_for_its_list_and_one_for_its_detail(
    description: Json,
) -> None:
    names = {operation["operationId"]: path for path, operation in operations(description)}
    assert len(names) == len(description["paths"]), "no name twice"
    assert names == {
        "index": "/v1",
        "list_plans": "/v1/plans", "get_plan": "/v1/plans/{code}",
        "list_areas": "/v1/areas", "get_area": "/v1/areas/{code}",
        "list_tasks": "/v1/tasks", "get_task": "/v1/tasks/{code}",
        "list_indicators": "/v1/indicators", "get_indicator": "/v1/indicators/{code}",
        "list_targets": "/v1/targets", "get_target": "/v1/targets/{code}",
        "list_observations": "/v1/observations", "get_observation": "/v1/observations/{code}",
        "list_bodies": "/v1/bodies", "get_body": "/v1/bodies/{code}",
        "list_participations": "/v1/participations",
        "get_participation": "/v1/participations/{code}",
        "list_deliverables": "/v1/deliverables", "get_deliverable": "/v1/deliverables/{code}",
        "list_errata": "/v1/errata", "get_erratum": "/v1/errata/{code}",
        "list_documents": "/v1/documents", "get_document": "/v1/documents/{code}",
        "list_changes": "/v1/changes",
        "list_releases": "/v1/releases", "get_release": "/v1/releases/{number}",
        "list_history": "/v1/history", "get_history": "/v1/indicators/{code}/history",
        "get_diff": "/v1/plans/{before}/diff/{after}",
        "alive": "/healthz", "ready": "/readyz",
    }  # fmt: skip


def test_every_operation_explains_itself_and_tells_every_refusal(description: Json) -> None:
    tags = {tag["name"] for tag in description["tags"]}
    for path, operation in operations(description):
        assert operation["summary"]
        assert operation["description"]
        assert set(operation["tags"]) <= tags
        statuses = set(operation["responses"])
        assert {"200", "405", "414"} <= statuses
        if path.startswith("/v1"):
            assert {"304", "422", "500", "503"} <= statuses
        if "{" in path:
            assert {"404", "406", "410"} <= statuses


def parameters(description: Json, path: str) -> dict[str, Json]:
    """The parameters of an operation by name, those that it shares included."""
    shared = description["components"]["parameters"]
    found = [
        shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in description["paths"][path]["get"]["parameters"]
    ]
    assert len({one["name"] for one in found}) == len(found)
    return {one["name"]: one for one in found}


def test_every_parameter_of_a_list_is_described(description: Json) -> None:
    for resource in RESOURCES:
        told = parameters(description, f"/v1/{resource.name}")
        assert set(told) == set(resource.params.model_fields)
        assert {"since", "release", "as_of", "limit", "cursor"} <= set(told)
        assert told["since"]["schema"] == {"type": "integer", "minimum": 0, "maximum": 2147483647}
        assert told["format"]["schema"]["enum"] == list(resource.formats)
        for one in told.values():
            assert "None" not in one["description"]
            assert "required" not in one
    told = parameters(description, "/v1/changes")
    assert told["until"]["schema"]["type"] == "integer"
    assert told["resource"]["schema"]["items"]["enum"] == [
        "plans", "areas", "tasks", "indicators", "targets", "observations", "bodies",
        "participations", "deliverables", "errata", "documents",
    ]  # fmt: skip


def test_every_parameter_of_time_lines_and_comparisons_is_described(description: Json) -> None:
    usual = {"release", "as_of", "format", "bom"}
    several = parameters(description, "/v1/history")
    assert set(several) == {"vintages", "indicator"} | usual
    assert several["indicator"]["required"] is True
    indicators = several["indicator"]["schema"]
    assert (indicators["type"], indicators["minItems"], indicators["maxItems"]) == ("array", 1, 50)
    one = parameters(description, "/v1/indicators/{code}/history")
    assert set(one) == {"code", "vintages"} | usual
    assert one["vintages"]["schema"]["enum"] == ["current", "all"]
    compared = parameters(description, "/v1/plans/{before}/diff/{after}")
    assert set(compared) == {"before", "after"} | usual
    for told in (several, one, compared):
        assert told["format"]["schema"]["enum"] == ["json", "csv", "ndjson"]


def test_every_form_of_an_answer_is_described(description: Json, client: httpx.Client) -> None:
    for resource in RESOURCES:
        paths = [f"/v1/{resource.name}"]
        paths += [f"/v1/{resource.name}/{{{resource.key}}}"] if resource.detail else []
        for path in paths:
            content = description["paths"][path]["get"]["responses"]["200"]["content"]
            assert list(content) == [form.media_type for form in resource.formats.values()]
            for form in resource.formats.values():
                told = content[form.media_type]["schema"].get("type")
                expected = "array" if form.media_type.endswith("+json") else "string"
                assert told == (None if form.name == "json" else expected), (
                    "the JSON is referred to"
                )
        for name, form in resource.formats.items():
            answer = client.get(f"/v1/{resource.name}?format={name}&limit=1")
            assert answer.headers["content-type"].split(";")[0] == form.media_type


def test_a_row_that_can_be_gone_says_since_when(description: Json) -> None:
    for resource in RESOURCES:
        name = resource.row.__name__.removesuffix("Public")
        fields = description["components"]["schemas"][f"{name}Row"]["properties"]
        assert ("release_to" in fields) == (resource.name not in ("changes", "releases"))


def test_a_nullable_field_is_a_plain_type_and_not_a_choice_of_schemas(description: Json) -> None:
    for path, part in parts(description):
        if path.endswith("/properties"):
            continue
        for word in ("anyOf", "oneOf", "allOf", "nullable", "const", "ge", "le"):
            assert word not in part, path


def test_every_field_says_what_it_means_in_both_languages_with_an_example(
    description: Json,
) -> None:
    for resource in RESOURCES:
        name = resource.row.__name__.removesuffix("Public") + ("" if resource.detail else "Row")
        tell_all(description, name, resource.columns)
    tell_all(description, "HistoryRow", HISTORY_COLUMNS)
    tell_all(description, "DiffRow", columns_of(DiffRow))
    tell_all(description, "DiffChange", columns_of(FieldChange))


def tell_all(description: Json, name: str, columns: Sequence[Column]) -> None:
    """Every column of a schema has its meaning, its example and its closed list."""
    fields = description["components"]["schemas"][name]["properties"]
    for column in columns:
        described = fields[column.name]
        assert column.en in described["description"]
        assert column.zh in described["description"]
        assert described["examples"][0] is not None, f"{name}.{column.name}"
        if column.choices:
            told = [c for c in described["enum"] if c is not None]
            assert told == [str(choice) for choice in column.choices]


EXAMPLES = json.loads((ROOT / "data" / "examples.json").read_text(encoding="utf-8"))


def test_examples_are_taken_from_what_is_published(client: httpx.Client) -> None:
    """But for the log, which holds nothing yet but added rows: its example is a correction."""
    for name in [resource.name for resource in RESOURCES if resource.detail] + ["history"]:
        asked = f"indicators/{EXAMPLES['codes']['indicator']}/history"
        path = asked if name == "history" else f"{name}?limit=1000"
        rows = client.get(f"/v1/{path}").json()["data"]
        for field, example in EXAMPLES["rows"][name].items():
            there = {json.dumps(row[field]) for row in rows} - {"null"}
            if there and field != "time":
                assert json.dumps(example) in there, f"{name}.{field}"


def test_each_field_has_its_example_and_each_example_its_field() -> None:
    columns = {resource.name: resource.columns for resource in (*RESOURCES, RELATIONS)}
    columns |= {"history": HISTORY_COLUMNS, "diff": columns_of(DiffRow)}
    assert {name: list(row) for name, row in EXAMPLES["rows"].items()} == {
        name: [column.name for column in listed] for name, listed in columns.items()
    }


def test_the_documentation_comes_from_here_alone(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "http" not in page.text.replace("<!doctype html>", "")
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "favicon-32x32.png"):
        assert f"/docs/{name}" in page.text
        asset = client.get(f"/docs/{name}")
        assert (asset.status_code, len(asset.content) > 100) == (200, True)
    assert client.get("/docs/other.js").status_code == 404
