"""The 2023 plan, figure by figure, against a table that was made by hand from the text."""

import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import sqlalchemy as sa

from app.publish.plan_file import plan_schema
from app.publish.plans import import_plans
from app.publish.text import body_of_page
from app.publish.writer import Orders
from tests.reading import state

RELEASE = 1


class Promise(NamedTuple):
    """A row of the table: task, value or None, status, unit, and what is unusual about it."""

    task: int
    slug: str
    value: float | None
    status: str
    unit: str
    quote: str
    met_if: str = "at_least"
    floor: bool = False
    basis: str | None = None
    """Of 力争; None = firm."""
    due_basis: str = "plan_period"
    alternative: tuple[float | None, float | None, str | None] = (None, None, None)
    words: str = ""
    """value_text_zh."""


KINDERGARTEN = (None, None, "2025-12-31")
ONE_OR_TWO = (1, 2, None)
MASKED = "（数字在原文中被隐去）"

PROMISES = [
    Promise(2, "party-led-schools-share", 100, "implied", "percent", "到2023年底全部调整到位",
            due_basis="stated", words="全部（100%）"),
    Promise(2, "model-university-share", 20, "stated", "percent", "力争全市20%的高校建成",
            basis="stated", words="力争20%"),
    Promise(2, "benchmark-department-share", 20, "stated", "percent", "20%的院系建成标杆院系",
            basis="carried_over", words="力争20%"),
    Promise(2, "model-party-branches", 75, "stated", "party_branch", "培育样板支部75个",
            basis="carried_over", words="力争75个"),
    Promise(3, "clean-school-compliance-share", 80, "stated", "percent",
            "市级清廉学校达标率达到80%以上", floor=True, words="不低于80%"),
    Promise(4, "school-civility-national-rank", None, "unquantified", "rank",
            "测评排名位居全国前列", met_if="at_most",
            words="“测评排名位居全国前列”（原文未给数字）"),
    Promise(6, "student-guidance-workstations", None, "redacted", "workstation",
            "选树XX个示范性", words=f"XX个{MASKED}"),
    Promise(6, "student-guidance-course-bases", None, "redacted", "base",
            "授牌XX个", words=f"XX个{MASKED}"),
    Promise(7, "public-kindergarten-share", 60, "stated", "percent",
            "全市公办幼儿园在园幼儿占比达到60%", alternative=KINDERGARTEN, words="达到60%"),
    Promise(7, "grade-two-kindergarten-share", 78, "stated", "percent",
            "幼儿园在园幼儿占比达78%及以上", floor=True, alternative=KINDERGARTEN,
            words="不低于78%"),
    Promise(7, "inclusive-kindergarten-share", 90, "stated", "percent",
            "普惠性幼儿园在园幼儿占比达90%及以上", floor=True, alternative=KINDERGARTEN,
            words="不低于90%"),
    Promise(8, "counties-passing-balance-review", 12, "stated", "county",
            "力争12个区(县、市)通过复核评估", basis="stated", alternative=ONE_OR_TWO,
            words="力争12个"),
    Promise(8, "integrated-school-federation-share", 60, "stated", "percent",
            "教共体占比不低于60%", floor=True, words="不低于60%"),
    Promise(10, "vocational-education-communities", 12, "stated", "community", "建设12个",
            alternative=ONE_OR_TWO, words="12个"),
    Promise(10, "field-engineer-colleges", 3, "stated", "college", "建成3个以上", floor=True,
            words="不少于3个"),
    Promise(15, "postgraduate-teacher-share", None, "unquantified", "percent",
            "提高中学教师研究生比例", met_if="increase_by",
            words="“提高中学教师研究生比例”（原文未给数字）"),
    Promise(15, "subject-teaching-teams", 100, "stated", "team", "打造100个优秀学科教学团队",
            words="100个"),
    Promise(16, "joint-shortage-majors", 30, "stated", "major", "建设校企共建紧缺专业30个",
            words="30个"),
    Promise(17, "new-vocational-majors", 15, "stated", "major", "设置新专业不少于15个", floor=True,
            words="不少于15个"),
    Promise(17, "adjusted-vocational-majors", 5, "stated", "major", "调整传统专业5个以上",
            floor=True, words="不少于5个"),
    Promise(18, "foreign-aid-trainees", 3000, "stated", "trainee", "力争年援外培训达3000人次",
            basis="stated", words="力争3000人次"),
    Promise(22, "fixed-investment", None, "redacted", "cny", "力争完成XX亿固定投资任务",
            basis="stated", words=f"力争XX亿元{MASKED}"),
    Promise(22, "built-or-extended-schools", None, "redacted", "school", "中小学XX所",
            words=f"XX所{MASKED}"),
    Promise(22, "new-school-places", None, "redacted", "place", "中小学XX所,新增学位XX个",
            words=f"XX个{MASKED}"),
    Promise(22, "built-or-extended-kindergartens", None, "redacted", "kindergarten", "幼儿园XX所",
            words=f"XX所{MASKED}"),
    Promise(22, "new-kindergarten-places", None, "redacted", "place", "幼儿园XX所,新增学位XX个",
            words=f"XX个{MASKED}"),
    Promise(22, "new-nursery-places", None, "redacted", "place", "托位XX个",
            words=f"XX个{MASKED}"),
]  # fmt: skip

