"""What a question costs beside many other plans: as much as beside few."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from app import db
from app.models import ORDERS
from app.models.grams import GRAMS, grams
from app.resources import RESOURCES
from app.search import searchable
from benchmarks import national
from tests.serving import serving

FEW, MANY = 5, 40
"""Plans; pages of twenty rows are full beside both."""

COSTS = {
    "/v1/tasks?area={plan}-a3": 1.1,
    "/v1/tasks?plan={plan}&facets=area,role,text_complete": 1.1,
    "/v1/tasks/{plan}-t7": 1.1,
    "/v1/tasks?limit=20": 1.2,
    "/v1/targets?limit=20": 1.2,
    "/v1/targets?limit=10&value_status=redacted": 1.2,
    "/v1/participations?limit=20&role=mentioned": 1.2,
    "/v1/observations?limit=20": 1.2,
    "/v1/changes?limit=20": 1.2,
    "/v1/changes?limit=20&material=true": 1.2,
    "/v1/tasks?limit=20&q=教育": 1.5,
    "/v1/targets?limit=20&q=教育": 1.5,
}
"""How many times what it costs beside few plans a question may cost beside many, once counted."""


class Counting(db._Reading):
    """A reader's connection that counts the steps of SQLite's machine, in tens."""

    steps = 0

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.set_progress_handler(self._step, 10)

    @staticmethod
    def _step() -> bool:
        Counting.steps += 1
        return False


@pytest.fixture(scope="module")
def services(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[httpx.Client]]:
    """Clients of a database with few plans and of one with many, on SQLite."""
    folder = tmp_path_factory.mktemp("growth")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(db, "_Reading", Counting)
        urls = []
        for plans in (FEW, MANY):
            urls.append(f"sqlite:///{shutil.copy(migrated_file, folder / f'{plans}.db')}")
            assert national.main([urls[-1], "--plans", str(plans)]) == 0
        with serving(urls[0]) as few, serving(urls[1]) as many:
            yield [few, many]


def cost(client: httpx.Client, address: str) -> int:
    """The steps that a question takes once its counts are remembered."""
    plan = client.get("/v1/plans?limit=1").json()["data"][0]["code"]
    address = address.format(plan=plan)
    assert client.get(address).status_code == 200
    before = Counting.steps
    assert client.get(address).json()["data"]
    return Counting.steps - before


@pytest.mark.parametrize("address", COSTS)
def test_a_question_costs_as_much_beside_many_plans(
    address: str, services: list[httpx.Client]
) -> None:
    few, many = (cost(client, address) for client in services)
    assert 0 < many <= COSTS[address] * few


def test_the_last_page_costs_as_much_as_the_first(services: list[httpx.Client]) -> None:
    costs = []
    for client in services:
        address = "/v1/tasks?limit=20"
        while following := client.get(address).json()["links"]["next"]:
            before, address = address, following
        costs.append(cost(client, before.replace("{", "{{")))
    few, many = costs
    assert many <= 1.2 * few
    assert many <= 2 * cost(services[1], "/v1/tasks?limit=20"), "three stretches, and their joins"


def test_a_rare_word_costs_what_it_finds(services: list[httpx.Client]) -> None:
    """A word of one plan alone, which has as many tasks beside few plans as beside many."""
    word = "{plan}"
    few, many = (cost(client, f"/v1/plans?q={word}") for client in services)
    assert 0 < many <= 1.5 * few


def test_a_filter_leads_to_no_more_rows_than_a_rare_word(services: list[httpx.Client]) -> None:
    """All of a year's rows stand in an index, but the word's are far fewer."""
    plan = services[1].get("/v1/plans?limit=1").json()["data"][0]
    rare = f"/v1/participations?q={plan['issuer_name_zh'][:2]}"
    alone = cost(services[1], rare)
    assert 0 < cost(services[1], f"{rare}&year={plan['year']}") <= 1.2 * alone


def test_default_orders_are_those_of_indexes() -> None:
    """Or begin with what has an index of its own."""
    for resource in RESOURCES:
        order = ORDERS.get(resource.table)
        if order is None:
            assert resource.order[0] in ("code", "-number", "-release"), resource.name
        else:
            assert resource.order == order, resource.name


GRAMMED = {
    "教育": {"教", "育", "教育"},
    "教育局,教育": {"教", "育", "局", "教育", "育局", "局教"},
    "C1C类 AI": {"c1c", "类", "ai"},
    "〇々人": {"〇", "々", "人", "〇々", "々人"},
    "𠀀𠀁": {"𠀀", "𠀁", "𠀀𠀁"},
    "Éduquer": {"éduquer"},
    "%_'\"": set(),
}


@pytest.mark.parametrize("text", GRAMMED)
def test_grams_are_tokens_and_pairs_of_chinese_ones_on_both_databases(
    text: str, postgresql: str, template: str
) -> None:
    words = searchable([text, None, text])
    assert set(grams(words).split()) == GRAMMED[text]
    address = f"{postgresql.replace('+psycopg', '')}/{template}"
    with psycopg.connect(address) as connection:
        row = connection.execute(f"SELECT {GRAMS}(%s)", [words]).fetchone()
    assert row is not None
    assert set(row[0] or ()) == GRAMMED[text]


def test_the_index_of_sqlite_follows_the_text(migrated_file: Path, tmp_path: Path) -> None:
    """Also where content is removed by force of law, and where rows go altogether."""
    path = shutil.copy(migrated_file, tmp_path / "text.db")
    connection = sqlite3.connect(path)
    connection.create_function(GRAMS, 1, grams, deterministic=True)

    def found(gram: str) -> list[int]:
        select = "SELECT rowid FROM task_grams WHERE task_grams MATCH ?"
        return [row for (row,) in connection.execute(select, [f'"{gram}"'])]

    insert = "INSERT INTO task_text (code, names, words, release_from) VALUES (?, '', ?, 1)"
    connection.execute(insert, ["a", searchable(["新增学位"])])
    connection.execute(insert, ["b", searchable(["学位", "新"])])
    assert (found("学位"), found("新增"), found("位新")) == ([1, 2], [1], [])
    connection.execute("UPDATE task_text SET release_to = 2 WHERE code = 'a'")
    connection.execute("UPDATE task_text SET words = ? WHERE code = 'b'", [searchable(["幼儿园"])])
    assert (found("学位"), found("幼儿")) == ([1], [2])
    connection.execute("DELETE FROM task_text WHERE code = 'a'")
    assert (found("学位"), found("幼儿")) == ([], [2])
    connection.close()
