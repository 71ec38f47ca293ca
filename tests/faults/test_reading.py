"""P02, P19: whatever cuts a reader's connections, it sees every event once and in order. Also on another process."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random
from typing import get_args

from tests.bench.kit.figures import report, times
from tests.faults.pair import Pair
from tests.faults.patience import eventually
from tests.faults.pauses import pause
from tests.faults.proxy import Fault, Kind, Proxy
from tests.faults.reader import Never, Reader, violations
from tests.faults.tables import kind, unpacked
from tests.people import Person
from tests.upstream import Script, Upstream, prompt

AT_ONCE = 4  # answers, each with two readers
ANSWERS_LAST = 0.3  # seconds or so: most readings are cut while it is written


class Reading:
    """One answer, read by who started it, by one who follows it meanwhile, and by one who comes late."""

    def __init__(self, urls: list[str], person: Person, seed: int) -> None:
        chance = Random(seed)
        count = chance.randrange(5, 40)
        self.said = {"count": count, "seed": seed, "reasoning": chance.randrange(3), "rate": count / ANSWERS_LAST}
        self.readers = [Reader(urls, person, Random(seed + nth)) for nth in range(3)]
        self.wrong: list[str] = []

    def meanwhile(self) -> None:
        """The two who read while it is written."""
        starter, follower, _ = self.readers
        with ThreadPoolExecutor(1) as pool:
            pool.submit(self._try, lambda: follower.follow(starter.message_id))
            self._try(lambda: starter.ask(prompt(**self.said)))

    def afterwards(self) -> None:
        """The one who comes when it may be packed; then all three are compared."""
        starter, _, late = self.readers
        self._try(lambda: late.follow(starter.message_id))
        if not self.wrong:
            script = Script.parse(self.said)
            self.wrong = [violation for reader in self.readers for violation in violations(reader, script)]
        if any(reader.seen != starter.seen for reader in self.readers):
            self.wrong.append("they saw different events")

    def _try(self, read: Callable[[], None]) -> None:
        try:
            read()
        except Never as error:
            self.wrong.append(str(error))


def plan(chance: Random) -> Fault:
    """One connection in five is left alone; half of the cuts fall into the response's head or its first events."""
    if chance.random() < 0.2:
        return Fault()
    fault: Kind = chance.choice([fault for fault in get_args(Kind) if fault != "none"])
    most = 400 if fault == "unasked" else 1500 if fault == "dribble" or chance.random() < 0.5 else 8000
    return Fault(fault, chance.randrange(1, most))


def test_whatever_cuts_a_reader_it_sees_all_once_and_in_order(pair: Pair) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        chance = Random()
        ports = (pair.first.port, pair.second.port)
        proxies = [stack.enter_context(Proxy(port, lambda: plan(chance))) for port in ports]
        urls = [proxy.url for proxy in proxies]
        readings = [Reading(urls, pair.first.user("alice"), seed) for seed in range(times(18, 90))]
        list(pool.map(Reading.meanwhile, readings))
        list(pool.map(Reading.afterwards, readings))
    readers = [reader for reading in readings for reader in reading.readers]
    wrong = [violation for reading in readings for violation in reading.wrong]
    cuts = sum(sum(proxy.met.values()) for proxy in proxies)
    attempts = [float(reader.attempts) for reader in readers]
    what = f"readings through {cuts} cuts at random bytes, two processes, {kind(pair.database_url)}"
    report("P02", what, injected=len(readers), violations=len(wrong), samples=attempts, unit="connections")
    assert not wrong


def test_who_stands_still_while_an_answer_ends_elsewhere_tells_its_end(pair: Pair, upstream: Upstream) -> None:
    """Packed meanwhile, so that the rows which would have told it are gone."""
    answer = pair.here.script(count=6, gate="go", after=3)
    reader = pair.there.follow(answer.id).until(Script(count=3).content)
    pause(pair.second)
    upstream.open("go")
    answer.read()
    eventually(lambda: not unpacked(pair.database_url))
    pair.second.cont()
    assert reader.read().seen == answer.seen
