"""P03: text that somebody saw survives kill -9 at any moment, and nothing is left running for long."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests

from tests.bench.kit.figures import report, times
from tests.chat import Chat, Event
from tests.faults.patience import eventually
from tests.faults.tables import in_progress, kind
from tests.site import Site
from tests.upstream import Script, Upstream

ANSWERS, BEGINNING = 5, 3
SCRIPT = {"count": 10_000, "rate": 200, "reasoning": 5}
WITHIN = 60.0  # seconds from a restart to the end of all that was running, however busy the machine


class Killed:
    """One kill while answers stream and others begin, and what is left of them after a restart."""

    def __init__(self, site: Site, alice: Chat) -> None:
        self._alice = alice
        self._streaming = threading.Semaphore(0)
        with ThreadPoolExecutor(ANSWERS + BEGINNING) as pool:
            reading = [pool.submit(self._seen) for _ in range(ANSWERS)]
            for _ in range(ANSWERS):
                assert self._streaming.acquire(timeout=30)
            reading += [pool.submit(self._seen) for _ in range(BEGINNING)]
            time.sleep(random.uniform(0, 0.5))  # the moment
            site.kill()
            self._read = [seen for read in reading if (seen := read.result())]
        site.start()
        began = time.monotonic()
        eventually(lambda: not in_progress(site.database_url), WITHIN)
        self.took = time.monotonic() - began
        self.lost = sum(self._lost(events) for events in self._read)

    @property
    def bytes(self) -> int:
        """What readers had seen."""
        return sum(len(event.data) for events in self._read for event in events)

    def _seen(self) -> list[Event]:
        """What a reader has got when the connection breaks."""
        with suppress(requests.RequestException), self._alice.script(**SCRIPT) as answer:
            with suppress(requests.RequestException):
                answer.until("0stream")
                self._streaming.release()
                answer.read()
            return answer.seen
        return []

    def _lost(self, seen: list[Event]) -> int:
        """Bytes of it that are not there any more, at their places."""
        whole = self._alice.follow(seen[0].json["convId"]).read()
        assert whole.end["code"] == 50303
        assert Script.parse(SCRIPT).content.startswith(whole.content)
        assert self._alice.message(whole)["content"] == whole.content
        kept = sum(len(event.data) for event, same in zip(seen, whole.seen, strict=False) if event == same)
        return sum(len(event.data) for event in seen) - kept


@pytest.mark.timeout(1200)
def test_text_that_was_seen_survives_kill_9(site: Site, alice: Chat, upstream: Upstream) -> None:
    kills = [Killed(site, alice) for _ in range(times(3, 30))]
    lost = sum(kill.lost for kill in kills)
    seen = sum(kill.bytes for kill in kills)
    what = f"kill -9, bytes lost of {seen // 1024} KB seen; restart to all ended; {kind(site.database_url)}"
    report("P03", what, injected=len(kills), violations=lost, samples=[kill.took for kill in kills], unit="s")
    assert not lost