TASKS_OF_AREAS = {1: (1, 2, 3), 2: (4, 5, 6), 3: (7, 8, 9, 10, 11, 12), 4: (13, 14, 15),
                  5: (16, 17, 18), 6: (19, 20, 21), 7: (22, 23, 24)}  # fmt: skip

DOCUMENTS = {
    2: ["中小学校章程修订参考文本"],
    4: ["关于进一步加强新时代中小学思政课建设的实施意见"],
    7: ["区域性课程质量评估标准"],
    9: ["XX市普通高中新一轮优质特色发展行动计划"],
    11: ["打造高等教育一流学科专业硬核实力实现高校质量和能力双提升行动方案"],
    13: ["教师退出机制办法"],
    14: [
        "XX市新时代教师专业发展若干意见",
        "XX市名校长、骨干校长考核管理办法",
        "XX市学前教育教师专业提升计划（2023—2025年）",
    ],
    16: ["XX市职业教育校企合作促进条例实施办法"],
    21: ["四个学校建设暨教育基层治理能力提升行动方案"],
    22: ["XX市高中学校基本建设攻坚行动方案"],
}


@pytest.fixture
def loaded(engine: sa.Engine, seed: Path) -> sa.Engine:
    """A database with the bundled plan."""
    import_plans(engine, [seed], Orders(), lambda _en, _zh: None)
    return engine


@pytest.fixture(scope="session")
def raw(seed: Path) -> dict[str, Any]:
    """The bundled plan file."""
    return dict(json.loads(seed.read_text(encoding="utf-8")))


