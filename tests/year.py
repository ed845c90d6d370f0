"""A year of the bundled plan: the office's commands on their days, its files, and a mirror.

Result figures, the unmasked number, the issuer's change and the plan of 2024 are invented.
"""

import copy
import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from tests.clock_oracle import judged
from tests.plans import indicator, saved, target, task, text_of

Row = dict[str, Any]
Lines = Mapping[str, Row]
"""What is typed into a sheet: by code, the columns and their values."""

PLAN, NEXT = "xxjyj-2023", "xxjyj-2024"

# --- commands on their days -------------------------------------------------------------------


def clock_library() -> Path:
    """The library that tells a process another date."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        reason = "libfaketime is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found[0]


def dated(day: str) -> dict[str, str]:
    """The environment of a process that starts at ten o'clock UTC of a day.

    Only the date is another one: waiting takes as long, and files keep their times, by which
    Python judges whether what it has compiled is still good.
    """
    return {
        "TZ": "UTC",
        "LD_PRELOAD": str(clock_library()),
        "FAKETIME": f"@{day} 10:00:00",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


@dataclass(frozen=True)
class Office:
    """Those who publish: every command is a process of its own."""

    url: str
    folder: Path
    seed: Path

    def run(self, day: str, *arguments: str) -> str:
        """What a command, given on a day, prints."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            env={**os.environ, **dated(day), "YAODIAN_DATABASE_URL": self.url},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def read(self, name: str) -> Row:
        """A plan file in the folder."""
        return dict(json.loads((self.folder / name).read_text(encoding="utf-8")))


# --- the steps --------------------------------------------------------------------------------


def publish_plan(office: Office, day: str) -> None:
    office.run(day, "import", str(office.seed))


def load_results(office: Office, day: str) -> None:
    office.run(day, "observe", "--template", "--plan", PLAN, "2023.xlsx")
    lines = {code: {**typed, **SUMMARY} for code, typed in RESULTS_2023.items()}
    fill(office.folder / "2023.xlsx", lines, FATES)
    office.run(day, "observe", "2023.xlsx")


def correct_result(office: Office, day: str) -> None:
    line = {"结果数值": "61.8%", "引文": "公办园在园幼儿占比61.8%"}
    fill(office.folder / "2023.xlsx", {"xxjyj-public-kindergarten-share": line}, {})
    notes = ("--note", "录入时抄错，原件为61.8%。", "--note", "Copying error: it says 61.8%.")
    office.run(day, "observe", "2023.xlsx", "--cause", "correction", *notes)


def retract_result(office: Office, day: str) -> None:
    notes = ("--note", "局方收回了这一数字。", "--note", "The bureau took the figure back.")
    office.run(day, "retract", "xxjyj-clean-school-compliance-share-2023-summary", *notes)


def import_better_copy(office: Office, day: str) -> None:
    saved(office.folder / "copy.json", better_copy(json.loads(office.seed.read_text("utf-8"))))
    office.run(day, "import", "copy.json", "--cause", "better_source")


def import_issuers_change(office: Office, day: str) -> None:
    saved(office.folder / "changed.json", changed_by_issuer(office.read("copy.json")))
    by = ("--by", "XX市教育局办公室", "--note", "发文单位改了第16项的数字。")
    office.run(day, "import", "changed.json", "--cause", "issuer_change", *by)


def publish_next_plan(office: Office, day: str) -> None:
    office.run(day, "plan", "new", NEXT, "--from", PLAN)
    raw = next_year(office.read(f"{NEXT}.json"))
    saved(office.folder / f"{NEXT}.json", raw)
    (office.folder / "2024.txt").write_text(text_of(raw), encoding="utf-8")
    office.run(day, "anchor", f"{NEXT}.json", "--text", "2024.txt")
    office.run(day, "import", f"{NEXT}.json", "--text", "2024.txt")


def load_next_results(office: Office, day: str) -> None:
    table(office.folder / "2024.csv", RESULTS_2024)
    office.run(day, "observe", "2024.csv")


def replace_provisional(office: Office, day: str) -> None:
    final = {"结果数值": "50", "数值状态": "实测"}
    line = {**RESULTS_2024["xxjyj-digital-campus-share"], **final}
    table(office.folder / "2024.csv", {**RESULTS_2024, "xxjyj-digital-campus-share": line})
    office.run(day, "observe", "2024.csv")


STEPS: Mapping[str, Callable[[Office, str], None]] = {
    "2023-02-10": publish_plan,
    "2024-02-01": load_results,
    "2024-02-20": correct_result,
    "2024-03-01": retract_result,
    "2024-03-15": import_better_copy,
    "2024-04-01": import_issuers_change,
    "2024-05-01": publish_next_plan,
    "2025-01-20": load_next_results,
    "2025-03-01": replace_provisional,
}
"""What is done on which day: each makes the next release."""

# --- what is filled in ------------------------------------------------------------------------

