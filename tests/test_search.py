"""Search against the token rule, written a second time: naively, character by character."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from app.db import Readers, closing, snapshot
from app.models.choices import Cause
from app.publish.scope import Change
from app.query import Resource, fetch, list_state
from app.resources import OBSERVATIONS, RESOURCES, TASKS
from tests.plans import body, indicator, plan, target, task
from tests.requests_made import RELEASES_MADE, fill, observation, publish, rich_database, write
from tests.serving import serving

Json = dict[str, Any]
Tokens = tuple[str, ...]
Ask = Any

SEARCHED = [resource for resource in RESOURCES if resource.searched]
ZONE = ZoneInfo("Asia/Shanghai")


# --- the rule, once more ---


def tokens(text: str) -> Tokens:
    """NFKC, lower case; one Han character, or one run of Latin letters or digits."""
    found, run = [], ""
    for character in unicodedata.normalize("NFKC", text).lower() + " ":
        if is_latin_or_digit(character):
            run += character
            continue
        if run:
            found.append(run)
            run = ""
        if is_han(character):
            found.append(character)
    return tuple(found)


def is_latin_or_digit(character: str) -> bool:
    name = unicodedata.name(character, "")
    letter = unicodedata.category(character).startswith("L") and name.startswith("LATIN ")
    return letter or character in "0123456789"


def is_han(character: str) -> bool:
    name = unicodedata.name(character, "")
    return name.startswith(("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")) or (
        character in "〇々"
    )


def words(query: str) -> list[Tokens]:
    """The words of a query: between white space; those without a token say nothing."""
    pieces = unicodedata.normalize("NFKC", query).split()
    return [found for found in map(tokens, pieces) if found]


def follow_one_another(word: Tokens, field: Tokens) -> bool:
    return any(field[at : at + len(word)] == word for at in range(len(field) - len(word) + 1))


def matches(query: str, fields: list[Tokens]) -> bool:
    """Whether each word stands in one of the fields of a row."""
    return all(any(follow_one_another(word, field) for field in fields) for word in words(query))


class Everything:
    """What is searched of each row, read from the JSON answers of one release."""

    def __init__(self, client: httpx.Client, release: int | None = None):
        self.fields = {
            resource.name: fields_by_code(client, resource, release) for resource in SEARCHED
        }

    def found(self, resource: Resource, query: str) -> list[str]:
        rows = self.fields[resource.name].items()
        return sorted(code for code, fields in rows if matches(query, fields))


def fields_by_code(
    client: httpx.Client, resource: Resource, release: int | None
) -> dict[str, list[Tokens]]:
    assert resource.searched
    lists = [name for name, _ in resource.searched.nested]
    asked: dict[str, Any] = {"limit": 1000}
    asked |= {"include": ",".join(lists)} if lists else {}
    asked |= {"release": release} if release else {}
    answer = client.get(f"/v1/{resource.name}", params=asked).json()
    assert answer["links"]["next"] is None, "the oracle must see all rows"
    found = {}
    for row in answer["data"]:
        texts = [row[name] for name in (*resource.searched.names, *resource.searched.texts)]
        for name, fields in resource.searched.nested:
            texts += [inner[field] for inner in row[name] for field in fields]
        found[row["code"]] = [tokens(text) for text in texts if text]
    return found


# --- a database with the bundled plan and others ---


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def rich_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database with the bundled plan, other plans, changes and results."""
    folder = tmp_path_factory.mktemp("search")
    with rich_database(request, folder, request.param) as url:
        fill(url, folder)
        yield url


@pytest.fixture(scope="module")
def client(rich_url: str) -> Iterator[httpx.Client]:
    with serving(rich_url) as asked:
        yield asked


@pytest.fixture(scope="module")
def everything(client: httpx.Client) -> Everything:
    return Everything(client)


def codes(client: httpx.Client, resource: Resource, query: str, **more: Any) -> list[str]:
    """The codes that a search finds, in the order of the answer."""
    asked = {"q": query, "fields": "code", "limit": 1000, **more}
    answer = client.get(f"/v1/{resource.name}", params=asked)
    assert answer.status_code == 200, answer.text
    found = [row["code"] for row in answer.json()["data"]]
    assert len(found) == len(set(found)) == answer.json()["meta"]["total"]
    return found


