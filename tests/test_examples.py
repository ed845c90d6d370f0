"""The agreed examples: every row and envelope has their keys, in their order, and their figures.

The first half needs nothing but the repository. The second reads `../shared/EXAMPLES.md`, where it
is at hand, and compares each block with the answer.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa

from app.models.choices import Cause
from app.publish.plans import import_plans
from app.publish.prepare import prepare
from app.publish.scope import Change
from app.publish.writer import Orders, Step, publish
from app.settings import Settings
from tests.conftest import SHARED
from tests.plans import anchored, body, plan, saved, task
from tests.serving import serving

Json = dict[str, Any]

SOURCE = "source_document source_start source_end"
QUOTED = f"quote quote_start quote_end section_zh {SOURCE} source_sha256"

ROWS = {
    "plans": "code year title_zh title_en issuer issuer_name_zh issuer_name_en period_start "
    "period_end continues area_count task_count target_count redacted_count deliverable_count "
    "text_complete text_gap_zh text_gap_en document document_copy release_from",
    "areas": "code plan year number section_zh title_zh title_en summary_zh summary_en task_count "
    f"target_count redacted_count deliverable_count {SOURCE} release_from",
    "tasks": "code plan year area area_title_zh area_title_en number section_zh title_zh title_en "
    "title_printed_zh summary_zh summary_en target_count redacted_count deliverable_count "
    "responsibility_stated text_complete text_gap_zh text_gap_en continues "
    f"{SOURCE} source_sha256 release_from",
    "indicators": "code issuer name_zh name_en definition_zh definition_en population_zh "
    "population_en open_zh open_en unit unit_zh unit_en kind measure desired_direction target "
    "target_plan target_value target_value_status target_text_zh target_text_en "
    "target_commitment target_due target_alternative_zh target_alternative_en latest_period "
    "latest_value latest_value_status attainment attainment_reason release_from",
    "targets": "code plan year issuer area task task_title_zh indicator name_zh name_en kind "
    "measure value value_upper unit unit_zh unit_en value_status value_text_zh value_text_en "
    "met_if floor_stated commitment commitment_basis due due_basis baseline_value baseline_period "
    "alternative_value alternative_value_upper alternative_due alternative_zh alternative_en "
    "note_zh note_en attainment attainment_reason attainment_rule observation observation_period "
    f"observation_value observation_value_status {QUOTED} release_from",
    "observations": "code indicator name_zh name_en target period period_start period_end value "
    "unit unit_zh unit_en value_status value_text_zh value_text_en source source_title source_url "
    "source_date quote note_zh note_en release_from",
    "bodies": "code name_zh name_en kind level region_code parent task_count release_from",
    "participations": "code plan year area task task_title_zh body body_name_zh body_name_en kind "
    f"role stated {QUOTED} release_from",
    "deliverables": "code plan year area task task_title_zh title_zh title_en verb_zh outcome "
    f"issued_on issued_title_zh issued_number issued_url {QUOTED} release_from",
    "errata": "code plan task kind printed_zh reading_zh certainty reason_zh reason_en "
    f"quote_start quote_end section_zh {SOURCE} source_sha256 release_from",
    "documents": "code title_zh title_en publisher copy file_name file_sha256 body_sha256 "
    "body_characters page_count text_complete text_gap_zh text_gap_en rights_zh rights_en "
    "release_from",
    "changes": "release released_at cause material action resource code plan name_zh name_en field "
    "before after note_zh note_en by",
    "releases": "number time cause note_zh note_en by added changed removed blanked resources",
}
"""The keys of a row, in order."""

TARGET_BRIEFLY = (
    "code name_zh name_en value unit value_status value_text_zh value_text_en commitment due "
    "alternative_zh alternative_en attainment"
)
DELIVERABLE_BRIEFLY = "code title_zh title_en outcome issued_on"

LISTS = {
    "plans/xxjyj-2023": {
        "areas": "code number title_zh title_en task_count target_count deliverable_count",
        "deliverables": DELIVERABLE_BRIEFLY,
    },
    "tasks/xxjyj-2023-t7": {
        "targets": TARGET_BRIEFLY,
        "deliverables": DELIVERABLE_BRIEFLY,
        "participations": "body body_name_zh body_name_en role stated quote",
        "errata": "code kind printed_zh reading_zh certainty",
    },
    "documents/xxjyj-2023-doc": {
        "relations": "relation url basis_zh basis_en",
        "plans": "code year title_zh title_en issuer",
    },
}
"""The keys of the brief rows that a detail ends with."""

LIST_META = (
    "total total_is returned release released_at as_of license attribution_zh attribution_en "
    "note_zh note_en"
)
LINKS = "self permanent next page formats"

BEYOND = {
    "deliverables": {"task_title_zh"},  # a line of the CSV says what it is about
    "indicators": {"target_alternative_zh", "target_alternative_en"},  # doubts go with figures
    "targets": {"observation_value_status"},  # a provisional figure is said to be one
    "brief targets": {"alternative_zh", "alternative_en"},  # the same
    "releases": {"blanked"},  # a past release reads differently only by force of law
}
"""Keys that the examples do not have."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
"""Milliseconds tell two releases of one second apart; the examples leave them out."""


