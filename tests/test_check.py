"""`yaodian check` notices every kind of damage that SQL can do behind its back."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.cli import main
from app.models.choices import Cause
from app.publish.check import check
from app.publish.text import Body
from app.publish.writer import Orders, import_plans
from tests.plans import anchored, body, indicator, plan, saved, target, task, text_of

RAW = plan(
    "aa-2024",
    [task(1, [target("x", 60)], {"aa": "participant"}, ["rules"]), task(2, [target("y", 70)])],
    [body("aa")],
    [indicator("x"), indicator("y")],
)
CODE, FOLLOWS = "aa-2024-rules", "is not what follows"
EDITED = plan(
    "aa-2024",
    [task(1, [target("x", 61)], {"aa": "participant"}, ["rules"]), task(2, [target("y", 70)])],
    [body("aa")],
    [indicator("x"), indicator("y")],
)


@pytest.fixture
def published(engine: sa.Engine, tmp_path: Path) -> sa.Engine:
    """A database with two releases of a small plan."""
    for raw, cause in ((RAW, None), (EDITED, Cause.ISSUER_CHANGE)):
        path = saved(tmp_path / "plan.json", anchored(raw))
        import_plans(engine, [path], Orders(cause=cause), lambda _en, _zh: None)
    return engine


def findings(engine: sa.Engine, *texts: Body) -> list[str]:
    with engine.connect() as connection:
        return [english for english, _ in check(connection, texts)]


def test_a_sound_database(published: sa.Engine) -> None:
    assert findings(published) == []
    assert findings(published, Body(text_of(EDITED))) == []


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "UPDATE release SET number = 5 WHERE number = 2",
            "release 2 is missing",
        ),
        (
            "UPDATE release SET time = '2020-01-01T00:00:00.000Z' WHERE number = 2",
            "release 2 is not later than the one before it",
        ),
        (
            "UPDATE body SET release_from = 9 WHERE code = 'aa'",
            "body aa names release 9, which does not exist",
        ),
        (
            "UPDATE target SET release_to = NULL, code = 'aa-2024-z' "
            "WHERE code = 'aa-2024-x' AND release_to = 2",
            "the target_reading of aa-2024-z is not what follows",
        ),
        (
            "UPDATE target SET release_from = 1, release_to = 2 WHERE code = 'aa-2024-y'; ",
            "target_reading aa-2024-y has code aa-2024-y, which is not there all the time "
            "from release 1",
        ),
        (
            "UPDATE participation SET body = 'bb'",
            "participation aa-2024-t1-participant-aa has body bb, which is not there all the time "
            "from release 1",
        ),
        (
            "DELETE FROM target_reading WHERE code = 'aa-2024-y'",
            "the target_reading of aa-2024-y is not what follows",
        ),
        (
            "UPDATE target_reading SET attainment = 'met' WHERE code = 'aa-2024-y'",
            "the target_reading of aa-2024-y is not what follows",
        ),
        (
            "UPDATE target SET value = 90 WHERE code = 'aa-2024-y'",
            "the wording of aa-2024-y is not what follows",
        ),
    ],
)
def test_damage_is_found(damage: str, finding: str, published: sa.Engine) -> None:
    with published.begin() as connection:
        connection.exec_driver_sql(damage)
    assert finding in findings(published)


def test_two_versions_in_one_release(published: sa.Engine) -> None:
    with published.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE target SET release_from = 2 WHERE code = 'aa-2024-x' AND release_to IS NULL"
        )
        connection.exec_driver_sql("INSERT INTO release VALUES (3, '2999-01-01T00:00:00.000Z', "
                                   "'editorial', NULL, NULL, NULL, 0, 0, 0, '')")  # fmt: skip
        connection.exec_driver_sql(
            "UPDATE target SET release_to = 3 WHERE code = 'aa-2024-x' AND release_to = 2"
        )
    assert "target aa-2024-x has two versions in release 2" in findings(published)


@pytest.mark.parametrize("column", ["source_sha256", "quote"])
def test_a_passage_that_is_not_in_the_text(column: str, published: sa.Engine) -> None:
    with published.begin() as connection:
        connection.exec_driver_sql(f"UPDATE deliverable SET {column} = 'x'")
    what = "quote" if column == "quote" else "passage"
    found = findings(published, Body(text_of(EDITED)))
    derived = [] if column == "source_sha256" else [f"the deliverable_text of {CODE} {FOLLOWS}"]
    assert found == [*derived, f"the {what} of deliverable {CODE} is not in the text"]


def test_an_older_text_proves_the_rows_that_were_shown_with_it(published: sa.Engine) -> None:
    """The first release has another text; its rows, closed by now, are those that must fit."""
    assert text_of(RAW) != text_of(EDITED)
    assert findings(published, Body(text_of(RAW))) == []
    with published.begin() as connection:
        connection.exec_driver_sql("UPDATE target SET quote = 'z' WHERE release_to = 2")
    (finding,) = findings(published, Body(text_of(RAW)))
    assert finding == "the quote of target aa-2024-x is not in the text"
    assert findings(published, Body(text_of(EDITED))) == []


def test_another_text(published: sa.Engine) -> None:
    (finding,) = findings(published, Body("另一文本"))
    assert finding.startswith("no document has a body with SHA-256")


def test_the_command_tells_in_both_languages(
    published: sa.Engine,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("YAODIAN_DATABASE_URL", url)
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "the database is sound\n"
    with published.begin() as connection:
        connection.exec_driver_sql("UPDATE participation SET body = 'bb'")
    assert main(["check", "--lang", "zh"]) == 1
    assert "的body指向bb" in capsys.readouterr().err
