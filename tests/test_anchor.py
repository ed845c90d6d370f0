"""Anchoring: offsets and hashes found in a text, compared with it, and never written in error."""

import copy
import hashlib
import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.publish.anchor import at, compare_anchors, find_anchors
from app.publish.complaint import JsonPath, written_path
from app.publish.text import Body, TextProblem, read_body
from tests.plans import plan, saved, target, task

Raw = dict[str, Any]
Capture = pytest.CaptureFixture[str]

BODY_SHA256 = "9bce34f65732a66ae86b40d4223614f937f8d334a20dcfed78b8a5e53ecdedae"

TASK_7: JsonPath = ("areas", 2, "tasks", 0)
"""The seed's task of which EXAMPLES.md prints offsets; it has one of every quoted list."""


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sole(errors: str) -> str:
    """The only complaint, without the closing count."""
    first, *rest = errors.splitlines()
    assert rest == ["yaodian: 1 error; nothing was changed"]
    return first


# --- the bundled plan against the text that it was read from ----------------------------------


@pytest.fixture
def seed_copy(tmp_path: Path, seed: Path) -> Path:
    path = tmp_path / "seed.json"
    path.write_bytes(seed.read_bytes())
    return path


@pytest.fixture(scope="module")
def page_body(page_text: Path) -> Body:
    return read_body(page_text, page=True)


@pytest.fixture(scope="module")
def raw_seed(seed: Path) -> Raw:
    found: Raw = json.loads(seed.read_text(encoding="utf-8"))
    return found


def test_the_body_made_from_the_page_is_the_one_that_is_published(page_body: Body) -> None:
    assert len(page_body.text) == 4911
    assert sha(page_body.text) == page_body.sha256 == BODY_SHA256


def test_the_seed_agrees_with_its_text(seed_copy: Path, page_text: Path, capsys: Capture) -> None:
    before = seed_copy.read_bytes(), seed_copy.stat()
    assert main(["anchor", str(seed_copy), "--text", str(page_text), "--page", "--check"]) == 0
    said = capsys.readouterr()
    assert said.out.endswith(" anchors agree with the text\n")
    assert said.err == ""
    after = seed_copy.stat()
    assert seed_copy.read_bytes() == before[0]
    # not even replaced by the same bytes
    assert (after.st_ino, after.st_mtime_ns) == (before[1].st_ino, before[1].st_mtime_ns)


def test_anchoring_the_seed_again_changes_no_byte(seed_copy: Path, page_text: Path) -> None:
    before = seed_copy.read_bytes()
    assert main(["anchor", str(seed_copy), "--text", str(page_text), "--page"]) == 0
    assert seed_copy.read_bytes() == before


def test_anchors_that_were_lost_are_found_again(
    seed_copy: Path, page_text: Path, raw_seed: Raw
) -> None:
    """Without its anchors the file is filled to the same bytes; only ambiguous quotes keep `at`."""
    before = seed_copy.read_bytes()
    text = read_body(page_text, page=True).text
    raw = copy.deepcopy(raw_seed)
    for path in list(anchor_places(raw)):
        holder = at(raw, path[:-1])
        quote = holder.get("quote", holder.get("printed_zh"))
        if path[-1] != "at" or quote is None or text.count(quote) == 1:
            del holder[path[-1]]
    saved(seed_copy, raw)
    assert main(["anchor", str(seed_copy), "--text", str(page_text), "--page"]) == 0
    assert seed_copy.read_bytes() == before


Alteration = tuple[JsonPath, Any]

