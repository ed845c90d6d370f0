"""A database with everything that can go wrong in it, and requests made from the declarations."""

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from app.db import closing, writer_engine
from app.formats import FORMATS, Format
from app.models import TABLES, metadata
from app.models.choices import Cause
from app.publish import writer
from app.publish.plans import import_plans
from app.publish.prepare import migrate, prepare
from app.publish.scope import CLOCK, Change, Changes
from app.publish.writer import Orders, Step
from app.query import Resource
from app.resources import RESOURCES
from app.settings import Settings
from tests.plans import anchored, body, indicator, plan, saved, target, task

Json = dict[str, Any]
Row = dict[str, Any]
Forms = Mapping[str, Format]


def silent(_en: str, _zh: str) -> None:
    """Takes what an import tells of its progress."""


# --- what is published ---


def first_plan() -> Json:
    """Titles that are hard to search, to sort and to write; figures of every status."""
    titles = [
        ("推进AI教育", "Training for AI"),
        ("推进ＡＩ培训", "AI training ２０２３"),
        ("“甲”，乙", 'A "quoted" word'),
        ("甲=乙", "One, two; three"),
        ("下降5.2个百分点", "5.2"),
        ("邮箱a@b", "'apostrophe'"),
        ("𠮷田学校", "Ünïcode façade"),
        ("！感叹", "zebra"),
        ("C1C合作", "Zebra"),
        ("产教融合与高校", 'a comma, a "quote"'),
        ("学位与托位", "apple"),
    ]
    tasks = [
        task(
            number,
            targets_of(number),
            {f"actor{number % 3}": "participant", "makers": "mentioned"} if number % 2 else {},
            [f"rules{number}"] if number % 3 == 0 else [],
            title_zh=zh,
            title_en=en,
            responsibility_stated=number % 4 == 0,
            **({"summary_en": "Zebra, zebra and zebra."} if number == 3 else {}),
            **(
                {"text_complete": False, "text_gap_zh": "缺\u201c末句\u201d", "text_gap_en": "Cut"}
                if number == 11
                else {}
            ),
        )
        for number, (zh, en) in enumerate(titles, 1)
    ]
    bodies = [
        body("aa", level="city", region_code="330200"),
        body("actor0", kind="other", parent="aa"),
        body("actor1", kind="party", level="county", region_code="330203"),
        body("actor2", kind="research"),
    ]
    raw = plan("aa-2024", tasks, [*bodies, body("makers")], indicators("first"))
    raw["document"]["title_en"] = 'Plan, "as printed"'
    raw["document"]["page_count"] = 3
    return raw


def targets_of(number: int) -> list[Json]:
    """The promises of a task."""
    return {
        1: [target("share", 60, floor_stated=True), target("count", 7)],
        2: [target("ratio", 61.8, commitment="strive")],
        3: [
            {
                "indicator": "range",
                "value": 5,
                "value_upper": 10,
                "met_if": "between",
                "quote": "range达到5到10个",
            }
        ],
        4: [
            {
                "indicator": "masked",
                "value_status": "redacted",
                "quote": "masked达到XX个",
            }
        ],
        5: [
            target("early", 0.5, due="2024-06-30"),
            target("late", 100, alternative_value=90, alternative_zh="或", alternative_en="or"),
        ],
        6: [{"indicator": "top", "value_status": "unquantified", "quote": "top位居前列"}],
        8: [target("zero", 0, met_if="at_most", note_zh="注", note_en="Note")],
    }.get(number, [])


def indicators(words: str) -> list[Json]:
    """The indicators; `words` stand in the name of one of them."""
    return [
        indicator("share", name_zh=f"占比{words}", name_en=f"Share {words}"),
        indicator("count", unit="school", measure="flow", kind="output"),
        indicator("ratio"),
        indicator("range", unit="base", measure="stock"),
        indicator("masked", unit="place", measure="increment", open_zh="未定", open_en="Open"),
        indicator("early"),
        indicator("late"),
        indicator("top", unit="rank", measure="rank", desired_direction="decrease"),
        indicator("zero", unit="person", measure="stock"),
    ]


