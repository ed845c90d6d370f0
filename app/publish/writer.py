"""The writer: changes become releases, all of them in one transaction or none.

What changes is decided by the fronts (plan files, results, retractions); what holds for every
release is done here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from app.db import move_to_file
from app.models import TAKEDOWNS
from app.models.choices import Cause
from app.publish.complaint import Complaint, Refused
from app.publish.derive import derive, touched_by
from app.publish.log import record
from app.publish.release import RESOURCE_OF, Made, add_release, apply, dangling, next_number
from app.publish.scope import Changes

Progress = Callable[[str, str], None]
"""Takes one sentence in English and one in Chinese."""


class CauseProblem(Exception):
    """The cause that was given, or its absence, does not fit what changes."""

    def __init__(self, en: str, zh: str):
        super().__init__(en)
        self.en = en
        self.zh = zh


NAMED = 3
"""So many of the rows that change are named in a refusal."""


def cause_unsaid(en: str, zh: str, codes: Sequence[str], allowed: Sequence[Cause]) -> CauseProblem:
    """The refusal of changes of which nobody says why: what would change, and the rows' codes."""
    more = (" …", "……") if codes[NAMED:] else ("", "")
    names_zh = "、".join(f"{cause}（{cause.zh}）" for cause in allowed)
    return CauseProblem(
        f"{en} ({', '.join(codes[:NAMED])}{more[0]}): "
        f"say why with --cause; allowed: {', '.join(allowed)}",
        f"{zh}（{'、'.join(codes[:NAMED])}{more[1]}）：请用--cause说明原因；可用：{names_zh}",
    )


@dataclass(frozen=True)
class Orders:
    """How something is to be published."""

    cause: Cause | None = None
    note_zh: str | None = None
    note_en: str | None = None
    by: str | None = None
    """The office that publishes."""
    dry_run: bool = False


@dataclass(frozen=True)
class Step:
    """One release to be made."""

    source: str
    """The files or codes that ask for it, as messages name them."""
    changes: Changes
    cause: Cause | CauseProblem
    """In a dry run also what is wrong with the cause, or its absence."""
    noted: bool = True
    """Whether the note that was given is about this release."""
    confidential: bool = False
    """Whether what its rows say must not be repeated."""

    @property
    def rows(self) -> int:
        """How many rows are added, changed and removed."""
        return sum(len(c.added) + len(c.changed) + len(c.removed) for c in self.changes.values())


@dataclass(frozen=True)
class Outcome:
    """What was published, or would be."""

    steps: Sequence[Step]
    releases: Sequence[Made]
    """Empty in a dry run, and where nothing changes."""

    @property
    def release(self) -> Made | None:
        """The last release that was made."""
        return self.releases[-1] if self.releases else None


def publish(
    engine: sa.Engine, decide: Callable[[sa.Connection], Sequence[Step]], orders: Orders
) -> Outcome:
    """Publish what is decided under the writer's lock; raises Refused with nothing changed."""
    with transaction(engine, keep=not orders.dry_run) as connection:
        steps = decide(connection)
        made = [_released(connection, step, orders) for step in steps]
    if orders.dry_run or not made:
        return Outcome(steps, ())
    move_to_file(engine)
    return Outcome(steps, [one for one in made if one])


@contextmanager
def transaction(engine: sa.Engine, keep: bool = True) -> Iterator[sa.Connection]:
    """A writer's transaction: locked before anything is read, kept whole or not at all."""
    with engine.connect() as connection, connection.begin() as running:
        yield connection
        if not keep:
            running.rollback()


def taken_down(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """By resource and code: the release that removed a row's content by force of law."""
    here = TAKEDOWNS.c
    rows = connection.execute(sa.select(here.resource, here.code, here.release))
    return {(resource, code): release for resource, code, release in rows}


def _released(connection: sa.Connection, step: Step, orders: Orders) -> Made | None:
    _refuse_taken_down(connection, step)
    number = next_number(connection)
    apply(connection, number, step.changes)
    _refuse_dangling(connection, step)
    touched = derive(connection, number, touched_by(step.changes))
    if isinstance(step.cause, CauseProblem):
        return None
    record(connection, number, step.changes)
    # The time is taken last: until the commit nobody sees the release, and none is dated back.
    return add_release(
        connection,
        number,
        step.cause,
        step.changes,
        touched,
        {
            "note_zh": orders.note_zh if step.noted else None,
            "note_en": orders.note_en if step.noted else None,
            "by": orders.by,
        },
    )


def _refuse_taken_down(connection: sa.Connection, step: Step) -> None:
    gone = taken_down(connection)
    added = [
        (table, row["code"], gone.get((RESOURCE_OF[table], row["code"])))
        for table, change in step.changes.items()
        for row in change.added
    ]
    complaints = [
        Complaint(
            (),
            f"would bring back {table} {code}, whose content was taken down in release {release} "
            "because the law demanded it: take it out",
            f"会恢复{table} {code}，其内容已依法在第{release}版删除：请将其删去",
        )
        for table, code, release in added
        if release is not None
    ]
    if complaints:
        raise Refused({step.source: complaints})


def _refuse_dangling(connection: sa.Connection, step: Step) -> None:
    broken = dangling(connection, step.changes)
    if broken:
        raise Refused(
            {
                step.source: [
                    Complaint(
                        (),
                        f"would leave {table} {code} with {column} {lost}, which is not current",
                        f"会使{table} {code}的{column}指向已不存在的{lost}",
                    )
                    for table, code, column, lost in broken
                ]
            }
        )
