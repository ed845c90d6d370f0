"""Proofs of a database: clocks, references, what is derived, the log and passages, in all releases.

Derived rows are proved whole in the newest release and, in every one before it, where something
that they rest on was touched. The newest one so proves also what counts as touched.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import orjson
import sqlalchemy as sa

from app.models import CHANGES, DERIVED, RELEASES, TABLES
from app.publish.derive import affected, desired, rows_at, touched_by
from app.publish.log import changes_of, resources_of, told
from app.publish.lookup import measured_now
from app.publish.ready import base_of
from app.publish.release import REFERENCES, RESOURCE_OF
from app.publish.rows import Row
from app.publish.scope import current_rows
from app.publish.takedown import blanks
from app.publish.text import Body, sha256
from app.publish.wording import value_text_en, value_text_zh
from app.publish.writer import taken_down

Interval = tuple[int, int | None]
Finding = tuple[str, str]
"""One sentence in English, one in Chinese."""

TakenDown = Mapping[tuple[str, str], int]
"""By resource and code: the release that removed a row's content by force of law."""

COUNTS = ("added", "changed", "removed")
"""What a release counts."""

BATCH = 5000


def check(connection: sa.Connection, texts: Sequence[Body] = ()) -> Iterator[Finding]:
    """Everything in a database that contradicts its own rules."""
    numbers = set(connection.scalars(sa.select(RELEASES.c.number)))
    gone = taken_down(connection)
    damaged = [*_file(connection), *_releases(connection), *_rows(connection, numbers)]
    yield from damaged
    derived = list(_derived(connection, numbers, past=not damaged))
    yield from derived
    yield from _strangers(connection, numbers)
    if not damaged and not derived:
        # The log is told by all of them: where they are wrong, it would only repeat that.
        for number in sorted(numbers):
            yield from _log(connection, number, gone)
            yield from _summary(connection, number, gone)
    yield from _wording(connection)
    for (resource, code), number in gone.items():
        yield from _remaining(connection, resource, code, number)
    for body in texts:
        yield from _passages(connection, body, gone)


def _rows(connection: sa.Connection, numbers: set[int]) -> Iterator[Finding]:
    """Clocks and references."""
    intervals = {table: _intervals(connection, table) for table in TABLES}
    for table, codes in intervals.items():
        yield from _clocks(table, codes, numbers)
    for table, column, other in REFERENCES:
        yield from _references(connection, table, column, intervals[other])


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


def _derived(connection: sa.Connection, numbers: Collection[int], past: bool) -> Iterator[Finding]:
    """Derived rows that are not what follows; each is told once, the newest release first."""
    told_already: set[tuple[str, str]] = set()
    newest = max(numbers, default=0)
    for number in sorted(numbers, reverse=True) if past else [newest]:
        when = ("", "") if number == newest else (f" in release {number}", f"（第{number}版）")
        for table, codes in _to_prove(connection, number, newest):
            for code in _wrong(connection, number, table, codes):
                if (table, code) not in told_already:
                    told_already.add((table, code))
                    yield (
                        f"the {table} of {code} is not what follows{when[0]}",
                        f"{code} 的{table}与推算不符{when[1]}",
                    )


def _to_prove(
    connection: sa.Connection, number: int, newest: int
) -> Iterator[tuple[str, Sequence[str]]]:
    """By derived table: the codes whose rows are proved in a release."""
    if number == newest:
        for table in DERIVED:
            base = TABLES[base_of(table)].c
            current = sa.select(base.code).where(base.release_to.is_(None))
            yield table, sorted(connection.scalars(current))
        return
    touched = touched_by(changes_of(connection, number, TABLES))
    for table in DERIVED:
        own = {row["code"] for row in touched.get(table, ())}
        yield table, sorted(own.union(affected(connection, number, table, touched)))


def _wrong(
    connection: sa.Connection, number: int, table: str, codes: Sequence[str]
) -> Iterator[str]:
    for some in _batches(codes):
        there = rows_at(connection, number, table, "code", some)
        wanted = desired(connection, number, table, some)
        yield from (code for code in some if there.get(code) != wanted.get(code))


# --- the log ----------------------------------------------------------------------------------


def _strangers(connection: sa.Connection, numbers: Collection[int]) -> Iterator[Finding]:
    """Lines of releases that do not exist."""
    for number in connection.scalars(sa.select(CHANGES.c.release).distinct()):
        if number not in numbers:
            yield (
                f"the log names release {number}, which does not exist",
                f"改动记录指向不存在的第{number}版",
            )


