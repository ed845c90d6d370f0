"""Next year's plan file: what the database holds of a plan, to be kept, changed or deleted.

What stays is what the import proves against the new text (a heading by its place, a printed figure
by its quote) and what is our own choice (role, comparator). What only the new text can say is left
blank, and a blank is refused: so the file cannot be published before somebody has read the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.models import TABLES
from app.models.base import CODE_LENGTH, CODE_PATTERN
from app.models.choices import CommitmentBasis, DueBasis, MetIf, ValueStatus
from app.publish.complaint import Complaint, Place, Refused, nearest
from app.publish.layout import in_order
from app.publish.plan_file import PlanFile
from app.publish.printed import figures_of, plain
from app.publish.rows import Row, indicator_code
from app.publish.scope import current_rows

BLANK = ""
"""What stands where a person must write; no field of a plan file may have it."""

YEARS = (1900, 2200)
"""First and last year that a plan file may have."""


def next_plan(connection: sa.Connection, code: str, before: str) -> dict[str, Any]:
    """The plan file of a new plan that continues another, in reading order, with its blanks.

    Its year is the one that the code ends in, else the one after the other plan's. Indicators and
    bodies are named by code. Raises Refused.
    """
    last = _last(connection, code, before)
    year = _year(code, last["year"])
    _refuse_year(code, year, last)
    rows = {table: _rows(connection, table, before) for table in PLACED}
    raw = {
        "$schema": "./plan.schema.json",
        "document": _document(code),
        "plan": _plan(code, year, last),
        "bodies": [],
        "indicators": [],
        "areas": [_area(area, rows) for area in rows["area"]],
    }
    ordered: dict[str, Any] = in_order(raw, PlanFile)
    return ordered


def left_behind(connection: sa.Connection, before: str) -> list[str]:
    """Titles of the documents that the other plan announced, as its text runs.

    None of them is carried over: a document is issued once.
    """
    rows = current_rows(connection, "deliverable", "plan", [before]).values()
    ordered = sorted(rows, key=lambda row: (row["quote_start"], row["code"]))
    return [row["title_zh"] for row in ordered]


# --- what is asked for ------------------------------------------------------------------------


def _last(connection: sa.Connection, code: str, before: str) -> Row:
    """The plan to be continued."""
    found = {code: list(_code_complaints(connection, code, before))}
    plans = current_rows(connection, "plan", "code", [before])
    if before not in plans:
        here = TABLES["plan"].c
        known = sa.select(here.code).where(here.release_to.is_(None)).order_by(here.code)
        near = nearest(before, connection.scalars(known))
        unknown = _wrong("is no plan in the database", "不是数据库中的计划", nearest=near)
        found[before] = [*found.get(before, ()), unknown]
    _refuse(found)
    return plans[before]


def _code_complaints(connection: sa.Connection, code: str, before: str) -> Iterator[Complaint]:
    if len(code) > CODE_LENGTH or not re.fullmatch(CODE_PATTERN, code):
        yield _wrong(
            "is no code: lower-case letters and digits, in parts joined by single hyphens, "
            f"at most {CODE_LENGTH} characters",
            f"不是代码：小写字母和数字，各部分以单个连字符相连，最多{CODE_LENGTH}个字符",
            value=code,
        )
    elif code == before:
        yield _wrong(
            "cannot continue itself: give the new plan a code of its own",
            "不能接续自身：请为新计划另取代码",
        )
    elif _was_published(connection, code):
        yield _wrong(
            "is already a plan in the database: change it with its own file",
            "已是数据库中的计划：请用该计划的文件修改",
        )


def _was_published(connection: sa.Connection, code: str) -> bool:
    here = TABLES["plan"].c
    return connection.scalar(sa.select(here.code).where(here.code == code).limit(1)) is not None


def _year(code: str, last: int) -> int:
    ending = re.search(r"-(\d{4})$", code, re.ASCII)
    year = int(ending.group(1)) if ending else last + 1
    return year if YEARS[0] <= year <= YEARS[1] else last + 1


def _refuse_year(code: str, year: int, last: Row) -> None:
    """A plan's year stands in its code, and a plan continues none of a later year."""
    if str(year) not in code.split("-"):
        example = f"{last['issuer']}-{year}"
        wrong = _wrong(
            f"must have the plan's year in it, like {example}", f"须含计划年度，如{example}"
        )
        _refuse({code: [wrong]})
    if year < last["year"]:
        wrong = _wrong(
            f"is of an earlier year than {last['code']}, which it is to continue",
            f"的年度早于所要接续的{last['code']}",
        )
        _refuse({code: [wrong]})


