"""What search reads of each row: its tokens, derived by the writer."""

from typing import Annotated, Any

from sqlmodel import SQLModel

from app.models.base import Clock, Refers, text_field
from app.models.grams import add_index

SEARCHED = (
    "plan",
    "area",
    "task",
    "indicator",
    "target",
    "observation",
    "body",
    "participation",
    "deliverable",
    "erratum",
    "document",
)
"""The tables whose rows can be searched; `x_text` holds what is searched of `x`."""


def _text_table(of: str) -> type[SQLModel]:
    """The table with the searched text of another one, with a clock of its own."""
    name = f"{of}_text"
    fields = {
        "__annotations__": {"code": Annotated[str, Refers(of)], "names": str, "words": str},
        "__module__": __name__,
        "__doc__": f"What is searched of each {of}.",
        "__tablename__": name,
        "code": text_field("Code of the row"),
        "names": text_field("Tokens of the fields that name the row: see `app.search`"),
        "words": text_field("Tokens of all searched fields"),
    }
    make: Any = type(SQLModel)
    made: type[SQLModel] = make(name, (Clock,), fields, table=True)
    add_index(made.__table__)  # type: ignore[attr-defined]
    return made


TEXT_TABLES: dict[str, type[SQLModel]] = {f"{of}_text": _text_table(of) for of in SEARCHED}
"""The tables of searched text, by name."""
