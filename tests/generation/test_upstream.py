"""Reading the model's API in this process: the pause behind the SDK's private attributes, and the way out."""

import asyncio
import contextlib
import time
from asyncio import selector_events

import pytest

from chatsite.generation.events import Content, Event
from chatsite.generation.pacing import MOST, WELL, Pacer
from chatsite.generation.upstream import Outcome, Question, read
from chatsite.providers import clients
from chatsite.providers.models import Target
from tests.faults.patience import eventually
from tests.upstream import Script, Upstream, prompt


class Fixed(Pacer):
    """A pacer that has made up its mind."""

    def __init__(self, interval: float) -> None:
        self.interval = interval


def question(upstream: Upstream, **script: object) -> Question:
    target = Target("m", "m", upstream.base_url, "sk-upstream")
    return Question(target, [{"role": "user", "content": prompt(**script)}], {})


async def batches(upstream: Upstream, interval: float, **script: object) -> list[list[Event]]:
    found = [batch async for batch in read(question(upstream, **script), Outcome(), Fixed(interval))]
    await clients.close()
    return found


def text(found: list[list[Event]]) -> str:
    return "".join(event.text for batch in found for event in batch if isinstance(event, Content))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The transports whose reading was paused, each time."""
    noted: list[object] = []
    transport = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
    pause = transport.pause_reading

    def note(self: object) -> None:
        noted.append(self)
        pause(self)

    monkeypatch.setattr(transport, "pause_reading", note)
    return noted


async def test_under_load_the_socket_is_left_alone_and_one_read_brings_much(
    upstream: Upstream, pauses: list[object]
) -> None:
    script = {"count": 300, "rate": 200}
    began = time.monotonic()
    found = await batches(upstream, MOST, **script)
    took = time.monotonic() - began
    assert text(found) == Script.parse(script).content
    assert len(found) <= took / MOST + 5  # one read per pause, and some without: the headers, the end
    assert len(pauses) >= 3
    assert len(set(map(id, pauses))) == 1


async def test_an_idle_process_waits_for_nothing(upstream: Upstream, pauses: list[object]) -> None:
    script = {"count": 20, "rate": 100}
    found = await batches(upstream, 0, **script)
    assert text(found) == Script.parse(script).content
    assert not pauses


async def test_leaving_early_closes_the_connection(upstream: Upstream) -> None:
    async with contextlib.aclosing(read(question(upstream, count=5, end="hang"), Outcome(), Fixed(0))) as reading:
        await anext(reading)
    assert await asyncio.to_thread(upstream.wait, "aborted")
    await clients.close()


@pytest.mark.parametrize("end", ["late_close", "late_cut"])
async def test_a_connection_that_breaks_off_after_the_finish_reason_has_brought_a_whole_answer(
    upstream: Upstream, end: str
) -> None:
    outcome = Outcome()

    def break_off() -> None:
        eventually(lambda: bool(outcome.finish_reason))
        upstream.open("whole")

    breaking = asyncio.create_task(asyncio.to_thread(break_off))
    asked = question(upstream, count=3, end=end, gate="whole", after=4)
    found = [batch async for batch in read(asked, outcome, Fixed(0))]
    await breaking
    assert (text(found), outcome.finish_reason) == (Script(count=3).content, "stop")
    await clients.close()


def test_the_pacer_rises_under_pressure_to_its_limit_and_falls_when_it_is_over() -> None:
    pacer = Fixed(0)
    for _ in range(20):
        pacer.adjust(busy=0.5, late=2.0)
    assert 0.9 * WELL < pacer.interval <= WELL
    for _ in range(20):
        pacer.adjust(busy=2.0, late=2.0)
    assert pacer.interval == MOST
    pacer.adjust(busy=0.5, late=2.0)
    assert 0.9 * MOST < pacer.interval < MOST
    for _ in range(200):
        pacer.adjust(busy=0.5, late=0.5)
    assert pacer.interval == 0
