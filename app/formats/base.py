"""What a format is given and what it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.formats.column import Column

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """Rows with what belongs to them, ready to be written."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    meta: dict[str, Any]
    links: dict[str, Any]
    one: bool = False
    """A detail: `rows` has exactly one row, written as an object."""
    nested: Mapping[str, tuple[Sequence[Column], Sequence[Sequence[Row]]]] = field(
        default_factory=dict
    )
    """Lists inside a row: name → (their columns, for each row its list)."""
    for_spreadsheet: bool = False
    """For a program that needs a byte order mark and takes text for formulas."""


@dataclass(frozen=True)
class Format:
    """A way to write an answer as bytes."""

    name: str
    """As `format=` and suffixes have it."""
    media_type: str
    en: str
    """What it is, for people."""
    write: Callable[[Answer], bytes]
    parameters: str = ""
    """What stands behind the media type in the answer's header."""
    as_file: bool = False
    """Whether a browser should save it under a name."""

    @property
    def content_type(self) -> str:
        """The value of the header Content-Type."""
        return self.media_type + self.parameters