ALTERED: dict[str, Alteration] = {
    "the title of an area": (("areas", 2, "title_zh"), "高标准开展办学质量创优提质行劫"),
    "the title of a task": ((*TASK_7, "title_zh"), "推进学前教育补短提贡"),
    "a target's quote": ((*TASK_7, "targets", 0, "quote"), "全市公办幼儿园在园幼儿占比达到61%"),
    "a deliverable's quote": ((*TASK_7, "deliverables", 0, "quote"), "区域性课程质量评枯标准"),
    "a participation's quote": ((*TASK_7, "participations", 0, "quote"), "有条件的幼儿囚"),
    "an erratum's print": ((*TASK_7, "errata", 0, "printed_zh"), "20232026年"),
    "an erratum's print outside all tasks": (("errata", 0, "printed_zh"), "工作要点2024年是"),
    "where an area starts": (("areas", 2, "at"), [1516, 2803]),
    "where an area ends": (("areas", 2, "at"), [1517, 2802]),
    "where a task starts": ((*TASK_7, "at"), [1535, 1726]),
    "where a task ends": ((*TASK_7, "at"), [1534, 1727]),
    "where a target's quote starts": ((*TASK_7, "targets", 0, "at"), [1601, 1618]),
    "where a target's quote ends": ((*TASK_7, "targets", 0, "at"), [1600, 1617]),
    "where a deliverable's quote starts": ((*TASK_7, "deliverables", 0, "at"), [1678, 1688]),
    "where a participation's quote ends": ((*TASK_7, "participations", 0, "at"), [1714, 1722]),
    "where an erratum starts": ((*TASK_7, "errata", 0, "at"), [1566, 1576]),
    "where an erratum outside all tasks ends": (("errata", 0, "at"), [11, 22]),
    "a target's passage": ((*TASK_7, "targets", 0, "passage"), [1547, 1661]),
    "a deliverable's passage": ((*TASK_7, "deliverables", 0, "passage"), [1661, 1701]),
    "a participation's passage": ((*TASK_7, "participations", 0, "passage"), [1703, 1726]),
    "an erratum's passage": ((*TASK_7, "errata", 0, "passage"), [1548, 1662]),
    "a passage outside all tasks": (("errata", 0, "passage"), [0, 259]),
    "the length of the body": (("document", "body_characters"), 4912),
    "the hash of the body": (("document", "body_sha256"), "0" + BODY_SHA256[1:]),
    "the hash of a task": ((*TASK_7, "sha256"), "0" * 64),
    "the hash of a target": ((*TASK_7, "targets", 0, "sha256"), "0" * 64),
    "the hash of a deliverable": ((*TASK_7, "deliverables", 0, "sha256"), "0" * 64),
    "the hash of a participation": ((*TASK_7, "participations", 0, "sha256"), "0" * 64),
    "the hash of an erratum": ((*TASK_7, "errata", 0, "sha256"), "0" * 64),
    "the section of an area": (("areas", 2, "section_zh"), "四"),
    "the section of a task": ((*TASK_7, "section_zh"), "三、(八)"),
    "an anchor that is gone": ((*TASK_7, "targets", 0, "sha256"), None),
}


