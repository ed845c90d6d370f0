"""`yaodian takedown`: content goes from all releases, and nothing else changes."""

import os
import signal
import sqlite3
import struct
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa

import app.db
from app.cli import main
from app.db import checker_engine, closing, sqlite_path
from app.formats.day import day_of
from app.models import CHANGES, TABLES, metadata
from app.publish.check import check
from app.publish.takedown import blanks
from app.resources import OBSERVATIONS, RESOURCES
from tests.plans import anchored, body, indicator, plan, saved, target, task, text_of
from tests.reading import everything, releases, versions
from tests.serving import serving
from tests.test_kill import importer, run

Json = dict[str, Any]
Rows = dict[Any, Json]

RESULT = "aa-x-2023-summary"
WORDS = (
    "密件统计稿",
    "密中引文半",
    "口径说明仅供内部",
    "Withheld remark",
    "https://secret.example/",
)
"""Words of the result that are nowhere else."""

FIGURES = (61.83, 61.84)
NOTE_ZH, NOTE_EN = "依某法院2025年1号令", "Order 1 of 2025 of a court"
NOTES = ("--note", NOTE_ZH, "--note", NOTE_EN)
BEFORE = 5
"""Releases of the world: a plan, results, a corrected one, a corrected plan, a retraction."""


def raw_plan(with_wang: bool = True) -> Json:
    first = task(
        1,
        [target("x", 60), target("z", 80, note_zh="目标密语", note_en="N", due="2023-06-30")],
        {"aa": "participant"} | ({"wang": "participant"} if with_wang else {}),
        ["allowance", "rules"],
    )
    first["deliverables"][0] |= {"title_zh": "秘津贴办法", "title_en": "Covert Allowance Scheme"}
    bodies = [body("aa"), body("wang", name_zh="王小明名师工作室", name_en="Wang Xiaoming Studio")]
    return plan(
        "aa-2023",
        [first, task(2, [target("y", 70)])],
        bodies,
        [indicator("x"), indicator("y"), indicator("z")],
        year=2023,
    )


def corrected(with_wang: bool = True) -> Json:
    raw = raw_plan(with_wang)
    raw["bodies"][1]["name_en"] = "Studio of Wang Xiaoming"
    raw["areas"][0]["tasks"][0]["deliverables"][0]["title_en"] = "Covert Allowance Rules"
    raw["areas"][0]["tasks"][0]["targets"][1]["note_zh"] = "目标密语二"
    return raw


def results(value: float) -> str:
    return (
        "indicator,period,value,source,source_title,source_url,source_date,quote,note_zh,note_en\n"
        f"aa-x,2023,{value},summary,{WORDS[0]},{WORDS[4]}a,2024-02-01,{WORDS[1]},{WORDS[2]},"
        f"{WORDS[3]}\n"
        "aa-y,2023,75,summary,另一来源,,,,撤回前的话,\n"
        "aa-y,2023-H1,71,summary,另一来源,,,,,\n"
    )


