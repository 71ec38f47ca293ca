"""P06, P18: a process that stands still for too long has lost what it wrote, and knows it; for a moment is no matter.

On SQLite there is no losing it in the midst of a commit: the lock that the stopped process holds stops all others too.
"""

import time
from concurrent.futures import ThreadPoolExecutor

from requests import Response

from tests.bench.kit.figures import report, times
from tests.chat import Answer, Chat
from tests.faults.pair import Pair
from tests.faults.patience import eventually
from tests.faults.pauses import pause
from tests.faults.tables import beyond_the_end, in_progress, kind
from tests.upstream import Script, Upstream

ANSWERS = 3
STARTING = 8
ENDLESS = {"count": 20_000, "rate": 100}  # goes on while the process stands still
MOMENT = times(3, 5)  # seconds that a lease must outlast


class StoodStill:
    """The first process is stopped for longer than its lease, with answers running and others just starting."""

    def __init__(self, pair: Pair, upstream: Upstream) -> None:
        self._pair, self._upstream = pair, upstream
        self._answers = [pair.here.script(**ENDLESS).until(" 5") for _ in range(ANSWERS)]
        self.wrong: list[str] = []
        with ThreadPoolExecutor(STARTING) as pool:
            # Some are caught between their first rows and their task.
            starting = [pool.submit(pair.here.post, {"request": "hello"}) for _ in range(STARTING)]
            pause(pair.first)
            self._others_end_it()
            self._it_comes_back()
            self.wrong += [str(found) for start in starting if (found := start.result().status_code) not in (200, 503)]
        assert _asked_until_it_can(pair.here).end["status"] == "completed"
        upstream.reset()

    def _others_end_it(self) -> None:
        stopped = time.monotonic()
        self._ends = [self._pair.there.follow(answer.id).read() for answer in self._answers]
        self.noticed = time.monotonic() - stopped
        self.wrong += [str(end.end) for end in self._ends if end.end["code"] != 50303]

    def _it_comes_back(self) -> None:
        told = len(self._pair.first.log)
        self._pair.first.cont()
        self._pair.first.process.wait_for("Another process has taken over", after=told)
        self._upstream.wait("aborted", ANSWERS)
        self.wrong += ["a reader of the fenced saw an end" for answer in self._answers if not _cut(answer)]
        again = [self._pair.there.follow(end.id).read().seen for end in self._ends]
        self.wrong += ["it grew" for seen, end in zip(again, self._ends, strict=True) if seen != end.seen]


def test_who_stood_still_past_the_lease_writes_nothing_more_and_begins_anew(pair: Pair, upstream: Upstream) -> None:
    tries = [StoodStill(pair, upstream) for _ in range(times(1, 3))]
    noticed = [one.noticed for one in tries]
    wrong = [words for one in tries for words in one.wrong]
    stale = beyond_the_end(pair.database_url)
    what = f"SIGSTOP past the lease, {ANSWERS} answers each, rows of a stale epoch; noticed; {kind(pair.database_url)}"
    report("P06", what, injected=len(noticed), violations=len(wrong) + stale, samples=noticed, unit="s")
    assert (wrong, stale, in_progress(pair.database_url)) == ([], 0, 0)


def test_who_stood_still_for_a_moment_goes_on(pair: Pair) -> None:
    site, alice = pair.first, pair.here
    script = {"count": 50 * MOMENT + 60, "rate": 50}
    with ThreadPoolExecutor(ANSWERS) as pool:
        answers = [alice.script(**script).until(" 5") for _ in range(ANSWERS)]
        reading = [pool.submit(answer.read) for answer in answers]
        pause(site)
        time.sleep(MOMENT)
        site.cont()
        ended = [read.result().end["status"] for read in reading]
    wrong = sum(end != "completed" for end in ended) + sum(a.content != Script.parse(script).content for a in answers)
    what = f"SIGSTOP for {MOMENT} s, false interruptions, {kind(pair.database_url)}"
    report("P18", what, injected=ANSWERS, violations=wrong)
    assert not wrong


def test_who_stands_still_within_a_commit_keeps_others_from_nothing_for_long(pair: Pair) -> None:
    """PostgreSQL ends a transaction that does nothing. SQLite can't: there everybody waits, and loses nothing."""
    answers = [pair.here.script(count=800, rate=200).until(" 5") for _ in range(ANSWERS)]
    pause(pair.first, within=True)
    stopped = time.monotonic()
    if kind(pair.database_url) == "SQLite":
        time.sleep(MOMENT)
        pair.first.cont()
    ended = {pair.there.follow(answer.id).read().end["status"] for answer in answers}
    took = time.monotonic() - stopped
    pair.first.cont()
    for answer in answers:
        answer.read()
    wrong = len(ended ^ {"completed" if kind(pair.database_url) == "SQLite" else "interrupted"})
    what = f"SIGSTOP within a commit, until all has ended, {kind(pair.database_url)}"
    report("P18", what, injected=1, violations=wrong, samples=[took], unit="s")
    assert not wrong
    _asked_until_it_can(pair.here)


def _cut(answer: Answer) -> bool:
    """Whether the stream ended without a terminal event."""
    return not any("status" in event.json for event in answer.read().seen)


def _asked_until_it_can(alice: Chat) -> Answer:
    """The first answer after it has registered as another worker; what comes before is refused in the right words."""
    said: list[Response] = []

    def answered() -> bool:
        said.append(alice.post({"request": "again"}))
        assert said[-1].status_code == 200 or said[-1].json()["code"] == 50301
        return said[-1].status_code == 200

    eventually(answered)
    return Answer(said[-1]).read()