@pytest.mark.parametrize(("path", "value"), ALTERED.values(), ids=ALTERED)
def test_one_altered_place_is_refused_and_named(
    path: JsonPath,
    value: Any,
    raw_seed: Raw,
    tmp_path: Path,
    page_text: Path,
    capsys: Capture,
) -> None:
    raw = copy.deepcopy(raw_seed)
    assert at(raw, path) not in (None, value)
    at(raw, path[:-1])[path[-1]] = value
    file = saved(tmp_path / "altered.json", raw)
    before = file.read_bytes()
    assert main(["anchor", str(file), "--text", str(page_text), "--page", "--check"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f": {written_path(path)}: " in said.err
    if path[-1] != "title_zh":  # without its heading a part's neighbours end elsewhere, too
        sole(said.err)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("offset", "places"),
    [
        (1520, ["$.areas[2].title_zh"]),
        (1540, ["$.areas[2].tasks[0].title_zh"]),
        (1601, ["$.areas[2].tasks[0].sha256", "$.areas[2].tasks[0].targets[0].quote"]),
        (1720, ["$.areas[2].tasks[0].sha256", "$.areas[2].tasks[0].participations[0].quote"]),
        (4910, ["$.areas[6].tasks[2].sha256"]),
    ],
)
def test_one_altered_character_of_the_text_is_noticed(
    offset: int, places: list[str], seed_copy: Path, page_body: Body, capsys: Capture
) -> None:
    """In an area's title, a task's title, a target's quote, a participation's, and at the end."""
    text = page_body.text
    altered = seed_copy.with_suffix(".txt")
    altered.write_text(text[:offset] + "〇" + text[offset + 1 :], encoding="utf-8")
    assert main(["anchor", str(seed_copy), "--text", str(altered), "--check"]) == 1
    errors = capsys.readouterr().err
    for place in ["$.document.body_sha256", *places]:
        assert f": {place}: " in errors


def anchor_places(raw: Any, path: JsonPath = ()) -> Iterator[JsonPath]:
    """Every anchor of a plan file, found by its key."""
    if isinstance(raw, list):
        for number, item in enumerate(raw):
            yield from anchor_places(item, (*path, number))
    elif isinstance(raw, dict):
        for key, value in raw.items():
            if key in ("at", "passage", "sha256", "section_zh", "body_characters", "body_sha256"):
                yield (*path, key)
            else:
                yield from anchor_places(value, (*path, key))


def alterations(value: Any) -> Iterator[Any]:
    """The value with one thing changed: each end of a span, a digit of a hash, a character."""
    match value:
        case [start, end]:
            yield [start + 1, end]
            yield [start, end - 1]
        case int():
            yield value + 1
        case str():
            yield value[:-1] + ("0" if value[-1] != "0" else "1")


def test_every_single_anchor_of_the_seed_is_compared(raw_seed: Raw, page_body: Body) -> None:
    raw = copy.deepcopy(raw_seed)
    places = list(anchor_places(raw))
    assert set(places) == set(find_anchors(raw, page_body).values)
    for path in places:
        holder, value = at(raw, path[:-1]), at(raw, path)
        for altered in alterations(value):
            holder[path[-1]] = altered
            named = {complaint.path[:-1] for complaint in compare_anchors(raw, page_body)}
            assert path[:-1] in named, (path, altered)
        holder[path[-1]] = value
    assert compare_anchors(raw, page_body) == []


def test_every_37th_character_of_the_text_is_compared(raw_seed: Raw, page_body: Body) -> None:
    """A change inside a task names that task, not only the hash of the whole body."""
    text = page_body.text
    tasks = {
        ("areas", a, "tasks", t): item["at"]
        for a, area in enumerate(raw_seed["areas"])
        for t, item in enumerate(area["tasks"])
    }
    for offset in range(0, len(text), 37):
        altered = Body(text[:offset] + "〇" + text[offset + 1 :])
        named = [complaint.path for complaint in compare_anchors(raw_seed, altered)]
        assert ("document", "body_sha256") in named
        for path, (start, end) in tasks.items():
            if start <= offset < end:
                assert any(found[:4] == path for found in named), offset


# --- offsets worked out by hand ---------------------------------------------------------------

TEXT = "计划甲一、开展行动(一)推进任务一。开头说明。比例达到60%,好。由学校做"
"""Places: 计0 一3 (9 推12 。17 开18 说20 。22 比23 达25 % 29 好31 。32 由33 学34 做36, end 37."""


def quoted(quote: str, **more: Any) -> Raw:
    return {"body": "schools", "role": "participant", "quote": quote, **more}


def example(**lists: Any) -> Raw:
    """A plan for TEXT: one area, one task with these lists."""
    return plan("aa-2024", [task(1, **lists)])


def with_quote(quote: str, **more: Any) -> Raw:
    return example(participations=[quoted(quote, **more)])


def inner(raw: Raw) -> Raw:
    found: Raw = raw["areas"][0]["tasks"][0]
    return found


Anchor = Callable[..., int]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


@pytest.fixture
def anchor(tmp_path: Path, file: Path) -> Anchor:
    """Saves a plan and a text, and runs the command on them; returns its exit code."""

    def run(raw: Any, text: str | bytes, *options: str) -> int:
        saved(file, raw)
        document = tmp_path / "text"
        document.write_bytes(text.encode() if isinstance(text, str) else text)
        return main(["anchor", str(file), "--text", str(document), *options])

    return run


def read(path: Path) -> Raw:
    found: Raw = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_every_anchor_is_filled_in(anchor: Anchor, file: Path, capsys: Capture) -> None:
    raw = example(
        targets=[target("x", quote="达到60%")],
        participations=[quoted("学校")],
        errata=[{"number": 1, "printed_zh": "好"}],
    )
    inner(raw)["deliverables"] = [{"code": "d", "verb_zh": "出台", "quote": "说明"}]
    raw["errata"] = [{"number": 2, "printed_zh": "甲"}]
    assert anchor(raw, TEXT) == 0
    # document 2; the erratum outside all tasks 3; area 2; task 3; four quotes with 3 each
    assert capsys.readouterr().out == "22 anchors written\n"
    got = read(file)
    assert (got["document"]["body_characters"], got["document"]["body_sha256"]) == (37, sha(TEXT))
    (area,) = got["areas"]
    assert (area["section_zh"], area["at"]) == ("一", [3, 37])
    item = inner(got)
    whole = "(一)推进任务一。开头说明。比例达到60%,好。由学校做"
    assert (item["section_zh"], item["at"], item["sha256"]) == ("一、(一)", [9, 37], sha(whole))

    def anchors_of(part: Raw) -> tuple[Any, Any, Any]:
        return part["at"], part["passage"], part["sha256"]

    sentence = sha("比例达到60%,好。")
    assert anchors_of(item["targets"][0]) == ([25, 30], [23, 33], sentence)
    assert anchors_of(item["deliverables"][0]) == ([20, 22], [18, 23], sha("开头说明。"))
    assert anchors_of(item["participations"][0]) == ([34, 36], [33, 37], sha("由学校做"))
    assert anchors_of(item["errata"][0]) == ([31, 32], [23, 33], sentence)
    assert anchors_of(got["errata"][0]) == ([2, 3], [0, 3], sha("计划甲"))


@pytest.mark.parametrize(
    ("quote", "span", "passage"),
    [
        ("开头", [18, 20], [18, 23]),
        ("比例", [23, 25], [23, 33]),
        ("好。", [31, 33], [23, 33]),
        ("好。由", [31, 34], [23, 37]),
        ("明。比例达到60%,好。由", [21, 34], [18, 37]),
        ("。比例", [22, 25], [18, 33]),
        ("做", [36, 37], [33, 37]),
        ("务一", [15, 17], [9, 18]),
    ],
    ids=[
        "first of its sentence",
        "first behind a 。",
        "ends with its own 。",
        "crosses a 。",
        "crosses two",
        "begins with a 。",
        "last, unterminated sentence",
        "in the heading",
    ],
)
def test_the_passage_of_a_quote_is_its_sentence(
    quote: str, span: list[int], passage: list[int], anchor: Anchor, file: Path
) -> None:
    assert anchor(with_quote(quote), TEXT) == 0
    (part,) = inner(read(file))["participations"]
    assert (part["at"], part["passage"]) == (span, passage)
    assert part["sha256"] == sha(TEXT[passage[0] : passage[1]])


def test_the_first_passage_starts_behind_a_heading_that_ends_without_a_stop(
    anchor: Anchor, file: Path
) -> None:
    """DOCX headings are paragraphs without 。: the sentence starts after the heading, 17."""
    text = "计划甲一、开展行动(一)推进任务一比例达到60%。由学校做"
    assert anchor(with_quote("达到60%"), text) == 0
    (part,) = inner(read(file))["participations"]
    assert (part["at"], part["passage"]) == ([19, 24], [17, 25])


def test_the_last_quote_of_a_task_does_not_reach_into_the_next(anchor: Anchor, file: Path) -> None:
    """一0 (6 丙9 。10 末11 尾12 (13 丁16 。17: the task and its open sentence end at 13."""
    raw = plan(
        "aa-2024",
        [task(1, title_zh="丙", participations=[quoted("尾")]), task(2, title_zh="丁")],
    )
    assert anchor(raw, "一、开展行动(一)丙。末尾(二)丁。") == 0
    first, second = read(file)["areas"][0]["tasks"]
    assert first["at"] == [6, 13]
    assert first["participations"][0]["passage"] == [11, 13]
    assert second["at"] == [13, 18]


def test_areas_and_tasks_end_where_the_next_begins(anchor: Anchor, file: Path) -> None:
    """甲0 一1 乙3 (5 丙8 。9 丁10 。11 （12 戊15 。16 己17 二18 庚20 1 22 .23 辛24 。25 壬26."""
    text = "甲一、乙乙(一)丙。丁。（二）戊。己二、庚庚1.辛。壬"
    raw = plan("aa-2024", [task(1, title_zh="丙"), task(2, title_zh="戊")])
    raw["areas"][0]["title_zh"] = "乙乙"
    raw["areas"].append({"number": 2, "title_zh": "庚庚", "tasks": [task(3, title_zh="辛")]})
    assert anchor(raw, text) == 0
    first, second = read(file)["areas"]
    assert (first["section_zh"], first["at"]) == ("一", [1, 18])
    assert (second["section_zh"], second["at"]) == ("二", [18, 27])
    tasks = [*first["tasks"], *second["tasks"]]
    assert [item["at"] for item in tasks] == [[5, 12], [12, 18], [22, 27]]
    assert [item["section_zh"] for item in tasks] == ["一、(一)", "一、（二）", "二、1."]
    spans = ["(一)丙。丁。", "（二）戊。己", "1.辛。壬"]
    assert [item["sha256"] for item in tasks] == [sha(span) for span in spans]


def test_the_same_quote_in_two_tasks_is_found_in_its_own(anchor: Anchor, file: Path) -> None:
    raw = plan(
        "aa-2024",
        [
            task(1, title_zh="丙", participations=[quoted("学校")]),
            task(2, title_zh="丁", participations=[quoted("学校")]),
        ],
    )
    assert anchor(raw, "一、开展行动(一)丙。学校。(二)丁。学校。") == 0
    found = [item["participations"][0]["at"] for item in read(file)["areas"][0]["tasks"]]
    assert found == [[11, 13], [19, 21]]


def test_offsets_count_code_points(anchor: Anchor, file: Path) -> None:
    """𠮷 is one code point, two UTF-16 units and four bytes: everything moves by one."""
    assert anchor(with_quote("学校"), TEXT.replace("计划甲", "计划𠮷甲")) == 0
    got = read(file)
    (part,) = inner(got)["participations"]
    assert got["document"]["body_characters"] == 38
    assert got["areas"][0]["at"] == [4, 38]
    assert (part["at"], part["passage"]) == ([35, 37], [34, 38])


def test_a_misprinted_heading_is_found_by_its_print(anchor: Anchor, file: Path) -> None:
    raw = plan("aa-2024", [task(1, title_zh="推进任务壹", title_printed_zh="推进任务一")])
    assert anchor(raw, TEXT) == 0
    assert inner(read(file))["at"] == [9, 37]


# --- what cannot be found ---------------------------------------------------------------------


def test_a_quote_that_is_not_there_is_refused_with_the_nearest_places(
    anchor: Anchor, file: Path, capsys: Capture
) -> None:
    assert anchor(with_quote("例达到61%,好"), TEXT) == 1
    error = sole(capsys.readouterr().err)
    assert error.startswith(f"{file}:")
    assert "$.areas[0].tasks[0].participations[0].quote: does not stand in the text" in error
    assert 'value: "例达到61%,好"' in error
    assert "[24, 32] …" in error
    assert "【例达到60%,好】。由学校做…" in error


def test_the_line_of_a_quote_that_is_not_there_is_told(
    anchor: Anchor, file: Path, capsys: Capture
) -> None:
    assert anchor(with_quote("别处的话"), TEXT) == 1
    lines = file.read_text(encoding="utf-8").splitlines()
    (number,) = [n for n, line in enumerate(lines, 1) if "别处的话" in line]
    assert sole(capsys.readouterr().err).startswith(f"{file}:{number}: ")


def test_a_quote_of_another_task_is_not_there(anchor: Anchor, capsys: Capture) -> None:
    raw = plan(
        "aa-2024",
        [task(1, title_zh="丙", participations=[quoted("学校")]), task(2, title_zh="丁")],
    )
    assert anchor(raw, "一、开展行动(一)丙。甲。(二)丁。学校。") == 1
    assert "does not stand in the text between 6 and 13" in sole(capsys.readouterr().err)


AMBIGUOUS = "一、开展行动(一)推进任务一。学校和学校。"
"""学 stands at 15 and at 18."""


def test_an_ambiguous_quote_is_refused_with_all_places(anchor: Anchor, capsys: Capture) -> None:
    assert anchor(with_quote("学校"), AMBIGUOUS) == 1
    error = sole(capsys.readouterr().err)
    assert "stands 2 times between 6 and 21: lengthen it, or give `at`" in error
    assert "[15, 17] …" in error
    assert "推进任务一。【学校】和学校。…" in error
    assert "[18, 20] …" in error
    assert "学校和【学校】。…" in error


@pytest.mark.parametrize("span", [[15, 17], [18, 20]])
def test_a_given_place_decides_an_ambiguous_quote(
    span: list[int], anchor: Anchor, file: Path
) -> None:
    assert anchor(with_quote("学校", at=span), AMBIGUOUS) == 0
    (part,) = inner(read(file))["participations"]
    assert (part["at"], part["passage"]) == (span, [15, 21])
    assert main(["anchor", str(file), "--text", str(file.parent / "text"), "--check"]) == 0


@pytest.mark.parametrize(
    "span", [[16, 18], [15], [], "15-17", [None, None], ["15", "17"], [[15], [17]], 15]
)
def test_a_given_place_that_is_none_decides_nothing(
    span: Any, anchor: Anchor, file: Path, capsys: Capture
) -> None:
    assert anchor(with_quote("学校", at=span), AMBIGUOUS) == 1
    assert "stands 2 times" in sole(capsys.readouterr().err)


def test_a_given_place_with_a_fraction_is_no_crash(anchor: Anchor) -> None:
    assert anchor(with_quote("学校", at=[15.0, 17.0]), AMBIGUOUS) in (0, 1)


def test_overlapping_places_are_all_counted(anchor: Anchor, capsys: Capture) -> None:
    """天天 stands twice in 天天天."""
    assert anchor(with_quote("天天"), "一、开展行动(一)推进任务一。天天天。") == 1
    assert "stands 2 times" in sole(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("一、开始行动(一)推进任务一。", "$.areas[0].title_zh"),
        ("一、开展行动(一)推进任务二。", "$.areas[0].tasks[0].title_zh"),
        ("开展行动(一)推进任务一。", "$.areas[0].title_zh"),
        ("一、开展行动推进任务一。", "$.areas[0].tasks[0].title_zh"),
    ],
    ids=["another area", "another task", "area without its number", "task without its number"],
)
def test_a_heading_that_is_not_there_is_refused(
    text: str, place: str, anchor: Anchor, capsys: Capture
) -> None:
    assert anchor(example(), text) == 1
    assert f": {place}: does not stand in the text" in sole(capsys.readouterr().err)


