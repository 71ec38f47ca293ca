"""What the figures rest on: the load pair counts right, and sees what is wrong."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.kit.figures import read, report, run_long, times
from tests.bench.kit.load import Load, Pair
from tests.bench.kit.machine import Cost
from tests.bench.kit.report import Target
from tests.bench.kit.servers import Server
from tests.upstream import Upstream

needs_gcc = pytest.mark.skipif(not shutil.which("gcc"), reason="the load pair is C")
LAST_CORE = max(os.sched_getaffinity(0))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with Pair(tmp_path_factory.mktemp("pair"), LAST_CORE, deltas=30, rate=100) as running:
        yield running


def request(port: int, text: str = "bench") -> bytes:
    return Server("upstream", 0, port, "/v1/chat/completions", {}).ask(text)


def read_all(pair: Pair, port: int, load: Load) -> dict[str, Any]:
    with pair.client(port, request(port), load) as client:
        return client.until("result")


@needs_gcc
def test_the_pair_alone_loses_nothing_and_adds_next_to_nothing(pair: Pair) -> None:
    said = read_all(pair, pair.port, Load(streams=5, spread=0.1, deltas=30, seconds=20))
    assert (said["completed"], said["frames"]) == (5, 5 * 32)
    assert not any(said[fault] for fault in ("refused", "cut", "garbled", "gaps", "lost", "duplicated", "reordered"))
    assert said["latency_us"][0] < 20_000
    assert said["window_deltas"] > 100


@needs_gcc
def test_an_answer_that_stays_open_is_open_and_not_over(pair: Pair) -> None:
    with pair.client(pair.port, request(pair.port, "bench:idle"), Load(3, 0.1, 0, seconds=20)) as client:
        assert client.until("open")["over"] == 0


@needs_gcc
@pytest.mark.parametrize(
    ("pieces", "seen"),
    [
        (["0:1;", "1:1;", "2:1;"], {}),
        (["0:1;1:1;", "2:1;"], {}),
        (["0:1;", "2:1;"], {"lost": 1}),
        (["0:1;", "1:1;", "1:1;", "2:1;"], {"duplicated": 1}),
        (["0:1;", "2:1;", "1:1;"], {"reordered": 1}),
        (["0:1;", "1:", "2:1;"], {"lost": 1, "garbled": 1}),
    ],
)
def test_the_client_sees_what_is_missing_twice_or_late(
    pair: Pair, upstream: Upstream, pieces: list[str], seen: dict[str, int]
) -> None:
    upstream.default(pieces=pieces, split=11)
    said = read_all(pair, upstream.port, Load(streams=1, spread=0, deltas=3, seconds=20))
    faults = ("refused", "cut", "garbled", "gaps", "lost", "duplicated", "reordered")
    assert {fault: said[fault] for fault in faults if said[fault]} == seen


@needs_gcc
@pytest.mark.parametrize(("script", "fault"), [({"end": "close"}, "cut"), ({"status": 500}, "refused")])
def test_the_client_sees_an_answer_that_never_was_whole(
    pair: Pair, upstream: Upstream, script: dict[str, Any], fault: str
) -> None:
    upstream.default(pieces=["0:1;"], **script)
    said = read_all(pair, upstream.port, Load(streams=1, spread=0, deltas=1, seconds=20))
    assert (said[fault], said["completed"]) == (1, 0)


def test_the_cost_of_a_process_is_its_cpu_time() -> None:
    before = Cost.now(os.getpid())
    while (spent := Cost.now(os.getpid()) - before).cpu < 0.02:
        pass
    assert spent.wall >= spent.cpu


def test_a_target_that_was_not_measured_is_not_passed() -> None:
    assert [Target("", value, 5).verdict for value in (5, 5.1, None)] == ["PASS", "FALLS SHORT", "NOT MEASURED"]


def test_figures_of_fault_tests_are_handed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    assert times(3, 50) == 3
    handed_in = run_long(tmp_path)
    assert times(3, 50) == 50
    report("P09", "none", injected=1, violations=0)
    cancel = report("P07", "cancel", injected=4, violations=0, samples=[3, 1, 2, 10])
    assert (cancel.p50, cancel.p99, cancel.worst) == (2, 3, 10)
    assert [figure.promise for figure in read(handed_in)] == ["P07", "P09"]
