"""Publishing results: what came of promises and of announced documents; and withdrawing them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app.models import TABLES
from app.models.choices import Cause, Measure, ObservationStatus, Unit
from app.models.choices import Outcome as Fate
from app.publish.causes import RESULT_CHANGES
from app.publish.complaint import Complaint, Place, Refused
from app.publish.lookup import named, near_code
from app.publish.result_columns import IndicatorKnown, KnownResults
from app.publish.result_file import ResultFile, ResultTables, read_results, read_tables
from app.publish.rows import Row
from app.publish.scope import CHUNK, Change, Changes, compare, current_rows
from app.publish.template import TemplateDocument, TemplatePlan, TemplatePromise
from app.publish.writer import CauseProblem, Orders, Outcome, Step, cause_unsaid, publish
from app.settings import read_settings

PRELIMINARY = (ObservationStatus.PROVISIONAL, ObservationStatus.ESTIMATED)

KEY = ("indicator", "period", "source")
"""What tells one result from another; its code is made of it."""


SUGGESTED = 20
"""Unknown codes of a table for which the code that may be meant is looked for."""


@dataclass(frozen=True)
class Line:
    """What a line of a file does to a row."""

    table: str
    was: Row | None
    """None where there is no such row now."""
    wanted: Row
    withdrawn: bool = False
    """There was one before, and it was withdrawn."""

    @property
    def code(self) -> str:
        """The code of the row."""
        return str(self.wanted["code"])

    def cause(self, given: Cause | None) -> Cause | None:
        """Why the row is published; None where the data do not tell and nobody says."""
        was, table = self.was, self.table
        if was is None and not self.withdrawn:
            return Cause.NEW_DATA
        if was and table == "deliverable" and was["outcome"] == Fate.NO_RESULT:
            return Cause.NEW_DATA
        if given in RESULT_CHANGES:
            return given
        replaced = was and table == "observation" and was["value_status"] in PRELIMINARY
        if replaced and self.wanted["value_status"] == ObservationStatus.MEASURED:
            return Cause.REVISION
        return None


def observe(engine: sa.Engine, path: Path, orders: Orders) -> Outcome:
    """Publish a file of results: one release for what is new, one for what is changed.

    Nothing is removed. Raises Refused or CauseProblem with nothing changed. The file is read before
    other writers have to wait; no day in it may be after today in the zone of the settings.
    """
    tables = read_tables(path)
    today = datetime.now(read_settings().zone).date()

    def decide(connection: sa.Connection) -> Sequence[Step]:
        file = read_results(tables, _known(connection, tables), today)
        return list(_steps(path, list(_lines(connection, path, file)), orders))

    return publish(engine, decide, orders)


def _known(connection: sa.Connection, tables: ResultTables) -> KnownResults:
    """What a file may speak of: those that it names of the current indicators and deliverables."""
    indicators, documents = tables.codes("indicator"), tables.codes("code")
    found = {
        row["code"]: IndicatorKnown(row["name_zh"], Unit(row["unit"]), Measure(row["measure"]))
        for row in named(connection, "indicator", indicators, "name_zh", "unit", "measure")
    }
    titles = {
        row["code"]: row["title_zh"]
        for row in named(connection, "deliverable", documents, "title_zh")
    }
    near = {
        **_nearest(connection, "indicator", indicators - found.keys()),
        **_nearest(connection, "deliverable", documents - titles.keys()),
    }
    return KnownResults(found, titles, near)


def _nearest(connection: sa.Connection, table: str, wrong: Collection[str]) -> dict[str, str]:
    """The codes that wrong ones most resemble; only the first wrong ones cost a comparison."""
    found = {code: near_code(connection, table, code) for code in sorted(wrong)[:SUGGESTED]}
    return {code: near for code, near in found.items() if near}


def _lines(connection: sa.Connection, path: Path, file: ResultFile) -> Iterator[Line]:
    """The lines of a file that add or change a row."""
    fates = {row["code"]: row for row in file.fates}
    there = current_rows(connection, "deliverable", "code", fates)
    wanted = {
        "observation": {row["code"]: row for row in file.observations},
        "deliverable": {code: {**there[code], **row} for code, row in fates.items()},
    }
    for table, rows in wanted.items():
        current = current_rows(connection, table, "code", rows)
        if table == "observation":
            _require_same_keys(path, current, rows)
        change = compare(table, current, rows, kept=())
        gone = _ever(connection, table, [row["code"] for row in change.added])
        yield from (Line(table, None, row, row["code"] in gone) for row in change.added)
        yield from (Line(table, was, row) for was, row in change.changed)


def _ever(connection: sa.Connection, table: str, codes: Sequence[str]) -> set[str]:
    """Those of some codes that any release shows."""
    here = TABLES[table].c
    found: set[str] = set()
    for start in range(0, len(codes), CHUNK):
        select = sa.select(here.code).where(here.code.in_(codes[start : start + CHUNK]))
        found.update(connection.scalars(select))
    return found


def _require_same_keys(path: Path, current: Mapping[str, Row], wanted: Mapping[str, Row]) -> None:
    """Refuse a result that would replace another: two keys can give one code."""
    complaints = [
        _one_code(current[code], row)
        for code, row in wanted.items()
        if code in current and any(row[name] != current[code][name] for name in KEY)
    ]
    if complaints:
        raise Refused({str(path): complaints})


def _one_code(was: Row, wanted: Row) -> Complaint:
    """Two results, one code: x in 2022-2023 and x-2022 in 2023, sources of one name."""
    code = wanted["code"]
    published, new = (" / ".join(row[name] for name in KEY) for row in (was, wanted))
    return Complaint(
        (),
        f"{code} would be the code of {new} (indicator / period / source), "
        f"but is that of {published}: give the source another short name",
        f"{new}（指标／所属期／来源）的代码也会是{code}，"
        f"而该代码已属于{published}：请改用别的来源简称",
        place=Place(),
    )


def _steps(path: Path, lines: Sequence[Line], orders: Orders) -> Iterator[Step]:
    """A release for each cause: what is changed comes before what is new."""
    causes = [line.cause(orders.cause) for line in lines]
    if None in causes:
        unsaid = [line.code for line, cause in zip(lines, causes, strict=True) if not cause]
        yield from _with_problem(path, lines, orders, _unsaid(unsaid))
    elif orders.cause and lines and orders.cause not in causes:
        told = ", ".join(sorted({str(cause) for cause in causes}))
        problem = CauseProblem(
            f"the cause is {told}, not {orders.cause}", f"原因应为{told}，而不是{orders.cause}"
        )
        yield from _with_problem(path, lines, orders, problem)
    elif Cause.CORRECTION in causes and not (orders.note_zh or orders.note_en):
        yield from _with_problem(path, lines, orders, _unexplained())
    else:
        for cause in (*RESULT_CHANGES, Cause.NEW_DATA):
            some = [line for line, its in zip(lines, causes, strict=True) if its == cause]
            if some:
                noted = orders.cause in (None, cause)
                yield Step(str(path), _changes_of(some), cause, noted)


def _unsaid(codes: Sequence[str]) -> CauseProblem:
    """The refusal of changes of which nobody says why."""
    return cause_unsaid(
        "results that are published, or were withdrawn, would change",
        "已发布或已撤回的结果会有改动",
        codes,
        RESULT_CHANGES,
    )


def _unexplained() -> CauseProblem:
    """The refusal of a correction that does not say what was wrong; later nobody can add it."""
    return CauseProblem(
        "readers are told what was wrong and is corrected: give --note, best twice, "
        "once in Chinese and once in English",
        "更正须向读者说明错在何处：请用--note写明，最好中文、英文各写一次",
    )


def _with_problem(
    path: Path, lines: Sequence[Line], orders: Orders, problem: CauseProblem
) -> Iterator[Step]:
    """A dry run shows what would change, and what is wrong with the cause."""
    if not orders.dry_run:
        raise problem
    yield Step(str(path), _changes_of(lines), problem)


def _changes_of(lines: Iterable[Line]) -> Changes:
    changes: Changes = {}
    for line in lines:
        change = changes.setdefault(line.table, Change())
        if line.was is None:
            change.added.append(line.wanted)
        else:
            change.changed.append((line.was, line.wanted))
    return changes


def retract(engine: sa.Engine, codes: Sequence[str], orders: Orders) -> Outcome:
    """Withdraw results in one release; raises Refused with nothing changed."""

    def decide(connection: sa.Connection) -> Sequence[Step]:
        there = current_rows(connection, "observation", "code", codes)
        source = ", ".join(codes)
        missing = [code for code in codes if code not in there]
        if missing:
            raise Refused({source: [_not_there(connection, code) for code in missing]})
        changes = {"observation": Change(removed=list(there.values()))}
        return [Step(source, changes, Cause.RETRACTION)]

    return publish(engine, decide, orders)


def _not_there(connection: sa.Connection, code: str) -> Complaint:
    """Why a result cannot be withdrawn."""
    here = TABLES["observation"].c
    closed = connection.scalar(sa.select(sa.func.max(here.release_to)).where(here.code == code))
    if closed is not None:
        return Complaint(
            (),
            f"was withdrawn in release {closed}",
            f"已在第{closed}版撤回",
            place=Place(),
        )
    return Complaint(
        (),
        "is the code of no result; results are withdrawn one by one, plans and what they say are "
        "changed by their files",
        "不是任何结果的代码；结果逐条撤回，计划及其内容由计划文件更改",
        nearest=near_code(connection, "observation", code),
        place=Place(),
    )


def template_of(connection: sa.Connection, plan: str) -> TemplatePlan:
    """What a workbook lists for people to fill in: a plan's promises and documents.

    Raises Refused where there is no such plan.
    """
    plans = current_rows(connection, "plan", "code", [plan])
    if plan not in plans:
        unknown = Complaint(
            (),
            "is no plan",
            "不是任何计划的代码",
            value=plan,
            nearest=near_code(connection, "plan", plan),
            place=Place(),
        )
        raise Refused({plan: [unknown]})
    targets = current_rows(connection, "target", "plan", [plan])
    indicators = current_rows(
        connection, "indicator", "code", {row["indicator"] for row in targets.values()}
    )
    documents = current_rows(connection, "deliverable", "plan", [plan])
    return TemplatePlan(
        code=plan,
        title_zh=plans[plan]["title_zh"],
        promises=[_promise(row, indicators[row["indicator"]]) for row in _in_text(targets)],
        documents=[
            TemplateDocument(row["code"], row["title_zh"], row["quote"])
            for row in _in_text(documents)
        ],
    )


def _in_text(rows: Mapping[str, Row]) -> list[Row]:
    """Rows as the text of the plan runs."""
    return sorted(rows.values(), key=lambda row: (row["quote_start"], row["code"]))


def _promise(target: Row, indicator: Row) -> TemplatePromise:
    return TemplatePromise(
        indicator=indicator["code"],
        name_zh=indicator["name_zh"],
        value_text_zh=target["value_text_zh"],
        unit_zh=indicator["unit_zh"],
        period=str(target["due"].year),
    )
