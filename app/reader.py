"""Reads for requests: a bounded number of threads, one snapshot for each request."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

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

Job = tuple[asyncio.AbstractEventLoop, asyncio.Future[Any], Callable[[Snapshot], Any]]
"""A question, and the loop on which its answer is waited for."""


@dataclass
class Reader:
    """The only way from a request to the database."""

    settings: Settings
    count: int
    """Reads that run at the same time, each on a thread and a connection of its own."""
    readers: Readers = field(init=False)
    threads: list[Thread] = field(default_factory=list)
    jobs: SimpleQueue[Job | None] = field(default_factory=SimpleQueue)
    memory: Memory = field(default_factory=Memory)
    sources: dict[tuple[int, str | None], Source] = field(default_factory=dict)
    """What releases rest on, by number and edition: a release never changes, so it is read once."""

    def __post_init__(self) -> None:
        self.readers = Readers(self.settings.database_url)

    async def read(self, ask: Callable[[Snapshot], Result]) -> Result:
        """The result of a question, asked in a snapshot on a reading thread.

        Raises DatabaseUnavailable where it does not come in time: no request hangs for ever.
        """
        if not self.threads:
            self._begin()
        # An executor with its own future costs some 20 µs more for each request.
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        late = loop.call_later(PATIENCE, _give_up, answer)
        self.jobs.put((loop, answer, ask))
        try:
            return await answer  # type: ignore[no-any-return]
        except TimeoutError as error:
            log.error("a read took longer than %s seconds", PATIENCE)
            raise DatabaseUnavailable(
                "The database takes too long; try again later.", "数据库响应过慢，请稍后再试。"
            ) from error
        finally:
            late.cancel()

    def _begin(self) -> None:
        """Start the threads: not before a question comes, since a process may be forked first."""
        self.threads = [Thread(target=self._work, daemon=True) for _ in range(self.count)]
        for thread in self.threads:
            thread.start()

    def _work(self) -> None:
        """Answer one question after the other."""
        while (job := self.jobs.get()) is not None:
            loop, answer, ask = job
            if answer.cancelled():
                continue
            try:
                result, failure = self._ask(ask), None
            except BaseException as error:  # whatever it is, who asked is told
                result, failure = None, error
            try:
                loop.call_soon_threadsafe(_give, answer, result, failure)
            except RuntimeError:
                log.error("an answer came after its loop had ended")

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
        for _ in self.threads:
            self.jobs.put(None)
        for thread in self.threads:
            thread.join()
        self.threads = []
        self.readers.dispose()


def _give(answer: asyncio.Future[Any], result: Any, failure: BaseException | None) -> None:
    if answer.done():  # nobody waits any more
        return
    if failure is None:
        answer.set_result(result)
    else:
        answer.set_exception(failure)


def _give_up(answer: asyncio.Future[Any]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())
