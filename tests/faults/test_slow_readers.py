"""P09: readers who never read cost little, disturb nobody, and are dropped after ten seconds."""

import select
import socket
import time
from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import accumulate
from typing import Any

import pytest

from tests.bench.kit.figures import report, times
from tests.bench.kit.machine import allow_many_files
from tests.chat import Answer, Chat
from tests.faults.memory import most_kb
from tests.faults.tables import on_sqlite
from tests.site import Site
from tests.upstream import Script, Upstream

MOST_KB = 256  # per reader
STALL_SECONDS = 10.0  # after which one who takes nothing is dropped
RATE, DELTAS = 50, 700  # deltas a second, and in all, of the answer that somebody does read meanwhile

# Far more than the kernel keeps for a connection, in events as small as they are when nothing is busy, or as large as
# upstream can make them.
ANSWERS: dict[str, dict[str, Any]] = {
    "small events": {"count": 20_000, "rate": 10_000},
    "large events": {"text": "x" * 3_000_000, "size": 60_000},
}


def deaf(site: Site, path: str) -> socket.socket:
    """A connection that has asked for an answer and will never read a byte of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", site.port))
    headers = [f"{name}: {value}" for name, value in site.user("bob").headers.items()]
    connection.sendall("\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode())
    return connection


def dropped(connections: Sequence[socket.socket], seconds: float) -> list[float]:
    """When each was reset, by the monotonic clock; who is still there after `seconds` is left out."""
    poller, deadline = select.poll(), time.monotonic() + seconds
    found: list[float] = []
    for connection in connections:
        poller.register(connection, 0)  # nothing but errors and hang-ups
    while len(found) < len(connections) and (left := deadline - time.monotonic()) > 0:
        for number, _ in poller.poll(left * 1000):
            poller.unregister(number)
            found.append(time.monotonic())
    return found


def lateness(answer: Answer) -> list[float]:
    """Milliseconds by which each event of a steady answer came later than the steadiest would have."""
    ends = list(accumulate(map(len, Script(count=DELTAS).deltas)))
    said, came = 0, []
    for event in answer:
        said += len(event.content)
        came.append(time.monotonic() - bisect_right(ends, said) / RATE)
    return [(moment - min(came)) * 1000 for moment in came]


def warm_up(bob: Chat, upstream: Upstream, script: dict[str, Any]) -> None:
    """What the process takes once, for its threads, their connections and its heap, is no reader's."""
    upstream.next(script)
    answer = bob.ask("a first one").read()
    with ThreadPoolExecutor(20) as pool:
        assert {follower.end["status"] for follower in pool.map(lambda _: bob.follow(answer.id).read(), range(60))}


@on_sqlite
@pytest.mark.parametrize("what", ANSWERS)
def test_readers_who_never_read_cost_little_and_are_dropped(
    site: Site, alice: Chat, upstream: Upstream, what: str
) -> None:
    allow_many_files()
    count, bob = times(100, 1000), Chat(site.url, site.user("bob"))
    warm_up(bob, upstream, ANSWERS[what])
    upstream.next(ANSWERS[what] | {"gate": "half"})
    unread, steady = bob.ask("nobody reads this"), alice.script(count=DELTAS, rate=RATE)
    with ExitStack() as stack, most_kb(site) as kb, ThreadPoolExecutor(1) as beside:
        late = beside.submit(lateness, steady)
        began = time.monotonic()
        # Half of them are there while it is written, the others come when it is.
        connections = [stack.enter_context(deaf(site, f"/api/chat/{unread.id}")) for _ in range(count // 2)]
        upstream.open("half")
        unread.read()
        connections += [stack.enter_context(deaf(site, f"/api/chat/{unread.id}")) for _ in range(count - count // 2)]
        ends = dropped(connections, STALL_SECONDS + 90)
    each, whole = (kb[1] - kb[0]) / count, steady.content == Script(count=DELTAS).content
    waited = [end - began for end in ends]
    named = f"readers who never read, {what}"
    report("P09", named, injected=count, violations=int(each > MOST_KB), samples=[each], unit="KB each")
    report("P09", f"{named}: until dropped", injected=count, violations=count - len(ends), samples=waited, unit="s")
    report("P09", f"{named}: lateness of another's", injected=DELTAS, violations=int(not whole), samples=late.result())
    assert each <= MOST_KB
    assert len(ends) == count
    assert min(waited) >= STALL_SECONDS
    assert whole