def test_a_heading_out_of_order_is_refused(anchor: Anchor, capsys: Capture) -> None:
    """Headings are looked for one behind the other, as they are numbered."""
    raw = plan("aa-2024", [task(1, title_zh="丁"), task(2, title_zh="丙")])
    assert anchor(raw, "一、开展行动(一)丙。(二)丁。") == 1
    error = sole(capsys.readouterr().err)
    assert ": $.areas[0].tasks[1].title_zh: does not stand in the text" in error


@pytest.mark.parametrize("title", ["", None, 5], ids=str)
def test_a_heading_without_a_title_is_refused(title: Any, anchor: Anchor, capsys: Capture) -> None:
    assert anchor(plan("aa-2024", [task(1, title_zh=title)]), TEXT) == 1
    assert "$.areas[0].tasks[0].title_zh: a heading is needed" in capsys.readouterr().err


def test_advice_on_an_ambiguous_heading_can_be_followed(
    anchor: Anchor, file: Path, capsys: Capture
) -> None:
    """A table of contents prints the heading a first time, at 0; the area starts at 6."""
    raw = example()
    raw["areas"][0]["at"] = [6, 21]
    code = anchor(raw, "一、开展行动一、开展行动(一)推进任务一。")
    assert code == 0 or "give `at`" not in capsys.readouterr().err


