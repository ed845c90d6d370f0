"""Citations are read by the tools of others and name what they quote, whence and since when."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import sqlalchemy as sa
from bibtexparser.middlewares import LatexDecodingMiddleware
from citeproc import Citation as Cited
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string
from pybtex.richtext import Text
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from app.catalogue.citations import citations_of
from app.db import Readers, Snapshot, closing, snapshot
from app.formats.base import Answer
from app.formats.citation import BIBTEX, CSL_JSON, GBT7714, Citation, plain
from app.models.choices import Cause
from app.publish.scope import Change
from app.query import Resource
from app.query.state import state_of_release
from app.resources import INDICATORS, OBSERVATIONS, PLANS, TARGETS
from tests.plans import body, indicator, plan, target, task
from tests.requests_made import observation, publish, write

BASE = "https://data.example.org"

SHARE = Citation(
    code="xxjyj-2023-public-kindergarten-share",
    path="/v1/targets/xxjyj-2023-public-kindergarten-share?release=3",
    release=3,
    released_on=date(2026, 12, 8),
    title_zh="公办幼儿园在园幼儿占比：达到60%",
    title_en="Share of kindergarten children in public kindergartens: reach 60%",
    source_zh="据《XX市教育局2023年工作要点》第三方预览本整理，非该局发布",
    source_en="Compiled from a third-party preview of “Key Points”, not published by the bureau",
    publisher="某文库网（用户上传）",
)

NASTY = [
    "50% & more: $5 #1 a_b ~x ^y",
    "{open and close}",
    "} { {",
    "\\textbf{no} \\ and \\",
    "<b>&amp;</b> \"quoted\" 'so' @misc{x, y = 1}, = #",
    "𠮷田学校：达到60%",
    "\x00a\x07b\x1fc\x7f",
    "一\r\n二\t三\u2028四",
    "五 \x00 六",
]


def answer(citations: Sequence[Citation]) -> Answer:
    return Answer([], [], {}, {}, base=BASE, citations=citations)


def named(title: str, place: int = 0) -> Citation:
    """A citation of something with this title, without a source."""
    return Citation(f"aa-{place}", f"/v1/x/aa-{place}", 1, date(2026, 5, 1), title, title)


# --- GB/T 7714 ---


def references(citations: Sequence[Citation]) -> list[str]:
    text = GBT7714.write(answer(citations)).decode()
    assert text.endswith("\n") or not text
    return text.split("\n")[:-1]


def test_a_reference_by_the_standard() -> None:
    assert references([SHARE]) == [
        "要点（Yaodian）. 公办幼儿园在园幼儿占比：达到60%：第3版，据《XX市教育局2023年工作要点》"
        "第三方预览本整理，非该局发布，CC BY 4.0[DS/OL]. (2026-12-08). "
        "https://data.example.org/v1/targets/xxjyj-2023-public-kindergarten-share?release=3"
    ]
    assert references([named("指标")]) == [
        "要点（Yaodian）. 指标：第1版，CC BY 4.0[DS/OL]. (2026-05-01). "
        "https://data.example.org/v1/x/aa-0"
    ]
    assert GBT7714.content_type == "text/plain; charset=utf-8"
    assert references([]) == []


def test_each_reference_is_one_line() -> None:
    found = references([named(title, place) for place, title in enumerate(NASTY)])
    assert len(found) == len(NASTY)
    assert found[0].startswith("要点（Yaodian）. 50% & more: $5 #1 a_b ~x ^y：第1版，")
    assert found[6].startswith("要点（Yaodian）. ab c：第1版，")
    assert found[7].startswith("要点（Yaodian）. 一 二 三 四：第1版，")
    assert found[8].startswith("要点（Yaodian）. 五 六：第1版，")
    assert not re.search(r"[\x00-\x1f\x7f]", "".join(found))


# --- BibTeX ---


def bibtex(citations: Sequence[Citation]) -> str:
    return BIBTEX.write(answer(citations)).decode()


def latex_decoder() -> LatexNodes2Text:
    """pylatexenc, with three of LaTeX's own text commands that it does not know or takes amiss."""
    known = get_default_latex_context_db()
    meant = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    more = [MacroTextSpec(name, character) for name, character in meant.items()]
    known.add_context_category("text commands", prepend=True, macros=more)
    return LatexNodes2Text(latex_context=known)