def promises_of(raw: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    return [
        (task["number"], target)
        for area in raw["areas"]
        for task in area["tasks"]
        for target in task.get("targets", ())
    ]


def test_each_of_the_27_targets_once_under_its_task(loaded: sa.Engine) -> None:
    found = state(loaded, "target", RELEASE)
    assert len(found) == 27
    indicators = state(loaded, "indicator", RELEASE)
    in_order = sorted(found.values(), key=lambda row: row["quote_start"])
    for promise, row in zip(PROMISES, in_order, strict=True):
        assert row["code"] == f"xxjyj-2023-{promise.slug}"
        assert row["task"] == f"xxjyj-2023-t{promise.task}"
        assert row["indicator"] == f"xxjyj-{promise.slug}"
        assert (row["value"], row["value_upper"]) == (promise.value, None)
        assert row["value_status"] == promise.status
        assert indicators[row["indicator"]]["unit"] == promise.unit
        assert (row["met_if"], row["floor_stated"]) == (promise.met_if, promise.floor)
        assert row["commitment"] == ("strive" if promise.basis else "firm")
        assert row["commitment_basis"] == promise.basis
        assert (row["due"], row["due_basis"]) == (date(2023, 12, 31), promise.due_basis)
        low, high, due = promise.alternative
        assert (row["alternative_value"], row["alternative_value_upper"]) == (low, high)
        assert row["alternative_due"] == (date.fromisoformat(due) if due else None)
        assert (row["alternative_zh"] is None) == (promise.alternative == (None, None, None))
        assert row["value_text_zh"] == promise.words
        assert promise.quote in row["quote"]


def test_the_quotes_stand_at_their_offsets(loaded: sa.Engine, page_text: Path) -> None:
    text = body_of_page(page_text.read_text(encoding="utf-8"))
    assert len(text) == 4911
    for table in ("target", "deliverable", "participation", "erratum"):
        for row in state(loaded, table, RELEASE).values():
            quote = row["printed_zh"] if table == "erratum" else row["quote"]
            assert text[row["quote_start"] : row["quote_end"]] == quote
            assert len(quote) <= 20


def test_counts_by_status_and_commitment(loaded: sa.Engine) -> None:
    rows = state(loaded, "target", RELEASE).values()
    statuses = [row["value_status"] for row in rows]
    assert {status: statuses.count(status) for status in set(statuses)} == {
        "stated": 16,
        "implied": 1,
        "redacted": 8,
        "unquantified": 2,
    }
    assert sum(row["commitment"] == "strive" for row in rows) == 6


def test_areas_and_tasks(loaded: sa.Engine) -> None:
    tasks = state(loaded, "task", RELEASE)
    assert len(state(loaded, "area", RELEASE)) == 7
    for area, numbers in TASKS_OF_AREAS.items():
        for number in numbers:
            assert tasks[f"xxjyj-2023-t{number}"]["area"] == f"xxjyj-2023-a{area}"
    assert len(tasks) == 24
    incomplete = [code for code, row in tasks.items() if not row["text_complete"]]
    assert incomplete == ["xxjyj-2023-t24"]
    assert not any(row["responsibility_stated"] for row in tasks.values())
    misprinted = tasks["xxjyj-2023-t19"]
    assert misprinted["title_zh"] == "推动重大任务落实落地"
    assert misprinted["title_printed_zh"] == "推动重大任务落实落她"


def test_the_plan_says_that_its_text_is_not_whole(loaded: sa.Engine) -> None:
    (row,) = state(loaded, "plan", RELEASE).values()
    assert not row["text_complete"]
    assert row["text_gap_zh"].startswith("所据预览本在第24项任务第二句的首字之后中断")
    (document,) = state(loaded, "document", RELEASE).values()
    assert (document["copy"], document["body_characters"]) == ("third_party", 4911)
    assert document["body_sha256"] == (
        "9bce34f65732a66ae86b40d4223614f937f8d334a20dcfed78b8a5e53ecdedae"
    )


def test_the_twelve_documents(loaded: sa.Engine) -> None:
    rows = sorted(state(loaded, "deliverable", RELEASE).values(), key=lambda r: r["quote_start"])
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(int(row["task"].rsplit("t", 1)[1]), []).append(row["title_zh"])
        assert row["outcome"] == "no_result"
    assert found == DOCUMENTS


def test_no_body_leads_and_none_is_the_issuer_of_a_task(loaded: sa.Engine) -> None:
    rows = state(loaded, "participation", RELEASE).values()
    assert {row["role"] for row in rows} <= {
        "implementer", "participant", "partner", "beneficiary", "to_be_established", "mentioned",
    }  # fmt: skip
    assert "xxjyj" not in {row["body"] for row in rows}
    assert {row["task"] for row in rows if row["body"] == "kindergartens"} >= {"xxjyj-2023-t7"}


def test_the_damaged_places(loaded: sa.Engine) -> None:
    rows = state(loaded, "erratum", RELEASE)
    assert sorted(int(code.rsplit("e", 1)[1]) for code in rows) == list(range(1, len(rows) + 1))
    lost = rows["xxjyj-2023-e10"]
    assert (lost["kind"], lost["printed_zh"]) == ("lost_dash", "20232025年")
    assert (lost["reading_zh"], lost["certainty"]) == ("2023—2025年", "near_certain")
    kinds = [row["kind"] for row in rows.values()]
    assert kinds.count("masked_number") == 8
    assert kinds.count("converted_mask") == 2
    assert kinds.count("truncated") == 1


def test_the_schema_is_in_step(seed: Path, raw: dict[str, Any]) -> None:
    kept = json.loads(seed.with_name("plan.schema.json").read_text(encoding="utf-8"))
    assert kept == plan_schema()
    jsonschema.Draft202012Validator.check_schema(kept)
    jsonschema.Draft202012Validator(kept).validate(raw)


def prose(raw: Any, path: str = "") -> list[tuple[str, str]]:
    """Every text of ours, with its place: all but quotes and what is printed."""
    if isinstance(raw, dict):
        parts = [(f"{path}.{key}", value) for key, value in raw.items()]
    elif isinstance(raw, list):
        parts = [(f"{path}[{place}]", value) for place, value in enumerate(raw)]
    else:
        return [(path, raw)] if isinstance(raw, str) else []
    return [found for place, value in parts for found in prose(value, place)]


def test_nothing_of_ours_unmasks_the_city(raw: dict[str, Any]) -> None:
    ours = [
        (path, text)
        for path, text in prose(raw)
        if not re.search(r"\.(quote|printed_zh)$|^\.document\.relations", path)
    ]
    assert len(ours) > 400
    names = re.compile("甬|宁波|ningbo|yongjiang|浙江|zhejiang|镇海|奉化|效实", re.IGNORECASE)
    assert [(path, text) for path, text in ours if names.search(text)] == []


def test_summaries_are_our_own_words(raw: dict[str, Any], page_text: Path) -> None:
    """No run of more than 20 characters of the text; names and titles are exempt."""
    text = body_of_page(page_text.read_text(encoding="utf-8"))
    plain = unicodedata.normalize("NFKC", text)
    named = {title for titles in DOCUMENTS.values() for title in titles}
    named |= {title.removeprefix("XX市") for title in named}
    named |= {body["name_zh"] for body in raw["bodies"]}
    names = re.compile("|".join(map(re.escape, sorted(named, key=len, reverse=True))))
    for path, summary in prose(raw):
        if not path.endswith((".summary_zh", ".definition_zh", ".note_zh", ".open_zh")):
            continue
        words = unicodedata.normalize("NFKC", names.sub("|", summary))
        for start in range(len(words) - 20):
            assert words[start : start + 21] not in plain, path


def test_both_languages_are_always_there(raw: dict[str, Any]) -> None:
    names = {path for path, _ in prose(raw)}
    chinese = [path for path in names if path.endswith("_zh")]
    alone = ("quote", "printed_zh", "reading_zh", "section_zh", "verb_zh", "title_printed_zh")
    for path in chinese:
        if not path.endswith(alone):
            assert path.removesuffix("zh") + "en" in names, path
