"""Content that goes by force of law: the one case in which what was published is overwritten.

All versions of a row lose their texts and figures. Its codes, clocks and references stay, so that
everything else in every release reads as before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from pydantic.fields import FieldInfo

from app.db import erase_remains
from app.models import CHANGES, CLOCKED, DERIVED, TABLES, TAKEDOWNS
from app.models.base import Refers, Via, choices_of, fields_of, mark
from app.models.choices import Action, Cause
from app.publish.complaint import Complaint, Language, Refused, nearest
from app.publish.derive import Touched, derive, fill, touched_by
from app.publish.log import changes_of, record
from app.publish.lookup import neighbours
from app.publish.release import RESOURCE_OF, Made, add_release, apply, dangling, next_number
from app.publish.scope import Change, Changes, contents, current_rows
from app.publish.writer import Orders, Outcome, Step, taken_down, transaction
from app.query import Resource
from app.resources import RESOURCES

STAYS = frozenset(
    {
        "code", "year", "number", "defined_in", "period", "source",  # what codes are made of
        "unit_zh", "unit_en",  # names of a closed list's value
        "alternative_due",  # decides, as `due` does, which results answer a promise
    }
)  # fmt: skip
"""Columns that are kept beside references, closed lists, truth values and days that must be."""

EMPTY: dict[type, Any] = {str: "", int: 0, float: 0.0}
"""What stands in a column that may not be null."""

Version = tuple[str, int, int]
"""A table, the first release that shows a row like that, and the first that no longer does."""


@dataclass(frozen=True)
class TakenDown(Outcome):
    """What was taken down, or would be."""

    code: str
    versions: Sequence[Version]


def takedown(engine: sa.Engine, resource: str, code: str, orders: Orders) -> TakenDown:
    """Take the content of one row out of all releases, and close the row if it is current.

    Raises Refused with nothing changed where there is no such row, where current rows refer to it,
    or where it was taken down before; then the files are only cleaned once more. Costs as much as
    all derived rows of all releases.
    """
    tables = _tables_of(resource, code)
    with transaction(engine, keep=not orders.dry_run) as connection:
        before = taken_down(connection).get((resource, code))
        row = _Row(connection, resource, code, tables)
        outcome = None if before else row.taken_down(orders)
    if not orders.dry_run:
        erase_remains(engine, [*tables, *DERIVED, CHANGES.name])
    if outcome is None:
        raise _refused(
            resource,
            code,
            Complaint(
                (), f"was taken down in release {before} already", f"其内容已在第{before}版删除"
            ),
        )
    return outcome


def told_takedown(outcome: TakenDown, language: Language) -> Iterator[str]:
    """Where content goes, for a person to read."""
    for table, start, end in outcome.versions:
        first, last = str(start), str(end - 1)
        if language == "zh":
            shown = f"第{first}版" + (f"至第{last}版" if last != first else "")
            yield f"× {_label_zh(table)} {outcome.code}：{shown}的文字和数字"
        else:
            shown = f"releases {first} to {last}" if last != first else f"release {first}"
            yield f"× {table} {outcome.code}: texts and figures of {shown}"
    yield "× 改动记录中的名称和数值" if language == "zh" else "× its names and values in the log"


def _label_zh(table: str) -> str:
    name = RESOURCE_OF[table]
    return next(resource.zh for resource in RESOURCES if resource.name == name)


def blanks(table: str) -> dict[str, Any]:
    """By column: what stands in a row of a table without its content."""
    fields = fields_of(CLOCKED[table])
    return {
        column.name: None if column.nullable else EMPTY[column.type.python_type]
        for column in contents(table)
        if _is_content(column, fields[column.name])
    }


def _is_content(column: sa.Column[Any], field: FieldInfo) -> bool:
    """Whether a column holds a text or a figure, and not what places a row among others."""
    kind = column.type.python_type
    if column.name in STAYS or kind is bool or mark(field, Refers) is not None:
        return False
    return choices_of(field.annotation) is None and (kind is not date or bool(column.nullable))


def _tables_of(resource: str, code: str) -> list[str]:
    """The tables whose rows are published under a name."""
    names = sorted({RESOURCE_OF[table] for table in TABLES if table not in DERIVED})
    if resource not in names:
        raise _refused(
            resource,
            code,
            Complaint(
                (),
                "is no address of a row: RESOURCE/CODE",
                "不是一行的地址：应为“数据集/代码”",
                value=resource,
                allowed=names,
                nearest=nearest(resource, names),
            ),
        )
    return [table for table in TABLES if RESOURCE_OF.get(table) == resource]


def _refused(resource: str, code: str, *complaints: Complaint) -> Refused:
    return Refused({f"{resource}/{code}": list(complaints)})


@dataclass(frozen=True)
class _Row:
    """A row in all its versions; a relation of a document stands under the document's name."""

    connection: sa.Connection
    resource: str
    code: str
    tables: Sequence[str]

    def taken_down(self, orders: Orders) -> TakenDown:
        """Do it, but for what a dry run need not do; raises Refused."""
        if not any(self._versions()):
            raise self._unknown()
        connection, changes = self.connection, self._changes()
        number = next_number(connection)
        apply(connection, number, changes)
        self._refuse_references(changes)
        made = [] if orders.dry_run else [self._released(number, changes, orders)]
        step = Step(f"{self.resource}/{self.code}", changes, Cause.RETRACTION, confidential=True)
        return TakenDown([step], made, self.code, list(self._versions()))

    def _changes(self) -> Changes:
        """The row is closed, where it is current; it may be closed already."""
        current = {
            table: current_rows(self.connection, table, "code", [self.code])
            for table in self.tables
        }
        return {
            table: Change(removed=list(rows.values())) for table, rows in current.items() if rows
        }

    def _versions(self) -> Iterator[Version]:
        for table in self.tables:
            here = TABLES[table].c
            select = sa.select(here.release_from, here.release_to).where(here.code == self.code)
            for start, end in self.connection.execute(select.order_by(here.release_from)):
                yield table, start, end

    def _unknown(self) -> Refused:
        known = [
            code
            for table in self.tables
            for code in neighbours(self.connection, table, self.code, past=True)
        ]
        return _refused(
            self.resource,
            self.code,
            Complaint(
                (),
                f"is the code of no row among {self.resource} in any release",
                f"不是任何一版{self.resource}中的代码",
                value=self.code,
                nearest=nearest(self.code, known),
            ),
        )

    def _refuse_references(self, changes: Changes) -> None:
        broken = dangling(self.connection, changes)
        if broken:
            raise _refused(
                self.resource,
                self.code,
                *(
                    Complaint(
                        (),
                        f"is the {column} of {table} {code}, which is current: take that row out "
                        "of its plan file, or down, first",
                        f"是现行的{table} {code}的{column}：请先从计划文件中删去该行或删除其内容",
                    )
                    for table, code, column, _ in broken
                ),
            )

    # --- blanking ---

    def _blank_rows(self) -> None:
        for table in self.tables:
            here, values = TABLES[table], blanks(table)
            if "value_status" in here.c:
                # A figure is masked from now on; one that was never there is as it was.
                status = sa.case((here.c.value.is_(None), here.c.value_status), else_="redacted")
                values["value_status"] = status
            self.connection.execute(sa.update(here).where(here.c.code == self.code).values(values))

    def _blank_log(self) -> None:
        """Take out what stood in the row, and its names wherever the log has them."""
        here = CHANGES.c
        own = sa.update(CHANGES).where(here.resource == self.resource, here.code == self.code)
        self.connection.execute(own.values(before=None, after=None))
        for resource, name, by in self._names_told():
            lines = sa.update(CHANGES).where(here.resource == resource.name)
            lines = lines.where(self._named_by(resource.table, by))
            self.connection.execute(lines.values({name: None}))

    def _names_told(self) -> Iterator[tuple[Resource, str, str]]:
        """Which names in the log are read from this row, and the field that has its code there."""
        for resource in RESOURCES:
            for name, field in zip(("name_zh", "name_en"), resource.names, strict=True):
                via = field and mark(fields_of(resource.row)[field], Via)
                if via and resource.table_of(via) in self.tables:
                    yield resource, name, via.by
                elif field and not via and resource.table in self.tables:
                    yield resource, name, "code"

    def _named_by(self, table: str, by: str) -> sa.ColumnElement[bool]:
        """Whether a line is about a version of a row that had this row's code in a field."""
        line, row, other = CHANGES.c, TABLES[table].c, TABLES[table].alias()
        last = sa.select(sa.func.max(other.c.release_from)).where(other.c.code == row.code)
        told = sa.case(
            (line.action == Action.REMOVED.value, row.release_to == line.release),
            (line.action == Action.BLANKED.value, row.release_from == last.scalar_subquery()),
            else_=row.release_from == line.release,
        )
        versions = sa.select(row.code).where(row[by] == self.code, told)
        return line.code.in_(versions.correlate(CHANGES))

    # --- what follows ---

    def _released(self, number: int, changes: Changes, orders: Orders) -> Made:
        self._blank_log()
        self._blank_rows()
        self.connection.execute(
            sa.insert(TAKEDOWNS).values(release=number, resource=self.resource, code=self.code)
        )
        touched = self._derive_anew(number, changes)
        record(self.connection, number, changes_of(self.connection, number, self.tables))
        return add_release(
            self.connection,
            number,
            Cause.RETRACTION,
            changes,
            {*self.tables, *touched},
            {"note_zh": orders.note_zh, "note_en": orders.note_en, "by": orders.by},
        )

    def _derive_anew(self, number: int, changes: Changes) -> Touched:
        """All that was derived of the content, release by release; what the new one touches."""
        for table in DERIVED:
            self.connection.execute(sa.delete(TABLES[table]))
        fill(self.connection)
        return derive(self.connection, number, touched_by(changes))