def get(client: httpx.Client, address: str, status: int = 200) -> Json:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


# --- by the repository alone ------------------------------------------------------------------


@pytest.mark.parametrize("name", ROWS)
def test_the_keys_of_a_row_stand_in_their_order(name: str, client: httpx.Client) -> None:
    wanted = ROWS[name].split()
    table = csv.reader(io.StringIO(client.get(f"/v1/{name}.csv").text))
    assert next(table) == wanted
    assert [list(row) for row in get(client, f"/v1/{name}?limit=1")["data"]] == (
        [wanted] if name != "observations" else []
    )


@pytest.mark.parametrize("address", LISTS)
def test_a_detail_is_the_row_and_then_its_lists(address: str, client: httpx.Client) -> None:
    row = get(client, f"/v1/{address}")["data"]
    lists = {name: row[name] for name in LISTS[address]}
    assert list(row) == [*ROWS[address.split("/", maxsplit=1)[0]].split(), *lists]
    for name, found in lists.items():
        assert found, name
        assert {tuple(inner) for inner in found} == {tuple(LISTS[address][name].split())}


@pytest.mark.parametrize(
    ("address", "lists"),
    [
        ("areas/xxjyj-2023-a3", ["tasks"]),
        ("indicators/xxjyj-public-kindergarten-share", ["targets", "observations"]),
        ("targets/xxjyj-2023-public-kindergarten-share", ["observations"]),
        ("bodies/kindergartens", ["participations"]),
        ("participations/xxjyj-2023-t7-participant-kindergartens", []),
        ("deliverables/xxjyj-2023-curriculum-quality-standard", []),
        ("errata/xxjyj-2023-e10", []),
    ],
)
def test_the_lists_of_the_other_details(
    address: str, lists: list[str], client: httpx.Client
) -> None:
    row = get(client, f"/v1/{address}")["data"]
    assert list(row) == [*ROWS[address.split("/", maxsplit=1)[0]].split(), *lists]


def test_an_envelope_has_its_keys_in_order(client: httpx.Client) -> None:
    many = get(client, "/v1/targets?facets=value_status")
    one = get(client, "/v1/plans/xxjyj-2023")
    for answer in (many, one):
        assert list(answer) == ["data", "meta", "links"]
        assert list(answer["links"]) == LINKS.split()
        assert list(answer["links"]["formats"])[:2] == ["csv", "ndjson"]
        assert MOMENT.fullmatch(answer["meta"]["released_at"])
    assert list(many["meta"]) == [*LIST_META.split(), "facets"]
    assert list(one["meta"]) == LIST_META.split()[3:]