def test_all_that_is_missing_is_told_at_once(anchor: Anchor, capsys: Capture) -> None:
    raw = example(participations=[quoted("无一"), quoted("学校"), quoted("无二")])
    assert anchor(raw, TEXT) == 1
    *errors, ending = capsys.readouterr().err.splitlines()
    assert [error.split(": ")[1] for error in errors] == [
        "$.areas[0].tasks[0].participations[0].quote",
        "$.areas[0].tasks[0].participations[2].quote",
    ]
    assert ending == "yaodian: 2 errors; nothing was changed"


@pytest.mark.parametrize(
    ("options", "code"), [((), 1), (("--check",), 1)], ids=["writing", "checking"]
)
def test_a_file_with_errors_is_not_touched(
    options: tuple[str, ...], code: int, anchor: Anchor, file: Path
) -> None:
    raw = example(participations=[quoted("学校"), quoted("无")])
    assert anchor(raw, TEXT, *options) == code
    assert read(file) == raw
    assert sorted(path.name for path in file.parent.iterdir()) == ["plan.json", "text"]


def test_checking_a_file_without_anchors_names_them_and_writes_none(
    anchor: Anchor, file: Path, capsys: Capture
) -> None:
    raw = with_quote("学校")
    assert anchor(raw, TEXT, "--check") == 1
    errors = capsys.readouterr().err
    assert "$.areas[0].tasks[0].participations[0].at: the text has [34, 36]" in errors
    assert "$.areas[0].section_zh: the text has '一'" in errors
    assert read(file) == raw


