"""What the benchmark computes from what it sees; measuring itself is `make bench`."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks.addresses import LIMITS, never_alike
from benchmarks.asking import Answer, codes_of
from benchmarks.clients import quantile
from benchmarks.load import Load, Shot, interleaved, middle_ratio, parse_load
from benchmarks.processes import processor_seconds
from benchmarks.tools import Failed

TOLD = """Running 2s test @ http://127.0.0.1:1
told {"requests": 300, "seconds": 1.5, "connect": 0, "read": 2, "write": 0, "timeout": 0, \
"status": 1, "p50": 2.5, "p99": 9.0, "most": 12.25, "walked": 316, "repeated": 0}
"""


def test_what_wrk_told_is_read_with_its_failures():
    load = parse_load(TOLD)
    assert load.rate == 200
    assert load.failures == {"read": 2, "status": 1}
    assert load.walked == 316


def test_wrk_that_told_nothing_is_a_failure():
    with pytest.raises(Failed, match="unable to connect"):
        parse_load("unable to connect to 127.0.0.1:1")


def test_a_ratio_is_the_median_of_those_within_each_round():
    # 2, 3 and 0.5; the ratio of the medians would be 20 ÷ 30.
    assert middle_ratio([20, 90, 20], [10, 30, 40]) == 2


def test_a_quantile_is_a_value_that_was_seen():
    values = list(range(100, 0, -1))
    assert [quantile(values, share) for share in (0.5, 0.99, 1)] == [50, 99, 100]
    assert quantile([7], 0.5) == 7


def test_rounds_turn_the_order_of_the_peers():
    fired = []

    def shot(case: str, peer: str) -> Shot:
        def fire(seconds: int) -> Load:
            assert seconds == 3
            fired.append(case + peer)
            return parse_load(TOLD)

        return Shot(case, peer, os.getpid(), fire)

    shots = [shot("a", "1"), shot("b", "1"), shot("a", "2"), shot("b", "2")]
    measured = interleaved(shots, rounds=2, seconds=3)
    assert fired == ["a1", "a2", "b1", "b2", "a2", "a1", "b2", "b1"]
    rates = {"1": [200, 200], "2": [200, 200]}
    assert measured["rates"] == {"a": rates, "b": rates}


def test_processor_time_is_that_of_a_process_and_its_children():
    busy = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ninput()"
    command = ["sh", "-c", f"{sys.executable} -c '{busy}'; true"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as shell:
        shell.stdout.readline()
        assert 0.4 < processor_seconds(shell.pid) < 5
        shell.communicate(b"\n")


def test_no_two_addresses_are_alike_and_their_order_is_fixed():
    addresses = never_alike(["code", "-code"], "area=a&")
    assert len(set(addresses)) == len(addresses) == 2 * len(LIMITS)
    assert addresses == never_alike(["code", "-code"], "area=a&")
    assert "/v1/tasks?area=a&limit=24&sort=-code\tidentity" in addresses


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (json.dumps({"data": [{"code": "a"}, {"code": "b"}], "meta": {}}), ["a", "b"]),
        (json.dumps({"data": {"code": "a"}, "meta": {}}), ["a"]),
        (json.dumps({"rows": [{"code": "a"}], "ok": True}), ["a"]),
        (json.dumps([{"code": "a"}]), ["a"]),
        (json.dumps({"code": "a", "targets": []}), ["a"]),
        ('code,title\r\na,"1\n2"\r\nb,\r\n', ["a", "b"]),
    ],
)
def test_rows_of_every_peer_are_counted(body, codes):
    assert codes_of(Answer(200, [], body.encode())) == codes
