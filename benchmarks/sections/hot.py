"""Answers that were given before: how close the service comes to sending bytes from memory."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.asking import Answer, codes_of, get, got
from benchmarks.load import Load, Rounds, Shot, interleaved, load, middle_ratio
from benchmarks.peers.started import bare, datasette, fill_textbook, nginx, textbook
from benchmarks.rows import published
from benchmarks.run import Run
from benchmarks.servers import Server, service
from benchmarks.tables import rate, table, times, verdict
from benchmarks.tools import Failed

TITLE = "Hot: answers that were given before"

CODINGS = ("identity", "gzip", "br")
UNCHANGED = "not modified"

QUIET, LOGGED, BARE = "Yaodian", "Yaodian, request log", "bare ASGI"
TEXTBOOK, DATASETTE, NGINX = "textbook", "Datasette", "nginx"
PEERS = (QUIET, LOGGED, BARE, NGINX, TEXTBOOK, DATASETTE)
"""In the order of the table."""

WANTED = {QUIET: 0.8, LOGGED: 0.65}
"""The least share of the bare function's requests/s."""

WANTED_TIMES = {TEXTBOOK: 25, DATASETTE: 60}
"""The least multiple of a peer's requests/s."""


@dataclass(frozen=True)
class Question:
    """What is asked of everyone, with each one's address for it."""

    name: str
    path: str
    rows: int
    file: str
    datasette: str


QUESTIONS = (
    Question("24 tasks", "/v1/tasks", 24, "tasks.json", "/rows/tasks.json?_shape=objects"),
    Question(
        "one indicator",
        "/v1/indicators/xxjyj-public-kindergarten-share",
        1,
        "indicator.json",
        "/rows/indicators/xxjyj-public-kindergarten-share.json?_shape=objects",
    ),
    Question(
        "6 tasks as CSV",
        "/v1/tasks.csv?area=xxjyj-2023-a3",
        6,
        "tasks.csv",
        "/rows/tasks.csv?area__exact=xxjyj-2023-a3",
    ),
)

TASKS = QUESTIONS[0]

Answers = dict[tuple[Question, str], Answer]
"""What the service answered, by question and accepted coding; or by question and UNCHANGED."""


@dataclass(frozen=True)
class Target:
    """One peer's way to answer one case."""

    question: Question
    coding: str
    peer: str
    server: Server
    path: str
    tag: str = ""
    """The ETag of the answer that the client has already."""

    @property
    def headers(self) -> dict[str, str]:
        """What is sent along."""
        if self.coding == UNCHANGED:
            return {"If-None-Match": self.tag}
        return {"Accept-Encoding": self.coding}

    def verify(self) -> None:
        """Raise Failed unless the peer sends what is wanted; thrice, so that it may be kept."""
        for _ in range(3):
            answer = get(self.server.port, self.path, self.headers)
            self._compare(answer)

    def _compare(self, answer: Answer) -> None:
        where = f"{self.peer}, {self.path} with {self.headers}"
        if self.coding == UNCHANGED:
            if answer.status != 304:
                raise Failed(f"{where} was answered with {answer.status}")
            return
        if answer.status != 200:
            raise Failed(f"{where} was answered with {answer.status}")
        if answer.header("content-encoding", "identity") != self.coding:
            raise Failed(f"{where} is not sent in that coding")
        codes = codes_of(answer)
        if len(codes) != self.question.rows:
            raise Failed(f"{where} has {len(codes)} rows, not {self.question.rows}")

    @property
    def shot(self) -> Shot:
        """How it is put under load."""
        case = f"{self.question.name}, {self.coding}"
        return Shot(case, self.peer, self.server.process, self.fire)

    def fire(self, seconds: int) -> Load:
        """Load it."""
        return load(self.server.url + self.path, seconds, self.headers)


