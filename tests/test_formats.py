"""Every format carries the same figures; each is asked for in three ways."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
import pytest
import sqlalchemy as sa

from app.models.choices import Cause
from app.publish.scope import Change
from app.query import Resource
from app.resources import OBSERVATIONS, RESOURCES, TASKS
from tests.plans import body, indicator, plan, task
from tests.requests_made import fill, observation, publish, rich_database, write
from tests.serving import serving

Json = dict[str, Any]
Cells = dict[str, str]

TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8; header=present",
    "ndjson": "application/x-ndjson",
}
"""The whole value of Content-Type, by the name of the format."""

BARE = {name: value.split(";")[0] for name, value in TYPES.items()}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def rich_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database with the bundled plan, other plans, changes and results."""
    folder = tmp_path_factory.mktemp("formats")
    with rich_database(request, folder, request.param) as url:
        fill(url, folder)
        yield url


@pytest.fixture(scope="module")
def client(rich_url: str) -> Iterator[httpx.Client]:
    with serving(rich_url) as asked:
        yield asked


def ok(client: httpx.Client, address: str, **headers: str) -> httpx.Response:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


# --- reading, by the rules of the formats and not by the code that writes them ---


class Figure(str):
    """A number as it is spelled in an answer."""

    __slots__ = ()


def spelled(text: str | bytes) -> Any:
    """JSON with its numbers left as they are spelled."""
    return json.loads(text, parse_int=Figure, parse_float=Figure)


def records(text: str) -> list[list[str]]:
    """RFC 4180, character by character: any fault of quoting or of line ends is an error."""
    found: list[list[str]] = []
    record: list[str] = []
    cell, at, quoted = "", 0, False
    while at < len(text):
        character = text[at]
        if quoted:
            if text[at : at + 2] == '""':
                cell, at = cell + '"', at + 2
            elif character == '"':
                quoted, at = False, at + 1
                assert text[at : at + 1] in (",", "\r"), f"text behind a quoted cell: {cell}"
            else:
                cell, at = cell + character, at + 1
        elif character == '"':
            assert cell == "", "a quotation mark inside a bare cell"
            quoted, at = True, at + 1
        elif character == ",":
            record, cell, at = [*record, cell], "", at + 1
        elif character == "\r":
            assert text[at : at + 2] == "\r\n", "a lone CR"
            found.append([*record, cell])
            record, cell, at = [], "", at + 2
        else:
            assert character != "\n", "a lone LF"
            cell, at = cell + character, at + 1
    assert (record, cell, quoted) == ([], "", False), "the last line does not end"
    return found