def _log(connection: sa.Connection, number: int, gone: TakenDown) -> Iterator[Finding]:
    """Rows of which the log of a release does not say exactly what their clocks tell."""
    lines = connection.execute(sa.select(CHANGES).where(CHANGES.c.release == number)).mappings()
    there = _by_row((dict(line) for line in lines), gone)
    wanted = _by_row(told(connection, number, changes_of(connection, number)), gone)
    for resource, code in sorted(there.keys() | wanted.keys()):
        if there.get((resource, code)) != wanted.get((resource, code)):
            yield (
                f"the log of release {number} does not tell what became of {resource} {code}",
                f"第{number}版的改动记录与{resource} {code}的变化不符",
            )


def _by_row(lines: Iterable[Row], gone: TakenDown) -> dict[tuple[str, str], list[bytes]]:
    """What is said of each row; where its content is gone, only that it came and went."""
    said = defaultdict[tuple[str, str], list[bytes]](list)
    for line in lines:
        row = line["resource"], line["code"]
        if row in gone and line["field"] is not None:
            continue
        sentence = {name: value for name, value in line.items() if name != "row_id"}
        said[row].append(orjson.dumps(sentence, option=orjson.OPT_SORT_KEYS))
    return {row: sorted(sentences) for row, sentences in said.items()}


def _remaining(
    connection: sa.Connection, resource: str, code: str, number: int
) -> Iterator[Finding]:
    """Content of a row that was taken down, written again behind the writer's back."""
    tables = [table for table in TABLES if RESOURCE_OF.get(table) == resource]
    selects = [
        sa.select(here.c.code).where(
            here.c.code == code,
            sa.or_(here.c.release_to.is_(None), _differs(here, blanks(here.name))),
        )
        for here in (TABLES[table] for table in tables)
    ]
    lines = sa.select(CHANGES.c.code).where(
        CHANGES.c.resource == resource,
        CHANGES.c.code == code,
        _differs(CHANGES, {"before": None, "after": None}),
    )
    if any(connection.scalar(select.limit(1)) is not None for select in (*selects, lines)):
        yield (
            f"{resource} {code} has content, although it was taken down in release {number}",
            f"{resource} {code} 已在第{number}版删除内容，现在却仍有内容",
        )


def _summary(connection: sa.Connection, number: int, gone: TakenDown) -> Iterator[Finding]:
    """What a release says of itself: how many rows it changed, and which resources it touched."""
    release = RELEASES.c
    select = sa.select(release.added, release.changed, release.removed, release.resources)
    *counts, resources = connection.execute(select.where(release.number == number)).one()
    changes = changes_of(connection, number).values()
    if counts != [sum(len(getattr(c, name)) for c in changes) for name in COUNTS]:
        yield (
            f"release {number} does not tell how many rows it changed",
            f"第{number}版所记的改动行数与数据不符",
        )
    said, known = set(resources.split()), set(resources_of(connection, number).split())
    # What followed from content that was taken down since then follows no more.
    exact = number > max(gone.values(), default=0)
    if not said >= known or (exact and said != known):
        yield (
            f"release {number} does not tell which resources it touched",
            f"第{number}版所记的涉及数据集与数据不符",
        )


def _differs(table: sa.Table, values: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    return sa.or_(*(table.c[name].is_distinct_from(value) for name, value in values.items()))


# --- words and passages -----------------------------------------------------------------------


def _wording(connection: sa.Connection) -> Iterator[Finding]:
    targets = TABLES["target"].c
    codes = list(connection.scalars(sa.select(targets.code).where(targets.release_to.is_(None))))
    for some in _batches(codes):
        rows = current_rows(connection, "target", "code", some)
        measured = measured_now(connection, {row["indicator"] for row in rows.values()})
        for code, target in rows.items():
            told = measured.get(target["indicator"])
            words = told and (value_text_zh(target, told), value_text_en(target, told))
            if words and words != (target["value_text_zh"], target["value_text_en"]):
                yield f"the wording of {code} is not what follows", f"{code} 的表述与推算不符"


def _batches(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), BATCH):
        yield codes[start : start + BATCH]


def _passages(connection: sa.Connection, body: Body, gone: TakenDown) -> Iterator[Finding]:
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
                if (RESOURCE_OF[table], row["code"]) not in gone:
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
