"""Results through the command: what becomes a release, for which cause, and what is refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.cli import main
from app.db import closing, writer_engine
from app.publish.check import check
from app.publish.complaint import Refused
from app.publish.results import SUGGESTED, observe
from app.publish.writer import Orders
from tests.plans import anchored, body, indicator, plan, saved, target, task
from tests.reading import everything, releases, state

Run = Callable[..., int]

HEADER = "indicator,period,value,value_status,source,source_title\n"
X_2024 = "aa-x,2024,61.2%,,summary,总结\n"
Y_2024 = "aa-y,2024,70,provisional,bulletin,快报\n"
FATES = "code,outcome,issued_on,issued_number\n"


@pytest.fixture
def run(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command on a database with a plan of two promises and a document."""
    monkeypatch.setenv("YAODIAN_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path) -> int:
        return main([str(argument) for argument in arguments])

    assert call("import", saved(tmp_path / "plan.json", anchored(first_plan()))) == 0
    return call


def first_plan(**more: Any) -> dict[str, Any]:
    tasks = [task(1, [target("x", 60)], {}, ["rules"]), task(2, [target("y", 70)])]
    indicators = [indicator("x", **more), indicator("y")]
    return plan("aa-2024", tasks, [body("aa")], indicators)


def table(name: str, *lines: str) -> str:
    """A CSV file in the current folder."""
    Path(name).write_text("".join(lines), encoding="utf-8")
    return name


def causes(engine: sa.Engine) -> list[str]:
    return [release["cause"] for release in releases(engine)]


def attained(engine: sa.Engine, release: int) -> dict[str, str]:
    readings = state(engine, "target_reading", release)
    return {code: row["attainment"] for code, row in readings.items()}


def sound(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        assert list(check(connection)) == []
    return True


def test_new_results_are_one_release_and_the_same_file_changes_nothing(
    run: Run, engine: sa.Engine
) -> None:
    file = table("r.csv", HEADER, X_2024, Y_2024)
    assert run("observe", file, "--by", "统计处") == 0
    assert causes(engine) == ["first_publication", "new_data"]
    assert releases(engine)[1]["by"] == "统计处"
    results = state(engine, "observation", 2)
    assert {code: row["value"] for code, row in results.items()} == {
        "aa-x-2024-summary": 61.2,
        "aa-y-2024-bulletin": 70.0,
    }
    assert attained(engine, 1) == {"aa-2024-x": "no_result", "aa-2024-y": "no_result"}
    assert attained(engine, 2) == {"aa-2024-x": "met", "aa-2024-y": "met"}
    answered = state(engine, "observation_reading", 2)["aa-x-2024-summary"]
    assert (answered["target"], answered["plan"], answered["year"]) == (
        "aa-2024-x", "aa-2024", 2024,
    )  # fmt: skip
    before = everything(engine)
    assert run("observe", file) == 0
    assert everything(engine) == before
    assert sound(engine)


def test_a_changed_result_needs_a_cause(
    run: Run, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("observe", table("r.csv", HEADER, X_2024)) == 0
    corrected = table("c.csv", HEADER, X_2024.replace("61.2", "59.8"))
    before = everything(engine)
    assert run("observe", corrected) == 2
    assert "aa-x-2024-summary): say why with --cause" in capsys.readouterr().err
    assert run("observe", corrected, "--cause", "new_data") == 2
    assert "say why with --cause; allowed: revision, correction" in capsys.readouterr().err
    assert run("observe", corrected, "--dry-run") == 0
    assert "dry run, nothing was changed; results that are published" in capsys.readouterr().out
    assert everything(engine) == before
    notes = ("--note", "抄错。", "--note", "Copying error.")
    assert run("observe", corrected, "--cause", "correction", *notes) == 0
    last = releases(engine)[-1]
    assert (last["cause"], last["note_zh"], last["note_en"]) == (
        "correction", "抄错。", "Copying error.",
    )  # fmt: skip
    assert attained(engine, 2)["aa-2024-x"] == "met"
    assert attained(engine, 3)["aa-2024-x"] == "not_met"
    assert sound(engine)


def test_a_correction_says_what_was_wrong(
    run: Run, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("observe", table("r.csv", HEADER, X_2024)) == 0
    both = table("c.csv", HEADER, X_2024.replace("61.2", "59.8"), Y_2024)
    before = everything(engine)
    correct = ("observe", both, "--cause", "correction")
    capsys.readouterr()
    assert run(*correct) == 2
    told = "readers are told what was wrong and is corrected: give --note"
    assert told in capsys.readouterr().err
    assert run(*correct, "--lang", "zh") == 2
    assert "更正须向读者说明错在何处：请用--note写明" in capsys.readouterr().err
    assert run(*correct, "--dry-run") == 0
    assert f"dry run, nothing was changed; {told}" in capsys.readouterr().out
    assert everything(engine) == before, "not even what is new in the same file"
    for cause in ("revision", "better_source", "editorial"):
        assert run("observe", both, "--cause", cause, "--dry-run") == 0
        assert "give --note" not in capsys.readouterr().out, "these causes say what happened"
    assert run(*correct, "--note", "Copying error.") == 0
    assert causes(engine)[2:] == ["correction", "new_data"]
    assert run(*correct) == 0, "nothing is corrected any more"


def test_a_provisional_figure_that_is_replaced_is_a_revision(run: Run, engine: sa.Engine) -> None:
    assert run("observe", table("r.csv", HEADER, Y_2024)) == 0
    final = table("f.csv", HEADER, "aa-y,2024,71.5,measured,bulletin,快报\n")
    assert run("observe", final) == 0
    assert causes(engine)[-1] == "revision"


def test_what_is_changed_and_what_is_new_become_two_releases(run: Run, engine: sa.Engine) -> None:
    assert run("observe", table("r.csv", HEADER, X_2024)) == 0
    both = table("b.csv", HEADER, X_2024.replace("61.2", "61.8"), Y_2024)
    assert run("observe", both, "--cause", "correction", "--note", "抄错。") == 0
    assert causes(engine) == ["first_publication", "new_data", "correction", "new_data"]
    third, fourth = releases(engine)[2:]
    assert (third["note_zh"], fourth["note_zh"]) == ("抄错。", None)
    assert (third["changed"], third["added"]) == (1, 0)
    assert (fourth["changed"], fourth["added"]) == (0, 1)
    assert third["time"] < fourth["time"]
    assert set(state(engine, "observation", 3)) == {"aa-x-2024-summary"}
    assert sound(engine)


def test_the_fate_of_a_document_outlives_a_new_plan_file(run: Run, engine: sa.Engine) -> None:
    issued = table("d.csv", FATES, "aa-2024-rules,已印发,2024-05-06,教发〔2024〕3号\n")
    assert run("observe", issued) == 0
    assert causes(engine)[-1] == "new_data"
    row = state(engine, "deliverable", 2)["aa-2024-rules"]
    assert (row["outcome"], str(row["issued_on"]), row["issued_number"]) == (
        "issued", "2024-05-06", "教发〔2024〕3号",
    )  # fmt: skip
    assert run("observe", table("n.csv", FATES, "aa-2024-rules,未印发,,\n")) == 2
    edited = first_plan()
    edited["areas"][0]["tasks"][0]["summary_en"] = "Another summary."
    assert run("import", saved(Path("plan.json"), anchored(edited)), "--cause", "editorial") == 0
    assert state(engine, "deliverable", 3)["aa-2024-rules"]["outcome"] == "issued"


def test_a_refused_file_changes_nothing(
    run: Run, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(engine)
    wrong = table(
        "w.csv", HEADER, X_2024, "aa-z,2024,5%,,summary,总结\n", "aa-y,2024,160%,,summary,总结\n"
    )
    assert run("observe", wrong) == 1
    told = capsys.readouterr().err
    assert "A3" in told
    assert "C4" in told
    assert "2 errors; nothing was changed" in told
    assert run("observe", wrong, "--lang", "zh") == 1
    assert "共2处错误；未作任何改动" in capsys.readouterr().err
    assert everything(engine) == before


def test_today_is_the_day_in_the_zone_of_the_settings(
    run: Run,
    engine: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """At every moment it is a later day in the first zone than in the second one."""
    east, west = "Pacific/Kiritimati", "Etc/GMT+12"
    today = datetime.now(ZoneInfo(east)).date()
    header = HEADER.replace("\n", ",source_date\n")
    file = table("r.csv", header, X_2024.replace("\n", f",{today}\n"))
    monkeypatch.setenv("YAODIAN_TIMEZONE", west)
    assert run("observe", file) == 1
    assert "G2 (source_date): is a day to come (today is 20" in capsys.readouterr().err
    assert len(releases(engine)) == 1
    monkeypatch.setenv("YAODIAN_TIMEZONE", east)
    assert run("observe", file) == 0
    tomorrow = table("t.csv", FATES, f"aa-2024-rules,已印发,{today + timedelta(days=2)},\n")
    assert run("observe", tomorrow) == 1
    assert "C2 (issued_on): is a day to come (today is 20" in capsys.readouterr().err


def test_a_file_is_read_before_other_writers_wait(run: Run, engine: sa.Engine, url: str) -> None:
    """What no table can be read from is refused while another writer has the lock."""
    broken = Path(table("b.csv", "a,b\n", '"\n'))
    sound = Path(table("r.csv", HEADER, X_2024))
    with closing(writer_engine(url, 0.2)) as impatient, engine.begin():
        with pytest.raises(Refused):
            observe(impatient, broken, Orders())
        with pytest.raises(sa.exc.OperationalError):
            observe(impatient, sound, Orders())
    assert len(releases(engine)) == 1


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """The SQL that an engine is given."""
    said: list[str] = []

    def note(*given: Any) -> None:
        said.append(" ".join(given[2].split()))

    sa.event.listen(engine, "before_cursor_execute", note)
    yield said
    sa.event.remove(engine, "before_cursor_execute", note)


def test_only_what_a_file_names_is_looked_up(run: Run, engine: sa.Engine) -> None:
    file = Path(table("r.csv", HEADER, X_2024))
    with statements(engine) as said:
        observe(engine, file, Orders(dry_run=True))
    read = [line for line in said if "FROM indicator" in line]
    assert read
    assert "IN (" in read[0]
    assert not any("LIMIT" in line for line in read)
    file.write_text(HEADER + X_2024.replace("aa-x", "aa-xx"), encoding="utf-8")
    with statements(engine) as said, pytest.raises(Refused) as caught:
        observe(engine, file, Orders())
    read = [line for line in said if "FROM indicator" in line or "FROM deliverable" in line]
    assert sum("FROM indicator" in line and "LIMIT" in line for line in read) == 2, "both sides"
    assert all("IN (" in line or "LIMIT" in line for line in read), "never all codes"
    assert caught.value.told("en")[0].endswith('value: "aa-xx"; nearest: aa-x')


def test_codes_that_nobody_could_have_given(
    run: Run, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only some wrong codes are compared with all others; a list of another issuer is long."""
    lines = [f"aa-x{n:03},2024,5%,,summary,总结\n" for n in range(SUGGESTED + 5)]
    odd = [f"{code},2024,5%,,summary,总结\n" for code in ("填表人", "aa-x\0", "a" * 5000)]
    assert run("observe", table("w.csv", HEADER, *lines, *odd)) == 1
    told = capsys.readouterr().err.splitlines()
    assert sum("there is no such indicator" in line for line in told) == SUGGESTED + 8
    assert 0 < sum("; nearest: aa-x" in line for line in told) <= SUGGESTED
    assert len(releases(engine)) == 1


def test_a_result_is_withdrawn_with_a_reason(
    run: Run, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("observe", table("r.csv", HEADER, X_2024, Y_2024)) == 0
    code = "aa-x-2024-summary"
    assert run("retract", code) == 2
    assert "give --note" in capsys.readouterr().err
    assert run("retract", code, "--note", "来源已撤回。", "--dry-run") == 0
    assert len(releases(engine)) == 2
    assert run("retract", code, "--note", "来源已撤回。") == 0
    last = releases(engine)[-1]
    assert (last["cause"], last["note_zh"], last["removed"]) == ("retraction", "来源已撤回。", 1)
    assert code not in state(engine, "observation", 3)
    assert attained(engine, 3) == {"aa-2024-x": "no_result", "aa-2024-y": "met"}
    capsys.readouterr()
    assert run("retract", code, "--note", "again") == 1
    assert "was withdrawn in release 3" in capsys.readouterr().err
    assert run("retract", "aa-y-2024-buletin", "--note", "wrong code") == 1
    assert "nearest: aa-y-2024-bulletin" in capsys.readouterr().err
    assert run("observe", "r.csv") == 2, "it does not come back unseen"
    assert f"or were withdrawn, would change ({code})" in capsys.readouterr().err
    assert run("observe", "r.csv", "--cause", "correction", "--note", "来源又确认了。") == 0
    assert causes(engine)[-1] == "correction"
    assert sound(engine)


def test_a_plan_that_drops_a_promise_leaves_its_results(run: Run, engine: sa.Engine) -> None:
    assert run("observe", table("r.csv", HEADER, X_2024)) == 0
    smaller = first_plan()
    smaller["areas"][0]["tasks"][0]["targets"] = []
    file = saved(Path("plan.json"), anchored(smaller))
    assert run("import", file, "--cause", "issuer_change") == 0
    assert "aa-x-2024-summary" in state(engine, "observation", 3)
    assert state(engine, "observation_reading", 3)["aa-x-2024-summary"]["target"] is None
    assert sound(engine)


def test_a_unit_in_which_results_are_given_stays(
    run: Run, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("observe", table("r.csv", HEADER, X_2024)) == 0
    before = everything(engine)
    file = saved(Path("plan.json"), anchored(first_plan(unit="school", measure="stock")))
    assert run("import", file, "--cause", "correction") == 1
    assert "in which aa-x-2024-summary is given" in capsys.readouterr().err
    assert everything(engine) == before


def test_a_result_does_not_replace_another_whose_code_is_the_same(
    run: Run, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    """x in the school year 2022-2023, and x-2022 in 2023."""
    promises = [task(1, [target("x", 60)]), task(2, [target("x-2022", 70)])]
    second = plan(
        "bb-2024", promises, [body("bb")], [indicator("x"), indicator("x-2022")], issuer="bb"
    )
    assert run("import", saved(Path("second.json"), anchored(second))) == 0
    first = table("f.csv", HEADER, "bb-x,2022-2023,61.2%,,summary,总结\n")
    assert run("observe", first) == 0
    before = everything(engine)
    line = "bb-x-2022,2023,70%,,summary,总结\n"
    for more in ([], ["--cause", "correction"], ["--dry-run"]):
        assert run("observe", table("s.csv", HEADER, line), *more) == 1
        told = capsys.readouterr().err
        assert (
            "s.csv: bb-x-2022-2023-summary would be the code of bb-x-2022 / 2023 / summary "
            "(indicator / period / source), but is that of bb-x / 2022-2023 / summary"
        ) in told
    assert run("observe", "s.csv", "--lang", "zh") == 1
    told = capsys.readouterr().err
    assert "bb-x-2022 / 2023 / summary（指标／所属期／来源）的代码也会是" in told
    assert "已属于bb-x / 2022-2023 / summary" in told
    assert everything(engine) == before
    assert run("observe", table("t.csv", HEADER, line.replace("summary", "report"))) == 0
    assert set(state(engine, "observation", 4)) == {
        "bb-x-2022-2023-summary",
        "bb-x-2022-2023-report",
    }
    assert sound(engine)


def test_the_template_is_written_once(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("observe", "--template", "--plan", "aa-2024") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "aa-2024-results.xlsx"
    written = Path("aa-2024-results.xlsx").read_bytes()
    assert run("observe", "--template", "--plan", "aa-2024") == 1
    assert "is there already" in capsys.readouterr().err
    assert Path("aa-2024-results.xlsx").read_bytes() == written
    assert run("observe", "aa-2024-results.xlsx") == 1
    assert "nothing is filled in" in capsys.readouterr().err
    assert run("observe", "--template", "--plan", "aa-2042") == 1
    assert run("observe", "--template") == 2
    assert run("observe") == 2
    assert run("observe", "r.csv", "--plan", "aa-2024") == 2
