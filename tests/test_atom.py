"""The feed of changes: valid by RFC 4287, read by feedparser, true to the rows of the log."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import feedparser
import httpx
import pytest

from app.db import Readers, closing, snapshot
from app.formats.base import Answer
from app.query import fetch, state_of_release
from app.resources import CHANGES
from tests.requests_made import fill, rich_database
from tests.serving import serving

ATOM = CHANGES.formats["atom"]
BASE = "https://data.example.org"
A = "{http://www.w3.org/2005/Atom}"
ATTRIBUTION = "要点（Yaodian）第3版，CC BY 4.0"

VALUE = {
    "release": 3,
    "released_at": "2026-12-08T02:00:00.000Z",
    "cause": "correction",
    "material": True,
    "action": "changed",
    "resource": "observations",
    "code": "xxjyj-public-kindergarten-share-2023-summary",
    "plan": "xxjyj-2023",
    "name_zh": "公办幼儿园在园幼儿占比",
    "name_en": "Share of kindergarten children in public kindergartens",
    "field": "value",
    "before": 61.2,
    "after": 61.8,
    "note_zh": "录入时抄错，原件为61.8%。",
    "note_en": "Copying error.",
    "by": None,
}
"""The change that the examples show."""

WHOLE = {"field": None, "before": None, "after": None}


def feed(
    changes: Sequence[dict[str, Any]],
    asked: str = "/v1/changes.atom",
    following: str | None = None,
    **meta: Any,
) -> bytes:
    told = {
        "released_at": "2026-12-08T02:00:00.000Z",
        "as_of": None,
        "attribution_zh": ATTRIBUTION,
        "attribution_en": "Yaodian, release 3; CC BY 4.0",
    }
    rows = [tuple(change[column.name] for column in CHANGES.columns) for change in changes]
    links = {"self": asked, "next": following}
    return ATOM.write(Answer(CHANGES.columns, rows, told | meta, links, base=BASE))


# --- the rules of RFC 4287, apart from the code that writes ---

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
IRI = re.compile(r"https?://[^\s<>\"{}|\\^`/]+/[^\s<>\"{}|\\^`]*")
FEED = {"id", "title", "updated", "author", "rights", "link", "entry"}
ENTRY = {"id", "title", "updated", "link", "category", "content"}


def checked(written: bytes) -> Element:
    """The root of a feed that keeps the rules."""
    root = ElementTree.fromstring(written)
    assert root.tag == f"{A}feed"
    entries = root.findall(f"{A}entry")
    for element, allowed in [(root, FEED), *((entry, ENTRY) for entry in entries)]:
        counted = Counter(child.tag.removeprefix(A) for child in element)
        assert set(counted) <= allowed
        assert all(counted[name] == 1 for name in ("id", "title", "updated"))
        assert IRI.fullmatch(text_of(element, "id"))
        assert DATE.fullmatch(text_of(element, "updated"))
        assert datetime.fromisoformat(text_of(element, "updated")).tzinfo
        links = [child.attrib for child in element.findall(f"{A}link")]
        assert all(IRI.fullmatch(link["href"]) for link in links)
        assert all(("type" in link) == (link["rel"] != "alternate") for link in links)
        assert [link["rel"] for link in links].count("alternate") == 1
        assert all(IRI.fullmatch(c.attrib["scheme"]) for c in element.findall(f"{A}category"))
    assert root.findtext(f"{A}author/{A}name") == "Yaodian 要点", "of every entry too"
    assert len(root.findall(f"{A}author")) == 1
    assert len({text_of(entry, "id") for entry in entries}) == len(entries)
    assert all(len(entry.findall(f"{A}content")) == 1 for entry in entries)
    return root


def text_of(element: Element, name: str) -> str:
    found = element.find(f"{A}{name}")
    assert found is not None
    assert not list(found), "text, not markup"
    return found.text or ""


def read(written: bytes) -> Any:
    """The feed as feedparser reads it, once the rules are checked."""
    checked(written)
    found = feedparser.parse(written, response_headers={"content-type": ATOM.content_type})
    assert found.bozo is False, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


# --- one entry ---


def test_a_changed_figure() -> None:
    (entry,) = read(feed([VALUE])).entries
    row = f"{BASE}/v1/observations/xxjyj-public-kindergarten-share-2023-summary?release=3"
    assert entry.id == f"{row}#changed-value"
    assert entry.link == row
    assert entry.title == "公办幼儿园在园幼儿占比：数值 61.2 → 61.8（我方更正）"
    assert entry.updated == "2026-12-08T02:00:00.000Z"
    assert entry.updated_parsed[:6] == (2026, 12, 8, 2, 0, 0)
    assert [(tag.term, tag.label) for tag in entry.tags] == [
        ("correction", "我方更正 / our mistake, corrected"),
        ("changed", "更改 / changed"),
        ("observations", "observations"),
    ]
    (content,) = entry.content
    assert content.type == "text/plain"
    assert content.value == (
        "第3版（2026-12-08）更改“公办幼儿园在园幼儿占比”（observations，"
        "xxjyj-public-kindergarten-share-2023-summary）：数值（value）61.2 → 61.8。原因：我方更正。"
        "说明：录入时抄错，原件为61.8%。\n"
        "Release 3 (2026-12-08) changed “Share of kindergarten children in public kindergartens” "
        "(observations, xxjyj-public-kindergarten-share-2023-summary): value 61.2 → 61.8. "
        "Cause: our mistake, corrected. Note: Copying error."
    )


def test_whole_rows() -> None:
    added = VALUE | WHOLE | {"action": "added", "cause": "new_data", "note_zh": None, "by": "处室"}
    added |= {"after": "61.2%"}
    removed = VALUE | WHOLE | {"action": "removed", "cause": "retraction", "note_en": None}
    removed |= {"before": "61.8%"}
    came, went = read(feed([added, removed])).entries
    assert came.title == "公办幼儿园在园幼儿占比：新增 61.2%（新数据）"
    assert went.title == "公办幼儿园在园幼儿占比：移除 61.8%（撤回）"
    assert "-2023-summary）：61.2%。原因：新数据。" in came.content[0].value
    assert "-2023-summary): 61.8%. Cause: withdrawn." in went.content[0].value
    row = f"{BASE}/v1/observations/xxjyj-public-kindergarten-share-2023-summary"
    assert (came.id, came.link) == (f"{row}?release=3#added", f"{row}?release=3")
    assert (went.id, went.link) == (f"{row}?release=3#removed", f"{row}?release=2")
    assert "说明：Copying error.经办单位：处室。\n" in came.content[0].value
    assert came.content[0].value.endswith(" Note: Copying error. By: 处室.")
    assert went.content[0].value.endswith(" Note: 录入时抄错，原件为61.8%。")


def test_a_relation_of_a_document_stands_inside_it() -> None:
    """It has neither a name nor an address of its own."""
    relation = VALUE | {
        "resource": "documents",
        "code": "xxjyj-2023-doc-likely-original",
        "name_zh": None,
        "name_en": None,
        "field": "relation",
        "before": "likely-original",
        "after": "original",
    }
    changed, removed = read(feed([relation, relation | WHOLE | {"action": "removed"}])).entries
    assert changed.title == ("xxjyj-2023-doc-likely-original：关系 很可能是原件 → 原件（我方更正）")
    assert changed.id == (
        f"{BASE}/v1/documents/xxjyj-2023-doc-likely-original?release=3#changed-relation"
    )
    inside = f"{BASE}/v1/documents?plan=xxjyj-2023&include=relations&release="
    assert (changed.link, removed.link) == (f"{inside}3", f"{inside}2")
    assert "“xxjyj-2023-doc-likely-original”" in changed.content[0].value


VALUES = [
    (None, 12, "无 → 12"),
    (60, None, "60 → 无"),
    (False, True, "否 → 是"),
    ("", "力争", " → 力争"),
    ("<b>&amp;", "\"'𠮷]]>", "<b>&amp; → \"'𠮷]]>"),
    (1e-07, [1, "甲"], '1e-7 → [1,"甲"]'),
]


def test_values_as_they_stand() -> None:
    changes = [
        VALUE | {"before": before, "after": after, "field": f"f{place}"}
        for place, (before, after, _) in enumerate(VALUES)
    ]
    entries = checked(feed(changes)).findall(f"{A}entry")
    for place, (entry, (_, _, shown)) in enumerate(zip(entries, VALUES, strict=True)):
        assert text_of(entry, "title") == f"公办幼儿园在园幼儿占比：f{place} {shown}（我方更正）"
        assert f"f{place}（f{place}）{shown}。原因" in text_of(entry, "content")
    assert [entry.title for entry in read(feed(changes)).entries] == [
        text_of(entry, "title") for entry in entries
    ]


def test_long_texts_are_cut_in_the_title_only() -> None:
    before, after = "甲" * 41, "乙" * 40
    (entry,) = read(feed([VALUE | {"before": before, "after": after, "field": "note_zh"}])).entries
    assert entry.title == (f"公办幼儿园在园幼儿占比：说明 {'甲' * 39}… → {'乙' * 40}（我方更正）")
    assert f"说明（note_zh）{before} → {after}。" in entry.content[0].value


def test_what_xml_cannot_carry_is_left_out() -> None:
    nasty = "a\x00b\x07c\x1fd\ufffee\ud800f\tg"
    (entry,) = read(feed([VALUE | {"after": nasty, "name_zh": "<&>\x01\"'𠮷"}])).entries
    assert entry.title == "<&>\"'𠮷：数值 61.2 → abcdef\tg（我方更正）"


def test_words_for_what_a_program_calls_otherwise() -> None:
    hedge = VALUE | {"resource": "targets", "field": "commitment", "before": "firm"}
    fate = VALUE | {"resource": "deliverables", "field": "outcome", "before": "no_result"}
    area = VALUE | {"resource": "areas", "action": "added"} | WHOLE
    entries = read(feed([hedge | {"after": "strive"}, fate | {"after": "issued"}, area])).entries
    assert [entry.title.removeprefix("公办幼儿园在园幼儿占比：") for entry in entries] == [
        "承诺程度 明确承诺 → 力争（我方更正）",
        "结果 本服务未收录结果 → 已印发（我方更正）",
        "新增（我方更正）",
    ]
    assert "承诺程度（commitment）明确承诺 → 力争。" in entries[0].content[0].value
    assert ": commitment firm → strive. Cause" in entries[0].content[0].value


# --- the feed ---


def test_the_feed_itself() -> None:
    older = VALUE | {"release": 2, "released_at": "2026-12-01T02:00:00.000Z"}
    found = read(feed([older, VALUE], released_at="2027-01-01T00:00:00.000Z")).feed
    assert found.id == f"{BASE}/v1/changes"
    assert found.title == "要点（Yaodian）：数据改动 / Yaodian: changes of the data"
    assert found.updated == "2026-12-08T02:00:00.000Z", "of the newest change"
    assert found.author == "Yaodian 要点"
    assert found.rights == f"{ATTRIBUTION} / Yaodian, release 3; CC BY 4.0"
    assert found.link == f"{BASE}/v1/changes"
    links = [(link.rel, link.href) for link in found.links]
    assert ("self", f"{BASE}/v1/changes.atom") in links


def link(written: bytes, rel: str) -> str | None:
    found = checked(written).find(f"{A}link[@rel='{rel}']")
    return None if found is None else found.attrib["href"]


PLAIN = "/v1/changes?material=true&plan=xxjyj-2023"
ASKED = "/v1/changes.atom?material=true&plan=xxjyj-2023"


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        (ASKED, ASKED),
        (f"{ASKED}&limit=7", f"{ASKED}&limit=7"),
        (f"{ASKED}&cursor=WzEsIng", f"{ASKED}&cursor=WzEsIng"),
        (f"{PLAIN}&format=atom", f"{PLAIN}&format=atom"),
        (PLAIN, ASKED),
    ],
)
def test_one_question_is_one_feed(asked: str, own: str) -> None:
    """However it is spelled and whatever the page: readers must not see it as another feed.

    Where Accept alone chose the form, `self` has the suffix: who comes back gets a feed again.
    """
    written = feed([VALUE], asked)
    address = f"{BASE}{PLAIN}"
    assert read(written).feed.id == address
    assert link(written, "alternate") == address
    assert link(written, "self") == BASE + own


def test_another_question_is_another_feed() -> None:
    asked = ["", "?material=true", "?material=false", "?release=3", "?plan=a&plan=b", "?code=a"]
    ids = [read(feed([VALUE], f"/v1/changes.atom{query}")).feed.id for query in asked]
    assert ids == [f"{BASE}/v1/changes{query}" for query in asked]


def test_pages_follow_one_another() -> None:
    following = "/v1/changes.atom?limit=1&cursor=WzEsIng"
    assert link(feed([VALUE], following=following), "next") == BASE + following
    assert link(feed([VALUE]), "next") is None


@pytest.mark.parametrize(
    ("as_of", "updated"),
    [
        ("2020-01-01", "2020-01-01T00:00:00+00:00"),
        ("2020-01-01T08:00:00+08:00", "2020-01-01T08:00:00+08:00"),
        ("2020-01-01T08:00Z", "2020-01-01T08:00:00+00:00"),
    ],
)
def test_an_empty_feed_is_valid_too(as_of: str, updated: str) -> None:
    assert read(feed([])).feed.updated == "2026-12-08T02:00:00.000Z"
    before = read(feed([], "/v1/changes.atom?as_of=x", released_at=None, as_of=as_of))
    assert (before.entries, before.feed.updated) == ([], updated)


def test_a_feed_is_the_same_every_time() -> None:
    assert feed([VALUE, VALUE | WHOLE]) == feed([VALUE, VALUE | WHOLE])
    assert feed([VALUE]).startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<feed ")


# --- the log of a database ---


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def rich_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database with seven releases: plans, changes, results, a retraction."""
    folder: Path = tmp_path_factory.mktemp("feeds")
    with rich_database(request, folder, request.param) as url:
        fill(url, folder)
        yield url


