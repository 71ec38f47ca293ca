"""P24: an error inside one stream, at whatever await of its path, ends that stream alone."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.bench.kit.figures import report, times
from tests.chat import Answer, Chat
from tests.databases import Template
from tests.faults.patience import eventually
from tests.faults.raising import points
from tests.faults.tables import in_progress
from tests.serving import serving
from tests.site import Site
from tests.upstream import Script, Upstream, prompt

WAITED = 20.0  # seconds, of the 21 that answers under way are given: nothing is under way
OTHERS = 4  # streams that run all the time
SCRIPT = {"count": 40, "rate": 100}


class RaisingSite(Site):
    module = "tests.faults.raising"


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Template, upstream: Upstream) -> Iterator[Site]:
    """A site whose awaits raise where they are asked to."""
    with serving(sqlite_template, tmp_path / "data", upstream, RaisingSite) as running:
        yield running


class Others:
    """with Others(alice) as others: her answers stream, one after the other; `lost` are those that were not whole."""

    def __init__(self, alice: Chat) -> None:
        self._alice, self._over, self._pool = alice, threading.Event(), ThreadPoolExecutor(OTHERS)
        self.read = 0
        self.lost: list[str] = []

    def __enter__(self) -> "Others":
        self._reading = [self._pool.submit(self._read) for _ in range(OTHERS)]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pool.shutdown()
        for future in self._reading:
            future.result()

    def _read(self) -> None:
        while not self._over.is_set():
            answer = self._alice.script(**SCRIPT).read()
            self.read += 1
            if (answer.content, answer.end["status"]) != (Script.parse(SCRIPT).content, "completed"):
                self.lost.append(answer.id)


def provoke(bob: Chat, mark: str) -> None:
    """Ask for an answer that raises, read what comes of it, and read it again. Whatever happens, it is no HTML."""
    headers = {"X-Raise": mark}
    body = {"request": f"{mark} {prompt(count=8, rate=200)}"}
    try:
        asked = bob.call("POST", "chat", json=body, headers=headers, stream=True)
        if told(asked):
            again = bob.call("GET", f"chat/{Answer(asked).read().id}", headers=headers, stream=True)
            assert not told(again) or Answer(again).read()
    except (requests.RequestException, StopIteration):
        pass  # cut, maybe before its first event


def told(response: requests.Response) -> bool:
    """Whether this is a stream; what is none must be an error of ours."""
    if response.status_code != 200:
        assert response.json()["code"] // 100 == response.status_code
    return response.status_code == 200


@pytest.mark.timeout(300 * times(1, 4))
def test_an_error_at_any_await_of_a_stream_ends_that_stream_alone(site: Site, alice: Chat, upstream: Upstream) -> None:
    bob = Chat(site.url, site.user("bob"))
    marks = [f"raise:{point}:{nth}" for nth in range(1, times(1, 6) + 1) for point in points()]
    with Others(alice) as others:
        for mark in marks:
            provoke(bob, mark)
    raised = sum(f"as asked: {mark}\n" in site.log for mark in marks)
    report("P24", "an error at an await of one stream: others affected", injected=raised, violations=len(others.lost))
    assert others.read
    assert others.lost == []
    assert raised > 70, "few awaits were met: the path was hardly tried"
    settled(site, bob, upstream)


def settled(site: Site, bob: Chat, upstream: Upstream) -> None:
    """Nothing is left over: every answer has its end, no upstream connection is open, and the process ends at once."""
    for conversation in bob.call("GET", "conversations").json()["conversations"]:
        for message in bob.tree(conversation["convGroupId"])["messages"]:
            if message["status"] == "in_progress":
                assert bob.follow(message["convId"]).read().end
    assert in_progress(site.database_url) == 0
    eventually(lambda: all(record.finished or record.aborted for record in upstream.requests))
    began = time.monotonic()
    assert site.stop() == 0
    assert time.monotonic() - began < WAITED, "something was waited for"
