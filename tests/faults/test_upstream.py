"""P16: upstream goes wrong in every way at once, under load: each answer ends in time, and others do not feel it."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.bench.kit.figures import report, times
from tests.chat import Chat
from tests.faults.memory import most_kb
from tests.faults.tables import in_progress, on_sqlite
from tests.site import Site
from tests.upstream import Script, Upstream

# Of the site here. Twenty floods at once keep each other waiting for seconds, in which aiohttp 3.14's timer runs on
# although it is us who do not read: its resume_reading sets the timer also where what is left over fills the buffer.
IDLE_SECONDS, MOST_BYTES = times(8, 12), 2**21
IN_TIME = times(40, 5)  # seconds that a busy machine may add
FLOOD_SECONDS = 25.0  # what never ends is limited in bytes: how long those take is the machine's affair
MOST_MB = 96  # that all of it together may take

# What upstream does: (script, the answer's status and code, seconds from upstream's last word to its end)
WRONG: dict[str, tuple[dict[str, Any], tuple[str, int | None], float]] = {
    "hangs before the headers": ({"hang": "headers"}, ("failed", 50401), IDLE_SECONDS),
    "hangs in mid-stream": ({"count": 5, "end": "hang"}, ("failed", 50401), IDLE_SECONDS),
    "sends bad JSON": ({"garbage": "json", "at": 3}, ("failed", 50203), 0),
    "sends bad UTF-8": ({"garbage": "utf8", "at": 3}, ("failed", 50203), 0),
    "sends bottomless JSON": ({"garbage": "deep", "at": 3}, ("failed", 50203), 0),
    "sends a web page": ({"garbage": "html"}, ("failed", 50203), 0),
    "never ends a line": ({"garbage": "neverline", "at": 3}, ("failed", 50203), FLOOD_SECONDS),
    "never ends": ({"count": 3, "end": "flood"}, ("failed", 50206), FLOOD_SECONDS),
    "ends early": ({"count": 5, "end": "eof"}, ("failed", 50203), 0),
    "closes": ({"count": 5, "end": "close"}, ("failed", 50203), 0),
    "resets": ({"count": 5, "end": "cut"}, ("failed", 50203), 0),
    "refuses": ({"status": 500}, ("failed", 50201), 0),
    "keeps the connection": ({"count": 5, "end": "linger"}, ("completed", None), 2),
}


@dataclass
class Tried:
    """One answer that went wrong: how it ended, and after how many seconds."""

    what: str
    end: tuple[str, int | None]
    seconds: float

    @property
    def broken(self) -> bool:
        _, end, seconds = WRONG[self.what]
        return self.end != end or self.seconds > seconds + IN_TIME


def tried(chat: Chat, what: str) -> Tried:
    began = time.monotonic()
    end = chat.script(**WRONG[what][0]).read().end
    return Tried(what, (end["status"], end.get("code")), time.monotonic() - began)


@on_sqlite
def test_whatever_upstream_does_wrong_each_answer_ends_and_others_do_not_feel_it(
    site: Site, alice: Chat, upstream: Upstream
) -> None:
    site.stop()
    site.start(CHATSITE_IDLE_SECONDS=str(IDLE_SECONDS), CHATSITE_GENERATION_BYTES=str(MOST_BYTES))
    healthy, each = {"count": 500, "rate": 50}, times(2, 20)
    alice.script(count=1000).read()
    with most_kb(site) as kb, ThreadPoolExecutor(10 + len(WRONG) * 3) as pool:
        others = [pool.submit(lambda: alice.script(**healthy).read()) for _ in range(10)]
        upstream.wait("started", 11)
        trials = list(pool.map(lambda what: tried(alice, what), list(WRONG) * each))
        lost = sum(other.result().content != Script.parse(healthy).content for other in others)
    grown = (kb[1] - kb[0]) / 1024
    for what in WRONG:
        found = [trial for trial in trials if trial.what == what]
        seconds = [trial.seconds for trial in found]
        broken = sum(trial.broken for trial in found)
        report("P16", f"upstream {what}: until the end", injected=each, violations=broken, samples=seconds, unit="s")
    report("P16", "upstream goes wrong: others that lost something", injected=len(others), violations=lost)
    large = int(grown > MOST_MB)
    report("P16", "upstream goes wrong: memory", injected=len(trials), violations=large, samples=[grown], unit="MB")
    assert [trial for trial in trials if trial.broken] == []
    assert lost == 0
    assert grown <= MOST_MB
    assert in_progress(site.database_url) == 0
