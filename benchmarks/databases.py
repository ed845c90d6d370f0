"""Empty databases of both kinds, for as long as they are needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.postgresql import made, postgresql
from benchmarks.tools import LOAD_CORE


@contextmanager
def empty(
    folder: Path, names: tuple[str, ...], core: int | None = LOAD_CORE
) -> Iterator[dict[str, dict[str, str]]]:
    """The addresses of new databases: by kind, SQLite and PostgreSQL, and by name."""
    with postgresql(core) as server:
        yield {
            "SQLite": {name: f"sqlite:///{folder / name}.db" for name in names},
            "PostgreSQL": {name: made(server, name) for name in names},
        }