@pytest.fixture
def world(url: str, engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with five releases, one on each of the first days of 2024."""
    monkeypatch.setenv("YAODIAN_DATABASE_URL", url)
    file = tmp_path / "results.csv"
    do("import", saved(tmp_path / "plan.json", anchored(raw_plan())))
    file.write_text(results(FIGURES[0]), encoding="utf-8")
    do("observe", file)
    file.write_text(results(FIGURES[1]), encoding="utf-8")
    do("observe", file, "--cause", "correction", "--note", "抄错")
    do("import", saved(tmp_path / "plan.json", anchored(corrected())), "--cause", "correction")
    do("retract", "aa-y-2023-summary", "--note", "抄错")
    with engine.begin() as connection:
        for number in range(1, BEFORE + 1):
            connection.exec_driver_sql(
                f"UPDATE release SET time = '2024-01-0{number}T00:00:00.000Z' "
                f"WHERE number = {number}"
            )
    return url


def do(*arguments: str | Path, code: int = 0) -> None:
    assert main([str(argument) for argument in arguments]) == code


@pytest.fixture
def client(world: str) -> Iterator[httpx.Client]:
    """A service that has been running since before the takedown."""
    with serving(world) as asked:
        yield asked


def get(client: httpx.Client, address: str, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.json()


def lists(client: httpx.Client, last: int = BEFORE) -> dict[tuple[int, str], Rows]:
    """Every list of every release, by key."""
    return {
        (number, resource.name): {
            key_of(resource.name, resource.key, row): row
            for row in get(client, f"/v1/{resource.name}?limit=1000&release={number}")["data"]
        }
        for number in range(1, last + 1)
        for resource in RESOURCES
    }


def key_of(resource: str, key: str, row: Json) -> Any:
    if resource == "changes":
        return tuple(row[name] for name in ("release", "resource", "code", "field"))
    return row[key]


def differing(before: Any, after: Any) -> dict[tuple[str, Any], set[str]]:
    """By resource and key: the fields that read differently in some release."""
    found = defaultdict[tuple[str, Any], set[str]](set)
    assert before.keys() == after.keys()
    for (number, resource), rows in before.items():
        assert rows.keys() == after[number, resource].keys()
        for key, row in rows.items():
            now = after[number, resource][key]
            found[resource, key] |= {name for name in row if row[name] != now[name]}
    return {place: fields for place, fields in found.items() if fields}


def addresses() -> Iterator[str]:
    """Everything that can be asked of past releases, in every format."""
    for number in range(1, BEFORE + 1):
        for resource in RESOURCES:
            include = ",".join(inner.name for inner in resource.nested)
            more = f"&include={include}" if include else ""
            yield f"/v1/{resource.name}?limit=1000&release={number}{more}"
            for form in resource.formats:
                yield f"/v1/{resource.name}.{form}?limit=1000&release={number}"
        yield f"/v1/observations/{RESULT}?release={number}"
        yield f"/v1/history?indicator=aa-x&indicator=aa-z&vintages=all&release={number}"
    for resource in RESOURCES:
        yield f"/v1/{resource.name}?limit=1000&since=0"
    yield "/v1/changes.atom"


def mentions(client: httpx.Client, words: Sequence[str]) -> set[str]:
    """The addresses whose answers have one of the words."""
    return {
        address
        for address in addresses()
        for text in [client.get(address).text]
        if any(word in text for word in words)
    }


# --- a result ---------------------------------------------------------------------------------


def test_a_result_goes_with_all_that_rests_on_it(
    client: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    before, said = lists(client), mentions(client, [*WORDS, *map(str, FIGURES)])
    assert f"/v1/observations.csv?limit=1000&release={BEFORE}" in said
    assert "/v1/changes?limit=1000&release=3&include=" not in said
    assert len(said) > 40
    capsys.readouterr()
    do("takedown", f"observations/{RESULT}", *NOTES, "--by", "某办公室")
    lines = capsys.readouterr().out.splitlines()
    told = [line for line in lines if not line.startswith("{")]  # the log of requests comes late
    assert told[:4] == [
        f"× observation {RESULT}: texts and figures of release 2",
        f"× observation {RESULT}: texts and figures of releases 3 to 5",
        "× its names and values in the log",
        f"- observation {RESULT}",
    ]
    assert told[4].startswith("release 6 (retraction, ")
    assert mentions(client, [*WORDS, *map(str, FIGURES)]) == set()
    # The figure and its two texts changed in release 3; the log names them by their indicator.
    assert differing(before, lists(client)) == {
        ("observations", RESULT): {
            "value", "value_status", "value_text_zh", "value_text_en", "source_title",
            "source_url", "source_date", "quote", "note_zh", "note_en",
        },
        ("targets", "aa-2023-x"): {
            "attainment", "attainment_reason", "attainment_rule", "observation",
            "observation_period", "observation_value", "observation_value_status",
        },
        ("indicators", "aa-x"): {
            "latest_value", "latest_value_status", "attainment", "attainment_reason",
        },
        **{
            ("changes", (3, "observations", RESULT, field)): {"before", "after"}
            for field in ("value", "value_text_zh", "value_text_en")
        },
        ("changes", (2, "observations", RESULT, None)): {"after"},
    }  # fmt: skip


def test_a_blanked_result_keeps_its_place(client: httpx.Client) -> None:
    do("takedown", f"observations/{RESULT}", *NOTES)
    row = get(client, f"/v1/observations/{RESULT}?release=3")["data"]
    assert {name: value for name, value in row.items() if value not in (None, "")} == {
        "code": RESULT,
        "indicator": "aa-x",
        "name_zh": "指标x",
        "name_en": "Indicator x",
        "target": "aa-2023-x",
        "period": "2023",
        "period_start": "2023-01-01",
        "period_end": "2023-12-31",
        "unit": "percent",
        "unit_zh": "%",
        "unit_en": "%",
        "value_status": "redacted",
        "source": "summary",
        "release_from": 3,
    }
    promise = get(client, "/v1/targets/aa-2023-x?release=5")["data"]
    assert (promise["attainment"], promise["attainment_reason"]) == ("not_assessable", "redacted")
    assert get(client, "/v1/targets/aa-2023-x")["data"]["attainment"] == "no_result"
    csv = client.get("/v1/observations.csv?release=3&code=" + RESULT).text.splitlines()
    assert csv[1].startswith(f"{RESULT},aa-x,指标x,Indicator x,aa-2023-x,2023,2023-01-01,")
    for form in OBSERVATIONS.more:
        quoted = client.get(f"/v1/observations/{RESULT}.{form.name}?release=3")
        assert quoted.status_code == 200
        assert "指标x" in quoted.text


def test_a_code_that_was_taken_down_is_gone_with_its_reason(client: httpx.Client) -> None:
    do("takedown", f"observations/{RESULT}", *NOTES)
    gone = get(client, f"/v1/observations/{RESULT}", 410)
    assert gone["cause"] == "retraction"
    assert gone["detail"].endswith(f"): {NOTE_EN}")
    assert gone["detail_zh"].endswith(f"：{NOTE_ZH}")
    assert gone["last_version"] == f"/v1/observations/{RESULT}?release=5"
    release = get(client, "/v1/releases/6")["data"]
    assert (release["blanked"], release["removed"], release["added"]) == (1, 1, 0)
    assert (release["note_zh"], release["note_en"], release["by"]) == (NOTE_ZH, NOTE_EN, None)
    touched = {"observations", "targets", "indicators"}
    assert touched <= set(release["resources"].split()), "what a mirror asks"
    assert [get(client, f"/v1/releases/{n}")["data"]["blanked"] for n in range(1, 6)] == [0] * 5
    lines = get(client, "/v1/changes?release=6&since=5&cause=retraction")["data"]
    assert [line["action"] for line in lines] == ["removed", "blanked"]
    for line in lines:
        assert (line["resource"], line["code"], line["field"]) == ("observations", RESULT, None)
        assert (line["material"], line["plan"], line["name_zh"]) == (True, "aa-2023", "指标x")


def test_history_search_and_mirrors(client: httpx.Client) -> None:
    asked = f"/v1/observations?release=4&q={WORDS[0]}"
    assert get(client, asked)["meta"]["total"] == 1
    promised = [row for row in history(client) if row["series"] == "target"]
    do("takedown", f"observations/{RESULT}", *NOTES)
    assert get(client, asked)["data"] == []
    assert get(client, f"/v1/observations?release=4&q={RESULT}")["meta"]["total"] == 1
    line = history(client)
    assert [row for row in line if row["series"] == "target"] == promised
    # Both versions read alike now: one, up to the takedown.
    (actual,) = [row for row in line if row["series"] == "actual"]
    shown = {
        name: actual[name] for name in ("value", "value_status", "value_text_zh", "source_title")
    }
    assert shown == {
        "value": None, "value_status": "redacted", "value_text_zh": "", "source_title": ""
    }  # fmt: skip
    assert (actual["release_from"], actual["release_to"], actual["ended_by"]) == (
        2, 6, "retraction"
    )  # fmt: skip
    (past,) = [row for row in history(client, "&release=2") if row["series"] == "actual"]
    assert (past["value"], past["release_from"], past["release_to"]) == (None, 2, None)
    (row,) = get(client, "/v1/observations?since=5")["data"]
    assert (row["code"], row["release_to"], row["value"], row["quote"]) == (RESULT, 6, None, None)
    (promise,) = get(client, "/v1/targets?since=5")["data"]
    assert (promise["code"], promise["attainment"]) == ("aa-2023-x", "no_result")


def history(client: httpx.Client, more: str = "") -> list[Json]:
    asked = f"/v1/indicators/aa-x/history?vintages=all{more}"
    return list(get(client, asked)["data"])


def test_every_cache_asks_again(client: httpx.Client) -> None:
    asked = [
        "/v1",
        "/v1/tasks",
        "/v1/tasks.csv?release=2",
        "/v1/observations?as_of=2023-01-01",
        "/v1/history?indicator=aa-x&release=3",
    ]
    first = [client.get(address).headers for address in asked]
    assert first[2]["last-modified"] == "Tue, 02 Jan 2024 00:00:00 GMT"
    do("retract", "aa-y-2023-h1-summary", "--note", "Withdrawn")
    assert client.get(asked[2]).headers["etag"] == first[2]["etag"], "a past release stays"
    assert client.get(asked[2]).headers["last-modified"] == first[2]["last-modified"]
    do("takedown", f"observations/{RESULT}", *NOTES)
    (down,) = [r for r in get(client, "/v1/releases")["data"] if r["blanked"]]
    (empty,) = [old for address, old in zip(asked, first, strict=True) if "as_of" in address]
    assert "last-modified" not in empty, "before the first release there was nothing to remove"
    for address, old in zip(asked, first, strict=True):
        if old is empty:
            continue
        new = client.get(address, headers={"If-None-Match": old["etag"]})
        assert new.status_code == 200
        assert new.headers["etag"] != old["etag"]
        assert client.get(address).headers["etag"] == new.headers["etag"]
    new = client.get(asked[2])
    by_date = {"If-Modified-Since": first[2]["last-modified"]}
    assert client.get(asked[2], headers=by_date).status_code == 200
    by_date = {"If-Modified-Since": new.headers["last-modified"]}
    assert client.get(asked[2], headers=by_date).status_code == 304
    assert new.headers["last-modified"] == http_date(down["time"])


def http_date(moment: str) -> str:
    told = time.strptime(moment[:19], "%Y-%m-%dT%H:%M:%S")
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", told)


# --- other rows -------------------------------------------------------------------------------


def test_a_body_goes_once_nothing_refers_to_it(
    client: httpx.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: sa.Engine
) -> None:
    words = ["王小明", "Wang Xiaoming"]
    person, part = "wang", "aa-2023-t1-participant-wang"
    held = everything(engine)
    do("takedown", "bodies/wang", *NOTES, code=1)
    told = capsys.readouterr().err
    assert f"bodies/wang: $: is the body of participation {part}, which is current" in told
    assert everything(engine) == held
    without = corrected()
    del without["areas"][0]["tasks"][0]["participations"][1]
    file = saved(tmp_path / "without.json", anchored(without))
    do("import", file, "--cause", "correction")
    before = lists(client)
    assert mentions(client, words)
    do("takedown", "bodies/wang", *NOTES)
    assert mentions(client, words) == set()
    assert differing(before, lists(client)) == {
        ("bodies", person): {"name_zh", "name_en"},
        ("participations", part): {"body_name_zh", "body_name_en"},
        ("changes", (1, "bodies", person, None)): {"name_zh", "name_en"},
        ("changes", (4, "bodies", person, "name_en")): {"name_zh", "name_en", "before", "after"},
        ("changes", (1, "participations", part, None)): {"name_zh", "name_en"},
    }
    (line,) = get(client, f"/v1/changes?code={part}&action=removed")["data"]
    assert (line["release"], line["name_zh"]) == (6, None), "named as of the release before"
    assert get(client, "/v1/bodies/wang", 410)["cause"] == "retraction"
    assert get(client, "/v1/bodies?release=5&q=王小明")["data"] == []
    assert get(client, "/v1/bodies?release=5&code=wang")["data"][0]["kind"] == "schools"
    held = everything(engine)
    do("import", file, "--cause", "correction", code=1)
    assert (
        "would bring back body wang, whose content was taken down in release 7"
        in capsys.readouterr().err
    )
    do("import", file, "--cause", "correction", "--lang", "zh", code=1)
    assert "会恢复body wang，其内容已依法在第7版删除" in capsys.readouterr().err
    assert everything(engine) == held
    del without["bodies"][1]
    do("import", saved(file, anchored(without)))
    assert capsys.readouterr().out == "nothing changes; no release is made\n"
    do("check")


def test_a_row_goes_and_then_the_one_that_it_was_named_by(
    client: httpx.Client, engine: sa.Engine
) -> None:
    """The line that says that the first went has the name of the second."""
    part = "aa-2023-t1-participant-wang"
    do("takedown", f"participations/{part}", *NOTES)
    lines = get(client, f"/v1/changes?code={part}&since=5")["data"]
    assert [(line["action"], line["name_zh"]) for line in lines] == [
        ("removed", "王小明名师工作室"),
        ("blanked", "王小明名师工作室"),
    ]
    assert findings(engine) == []
    do("takedown", "bodies/wang", *NOTES)
    assert mentions(client, ["王小明", "Wang Xiaoming"]) == set()
    lines = get(client, f"/v1/changes?code={part}")["data"]
    assert [(line["action"], line["name_zh"]) for line in lines] == [
        ("removed", None), ("blanked", None), ("added", None),
    ]  # fmt: skip
    assert [get(client, f"/v1/releases/{n}")["data"]["blanked"] for n in (5, 6, 7)] == [0, 1, 1]
    assert findings(engine) == []


def test_a_document_that_was_announced_goes(client: httpx.Client, tmp_path: Path) -> None:
    code, words = "aa-2023-allowance", ["秘津贴", "Covert Allowance"]
    before = lists(client)
    assert mentions(client, words)
    do("takedown", f"deliverables/{code}", *NOTES)
    assert mentions(client, words) == set()
    assert differing(before, lists(client)) == {
        ("deliverables", code): {
            "title_zh", "title_en", "verb_zh", "quote", "quote_start", "quote_end", "section_zh",
            "source_start", "source_end", "source_sha256",
        },
        ("changes", (1, "deliverables", code, None)): {"name_zh", "name_en"},
        ("changes", (4, "deliverables", code, "title_en")): {
            "name_zh", "name_en", "before", "after",
        },
    }  # fmt: skip
    row = get(client, f"/v1/deliverables/{code}?release=5")["data"]
    shown = {name: row[name] for name in ("title_zh", "quote_end", "outcome", "task", "year")}
    assert shown == {
        "title_zh": "", "quote_end": 0, "outcome": "no_result", "task": "aa-2023-t1", "year": 2023,
    }  # fmt: skip
    assert get(client, "/v1/tasks?release=5&q=covert")["data"] == []
    # Its passage can no longer be proved; all the others can.
    text = tmp_path / "text.txt"
    text.write_text(text_of(corrected()), encoding="utf-8")
    do("check", "--text", text)


def test_a_promise_goes(client: httpx.Client) -> None:
    code = "aa-2023-z"
    before = lists(client)
    assert mentions(client, ["目标密语"])
    do("takedown", f"targets/{code}", *NOTES)
    assert mentions(client, ["目标密语"]) == set()
    counted = {
        ("plans", "aa-2023"): {"redacted_count"},
        ("areas", "aa-2023-a1"): {"redacted_count"},
        ("tasks", "aa-2023-t1"): {"redacted_count"},
    }
    found = differing(before, lists(client))
    assert found == counted | {
        ("targets", code): {
            "value", "value_status", "value_text_zh", "value_text_en", "note_zh", "note_en",
            "quote", "quote_start", "quote_end", "section_zh", "source_start", "source_end",
            "source_sha256", "attainment", "attainment_reason",
        },
        ("indicators", "aa-z"): {
            "target_value", "target_value_status", "target_text_zh", "target_text_en",
            "attainment", "attainment_reason",
        },
        ("changes", (1, "targets", code, None)): {"after"},
        ("changes", (4, "targets", code, "note_zh")): {"before", "after"},
    }  # fmt: skip
    do("check")


def test_a_row_that_is_closed_already(client: httpx.Client, engine: sa.Engine) -> None:
    code = "aa-y-2023-summary"
    before = lists(client)
    clocks = versions(engine, "observation", code)
    do("takedown", f"observations/{code}", *NOTES)
    assert versions(engine, "observation", code) == clocks == [(2, 5)]
    after = lists(client)
    assert mentions(client, ["撤回前的话"]) == set()
    assert differing(before, after)["observations", code] == {
        "value", "value_status", "value_text_zh", "value_text_en", "source_title", "note_zh",
    }  # fmt: skip
    added, removed = ((n, "observations", code, None) for n in (2, 5))
    assert differing(before, after)["changes", added] == {"after"}
    assert differing(before, after)["changes", removed] == {"before"}
    release = get(client, "/v1/releases/6")["data"]
    assert (release["cause"], release["note_en"]) == ("retraction", NOTE_EN)
    assert (release["removed"], release["blanked"]) == (0, 1)
    (line,) = get(client, "/v1/changes?since=5")["data"]
    assert (line["action"], line["code"], line["plan"]) == ("blanked", code, "aa-2023")
    gone = get(client, f"/v1/observations/{code}", 410)
    assert gone["last_version"] == f"/v1/observations/{code}?release=4"
    today = day_of(release["time"], ZoneInfo("Asia/Shanghai")).isoformat()
    assert gone["detail"].endswith(f" Its content was removed in release 6 ({today}): {NOTE_EN}")
    assert gone["detail"].startswith("Withdrawn in release 5 (")
    assert f"已在第6版（{today}）删除其内容：" in gone["detail_zh"]
    before_it = get(client, f"/v1/observations/{code}?release=5", 410)
    assert "removed" not in before_it["detail"]
    do("check")


def test_a_relation_of_a_document(
    url: str, engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is published inside its document, and named by its own code."""
    monkeypatch.setenv("YAODIAN_DATABASE_URL", url)
    raw = plan("aa-2023", [task(1)], [body("aa")], year=2023)
    raw["document"]["relations"] = [
        {"relation": "original", "url": "https://a.example/", "basis_zh": "密", "basis_en": "S"}
    ]
    file = saved(tmp_path / "plan.json", anchored(raw))
    do("import", file)
    do("takedown", "documents/aa-2023-doc-original", *NOTES)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(TABLES["document_relation"])).mappings().all()
        told = sa.select(CHANGES).where(CHANGES.c.release == 2).order_by(CHANGES.c.row_id)
        lines = connection.execute(told).mappings().all()
    assert [(row["url"], row["basis_zh"], row["release_to"]) for row in rows] == [("", "", 2)]
    assert [(line["action"], line["resource"], line["plan"]) for line in lines] == [
        ("removed", "documents", "aa-2023"),
        ("blanked", "documents", "aa-2023"),
    ]
    do("import", file, "--cause", "correction", code=1)
    do("check")