# --- against the oracle ---

OF_THE_ISSUE = ["学位", "托位", "园", "产教融合 高校", "C1C", "２０２３"]

OTHERS = [
    "AI", "ＡＩ", "ai", "Ａi", "training", "train", "TRAINING ai", "推进ai", "进ＡＩ培", "AI教",
    "A I", "学位 托位", "托位　学位", "学 位", "位学", "园园", "学_位", "100%", "%学位%", "'; --",
    "[AI]", "ünïcode", "ÜNÏCODE", "U\u0308NI\u0308CODE", "unicode", "façade", "𠮷", "𠮷田", "田",
    "吉田", "＝SUM", "sum 1", "=1+1", "-5.2", "5 2", "2", "5.2个百分点", "aa-2024-t1", "aa 2024",
    "aa-2024-t", "xxjyj-2023", "教育局", "Education Bureau", "s", "指标 share", "Share second",
    "first", "来源3", "㈠", "①", "十一", "Ⅳ", "bureau's", "市教育局 2023 工作", "来源 普通",
    "园\u0000区",
]  # fmt: skip


def answered(query: str) -> bool:
    return bool(words(query))


@pytest.mark.parametrize("resource", SEARCHED, ids=lambda resource: resource.name)
def test_each_kind_of_row(resource: Resource, client: httpx.Client, everything: Everything) -> None:
    for query in filter(answered, OF_THE_ISSUE + OTHERS):
        assert sorted(codes(client, resource, query)) == everything.found(resource, query), query


@pytest.mark.parametrize(
    ("query", "name", "count"),
    [
        ("学位", "targets", 6),
        ("学位", "indicators", 3),
        ("学位", "bodies", 0),
        ("托位", "targets", 1),
        ("托位", "indicators", 1),
        ("园", "tasks", 8),
        ("园", "targets", 5),
        ("园", "indicators", 6),
        ("园", "bodies", 1),
        ("高校", "tasks", 4),
        ("高校", "bodies", 2),
        ("高校", "targets", 2),
        ("产教融合", "tasks", 2),
        ("产教融合 高校", "tasks", 1),
        ("C1C", "bodies", 1),
        ("C1C", "tasks", 1),
        ("C1C", "participations", 1),
        ("２０２３", "areas", 7),
        ("２０２３", "deliverables", 12),
        ("２０２３", "plans", 1),
    ],
    ids=str,
)
def test_counts_of_the_bundled_plan(
    client: httpx.Client, query: str, name: str, count: int
) -> None:
    """Counted in the plan file itself: Han words as plain substrings, 2023 in every code."""
    (resource,) = (resource for resource in SEARCHED if resource.name == name)
    assert len(codes(client, resource, query, plan="xxjyj-2023")) == count


def test_something_is_found_among_each_kind(everything: Everything) -> None:
    """The comparisons would say little if nothing were ever found, or always all."""
    for resource in SEARCHED:
        rows = len(everything.fields[resource.name])
        counts = [len(everything.found(resource, query)) for query in OF_THE_ISSUE + OTHERS]
        assert any(0 < count < rows for count in counts), resource.name


def test_a_row_with_latin_letters_beside_han(client: httpx.Client) -> None:
    """A run of letters is one token: neither its beginning nor its end is found."""
    both = ["aa-2024-t1", "aa-2024-t2"]
    for query in ("AI", "ＡＩ", "ai", "推进ＡＩ", "Training ai"):
        assert codes(client, TASKS, query) == both, query
    assert codes(client, TASKS, "training", plan="aa-2024") == both
    assert len(codes(client, TASKS, "training")) > 9, "in which AI is not found"
    assert codes(client, TASKS, "ai教育") == both[:1]
    assert codes(client, TASKS, "ai培训") == both[1:]
    for query in ("trai", "raining", "教育ai"):
        assert codes(client, TASKS, query) == [], query


def test_a_word_does_not_reach_from_one_field_into_the_next(
    client: httpx.Client, everything: Everything
) -> None:
    for resource in SEARCHED:
        for code, fields in list(everything.fields[resource.name].items())[:5]:
            for first, second in pairwise(fields):
                query = f"{first[-1]}-{second[0]}"
                found = codes(client, resource, query)
                assert sorted(found) == everything.found(resource, query), (code, query)


