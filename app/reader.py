"""Reads for requests: one bounded pool of threads, one snapshot for each request."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from app.db import (
    STATEMENT_SECONDS,
    DatabaseProblem,
    Readers,
    Snapshot,
    StatementTooLong,
    snapshot,
    told,
)
from app.errors import DatabaseUnavailable
from app.memory import Memory
from app.query import Source, State, sources_of
from app.settings import Settings

log = logging.getLogger("yaodian")

PATIENCE = 30
"""Seconds after which a request is told that the database does not answer."""

KEPT_SOURCES = 256
"""Releases whose attribution is remembered."""

Result = TypeVar("Result")


@dataclass
class Reader:
    """The only way from a request to the database."""

    settings: Settings
    count: int
    """Reads that run at the same time, each on a thread and a connection of its own."""
    readers: Readers = field(init=False)
    threads: ThreadPoolExecutor = field(init=False)
    memory: Memory = field(default_factory=Memory)
    sources: dict[tuple[int, str | None], Source] = field(default_factory=dict)
    """What releases rest on, by number and edition: a release never changes, so it is read once."""

    def __post_init__(self) -> None:
        self.readers = Readers(self.settings.database_url)
        self.threads = ThreadPoolExecutor(self.count, thread_name_prefix="reader")

    async def read(self, ask: Callable[[Snapshot], Result]) -> Result:
        """The result of a question, asked in a snapshot on a reading thread.

        Raises DatabaseUnavailable where it does not come in time: no request hangs for ever.
        """
        asked = asyncio.get_running_loop().run_in_executor(self.threads, self._ask, ask)
        try:
            async with asyncio.timeout(PATIENCE):
                return await asked
        except TimeoutError as error:
            log.error("a read took longer than %s seconds", PATIENCE)
            raise DatabaseUnavailable(
                "The database takes too long; try again later.", "数据库响应过慢，请稍后再试。"
            ) from error

    def _ask(self, ask: Callable[[Snapshot], Result]) -> Result:
        try:
            url = self.settings.database_url
            with told(url), snapshot(self.readers, self.memory) as state:
                return ask(state)
        except StatementTooLong as error:
            log.error("%s", error)
            raise DatabaseUnavailable(
                f"This question takes the database longer than {STATEMENT_SECONDS} seconds; "
                "ask for less at a time, for instance with a filter.",
                f"数据库回答这一查询需要超过{STATEMENT_SECONDS}秒；请缩小查询范围，例如增加筛选条件。",
            ) from error
        except DatabaseProblem as error:
            log.error("%s", error)
            raise DatabaseUnavailable(
                "The database does not answer; try again later.", "数据库没有响应，请稍后再试。"
            ) from error

    def source(self, state: Snapshot, release: State) -> Source:
        """What the rows of a release rest on."""
        key = release.number, release.edition
        found = self.sources.get(key)
        if found is None:
            found = sources_of(state, release)
            if len(self.sources) >= KEPT_SOURCES:
                self.sources = {}
            self.sources[key] = found
        return found

    def close(self) -> None:
        """Let running reads end, then close the connections."""
        self.threads.shutdown(wait=True)
        self.readers.dispose()
