"""P07: Stop closes the connection to upstream, whichever process it reaches and whatever upstream does meanwhile.

So does deleting the conversation, which cuts the readers, too.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.bench.kit.figures import report, times
from tests.chat import Answer
from tests.faults.pair import Pair
from tests.faults.tables import in_progress, kind
from tests.upstream import Script, Upstream

MOMENTS: dict[str, dict[str, Any]] = {
    "in mid-stream": {"count": 10_000, "rate": 50},
    "before the first byte": {"hang": "headers"},
    "while upstream hangs": {"count": 3, "end": "hang"},
}


@pytest.mark.parametrize("process", ["same", "other"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_stop_reaches_upstream(pair: Pair, upstream: Upstream, moment: str, process: str) -> None:
    chat = pair.here if process == "same" else pair.there
    took, wrong = [], 0
    for count in range(1, times(3, 50) + 1):
        answer = _until(pair.here.script(**MOMENTS[moment]), upstream, moment, count)
        asked = time.monotonic()
        chat.cancel(answer.id)
        heard = upstream.wait("aborted", count)[-1].aborted
        assert heard
        took.append((heard - asked) * 1000)
        wrong += answer.read().end["status"] != "cancelled"
    what = f"Stop {moment} at the {process} process, to EOF at upstream, {kind(pair.database_url)}"
    report("P07", what, injected=len(took), violations=wrong, samples=took)
    assert (wrong, in_progress(pair.database_url)) == (0, 0)


@pytest.mark.parametrize("process", ["same", "other"])
def test_deleting_ends_it_in_every_process_though_upstream_is_silent(
    pair: Pair, upstream: Upstream, process: str
) -> None:
    chat = pair.here if process == "same" else pair.there
    took = []
    for count in range(1, times(3, 50) + 1):
        answer = _until(pair.here.script(count=3, end="hang"), upstream, "while upstream hangs", count)
        beside = pair.there.follow(answer.id).until(Script(count=3).content)
        asked = time.monotonic()
        assert chat.call("DELETE", f"conversations/{answer.ids['convGroupId']}").status_code == 204
        heard = upstream.wait("aborted", count)[-1].aborted
        assert heard
        took += [(heard - asked) * 1000, *((_cut(reader) - asked) * 1000 for reader in (answer, beside))]
        assert {each.call("GET", f"chat/{answer.id}").status_code for each in (pair.here, pair.there)} == {404}
    what = f"deleted at the {process} process, to EOF at upstream and two readers, {kind(pair.database_url)}"
    report("P07", what, injected=len(took) // 3, violations=0, samples=took)
    assert in_progress(pair.database_url) == 0


def test_stop_at_any_moment_ends_it(pair: Pair, upstream: Upstream) -> None:
    def stopped(_: int) -> str:
        answer = pair.here.script(**MOMENTS["in mid-stream"])
        time.sleep(random.uniform(0, 0.05))
        random.choice((pair.here, pair.there)).cancel(answer.id)
        return str(answer.read().end["status"])

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(stopped, range(times(24, 200))))
    wrong = sum(end != "cancelled" for end in ends)
    upstream.wait("aborted", len(upstream.requests))  # some were stopped before upstream was asked
    report("P07", f"Stop at any moment, {kind(pair.database_url)}", injected=len(ends), violations=wrong)
    assert not wrong


def _cut(reader: Answer) -> float:
    """When it was, without an end."""
    assert not any("status" in event.json for event in reader.read().seen)
    return time.monotonic()


def _until(answer: Answer, upstream: Upstream, moment: str, count: int) -> Answer:
    """Read on to the moment at which Stop is to come."""
    assert answer.id
    upstream.wait("started", count)
    return answer if moment == "before the first byte" else answer.until(Script(count=3).content)
