"""P02: whatever people, networks and kills do, in whatever order, what a reader saw is what the site goes on to say.

A state machine in Hypothesis' sense: it makes up the steps, the model below knows what may come of them.
"""

import itertools
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from tests.bench.kit.figures import report, times
from tests.chat import Chat, Event, Parser
from tests.faults.tables import in_progress, kind, on_sqlite_first
from tests.site import Site
from tests.upstream import Script, Upstream, prompt

_numbers = itertools.count()


@dataclass
class Written:
    """An answer: what upstream says of it, how it may end, and what its one reader has seen so far."""

    conversation: str
    id: str
    question: str
    number: int
    script: Script
    ends: set[str] = field(default_factory=set)
    seen: list[Event] = field(default_factory=list)

    def may_end(self, how: str) -> None:
        """Something happened that ends it so, if it still runs."""
        self.ends.add(how)


class People(RuleBasedStateMachine):
    """Alice and her site; a gate holds each answer after a few deltas until a rule opens it."""

    site: ClassVar[Site]
    alice: ClassVar[Chat]
    upstream: ClassVar[Upstream]
    compared: ClassVar[list[str]]
    answers = Bundle("answers")

    def __init__(self) -> None:
        super().__init__()
        self.written: list[Written] = []
        self.kills = 0

    @rule(target=answers, count=st.integers(1, 12), after=st.integers(0, 12))
    def create(self, count: int, after: int) -> Written:
        return self._ask({}, count, after)

    @rule(target=answers, edited=answers, count=st.integers(1, 12))
    def edit(self, edited: Written, count: int) -> Written:
        return self._ask({"convGroupId": edited.conversation, "parentConvId": None}, count, 0)

    @rule(answer=answers)
    def append(self, answer: Written) -> None:
        self.upstream.open(f"gate {answer.number}")
        answer.may_end("completed")

    @rule(answer=answers)
    def cancel(self, answer: Written) -> None:
        assert self.alice.cancel(answer.id).status_code == 202
        answer.may_end("cancelled")

    @rule(answer=answers, size=st.integers(1, 4000))
    def resume_and_be_cut(self, answer: Written, size: int) -> None:
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=0.3)
        with suppress(OSError, HTTPException):
            cursor = {"Last-Event-ID": answer.seen[-1].id} if answer.seen else {}
            connection.request("GET", f"/api/chat/{answer.id}", headers=self.alice.headers | cursor)
            response, parser = connection.getresponse(), Parser()
            assert response.status in (200, 204)
            while size > 0 and (data := response.read1(size)):
                size -= len(data)
                answer.seen += [event for event in parser.feed(data.decode(errors="ignore")) if event.data != "[DONE]"]
        connection.close()

    @precondition(lambda self: self.kills < 1)
    @rule(how=st.sampled_from([signal.SIGKILL, signal.SIGINT]))
    def kill_and_restart(self, how: signal.Signals) -> None:
        self.kills += 1
        self.site.stop(how)
        self.site.start()
        for answer in self.written:
            answer.may_end("interrupted")

    def _ask(self, place: dict[str, str | None], count: int, after: int) -> Written:
        """Start an answer, and say so twice."""
        number = next(_numbers)
        said = {"count": count, "after": min(after, count), "gate": f"gate {number}", "seed": number, "rate": 200}
        body, key = {"request": prompt(**said), **place}, uuid4().hex
        first, again = (self.alice.post(body, Prefer="respond-async", Idempotency_Key=key) for _ in range(2))
        assert (first.status_code, first.json()) == (202, again.json())
        ids = first.json()
        self.written.append(Written(ids["convGroupId"], ids["convId"], ids["parentConvId"], number, Script.parse(said)))
        return self.written[-1]

    def teardown(self) -> None:
        """Read everything to its end, and compare."""
        for answer in self.written:
            self.upstream.open(f"gate {answer.number}")
            answer.may_end("completed")
        for answer in self.written:
            self._compare(answer)
        assert not in_progress(self.site.database_url)

    def _compare(self, answer: Written) -> None:
        whole = self.alice.follow(answer.id).read()
        events = [event for event in whole.seen if event.data != "[DONE]"]
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert answer.seen == events[: len(answer.seen)]
        assert whole.end["status"] in answer.ends
        assert answer.script.content.startswith(whole.content)
        assert whole.content == answer.script.content or whole.end["status"] != "completed"
        messages = {message["convId"]: message for message in self.alice.tree(answer.conversation)["messages"]}
        assert messages[answer.id]["content"] == whole.content
        assert messages[answer.id]["parentConvId"] == answer.question
        assert messages[answer.question]["content"].startswith("script:")
        self.compared.append(answer.id)


@on_sqlite_first
@pytest.mark.timeout(1800)
def test_in_whatever_order_things_happen(site: Site, alice: Chat, upstream: Upstream) -> None:
    chosen = settings(
        max_examples=times(5, 40),
        stateful_step_count=20,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # each example costs a start of the site: shrinking one would take many
        suppress_health_check=list(HealthCheck),
    )
    compared: list[str] = []
    here = {"site": site, "alice": alice, "upstream": upstream, "compared": compared}
    broken = 1
    try:
        run_state_machine_as_test(type("PeopleHere", (People,), here), settings=chosen)
        broken = 0
    finally:
        steps = "create, append, cancel, edit, cut, resume, kill, restart"
        what = f"answers in made-up orders of {steps}; {kind(site.database_url)}"
        report("P02", what, injected=len(compared), violations=broken)