def test_the_real_plan_without_its_document(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything rests on it: all that does is listed, and nothing happens."""
    monkeypatch.setenv("YAODIAN_DATABASE_URL", url)
    do("import", Path(__file__).parents[1] / "data" / "seed_2023.json")
    capsys.readouterr()
    do("takedown", "documents/xxjyj-2023-doc", *NOTES, code=1)
    told = capsys.readouterr().err.splitlines()
    assert told[-1] == f"yaodian: {len(told) - 1} errors; nothing was changed"
    assert len(told) > 24 + 27 + 12


# --- what stays, and where --------------------------------------------------------------------


def rows_of(engine: sa.Engine) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table, without the numbers that a database gives."""
    with engine.connect() as connection:
        return {
            name: {
                tuple(row[column.name] for column in table.c if column.name != "row_id")
                for row in connection.execute(sa.select(table)).mappings()
            }
            for name, table in metadata.tables.items()
        }


def test_no_row_of_another_code_is_touched(world: str, engine: sa.Engine) -> None:
    """The clocks of what is derived anew included."""
    before = rows_of(engine)
    do("takedown", f"observations/{RESULT}", *NOTES)
    touched = {RESULT, "aa-2023-x", "aa-x"}
    for name, rows in rows_of(engine).items():
        if name in ("release", "takedown"):
            continue
        place = [c.name for c in metadata.tables[name].c if c.name != "row_id"].index("code")
        assert {row[place] for row in rows ^ before[name]} <= touched, name


@pytest.fixture
def careless_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite as most builds have it: what is deleted stays where it is until it is overwritten."""

    usual = app.db._prepare_sqlite

    def prepare(connection: sqlite3.Connection, record: object) -> None:
        usual(connection, record)
        connection.execute("PRAGMA secure_delete = OFF")

    monkeypatch.setattr(app.db, "_prepare_sqlite", prepare)


def test_what_was_said_is_nowhere_in_the_files(
    careless_sqlite: None, client: httpx.Client, world: str, engine: sa.Engine
) -> None:
    if engine.dialect.name == "sqlite":
        assert Path(f"{sqlite_path(world)}-wal").exists(), "the service holds it open"
    else:
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")  # statistics hold samples of columns
    before = found_in_files(world, engine)
    assert set(before) >= {word.encode() for word in WORDS}
    assert engine.dialect.name != "sqlite" or WORDS[0][:2] in indexed(engine)
    do("takedown", f"observations/{RESULT}", *NOTES)
    assert found_in_files(world, engine) == []
    if engine.dialect.name == "sqlite":
        pairs = {one + two for word in WORDS for one, two in pairwise(word)}
        assert not pairs & indexed(engine)
    with engine.connect() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(sa.select(table)):
                assert not any(word in str(value) for word in WORDS for value in row)


def found_in_files(url: str, engine: sa.Engine) -> list[bytes]:
    """The words, their tokens and the figures that stand in files of a database."""
    order = ">" if engine.dialect.name == "sqlite" else "<"
    wanted = [word.encode() for word in WORDS] + [" ".join(WORDS[0]).encode()]
    wanted += [struct.pack(f"{order}d", figure) for figure in FIGURES]
    with engine.connect() as connection:
        content = b"".join(path.read_bytes() for path in files(url, connection))
    return [word for word in wanted if word in content]


def indexed(engine: sa.Engine) -> set[str]:
    """What SQLite's index of searched results still knows."""
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.known "
            "USING fts5vocab('main', 'observation_grams', 'row')"
        )
        return set(connection.scalars(sa.text("SELECT term FROM temp.known")))