COMMANDS = {
    "textbackslash{}": "\\",
    "textbraceleft{}": "{",
    "textbraceright{}": "}",
    "textasciitilde{}": "~",
    "textasciicircum{}": "^",
    **{special: special for special in "&%$#_"},
}


def unescaped(latex: str) -> str:
    """A field with every command replaced by the character that it prints."""
    commands = "|".join(map(re.escape, COMMANDS))
    return re.sub(rf"\\({commands})", lambda found: COMMANDS[found[1]], latex)


def decoded(text: str) -> list[dict[str, str]]:
    """The entries as bibtexparser reads them, LaTeX turned into text, braces of one's own gone."""
    latex = LatexDecodingMiddleware(decoder=latex_decoder())
    library = bibtexparser.parse_string(text, append_middleware=[latex])
    assert library.failed_blocks == []
    return [
        {"key": entry.key, "type": entry.entry_type, **{f.key: f.value for f in entry.fields}}
        for entry in library.entries
    ]


def test_bibtexparser_reads_an_entry() -> None:
    address = f"{BASE}/v1/targets/xxjyj-2023-public-kindergarten-share?release=3"
    assert decoded(bibtex([SHARE])) == [
        {
            "key": "xxjyj-2023-public-kindergarten-share-r3",
            "type": "misc",
            "author": "Yaodian 要点",
            "title": "公办幼儿园在园幼儿占比：达到60%",
            "titleaddon": "Share of kindergarten children in public kindergartens: reach 60%",
            "howpublished": "Data set, release 3 of 2026-12-08, CC BY 4.0",
            "year": "2026",
            "month": "dec",
            "url": address,
            "note": "据《XX市教育局2023年工作要点》第三方预览本整理，非该局发布。所据副本的发布者："
            "某文库网（用户上传）。 Compiled from a third-party preview of “Key Points”, not "
            "published by the bureau. Copy published by 某文库网（用户上传）.",
        }
    ]
    assert decoded(bibtex([])) == []


def test_pybtex_reads_an_entry() -> None:
    found = parse_string(bibtex([SHARE, named("XX市A")]), "bibtex").entries
    entry = found["xxjyj-2023-public-kindergarten-share-r3"]
    assert entry.type == "misc"
    assert [str(person) for person in entry.persons["author"]] == ["{Yaodian 要点}"]
    assert str(Text.from_latex(entry.fields["title"])) == SHARE.title_zh
    assert (entry.fields["year"], entry.fields["month"]) == ("2026", "December")
    assert entry.fields["url"].endswith("-share?release=3")
    other = Text.from_latex(found["aa-0-r1"].fields["title"])
    assert str(other.lower()) == "XX市A", "styles write titles in lower case, names stay"
    assert "note" not in found["aa-0-r1"].fields


def test_nasty_names_in_bibtex() -> None:
    written = bibtex([named(title, place) for place, title in enumerate(NASTY)])
    assert [entry["title"] for entry in decoded(written)] == [plain(title) for title in NASTY]
    titles = [entry.fields["title"] for entry in parse_string(written, "bibtex").entries.values()]
    assert [unescaped(title[1:-1]) for title in titles] == [plain(title) for title in NASTY]
    assert {title[0] + title[-1] for title in titles} == {"{}"}


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet='\\{}&%$#_^~"<>@,=() aA1中𠮷\x00\n', min_size=1, max_size=12))
def test_any_name_in_bibtex(title: str) -> None:
    written = bibtex([named(f"甲{title}乙")])
    (entry,) = decoded(written)
    assert entry["title"] == plain(f"甲{title}乙")
    (other,) = parse_string(written, "bibtex").entries.values()
    assert unescaped(other.fields["title"]) == f"{{{plain(f'甲{title}乙')}}}"


# --- CSL-JSON ---