def changed_plan() -> Json:
    """The first plan once more: an indicator has another name, a task is gone, figures differ."""
    raw = first_plan()
    tasks = raw["areas"][0]["tasks"]
    del tasks[9]
    tasks[0]["targets"][0] = target("share", 65, floor_stated=True)
    tasks[10 - 1]["title_en"] = "Apple"
    raw["indicators"] = indicators("second")
    return raw


def second_plan() -> Json:
    """Another issuer's plan of the same year."""
    tasks = [
        task(n, [target(f"b{n}", 50 + n / 4)], {"makers": "participant"}, [f"b{n}"])
        for n in range(1, 5)
    ]
    return plan(
        "bb-2024",
        tasks,
        [body("bb"), body("makers")],
        [indicator(f"b{n}") for n in range(1, 5)],
        issuer="bb",
    )


def next_plan() -> Json:
    """Next year's plan of the first issuer, with promises on the same indicators."""
    tasks = [task(n, [], continues=f"aa-2024-t{n}") for n in range(1, 4)]
    tasks[0]["targets"] = [target("share", 70)]
    tasks[1]["targets"] = [target("ratio", 62.5)]
    raw = plan("aa-2025", tasks, [body("aa", level="city", region_code="330200")], year=2025)
    raw["plan"]["continues"] = "aa-2024"
    raw["document"]["copy"] = "third_party"
    return raw


FIGURES = (61.8, 60.0, None, -5.2, 0.0, 1e-07, 123456789.5, 0.1 + 0.2, 1e15, -1e-05, None, 100.0)


def results() -> list[Row]:
    """Results with figures of every sort: null, negative, zero, tiny, large, fractional."""
    texts = ["=1+1", "-5.2", "+86", " =1", "\u00a0@x", "\u3000＋1", "\tTab", "a\r\nb", "", "普通"]
    found = []
    for place, value in enumerate(FIGURES):
        name = ("share", "ratio", "count")[place % 3]
        year = 2021 + place // 3
        found.append(
            {
                "code": f"aa-{name}-{year}-s{place % 2}",
                "indicator": f"aa-{name}",
                "period": str(year),
                "period_start": date(year, 1, 1),
                "period_end": date(year, 12, 31),
                "value": value,
                "value_status": "redacted" if value is None else "measured",
                "value_text_zh": "XX" if value is None else f"{value}",
                "value_text_en": "XX" if value is None else f"{value}",
                "source": ("summary", "yearbook")[place % 2],
                "source_title": f"来源{place}",
                "source_url": None if place % 3 else "https://example.org/a?b=1,2",
                "source_date": None if place % 4 else date(year + 1, 2, 3),
                "quote": texts[place % len(texts)] or None,
                "note_zh": texts[(place + 3) % len(texts)],
                "note_en": texts[(place + 5) % len(texts)],
            }
        )
    return found


ANSWERS: dict[str, tuple[str, date, date, float, str]] = {
    "aa-early-2024-h1-a": ("2024-H1", date(2024, 1, 1), date(2024, 6, 30), 0.6, "met"),
    "aa-late-2024-a": ("2024", date(2024, 1, 1), date(2024, 12, 31), 95, "readings_differ"),
    "aa-range-2024-12-31-a": ("2024-12-31", date(2024, 12, 31), date(2024, 12, 31), 7, "met"),
    "aa-zero-2024-a": ("2024", date(2024, 1, 1), date(2024, 12, 31), 0, "met"),
    "bb-b1-2024-a": ("2024", date(2024, 1, 1), date(2024, 12, 31), 51, "sources_differ"),
    "bb-b1-2024-b": ("2024", date(2024, 1, 1), date(2024, 12, 31), 49, "sources_differ"),
    "bb-b2-2024-q3-a": ("2024-Q3", date(2024, 7, 1), date(2024, 9, 30), 60, "interim"),
    "bb-b3-2024-a": ("2024", date(2024, 1, 1), date(2024, 12, 31), 40, "not_met"),
}
"""Results by code: period, its first and last day, figure, and what they make of the promise."""


