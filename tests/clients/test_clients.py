"""Every client × (stream, stop, resume, error): the published packages as they are, against the real server.

`python -m tests.clients` prints these four as a table.
"""

from contextlib import ExitStack
from typing import Any

import pytest

from tests.chat import Chat
from tests.clients.catalog import CLIENTS, Client
from tests.clients.lab import Page
from tests.clients.proxy import Cut, Proxy
from tests.clients.reader import Ask
from tests.clients.stage import Stage
from tests.upstream import Script, Upstream, prompt

UNKNOWN = "018f3a00-0000-7000-8000-000000000001"
BLIND = {"status": None, "code": None}


def test_it_shows_text_as_it_comes_and_all_of_it(client: Client, stage: Stage, upstream: Upstream) -> None:
    script = {"count": 12, "reasoning": 2, "usage": True, "gate": "go", "after": 4}
    wanted = Script.parse(script)
    with stage.reader(client) as reader:
        reader.start(client, stage.ask(reader, request=prompt(**script)))
        reader.until("".join(wanted.deltas[:4]))  # upstream says no more before the gate opens: nothing was held back
        upstream.open("go")
        outcome = reader.end()
    assert outcome.error is None
    assert outcome.content == wanted.content
    assert outcome.seqs == list(range(1, len(outcome.seqs) + 1))
    assert outcome.end["status"] == "completed"
    assert len(upstream.requests) == 1


def test_a_stop_reaches_upstream(client: Client, stage: Stage, upstream: Upstream, alice: Chat) -> None:
    script = {"count": 12, "gate": "never", "after": 4}
    shown = "".join(Script.parse(script).deltas[:4])
    with stage.reader(client) as reader:
        reader.start(client, stage.ask(reader, request=prompt(**script)))
        reader.until(shown)
        assert alice.cancel(_running(alice)).status_code == 202
        upstream.wait("aborted")
        outcome = reader.end()
        assert (outcome.error, outcome.content, outcome.end["status"]) == (None, shown, "cancelled")
        if client.stops:
            reader.start(client, stage.ask(reader, request=prompt(**script), cancelOnDisconnect=True))
            reader.until(shown)
            reader.stop()
            upstream.wait("aborted", 2)
            outcome = reader.end()
            assert (outcome.error, outcome.content) == (None, shown)
            assert alice.follow(outcome.id).read().end["status"] == "cancelled"


def test_an_answer_that_was_cut_is_read_on_without_loss(client: Client, stage: Stage, upstream: Upstream) -> None:
    # All before the gate, however many deltas one event takes.
    cuts = [Cut(1800, "eof"), Cut(1500, "reset"), Cut(1200, "eof")]
    text = "".join(f"{number}你好，wörld😀 " for number in range(300))
    upstream.next({"text": text, "size": 80, "rate": 200, "gate": "go", "after": 40})
    with Proxy(stage.site.port, cuts) as proxy, stage.reader(client, proxy.url) as reader:
        reader.start(client, stage.ask(reader, proxy.url, request="hi"))
        reader.until(text[: 80 * 40])
        assert not proxy.cuts
        upstream.open("go")
        outcome = reader.end()
    assert outcome.error is None
    assert outcome.content == text
    assert outcome.seqs == list(range(1, len(outcome.seqs) + 1))
    assert outcome.end["status"] == "completed"
    assert len(upstream.requests) == 1


def test_it_shows_what_was_refused_and_what_failed(client: Client, stage: Stage, upstream: Upstream) -> None:
    with stage.reader(client, signed_in=False) as reader:
        reader.start(client, Ask(stage.site.url, request="hi"))
        assert _refusal(reader.end().error) == (BLIND if 401 in client.blind else {"status": 401, "code": 40101})
    with stage.reader(client) as reader:
        reader.start(client, stage.ask(reader, follow=UNKNOWN))
        assert _refusal(reader.end().error) == (BLIND if 404 in client.blind else {"status": 404, "code": 40401})
        reader.start(client, stage.ask(reader, request=prompt(status=500)))
        outcome = reader.end()
    assert outcome.error is None
    assert {name: outcome.end[name] for name in ("status", "code", "retryable")} == {
        "status": "failed",
        "code": 50201,
        "retryable": True,
    }
    assert outcome.end["msg"]


@pytest.mark.parametrize("native", [client for client in CLIENTS if client.name == "EventSource"], ids=str)
def test_a_native_eventsource_comes_back_after_the_end_and_204_ends_it(
    native: Client, stage: Stage, upstream: Upstream
) -> None:
    with stage.reader(native) as reader:
        assert isinstance(reader, Page)
        with reader.page.expect_response(lambda response: response.status == 204):
            reader.start(native, stage.ask(reader, request="hi"))
        outcome = reader.end()
    assert (outcome.error, outcome.content) == (None, "You said: hi")
    assert len(upstream.requests) == 1


@pytest.mark.timeout(120)
def test_a_long_silence_and_what_the_server_says_in_it_are_nothing_to_any_of_them(
    stage: Stage, upstream: Upstream, alice: Chat
) -> None:
    script = {"count": 3, "gate": "go", "after": 1}
    wanted = Script.parse(script)
    with ExitStack() as stack:
        # A browser opens six connections to an origin: half of the clients read at another one.
        other = stack.enter_context(Proxy(stage.site.port, []))
        readers = []
        for number, client in enumerate(CLIENTS):
            base = other.url if number % 2 else stage.site.url
            reader = stack.enter_context(stage.reader(client, base))
            reader.start(client, stage.ask(reader, base, request=prompt(**script)))
            reader.until(wanted.deltas[0])
            readers.append(reader)
        _await_keepalive(alice)
        upstream.open("go")
        outcomes = [reader.end() for reader in readers]
    assert [outcome.error for outcome in outcomes] == [None] * len(CLIENTS)
    assert {outcome.content for outcome in outcomes} == {wanted.content}
    assert len(upstream.requests) == len(CLIENTS)


def _await_keepalive(alice: Chat) -> None:
    """Returns when a reader who has come now has heard one; those who came earlier have, too."""
    with alice.call("GET", f"chat/{_running(alice)}", stream=True) as response:
        assert any(chunk == b":\n" for chunk in response.iter_content(None))


def _running(alice: Chat) -> str:
    newest = alice.call("GET", "conversations").json()["conversations"][0]
    return str(alice.tree(newest["convGroupId"])["currentNode"])


def _refusal(error: dict[str, Any] | None) -> dict[str, Any]:
    assert error
    assert error["message"]
    return {name: error[name] for name in ("status", "code")}
