"""What is counted of each row: numbers of rows that belong to it, derived by the writer."""

from typing import Annotated, Any

from sqlmodel import SQLModel

from app.models.base import Clock, Count, Refers, mark, said, text_field
from app.models.plan import AreaPublic, PlanPublic, TaskPublic

COUNTING: dict[str, type[SQLModel]] = {
    "plan": PlanPublic,
    "area": AreaPublic,
    "task": TaskPublic,
}
"""The tables whose counts are kept, and the published row that says what is counted.

Only what belongs to one plan: to count anew what all plans share, at each import, would cost the
more the more plans there are.
"""

COUNTED: dict[str, dict[str, Count]] = {
    f"{of}_counts": {
        name: count for name, info in row.model_fields.items() if (count := mark(info, Count))
    }
    for of, row in COUNTING.items()
}
"""By table: its fields, and what each counts."""


def _counts_table(name: str) -> type[SQLModel]:
    """The table with the counts of another one, with a clock of its own."""
    of, counts = name.removesuffix("_counts"), COUNTED[name]
    told = COUNTING[of].model_fields
    fields: dict[str, Any] = {
        "__annotations__": {"code": Annotated[str, Refers(of)], **dict.fromkeys(counts, int)},
        "__module__": __name__,
        "__doc__": f"What is counted of each {of}.",
        "__tablename__": name,
        "code": text_field("Code of the row"),
        **{field: said(told[field].description or "") for field in counts},
    }
    make: Any = type(SQLModel)
    made: type[SQLModel] = make(name, (Clock,), fields, table=True)
    return made


COUNT_TABLES: dict[str, type[SQLModel]] = {name: _counts_table(name) for name in COUNTED}
"""The tables of counts, by name."""
