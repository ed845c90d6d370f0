"""The national case: a small one of two issuers, as its command makes, continues and copies it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa

import app.publish.writer
from app.cli import main as yaodian
from app.db import checker_engine, writer_engine
from app.models import MODELS, metadata
from app.publish.plans import import_plans
from app.publish.results import retract
from app.publish.scope import CLOCK
from app.publish.text import Body
from app.publish.writer import Orders
from benchmarks import national
from benchmarks.national_plans import issuer, plan_file

PLANS = ["--plans", "6"]
"""Three of each issuer, and a release for each."""


@pytest.fixture(scope="module", autouse=True)
def _three_years() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(national, "YEARS", 3)
        monkeypatch.setattr(national, "PLANS_PER_RELEASE", 3)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> str:
    """The address of a catalogue that was made without a break."""
    path = shutil.copy(migrated_file, tmp_path_factory.mktemp("national") / "whole.db")
    assert national.main([f"sqlite:///{path}", *PLANS]) == 0
    return f"sqlite:///{path}"


@pytest.fixture
def copied(whole: str, postgresql: str, template: str) -> Iterator[str]:
    """The address of its copy in PostgreSQL."""
    name, server = f"t{uuid4().hex}", postgresql.replace("+psycopg", "")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    assert national.main([f"{postgresql}/{name}", "--from", whole.removeprefix("sqlite:///")]) == 0
    yield f"{postgresql}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def rows(url: str, but: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in a database, by table; one column can be left out."""
    engine = checker_engine(url)
    with engine.begin() as connection:
        found = {
            name: [
                tuple(row)
                for row in connection.execute(
                    sa.select(*(c for c in metadata.tables[name].c if f"{name}.{c.name}" != but))
                    .order_by(*metadata.tables[name].primary_key)
                )
            ]
            for name in MODELS
        }  # fmt: skip
    engine.dispose()
    return found


def count(url: str, select: str) -> int:
    engine = checker_engine(url)
    with engine.begin() as connection:
        found: int = connection.exec_driver_sql(select).scalar_one()
    engine.dispose()
    return found


def test_it_is_sound(
    whole: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YAODIAN_DATABASE_URL", whole)
    assert yaodian(["check"]) == 0
    assert capsys.readouterr().out == "the database is sound\n"


@pytest.mark.parametrize(
    ("table", "number"),
    [
        ("plan", 6),
        ("document", 6),
        ("area", 6 * 7),
        ("task", 6 * 24),
        ("target", 6 * 43),
        ("participation", 6 * 24 * 3),
        ("deliverable", 6 * 10),
        ("erratum", 6 * 5),
        ("observation", 6 * 100),
        ("body", 38 + 2 * 7),
        ("target WHERE value_status = 'redacted'", 6 * 3),
        ("target WHERE value_status = 'unquantified'", 6),
        ("target WHERE value_status = 'implied'", 6 * 2),
        ("observation WHERE period LIKE '%-H1'", 6 * 36),
        ("deliverable WHERE outcome = 'issued'", 6 * 6),
        ("erratum WHERE kind = 'masked_number'", 6 * 3),
        ("target_text", 6 * 43),
        ("observation_reading WHERE plan IS NOT NULL", 6 * 100),
    ],
)
def test_how_much_there_is(whole: str, table: str, number: int) -> None:
    current = f"{table} {'AND' if 'WHERE' in table else 'WHERE'} release_to IS NULL"
    assert count(whole, f"SELECT count(*) FROM {current}") == number


def test_its_releases(whole: str) -> None:
    number, _, cause, _, note, _, *counts, resources = rows(whole)["release"][3]
    assert (number, cause) == (4, "new_data")
    assert note == "Results of invented plans 4 to 6, seed 1"
    assert counts == [3 * 100, 3 * 10, 0]
    assert resources == "areas deliverables indicators observations plans targets tasks"
    causes = [row[2] for row in rows(whole)["release"]]
    assert causes == ["first_publication", "new_data", "new_plan", "new_data"]


def test_an_indicator_goes_on_over_the_years() -> None:
    bureau = issuer(1, 0)
    assert {len(bureau.promises(year)) for year in range(2014, 2024)} == {43}
    slugs = [run.slug for run in bureau.runs]
    assert len(set(slugs)) == len(slugs)
    lasting = [sum(run in bureau.promises(y) for y in range(2014, 2024)) for run in bureau.runs]
    assert (min(lasting), max(lasting)) == (3, 10)


def test_a_run_that_was_killed_goes_on(
    whole: str, migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'broken.db')}"
    add_release = app.publish.writer.add_release

    def kill(connection: sa.Connection, number: int, *more: Any) -> Any:
        if number == 3:
            raise KeyboardInterrupt
        return add_release(connection, number, *more)

    with monkeypatch.context() as patched:
        patched.setattr("app.publish.writer.add_release", kill)
        with pytest.raises(KeyboardInterrupt):
            national.main([url, *PLANS])
    assert count(url, "SELECT max(number) FROM release") == 2
    assert national.main([url, *PLANS]) == 0
    assert rows(url, but="release.time") == rows(whole, but="release.time")


@pytest.mark.parametrize("other", [["--seed", "2"], ["--plans", "5"]])
def test_it_does_not_go_on_with_another_catalogue(
    whole: str, other: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert national.main([whole, *PLANS, *other]) == 1
    assert capsys.readouterr().err.endswith("holds something else than the beginning of this\n")
    assert count(whole, "SELECT max(number) FROM release") == 4


def test_its_plans_are_those_that_an_import_of_their_files_makes(
    whole: str, migrated_file: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'imported.db')}"
    raw, text = plan_file(issuer(1, 0), 2014)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    engine = writer_engine(url, lock_seconds=10)
    import_plans(engine, [path], Orders(), lambda _en, _zh: None, texts=[Body(text)])
    engine.dispose()
    imported, made = rows(url), rows(whole)
    for table in ("document", "plan", "area", "task", "target", "participation", "erratum"):
        assert imported[table]
        # Number of the row and its clock aside, the same.
        contents = [n for n, c in enumerate(metadata.tables[table].c) if c.name not in CLOCK]
        there = {tuple(row[n] for n in contents) for row in made[table]}
        assert there >= {tuple(row[n] for n in contents) for row in imported[table]}


def test_its_copy_has_the_same_rows_and_goes_on(whole: str, copied: str) -> None:
    assert rows(copied) == rows(whole)
    indexes = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'"
    assert count(copied, indexes) > 100
    assert count(copied, "SELECT count(*) FROM pg_stats WHERE tablename = 'task'") > 0
    result = rows(copied)["observation"][0]
    code = result[[column.name for column in metadata.tables["observation"].c].index("code")]
    engine = writer_engine(copied, lock_seconds=10)
    assert retract(engine, [code], Orders()).release is not None
    engine.dispose()
    assert national.main([copied, "--from", whole.removeprefix("sqlite:///")]) == 1
