"""What a format is given and what it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.formats.column import Column

if TYPE_CHECKING:
    from app.formats.citation import Citation

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
    zone: ZoneInfo = ZoneInfo("UTC")  # noqa: RUF009
    """Whose days are told."""
    base: str = ""
    """Scheme and host of the service, for forms that need whole addresses."""
    citations: Sequence["Citation"] = ()
    """How each row is quoted; given to forms of citation only."""
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
    cites: bool = False
    """Whether it is written from `citations`."""
    absolute: bool = False
    """Whether it has whole addresses, so that it differs from host to host."""

    @property
    def needs_all_fields(self) -> bool:
        """Whether it is made from whole rows as they are in a state, not from a choice."""
        return self.cites or self.absolute

    @property
    def content_type(self) -> str:
        """The value of the header Content-Type."""
        return self.media_type + self.parameters