def files(url: str, connection: sa.Connection) -> list[Path]:
    if connection.dialect.name == "sqlite":
        path = sqlite_path(url)
        return sorted(path.parent.glob(f"{path.name}*"))
    connection.exec_driver_sql("CHECKPOINT")
    folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
    number = "SELECT oid FROM pg_database WHERE datname = current_database()"
    base = folder / "base" / str(connection.exec_driver_sql(number).scalar_one())
    if not os.access(base, os.R_OK):
        pytest.skip("the files of the server cannot be read by this user")
    return sorted(path for path in base.iterdir() if path.is_file())


def test_statistics_forget_too(world: str, engine: sa.Engine) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            named = sa.text("SELECT count(*) FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")
            assert connection.scalar(named) == 0
        return
    sampled = sa.text("SELECT string_agg(s::text, ' ') FROM pg_stats s")
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE observation")
        assert any(word in connection.scalar(sampled) for word in WORDS)
    do("takedown", f"observations/{RESULT}", *NOTES)
    with engine.connect() as connection:
        assert not any(word in connection.scalar(sampled) for word in WORDS)


def test_a_reader_who_still_sees_it_is_told_of(
    client: httpx.Client,
    world: str,
    engine: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is blank for all who ask from now on; the command says what is left to be done."""
    monkeypatch.setattr(app.db, "STATEMENT_SECONDS", 0.5)
    monkeypatch.setenv("YAODIAN_LOCK_SECONDS", "0.2")
    with closing(checker_engine(world)) as other, other.connect() as reader:
        assert reader.scalar(sa.text("SELECT max(number) FROM release")) == BEFORE
        do("takedown", f"observations/{RESULT}", *NOTES, code=3)
        told = capsys.readouterr().err
        assert "still hold what was removed" in told
        assert "run the command again" in told
        assert found_in_files(world, engine) != []
        assert mentions(client, WORDS) == set()
    do("takedown", f"observations/{RESULT}", *NOTES, code=1)
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"observations/{RESULT}: $: was taken down in release 6 already"
    assert found_in_files(world, engine) == []
    assert len(releases(engine)) == 6


# --- refusals ---------------------------------------------------------------------------------


def test_a_dry_run_changes_nothing(
    world: str, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rows_of(engine)
    capsys.readouterr()
    do("takedown", f"observations/{RESULT}", *NOTES, "--dry-run")
    assert capsys.readouterr().out.splitlines() == [
        f"× observation {RESULT}: texts and figures of release 2",
        f"× observation {RESULT}: texts and figures of releases 3 to 5",
        "× its names and values in the log",
        f"- observation {RESULT}",
        "dry run, nothing was changed; the cause would be retraction",
    ]
    do("takedown", "bodies/wang", *NOTES, "--dry-run", code=1)
    assert rows_of(engine) == before


@pytest.mark.parametrize(
    ("row", "told", "told_zh"),
    [
        (
            "observation/aa-x-2023-summary",
            "is no address of a row: RESOURCE/CODE; value: \"observation\"; allowed: areas, "
            "bodies, deliverables, documents, errata, indicators, observations, participations, "
            "plans, targets, tasks; nearest: observations",
            "不是一行的地址：应为“数据集/代码”",
        ),
        (
            "changes/1",
            "is no address of a row: RESOURCE/CODE; value: \"changes\"; allowed: areas",
            "不是一行的地址",
        ),
        (
            "observations/aa-x-2023-sumary",
            "is the code of no row among observations in any release; "
            "value: \"aa-x-2023-sumary\"; nearest: aa-x-2023-summary",
            "不是任何一版observations中的代码；值为 \"aa-x-2023-sumary\"；"
            "您要的可能是“aa-x-2023-summary”",
        ),
    ],
)  # fmt: skip
def test_what_is_no_row_is_refused(
    row: str,
    told: str,
    told_zh: str,
    world: str,
    engine: sa.Engine,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = rows_of(engine)
    capsys.readouterr()
    do("takedown", row, *NOTES, code=1)
    assert capsys.readouterr().err.startswith(f"{row}: $: {told}")
    do("takedown", row, *NOTES, "--lang", "zh", code=1)
    assert capsys.readouterr().err.startswith(f"{row}: $: {told_zh}")
    assert rows_of(engine) == before


def test_a_reason_is_needed(world: str, capsys: pytest.CaptureFixture[str]) -> None:
    do("takedown", f"observations/{RESULT}", code=2)
    assert "give --note" in capsys.readouterr().err


def test_what_was_taken_down_is_not_published_again(
    world: str, engine: sa.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    do("takedown", f"observations/{RESULT}", *NOTES)
    before = rows_of(engine)
    capsys.readouterr()
    file = tmp_path / "results.csv"
    do("observe", file, "--cause", "correction", "--note", "抄错", code=1)
    told = capsys.readouterr().err
    assert f"would bring back observation {RESULT}, whose content was taken down in release 6" in (
        told
    )
    assert "75" not in told.replace(str(tmp_path), "")
    do("takedown", f"observations/{RESULT}", *NOTES, "--lang", "zh", code=1)
    assert "其内容已在第6版删除" in capsys.readouterr().err
    assert rows_of(engine) == before


# --- check ------------------------------------------------------------------------------------


def findings(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return [english for english, _ in check(connection)]


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "UPDATE observation SET quote = 'x' WHERE release_to = 3",
            f"observations {RESULT} has content, although it was taken down in release 6",
        ),
        (
            f"UPDATE change SET after = '1' WHERE code = '{RESULT}' AND field = 'value'",
            f"observations {RESULT} has content, although it was taken down in release 6",
        ),
        (
            f"DELETE FROM change WHERE code = '{RESULT}' AND action = 'blanked'",
            f"the log of release 6 does not tell what became of observations {RESULT}",
        ),
        (
            "UPDATE change SET after = '\"x\"' WHERE code = 'wang' AND field = 'name_en'",
            "the log of release 4 does not tell what became of bodies wang",
        ),
        (
            "UPDATE change SET name_zh = 'x' WHERE code = 'aa-2023-t1' AND release = 1",
            "the log of release 1 does not tell what became of tasks aa-2023-t1",
        ),
        (
            "DELETE FROM change WHERE code = 'wang' AND release = 4",
            "the log of release 4 does not tell what became of bodies wang",
        ),
        (
            "UPDATE change SET code = 'aa-2023-t3' WHERE code = 'aa-2023-t2'",
            "the log of release 1 does not tell what became of tasks aa-2023-t3",
        ),
        (
            "UPDATE change SET release = 9 WHERE code = 'wang' AND release = 4",
            "the log names release 9, which does not exist",
        ),
        (
            "UPDATE target_reading SET attainment = 'met' WHERE code = 'aa-2023-y' "
            "AND release_to = 2",
            "the target_reading of aa-2023-y is not what follows in release 1",
        ),
        (
            "UPDATE body_text SET words = 'x' WHERE code = 'wang' AND release_to = 4",
            "the body_text of wang is not what follows in release 1",
        ),
        (
            "DELETE FROM indicator_reading WHERE code = 'aa-y' AND release_from = 2",
            "the indicator_reading of aa-y is not what follows in release 2",
        ),
        (
            # Nothing that the text rests on was touched in release 3.
            "UPDATE body_text SET release_to = 3 WHERE code = 'aa';"
            "INSERT INTO body_text (code, names, words, release_from, release_to) "
            "SELECT code, names, 'x', 3, 4 FROM body_text WHERE code = 'aa';"
            "INSERT INTO body_text (code, names, words, release_from) "
            "SELECT code, names, words, 4 FROM body_text WHERE code = 'aa' AND release_from = 1",
            "the body_text of aa is not what follows in release 3",
        ),
    ],
)
def test_check_proves_the_log_and_what_was_derived_in_every_release(
    damage: str, finding: str, world: str, engine: sa.Engine
) -> None:
    do("takedown", f"observations/{RESULT}", *NOTES)
    assert findings(engine) == []
    with engine.begin() as connection:
        for statement in damage.split(";"):
            connection.exec_driver_sql(statement)
    assert finding in findings(engine)


# --- killed -----------------------------------------------------------------------------------


def test_a_killed_takedown_is_whole_or_not_at_all(world: str, engine: sa.Engine) -> None:
    """It is killed later and later, until it comes to its end."""
    arguments = ["takedown", f"observations/{RESULT}", *NOTES]
    killed = -signal.SIGKILL
    with importer(world) as process:
        assert run(process, [*arguments, "--dry-run"], None) == 0
        started = time.monotonic()
        assert run(process, [*arguments, "--dry-run"], None) == 0
        patience = (time.monotonic() - started) / 4
        statuses = [killed]
        while statuses[-1] == killed:
            statuses.append(run(process, arguments, patience * len(statuses)))
            with engine.begin():
                pass  # a server may still be ending what a killed client began
            assert blank_versions(engine) == (2 if len(releases(engine)) > BEFORE else 0)
            assert findings(engine) == []
    assert len(statuses) > 3
    assert statuses[-1] in (0, 1), "1: it was done already, and only the files were cleaned"
    assert len(releases(engine)) == BEFORE + 1
    assert found_in_files(world, engine) == []


def blank_versions(engine: sa.Engine) -> int:
    here = TABLES["observation"].c
    select = sa.select(sa.func.count()).where(here.code == RESULT, here.source_title == "")
    with engine.connect() as connection:
        counted: int = connection.scalar(select)
        return counted


def test_every_table_that_is_published_can_be_blanked() -> None:
    """What stays of a row places it among others; all else goes, whatever columns are added."""
    kept = {
        name: {c.name for c in TABLES[name].c} - blanks(name).keys() - {"row_id", "code"}
        for name in ("observation", "target", "body")
    }
    clock = {"release_from", "release_to"}
    assert kept == {
        "observation": clock
        | {"indicator", "period", "period_start", "period_end", "value_status", "source"},
        "target": clock
        | {
            "plan", "year", "issuer", "area", "task", "indicator", "value_status", "met_if",
            "floor_stated", "commitment", "commitment_basis", "due", "due_basis",
            "alternative_due", "source_document",
        },
        "body": clock | {"kind", "level", "parent", "defined_in"},
    }  # fmt: skip