def test_facets_carry_labels_and_counts(client: httpx.Client) -> None:
    facets = get(client, "/v1/targets?facets=value_status")["meta"]["facets"]
    assert facets == {
        "value_status": [
            {"value": "stated", "label_zh": "原文写明", "label_en": "stated", "count": 16},
            {"value": "redacted", "label_zh": "原文隐去", "label_en": "redacted", "count": 8},
            {"value": "unquantified", "label_zh": "未给数字", "label_en": "unquantified",
             "count": 2},
            {"value": "implied", "label_zh": "由文意得出", "label_en": "implied", "count": 1},
        ]
    }  # fmt: skip
    assert list(facets["value_status"][0]) == ["value", "label_zh", "label_en", "count"]


def test_tasks_19_and_24_say_what_is_wrong_with_their_text(client: httpx.Client) -> None:
    misprinted = get(client, "/v1/tasks/xxjyj-2023-t19")["data"]
    assert misprinted["title_zh"] == "推动重大任务落实落地"
    assert misprinted["title_printed_zh"] == "推动重大任务落实落她"
    cut = get(client, "/v1/tasks/xxjyj-2023-t24")["data"]
    assert cut["text_complete"] is False
    assert cut["text_gap_zh"] == "所据预览本在本项第二句的首字“完”之后中断，其后内容未知。"
    assert "second sentence" in cut["text_gap_en"]


def withdrawn(url: str, engine: sa.Engine, folder: Path) -> Iterator[Json]:
    """A plan with two tasks and then with one; what is said of the other, and in which release."""
    for tasks in ([task(1), task(2)], [task(1)]):
        path = saved(folder / "plan.json", anchored(plan("aa-2024", tasks, [body("aa")])))
        first = len(tasks) == 2
        orders = Orders(
            cause=None if first else Cause.CORRECTION,
            note_en=None if first else "Task 2 was read twice.",
        )
        import_plans(engine, [path], orders, lambda _en, _zh: None)
    with serving(url) as client:
        told = get(client, "/v1/tasks/aa-2024-t2", 410)
        yield told
        yield get(client, "/v1/releases/2")["data"]
        yield get(client, told["last_version"])["data"]


def test_a_withdrawn_code_names_its_last_version(
    url: str, engine: sa.Engine, tmp_path: Path
) -> None:
    told, release, last = withdrawn(url, engine, tmp_path)
    assert list(told) == [
        "type", "title", "title_zh", "status", "detail", "detail_zh", "instance", "last_release",
        "cause", "last_version",
    ]  # fmt: skip
    moment = datetime.fromisoformat(release["time"])
    day = moment.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    assert told["detail"].startswith(f"Withdrawn in release 2 ({day}): ")
    assert "Task 2 was read twice." in told["detail"]
    assert "第2版" in told["detail_zh"]
    assert (told["last_release"], told["cause"]) == (1, "correction")
    assert told["last_version"] == "/v1/tasks/aa-2024-t2?release=1"
    assert (last["code"], last["number"]) == ("aa-2024-t2", 2)


RESULT = {
    "code": "xxjyj-public-kindergarten-share-2023-summary",
    "indicator": "xxjyj-public-kindergarten-share",
    "period": "2023",
    "period_start": date(2023, 1, 1),
    "period_end": date(2023, 12, 31),
    "value": 61.8,
    "value_status": "measured",
    "value_text_zh": "61.8%",
    "value_text_en": "61.8%",
    "source": "summary",
    "source_title": "XX市教育局2023年工作总结",
    "source_date": date(2024, 1, 30),
    "quote": "公办园在园幼儿占比61.8%",
}
"""The invented result of the examples."""


@pytest.fixture
def with_result(url: str, engine: sa.Engine) -> Iterator[httpx.Client]:
    """A client of the service after the invented result was published as release 2."""
    prepare(Settings(database_url=url), lambda _en, _zh: None)
    changes = {"observation": Change(added=[RESULT])}
    publish(engine, lambda _: [Step("rows", changes, Cause.NEW_DATA)], Orders())
    with serving(url) as client:
        yield client


