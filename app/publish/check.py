"""Proofs of a database: clocks, references and passages of all releases; what is derived, now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from app.models import DERIVED, RELEASES, TABLES
from app.publish.derive import base_of, desired, rows_at
from app.publish.release import REFERENCES
from app.publish.scope import current_rows, measured_now
from app.publish.text import Body, sha256
from app.publish.wording import value_text_en, value_text_zh

Interval = tuple[int, int | None]
Finding = tuple[str, str]
"""One sentence in English, one in Chinese."""

BATCH = 5000


def check(connection: sa.Connection, texts: Sequence[Body] = ()) -> Iterator[Finding]:
    """Everything in a database that contradicts its own rules."""
    yield from _file(connection)
    yield from _releases(connection)
    intervals = {table: _intervals(connection, table) for table in TABLES}
    numbers = set(connection.scalars(sa.select(RELEASES.c.number)))
    for table, codes in intervals.items():
        yield from _clocks(table, codes, numbers)
    for table, column, other in REFERENCES:
        yield from _references(connection, table, column, intervals[other])
    if numbers:
        yield from _derived(connection, max(numbers))
    yield from _wording(connection)
    for body in texts:
        yield from _passages(connection, body)


def _file(connection: sa.Connection) -> Iterator[Finding]:
    """What SQLite itself finds wrong with its file."""
    if connection.dialect.name == "sqlite":
        for (found,) in connection.exec_driver_sql("PRAGMA integrity_check(10)"):
            if found != "ok":
                yield f"the file is damaged: {found}", f"文件已损坏：{found}"


def _releases(connection: sa.Connection) -> Iterator[Finding]:
    select = sa.select(RELEASES.c.number, RELEASES.c.time).order_by(RELEASES.c.number)
    rows = connection.execute(select).all()
    for place, (number, _) in enumerate(rows, 1):
        if number != place:
            yield f"release {place} is missing", f"缺少第{place}版"
            return
    for (_, before), (number, time) in pairwise(rows):
        if time <= before:
            yield (
                f"release {number} is not later than the one before it",
                f"第{number}版的时间不晚于前一版",
            )


def _intervals(connection: sa.Connection, table: str) -> dict[str, list[Interval]]:
    here = TABLES[table].c
    select = sa.select(here.code, here.release_from, here.release_to)
    select = select.order_by(here.code, here.release_from)
    found: dict[str, list[Interval]] = defaultdict(list)
    for code, start, end in connection.execute(select.execution_options(yield_per=BATCH)):
        found[code].append((start, end))
    return found


def _clocks(table: str, codes: dict[str, list[Interval]], releases: set[int]) -> Iterator[Finding]:
    for code, versions in codes.items():
        for start, end in versions:
            for number in (start, end):
                if number is not None and number not in releases:
                    yield (
                        f"{table} {code} names release {number}, which does not exist",
                        f"{table} {code} 指向不存在的第{number}版",
                    )
        for (_, end), (start, _) in pairwise(versions):
            if end is None or end > start:
                yield (
                    f"{table} {code} has two versions in release {start}",
                    f"{table} {code} 在第{start}版有两个版本",
                )


def _references(
    connection: sa.Connection, table: str, column: str, known: dict[str, list[Interval]]
) -> Iterator[Finding]:
    here = TABLES[table].c
    select = sa.select(here.code, here[column], here.release_from, here.release_to)
    select = select.where(here[column].is_not(None))
    for code, lost, start, end in connection.execute(select.execution_options(yield_per=BATCH)):
        if not covers(known.get(lost, []), (start, end)):
            yield (
                f"{table} {code} has {column} {lost}, which is not there all the time "
                f"from release {start}",
                f"{table} {code} 的{column}指向{lost}，自第{start}版起并非始终存在",
            )


def covers(versions: Sequence[Interval], wanted: Interval) -> bool:
    """Whether versions, in order, leave no release of an interval out."""
    start, end = wanted
    for first, last in versions:
        if first > start:
            return False
        if last is None:
            return True
        start = max(start, last)
        if end is not None and start >= end:
            return True
    return False


def _derived(connection: sa.Connection, newest: int) -> Iterator[Finding]:
    """Derived rows that are not what follows in the newest release."""
    for table in DERIVED:
        base = TABLES[base_of(table)].c
        codes = set(connection.scalars(sa.select(base.code).where(base.release_to.is_(None))))
        for some in _batches(sorted(codes)):
            there = rows_at(connection, newest, table, "code", some)
            wanted = desired(connection, newest, table, some)
            for code in some:
                if there.get(code) != wanted.get(code):
                    yield (
                        f"the {table} of {code} is not what follows",
                        f"{code} 的{table}与推算不符",
                    )


def _wording(connection: sa.Connection) -> Iterator[Finding]:
    targets = TABLES["target"].c
    measured = measured_now(connection)
    codes = list(connection.scalars(sa.select(targets.code).where(targets.release_to.is_(None))))
    for some in _batches(codes):
        for code, target in current_rows(connection, "target", "code", some).items():
            told = measured.get(target["indicator"])
            words = told and (value_text_zh(target, told), value_text_en(target, told))
            if words and words != (target["value_text_zh"], target["value_text_en"]):
                yield f"the wording of {code} is not what follows", f"{code} 的表述与推算不符"


def _batches(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), BATCH):
        yield codes[start : start + BATCH]


def _passages(connection: sa.Connection, body: Body) -> Iterator[Finding]:
    """All versions of rows that were shown together with a document that has this body."""
    here = TABLES["document"].c
    select = sa.select(here.code, here.release_from, here.release_to)
    documents = connection.execute(select.where(here.body_sha256 == body.sha256)).all()
    if not documents:
        yield (
            f"no document has a body with SHA-256 {body.sha256}",
            f"没有正文SHA-256为{body.sha256}的文件",
        )
    for table in TABLES:
        if "source_sha256" not in TABLES[table].c:
            continue
        for code, start, end in documents:
            for row in _shown_between(connection, table, code, start, end):
                yield from _passage(table, row, body)


def _shown_between(
    connection: sa.Connection, table: str, document: str, start: int, end: int | None
) -> Iterator[dict[str, Any]]:
    here = TABLES[table].c
    select = sa.select(TABLES[table]).where(
        here.source_document == document,
        sa.or_(here.release_to.is_(None), here.release_to > start),
    )
    if end is not None:
        select = select.where(here.release_from < end)
    rows = connection.execute(select.execution_options(yield_per=BATCH)).mappings()
    return (dict(row) for row in rows)


def _passage(table: str, row: Mapping[str, Any], body: Body) -> Iterator[Finding]:
    code = row["code"]
    if sha256(body.text[row["source_start"] : row["source_end"]]) != row["source_sha256"]:
        yield (
            f"the passage of {table} {code} is not in the text",
            f"{table} {code} 的段落与文本不符",
        )
    quote = row.get("quote", row.get("printed_zh"))
    if quote is not None and body.text[row["quote_start"] : row["quote_end"]] != quote:
        yield f"the quote of {table} {code} is not in the text", f"{table} {code} 的引文与文本不符"
