"""Importing plan files through the command: what changes, what does not, and what is refused."""

import copy
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.cli import main
from app.db import closing, writer_engine
from app.models import TABLES
from app.publish.check import check
from tests.plans import anchored, body, indicator, plan, saved, target, task, text_of
from tests.reading import everything, releases, state, versions

Run = Callable[..., int]
Raw = dict[str, Any]


@pytest.fixture
def run(url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on the test's database."""
    monkeypatch.setenv("YAODIAN_DATABASE_URL", url)

    def call(*arguments: str | Path) -> int:
        return main([str(argument) for argument in arguments])

    return call


def sound(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        assert list(check(connection)) == []
    return True


def first_plan() -> Raw:
    """Two tasks, two indicators, two bodies."""
    return plan(
        "aa-2024",
        [
            task(1, [target("x", 60)], {"aa": "participant", "schools": "mentioned"}, ["rules"]),
            task(2, [target("y", 70, commitment="strive")]),
        ],
        bodies=[body("aa"), body("schools")],
        indicators=[indicator("x"), indicator("y")],
    )


def second_plan(**more: Any) -> Raw:
    """Next year's plan, which refers to what the first one defines."""
    tasks = [task(1, [target("x", 62)], {"schools": "mentioned"}, continues="aa-2024-t1")]
    return plan("aa-2025", tasks, year=2025, continues="aa-2024", **more)


def write(folder: Path, raw: Raw, name: str = "plan.json") -> Path:
    return saved(folder / name, anchored(raw))


def test_the_seed_is_published_once(run: Run, engine: sa.Engine, seed: Path) -> None:
    assert run("import", seed) == 0
    before = everything(engine)
    assert run("import", seed) == 0
    assert everything(engine) == before
    (release,) = releases(engine)
    assert (release["number"], release["cause"]) == (1, "first_publication")
    assert sound(engine)


def test_an_edited_copy_closes_and_opens_exactly_the_edited_rows(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    raw = first_plan()
    run("import", write(tmp_path, raw))
    edited = copy.deepcopy(raw)
    edited["areas"][0]["tasks"][1]["summary_zh"] = "另一摘要。"
    edited["indicators"][0]["open_zh"] = "口径未定。"
    del edited["areas"][0]["tasks"][0]["participations"][1]
    edited_file = saved(tmp_path / "edited.json", anchored(edited, text_of(raw)))
    assert run("import", edited_file, "--cause", "correction", "--note", "改正摘要") == 0
    changed = {
        (table, code)
        for table in ("document", "plan", "area", "task", "target", "body", "indicator")
        for code in state(engine, table, 2)
        if versions(engine, table, code) != [(1, None)]
    }
    assert changed == {("task", "aa-2024-t2"), ("indicator", "aa-x")}
    assert versions(engine, "task", "aa-2024-t2") == [(1, 2), (2, None)]
    assert versions(engine, "participation", "aa-2024-t1-mentioned-schools") == [(1, 2)]
    made = releases(engine)[1]
    assert (made["added"], made["changed"], made["removed"]) == (0, 2, 1)
    assert (made["cause"], made["note_zh"], made["note_en"]) == ("correction", "改正摘要", None)
    # Those that may read differently: titles and names stand in other rows, rows are counted.
    assert made["resources"] == (
        "areas bodies deliverables indicators observations participations plans targets tasks"
    )
    assert state(engine, "task", 1)["aa-2024-t2"]["summary_zh"] == "任务2的摘要。"
    assert sound(engine)


def test_a_second_plan_closes_nothing_of_the_first(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    run("import", write(tmp_path, first_plan()))
    before = {table: state(engine, table, 1) for table in ("task", "target", "body", "indicator")}
    assert run("import", write(tmp_path, second_plan(), "second.json")) == 0
    assert releases(engine)[1]["cause"] == "new_plan"
    assert releases(engine)[1]["removed"] == releases(engine)[1]["changed"] == 0
    for table, rows in before.items():
        after = state(engine, table, 2)
        assert {code: after.get(code) for code in rows} == rows
    assert state(engine, "target", 2)["aa-2025-x"]["indicator"] == "aa-x"
    assert sound(engine)


def test_two_plans_in_one_call_are_one_release(run: Run, engine: sa.Engine, tmp_path: Path) -> None:
    files = [write(tmp_path, second_plan(), "b.json"), write(tmp_path, first_plan(), "a.json")]
    assert run("import", *files) == 0
    assert [release["cause"] for release in releases(engine)] == ["first_publication"]
    assert set(state(engine, "plan", 1)) == {"aa-2024", "aa-2025"}
    assert sound(engine)


def test_a_dry_run_shows_before_and_after_and_changes_nothing(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = first_plan()
    run("import", write(tmp_path, raw))
    before = everything(engine)
    capsys.readouterr()
    raw["areas"][0]["tasks"][0]["targets"][0] = target("x", 65)
    assert run("import", write(tmp_path, raw), "--dry-run", "--cause", "issuer_change") == 0
    shown = capsys.readouterr().out
    assert (
        "~ target aa-2024-x\n    Indicator x: reach 65%\n    value: 60 → 65\n"
        '    value_text_en: "reach 60%" → "reach 65%"\n'
    ) in shown
    assert "value_text_zh" not in shown, "the same in the other language"
    assert "dry run, nothing was changed; the cause would be issuer_change" in shown
    assert run("import", write(tmp_path, raw), "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "    value: 60 → 65\n" in shown
    named = "aa-2024-x, aa-2024-doc, aa-2024-t1"
    assert f"a published plan changes ({named}): say why with --cause" in shown
    assert everything(engine) == before


def test_a_new_plan_is_told_by_its_numbers_and_a_changed_one_row_by_row(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = first_plan()
    file = write(tmp_path, raw)
    assert run("import", file) == 0
    *counts, release, _ = capsys.readouterr().out.splitlines()
    assert counts == [
        "document: 1 added", "body: 2 added", "indicator: 2 added", "plan: 1 added",
        "area: 1 added", "task: 2 added", "target: 2 added", "deliverable: 1 added",
        "participation: 2 added",
    ]  # fmt: skip
    assert release.startswith("release 1 (first_publication, ")
    assert release.endswith("): 14 rows added, 0 changed, 0 removed")
    raw["areas"][0]["tasks"][1]["targets"][0] |= {"commitment": "firm", "due": "2025-06-30"}
    raw["areas"][0]["tasks"][0]["responsibility_stated"] = True
    edited = saved(tmp_path / "edited.json", anchored(raw))
    assert run("import", edited, "--cause", "correction", "--lang", "zh") == 0
    *rows, release, _ = capsys.readouterr().out.splitlines()
    assert rows == [
        "~ 任务 aa-2024-t1",
        "    推进任务一",
        "    是否写明责任单位：否 → 是",
        "~ 目标 aa-2024-y",
        "    指标y：达到70%",
        "    可直接刊用的表述：力争70% → 达到70%",
        "    承诺程度：力争 → 明确承诺",
        "    “力争”的依据：本项写明 → 无",
        "    期限：2024-12-31 → 2025-06-30",
        "    期限依据：按计划年度 → 原文写明",
        "任务：更改1行",
        "目标：更改1行",
    ]
    assert release.startswith("第2版（我方更正，")
    assert release.endswith("）：新增0行，更改2行，移除0行")


def test_a_dry_run_of_a_new_plan_shows_what_was_read(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also of indicators that no release has yet."""
    assert run("import", write(tmp_path, first_plan()), "--dry-run", "--lang", "zh") == 0
    shown = capsys.readouterr().out
    for wanted in (
        "+ 计划 aa-2024\n    计划aa-2024\n",
        "+ 目标 aa-2024-x\n    指标x：达到60%\n",
        "+ 目标 aa-2024-y\n    指标y：力争70%\n",
        "+ 拟出台文件 aa-2024-rules\n    rules方案：本服务未收录结果\n",
        "\n目标：新增2行\n",
        "\n试运行，未作任何改动；原因将为“首次发布”\n",
    ):
        assert wanted in shown


def test_a_change_needs_a_cause(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = first_plan()
    run("import", write(tmp_path, raw))
    raw["areas"][0]["tasks"][0]["title_en"] = "Another title"
    before = everything(engine)
    assert run("import", write(tmp_path, raw)) == 2
    named = "a published plan changes (aa-2024-t1): say why with --cause; allowed: issuer_change, "
    assert named in capsys.readouterr().err
    assert run("import", write(tmp_path, raw), "--lang", "zh") == 2
    told = capsys.readouterr().err
    assert "已发布的计划有改动（aa-2024-t1）：请用--cause说明原因" in told
    assert "、correction（我方更正）、" in told
    assert everything(engine) == before


def test_a_new_plan_and_a_change_are_two_causes(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = first_plan()
    run("import", write(tmp_path, raw))
    raw["areas"][0]["tasks"][0]["title_en"] = "Another title"
    files = [write(tmp_path, raw), write(tmp_path, second_plan(), "second.json")]
    assert run("import", *files, "--cause", "correction") == 2
    assert "two causes are two releases" in capsys.readouterr().err
    assert len(releases(engine)) == 1


def test_a_closed_row_that_is_still_referred_to_is_refused_with_the_list(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = first_plan()
    run("import", write(tmp_path, raw), write(tmp_path, second_plan(), "second.json"))
    before = everything(engine)
    smaller = copy.deepcopy(raw)
    smaller["bodies"] = [body("aa")]
    smaller["indicators"] = [indicator("y")]
    smaller["areas"][0]["tasks"] = [task(2, [target("y", 70, commitment="strive")])]
    smaller_file = saved(tmp_path / "smaller.json", anchored(smaller))
    assert run("import", smaller_file, "--cause", "correction") == 1
    told = capsys.readouterr().err
    assert "would leave participation aa-2025-t1-mentioned-schools with body schools" in told
    assert "would leave target aa-2025-x with indicator aa-x" in told
    assert "would leave task aa-2025-t1 with continues aa-2024-t1" in told
    assert everything(engine) == before


def test_a_definition_may_be_repeated_but_not_changed(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("import", write(tmp_path, first_plan()))
    same = second_plan()
    same["bodies"] = [body("schools")]
    assert run("import", write(tmp_path, same, "same.json")) == 0
    assert state(engine, "body", 2)["schools"]["defined_in"] == "aa-2024"
    before = everything(engine)
    other = second_plan()
    other["bodies"] = [body("schools", name_en="Academies")]
    assert run("import", write(tmp_path, other, "other.json"), "--cause", "editorial") == 1
    told = capsys.readouterr().err
    assert "other.json" in told
    assert 'defined differently by the file of plan aa-2024: name_en is "Body schools"' in told
    assert everything(engine) == before


def test_two_files_of_one_call_that_contradict_each_other_are_refused(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = second_plan()
    other["bodies"] = [body("schools", kind="other")]
    files = [write(tmp_path, first_plan()), write(tmp_path, other, "other.json")]
    assert run("import", *files) == 1
    assert 'kind is "schools" there and "other" here' in capsys.readouterr().err
    assert releases(engine) == []


def test_a_unit_changes_only_with_all_figures_given_in_it(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = first_plan()
    run("import", write(tmp_path, raw), write(tmp_path, second_plan(), "second.json"))
    raw["indicators"][0] = indicator("x", unit="school", measure="stock")
    assert run("import", write(tmp_path, raw), "--cause", "correction") == 1
    told = capsys.readouterr().err
    assert "changes the unit or measure of aa-x, in which aa-2025-x is given" in told
    assert len(releases(engine)) == 1


def test_a_fate_that_the_plan_file_does_not_speak_of_stays(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    raw = first_plan()
    run("import", write(tmp_path, raw))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE deliverable SET outcome = 'issued'"))
    raw["areas"][0]["tasks"][0]["deliverables"][0]["title_en"] = "Rules"
    assert run("import", write(tmp_path, raw), "--cause", "editorial") == 0
    row = state(engine, "deliverable", 2)["aa-2024-rules"]
    assert (row["title_en"], row["outcome"]) == ("Rules", "issued")


def test_a_row_that_comes_back_has_its_old_code_and_a_gap(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    raw = first_plan()
    whole = write(tmp_path, raw)
    run("import", whole)
    without = copy.deepcopy(raw)
    del without["areas"][0]["tasks"][1]["targets"][0]
    part = saved(tmp_path / "part.json", anchored(without, text_of(raw)))
    assert run("import", part, "--cause", "correction") == 0
    assert run("import", whole, "--cause", "correction") == 0
    assert versions(engine, "target", "aa-2024-y") == [(1, 2), (3, None)]
    assert versions(engine, "target_reading", "aa-2024-y") == [(1, 2), (3, None)]
    assert sound(engine)


def test_releases_have_numbers_without_gaps_and_times_that_increase(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    raw = first_plan()
    for number in range(5):
        raw["areas"][0]["summary_en"] = f"Version {number}."
        cause = ["--cause", "editorial"] if number else []
        assert run("import", write(tmp_path, raw), *cause, "--by", "资料处") == 0
    made = releases(engine)
    assert [release["number"] for release in made] == [1, 2, 3, 4, 5]
    times = [release["time"] for release in made]
    assert times == sorted(set(times))
    assert {release["by"] for release in made} == {"资料处"}


@pytest.mark.parametrize("option", ["--note", "--by"])
@pytest.mark.parametrize(
    "words", ["两\n行", "a\x1b[31mred", "字" * 1001], ids=["lines", "escape", "long"]
)
def test_a_note_is_one_visible_line(
    option: str, words: str, run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("import", write(tmp_path, first_plan()), option, words)
    assert ended.value.code == 2
    assert releases(engine) == []


def test_a_page_needs_a_text(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--page") == 2
    assert "give --text too" in capsys.readouterr().err


def test_the_text_proves_the_file(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = anchored(first_plan())
    text = tmp_path / "text.txt"
    text.write_text(text_of(raw), encoding="utf-8")
    raw["areas"][0]["tasks"][0]["targets"][0]["quote"] = "x达到99%"
    assert run("import", saved(tmp_path / "plan.json", raw), "--text", text) == 1
    told = capsys.readouterr().err
    assert "$.areas[0].tasks[0].targets[0].quote: does not stand in the text" in told
    assert "【x达到60%】" in told
    assert releases(engine) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_files_does_not_matter(
    order: tuple[int, int], run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    """Both files define the same body; who defines it stays the same, whatever comes first."""
    second = second_plan()
    second["bodies"] = [body("schools")]
    files = [write(tmp_path, first_plan()), write(tmp_path, second, "second.json")]
    assert run("import", *(files[n] for n in order)) == 0
    before = everything(engine)
    assert state(engine, "body", 1)["schools"]["defined_in"] == "aa-2024"
    assert run("import", *reversed([files[n] for n in order])) == 0
    assert everything(engine) == before


def test_a_new_file_that_comes_first_takes_nothing_from_an_old_one(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    first = write(tmp_path, first_plan())
    run("import", first)
    second = second_plan()
    second["bodies"] = [body("schools")]
    assert run("import", write(tmp_path, second, "second.json"), first) == 0
    assert [release["cause"] for release in releases(engine)] == ["first_publication", "new_plan"]
    assert versions(engine, "body", "schools") == [(1, None)]


def test_a_definition_moves_to_the_file_that_still_has_it(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    second = second_plan()
    second["bodies"] = [body("schools")]
    second_file = write(tmp_path, second, "second.json")
    run("import", write(tmp_path, first_plan()), second_file)
    without = first_plan()
    without["bodies"] = [body("aa")]
    del without["areas"][0]["tasks"][0]["participations"][1]
    first_file = write(tmp_path, without)
    assert run("import", first_file, second_file, "--cause", "editorial") == 0
    assert state(engine, "body", 2)["schools"]["defined_in"] == "aa-2025"
    assert sound(engine)


def test_releases_are_dated_forward_where_the_clock_goes_back(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    run("import", write(tmp_path, first_plan()))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE release SET time = '2999-12-31T23:59:59.999Z'")
    assert run("import", write(tmp_path, second_plan(), "second.json")) == 0
    assert releases(engine)[1]["time"] == "3000-01-01T00:00:00.000Z"


def test_a_text_of_no_file_is_refused(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("另一文本", encoding="utf-8")
    assert run("import", write(tmp_path, first_plan()), "--text", text) == 1
    assert "is that of none of the files" in capsys.readouterr().err
    assert releases(engine) == []


def test_a_copy_of_the_file_has_every_release(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a reader keeps SQLite's log alive, what is copied is the file alone."""
    path = Path(shutil.copy(migrated_file, tmp_path / "served.db"))
    monkeypatch.setenv("YAODIAN_DATABASE_URL", f"sqlite:///{path}")
    reader = sqlite3.connect(path)
    assert reader.execute("SELECT count(*) FROM release").fetchone() == (0,)
    for raw in (first_plan(), second_plan()):
        assert main(["import", str(write(tmp_path, raw))]) == 0
    copied = sqlite3.connect(shutil.copy(path, tmp_path / "copy.db"))
    assert copied.execute("SELECT count(*) FROM release").fetchone() == (2,)
    copied.close()
    reader.close()


# --- everything that can be wrong with a file ---------------------------------------------------


def edit(path: str, value: Any) -> Callable[[Raw], None]:
    """Puts a value in place of another; the path is written like areas.0.tasks.1.number."""
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]

    def change(raw: Raw) -> None:
        place: Any = raw
        for part in parents:
            place = place[part]
        place[last] = value

    return change


TASK = "areas.0.tasks.0"
TARGET = f"{TASK}.targets.0"

WRONG: dict[str, tuple[Callable[[Raw], Any], str, str]] = {
    "body twice": (
        edit("bodies.1.code", "aa"),
        "$.bodies[1].code: is already used at $.bodies[0]",
        "已在$.bodies[0]使用",
    ),
    "task number twice": (
        edit("areas.0.tasks.1.number", 1),
        "$.areas[0].tasks[1].number: is already used at $.areas[0].tasks[0]",
        "已在",
    ),
    "indicator twice": (
        edit("indicators.1.code", "x"),
        "$.indicators[1].code: is already used",
        "已在",
    ),
    "target twice": (
        edit("areas.0.tasks.1.targets.0.indicator", "x"),
        "$.areas[0].tasks[1].targets[0].indicator: is already used at "
        "$.areas[0].tasks[0].targets[0]",
        "已在",
    ),
    "unknown body": (
        edit(f"{TASK}.participations.1.body", "shcools"),
        '.participations[1].body: no such body is defined; value: "shcools"; nearest: schools',
        "没有定义这个主体",
    ),
    "unknown indicator": (
        edit(f"{TARGET}.indicator", "xx"),
        '$.areas[0].tasks[0].targets[0].indicator: no such indicator is defined; value: "xx"; '
        "nearest: x",
        "没有定义这个指标",
    ),
    "unknown issuer": (
        edit("plan.issuer", "ab"),
        '$.plan.issuer: no such body is defined; value: "ab"',
        "没有定义这个主体",
    ),
    "unknown plan": (
        edit("plan.continues", "aa-2022"),
        "$.plan.continues: no such plan is defined",
        "没有定义这个计划",
    ),
    "redacted with a value": (
        edit(f"{TARGET}.value_status", "redacted"),
        "$.areas[0].tasks[0].targets[0]: a redacted or unquantified target has no value",
        "不能有value",
    ),
    "stated without a value": (
        edit(f"{TARGET}.value", None),
        "a stated or implied target needs a value",
        "须有value",
    ),
    "a share of 160": (
        edit(f"{TARGET}.value", 160),
        ".targets[0].value: is a share in percent; value: 160; allowed: 0 … 100",
        "是百分比",
    ),
    "a value that is text": (
        edit(f"{TARGET}.value", "60"),
        '.targets[0].value: must be a number; value: "60"',
        "必须是数字",
    ),
    "a value that is true": (
        edit(f"{TARGET}.value", True),
        ".targets[0].value: must be a number; value: true",
        "必须是数字",
    ),
    "a quote that is too long": (
        edit(f"{TARGET}.quote", "字" * 21),
        ".targets[0].quote: is longer than 20 characters",
        "超过20个字符",
    ),
    "a quote whose span does not fit": (
        edit(f"{TARGET}.quote", "另一引文"),
        ".targets[0].at: spans 6 characters, but the quote has 4",
        "而引文有4个",
    ),
    "a span outside the text": (
        edit(f"{TARGET}.at", [9000, 9006]),
        ".targets[0].at: lies outside the passage around it",
        "超出所在段落",
    ),
    "a span the wrong way round": (
        edit(f"{TARGET}.at", [9, 3]),
        ".targets[0].at: must be [start, end] with start before end",
        "且起点在前",
    ),
    "no anchors": (
        edit(f"{TARGET}.at", None),
        ".targets[0].at: is missing: `yaodian anchor` fills it in from the text",
        "请用yaodian anchor",
    ),
    "an unknown key": (
        edit(f"{TARGET}.valeu", 60),
        ".targets[0].valeu: there is no such key here; value: 60; allowed: indicator, value",
        "此处没有这个键",
    ),
    "a code with two hyphens": (
        edit("bodies.1.code", "a--b"),
        "$.bodies[1].code: must be a code: lower-case letters and digits, in parts joined by "
        'single hyphens; value: "a--b"',
        "必须是代码",
    ),
    "an unknown role": (
        edit(f"{TASK}.participations.0.role", "particpant"),
        "nearest: participant",
        "您要的可能是“participant”",
    ),
    "a date that is none": (
        edit(f"{TARGET}.due", "2024-02-30"),
        ".targets[0].due: must be a date like 2023-12-31",
        "必须是日期",
    ),
    "a gap that is not told": (
        edit("plan.text_complete", False),
        "$.plan: text_gap_zh and text_gap_en are needed where text_complete is false",
        "须写text_gap_zh",
    ),
    "an alternative without its reason": (
        edit(f"{TARGET}.alternative_value", 6),
        "needs alternative_zh and alternative_en",
        "另一读法须同时写出",
    ),
    "a code that grows too long": (
        edit("areas.0.tasks.0.deliverables.0.code", "a" * 80),
        "makes a code of 88 characters; at most 80 are allowed",
        "最多80个",
    ),
    "a figure that the quote does not have": (
        edit(f"{TARGET}.value", 57),
        ".targets[0].value: does not stand in the quote; value: 57",
        "不在引文之中",
    ),
    "a floor that is not said": (
        edit(f"{TARGET}.quote", "达到60%以上"),
        ".targets[0].floor_stated: must be true: the quote has 以上 at the figure",
        "须为true：引文在数字处写有“以上”",
    ),
    "a hedge that is not said": (
        edit(f"{TARGET}.quote", "力争达60%"),
        ".targets[0].commitment: must be strive: the quote has 力争 before the figure",
        "须为strive：引文在数字前写有“力争”",
    ),
    "a floor of another comparison": (
        lambda raw: raw["areas"][0]["tasks"][0]["targets"][0].update(
            met_if="at_most", floor_stated=True
        ),
        "floor_stated belongs to met_if at_least",
        "floor_stated仅用于",
    ),
    "a year forgotten": (
        edit("plan.year", 2023),
        "$.plan.year: does not stand in the plan's code; value: 2023",
        "不在计划代码之中",
    ),
    "a period that ends before it starts": (
        edit("plan.period_end", "2023-12-31"),
        "$.plan.period_end: is before the start, 2024-01-01",
        "早于起点",
    ),
    "due before the plan": (
        edit(f"{TARGET}.due", "1999-12-31"),
        ".targets[0].due: is before the plan's start",
        "早于计划起点",
    ),
    "a plan that continues itself": (
        edit("plan.continues", "aa-2024"),
        "$.plan.continues: is the plan itself",
        "是该计划本身",
    ),
    "a task that continues a task beside it": (
        edit(f"{TASK}.continues", "aa-2024-t2"),
        ".continues: is of the same plan",
        "属于同一计划",
    ),
    "a body above itself": (
        edit("bodies.0.parent", "aa"),
        "$.bodies[0].parent: makes the body its own parent",
        "自己的上级",
    ),
    "half a school": (
        lambda raw: (
            raw["indicators"][0].update(unit="school", measure="flow"),
            edit(f"{TARGET}.value", 7.5)(raw),
        ),
        "counts schools: a whole number; value: 7.5",
        "须为非负整数",
    ),
    "a week in place of a date": (
        edit(f"{TARGET}.due", "2024-W52-7"),
        "must be a date like 2023-12-31",
        "必须是日期",
    ),
    "a lead without responsibility": (
        edit(f"{TASK}.participations.0.role", "lead"),
        "responsibility_stated: must be true where a body leads",
        "有牵头或责任单位时须为true",
    ),
    "a plan more complete than its document": (
        lambda raw: raw["document"].update(
            text_complete=False, text_gap_zh="缺后半。", text_gap_en="The second half is missing."
        ),
        "$.plan.text_complete: cannot be true where the document's text is not complete",
        "不能为true",
    ),
    "a character that nobody sees": (
        edit("plan.title_en", "Plan\u202eA"),
        "$.plan.title_en: has a character that nobody can see: U+202E",
        "看不见的字符U+202E",
    ),
    "a formula of a spreadsheet": (
        edit("plan.title_en", "=HYPERLINK(1)"),
        "$.plan.title_en: begins like a formula of a spreadsheet",
        "开头像电子表格公式",
    ),
    "a full-width formula": (
        edit("areas.0.tasks.0.deliverables.0.verb_zh", "＋出台"),
        ".verb_zh: begins like a formula of a spreadsheet",
        "开头像电子表格公式",
    ),
    "a NUL": (
        edit("areas.0.tasks.0.deliverables.0.verb_zh", "出\u0000"),
        ".verb_zh: has a character that nobody can see: U+0000",
        "U+0000",
    ),
    "no tasks": (edit("areas.0.tasks", []), "$.areas[0].tasks: must have at least 1 item", "至少"),
    "a list in place of an object": (edit("plan", []), "$.plan: must be an object", "必须是对象"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_whole(
    name: str,
    run: Run,
    engine: sa.Engine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change, english, chinese = WRONG[name]
    raw = anchored(first_plan())
    change(raw)
    file = saved(tmp_path / "plan.json", raw)
    assert run("import", file) == 1
    told = capsys.readouterr().err
    assert english in told
    assert "nothing was changed" in told
    assert run("import", file, "--lang", "zh") == 1
    told = capsys.readouterr().err
    assert chinese in told
    assert "未作任何改动" in told
    assert releases(engine) == []


def test_all_errors_are_told_at_once_with_their_lines(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = anchored(first_plan())
    for name in ("unknown role", "an unknown key", "a share of 160", "body twice"):
        change = WRONG[name if name in WRONG else f"an {name}"][0]
        change(raw)
    file = saved(tmp_path / "plan.json", raw)
    assert run("import", file) == 1
    told = capsys.readouterr().err
    lines = file.read_text(encoding="utf-8").splitlines()
    for wanted, marker in (
        ("no such key here", '"valeu": 60'),
        ("is a share in percent", '"value": 160'),
        ("is not one of the values", '"role": "particpant"'),
    ):
        (number,) = [place for place, line in enumerate(lines, 1) if marker in line]
        (message,) = [line for line in told.splitlines() if wanted in line]
        assert message.startswith(f"{file}:{number}: $.")
    assert "is already used at $.bodies[0]" in told
    assert releases(engine) == []


def test_one_run_tells_what_fields_and_rules_find(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quote that is too long hides neither a figure that it does not have nor half a note."""
    raw = anchored(first_plan())
    promise = raw["areas"][0]["tasks"][0]["targets"][0]
    promise |= {
        "value": 57,
        "quote": "全市二级及以上幼儿园在园幼儿占比应当努力达到60%",
        "note_en": "Note.",
    }
    raw["plan"] |= {"title_en": " ", "text_complete": False}
    assert run("import", saved(tmp_path / "plan.json", raw)) == 1
    told = capsys.readouterr().err
    for wanted in (
        ".targets[0].quote: is longer than 20 characters",
        ".targets[0].value: does not stand in the quote; value: 57",
        ".targets[0]: note_zh and note_en go together",
        "$.plan.title_en: must be one line",
        "$.plan: text_gap_zh and text_gap_en are needed",
    ):
        assert told.count(wanted) == 1


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (edit("plan.issuer", "ab"), '$.plan.issuer: no such body is defined; value: "ab"'),
        (edit("plan.year", None), "$.plan.year: must be a whole number"),
        (edit("plan.year", 2023), "$.plan.year: does not stand in the plan's code"),
    ],
)
def test_one_cause_is_told_once(
    change: Callable[[Raw], None],
    cause: str,
    run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not again for every promise that refers to an indicator, or has a due date."""
    assert run("import", write(tmp_path, first_plan())) == 0
    raw = second_plan()
    raw["areas"][0]["tasks"][0]["targets"] = [
        target("x", 62, due="2025-06-30"), target("y", 71, due="2025-06-30")
    ]  # fmt: skip
    raw = anchored(raw)
    change(raw)
    capsys.readouterr()
    assert run("import", saved(tmp_path / "second.json", raw)) == 1
    told = [line for line in capsys.readouterr().err.splitlines() if "second.json:" in line]
    assert len(told) == 1
    assert cause in told[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON: a value is missing in column 1, the file ends"),
        (b"[]", "$: must be an object"),
        (b'{"plan": }', "is not JSON: a value is missing in column 10"),
        ('{"plan": "市"}'.encode("gb18030"), "is not UTF-8: byte 0xca at offset 10"),
        (b'{"plan": 1, "plan": 2}', "this key stands twice in one object, first on line 1"),
    ],
)
def test_a_file_that_is_no_plan_at_all(
    data: bytes,
    message: str,
    run: Run,
    engine: sa.Engine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(data)
    assert run("import", file) == 1
    assert message in capsys.readouterr().err
    assert releases(engine) == []


def test_a_file_that_is_not_there(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", tmp_path / "none.json") == 1
    assert "cannot be read: No such file or directory" in capsys.readouterr().err


def test_one_wrong_file_of_two_refuses_both(run: Run, engine: sa.Engine, tmp_path: Path) -> None:
    wrong = anchored(second_plan())
    wrong["plan"]["year"] = "2025"
    files = [write(tmp_path, first_plan()), saved(tmp_path / "second.json", wrong)]
    assert run("import", *files) == 1
    assert releases(engine) == []


def test_the_same_plan_twice_in_one_call_is_refused(
    run: Run, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [write(tmp_path, first_plan()), write(tmp_path, first_plan(), "again.json")]
    assert run("import", *files) == 1
    assert "plan.json is a file of the same plan" in capsys.readouterr().err
    assert releases(engine) == []


# --- two writers --------------------------------------------------------------------------------


def test_two_imports_at_once_both_complete(url: str, engine: sa.Engine, tmp_path: Path) -> None:
    other = plan("bb-2024", [task(1, [target("x")])], [body("bb")], [indicator("x")], issuer="bb")
    files = [write(tmp_path, first_plan()), write(tmp_path, other, "other.json")]
    command = [sys.executable, "-m", "app", "import"]
    running = [
        subprocess.Popen(
            [*command, str(file)],
            env={**os.environ, "YAODIAN_DATABASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for file in files
    ]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in running]
    assert [code for _, _, code in ended] == [0, 0], ended
    assert [release["number"] for release in releases(engine)] == [1, 2]
    assert set(state(engine, "plan", 2)) == {"aa-2024", "bb-2024"}
    assert sound(engine)


def test_a_writer_that_waits_too_long_gives_up_with_a_clear_sentence(
    url: str,
    engine: sa.Engine,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("YAODIAN_LOCK_SECONDS", "0.2")
    with engine.begin():
        assert run("import", write(tmp_path, first_plan())) == 3
    told = capsys.readouterr().err.splitlines()[-1]
    assert "another process is writing to" in told
    assert "try again when it has finished" in told
    assert releases(engine) == []


def test_two_promises_on_one_indicator_differ_by_their_due_year(
    run: Run, engine: sa.Engine, tmp_path: Path
) -> None:
    raw = first_plan()
    later = target("x", 65, due="2025-12-31")
    raw["areas"][0]["tasks"][0]["targets"].append(later)
    assert run("import", write(tmp_path, raw)) == 0
    found = state(engine, "target", 1)
    assert {code: row["value"] for code, row in found.items() if row["indicator"] == "aa-x"} == {
        "aa-2024-x": 60,
        "aa-2024-x-2025": 65,
    }
    assert found["aa-2024-x-2025"]["due_basis"] == "stated"


# --- what an import costs ---------------------------------------------------------------------


def plan_of(number: int, tasks: int) -> Raw:
    """A plan of an issuer of its own, with one promise."""
    issuer = f"issuer{number:02}"
    made = [task(1, [target("x", 60)], {issuer: "participant"}), *map(task, range(2, tasks + 1))]
    own = {"issuer": issuer, "bodies": [body(issuer)], "indicators": [indicator("x")]}
    return anchored(plan(f"{issuer}-2024", made, **own))


@contextmanager
def watched() -> Iterator[tuple[list[str], list[int]]]:
    """Every statement that SQLite is given, and a list with the steps that they take in tens.

    Those that it gives itself, marked as comments, are not counted: it tidies up now and then.
    """
    said, steps = [""], [0]

    def step() -> int:
        steps[0] += not said[-1].startswith("--")
        return 0

    def watch(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(said.append)
        connection.set_progress_handler(step, 10)

    sa.event.listen(sa.Pool, "connect", watch)
    try:
        yield said, steps
    finally:
        sa.event.remove(sa.Pool, "connect", watch)


def scans(url: str, said: list[str]) -> list[str]:
    """The statements that read a table with a clock from end to end, but for a first row."""
    found = []
    with closing(writer_engine(url, 10)) as engine, engine.connect() as connection:
        for statement in said:
            if not statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
                continue
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            tables = {name for *_, step in steps for name in re.findall(r"^SCAN (\w+)", step)}
            first_row = re.search(r"LIMIT 1\b", statement) and "WHERE" not in statement
            if tables & set(TABLES) and not first_row:
                found.append(statement)
    return found


def test_what_is_published_costs_as_much_in_a_large_database(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite counts the steps of its statements: to read all rows of a table takes many."""
    files = [saved(tmp_path / f"{number}.json", plan_of(number, 12)) for number in range(60)]
    new = saved(tmp_path / "new.json", plan_of(60, 12))
    results = tmp_path / "r.csv"
    results.write_text(
        "indicator,period,value,source,source_title\nissuer00-x,2024,61.2%,summary,总结\n", "utf-8"
    )
    commands = (
        ["import", new],
        ["observe", results],
        ["retract", "issuer00-x-2024-summary", "--note", "来源已撤回。"],
    )
    taken: dict[int, list[int]] = {1: [], 60: []}
    for others, costs in taken.items():
        url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / f'{others}.db')}"
        monkeypatch.setenv("YAODIAN_DATABASE_URL", url)
        assert main(["import", *map(str, files[:others])]) == 0
        for command in commands:
            with watched() as (said, steps):
                assert main([str(part) for part in command]) == 0
            assert scans(url, said) == []
            costs.append(steps[0])
    for command, few, many in zip(commands, *taken.values(), strict=True):
        assert few > 0
        assert many <= 1.05 * few, command[0]


def test_what_an_unknown_code_may_mean_is_looked_for_around_it(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the file has capitals, which sort before all codes."""
    others = [body(f"{letter}{number:03}") for letter in "az" for number in range(150)]
    raw = first_plan()
    raw["bodies"] += others
    assert run("import", saved(tmp_path / "plan.json", anchored(raw))) == 0
    for wrong in ("shcools", "SCHOOLS-", "Schools"):
        later = anchored(second_plan())
        later["areas"][0]["tasks"][0]["participations"][0]["body"] = wrong
        capsys.readouterr()
        assert run("import", saved(tmp_path / "later.json", later)) == 1
        (told,) = (line for line in capsys.readouterr().err.splitlines() if "no such" in line)
        assert told.endswith(
            f'no such body is defined; value: "{wrong}"'
            + ("" if wrong.isupper() else "; nearest: schools")
        )


def test_what_a_file_no_longer_defines_is_unknown_to_it(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = anchored(first_plan())
    assert run("import", saved(tmp_path / "plan.json", raw)) == 0
    del raw["indicators"][1]
    capsys.readouterr()
    assert run("import", saved(tmp_path / "plan.json", raw)) == 1
    (told,) = (line for line in capsys.readouterr().err.splitlines() if "no such" in line)
    assert told.endswith('no such indicator is defined; value: "y"; nearest: x')