def answers() -> list[Row]:
    """A result for each of them."""
    return [
        observation(
            "-".join(code.split("-")[:2]),
            end.year,
            code=code,
            period=period,
            period_start=start,
            period_end=end,
            value=float(value),
            value_text_zh=f"{value}",
            value_text_en=f"{value}",
            source=code[-1],
        )
        for code, (period, start, end, value, _) in ANSWERS.items()
    ]


LIKE_FORMULAS: dict[str, Row] = {
    "aa-2024-t4": {"title_zh": "=SUM(1,2)改革", "title_en": '=1+1, "quoted"'},
    "aa-2024-t5": {"title_zh": "＝全角公式", "title_en": "-5.2"},
    "aa-2024-t6": {"title_zh": "\u3000@提及", "title_en": "+86 call"},
}
"""Texts that a plan file may not have, but a database of an older version might."""


def fill(url: str, folder: Path) -> None:
    """Publish the bundled plan and six releases more: plans, changes, results."""
    prepare(Settings(database_url=url), silent)
    with closing(writer_engine(url, 10)) as engine:
        for raw, cause in (
            (first_plan(), None),
            (second_plan(), None),
            (changed_plan(), Cause.CORRECTION),
            (next_plan(), None),
        ):
            publish(engine, folder, raw, cause)
        rows = results()
        write(engine, {"observation": Change(added=[*rows, *answers()])}, Cause.NEW_DATA)
        was, gone = rows[1], rows[4]
        change = Change(changed=[(was, {**was, "value": 59.5})], removed=[gone])
        fate = {"outcome": "issued", "issued_on": date(2024, 5, 6), "issued_title_zh": "=公式"}
        write(
            engine,
            {
                "observation": change,
                "deliverable": changed(engine, {"aa-2024-rules3": fate}),
                "task": changed(engine, LIKE_FORMULAS, "task"),
            },
            Cause.REVISION,
        )


def publish(
    engine: sa.Engine, folder: Path, raw: Json, cause: Cause | None = None, note: str | None = None
) -> int:
    """Publish a plan file; gives back the number of the release."""
    path = saved(folder / "plan.json", anchored(raw))
    outcome = import_plans(engine, [path], Orders(cause=cause, note_en=note), silent)
    assert outcome.release
    return outcome.release.number


def changed(engine: sa.Engine, values: dict[str, Row], table: str = "deliverable") -> Change:
    """The change that gives current rows other values, by their code."""
    here, change = TABLES[table], Change()
    with engine.connect() as connection:
        for code, new in values.items():
            select = sa.select(here).where(here.c.code == code, here.c.release_to.is_(None))
            row = dict(connection.execute(select).mappings().one())
            was = {k: v for k, v in row.items() if k not in CLOCK}
            change.changed.append((was, {**was, **new}))
    return change


def write(engine: sa.Engine, changes: Changes, cause: Cause) -> int:
    """Make a release of changed rows, as the writer does; gives back its number."""
    made = writer.publish(engine, lambda _: [Step("rows", changes, cause)], Orders()).release
    assert made
    return made.number


def copy_rows(source: str, target_url: str) -> None:
    """Every row of every table of one database, into another one that has none."""
    with (
        closing(writer_engine(source, 10)) as there,
        closing(writer_engine(target_url, 10)) as here,
        there.connect() as read,
        here.begin() as written,
    ):
        for table in metadata.sorted_tables:
            rows = [dict(row) for row in read.execute(sa.select(table)).mappings()]
            if rows:
                written.execute(sa.insert(table), rows)


RELEASES_MADE = 7
"""How many releases `fill` makes."""


