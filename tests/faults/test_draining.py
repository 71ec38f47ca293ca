"""P10: SIGTERM lets answers come to their ends, interrupts the rest, and leaves nothing in progress."""

import signal
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import requests

from tests.bench.kit.figures import report, times
from tests.chat import Answer, Chat
from tests.faults.patience import eventually
from tests.faults.tables import in_progress, kind, on_sqlite_first
from tests.site import Site
from tests.upstream import Upstream

DRAIN = 25.0  # seconds that are promised
BUSY = 15.0  # and what a busy machine may take to notice
SHORT = {"count": 6, "gate": "go", "after": 3}
LONG = {"count": 10_000, "rate": 2}


class Draining:
    """Answers that stream while a signal comes; half of the scripts end when the gate opens."""

    def __init__(self, site: Site, alice: Chat, count: int) -> None:
        self._site = site
        self._pool = ThreadPoolExecutor(count)
        scripts = [LONG if nth % 2 else SHORT for nth in range(count)]
        self.answers = list(self._pool.map(lambda script: alice.script(**script).until("2"), scripts))
        self._reading: list[Future[Answer]] = [self._pool.submit(_read, answer) for answer in self.answers]

    def signal(self, number: int) -> None:
        self._signalled = time.monotonic()
        self._site.process.signal(number)

    def over(self) -> float:
        """The process has ended and every reader has seen that: seconds since the signal."""
        assert self._site.process.wait(DRAIN + 30) == 0
        took = time.monotonic() - self._signalled
        self._pool.shutdown()
        return took

    @property
    def ends(self) -> list[str]:
        """The status each reader was told; "" where it was told none."""
        statuses = [[event.json["status"] for event in a.seen[-2:] if "status" in event.data] for a in self.answers]
        return [found[0] if found else "" for found in statuses]


@on_sqlite_first
def test_sigterm_lets_them_end_and_interrupts_the_rest(site: Site, alice: Chat, upstream: Upstream) -> None:
    count = times(50, 100)
    draining = Draining(site, alice, count)
    with requests.Session() as kept, socket.create_connection(("127.0.0.1", site.port)) as half_sent:
        kept.get(f"{site.url}/healthz", timeout=60)  # an open connection is all that reaches it from now on
        half_sent.sendall(b"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{")
        draining.signal(signal.SIGTERM)
        eventually(lambda: _refuses(site))
        refused = kept.post(f"{site.url}/api/chat", json={"request": "late"}, headers=alice.headers, timeout=60)
        upstream.open("go")
        took = draining.over()
        assert half_sent.recv(1000) == b""
    left = in_progress(site.database_url)
    what = f"SIGTERM, {count} answers and half an upload, rows left in progress; to the end; {kind(site.database_url)}"
    report("P10", what, injected=count, violations=left, samples=[took], unit="s")
    assert (left, refused.status_code, refused.json()["code"]) == (0, 503, 50302)
    assert sorted(draining.ends) == ["completed"] * (count // 2) + ["interrupted"] * (count // 2)
    assert took < DRAIN + BUSY
    assert "Traceback" not in site.log


def test_sigint_does_not_wait(site: Site, alice: Chat) -> None:
    count = times(10, 50)
    draining = Draining(site, alice, count)
    draining.signal(signal.SIGINT)
    took = draining.over()
    left = in_progress(site.database_url)
    what = f"SIGINT, {count} answers, rows left in progress; to the end; {kind(site.database_url)}"
    report("P10", what, injected=count, violations=left, samples=[took], unit="s")
    assert (left, draining.ends) == (0, ["interrupted"] * count)


def _read(answer: Answer) -> Answer:
    with suppress(requests.RequestException):
        answer.read()
    return answer


def _refuses(site: Site) -> bool:
    try:
        socket.create_connection(("127.0.0.1", site.port), timeout=1).close()
    except ConnectionError:
        return True
    return False