def test_a_result_stands_in_every_place_that_shows_it(with_result: httpx.Client) -> None:
    (row,) = get(with_result, "/v1/observations")["data"]
    assert list(row) == ROWS["observations"].split()
    detail = get(with_result, f"/v1/observations/{row['code']}")["data"]
    assert list(detail.items()) == list(row.items())
    assert (row["value"], row["unit_zh"], row["period_end"]) == (61.8, "%", "2023-12-31")
    brief = [
        "code", "period", "value", "unit", "value_status", "value_text_zh", "value_text_en",
        "source", "source_title", "source_date",
    ]  # fmt: skip
    for address in (
        "/v1/targets/xxjyj-2023-public-kindergarten-share",
        "/v1/indicators/xxjyj-public-kindergarten-share",
    ):
        (shown,) = get(with_result, address)["data"]["observations"]
        assert list(shown) == brief
        assert shown == {name: row[name] for name in brief}
    (line,) = csv.DictReader(
        io.StringIO(with_result.get("/v1/indicators.csv?code=xxjyj-public-kindergarten-share").text)
    )
    assert (line["target_value"], line["target_text_zh"]) == ("60", "达到60%")
    assert (line["latest_period"], line["latest_value"]) == ("2023", "61.8")
    assert line["latest_value_status"] == "measured"


# --- beside the agreed examples ---------------------------------------------------------------


@pytest.fixture(scope="session")
def examples() -> dict[str, str]:
    """The sections of the agreed examples by number, where they are at hand."""
    path = SHARED / "EXAMPLES.md"
    if not path.exists():
        pytest.skip("the agreed examples are not part of the repository")
    parts = re.split(r"^### (\d\.\d+) ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def block(section: str) -> list[Any]:
    """The JSON blocks of a section."""
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", section, re.DOTALL)]


def inline(section: str, start: str) -> Any:
    """JSON inside the prose of a section; `, …` stands for what is left out at the end."""
    (text,) = re.findall(rf"`({re.escape(start)}[^`]*)`", section)
    return json.loads(text.replace(", …", ""))


def differences(shown: Any, answered: Any, path: str = "") -> Iterator[str]:
    """Where an answer differs from an example: keys, their order, values.

    `…` stands for any text, and at the end of a text for its rest. An empty list stands for a list.
    A list of rows is compared row by row with the answer's rows of the same code.
    """
    if isinstance(shown, dict) and isinstance(answered, dict):
        if list(shown) != list(answered):
            yield f"{path}: keys {list(shown)} != {list(answered)}"
        for key in shown.keys() & answered.keys():
            yield from differences(shown[key], answered[key], f"{path}.{key}")
    elif isinstance(shown, list) and isinstance(answered, list):
        for number, row in enumerate(shown):
            found = answered[number : number + 1]
            if "code" in row:
                found = [other for other in answered if other["code"] == row["code"]]
            if not found:
                yield f"{path}: {row} is missing"
            for other in found:
                yield from differences(row, other, f"{path}[{number}]")
    elif not same(shown, answered):
        yield f"{path}: {shown!r} != {answered!r}"


def agreed(row: Json, name: str) -> Json:
    """A row without the keys that the examples do not have."""
    return {key: value for key, value in row.items() if key not in BEYOND.get(name, ())}


def same(shown: Any, answered: Any) -> bool:
    if isinstance(shown, str) and shown.endswith("…"):
        return isinstance(answered, str) and answered.startswith(shown[:-1])
    return type(shown) is type(answered) and bool(shown == answered)


def in_order(names: Iterable[str], among: Iterable[str]) -> bool:
    """Whether the names stand among others in their order."""
    left = iter(among)
    return all(name in left for name in names)


def test_the_comparison_sees_what_differs() -> None:
    shown = {"a": "x…", "b": [{"code": "c", "n": 1}], "l": []}
    answered = {"a": "xyz", "b": [{"code": "d"}, {"code": "c", "n": 1}], "l": [1]}
    assert list(differences(shown, answered)) == []
    for one, other in (
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 60}, {"a": 60.0}),
        ({"a": None}, {"a": 0}),
        ({"a": False}, {"a": 0}),
        ({"a": "x…"}, {"a": "y"}),
        ({"a": [{"code": "c"}]}, {"a": []}),
        ({"a": [{"code": "c", "n": 1}]}, {"a": [{"code": "c", "n": 2}]}),
    ):
        assert list(differences(one, other)), (one, other)