def measure(run: Run) -> dict[str, Any]:
    """Requests/s and processor time of each round, by case and peer."""
    folder = run.place("hot")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'yaodian.db'}"
        quiet = stack.enter_context(service(url, folder))
        logged = stack.enter_context(service(url, folder, logged=True))
        answers = _answers(quiet)
        targets = [
            *_ours({QUIET: quiet, LOGGED: logged}, answers),
            *_bare(stack.enter_context(bare([*answers.values()], folder)), answers),
            *_static(stack.enter_context(nginx(_files(answers), folder))),
        ]
        rows = published(quiet.port)
        filled = f"sqlite:///{folder / 'textbook.db'}"
        fill_textbook(filled, rows, folder)
        plain = stack.enter_context(textbook(filled, folder))
        targets += [Target(asked, "identity", TEXTBOOK, plain, asked.path) for asked in QUESTIONS]
        zipped = stack.enter_context(textbook(filled, folder, compressed=True))
        targets.append(Target(TASKS, "gzip", TEXTBOOK, zipped, TASKS.path))
        sets = stack.enter_context(datasette(rows, folder))
        targets += [
            Target(asked, "identity", DATASETTE, sets, asked.datasette) for asked in QUESTIONS
        ]
        for target in targets:
            target.verify()
        for target in {target.server.port: target for target in targets}.values():
            target.fire(1)
        shots = [target.shot for target in targets]
        seconds = max(1, run.seconds // 2)  # there are many cases
        return interleaved(shots, run.rounds, seconds) | {"seconds": seconds}


def _answers(server: Server) -> Answers:
    """What the service says in each case, to be sent by the bare function."""
    answers: Answers = {}
    for question in QUESTIONS:
        for coding in CODINGS:
            given = {"Accept-Encoding": coding}
            answers[question, coding] = got(server.port, question.path, given)
    tag = answers[TASKS, "identity"].header("etag")
    answers[TASKS, UNCHANGED] = get(server.port, TASKS.path, {"If-None-Match": tag})
    return answers


def _ours(servers: Mapping[str, Server], answers: Answers) -> Iterator[Target]:
    tag = answers[TASKS, "identity"].header("etag")
    for peer, server in servers.items():
        for question, coding in answers:
            yield Target(question, coding, peer, server, question.path, tag)


def _bare(server: Server, answers: Answers) -> Iterator[Target]:
    for number, (question, coding) in enumerate(answers):
        yield Target(question, coding, BARE, server, f"/{number}")


def _files(answers: Answers) -> dict[str, bytes]:
    return {question.file: answers[question, "identity"].body for question in QUESTIONS}


def _static(server: Server) -> Iterator[Target]:
    for question in QUESTIONS:
        for coding in ("identity", "gzip"):
            yield Target(question, coding, NGINX, server, f"/{question.file}")
    path = f"/{TASKS.file}"
    tag = got(server.port, path).header("etag")
    yield Target(TASKS, UNCHANGED, NGINX, server, path, tag)


def told(result: Mapping[str, Any]) -> str:
    """The table and what was wanted."""
    rates: Rounds = result["rates"]
    costs: Rounds = result["costs"]
    head = ["requests/s", *PEERS, "Yaodian ÷ bare", "with log ÷ bare", *BY_PROCESSOR]
    rows = [
        [
            case,
            *(rate(median(by_peer[peer])) if peer in by_peer else "–" for peer in PEERS),
            *(times(middle_ratio(by_peer[peer], by_peer[BARE])) for peer in WANTED),
            *(times(middle_ratio(costs[case][BARE], costs[case][peer])) for peer in WANTED),
        ]
        for case, by_peer in rates.items()
    ]
    return "\n\n".join((table(head, rows), "\n".join(_verdicts(rates))))


BY_PROCESSOR = ("by processor time", "by processor time, with log")
"""The same ratios, of processor time for a request: alike where nothing else disturbed."""


def _verdicts(rates: Rounds) -> Iterator[str]:
    for peer, least in WANTED.items():
        worst, case = _worst(rates, peer, BARE)
        wanted = f"{peer}: {least} of the bare function in every case"
        yield verdict(f"{wanted}; least {worst:.2f} ({case})", worst >= least)
    for peer, times_as_fast in WANTED_TIMES.items():
        worst, case = _worst(rates, QUIET, peer)
        wanted = f"{times_as_fast} times {peer} in every case"
        yield verdict(f"{wanted}; least {worst:.1f} ({case})", worst >= times_as_fast)
    unchanged = rates[f"{TASKS.name}, {UNCHANGED}"][QUIET]
    ratio = middle_ratio(unchanged, rates[f"{TASKS.name}, identity"][QUIET])
    wanted = "telling a client that nothing changed (304) costs no more than the 24 tasks"
    yield verdict(f"{wanted}; {times(ratio)} times as fast", ratio >= 1)


def _worst(rates: Rounds, one: str, other: str) -> tuple[float, str]:
    """The least ratio of two peers, and the case in which it was seen."""
    ratios = {
        case: middle_ratio(by_peer[one], by_peer[other])
        for case, by_peer in rates.items()
        if other in by_peer
    }
    case = min(ratios, key=lambda case: ratios[case])
    return ratios[case], case