# --- the file that is written -----------------------------------------------------------------


def test_anchoring_twice_gives_the_same_bytes(anchor: Anchor, file: Path) -> None:
    assert anchor(with_quote("学校"), TEXT) == 0
    first = file.read_bytes()
    assert main(["anchor", str(file), "--text", str(file.parent / "text")]) == 0
    assert file.read_bytes() == first


def test_wrong_anchors_are_replaced(anchor: Anchor, file: Path) -> None:
    raw = with_quote("学校", at=[0, 1], passage="?", sha256=None)
    assert anchor(raw, TEXT) == 0
    (part,) = inner(read(file))["participations"]
    assert (part["at"], part["passage"]) == ([34, 36], [33, 37])


def test_nothing_but_anchors_is_changed(anchor: Anchor, file: Path) -> None:
    raw = with_quote("学校", note="unknown keys stay, too")
    assert anchor(raw, TEXT) == 0
    got = read(file)
    for path in list(anchor_places(got)):
        del at(got, path[:-1])[path[-1]]
    assert got == raw


def test_the_mode_of_the_file_is_kept(anchor: Anchor, file: Path) -> None:
    saved(file, {})
    file.chmod(0o640)
    assert anchor(example(), TEXT) == 0
    assert file.stat().st_mode & 0o777 == 0o640


# --- the document -----------------------------------------------------------------------------

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, text)
    return buffer.getvalue()


def word(*paragraphs: str, head: str = "") -> str:
    """The document.xml of paragraphs, given as the XML inside `w:p`."""
    inside = "".join(f"<w:p>{paragraph}</w:p>" for paragraph in paragraphs)
    return f'{head}<w:document xmlns:w="{WORD}"><w:body>{inside}</w:body></w:document>'


def run_of(text: str) -> str:
    return f"<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>"


def docx(*paragraphs: str) -> bytes:
    return zipped("word/document.xml", word(*paragraphs))


def test_a_docx_is_read_paragraph_by_paragraph(anchor: Anchor, file: Path) -> None:
    """Runs and paragraphs are joined without a separator; blanks in a run stay."""
    document = docx(
        run_of("计划甲"),
        run_of("一、开展") + run_of("行动"),
        "",
        run_of("(一)推进任务一。") + run_of("开头说明。比例达到60%,好。由学校做"),
    )
    assert anchor(with_quote("学校"), document) == 0
    got = read(file)
    assert got["document"]["body_sha256"] == sha(TEXT)
    assert inner(got)["participations"][0]["at"] == [34, 36]


def test_blanks_in_a_docx_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx('<w:r><w:t xml:space="preserve"> 甲 </w:t></w:r>', run_of("乙")))
    assert read_body(path).text == " 甲 乙"


BOX = f"<w:pict><w:txbxContent><w:p>{run_of('框')}</w:p></w:txbxContent></w:pict>"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