def test_1_1_the_envelope(examples: dict[str, str], client: httpx.Client) -> None:
    (shown,) = block(examples["1.1"])
    answer = get(client, "/v1/targets?plan=xxjyj-2023")
    assert list(shown) == list(answer)
    # Decided otherwise: times have milliseconds, and there are no pages for people yet.
    assert MOMENT.fullmatch(answer["meta"].pop("released_at"))
    shown["meta"].pop("released_at")
    assert answer["links"].pop("page") is None
    shown["links"].pop("page")
    # Every format of the example is there; others may follow.
    formats, wanted = answer["links"].pop("formats"), shown["links"].pop("formats")
    assert {name: formats[name] for name in wanted} == wanted
    assert in_order(wanted, formats)
    assert list(differences(shown["meta"], answer["meta"])) == []
    assert list(differences(shown["links"], answer["links"])) == []


def test_1_1_facets(examples: dict[str, str], client: httpx.Client) -> None:
    shown = inline(examples["1.1"], '{"value_status"')
    facets = get(client, "/v1/targets?facets=value_status")["meta"]["facets"]
    assert list(facets) == list(shown)
    assert list(differences(shown["value_status"][0], facets["value_status"][0])) == []


@pytest.mark.parametrize(
    ("section", "address"),
    [
        ("1.2", "/v1/plans/xxjyj-2023"),
        ("1.3", "/v1/areas?code=xxjyj-2023-a3"),
        ("1.4", "/v1/tasks/xxjyj-2023-t7"),
    ],
)
def test_1_2_to_1_4_the_plan_an_area_and_a_task(
    section: str, address: str, examples: dict[str, str], client: httpx.Client
) -> None:
    (shown,) = block(examples[section])
    data = get(client, address)["data"]
    (row,) = data if isinstance(data, list) else [data]
    if "targets" in row:
        row["targets"] = [agreed(part, "brief targets") for part in row["targets"]]
    assert list(differences(shown, row)) == []


def test_1_4_what_is_said_of_tasks_19_and_24(
    examples: dict[str, str], client: httpx.Client
) -> None:
    said = re.findall(r'Task (\d+) has `("[^`]*)`', examples["1.4"])
    assert [number for number, _ in said] == ["19", "24"]
    for number, members in said:
        row = get(client, f"/v1/tasks/xxjyj-2023-t{number}")["data"]
        shown = json.loads(f"{{{members}}}")
        assert list(differences(shown, {name: row[name] for name in shown})) == []


def test_1_5_the_target_row(examples: dict[str, str], client: httpx.Client) -> None:
    shown, _ = block(examples["1.5"])
    (row,) = get(client, f"/v1/targets?code={shown['code']}")["data"]
    assert list(differences(shown, agreed(row, "targets"))) == []
    # Decided beyond the examples: the detail ends with the results.
    detail = get(client, f"/v1/targets/{shown['code']}")["data"]
    assert list(detail.items()) == [*row.items(), ("observations", [])]


