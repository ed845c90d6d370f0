"""`yaodian check` notices every kind of damage that SQL can do behind its back."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.cli import main
from app.models.choices import Cause
from app.publish.check import check
from app.publish.plans import import_plans
from app.publish.scope import Change
from app.publish.text import Body
from app.publish.writer import Orders
from tests.plans import anchored, body, indicator, plan, saved, target, task, text_of
from tests.reading import state
from tests.requests_made import observation, write

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


RESULT = "aa-y-2024-s"


@pytest.fixture
def with_results(published: sa.Engine) -> sa.Engine:
    """The same with a result on each indicator, and a release more that corrects one of them."""
    first, was = observation("aa-x", 2024), observation("aa-y", 2024, value=60.0)
    write(published, {"observation": Change(added=[first, was])}, Cause.NEW_DATA)
    now = {**was, "value": 75.0, "value_text_zh": "75%", "value_text_en": "75%"}
    write(published, {"observation": Change(changed=[(was, now)])}, Cause.CORRECTION)
    return published


def test_a_sound_database_with_results(with_results: sa.Engine) -> None:
    assert findings(with_results) == []
    readings = [state(with_results, "target_reading", n)["aa-2024-y"] for n in (2, 3, 4)]
    assert [row["attainment"] for row in readings] == ["no_result", "not_met", "met"]
    assert state(with_results, "observation_reading", 3)[RESULT]["target"] == "aa-2024-y"


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "UPDATE observation_reading SET target = 'aa-2024-x' WHERE code = 'aa-y-2024-s'",
            "the observation_reading of aa-y-2024-s is not what follows",
        ),
        (
            "UPDATE observation_reading SET target = NULL, plan = NULL, year = NULL",
            "the observation_reading of aa-y-2024-s is not what follows",
        ),
        (
            "UPDATE observation_reading SET year = 2023",
            "the observation_reading of aa-x-2024-s is not what follows",
        ),
        (
            "DELETE FROM observation_reading WHERE code = 'aa-x-2024-s'",
            "the observation_reading of aa-x-2024-s is not what follows",
        ),
        (
            "UPDATE target_reading SET attainment = 'not_met' "
            "WHERE code = 'aa-2024-y' AND release_to IS NULL",
            "the target_reading of aa-2024-y is not what follows",
        ),
        (
            "UPDATE target_reading SET attainment_rule = '75 >= 71' "
            "WHERE code = 'aa-2024-y' AND release_to IS NULL",
            "the target_reading of aa-2024-y is not what follows",
        ),
        (
            "UPDATE target_reading SET observation_value = 74 "
            "WHERE code = 'aa-2024-y' AND release_to IS NULL",
            "the target_reading of aa-2024-y is not what follows",
        ),
        (
            "UPDATE target_reading SET attainment = 'met' "
            "WHERE code = 'aa-2024-y' AND release_to = 4",
            "the target_reading of aa-2024-y is not what follows in release 3",
        ),
        (
            "UPDATE indicator_reading SET latest_value = 60 "
            "WHERE code = 'aa-y' AND release_to IS NULL",
            "the indicator_reading of aa-y is not what follows",
        ),
    ],
)
def test_a_wrong_reading_of_a_result_is_found(
    damage: str, finding: str, with_results: sa.Engine
) -> None:
    with with_results.begin() as connection:
        connection.exec_driver_sql(damage)
    assert finding in findings(with_results)


VALUE = f"resource = 'observations' AND code = '{RESULT}' AND field = 'value'"


@pytest.mark.parametrize(
    "damage",
    [
        f"UPDATE change SET before = '61' WHERE {VALUE}",
        f"UPDATE change SET after = '75.0' WHERE {VALUE}",
        f"UPDATE change SET after = NULL WHERE {VALUE}",
        f"UPDATE change SET field = 'value_status' WHERE {VALUE}",
        f"UPDATE change SET field = NULL, action = 'added' WHERE {VALUE}",
        f"UPDATE change SET material = NOT material WHERE {VALUE}",
        f"UPDATE change SET plan = NULL WHERE {VALUE}",
        f"UPDATE change SET plan = 'aa-2025' WHERE {VALUE}",
        f"UPDATE change SET name_en = 'X' WHERE {VALUE}",
        f"DELETE FROM change WHERE {VALUE}",
        "DELETE FROM change WHERE release = 4",
        "INSERT INTO change (release, material, action, resource, code, plan, name_zh, name_en, "
        "field, before, after) SELECT release, material, action, resource, code, plan, name_zh, "
        f"name_en, 'quote', before, after FROM change WHERE {VALUE}",
    ],
)  # fmt: skip
def test_a_wrong_line_of_the_log_is_found(damage: str, with_results: sa.Engine) -> None:
    with with_results.begin() as connection:
        connection.exec_driver_sql(damage)
    told = f"the log of release 4 does not tell what became of observations {RESULT}"
    assert findings(with_results) == [told]


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "DELETE FROM change WHERE resource = 'deliverables'",
            f"the log of release 1 does not tell what became of deliverables {CODE}",
        ),
        (
            "UPDATE change SET before = '59' WHERE code = 'aa-2024-x' AND field = 'value'",
            "the log of release 2 does not tell what became of targets aa-2024-x",
        ),
        (
            "UPDATE change SET code = 'aa-2024-none' WHERE code = 'aa-2024-t2' AND release = 1",
            "the log of release 1 does not tell what became of tasks aa-2024-none",
        ),
        (
            f"UPDATE change SET release = 9 WHERE {VALUE}",
            "the log names release 9, which does not exist",
        ),
    ],
)
def test_the_log_of_every_release_is_proved(
    damage: str, finding: str, with_results: sa.Engine
) -> None:
    with with_results.begin() as connection:
        connection.exec_driver_sql(damage)
    assert finding in findings(with_results)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("added = added + 1", "how many rows it changed"),
        ("changed = 0", "how many rows it changed"),
        ("removed = 1", "how many rows it changed"),
        ("resources = 'observations'", "which resources it touched"),
        ("resources = resources || ' areas'", "which resources it touched"),
    ],
)
def test_what_a_release_says_of_itself_is_proved(
    damage: str, what: str, with_results: sa.Engine
) -> None:
    with with_results.begin() as connection:
        connection.exec_driver_sql(f"UPDATE release SET {damage} WHERE number = 4")
    assert findings(with_results) == [f"release 4 does not tell {what}"]


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
    derived = f"the target_text of aa-2024-x {FOLLOWS} in release 1"
    quote = "the quote of target aa-2024-x is not in the text"
    assert findings(published, Body(text_of(RAW))) == [derived, quote]
    assert findings(published, Body(text_of(EDITED))) == [derived]


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
