"""Load by wrk: one thread on a core of its own, requests/s, and nothing that failed."""

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.processes import processor_seconds
from benchmarks.tools import HERE, LOAD_CORE, Failed, pinned

CONNECTIONS = 16

Rounds = dict[str, dict[str, list[float]]]
"""A figure of each round, by case and peer."""


@dataclass(frozen=True)
class Load:
    """What wrk tells of a run; latencies in milliseconds."""

    requests: int
    seconds: float
    connect: int
    read: int
    write: int
    timeout: int
    status: int
    p50: float
    p99: float
    most: float
    walked: int
    repeated: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def failures(self) -> dict[str, int]:
        """How many requests failed, by the way in which they did; `status` is 400 and more."""
        names = ("connect", "read", "write", "timeout", "status")
        return {name: count for name in names if (count := getattr(self, name))}


def parse_load(output: str) -> Load:
    """What report.lua told in the output of wrk; raises Failed where it told nothing."""
    found = re.search(r"^told (\{.*\})$", output, re.MULTILINE)
    if not found:
        raise Failed(f"wrk told nothing:\n{output}")
    return Load(**json.loads(found[1]))


def load(
    url: str,
    seconds: int,
    headers: Mapping[str, str] | None = None,
    addresses: Sequence[str] | None = None,
    connections: int = CONNECTIONS,
    core: int | None = LOAD_CORE,
) -> Load:
    """Load an address, or the addresses of a walk on its host; raises Failed if a request fails.

    A line of a walk is an address, a tab and the accepted coding.
    """
    command = [*pinned(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if addresses is None:
        told = parse_load(_wrk([*command, "-s", "report.lua", url]))
    else:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="ascii") as file:
            file.write("\n".join(addresses) + "\n")
            file.flush()
            told = parse_load(_wrk([*command, "-s", "walk.lua", url, "--", file.name]))
    if told.failures or not told.requests:
        raise Failed(f"{url}: of {told.requests} requests failed {told.failures}")
    return told


def _wrk(command: Sequence[str]) -> str:
    done = subprocess.run(
        command, cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"wrk ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Walk:
    """Addresses none of which is asked for twice, however many runs walk on."""

    def __init__(self, url: str, addresses: Sequence[str], core: int | None = LOAD_CORE):
        self.url = url
        self.addresses = addresses
        self.core = core
        self.position = 0

    def load(self, seconds: int) -> Load:
        """Load the server with the next addresses; raises Failed where they do not last."""
        rest = self.addresses[self.position :]
        told = load(self.url, seconds, addresses=rest, core=self.core)
        if told.repeated:
            raise Failed(f"{self.url}: {len(self.addresses)} addresses did not last")
        self.position += told.walked
        return told


@dataclass(frozen=True)
class Shot:
    """One peer under load in one case."""

    case: str
    peer: str
    process: int
    """The id of the server's first process."""
    fire: Callable[[int], Load]
    """Loads it for so many seconds."""


def interleaved(shots: Sequence[Shot], rounds: int, seconds: int) -> dict[str, Rounds]:
    """Measure in rounds: in each all cases, and in each case all peers, in turning order.

    Gives back `rates`, in requests per second, and `costs`, the milliseconds of a processor that
    the server's processes took for a request; these hardly feel what else the machine does.
    """
    rates: Rounds = {}
    costs: Rounds = {}
    for number in range(rounds):
        for case in dict.fromkeys(shot.case for shot in shots):
            peers = [shot for shot in shots if shot.case == case]
            turn = number % len(peers)
            for shot in peers[turn:] + peers[:turn]:
                before = processor_seconds(shot.process)
                told = shot.fire(seconds)
                cost = (processor_seconds(shot.process) - before) * 1000 / told.requests
                rates.setdefault(case, {}).setdefault(shot.peer, []).append(told.rate)
                costs.setdefault(case, {}).setdefault(shot.peer, []).append(cost)
        print(f"  round {number + 1} of {rounds}", flush=True)
    return {"rates": rates, "costs": costs}


def middle_ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """The median of the ratios within each round."""
    return median(one / other for one, other in zip(these, those, strict=True))