SUMMARY: Row = {
    "来源简称": "summary",
    "来源标题": "XX市教育局2023年工作总结",
    "来源日期": date(2024, 1, 30),
}
RESULTS_2023: Lines = {
    "xxjyj-public-kindergarten-share": {"结果数值": 0.612, "引文": "公办园在园幼儿占比61.2%"},
    "xxjyj-grade-two-kindergarten-share": {"结果数值": "77.5%"},
    "xxjyj-counties-passing-balance-review": {"结果数值": 3},
    "xxjyj-clean-school-compliance-share": {"结果数值": 82.5},
    "xxjyj-joint-shortage-majors": {"结果数值": 24},
    "xxjyj-new-school-places": {"结果数值": "12,500"},
}
FATES: Lines = {
    "xxjyj-2023-curriculum-quality-standard": {
        "结果": "已印发",
        "印发日期": date(2023, 6, 15),
        "文号": "教基〔2023〕18号",
    },
    "xxjyj-2023-teacher-exit-measures": {"结果": "未印发"},
}
RESULTS_2024: Lines = {
    f"xxjyj-{slug}": {
        "所属期": "2024年",
        "结果数值": value,
        "数值状态": status,
        "来源简称": "summary",
        "来源标题": "XX市教育局2024年工作总结",
        "来源日期": "2025-01-15",
    }
    for slug, value, status in (
        ("public-kindergarten-share", "60.4%", ""),
        ("grade-two-kindergarten-share", "80.3", ""),
        ("subject-teaching-teams", "76", ""),
        ("new-school-places", "15000", ""),
        ("digital-campus-share", "48", "初步数"),
    )
}


def fill(path: Path, results: Lines, fates: Lines) -> None:
    """Type results and the fate of documents into a workbook."""
    book = openpyxl.load_workbook(path)
    for title, lines in (("结果", results), ("文件", fates)):
        sheet = book[title]
        columns = {cell.value: cell.column for cell in sheet[1]}
        code_at = next(columns[name] for name in ("指标代码", "文件代码") if name in columns)
        rows = {row[code_at - 1].value: row[0].row for row in sheet.iter_rows(min_row=2)}
        for code, typed in lines.items():
            for name, value in typed.items():
                cell = sheet.cell(rows[code], columns[name])
                cell.value = value
                if isinstance(value, float) and value < 1:
                    cell.number_format = "0.0%"  # so Excel keeps what is typed as 61.2%
    book.save(path)