def logged(url: str) -> Answer:
    """The whole log, as the service gives it to a format."""
    zone = ZoneInfo("Asia/Shanghai")
    with closing(Readers(url)) as engine, snapshot(engine) as opened:
        params = CHANGES.params.model_validate({"limit": 1000})
        page = fetch(opened, CHANGES, params, state_of_release(opened, None), zone)
        assert page.cursor is None
    meta = {"attribution_zh": "", "attribution_en": "", "released_at": None, "as_of": None}
    links = {"self": "/v1/changes.atom?limit=1000", "next": None}
    return Answer(page.columns, page.rows, meta, links, base=BASE)


def test_every_entry_leads_to_its_row(rich_url: str) -> None:
    """The row stands at the address of the entry and says what the entry says."""
    answer = logged(rich_url)
    entries = read(ATOM.write(answer)).entries
    rows = [
        dict(zip([column.name for column in answer.columns], row, strict=True))
        for row in answer.rows
    ]
    assert len(entries) == len(rows) > 300
    kinds = Counter((row["action"], row["resource"]) for row in rows)
    assert kinds["removed", "observations"] == 1
    assert kinds["added", "targets"] > 27
    assert sum(row["name_zh"] is None for row in rows) == 1, "the relation of the bundled plan"
    with serving(rich_url) as client:
        for entry, row in zip(entries, rows, strict=True):
            found = shown_at(client, entry.link.removeprefix(BASE), row)
            if row["field"]:
                assert found[row["field"]] == row["after"]


def shown_at(client: httpx.Client, address: str, row: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    if isinstance(data, list):
        (document,) = data
        if row["code"] == document["code"]:
            return dict(document)
        (relation,) = document["relations"]
        assert row["code"] == f"{document['code']}-{relation['relation']}"
        return dict(relation)
    assert data["code"] == row["code"]
    return dict(data)
