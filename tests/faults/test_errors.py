"""P13: the disk fails in the middle of a commit: nobody is shown what is not stored."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from tests.bench.kit.figures import report, times
from tests.chat import Chat
from tests.faults.storage import BEGUN, SCRIPT, ends_without_end, spoilt
from tests.faults.strace import failing, injected
from tests.faults.tables import in_progress, on_sqlite
from tests.site import Site
from tests.upstream import Upstream

STREAMS = 4


@on_sqlite
@pytest.mark.parametrize("calls", ["fsync,fdatasync", "pwrite64"])
def test_a_commit_that_fails_costs_nothing_that_was_seen(
    site: Site, alice: Chat, upstream: Upstream, calls: str
) -> None:
    chance, rounds = Random(13), times(2, 30)
    faults = shown = false_ends = 0
    for _ in range(rounds):
        upstream.reset()
        answers = [alice.script(**SCRIPT).until(BEGUN) for _ in range(STREAMS)]
        said = len(site.log)
        first = chance.randint(1, 50)  # after that a heartbeat each second, until one comes through
        when = f"{first}..{first + chance.randint(0, 2)}"
        with ThreadPoolExecutor(STREAMS) as pool, failing(site.pid, calls, "EIO", when) as record:
            false_ends += list(pool.map(ends_without_end, answers)).count(False)
            site.process.wait_for("Storage takes writes again", after=said)
            faults += injected(record)
        shown += sum(spoilt(alice, answer) for answer in answers)
        assert alice.ask("again").read().content == "You said: again"
    report("P13", f"EIO of {calls}: text shown that is not stored", injected=faults, violations=shown)
    report("P13", f"EIO of {calls}: ends told that are none", injected=rounds * STREAMS, violations=false_ends)
    assert faults >= rounds, "nothing failed: nothing was tried"
    assert (shown, false_ends) == (0, 0)
    assert in_progress(site.database_url) == 0