@pytest.mark.parametrize(
    "box",
    [
        BOX,
        f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="wps">{BOX}</mc:Choice>'
        f"<mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent>",
    ],
    ids=["plain", "with a fallback, as Word writes it"],
)
def test_a_text_box_in_a_docx_is_read_once(box: str, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(docx(run_of("外") + f"<w:r>{box}</w:r>"))
    assert read_body(path).text.count("框") == 1


def test_deleted_words_in_a_docx_are_not_read(tmp_path: Path) -> None:
    deleted = "<w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
    inserted = f"<w:ins>{run_of('增')}</w:ins>"
    path = tmp_path / "a.docx"
    path.write_bytes(docx(run_of("前") + deleted + inserted))
    assert read_body(path).text == "前增"


@pytest.mark.parametrize(
    "text",
    ["﻿" + TEXT, "计划甲\n一、开展行动\r\n(一)推进任务一。\n开头说明。比例达到60%,好。由学校做\n"],
    ids=["with a byte order mark", "in lines"],
)
def test_plain_text_is_joined(text: str, anchor: Anchor, file: Path) -> None:
    assert anchor(with_quote("学校"), text) == 0
    assert read(file)["document"]["body_sha256"] == sha(TEXT)


def test_a_plan_file_may_have_a_byte_order_mark(anchor: Anchor, file: Path) -> None:
    assert anchor(with_quote("学校"), TEXT) == 0
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert main(["anchor", str(file), "--text", str(file.parent / "text"), "--check"]) == 0


def test_of_a_page_only_the_lines_in_the_order_of_the_counter_count(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    lines = ["标题", "1、甲20%的院", "广告", "", "2、系乙。1、丙", "2、重复", "4、跳过", "3、丁"]
    page.write_text("\n".join(lines), encoding="utf-8")
    assert read_body(page, page=True).text == "甲20%的院系乙。1、丙丁"


def huge_docx(path: Path) -> None:
    """65 MB of one letter, packed to some 60 kB."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("word/document.xml", "w") as member,
    ):
        for _ in range(65):
            member.write(b"a" * 2**20)


def test_a_docx_that_unpacks_to_too_much_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.docx"
    huge_docx(path)
    assert path.stat().st_size < 2**20

    def no_reading(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was read")

    monkeypatch.setattr(zipfile.ZipFile, "open", no_reading)
    monkeypatch.setattr(zipfile.ZipFile, "read", no_reading)
    with pytest.raises(TextProblem, match="unpacks to more than 64 MB"):
        read_body(path)


def test_a_text_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as sparse:
        sparse.truncate(64 * 2**20 + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(TextProblem, match="is larger than 64 MB"):
        read_body(path)


GOOD = docx(*[run_of(f"第{number}段") for number in range(8)])

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "a broken zip": (b"PK\x03\x04" + b"\x00" * 100, "is no DOCX"),
    "half a DOCX": (GOOD[: len(GOOD) // 2], "is no DOCX"),
    "a zip without word/document.xml": (zipped("content.xml", "<a/>"), "is no DOCX"),
    "XML that is broken": (zipped("word/document.xml", "<w:document>"), "is no DOCX"),
    "neither DOCX nor UTF-8": (TEXT.encode("gb18030"), "is neither DOCX nor UTF-8 text"),
    "nothing": (b"", "holds no text"),
    "only line ends": (b"\n\r\n", "holds no text"),
}


@pytest.mark.parametrize(("data", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_document_that_cannot_be_read_is_one_sentence(
    data: bytes, reason: str, anchor: Anchor, file: Path, capsys: Capture
) -> None:
    assert anchor(example(), data) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(f"yaodian: {file.parent / 'text'} {reason}")
    assert read(file) == example()


@pytest.mark.parametrize("encoding", ["nonsense", "gb18030"])
def test_a_docx_in_an_unknown_encoding_is_one_sentence(
    encoding: str, anchor: Anchor, capsys: Capture
) -> None:
    xml = word(head=f'<?xml version="1.0" encoding="{encoding}"?>')
    assert anchor(example(), zipped("word/document.xml", xml)) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_docx_without_text_is_refused(anchor: Anchor, capsys: Capture) -> None:
    assert anchor({"document": {}}, docx("", "")) == 1
    assert "holds no text" in capsys.readouterr().err


def test_a_docx_with_any_damaged_byte_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.docx"
    crashes: set[str] = set()
    for offset in range(4, len(GOOD)):
        damaged = bytearray(GOOD)
        damaged[offset] ^= 0xFF
        path.write_bytes(damaged)
        try:
            read_body(path)
        except TextProblem:
            pass
        except Exception as error:
            crashes.add(f"{type(error).__module__}.{type(error).__name__}")
    assert crashes == set()


def test_a_docx_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """The directory says 1 byte; what is packed is larger, so its checksum is wrong."""
    data = bytearray(docx(run_of("甲" * 1000)))
    entry = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, entry + 24, 1)
    path = tmp_path / "lying.docx"
    path.write_bytes(data)
    with pytest.raises(TextProblem, match="is no DOCX"):
        read_body(path)


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_document_that_is_missing_or_a_folder_is_one_sentence(
    name: str, file: Path, capsys: Capture
) -> None:
    saved(file, example())
    missing = file.parent / name
    assert main(["anchor", str(file), "--text", str(missing)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(f"yaodian: {missing} cannot be read: ")


# --- the plan file ----------------------------------------------------------------------------

NO_PLANS: dict[str, tuple[bytes, str]] = {
    "no JSON": (b'{\n"document": {},\n}', ":3: $: is not JSON: a comma stands before '}'"),
    "a list": (b"[]", ": $: is no plan file: document is missing"),
    "without a document": (b"{}", ": $: is no plan file: document is missing"),
    "a document that is none": (b'{"document": 5}', ": $: is no plan file: document is missing"),
    "a repeated key": (
        b'{"document": {},\n"areas": [],\n"areas": []}',
        ":3: $.areas: this key stands twice in one object, first on line 2",
    ),
    "not UTF-8": (b'{"document": "\xff"}', ":1: $: is not UTF-8: byte 0xff at offset 14"),
}


@pytest.mark.parametrize(("data", "reason"), NO_PLANS.values(), ids=NO_PLANS)
def test_a_plan_file_that_is_none_is_refused_and_not_touched(
    data: bytes, reason: str, file: Path, capsys: Capture
) -> None:
    text = file.with_name("text")
    text.write_text(TEXT, encoding="utf-8")
    file.write_bytes(data)
    assert main(["anchor", str(file), "--text", str(text)]) == 1
    assert sole(capsys.readouterr().err).startswith(f"{file}{reason}")
    assert file.read_bytes() == data


def test_a_plan_file_that_is_missing_is_one_sentence(file: Path, capsys: Capture) -> None:
    text = file.with_name("text")
    text.write_text(TEXT, encoding="utf-8")
    assert main(["anchor", str(file), "--text", str(text)]) == 1
    assert "cannot be read: No such file or directory" in sole(capsys.readouterr().err)


@pytest.mark.parametrize("value", [5, True, 1.5])
@pytest.mark.parametrize(
    "path",
    [
        ("areas",),
        ("areas", 0, "tasks"),
        ("areas", 0, "tasks", 0, "targets"),
        ("areas", 0, "tasks", 0, "errata"),
        ("errata",),
    ],
    ids=written_path,
)
def test_a_list_that_is_none_is_no_crash(path: JsonPath, value: Any, anchor: Anchor) -> None:
    """The models refuse it with its place; `import --text` anchors first, so it must not fall."""
    raw = example()
    at(raw, path[:-1])[path[-1]] = value
    assert anchor(raw, TEXT) in (0, 1)


@pytest.mark.parametrize("value", ["甲", {"0": {}}, None, [None], ["甲"], [[]]], ids=str)
@pytest.mark.parametrize("path", [("areas",), (*TASK_7[:1], 0, "tasks"), ("errata",)])
def test_other_values_than_lists_are_no_crash(path: JsonPath, value: Any, anchor: Anchor) -> None:
    raw = example()
    at(raw, path[:-1])[path[-1]] = value
    assert anchor(raw, TEXT) in (0, 1)


# --- languages, and the real command ----------------------------------------------------------


def test_messages_in_chinese(anchor: Anchor, capsys: Capture) -> None:
    assert anchor(with_quote("例达到61%,好"), TEXT, "--lang", "zh") == 1
    first, last = capsys.readouterr().err.splitlines()
    assert "participations[0].quote: 不在文本9至37之间；值为 " in first
    assert "；可用：[24, 32] …" in first
    assert last == "yaodian: 共1处错误；未作任何改动"


def test_a_difference_in_chinese(anchor: Anchor, capsys: Capture) -> None:
    assert anchor(with_quote("学校"), TEXT, "--check", "--lang", "zh") == 1
    assert "participations[0].at: 文本中为[34, 36]" in capsys.readouterr().err


def test_success_in_chinese(anchor: Anchor, file: Path, capsys: Capture) -> None:
    assert anchor(example(), TEXT, "--lang", "zh") == 0
    assert capsys.readouterr().out == "已写入7项定位\n"
    text = str(file.with_name("text"))
    assert main(["anchor", str(file), "--text", text, "--check", "--lang", "zh"]) == 0
    assert capsys.readouterr().out == "7项定位与文本一致\n"


def test_an_unreadable_document_in_chinese(anchor: Anchor, capsys: Capture) -> None:
    assert anchor(example(), b"\xff", "--lang", "zh") == 1
    assert "既不是DOCX也不是UTF-8文本" in capsys.readouterr().err


def test_the_installed_command(tmp_path: Path) -> None:
    """Once as users run it: another process, another folder, relative paths."""
    saved(tmp_path / "plan.json", with_quote("学校"))
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    command = [sys.executable, "-m", "app", "anchor", "plan.json", "--text", "text.txt"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "10 anchors written\n", "")
    done = subprocess.run(
        [*command, "--check"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "10 anchors agree with the text\n")