def pieces_of_titles(client: httpx.Client) -> dict[str, Resource]:
    """Every piece of one to four characters of every title, and whose it is."""
    found: dict[str, Resource] = {}
    for resource in SEARCHED:
        names = [name for name in resource.column if name in ("title_zh", "title_en")]
        for row in client.get(f"/v1/{resource.name}?limit=1000").json()["data"]:
            for title in filter(None, (row[name] for name in names)):
                for length in (1, 2, 3, 4):
                    for at in range(len(title) - length + 1):
                        found.setdefault(title[at : at + length], resource)
    return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0])))


def test_every_piece_of_every_title(
    client: httpx.Client, rich_url: str, everything: Everything
) -> None:
    """All pieces in one snapshot; a sliding window gives the naive answer at once for all."""
    pieces = pieces_of_titles(client)
    assert len(pieces) > 4000
    index = windows(everything.fields["tasks"])
    hits = 0
    with closing(Readers(rich_url)) as engine, snapshot(engine) as state:
        release = list_state(state, TASKS, TASKS.params(), ZONE)
        for piece in pieces:
            wanted = [index[word] for word in words(piece)]
            if not wanted:
                with pytest.raises(ValidationError):
                    TASKS.params.model_validate({"q": piece})
                continue
            params = TASKS.params.model_validate({"q": piece, "fields": ["code"], "limit": "1000"})
            expected = set.intersection(*wanted)
            rows = fetch(state, TASKS, params, release, ZONE).rows
            assert {row[0] for row in rows} == expected, piece
            hits += len(expected)
    assert hits > len(pieces)


def windows(fields: dict[str, list[Tokens]]) -> dict[Tokens, set[str]]:
    """Every run of one to four tokens → the codes of the rows that have it in a field."""
    index = defaultdict[Tokens, set[str]](set)
    for code, of_row in fields.items():
        for field in of_row:
            for length in (1, 2, 3, 4):
                for at in range(len(field) - length + 1):
                    index[field[at : at + length]].add(code)
    return index


def test_pieces_of_titles_over_http(client: httpx.Client, everything: Everything) -> None:
    """Some hundred of them, of all lengths, each asked of the rows that it is from."""
    pieces = [item for item in pieces_of_titles(client).items() if answered(item[0])][::13]
    assert len(pieces) > 300
    assert {len(piece) for piece, _ in pieces} == {1, 2, 3, 4}
    found = 0
    for piece, resource in pieces:
        expected = everything.found(resource, piece)
        assert sorted(codes(client, resource, piece)) == expected, (resource.name, piece)
        found += len(expected)
    assert found > 200


@pytest.mark.parametrize("release", range(1, RELEASES_MADE + 1))
def test_each_release_has_its_own_text(client: httpx.Client, release: int) -> None:
    then = Everything(client, release)
    time = client.get(f"/v1/releases/{release}").json()["data"]["time"]
    for query in ("学位", "ai", "first", "second", "Apple", "2024 t10", "普通", "任务 2025"):
        for resource in SEARCHED:
            expected = then.found(resource, query)
            where = (resource.name, query)
            assert sorted(codes(client, resource, query, release=release)) == expected, where
            assert sorted(codes(client, resource, query, as_of=time)) == expected, where


def test_before_the_first_release_nothing_is_found(client: httpx.Client) -> None:
    assert codes(client, TASKS, "学位", as_of="2020-01-01") == []


# --- refusals ---


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "nothing_to_search"),
        (" \u3000\t", "nothing_to_search"),
        ("…—、。·“”", "nothing_to_search"),
        ("%_*'\"\\", "nothing_to_search"),
        ("абв ひら", "nothing_to_search"),
        ("\u0000", "nothing_to_search"),
        ("学" * 201, "too_long"),
        ("a" * 201, "too_long"),
        ("园 " * 101, "too_long"),
        ("a" * 10_000, "too_long"),
        ("学" * 3_000, "too_long"),
        ("一 二 三 四 五 六 七 八 九 十 百", "too_many_words"),
        ("一　二　三　四　五　六　七　八　九　十　百", "too_many_words"),
    ],
    ids=lambda value: value[:12] if value.isprintable() else ascii(value)[:12],
)
def test_refused_queries(client: httpx.Client, query: str, reason: str) -> None:
    answer = client.get("/v1/tasks", params={"q": query})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert (error["in"], error["name"], error["reason"]) == ("query", "q", reason)
    assert len(error["value"]) <= 200


