"""Tables of results and documents in the sheets of a file: recognised by their headers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.publish.complaint import Complaint, Place, nearest
from app.publish.result_columns import DOCUMENTS, RESULTS, Field, Fields, folded
from app.publish.result_entry import Entry
from app.publish.rows import Row
from app.publish.sheet import Cell, Sheet, written

HEADER_AMONG = 10
"""The header is one of so many first filled rows of a sheet."""

NAMES = {
    fields: {folded(name): field for field in fields for name in (field.zh, field.name)}
    for fields in (RESULTS, DOCUMENTS)
}


@dataclass
class Table:
    """A sheet that was recognised by its header."""

    fields: Fields
    entries: list[Entry]
    """Its lines that have an input."""
    complaints: list[Complaint]
    """What is wrong with the header, and with the lines once they are read; by row."""

    def read(self, row_of: Callable[[Entry], Row | None], first: dict[str, Entry]) -> list[Row]:
        """The rows of all sound lines; `first` has the lines that named each code first."""
        rows = []
        for entry in self.entries:
            row = row_of(entry)
            entry.require_first(first)
            self.complaints += entry.complaints
            if row is not None:
                rows.append(row)
        self.complaints.sort(key=lambda each: _order(each.place or Place()))
        return rows


def _order(place: Place) -> tuple[int, int, str]:
    """Row by row, and in a row column by column: Z before AA."""
    return place.row or 0, len(place.column or ""), place.column or ""


def recognise(sheet: Sheet) -> Table | None:
    """The table of a sheet; None if no header is among its first filled rows."""
    for place, row in enumerate(sheet.rows[:HEADER_AMONG]):
        if fields := _recognised(row):
            header = _Header(sheet, fields, row)
            return Table(fields, list(header.entries(sheet.rows[place + 1 :])), header.complaints)
    return None


def _recognised(row: Sequence[Cell]) -> Fields | None:
    """The columns that a row is the header of: it names a key, or two columns of any sort."""
    titles = {folded(written(cell.value)) for cell in row}
    named = {
        fields: [field for title, field in names.items() if title in titles]
        for fields, names in NAMES.items()
    }
    fields = max(named, key=lambda each: len(named[each]))
    known = named[fields]
    return fields if len(known) > 1 or any(field.use == "key" for field in known) else None


class _Header:
    """A header row: which column is which field."""

    def __init__(self, sheet: Sheet, fields: Fields, row: Sequence[Cell]):
        self.sheet = sheet.name
        self.merged = sheet.merged
        self.fields = fields
        self.columns: dict[int, Field] = {}
        self.places: dict[str, Place] = {}
        self.complaints: list[Complaint] = []
        self.passed: set[int] = set()
        """Columns that there is a complaint about."""
        for cell in row:
            self._take(cell)
        for field in fields:
            if field.required and field.name not in self.places:
                en = f"the column {field.zh} ({field.name}) is missing"
                zh = f"缺少“{field.zh}”（{field.name}）列"
                self.complaints.append(Complaint((), en, zh, place=Place(sheet.name, row[0].row)))

    def _take(self, cell: Cell) -> None:
        title = written(cell.value)
        names = NAMES[self.fields]
        field = names.get(folded(title))
        if field is None:
            near = nearest(folded(title), names)
            self._refuse(
                cell, "is no known column", "不是可用的列名", title, near and names[near].zh
            )
        elif field.name in self.places:
            self._refuse(cell, "stands twice in the header", "列名重复", title)
        else:
            self.columns[cell.column] = field
            self.places[field.name] = Place(None, None, cell.letters, " ".join(title.split()))

    def _refuse(
        self, cell: Cell, en: str, zh: str, value: str | None = None, near: str | None = None
    ) -> None:
        place = Place(self.sheet, cell.row, cell.letters)
        self.complaints.append(Complaint((), en, zh, value, nearest=near, place=place))
        self.passed.add(cell.column)

    def entries(self, rows: Iterable[Sequence[Cell]]) -> Iterator[Entry]:
        """The lines below that have an input; cells that stand under no title are refused."""
        for row in rows:
            cells: dict[str, Cell] = {}
            for cell in row:
                if field := self.columns.get(cell.column):
                    cells[field.name] = cell
                elif cell.column not in self.passed:
                    self._refuse(
                        cell,
                        "stands in a column without a title",
                        "所在的列没有列名",
                        written(cell.value),
                    )
            if any(field.use == "input" and field.name in cells for field in self.fields):
                number = row[0].row
                yield Entry(self.sheet, number, self.places, self._covered(number) | cells, [])

    def _covered(self, row: int) -> dict[str, Cell]:
        """Cells of a row that lie under a merged one: what is read there stands in another row."""
        return {
            field.name: Cell(row, column, merged.text, "merged")
            for merged in self.merged
            for column, field in self.columns.items()
            if field.use != "information" and merged.covers(row, column)
        }
