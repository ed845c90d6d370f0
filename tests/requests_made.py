"""A database with everything that can go wrong in it, and requests made from the declarations."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa

from app.db import closing, writer_engine
from app.models import RELEASES, TABLES
from app.models.choices import Cause
from app.publish.derive import derive, touched_by
from app.publish.prepare import prepare
from app.publish.release import add_release, apply, next_number
from app.publish.scope import CLOCK, Change, Changes
from app.publish.writer import Orders, import_plans
from app.settings import Settings
from tests.plans import anchored, body, indicator, plan, saved, target, task

Json = dict[str, Any]
Row = dict[str, Any]


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
                "target": f"aa-2024-{name}" if year == 2024 else None,
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
        write(engine, {"observation": Change(added=rows)}, Cause.NEW_DATA)
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
    outcome = import_plans(engine, [path], Orders(cause=cause, note=note), silent)
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
    with engine.connect() as connection, connection.begin():
        number = next_number(connection)
        apply(connection, number, changes)
        derive(connection, number, touched_by(changes))
        add_release(connection, number, cause, changes, None, None)
    return number


def copy_rows(source: str, target_url: str) -> None:
    """Every row of every table of one database, into another one that has none."""
    with (
        closing(writer_engine(source, 10)) as there,
        closing(writer_engine(target_url, 10)) as here,
        there.connect() as read,
        here.begin() as written,
    ):
        for table in [*TABLES.values(), RELEASES]:
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
        "target": None,
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
    server, template = (request.getfixturevalue(name) for name in ("postgresql", "template"))
    name = f"t{uuid4().hex}"
    address = f"{server.replace('+psycopg', '')}/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
