"""Whatever is kept: no answer is older than a second, and none is mixed from two releases."""

import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from app.db import is_sqlite
from tests.started import started
from tests.test_kill import importer, run
from tests.test_no_mixture import CHECKS, Published

RELEASES = 15
LONGEST_PAUSE = 0.3
"""Seconds between two releases, at most."""

READERS, REST = 4, 0.01
"""Connections at a time, and seconds between two questions on each: writers have their turn."""

QUESTIONS = 40
"""How many are asked on a connection: a new one may lead to another process."""

OLDEST = 1
"""Seconds by which an answer may be older than the request for it."""

HOT = [
    "/v1/targets?include=observations",
    "/v1/observations",
    "/v1/plans/aa-2024",
    "/v1/releases?limit=1",
    "/v1",
]
"""Addresses that are asked again and again; `CHECKS` knows what each release answers there."""


@dataclass(frozen=True)
class Answer:
    """Which release was shown, and when it was asked for on this machine's clock."""

    release: int
    sent: float


@dataclass
class Asker:
    """Somebody who asks all services the same questions, on new connections now and then."""

    addresses: list[str]
    seed: int
    stop: Event
    answers: list[Answer] = field(default_factory=list)

    def run(self) -> list[Answer]:
        chance = random.Random(self.seed)
        while not self.stop.is_set():
            place = urlsplit(chance.choice(self.addresses))
            connection = HTTPConnection(place.hostname or "", place.port, timeout=20)
            with closing(connection):
                for _ in range(QUESTIONS):
                    self._ask(connection, chance.choice(HOT))
        return self.answers

    def _ask(self, connection: HTTPConnection, question: str) -> None:
        time.sleep(REST)
        sent = time.monotonic()
        connection.request("GET", question)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200, (question, told)
        CHECKS[question](told, Published(told["meta"]["release"]))
        self.answers.append(Answer(told["meta"]["release"], sent))


@contextmanager
def services(url: str) -> Iterator[list[str]]:
    """Two processes that answer and keep answers, each for itself: their addresses."""
    environment = {"YAODIAN_CACHE_MEGABYTES": "16"}
    with ExitStack() as stack:
        if is_sqlite(url):
            made = [started(url, "--workers", "2", environment=environment)]
        else:
            made = [started(url, environment=environment) for _ in range(2)]
        running = [stack.enter_context(service) for service in made]
        addresses = [service.listens_at() for service in running]
        for service, address in zip(running, addresses, strict=True):
            service.eventually(address, "/readyz")
        yield addresses


def test_no_answer_is_older_than_a_second_or_mixed(url: str, tmp_path: Path) -> None:
    commands = [Published(number).file(tmp_path) for number in range(1, RELEASES + 1)]
    chance = random.Random(2026)
    stop = Event()
    surely_there: dict[int, float] = {}
    """By release: a moment before which it was committed."""
    with importer(url) as process:
        assert run(process, commands[0], None) == 0
        with services(url) as addresses, ThreadPoolExecutor(READERS) as threads:
            askers = [threads.submit(Asker(addresses, seed, stop).run) for seed in range(READERS)]
            try:
                for number, command in enumerate(commands[1:], 2):
                    time.sleep(chance.uniform(0, LONGEST_PAUSE))
                    assert run(process, command, None) == 0
                    surely_there[number] = time.monotonic()
                time.sleep(OLDEST + 0.1)
            finally:
                stop.set()
            answers = [answer for asker in askers for answer in asker.result()]
    ages = [
        answer.sent - surely_there[answer.release + 1]
        for answer in answers
        if answer.release < RELEASES
    ]
    print(f"{len(answers)} answers; {sum(age > 0 for age in ages)} were behind, "
          f"the oldest by {max(ages):.3f} s")  # fmt: skip
    assert max(ages) <= OLDEST
    assert {answer.release for answer in answers if answer.sent > surely_there[RELEASES] + OLDEST}
    # They were there meanwhile, and asked what was kept.
    assert len({answer.release for answer in answers}) > RELEASES / 2
    assert len(answers) > 20 * RELEASES
