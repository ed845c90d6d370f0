"""Importing plan files: what they change, for which cause, and what must hold afterwards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from app.models.choices import Cause
from app.publish.anchor import at, compare_anchors
from app.publish.causes import PLAN_CHANGES
from app.publish.complaint import Complaint, Refused, shown
from app.publish.lookup import measured_now, named, neighbours
from app.publish.reading import Draft, read_draft, told_at
from app.publish.ready import is_published
from app.publish.rows import Row, rows_of
from app.publish.scope import SCOPE, Change, Changes, compare, current_rows
from app.publish.text import Body, TextProblem
from app.publish.validate import Known, complaints_of, introduce, references
from app.publish.wording import Measured
from app.publish.writer import (
    CauseProblem,
    Orders,
    Outcome,
    Progress,
    Step,
    cause_unsaid,
    publish,
)

DEFINED = ("document", "document_relation", "body", "indicator")
"""Tables whose rows several files may define alike."""


def import_plans(
    engine: sa.Engine,
    paths: Sequence[Path],
    orders: Orders,
    progress: Progress,
    texts: Sequence[Body] = (),
    only_if_empty: bool = False,
) -> Outcome:
    """Import plan files as one release; raises Refused or CauseProblem with nothing changed.

    `texts` are documents at hand: files that were read from one of them are checked against it.
    With `only_if_empty` nothing is done where a release is there already: another process was
    first.
    """
    drafts = []
    for number, path in enumerate(paths, 1):
        count = f"{number}/{len(paths)}"
        progress(f"reading {path} ({count})", f"读取 {path}（{count}）")
        drafts.append(_checked_against_texts(read_draft(path), texts))
    _refuse_foreign_texts(drafts, texts)

    def decide(connection: sa.Connection) -> Sequence[Step]:
        if only_if_empty and is_published(connection):
            return ()
        return _decided(connection, drafts, orders, progress)

    return publish(engine, decide, orders)


def _decided(
    connection: sa.Connection, drafts: Sequence[Draft], orders: Orders, progress: Progress
) -> Sequence[Step]:
    progress("comparing with the database", "与数据库比较")
    known = _known(connection, drafts)
    _refuse_what_is_wrong(drafts, known)
    changes = _changes(drafts, known.measured, connection)
    if not any(changes.values()):
        return ()
    step = Step(_joined(drafts), changes, _cause(orders, changes, connection))
    if not orders.dry_run:
        progress(f"writing {step.rows} rows", f"写入{step.rows}行")
    _refuse_new_units(drafts, connection, changes["indicator"])
    return (step,)


def _checked_against_texts(draft: Draft, texts: Sequence[Body]) -> Draft:
    """The draft with what its text, where it is at hand, says against it."""
    document = draft.raw.get("document") if isinstance(draft.raw, dict) else None
    given = document.get("body_sha256") if isinstance(document, dict) else None
    for body in texts:
        if body.sha256 == given:
            found = [told_at(draft.source, c) for c in compare_anchors(draft.raw, body)]
            return Draft(draft.path, draft.source, draft.file, draft.complaints + found)
    return draft


def _refuse_foreign_texts(drafts: Sequence[Draft], texts: Sequence[Body]) -> None:
    """A text that belongs to no file would prove nothing, and seem to."""
    documents = {at(draft.raw, ("document", "body_sha256")) for draft in drafts}
    for body in texts:
        if body.sha256 not in documents:
            raise TextProblem(
                f"the text given (SHA-256 {body.sha256}) is that of none of the files; "
                "is it a page that needs --page?",
                f"所给文本（SHA-256 {body.sha256}）不属于任何一个文件；是否应加--page？",
            )


def _refuse_what_is_wrong(drafts: Sequence[Draft], known: Known) -> None:
    complaints = {
        str(draft.path): draft.complaints
        + [told_at(draft.source, c) for c in complaints_of(draft.raw, known)]
        for draft in drafts
    }
    for path, found in _same_plan_twice(drafts):
        complaints[path].append(found)
    if any(complaints.values()):
        raise Refused({path: found for path, found in complaints.items() if found})


def _same_plan_twice(drafts: Sequence[Draft]) -> Iterator[tuple[str, Complaint]]:
    seen: dict[str, Path] = {}
    for draft in drafts:
        if draft.file is None:
            continue
        code = draft.file.plan.code
        if code in seen:
            yield (
                str(draft.path),
                told_at(
                    draft.source,
                    Complaint(
                        ("plan", "code"),
                        f"{seen[code]} is a file of the same plan",
                        f"{seen[code]} 是同一计划的文件",
                        code,
                    ),
                ),
            )
        seen.setdefault(code, draft.path)


def _known(connection: sa.Connection, drafts: Sequence[Draft]) -> Known:
    """What the files at hand define, and what the database has of all that they refer to."""
    referred = defaultdict[str, set[str]](set)
    for draft in drafts:
        for _, table, code in references(draft.raw):
            referred[table].add(code)
    mine = set(_plans(drafts))

    def of_others(table: str, codes: Iterable[str]) -> set[str]:
        """Those of some codes that are current and that no file at hand defines anew."""
        rows = named(connection, table, codes, SCOPE[table])
        return {row["code"] for row in rows if row[SCOPE[table]] not in mine}

    known = Known(
        {table: of_others(table, codes) for table, codes in referred.items()},
        measured_now(connection, referred["indicator"]),
        lambda table, code: of_others(table, neighbours(connection, table, code)),
    )
    for draft in drafts:
        introduce(draft.raw, known)
    return known


def _plans(drafts: Sequence[Draft]) -> list[str]:
    return [draft.file.plan.code for draft in drafts if draft.file]


# --- comparing --------------------------------------------------------------------------------


def _changes(
    drafts: Sequence[Draft], measured: Mapping[str, Measured], connection: sa.Connection
) -> Changes:
    """What the files change, table by table; raises Refused where files or rows contradict."""
    mine = _plans(drafts)
    found: dict[str, dict[str, dict[str, Row]]] = {table: {} for table in SCOPE}
    for draft in drafts:
        assert draft.file is not None, "refused before"
        for table, rows in rows_of(draft.file, measured).items():
            for row in rows:
                by_plan = found[table].setdefault(row["code"], {})
                by_plan[draft.file.plan.code] = row
    refused: list[Complaint] = []
    desired: dict[str, dict[str, Row]] = {}
    for table, by_code in found.items():
        there = current_rows(connection, table, "code", by_code)
        desired[table] = {}
        for code, by_plan in by_code.items():
            was = there.get(code)
            owner = _owner(by_plan, was[SCOPE[table]] if was else None, mine)
            kept = by_plan.get(owner) or was or {}
            others = (_contradicts(table, row, kept) for row in by_plan.values())
            refused += [complaint for complaint in others if complaint]
            if owner in by_plan:
                desired[table][code] = kept
    if refused:
        raise Refused({_joined(drafts): refused})
    return {
        table: compare(table, current_rows(connection, table, SCOPE[table], mine), desired[table])
        for table in SCOPE
    }


def _owner(by_plan: Mapping[str, Row], was: str | None, mine: Sequence[str]) -> str:
    """The plan that a row belongs to: as before while its file still has it, else the first."""
    if was is not None and (was in by_plan or was not in mine):
        return was
    return min(by_plan)


def _joined(drafts: Sequence[Draft]) -> str:
    return ", ".join(str(draft.path) for draft in drafts)


def _contradicts(table: str, row: Row, other: Row) -> Complaint | None:
    """What is wrong where a row's code is already another plan's; a definition may be repeated."""
    code, owner = row["code"], other[SCOPE[table]]
    if row[SCOPE[table]] == owner:
        return None
    if table not in DEFINED:
        return Complaint(
            (), f"the code {code} belongs to plan {owner}", f"代码{code}属于计划{owner}"
        )
    differing = [n for n, value in row.items() if n != "defined_in" and other.get(n) != value]
    if not differing:
        return None
    first = differing[0]
    there, here = shown(other.get(first)), shown(row[first])
    return Complaint(
        (),
        f"{table} {code} is defined differently by the file of plan {owner}: "
        f"{first} is {there} there and {here} here",
        f"{code}在计划{owner}的文件中另有定义：{first}彼处为{there}，此处为{here}",
    )


def _cause(orders: Orders, changes: Changes, connection: sa.Connection) -> Cause | CauseProblem:
    """The one cause of the release; a dry run is told what is wrong with it, else it is raised."""
    try:
        return _one_cause(orders.cause, changes, connection)
    except CauseProblem as problem:
        if orders.dry_run:
            return problem
        raise


def _one_cause(given: Cause | None, changes: Changes, connection: sa.Connection) -> Cause:
    """The cause that the data tell, or the one that was given."""
    old = any(
        bool(change.changed or change.removed or _new_for_old_plan(table, change, changes))
        for table, change in changes.items()
    )
    if changes["plan"].added and old:
        raise CauseProblem(
            "the files bring a new plan and change an old one: two causes are two releases; "
            "import them one after the other",
            "这些文件既有新计划又改动旧计划：两个原因应为两版，请分别导入",
        )
    if changes["plan"].added:
        told = Cause.NEW_PLAN if is_published(connection) else Cause.FIRST_PUBLICATION
        if given not in (None, told):
            raise CauseProblem(
                f"the cause is {told}, not {given}",
                f"原因应为{told}（{told.zh}），而不是{given}（{given.zh}）",
            )
        return told
    if given not in PLAN_CHANGES:
        raise _unsaid(changes)
    return given


def _unsaid(changes: Changes) -> CauseProblem:
    """The refusal of changes of which nobody says why; it names promises before all else."""
    ordered = sorted(changes, key=lambda table: table != "target")
    touched = [
        row["code"]
        for change in (changes[table] for table in ordered)
        for row in (*change.added, *(wanted for _, wanted in change.changed), *change.removed)
    ]
    return cause_unsaid("a published plan changes", "已发布的计划有改动", touched, PLAN_CHANGES)


def _new_for_old_plan(table: str, change: Change, changes: Changes) -> bool:
    """Whether rows are added to a plan that is already published."""
    new = {row["code"] for row in changes["plan"].added}
    return any(row[SCOPE[table]] not in new for row in change.added)


# --- what must hold afterwards -----------------------------------------------------------------


def _refuse_new_units(drafts: Sequence[Draft], connection: sa.Connection, change: Change) -> None:
    """A unit may change only together with all figures that are given in it."""
    changed = [
        was["code"]
        for was, wanted in change.changed
        if (was["unit"], was["measure"]) != (wanted["unit"], wanted["measure"])
    ]
    targets = current_rows(connection, "target", "indicator", changed).values()
    figures = [row for row in targets if row["plan"] not in _plans(drafts)]
    figures += current_rows(connection, "observation", "indicator", changed).values()
    if figures:
        complaints = [
            Complaint(
                (),
                f"changes the unit or measure of {row['indicator']}, in which {row['code']} is "
                "given",
                f"改变了{row['indicator']}的单位或计量方式，而{row['code']}以此计量",
            )
            for row in figures
        ]
        raise Refused({_joined(drafts): complaints})