def table(body: bytes) -> tuple[list[str], list[Cells]]:
    """Header and rows of a CSV file; Python's own strict reader must agree."""
    text = body.decode("utf-8", "strict")
    header, *rows = records(text)
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert read == [header, *rows]
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def cell(value: Any) -> str:
    """What stands in a CSV for a value of JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    assert isinstance(value, str), "a figure, or text"
    return str(value)


def lines(body: bytes) -> list[Any]:
    """The objects of an NDJSON file; each line ends with one LF and has no other."""
    if not body:
        return []
    assert body.endswith(b"\n")
    assert b"\r" not in body
    return [spelled(line) for line in body[:-1].split(b"\n")]


def name_of(resource: Resource) -> str:
    """The field that rows are chosen by here: their key, where it is shown."""
    return resource.key if resource.key in resource.column else "code"


def questions(client: httpx.Client, resource: Resource) -> dict[str, str]:
    """All rows, some rows in another order and with fewer fields, what differs, no row."""
    rows = ok(client, f"/v1/{resource.name}?limit=1000").json()["data"]
    name = name_of(resource)
    some = "&".join(f"{name}={value}" for value in dict.fromkeys(row[name] for row in rows[1:4]))
    fields = ",".join([c.name for c in resource.columns][2::2])
    return {
        "all": "limit=1000",
        "filtered": f"{some}&sort=-{name}&fields={fields}",
        "differing": "since=3&limit=1000",
        "empty": "as_of=2020-01-01",
    }


@pytest.mark.parametrize("which", ["all", "filtered", "differing", "empty"])
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_format_carries_the_figures_of_the_json(
    resource: Resource, which: str, client: httpx.Client
) -> None:
    question = questions(client, resource)[which]
    whole = ok(client, f"/v1/{resource.name}?{question}")
    data = spelled(whole.content)["data"]
    assert len(data) >= {"all": 1, "filtered": 3}.get(which, 0)
    columns = [column.name for column in resource.columns]
    if fields := dict(parse_qsl(question)).get("fields"):
        columns = [c for c in columns if c in (*fields.split(","), resource.key)]
    if which == "differing" and resource.name not in ("changes", "releases"):
        columns.append("release_to")
        assert resource is not TASKS or {row["release_to"] for row in data} == {None, "4"}
    header, rows = table(ok(client, f"/v1/{resource.name}.csv?{question}").content)
    assert header == columns
    assert rows == [{name: cell(value) for name, value in row.items()} for row in data]
    objects = lines(ok(client, f"/v1/{resource.name}.ndjson?{question}").content)
    assert objects == data
    for row in [*data, *objects]:
        assert list(row) == columns


CLOCKS = [
    "/v1/indicators/aa-share/history{}?vintages=all",
    "/v1/history{}?indicator=aa-share&indicator=aa-ratio&indicator=aa-range",
    "/v1/plans/aa-2024/diff/aa-2025{}?release=5",
]


@pytest.mark.parametrize("address", CLOCKS)
def test_time_lines_and_comparisons_have_the_same_figures_in_every_format(
    address: str, client: httpx.Client
) -> None:
    whole = ok(client, address.format(""))
    data = spelled(whole.content)["data"]
    assert len(data) > 5
    for row in data:
        row.pop("changes", None)
    header, rows = table(ok(client, address.format(".csv")).content)
    assert header == list(data[0])
    assert rows == [{name: cell(value) for name, value in row.items()} for row in data]
    assert lines(ok(client, address.format(".ndjson")).content) == data
    assert whole.json()["meta"]["total"] == whole.json()["meta"]["returned"] == len(data)
    for name, link in whole.json()["links"]["formats"].items():
        assert ok(client, link).headers["content-type"] == TYPES[name]


def test_the_rows_hold_what_is_hard_to_write(client: httpx.Client) -> None:
    """The comparison above would prove little without null, quotes, commas, line ends, signs."""
    every = b"".join(
        ok(client, f"/v1/{resource.name}.csv?limit=1000").content for resource in RESOURCES
    ).decode()
    for hard in ('""', '"', ",,", "\r\n", "a\r\nb", "true", "false", "-5.2", "𠮷", "\t", "1e-7"):
        assert hard in every, hard


def test_figures_are_spelled_in_their_shortest_form(client: httpx.Client) -> None:
    """The same text in all formats, exactly the figure that was published."""
    expected = {
        "aa-share-2021-s0": "61.8",
        "aa-ratio-2021-s1": "59.5",
        "aa-count-2021-s0": None,
        "aa-share-2022-s1": "-5.2",
        "aa-count-2022-s1": "1e-7",
        "aa-share-2023-s0": "123456789.5",
        "aa-ratio-2023-s1": "0.30000000000000004",
        "aa-count-2023-s0": "1000000000000000",
        "aa-share-2024-s1": "-0.00001",
        "aa-ratio-2024-s0": None,
        "aa-count-2024-s1": "100",
    }
    named = "&".join(f"indicator=aa-{name}" for name in ("share", "ratio", "count"))
    address = f"/v1/observations{{}}?fields=value&limit=1000&{named}"
    found = spelled(ok(client, address.format("")).content)["data"]
    assert {row["code"]: row["value"] for row in found} == expected
    assert {row["code"]: row["value"] for row in found if row["value"]} == {
        code: Figure(text) for code, text in expected.items() if text
    }
    assert all(isinstance(row["value"], Figure) for row in found if row["value"] is not None)
    _, rows = table(ok(client, address.format(".csv")).content)
    assert {row["code"]: row["value"] or None for row in rows} == expected
    zero = spelled(ok(client, "/v1/observations?release=6&code=aa-ratio-2022-s0").content)["data"]
    assert [row["value"] for row in zero] == [Figure("0")], "a zero is a zero, not nothing"
    _, zero_rows = table(ok(client, "/v1/observations.csv?release=6&code=aa-ratio-2022-s0").content)
    assert [row["value"] for row in zero_rows] == ["0"]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_a_detail_is_one_row_without_its_lists(resource: Resource, client: httpx.Client) -> None:
    for row in spelled(ok(client, f"/v1/{resource.name}?limit=3").content)["data"]:
        address = f"/v1/{resource.name}/{row[name_of(resource)]}"
        if not resource.detail:
            assert client.get(address).status_code == 404
            continue
        whole = spelled(ok(client, address).content)["data"]
        assert {name: whole[name] for name in row} == row
        assert set(whole) - set(row) == {inner.name for inner in resource.nested}
        header, rows = table(ok(client, f"{address}.csv").content)
        assert header == [column.name for column in resource.columns]
        assert rows == [{name: cell(value) for name, value in row.items()}]
        assert lines(ok(client, f"{address}.ndjson").content) == [row]


# --- the three ways to ask, and which goes first ---

ADDRESSES = [
    "/v1/tasks",
    "/v1/tasks/aa-2024-t1",
    "/v1/indicators/aa-share/history",
    "/v1/plans/aa-2024/diff/aa-2025",
]
"""A list, a detail, and what the clocks know."""


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("suffix", "query", "accept", "expected"),
    [
        ("", "", None, "json"),
        ("", "", "text/csv", "csv"),
        ("", "", "application/x-ndjson", "ndjson"),
        (".csv", "", None, "csv"),
        (".ndjson", "", None, "ndjson"),
        (".json", "", None, "json"),
        ("", "format=csv", None, "csv"),
        ("", "format=ndjson", None, "ndjson"),
        # format= goes before a suffix, a suffix before Accept.
        (".csv", "format=ndjson", "application/json", "ndjson"),
        (".csv", "format=json", "application/x-ndjson", "json"),
        (".csv", "", "application/x-ndjson", "csv"),
        (".json", "", "text/csv", "json"),
        ("", "format=csv", "application/x-ndjson", "csv"),
        # What does not go first is not looked at.
        (".csv", "", "image/png", "csv"),
        ("", "format=ndjson", "image/png", "ndjson"),
    ],
)
def test_three_ways_to_ask(
    address: str, suffix: str, query: str, accept: str | None, expected: str, client: httpx.Client
) -> None:
    headers = {"accept": accept} if accept else {}
    answer = client.get(f"{address}{suffix}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == TYPES[expected]
    assert "Accept" in [part.strip() for part in answer.headers["vary"].split(",")]
    plain = client.get(f"{address}?format={expected}")
    if expected == "json":
        assert answer.json()["data"] == plain.json()["data"]
    else:
        assert answer.content == plain.content


ACCEPT = [
    ("", "json"),
    ("*/*", "json"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", "json"),
    ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "json"),
    ("text/*", "csv"),
    ("application/*", "json"),
    ("text/csv, application/json;q=0.9", "csv"),
    ("text/csv;q=0.5, application/json;q=0.4", "csv"),
    ("text/csv;q=0.4, application/json;q=0.5", "json"),
    ("application/json;q=0.4, application/x-ndjson;q=0.5, text/csv;q=0.45", "ndjson"),
    ("application/json;q=0, */*", "csv"),
    ("application/json;q=0, text/csv;q=0.0, */*;q=0.001", "ndjson"),
    ("*/*;q=0.9, application/json;q=0.1", "csv"),
    ("application/*;q=0.9, application/json;q=0.1", "ndjson"),
    ("text/csv; charset=utf-8", "csv"),
    ("TEXT/CSV", "csv"),
    ("text/csv ; Q=0.1 , application/json ; q=0.2", "json"),
    ("application/json;q=0.5, text/csv;q=0.5", "json"),
    ("text/csv;q=1.000", "csv"),
    ("image/png, text/csv;q=0.1", "csv"),
    (",, text/csv ,,", "csv"),
]


@pytest.mark.parametrize(("accept", "expected"), ACCEPT)
def test_accept(accept: str, expected: str, client: httpx.Client) -> None:
    answer = ok(client, "/v1/plans?fields=code", accept=accept)
    assert answer.headers["content-type"] == TYPES[expected]


def test_accept_on_several_lines_is_one_list(client: httpx.Client) -> None:
    lines_of_accept = [("accept", "image/png"), ("accept", "text/csv;q=0.5")]
    answer = client.get("/v1/plans", headers=lines_of_accept)
    assert answer.headers["content-type"] == TYPES["csv"]


@pytest.mark.parametrize(
    "accept",
    [";;;", "text/csv;q=", "text/csv;q=abc", "text/csv;q=nan", "text/csv;q=inf", "text/csv;q=-1",
     "text/csv;q=1e400", "*", "/", "text", "text/csv/json", "a" * 4000, "text/csv;" * 500,
     "text/csv," * 500, "\xff\xfe", 'text/csv;x="', "q=1", "text/csv;q=0.5;q=0.1"],
    ids=lambda accept: ascii(accept[:20]),
)  # fmt: skip
def test_a_malformed_accept_is_answered_or_refused(accept: str, client: httpx.Client) -> None:
    answer = client.get("/v1/plans", headers={b"accept": accept.encode("latin-1")})
    assert answer.status_code in (200, 406)
    if answer.status_code == 200:
        assert answer.headers["content-type"] in TYPES.values()
    else:
        assert answer.json()["type"] == "/problems/not-acceptable"


@pytest.mark.parametrize("address", [*ADDRESSES, "/v1/releases/1"])
@pytest.mark.parametrize(
    ("suffix", "query", "accept", "place", "name", "value"),
    [
        ("", "format=pdf", None, "query", "format", "pdf"),
        ("", "format=", None, "query", "format", ""),
        ("", "format=CSV", None, "query", "format", "CSV"),
        ("", "format=text/csv", None, "query", "format", "text/csv"),
        (".csv", "format=pdf", "text/csv", "query", "format", "pdf"),
        (".pdf", "", None, "path", "format", "pdf"),
        (".pdf", "format=csv", None, "path", "format", "pdf"),
        (".CSV", "", "text/csv", "path", "format", "CSV"),
        (".csv.json", "", None, "path", "format", "csv.json"),
        ("", "", "image/png", "header", "Accept", "image/png"),
        ("", "", "text/csv;q=0", "header", "Accept", "text/csv;q=0"),
        ("", "", "*/*;q=0", "header", "Accept", "*/*;q=0"),
    ],
)
def test_an_unknown_format_is_refused_with_the_list(
    address: str,
    suffix: str,
    query: str,
    accept: str | None,
    place: str,
    name: str,
    value: str,
    client: httpx.Client,
) -> None:
    headers = {"accept": accept} if accept else {}
    answer = client.get(f"{address}{suffix}?{query}", headers=headers)
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/not-acceptable"
    (error,) = problem["errors"]
    assert (error["in"], error["name"], error["value"]) == (place, name, value)
    allowed = list(BARE.values() if place == "header" else BARE)
    assert error["allowed"] == allowed
    for each in allowed:
        assert each in problem["detail"]
        assert each in problem["detail_zh"]


def test_a_format_may_be_given_once(client: httpx.Client) -> None:
    answer = client.get("/v1/tasks?format=csv&format=json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == "given_twice"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_an_error_is_a_problem_in_every_format(
    address: str, form: str, client: httpx.Client
) -> None:
    for asked, status in ((f"{address}.{form}?release=99", 422), (f"{address}x.{form}", 404)):
        answer = client.get(asked)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert "content-disposition" not in answer.headers


# --- what only some formats have a place for ---


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("query", ["include=targets", "facets=plan", "include=targets&facets=plan"])
@pytest.mark.parametrize("way", ["format", "suffix", "accept"])
def test_lists_and_counts_are_for_json(
    form: str, query: str, way: str, client: httpx.Client
) -> None:
    address = {
        "format": f"/v1/tasks?{query}&format={form}",
        "suffix": f"/v1/tasks.{form}?{query}",
        "accept": f"/v1/tasks?{query}",
    }[way]
    answer = client.get(address, headers={"accept": BARE[form]} if way == "accept" else {})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["name"], error["reason"]) == (query.split("=", 1)[0], "json_only")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_byte_order_mark_is_for_csv(address: str, client: httpx.Client) -> None:
    for asked in (f"{address}?bom=true", f"{address}.ndjson?bom=true"):
        answer = client.get(asked)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["reason"] == "csv_only"
    plain = ok(client, f"{address}.csv").content
    assert ok(client, f"{address}.csv?bom=false").content == plain
    assert ok(client, f"{address}?bom=false").json()["data"]
    assert ok(client, f"{address}?bom=true", accept="text/csv").content.startswith(b"\xef\xbb\xbf")
    assert client.get(f"{address}.csv?bom=1").status_code == 422


STARTS = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"]
BEFORE = ["", " ", "   ", "\u00a0", "\u3000", " \u3000\u00a0 "]
HARMLESS = [
    "a=1", "1-2", "'=1", '"=1"', "5.2", "—5", "（=1", "普通", " a", "\u3000甲", "·@", "0", "#1",
    "a\t=", "1\r\n=2",
]  # fmt: skip


def test_a_spreadsheet_is_given_no_formula(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    """Text that begins like a formula gets an apostrophe with bom=true; figures never do."""
    texts = [f"{before}{start}1+1" for start in STARTS for before in BEFORE]
    texts += [*STARTS, *HARMLESS]
    rows = [
        observation("aa-x", 1900 + place, note_zh=text, value=value, source_date=date(2024, 1, 2))
        for place, text in enumerate(texts)
        for value in [(-5.2, -5.0, -1e-7, 0.0)[place % 4]]
    ]
    publish(engine, tmp_path, plan("aa-2024", [task(1)], [body("aa")], [indicator("x")]))
    write(engine, {"observation": Change(added=rows)}, Cause.NEW_DATA)
    with serving(url) as client:
        address = "/v1/observations.csv?limit=1000&sort=code"
        header, plain = table(ok(client, address).content)
        marked = ok(client, f"{address}&bom=true").content
        assert marked.startswith(b"\xef\xbb\xbf")
        assert not marked.startswith(b"\xef\xbb\xbf\xef\xbb\xbf")
        marked_header, defended = table(marked[3:])
        detail = ok(client, f"/v1/observations/{rows[0]['code']}.csv?bom=true").content
        assert table(detail[3:]) == (header, defended[:1])
    assert marked_header == header == [column.name for column in OBSERVATIONS.columns]
    assert [row["note_zh"] for row in plain] == texts, "without bom nothing is put in"
    assert [row["note_zh"] for row in defended] == [
        text if text in HARMLESS else f"'{text}" for text in texts
    ]
    for name in header:
        if name != "note_zh":
            assert [row[name] for row in defended] == [row[name] for row in plain], name
    assert {row["value"] for row in defended} == {"-5.2", "-5", "-1e-7", "0"}


def test_a_byte_order_mark_stands_before_an_empty_table_too(client: httpx.Client) -> None:
    content = ok(client, "/v1/tasks.csv?as_of=2020-01-01&bom=true").content
    assert table(content.removeprefix(b"\xef\xbb\xbf")) == ([c.name for c in TASKS.columns], [])
    assert content.startswith(b"\xef\xbb\xbf")


# --- headers ---


DISPOSITION = re.compile(
    r"""(attachment);\ filename="([a-z0-9.-]+)";\ filename\*=UTF-8''([A-Za-z0-9.%-]+)""",
    re.ASCII | re.VERBOSE,
)
"""RFC 6266 with both names, the second one percent-encoded as RFC 8187 has it."""


def file_name(answer: httpx.Response) -> tuple[str, str, str]:
    """Disposition, plain name, and the name for those who can read it."""
    found = DISPOSITION.fullmatch(answer.headers["content-disposition"])
    assert found, answer.headers["content-disposition"]
    return found[1], found[2], unquote(found[3], errors="strict")


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_a_csv_is_saved_under_a_name(resource: Resource, client: httpx.Client) -> None:
    for address in (f"/v1/{resource.name}.csv", f"/v1/{resource.name}?format=csv&limit=1"):
        assert file_name(ok(client, address)) == (
            "attachment",
            f"{resource.name}.csv",
            f"{resource.zh}.csv",
        )
    assert "content-disposition" not in ok(client, f"/v1/{resource.name}").headers
    if resource.detail:
        key = ok(client, f"/v1/{resource.name}?limit=1").json()["data"][0][resource.key]
        detail = ok(client, f"/v1/{resource.name}/{key}.csv")
        assert file_name(detail) == ("attachment", f"{key}.csv", f"{key}.csv")


def test_a_csv_of_the_clocks_is_saved_under_a_name(client: httpx.Client) -> None:
    for address, plain, chinese in (
        ("/v1/indicators/aa-share/history.csv", "aa-share-history", "aa-share-history"),
        ("/v1/history.csv?indicator=aa-share&indicator=aa-ratio", "history", "时间线"),
        ("/v1/plans/aa-2024/diff/aa-2025.csv", "aa-2024-aa-2025", "aa-2024-aa-2025"),
    ):
        names = ("attachment", f"{plain}.csv", f"{chinese}.csv")
        assert file_name(ok(client, address)) == names


@pytest.mark.parametrize("form", TYPES)
def test_links_in_the_header(form: str, client: httpx.Client) -> None:
    answer = ok(client, f"/v1/tasks.{form}?limit=2&plan=aa-2024")
    links = answer.links
    assert links["license"]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert links["bookmark"]["url"] == f"/v1/tasks.{form}?limit=2&plan=aa-2024&release=7"
    assert links["service-desc"]["url"] == "/openapi.json"
    following = ok(client, links["next"]["url"])
    assert following.headers["content-type"] == TYPES[form]
    if form == "json":
        assert links["next"]["url"] == answer.json()["links"]["next"]
        assert following.json()["meta"]["returned"] == 2
    last = ok(client, f"/v1/tasks.{form}?plan=aa-2024")
    assert "next" not in last.links
    assert last.links["license"]["url"] == links["license"]["url"]
    detail = ok(client, f"/v1/tasks/aa-2024-t1.{form}")
    assert "next" not in detail.links
    assert detail.links["bookmark"]["url"] == f"/v1/tasks/aa-2024-t1.{form}?release=7"


def test_the_links_to_other_formats_lead_to_the_same_rows(client: httpx.Client) -> None:
    asked = "plan=aa-2024&sort=-title_zh&q=推进&limit=1000"
    answer = ok(client, f"/v1/tasks?{asked}&include=targets&facets=area").json()
    assert set(answer["links"]["formats"]) == {"csv", "ndjson"}
    codes = [row["code"] for row in answer["data"]]
    assert len(codes) > 1
    _, rows = table(ok(client, answer["links"]["formats"]["csv"]).content)
    assert [row["code"] for row in rows] == codes
    objects = lines(ok(client, answer["links"]["formats"]["ndjson"]).content)
    assert [row["code"] for row in objects] == codes


@pytest.mark.parametrize("way", ["/v1/targets.{}", "/v1/targets?format={}", "/v1/targets"])
@pytest.mark.parametrize("form", TYPES)
def test_pages_through_the_header_give_each_row_once(
    way: str, form: str, client: httpx.Client
) -> None:
    """As a program does it that knows no JSON: it follows `next` in the header."""
    address = way.format(form)
    whole = spelled(ok(client, "/v1/targets?limit=1000").content)["data"]
    headers = {"accept": BARE[form]} if address == "/v1/targets" else {}
    following: str | None = f"{address}{'&' if '?' in address else '?'}limit=7"
    found: list[Any] = []
    pages = 0
    while following:
        answer = ok(client, following, **headers)
        assert answer.headers["content-type"] == TYPES[form]
        if form == "csv":
            header, rows = table(answer.content)
            assert header == list(whole[0]), "each page has its header"
            found += rows
        elif form == "ndjson":
            found += lines(answer.content)
        else:
            found += spelled(answer.content)["data"]
        following = answer.links["next"]["url"] if "next" in answer.links else None
        pages += 1
    assert pages == -(-len(whole) // 7)
    if form == "csv":
        assert found == [{name: cell(value) for name, value in row.items()} for row in whole]
    else:
        assert found == whole


def test_each_format_has_its_own_tag(client: httpx.Client) -> None:
    addresses = ["/v1/tasks", "/v1/tasks.csv", "/v1/tasks.ndjson", "/v1/tasks.csv?bom=true"]
    tags = [ok(client, address).headers["etag"] for address in addresses]
    assert len(set(tags)) == 4
    assert ok(client, "/v1/tasks?format=csv").headers["etag"] == tags[1]
    assert ok(client, "/v1/tasks", accept="text/csv").headers["etag"] == tags[1]
    again = client.get("/v1/tasks.csv", headers={"if-none-match": tags[1]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/v1/tasks.csv", headers={"if-none-match": tags[0]})
    assert other.status_code == 200, "the JSON of it is not the CSV"