def test_the_longest_queries_are_answered(client: httpx.Client) -> None:
    for query in ("a" * 200, "学" * 200, "一 二 三 四 五 六 七 八 九 十", "😀 园" + " 😀" * 11):
        answer = client.get("/v1/tasks", params={"q": query})
        assert answer.status_code == 200, query
    assert codes(client, TASKS, "😀 园" + " 😀" * 11) == codes(client, TASKS, "园")


def test_what_cannot_be_searched_says_so(client: httpx.Client) -> None:
    answer = client.get("/v1/releases", params={"q": "学位"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == "unknown_parameter"


# --- order and counts ---


def test_a_match_in_a_title_comes_before_one_in_a_summary(client: httpx.Client) -> None:
    """Task 3 has the word three times, in its summary; 8 and 9 have it once, in their titles."""
    usual = ["aa-2024-t3", "aa-2024-t8", "aa-2024-t9"]
    best = ["aa-2024-t8", "aa-2024-t9", "aa-2024-t3"]
    assert codes(client, TASKS, "zebra") == usual
    assert codes(client, TASKS, "zebra", sort="relevance") == best
    pages, address = [], "/v1/tasks?q=zebra&sort=relevance&limit=1"
    while address:
        answer = client.get(address).json()
        pages += [row["code"] for row in answer["data"]]
        assert answer["meta"]["total"] == 3
        address = answer["links"]["next"]
    assert pages == best


def test_more_words_in_names_are_more_relevant(client: httpx.Client) -> None:
    """Both words stand in the titles of 1 and 2; elsewhere only one of them, or neither."""
    found = codes(client, TASKS, "ai 2024", sort="relevance")
    assert found[:2] == ["aa-2024-t1", "aa-2024-t2"]


def test_relevance_then_another_order(client: httpx.Client) -> None:
    assert codes(client, TASKS, "zebra", sort="relevance,-number") == [
        "aa-2024-t9",
        "aa-2024-t8",
        "aa-2024-t3",
    ]


def test_filters_and_facets_hold_beside_words(client: httpx.Client) -> None:
    found = codes(client, TASKS, "任务", plan="bb-2024")
    assert found == [f"bb-2024-t{n}" for n in (1, 2, 3, 4)]
    answer = client.get("/v1/tasks?q=任务&plan=bb-2024&facets=plan&limit=1").json()
    counts = {entry["value"]: entry["count"] for entry in answer["meta"]["facets"]["plan"]}
    assert counts["bb-2024"] == answer["meta"]["total"] == 4
    assert counts["aa-2025"] == len(codes(client, TASKS, "任务", plan="aa-2025"))


def test_beyond_a_thousand_is_at_least(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    publish(engine, tmp_path, plan("aa-2024", [task(1)], [body("aa")], [indicator("x")]))
    rows = [
        observation("aa-x", 1000 + place, note_zh="甲" if place else "乙") for place in range(1001)
    ]
    write(engine, {"observation": Change(added=rows)}, Cause.NEW_DATA)
    with serving(url) as client:
        for query, total, total_is in (
            ("甲", 1000, "exact"),
            ("乙", 1, "exact"),
            ("指标x", 1000, "at_least"),
        ):
            for limit in (1, 1000):
                asked = {"q": query, "limit": limit, "fields": "code"}
                meta = client.get("/v1/observations", params=asked).json()["meta"]
                assert (meta["total"], meta["total_is"]) == (total, total_is), (query, limit)
        found, address = [], "/v1/observations?q=指标x&limit=400&fields=code&sort=relevance"
        while address:
            answer = client.get(address).json()
            assert (answer["meta"]["total"], answer["meta"]["total_is"]) == (1000, "at_least")
            found += [row["code"] for row in answer["data"]]
            address = answer["links"]["next"]
        assert sorted(found) == sorted(row["code"] for row in rows)
        counted = client.get("/v1/observations?limit=1").json()["meta"]
        assert (counted["total"], counted["total_is"]) == (1001, "exact")


# --- text follows changes ---


def old_names() -> Json:
    first = task(1, [target("x")], {"s1": "participant"}, title_zh="旧题")
    second = task(2, deliverables=["rules"])
    second["deliverables"][0]["title_zh"] = "旧方案"
    return plan(
        "aa-2024",
        [first, second, task(3, title_zh="将去")],
        [body("aa", name_zh="旧局"), body("s1", name_zh="旧校")],
        [indicator("x", name_zh="旧指标", name_en="Former indicator")],
    )


def new_names_of_others() -> Json:
    """Bodies, indicator and document have new names; plan and tasks are as they were."""
    raw = old_names()
    raw["bodies"] = [body("aa", name_zh="新局"), body("s1", name_zh="新校")]
    raw["indicators"] = [indicator("x", name_zh="新指标", name_en="Later indicator")]
    raw["areas"][0]["tasks"][1]["deliverables"][0]["title_zh"] = "新方案"
    return raw


def new_titles() -> Json:
    """Task 1 has a new title, too, and task 3 is gone."""
    raw = new_names_of_others()
    raw["areas"][0]["tasks"][0]["title_zh"] = "新题"
    del raw["areas"][0]["tasks"][2]
    return raw


FOLLOWING = [
    ("indicators", "旧指标", "新指标", 3, ["aa-x"]),
    ("indicators", "former", "later", 3, ["aa-x"]),
    ("targets", "旧指标", "新指标", 3, ["aa-2024-x"]),
    ("tasks", "旧指标", "新指标", 3, ["aa-2024-t1"]),
    ("tasks", "former indicator", "later indicator", 3, ["aa-2024-t1"]),
    ("tasks", "旧方案", "新方案", 3, ["aa-2024-t2"]),
    ("observations", "旧指标", "新指标", 3, ["aa-x-2024-s"]),
    ("observations", "Former", "Later", 3, ["aa-x-2024-s"]),
    ("deliverables", "旧方案", "新方案", 3, ["aa-2024-rules"]),
    ("bodies", "旧校", "新校", 3, ["s1"]),
    ("participations", "旧校", "新校", 3, ["aa-2024-t1-participant-s1"]),
    ("plans", "旧局", "新局", 3, ["aa-2024"]),
    ("tasks", "旧题", "新题", 4, ["aa-2024-t1"]),
    ("targets", "旧题", "新题", 4, ["aa-2024-x"]),
    ("participations", "旧题", "新题", 4, ["aa-2024-t1-participant-s1"]),
]
"""Resource, what finds its row before and since a release, which one, and the codes found."""


def test_text_follows_changes(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    publish(engine, tmp_path, old_names())
    write(engine, {"observation": Change(added=[observation("aa-x", 2024)])}, Cause.NEW_DATA)
    publish(engine, tmp_path, new_names_of_others(), Cause.CORRECTION)
    publish(engine, tmp_path, new_titles(), Cause.CORRECTION)
    by_name = {resource.name: resource for resource in SEARCHED}
    with serving(url) as client:
        times = {row["number"]: row["time"] for row in client.get("/v1/releases").json()["data"]}
        for name, old, new, number, expected in FOLLOWING:
            resource, where = by_name[name], (name, old, new)
            before: list[Json] = [{"release": number - 1}, {"as_of": times[number - 1]}]
            since: list[Json] = [{"release": number}, {"as_of": times[number]}, {}]
            for moment in before:
                assert codes(client, resource, old, **moment) == expected, where
                assert codes(client, resource, new, **moment) == [], where
            for moment in since:
                assert codes(client, resource, new, **moment) == expected, where
                assert codes(client, resource, old, **moment) == [], where
        assert codes(client, OBSERVATIONS, "旧指标", release=1) == []
        assert codes(client, TASKS, "将去", release=3) == ["aa-2024-t3"]
        assert codes(client, TASKS, "将去") == []
        rows = client.get("/v1/tasks?release=3&fields=release_from").json()["data"]
        assert {row["release_from"] for row in rows} == {1}, "release 3 touches no task itself"
