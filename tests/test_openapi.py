"""The description for machines says what the service does, and is kept."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.openapi import describe
from app.resources import RESOURCES
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
        "list_releases": "/v1/releases", "get_release": "/v1/releases/{number}",
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
        if path.endswith("}"):
            assert {"404", "406", "410"} <= statuses


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
        name = resource.row.__name__.removesuffix("Public")
        fields = description["components"]["schemas"][name]["properties"]
        for column in resource.columns:
            described = fields[column.name]
            assert column.en in described["description"]
            assert column.zh in described["description"]
            assert described["examples"][0] is not None, f"{name}.{column.name}"
            if column.choices:
                told = [c for c in described["enum"] if c is not None]
                assert told == [str(choice) for choice in column.choices]


def test_examples_are_taken_from_what_is_published(client: httpx.Client) -> None:
    examples = json.loads((ROOT / "data" / "examples.json").read_text(encoding="utf-8"))["rows"]
    for resource in RESOURCES:
        rows = client.get(f"/v1/{resource.name}?limit=1000").json()["data"]
        for column in resource.columns:
            there = {json.dumps(row[column.name]) for row in rows} - {"null"}
            if there and column.name != "time":
                example = json.dumps(examples[resource.name][column.name])
                assert example in there, f"{resource.name}.{column.name}"


def test_the_documentation_comes_from_here_alone(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "http" not in page.text.replace("<!doctype html>", "")
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "favicon-32x32.png"):
        assert f"/docs/{name}" in page.text
        asset = client.get(f"/docs/{name}")
        assert (asset.status_code, len(asset.content) > 100) == (200, True)
    assert client.get("/docs/other.js").status_code == 404