def observation(of: str, year: int, **more: Any) -> Row:
    """A result of 60 on an indicator for a year."""
    return {
        "code": f"{of}-{year}-s",
        "indicator": of,
        "period": str(year),
        "period_start": date(year, 1, 1),
        "period_end": date(year, 12, 31),
        "value": 60.0,
        "value_status": "measured",
        "value_text_zh": "60%",
        "value_text_en": "60%",
        "source": "s",
        "source_title": "来源",
        "source_url": None,
        "source_date": None,
        "quote": None,
        "note_zh": None,
        "note_en": None,
        **more,
    }


@contextmanager
def rich_database(request: pytest.FixtureRequest, folder: Path, kind: str) -> Iterator[str]:
    """The address of a new migrated database, to be shared by the tests of a module."""
    if kind == "sqlite":
        source = request.getfixturevalue("migrated_file")
        yield f"sqlite:///{shutil.copy(source, folder / 'shared.db')}"
        return
    template = request.getfixturevalue("template")
    with _created(request.getfixturevalue("postgresql"), f"TEMPLATE {template}") as url:
        yield url


@contextmanager
def chinese_postgresql(server: str) -> Iterator[str]:
    """The address of a migrated database that by itself would sort text as Chinese readers do."""
    options = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
    with psycopg.connect(_address(server)) as connection:
        if connection.info.server_version >= 150000:
            options += " LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN'"
    with _created(server, options) as url:
        with closing(writer_engine(url, 10)) as engine:
            migrate(engine, url)
        yield url