def items(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(CSL_JSON.write(answer(citations)))
    return found


def rendered(found: list[dict[str, Any]]) -> list[str]:
    """The bibliography as citeproc-py makes it in the style that it brings along."""
    source = CiteProcJSON(found)
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    made = CitationStylesBibliography(style, source, formatter.plain)
    for item in found:
        made.register(Cited([CitationItem(item["id"])]))
    return [str(entry) for entry in made.bibliography()]


def test_an_item_of_csl_json() -> None:
    assert items([SHARE]) == [
        {
            "id": "xxjyj-2023-public-kindergarten-share-r3",
            "type": "dataset",
            "title": "公办幼儿园在园幼儿占比：达到60%：据《XX市教育局2023年工作要点》第三方预览本"
            "整理，非该局发布",
            "title-short": "公办幼儿园在园幼儿占比：达到60%",
            "author": [{"literal": "Yaodian 要点"}],
            "publisher": "Yaodian 要点",
            "issued": {"date-parts": [[2026, 12, 8]]},
            "version": "3",
            "number": "xxjyj-2023-public-kindergarten-share",
            "URL": f"{BASE}/v1/targets/xxjyj-2023-public-kindergarten-share?release=3",
            "language": "zh-CN",
            "note": "Share of kindergarten children in public kindergartens: reach 60%. "
            "据《XX市教育局2023年工作要点》第三方预览本整理，非该局发布。所据副本的发布者："
            "某文库网（用户上传）。 Compiled from a third-party preview of “Key Points”, not "
            "published by the bureau. Copy published by 某文库网（用户上传）. CC BY 4.0.",
        }
    ]
    assert items([]) == []


def test_citeproc_prints_a_reference() -> None:
    (printed,) = rendered(items([SHARE]))
    assert printed.startswith("Yaodian 要点 (2026) ")
    assert "公办幼儿园在园幼儿占比：达到60%：据《XX市教育局2023年工作要点》第三方预览本" in printed
    assert f"{BASE}/v1/targets/xxjyj-2023-public-kindergarten-share?release=3" in printed


def test_nasty_names_in_csl_json() -> None:
    found = items([named(title, place) for place, title in enumerate(NASTY)])
    assert [item["title"] for item in found] == [plain(title) for title in NASTY]
    assert len(rendered(found)) == len(NASTY)


# --- what is quoted, from a database ---


@dataclass(frozen=True)
class Counting(Snapshot):
    """A snapshot that counts its statements."""

    statements: list[str] = field(default_factory=list)

    def rows(self, sql: str, values: Any) -> list[tuple[Any, ...]]:
        self.statements.append(sql)
        return super().rows(sql, values)


def cited(
    url: str, resource: Resource, codes: Sequence[str], release: int | None = None
) -> list[Citation]:
    """Citations of some rows, of which only the code is known; at most three statements."""
    with closing(Readers(url)) as engine, snapshot(engine) as opened:
        counting = Counting(opened.connection, opened.dialect)
        state = state_of_release(opened, release)
        columns = [resource.column["code"]]
        found = citations_of(counting, resource, columns, [(code,) for code in codes], state)
        assert len(counting.statements) <= 3
        return found


def codes_of(url: str, table: str) -> list[str]:
    with closing(Readers(url)) as engine, snapshot(engine) as opened:
        return [row[0] for row in opened.rows(f"SELECT code FROM {table} ORDER BY code DESC", [])]


THIRD_PARTY = "据《XX市教育局2023年工作要点》第三方预览本整理，非该局发布"


def test_a_plan(published_url: str) -> None:
    (found,) = cited(published_url, PLANS, ["xxjyj-2023"])
    assert found.title_zh == "XX市教育局2023年工作要点"
    assert found.title_en == "Key Work Points 2023 of the Education Bureau of XX City"
    assert found.path == "/v1/plans/xxjyj-2023?release=1"
    assert found.source_zh == THIRD_PARTY
    assert found.source_en == (
        "Compiled from a third-party preview of “Key Work Points 2023 of the Education Bureau of "
        "XX City”, not published by the bureau"
    )
    assert found.publisher == "第一文库网（文档分享网站，用户上传）"
    assert found.key == "xxjyj-2023-r1"


def test_all_targets_and_indicators_of_the_plan(published_url: str) -> None:
    """Whole lists, in their order, each with the copy that it rests on, read by every tool."""
    for resource, table in ((TARGETS, "target"), (INDICATORS, "indicator")):
        codes = codes_of(published_url, table)
        found = cited(published_url, resource, codes)
        assert [citation.code for citation in found] == codes
        assert len(codes) == 27
        assert {citation.source_zh for citation in found} == {THIRD_PARTY}
        lines = references(found)
        assert all(THIRD_PARTY in line and "?release=1" in line for line in lines)
        entries = decoded(bibtex(found))
        assert [entry["title"] for entry in entries] == [c.title_zh for c in found]
        assert all(THIRD_PARTY in entry["note"] for entry in entries)
        assert len(parse_string(bibtex(found), "bibtex").entries) == 27
        printed = rendered(items(found))
        assert len(printed) == 27
        assert all("第三方预览本整理，非该局发布" in entry for entry in printed)


def test_a_target_and_an_indicator(published_url: str) -> None:
    (found,) = cited(published_url, TARGETS, ["xxjyj-2023-public-kindergarten-share"], 1)
    assert found.title_zh == "公办幼儿园在园幼儿占比：达到60%"
    assert found.title_en == "Share of kindergarten children in public kindergartens: reach 60%"
    assert found.path == "/v1/targets/xxjyj-2023-public-kindergarten-share?release=1"
    (masked,) = cited(published_url, TARGETS, ["xxjyj-2023-new-school-places"])
    assert masked.title_zh.endswith("：XX个（数字在原文中被隐去）")
    assert masked.title_en.endswith(": XX (number masked in the source)")
    (found,) = cited(published_url, INDICATORS, ["xxjyj-public-kindergarten-share"])
    assert found.title_zh == "公办幼儿园在园幼儿占比"
    assert found.path == "/v1/indicators/xxjyj-public-kindergarten-share?release=1"


def test_the_day_is_that_of_the_release(published_url: str) -> None:
    (found,) = cited(published_url, PLANS, ["xxjyj-2023"])
    with closing(Readers(published_url)) as engine, snapshot(engine) as o:
        ((time,),) = o.rows("SELECT time FROM release", [])
    assert found.released_on.isoformat() == time[:10]
    assert f"({time[:10]}). " in references([found])[0]


def test_nothing_is_quoted_of_nothing(published_url: str) -> None:
    for resource in (PLANS, INDICATORS, TARGETS, OBSERVATIONS):
        assert cited(published_url, resource, []) == []


COPIES = [
    ("third_party", "据《计划aa-2024》第三方预览本整理，非该局发布"),
    ("official_copy", "据《计划aa-2024》官方副本整理，非该局发布"),
    ("original", "据《计划aa-2024》整理"),
]
"""Copies in the order in which they come to hand, and what is then said of them."""


@pytest.fixture
def two_years(engine: sa.Engine, url: str, tmp_path: Path) -> str:
    """A plan from ever better copies (releases 1 to 3), results (4), a promise withdrawn (5)."""
    for copy, _ in COPIES:
        raw = plan(
            "aa-2024",
            [task(1, [target("x", 60), target("y", 7)])],
            [body("aa")],
            [indicator("x"), indicator("y")],
        )
        raw["document"] |= {"copy": copy, "title_en": None if copy == "original" else "Plan"}
        publish(engine, tmp_path, raw, None if copy == "third_party" else Cause.BETTER_SOURCE)
    results = [
        observation("aa-x", 2024, source_title="2024年工作总结", source_date=date(2025, 1, 30)),
        observation("aa-y", 2024, source_title="关于《总结》的说明", period="2024-H1"),
        observation("aa-y", 2023, source_title="《公报》"),
    ]
    write(engine, {"observation": Change(added=results)}, Cause.NEW_DATA)
    raw["areas"][0]["tasks"] = [task(1, [target("x", 60)])]
    publish(engine, tmp_path, raw, Cause.ISSUER_CHANGE)
    return url


def test_each_release_names_the_copy_that_it_rested_on(two_years: str) -> None:
    for release, (_, source) in enumerate(COPIES, 1):
        for resource, code in ((PLANS, "aa-2024"), (TARGETS, "aa-2024-x"), (INDICATORS, "aa-x")):
            (found,) = cited(two_years, resource, [code], release)
            assert (found.source_zh, found.release) == (source, release)
            assert found.path == f"/v1/{resource.name}/{code}?release={release}"
    (first,) = cited(two_years, PLANS, ["aa-2024"], 1)
    (now,) = cited(two_years, PLANS, ["aa-2024"])
    assert first.source_en == (
        "Compiled from a third-party preview of “Plan”, not published by the bureau"
    )
    assert now.source_en == "Compiled from “计划aa-2024”", "its title has no translation"
    assert (first.key, now.key) == ("aa-2024-r1", "aa-2024-r5")


def test_a_result_rests_on_its_own_source(two_years: str) -> None:
    codes = ["aa-y-2024-s", "aa-x-2024-s"]
    y, x = cited(two_years, OBSERVATIONS, codes, 4)
    assert x.title_zh == "指标x：60%（2024）"
    assert x.title_en == "Indicator x: 60% (2024)"
    assert x.source_zh == "据《2024年工作总结》（2025-01-30）整理"
    assert x.source_en == "Compiled from “2024年工作总结” (2025-01-30)"
    assert y.title_zh == "指标y：60%（2024-H1）"
    assert y.source_zh == "据《关于〈总结〉的说明》整理"
    (marked,) = cited(two_years, OBSERVATIONS, ["aa-y-2023-s"])
    assert marked.source_zh == "据《公报》整理"
    assert (x.publisher, x.path) == (None, "/v1/observations/aa-x-2024-s?release=4")


def test_an_indicator_without_a_promise_rests_on_none(two_years: str) -> None:
    y, x = cited(two_years, INDICATORS, ["aa-y", "aa-x"])
    assert (y.source_zh, y.source_en, y.publisher) == (None, None, None)
    assert x.source_zh == "据《计划aa-2024》整理"
    assert references([y])[0].startswith("要点（Yaodian）. 指标y：第5版，CC BY 4.0[DS/OL]. ")
    (before,) = cited(two_years, INDICATORS, ["aa-y"], 4)
    assert before.source_zh == "据《计划aa-2024》整理"


def test_what_is_gone_is_not_quoted(two_years: str) -> None:
    found = cited(two_years, TARGETS, ["aa-2024-y", "aa-2024-x"])
    assert [citation.code for citation in found] == ["aa-2024-x"]
    assert len(cited(two_years, TARGETS, ["aa-2024-y", "aa-2024-x"], 4)) == 2


def share_of(year: int, copy: str) -> dict[str, Any]:
    """A plan of a year that promises something on the same indicator."""
    known = [indicator("x")] if year == 2023 else []
    bodies = [body("aa")] if year == 2023 else []
    raw = plan(f"aa-{year}", [task(1, [target("x", 60)])], bodies, known, year=year)
    raw["document"] |= {"copy": copy, "title_en": None}
    return raw


def test_an_indicator_rests_on_the_documents_of_all_its_promises(
    engine: sa.Engine, url: str, tmp_path: Path
) -> None:
    """A later plan does not wash off that an earlier one is known from a copy only."""
    for year, copy in ((2023, "third_party"), (2024, "original"), (2025, "official_copy")):
        publish(engine, tmp_path, share_of(year, copy))
    (one,), (two,), (three,) = (cited(url, INDICATORS, ["aa-x"], release) for release in (1, 2, 3))
    preview = "据《计划aa-2023》第三方预览本整理，非该局发布"
    assert one.source_zh == preview
    assert two.source_zh == f"据《计划aa-2024》整理；{preview}"
    assert two.source_en == (
        "Compiled from “计划aa-2024”; Compiled from a third-party preview of “计划aa-2023”, "
        "not published by the bureau"
    )
    assert three.source_zh == "据3份文件整理，其中2份为非该局发布的副本"
    assert three.source_en == (
        "Compiled from 3 documents, 2 of them known from copies not published by the bureau"
    )
    (target_2024,) = cited(url, TARGETS, ["aa-2024-x"])
    assert target_2024.source_zh == "据《计划aa-2024》整理"