def _wrong(en: str, zh: str, **more: Any) -> Complaint:
    return Complaint((), en, zh, place=Place(), **more)


def _refuse(complaints: Mapping[str, Sequence[Complaint]]) -> None:
    found = {name: list(some) for name, some in complaints.items() if some}
    if found:
        raise Refused(found)


# --- what is carried over ---------------------------------------------------------------------

PLACED = {
    "area": "source_start",
    "task": "source_start",
    "target": "quote_start",
    "participation": "quote_start",
}
"""Tables that are carried over, and the column that has the place in last year's text."""


def _rows(connection: sa.Connection, table: str, plan: str) -> list[Row]:
    """The current rows of a plan as the text runs."""
    rows = current_rows(connection, table, "plan", [plan]).values()
    return sorted(rows, key=lambda row: (row[PLACED[table]], row["code"]))


def _document(code: str) -> dict[str, Any]:
    blanks = (
        "title_zh", "title_en", "publisher", "copy", "text_complete", "rights_zh", "rights_en",
    )  # fmt: skip
    return {"code": f"{code}-doc", **dict.fromkeys(blanks, BLANK)}


def _plan(code: str, year: int, last: Row) -> dict[str, Any]:
    calendar = (date(last["year"], 1, 1), date(last["year"], 12, 31))
    usual = (last["period_start"], last["period_end"]) == calendar
    return {
        "code": code,
        "year": year,
        "issuer": last["issuer"],
        "title_zh": _title(last["title_zh"], last["year"], year),
        "title_en": _title(last["title_en"], last["year"], year),
        **({} if usual else {"period_start": BLANK, "period_end": BLANK}),
        "continues": last["code"],
    }


def _title(title: str, last: int, year: int) -> str:
    """Last year's title with the new year; blank where its numbers are not just the year."""
    only_the_year = set(re.findall(r"\d+", title)) == {str(last)}
    return title.replace(str(last), str(year)) if only_the_year else BLANK


def _area(area: Row, rows: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    tasks = [row for row in rows["task"] if row["area"] == area["code"]]
    return {**_heading(area), "tasks": [_task(task, rows) for task in tasks]}


def _heading(part: Row) -> dict[str, Any]:
    kept = {name: part[name] for name in ("number", "title_zh", "title_en")}
    return {**kept, "summary_zh": BLANK, "summary_en": BLANK}


def _task(task: Row, rows: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    inside = {
        name: [write(row) for row in rows[table] if row["task"] == task["code"]]
        for name, table, write in (
            ("targets", "target", _target),
            ("participations", "participation", _participation),
        )
    }
    return {
        **_heading(task),
        **({"responsibility_stated": BLANK} if task["responsibility_stated"] else {}),
        "continues": task["code"],
        **{name: parts for name, parts in inside.items() if parts},
    }


def _target(row: Row) -> dict[str, Any]:
    """A promise; what last year's text said otherwise than usual must be said again.

    Whether the new text hedges or writes a floor is asked for everywhere: what is usual would be
    taken for what it says.
    """
    asked = {
        "value_upper": row["value_upper"] is not None,
        "value_status": row["value_status"] != ValueStatus.STATED,
        "floor_stated": row["met_if"] == MetIf.AT_LEAST,
        "commitment": True,
        "commitment_basis": row["commitment_basis"] == CommitmentBasis.CARRIED_OVER,
        "due": row["due_basis"] == DueBasis.STATED,
    }
    return {
        "indicator": row["indicator"].removeprefix(indicator_code(row["issuer"], "")),
        "value": _value(row),
        **({"met_if": row["met_if"]} if row["met_if"] != MetIf.AT_LEAST else {}),
        **{name: BLANK for name, was in asked.items() if was},
        "quote": BLANK,
    }


def _value(row: Row) -> Any:
    """A figure that last year's quote proves, since the new quote must prove it; null if masked."""
    value = row["value"]
    if value is None:
        return None
    if row["value_status"] != ValueStatus.STATED or not figures_of(value, plain(row["quote"])):
        return BLANK
    return int(value) if value.is_integer() else value


def _participation(row: Row) -> dict[str, Any]:
    reading = {} if row["stated"] else {"stated": False}
    return {"body": row["body"], "role": row["role"], **reading, "quote": BLANK}