@contextmanager
def _created(server: str, options: str) -> Iterator[str]:
    name = f"t{uuid4().hex}"
    with psycopg.connect(_address(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {options}".encode())
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _address(server: str) -> str:
    return f"{server.replace('+psycopg', '')}/postgres"


# --- requests ---


@dataclass(frozen=True)
class Asked:
    """A request: an address, and the headers that decide about the answer."""

    address: str
    headers: tuple[tuple[str, str], ...] = ()


class Requests:
    """Makes requests from the declarations and from the rows that there are, wrong ones too."""

    def __init__(self, client: httpx.Client, seed: int):
        self.random = random.Random(seed)
        self.rows: dict[str, list[Json]] = {}
        self.gone: list[tuple[Resource, str]] = []
        for resource in RESOURCES:
            now = client.get(f"/v1/{resource.name}?limit=1000").json()["data"]
            then = client.get(f"/v1/{resource.name}?limit=1000&release=3").json()["data"]
            self.rows[resource.table] = now + then
            if resource.detail:
                left = {row[resource.key] for row in then} - {row[resource.key] for row in now}
                self.gone += [(resource, code) for code in sorted(left)]
        self.times = [row["time"] for row in self.rows["release"]]

    def one(self) -> Asked:
        """The next request: a list, a detail, or something that no address takes."""
        if self._maybe(0.12):
            return self._comparison()
        if self._maybe(0.2):
            return self._detail(self.random.choice([r for r in RESOURCES if r.detail]))
        resource = self.random.choice([*RESOURCES, *(r for r in RESOURCES if r.more)])
        pairs = self._pairs(resource)
        if self._maybe(0.12):
            pairs.append(self._wrong(resource))
        return self._in_some_form(f"/v1/{resource.name}", pairs, resource.formats)

    def follow(self, following: str) -> Asked:
        """The next page; sometimes with another limit, or with what its cursor does not fit."""
        others = ["&limit=3", "&sort=code", "&q=a", "&year=2023", "&release=1", "&since=1", "x"]
        more = self.random.choice(others) if self._maybe(0.3) else ""
        if more.startswith("&limit") and "limit=" in following:
            more = ""
        return Asked(following + more)

    def _maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def _some(self, values: Sequence[Any], most: int) -> list[Any]:
        return self.random.sample(values, min(len(values), self.random.randint(1, most)))

    def _pairs(self, resource: Resource) -> list[tuple[str, str]]:
        clock = self._clock()
        since = self._since(clock)
        pairs = [*self._conditions(resource), *clock, *since]
        if self._maybe(0.6):
            searched = any(name == "q" for name, _ in pairs)
            sorts = [key for key in resource.sorts if searched or key != "relevance"]
            pairs.append(("sort", ",".join(self._some(sorts, 3))))
        for name, known, chance in (
            ("fields", list(resource.column), 0.2),
            ("include", [inner.name for inner in resource.nested], 0.02 if since else 0.2),
            ("facets", resource.facets, 0.02 if since else 0.25),
        ):
            if known and self._maybe(chance):
                pairs.append((name, ",".join(self._some(known, 5))))
        if self._maybe(0.7):
            pairs.append(("limit", self.random.choice(["1", "2", "3", "7", "20", "1000"])))
        self.random.shuffle(pairs)
        return pairs

    def _conditions(self, resource: Resource) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        if self._maybe(0.6):
            for name in self._some(list(resource.asked), 2):
                pairs += [(name, value) for value in self._values(resource, name)]
        for name, bound in resource.bounds.items():
            if self._maybe(0.2):
                pairs.append((name, self._value_of(resource, bound.field)))
        if resource.searched and self._maybe(0.25):
            pairs.append(("q", self._words(resource)))
        return pairs

    def _clock(self) -> list[tuple[str, str]]:
        if self._maybe(0.3):
            return [("release", str(self.random.randint(1, RELEASES_MADE)))]
        if self._maybe(0.15):
            moments = [*self.times, self.times[0][:10], "2020-01-01", "2026-01-01T00:00:00+08:00"]
            return [("as_of", self.random.choice(moments))]
        return []

    def _since(self, clock: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """An earlier release to compare with; now and then one that is later than the state."""
        if not self._maybe(0.25):
            return []
        shown = dict(clock).get("release", str(RELEASES_MADE))
        latest = RELEASES_MADE if self._maybe(0.1) else int(shown)
        return [("since", str(self.random.randint(0, latest)))]

    def _values(self, resource: Resource, name: str) -> list[str]:
        """Values for a filter: mostly such that rows have them."""
        asked = resource.asked[name]
        if asked.filter.field in resource.column and not asked.filter.through:
            found = {row[asked.filter.field] for row in self.rows[resource.table]} - {None}
        elif asked.refers:
            found = {row["code"] for row in self.rows[asked.refers]}
        elif asked.kind is bool:
            found = {True, False}
        else:
            found = set(asked.choices or ()) or {2023, 2024, 2025}
        return [written(value) for value in self._some(sorted(found, key=str) or ["none"], 4)]

    def _value_of(self, resource: Resource, name: str) -> str:
        found = {row[name] for row in self.rows[resource.table]} - {None}
        return written(self.random.choice(sorted(found))) if found else "0"

    def _words(self, resource: Resource) -> str:
        assert resource.searched
        row = self.random.choice(self.rows[resource.table])
        names = [name for name in resource.searched.names if row[name]]
        text = str(row[self.random.choice(names)])
        at = self.random.randrange(len(text))
        return text[at : at + self.random.randint(1, 4)] + self.random.choice(["", "", " 2024"])

    def _wrong(self, resource: Resource) -> tuple[str, str]:
        return self.random.choice(
            [
                ("limt", "5"), ("limit", "0"), ("limit", "1001"), ("limit", "5.0"), ("limit", "五"),
                ("release", "99"), ("release", "0"), ("as_of", "2999-01-01"), ("as_of", "gestern"),
                ("cursor", "abc"), ("cursor", "WzEsIngiLFtdXQ"), ("sort", "nothing"), ("sort", ""),
                ("sort", "-relevance"), ("fields", "cod"), ("include", "rows"), ("facets", "code"),
                ("format", "xlsx"), ("bom", "yes"), ("year", "20x3"), ("plan", "xxjyj-2032"),
                ("plan", "XXJYJ"), ("task", "xxjyj-2023-t77"), ("value_min", "1e400"),
                ("value_max", "nan"), ("due_min", "2024-02-30"), ("q", "…"), ("q", "a" * 201),
                ("since", "99"), ("since", "-1"), ("since", "x"), ("until", "0"), ("until", "new"),
                (resource.key, "no-such-code"), ("issuer", ""), ("kind", "other thing"),
                ("release", "2147483648"), ("a\u0000", "b"), ("area", "aa-2024-a1\u0000"),
            ]
        )  # fmt: skip

    def _detail(self, resource: Resource) -> Asked:
        key = str(self.random.choice(self.rows[resource.table])[resource.key])
        if self._maybe(0.2):
            resource, key = self.random.choice(self.gone)
        odd = [key[:-1], key + "x", key.upper(), "none", "0", "99", "%00", "教育", "a" * 200]
        code = key if self._maybe(0.8) else self.random.choice(odd)
        pairs = self._clock()
        if self._maybe(0.05):
            pairs.append(self.random.choice([("limit", "1"), ("since", "1")]))
        return self._in_some_form(f"/v1/{resource.name}/{code}", pairs, resource.formats)

    def _comparison(self) -> Asked:
        """Time lines, or plan against plan."""
        pairs = self._clock()
        if self._maybe(0.05):
            pairs.append(self.random.choice([("limit", "1"), ("vintages", "old"), ("a", "b")]))
        if self._maybe(0.3):
            before, after = (self._code("plan") for _ in range(2))
            return self._in_some_form(f"/v1/plans/{before}/diff/{after}", pairs, FORMATS)
        if self._maybe(0.7):
            pairs.append(("vintages", self.random.choice(["all", "all", "current"])))
        if self._maybe(0.5):
            path = f"/v1/indicators/{self._code('indicator')}/history"
            return self._in_some_form(path, pairs, FORMATS)
        count = (
            self.random.choice([1, 2, 3, 3]) if self._maybe(0.9) else self.random.choice([0, 51])
        )
        pairs += [("indicator", self._code("indicator")) for _ in range(count)]
        return self._in_some_form("/v1/history", pairs, FORMATS)

    def _code(self, table: str) -> str:
        """The code of a row, rarely one that no row has."""
        code: str = self.random.choice(self.rows[table])["code"]
        return code if self._maybe(0.95) else self.random.choice([f"{code}x", "None", "-"])

    def _in_some_form(self, path: str, pairs: list[tuple[str, str]], forms: Forms) -> Asked:
        headers: list[tuple[str, str]] = []
        given = {name for name, _ in pairs}
        if self._maybe(0.1 if {"include", "facets"} & given else 0.4):
            form = self._form(forms, whole_rows=not {"fields", "since"} & given)
            way = self.random.randrange(3)
            path += f".{form}" if way == 0 else ""
            pairs = [*pairs, ("format", form)] if way == 1 else pairs
            media_type = forms[form].media_type if form in forms else "application/pdf"
            headers += [("accept", f"{media_type}, */*;q=0.1")] if way == 2 else []
            if form == "csv" and self._maybe(0.5):
                pairs = [*pairs, ("bom", "true")]
        if self._maybe(0.3):
            headers.append(("accept-encoding", self.random.choice(["gzip", "br", "identity"])))
        return Asked(f"{path}?{urlencode(pairs)}" if pairs else path, tuple(headers))

    def _form(self, forms: Forms, whole_rows: bool) -> str:
        """A form, mostly one that fits: some are made of whole rows."""
        more = [name for name in forms if name not in FORMATS]
        if more and self._maybe(0.7 if whole_rows else 0.05):
            return self.random.choice(more)
        return self.random.choice(["csv", "csv", "ndjson", "json", "pdf"])


def written(value: Any) -> str:
    """A value of JSON as an address has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
