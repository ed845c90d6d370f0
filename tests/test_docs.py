"""What README says is so."""

import re

import httpx

from app.history.params import HistoriesParams
from app.query import ListParams
from app.resources import RESOURCES
from app.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table behind a heading."""
    lines = README[README.index(heading) :].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_the_settings_table_is_that_of_the_code() -> None:
    told = {name.strip("`"): default.strip("`") for name, default, _ in rows("## Settings")}
    code = {
        f"YAODIAN_{name.upper()}": str(info.default) for name, info in Settings.model_fields.items()
    }
    for name, instead in (
        ("YAODIAN_ADMIN_DATABASE_URL", "the same"),
        ("YAODIAN_PUBLIC_URL", "as each request names it"),
    ):
        assert code.pop(name) == "None"
        assert told.pop(name) == instead
    assert told == {name: default.removesuffix(".0") for name, default in code.items()}


def test_the_filters_named_are_those_of_the_resources() -> None:
    told = {name.strip("`"): list(map(words, cells)) for name, *cells in rows("| Resource")}
    assert told == {
        f"/v1/{resource.name}": [
            list(resource.asked),
            [chosen.name for chosen in resource.ranges],
            [inner.name for inner in resource.nested],
        ]
        for resource in RESOURCES
    }


def test_every_other_parameter_is_named() -> None:
    common = {*ListParams.model_fields, *HistoriesParams.model_fields}
    limits = {bound.name for resource in RESOURCES for bound in resource.limits}
    assert limits == {"until"}
    for name in common | limits | {"q", "sort", "fields", "include", "facets"}:
        assert re.search(rf"`{name}[`=]|[?&]{name}=", README), name


def words(cell: str) -> list[str]:
    """The names in a cell."""
    return re.findall(r"`(\w+)`", cell)


def test_the_addresses_answer(client: httpx.Client) -> None:
    addresses = [cell.strip("`") for _, cell in rows("| Question")]
    assert len(addresses) >= 15
    for address in addresses:
        assert client.get(address).status_code == 200, address
    for way in ("/history", "/changes.atom", "since=", "format=gbt7714"):
        assert any(way in address for address in addresses), way


def test_each_target_of_the_makefile_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert named >= {"serve", "test", "check"}
    for name in named:
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), name