def test_1_5_the_hard_rows(examples: dict[str, str], client: httpx.Client) -> None:
    _, hard = block(examples["1.5"])
    assert len(hard) == 3
    for shown in hard:
        row = get(client, f"/v1/targets/{shown['code']}")["data"]
        if shown.get("observation_value") is not None:
            # What follows from an invented result is invented.
            assert shown["observation_value"] == 3
            for name in [name for name in shown if name.startswith(("attain", "observ"))]:
                shown.pop(name)
        assert list(differences(shown, {name: row[name] for name in shown})) == []


def test_1_6_the_indicator_after_a_result(
    examples: dict[str, str], with_result: httpx.Client
) -> None:
    (shown,) = block(examples["1.6"])
    row = get(with_result, f"/v1/indicators/{shown['code']}")["data"]
    # Results are shown but not judged yet.
    assert shown["attainment"] == "met"
    shown["attainment"] = row["attainment"]
    assert list(differences(shown, agreed(row, "indicators"))) == []
    (listed,) = get(with_result, f"/v1/indicators?code={shown['code']}")["data"]
    assert list(listed) == [name for name in row if name not in ("targets", "observations")]


def test_1_9_an_unknown_parameter(examples: dict[str, str], client: httpx.Client) -> None:
    (shown,) = block(examples["1.9"])
    told = get(client, "/v1/tasks?aera=xxjyj-2023-a3", 422)
    named = shown["errors"][0].pop("allowed")
    allowed = told["errors"][0].pop("allowed")
    assert named.pop() == "…"
    assert in_order(named, allowed)
    assert list(differences(shown, told)) == []


def test_1_9_a_withdrawn_code(
    examples: dict[str, str], url: str, engine: sa.Engine, tmp_path: Path
) -> None:
    shown = inline(examples["1.9"], '{"type": "/problems/withdrawn"')
    told, _, _ = withdrawn(url, engine, tmp_path)
    assert in_order(shown, told)
    for name in ("type", "title", "title_zh", "status"):
        assert told[name] == shown[name]
    like = re.escape(shown["detail"].removesuffix("…"))
    like = like.replace("5", r"\d+", 1).replace(r"2027\-01\-10", r"\d{4}-\d\d-\d\d")
    assert re.match(like, told["detail"])
    assert told["last_version"].endswith(f"?release={told['last_release']}")
    assert shown["last_version"].endswith(f"?release={shown['last_release']}")


ROW_NAMES = {
    "body": "bodies",
    "participation": "participations",
    "deliverable": "deliverables",
    "erratum": "errata",
    "document": "documents",
    "release": "releases",
}


def test_1_11_the_other_rows(examples: dict[str, str], client: httpx.Client) -> None:
    lines = dict(re.findall(r"^- \*\*(\w+)\*\*: (.*)$", examples["1.11"], re.MULTILINE))
    assert lines.keys() == ROW_NAMES.keys()
    lines["document"], _, details = lines["document"].partition("; detail: ")
    for name, keys in lines.items():
        wanted = keys.replace("source_…", f"{SOURCE} source_sha256").split()
        (row,) = get(client, f"/v1/{ROW_NAMES[name]}?limit=1")["data"]
        assert list(agreed(row, ROW_NAMES[name])) == wanted, name
    ((list_name, brief),) = re.findall(r"(\w+) \((.*)\)", details)
    detail = get(client, "/v1/documents/xxjyj-2023-doc")["data"]
    assert {tuple(row) for row in detail[list_name]} == {tuple(brief.split())}


def test_what_the_repository_expects_is_what_the_examples_show(examples: dict[str, str]) -> None:
    """So that a changed example is noticed here, not only against the service."""
    shown = {
        "plans": block(examples["1.2"])[0],
        "areas": block(examples["1.3"])[0],
        "tasks": block(examples["1.4"])[0],
        "targets": block(examples["1.5"])[0],
        "indicators": block(examples["1.6"])[0],
        "observations": block(examples["1.7"])[0],
    }
    for name, row in shown.items():
        flat = [key for key, value in row.items() if not isinstance(value, list)]
        assert flat == list(agreed(dict.fromkeys(ROWS[name].split()), name)), name
