"""P08: who goes away has not said Stop; who said that going away means Stop is obeyed; and no answer lasts for ever."""

import json
import random
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from tests.bench.kit.figures import report, times
from tests.chat import Answer, Chat
from tests.faults.pair import Pair
from tests.faults.patience import eventually
from tests.faults.tables import in_progress, kind
from tests.upstream import Record, Script, Upstream, prompt

SECONDS, BYTES = times(5, 2), 20_000  # the bytes must come first, however busy the machine


def test_an_answer_that_nobody_reads_comes_to_its_end(pair: Pair) -> None:
    script = {"count": 40, "rate": 100}

    def left(_: int) -> str:
        with pair.here.script(**script) as answer:
            return answer.until(" 5").id

    ends = _read_later(pair, left, times(20, 200))
    wrong = sum((end.end["status"], end.content) != ("completed", Script.parse(script).content) for end in ends)
    what = f"all readers left, answers incomplete, {kind(pair.database_url)}"
    report("P08", what, injected=len(ends), violations=wrong)
    assert not wrong


def test_going_away_is_stop_for_who_said_so_from_the_first_moment_on(pair: Pair, upstream: Upstream) -> None:
    """Also for who goes before there is an answer to go away from."""
    left = [_ask_and_go(pair, seed) for seed in range(times(20, 200))]
    eventually(lambda: not in_progress(pair.database_url))
    with suppress(AssertionError):  # upstream hears of it a moment after the row says so
        eventually(lambda: all(record.aborted for record in upstream.requests))
    took = [(record.aborted - left[_seed(record)]) * 1000 for record in upstream.requests if record.aborted]
    deaf = len(upstream.requests) - len(took)
    what = f"left at any moment with cancelOnDisconnect, to EOF at upstream, {kind(pair.database_url)}"
    report("P08", what, injected=len(left), violations=deaf, samples=took)
    assert not deaf


def test_no_answer_lasts_for_ever_or_grows_without_end(pair: Pair, upstream: Upstream) -> None:
    strict = pair.first.beside()
    strict.env |= {"CHATSITE_GENERATION_SECONDS": str(SECONDS), "CHATSITE_GENERATION_BYTES": str(BYTES)}
    with strict:
        alice = Chat(strict.url, strict.user("alice"))
        alice.ask("the first takes a second longer than any other").read()
        upstream.reset()

        def left(nth: int) -> str:
            script = {"count": 10_000, "rate": 20} if nth % 2 else {"count": 3, "end": "flood"}
            with alice.script(**script) as answer:
                return answer.id

        ends = _read_later(pair, left, times(6, 40))
    records = upstream.wait("aborted", len(ends))
    took = [(record.aborted or 0) - record.started for record in records]
    wrong = sum(end.end["code"] != (50402 if nth % 2 else 50206) for nth, end in enumerate(ends))
    wrong += sum(len(end.content.encode()) > BYTES for end in ends)
    what = f"caps of {SECONDS} s and {BYTES // 1000} KB without a reader, to EOF at upstream, {kind(pair.database_url)}"
    report("P08", what, injected=len(ends), violations=wrong, samples=took, unit="s")
    assert not wrong


def _read_later(pair: Pair, leave: Callable[[int], str], count: int) -> list[Answer]:
    """`count` answers whose readers leave at once, followed to their ends from the other process."""
    with ThreadPoolExecutor(10) as pool:
        ids = list(pool.map(leave, range(count)))
    return [pair.there.follow(conv_id).read() for conv_id in ids]


def _ask_and_go(pair: Pair, seed: int) -> float:
    """Start an endless answer and close the connection up to 50 ms later: when that was."""
    asked = {"request": prompt(count=10_000, rate=50, seed=seed), "cancelOnDisconnect": True}
    body = json.dumps(asked).encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in pair.here.headers.items())
    head += f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", pair.first.port)) as client:
        client.sendall(f"POST /api/chat HTTP/1.1\r\n{head}\r\n".encode() + body)
        time.sleep(random.uniform(0, 0.05))
        return time.monotonic()


def _seed(record: Record) -> int:
    return Script.parse(json.loads(record.body["messages"][-1]["content"].partition(":")[2])).seed