def table(path: Path, lines: Lines) -> None:
    """Results as a CSV file."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["指标代码", *next(iter(lines.values()))])
        writer.writeheader()
        writer.writerows({"指标代码": code, **typed} for code, typed in lines.items())


# --- plan files -------------------------------------------------------------------------------

FRONT = 8
"""Characters of a line that the better copy has in front of the text."""

MASKED, UNMASKED = "新增学位XX个", "新增学位12000个"


def better_copy(raw: Row) -> Row:
    """Another copy of the same text: all of it further back, and one number not masked."""
    raw = copy.deepcopy(raw)
    places = the_target(raw, "new-school-places")
    mask = places["at"][0] + places["quote"].rindex("XX")
    (item,) = (part for part in tasks_of(raw) if places in part.get("targets", ()))
    item["errata"] = [part for part in item["errata"] if part["printed_zh"] != f"{MASKED};"]
    places["quote"] = places["quote"].replace(MASKED, UNMASKED)
    places |= {"value_status": "stated", "value": 12000}
    del places["note_zh"], places["note_en"]
    grown = len(UNMASKED) - len(MASKED)
    move(raw, lambda place: place + FRONT + (grown if place > mask else 0))
    anew(raw, mask + FRONT)
    raw["document"] |= {
        "publisher": "另一文档分享网站",
        "file_name": "工作要点（全）.docx",
        "body_characters": raw["document"]["body_characters"] + FRONT + grown,
    }
    return raw


def changed_by_issuer(raw: Row) -> Row:
    """The plan as its issuer changed it: one number is smaller, and as long."""
    raw = copy.deepcopy(raw)
    majors = the_target(raw, "joint-shortage-majors")
    majors |= {"value": 20, "quote": majors["quote"].replace("30个", "20个")}
    anew(raw, majors["at"][0])
    return raw


def tasks_of(raw: Row) -> Iterator[Row]:
    for area in raw["areas"]:
        yield from area["tasks"]


def the_target(raw: Row, slug: str) -> Row:
    found: Iterator[Row] = (part for item in tasks_of(raw) for part in item.get("targets", ()))
    (one,) = (part for part in found if part["indicator"] == slug)
    return one


def parts_of(value: Any) -> Iterator[Row]:
    """Every object of a plan file that stands somewhere in the text."""
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from parts_of(inner)
    if isinstance(value, dict) and "at" in value:
        yield value


def move(raw: Row, to: Callable[[int], int]) -> None:
    """Put everything where it stands in another text."""
    for part in parts_of(raw):
        for name in ("at", "passage"):
            if name in part:
                part[name] = [to(place) for place in part[name]]


def anew(raw: Row, place: int) -> None:
    """Other hashes for the document, and for each passage around a place that reads otherwise."""
    text = json.dumps(raw, ensure_ascii=False)
    raw["document"]["body_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    for part in parts_of(raw):
        start, end = part.get("passage", part["at"])
        if "sha256" in part and start <= place < end:
            part["sha256"] = hashlib.sha256(f"{start} {text}".encode()).hexdigest()


NEXT_DOCUMENT = {
    "title_zh": "XX市教育局2024年工作要点",
    "title_en": "Key Work Points 2024 of the Education Bureau of XX City",
    "publisher": "XX市教育局",
    "copy": "original",
    "text_complete": True,
    "rights_zh": "公开。",
    "rights_en": "Public.",
}
KEPT: Mapping[int, list[Row]] = {
    3: [{"indicator": "clean-school-compliance-share", "value": 80, "floor_stated": True,
         "quote": "市级清廉学校达标率达到80%以上"}],
    7: [{"indicator": "public-kindergarten-share", "value": 60, "commitment": "strive",
         "quote": "力争公办幼儿园在园幼儿占比达到60%"},
        {"indicator": "grade-two-kindergarten-share", "value": 80, "floor_stated": True,
         "quote": "幼儿园在园幼儿占比达80%及以上"}],
    15: [{"indicator": "subject-teaching-teams", "value": 80, "quote": "打造80个优秀学科教学团队"}],
    22: [{"indicator": "new-school-places", "value": 15000, "quote": "新增学位15000个"}],
    24: [],
}  # fmt: skip
"""What is left of last year's tasks, and what they promise now: the same, less firm, more, less
and more."""


def next_year(raw: Row) -> Row:
    """The file that `plan new` wrote, as the new text has it: most is gone, one task is new."""
    raw = copy.deepcopy(raw)
    raw["document"] |= NEXT_DOCUMENT
    for area in raw["areas"]:
        area |= {"summary_zh": "摘要。", "summary_en": "Summary."}
        area["tasks"] = [
            {**kept_parts(item), "targets": KEPT[item["number"]]}
            for item in area["tasks"]
            if item["number"] in KEPT
        ]
    raw["areas"] = [area for area in raw["areas"] if area["tasks"]]
    campus = target("digital-campus-share", 50, quote="数字校园占比达到50%")
    raw["areas"][-1]["tasks"].append(task(25, [campus], title_zh="建设数字校园"))
    names = {"name_zh": "数字校园占比", "name_en": "Share of digital campuses"}
    raw["indicators"] = [indicator("digital-campus-share", **names)]
    return raw


def kept_parts(item: Row) -> Row:
    """A task without what it promised and whom it named last year."""
    gone = ("targets", "participations")
    kept = {name: value for name, value in item.items() if name not in gone}
    return {**kept, "summary_zh": "摘要。", "summary_en": "Summary."}


# --- a mirror ---------------------------------------------------------------------------------


@dataclass
class Mirror:
    """A copy of every list, kept by `since` alone, that answers for itself."""

    client: httpx.Client
    keys: dict[str, str | None] = field(default_factory=dict)
    """The key of each list that has one."""
    kept: dict[str, dict[Any, Row]] = field(default_factory=dict)
    """Rows of each list by key; without one, by the order in which they came."""
    seen: int = 0
    asked: int = 0
    """Requests."""

    def follow(self) -> None:
        """One look at the releases; where there are new ones, at the lists that they name."""
        new = list(self._new("releases", {"since": self.seen}))
        if not new:
            return
        self.keys = self.keys or self._described()
        newest = max(row["number"] for row, _ in new)
        named = {name for row, _ in new for name in row["resources"].split()}
        self._take("releases", new)
        for name in sorted(named | {"changes"}):
            window = {"since": self.seen, "release": newest}
            self._take(name, list(self._new(name, window)))
        self.seen = newest

    def _described(self) -> dict[str, str | None]:
        lists = {row["name"]: row["key"] for row in self._get("/v1")["data"]}
        self.kept = {name: {} for name in lists}
        return lists

    def _new(self, name: str, window: Mapping[str, int]) -> Iterator[tuple[Row, int | None]]:
        """Rows that are new or gone, page by page; those that are gone with their end."""
        address: str | None = f"/v1/{name}?{'&'.join(f'{k}={v}' for k, v in window.items())}"
        while address:
            told = self._get(address)
            for row in told["data"]:
                end = row.pop("release_to", None)
                yield row, end
            address = told["links"]["next"]

    def _take(self, name: str, rows: list[tuple[Row, int | None]]) -> None:
        here, key = self.kept[name], self.keys[name]
        for row, end in rows:
            place = row[key] if key else len(here)
            if end is None:
                here[place] = row
            else:
                del here[place]

    def _get(self, address: str) -> Row:
        self.asked += 1
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.text)
        return dict(answer.json())

    def became(self, code: str) -> Row:
        """What became of a promise, judged from the rows at hand and not from their verdict."""
        promise = self.kept["targets"][code]
        start = self.kept["plans"][promise["plan"]]["period_start"]
        results = self.kept["observations"].values()
        about = [row for row in results if row["indicator"] == promise["indicator"]]
        return judged(promise, promise["measure"], start, about)
