"""What a run of the benchmark is told, and hands to each section."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pair:
    """Two databases that hold the same kind of rows, few and many."""

    small: str | None
    """None: one plan of the national case, in a database made for it."""
    large: str

    @property
    def kind(self) -> str:
        """Which database it is."""
        return "SQLite" if self.large.startswith("sqlite") else "PostgreSQL"


@dataclass(frozen=True)
class Run:
    """How long and how often is measured, on what, and where files may stand."""

    folder: Path
    rounds: int
    seconds: int
    pairs: tuple[Pair, ...]

    def place(self, name: str) -> Path:
        """A new folder in the run's own."""
        path = self.folder / name
        path.mkdir()
        return path
