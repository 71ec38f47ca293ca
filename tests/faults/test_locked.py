"""P11: somebody else holds SQLite's write lock, or reads for long: answers wait, lose nothing, and go on."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from tests.bench.kit.figures import report, times
from tests.chat import Answer, Chat
from tests.faults.tables import in_progress, on_sqlite
from tests.site import Site
from tests.upstream import Script, Upstream

STREAMS = 8
RATE = 50  # deltas a second
KEPT_MS = 10_000  # nobody waits that long; for a lane that waits for the lock it would be 30 s
CHECKPOINT_MB = 5.0  # at 1,000 pages SQLite begins to move the log into the database, when nobody reads what is old


@contextmanager
def foreign(site: Site, begin: str) -> Iterator[sqlite3.Connection]:
    """A transaction of somebody else's in the site's database, ended at the end."""
    path = site.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(begin)
        yield connection
        connection.execute("ROLLBACK")


def silences(answer: Answer) -> tuple[float, bool]:
    """Read to the end: the longest time, in seconds, in which nothing came, and whether each event came once."""
    longest, last = 0.0, time.monotonic()
    for _ in answer:
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    seqs = [event.seq for event in answer.seen if event.data != "[DONE]"]
    return longest, seqs == list(range(1, len(seqs) + 1))


@on_sqlite
def test_a_foreign_write_lock_costs_time_and_nothing_else(site: Site, alice: Chat, upstream: Upstream) -> None:
    held, count = times(4, 10), STREAMS * times(1, 5)
    script = {"count": RATE * (held + 8), "rate": RATE}
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda _: alice.script(**script), range(count)))
        upstream.wait("started", count)
        reading = [pool.submit(silences, answer) for answer in answers]
        with foreign(site, "BEGIN IMMEDIATE"):
            time.sleep(held)  # the fault itself
        read = [future.result() for future in reading]
    whole = Script.parse(script).content
    lost = sum(answer.content != whole or not once for answer, (_, once) in zip(answers, read, strict=True))
    stalls = [longest for longest, _ in read]
    report(
        "P11",
        f"BEGIN IMMEDIATE for {held} s while answers stream",
        injected=count,
        violations=lost,
        samples=stalls,
        unit="s of silence",
    )
    assert lost == 0
    assert min(stalls) > held - 2, "the lock was not felt: nothing was tried"
    assert {alice.message(answer)["status"] for answer in answers} == {"completed"}


@on_sqlite
def test_stop_reaches_upstream_while_the_database_is_locked(site: Site, alice: Chat, upstream: Upstream) -> None:
    count = times(8, 40)
    answers = [alice.script(count=3, end="hang").until(Script(count=3).content) for _ in range(count)]
    upstream.wait("sent", count)
    with ThreadPoolExecutor(count) as pool, foreign(site, "BEGIN IMMEDIATE"):
        began = time.monotonic()
        stopping = [pool.submit(alice.cancel, answer.id) for answer in answers]
        gone = [record.aborted for record in upstream.wait("aborted", count)]
    taken = [(moment - began) * 1000 for moment in gone if moment]
    report(
        "P11",
        "Stop while the database is locked: upstream is left",
        injected=count,
        violations=count - len(taken),
        samples=taken,
    )
    assert {future.result().status_code for future in stopping} == {202}
    assert {answer.read().end["status"] for answer in answers} == {"cancelled"}
    assert in_progress(site.database_url) == 0


@on_sqlite
def test_who_starts_while_the_database_is_locked_keeps_nobody_else_waiting(site: Site, alice: Chat) -> None:
    count, asked = times(20, 100), []  # more than there are lanes
    with ThreadPoolExecutor(count) as pool:
        with foreign(site, "BEGIN IMMEDIATE"):
            starting = [pool.submit(alice.ask, "hold on") for _ in range(count)]
            deadline = time.monotonic() + 2
            while (began := time.monotonic()) < deadline:
                assert alice.call("GET", "conversations").status_code == 200
                asked.append((time.monotonic() - began) * 1000)
        ends = [start.result().read().end["status"] for start in starting]
    late = sum(taken > KEPT_MS for taken in asked)
    named = "starts wait for the lock: what others wait"
    report("P11", named, injected=len(asked), violations=late, samples=asked)
    assert ends == ["completed"] * count
    assert late == 0


@on_sqlite
def test_what_is_written_already_can_be_read_while_the_database_is_locked(site: Site, alice: Chat) -> None:
    answer = alice.ask("before").read()
    with foreign(site, "BEGIN IMMEDIATE"):
        again = alice.follow(answer.id).read()
        assert alice.message(answer)["content"] == answer.content
    assert again.seen == answer.seen


@on_sqlite
def test_a_long_reader_lets_the_log_grow_only_for_as_long_as_it_reads(site: Site, alice: Chat) -> None:
    log = Path(site.database_url.removeprefix("sqlite:///") + "-wal")

    def size() -> float:
        """MB of the write-ahead log after one more answer."""
        alice.script(count=100, rate=2000).read()
        return log.stat().st_size / 2**20

    with foreign(site, "BEGIN") as reader:
        reader.execute("SELECT count(*) FROM generation_event").fetchall()
        beside = [size() for _ in range(times(30, 300))]
    after = [size() for _ in beside]
    grown = max(after) - max(beside)
    report("P11", "write-ahead log beside a long reader", injected=len(beside), violations=0, samples=beside, unit="MB")
    named = "write-ahead log, as many answers later"
    report("P11", named, injected=len(after), violations=int(grown > CHECKPOINT_MB), samples=after, unit="MB")
    assert max(beside) > CHECKPOINT_MB, "the reader held nothing up: nothing was tried"
    assert grown <= CHECKPOINT_MB
