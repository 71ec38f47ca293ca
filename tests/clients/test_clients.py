"""Every client × (stream, stop, resume, error): the published packages as they are, against the real server.

`python -m tests.clients` prints these four as a table.
"""

from typing import Any

from tests.chat import Chat
from tests.clients.catalog import Client
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
    aborts = client.stops == "abort"
    with stage.reader(client) as reader:
        reader.start(client, stage.ask(reader, request=prompt(**script), cancelOnDisconnect=aborts))
        reader.until(shown)
        if aborts:
            reader.stop()
        else:
            assert alice.cancel(_running(alice)).status_code == 202
        upstream.wait("aborted")
        outcome = reader.end()
    assert outcome.error is None
    assert outcome.content == shown
    assert alice.follow(outcome.id).read().end["status"] == "cancelled"
    if not aborts:
        assert outcome.end["status"] == "cancelled"


def test_an_answer_that_was_cut_is_read_on_without_loss(client: Client, stage: Stage, upstream: Upstream) -> None:
    # All before the gate, however many deltas one event takes.
    cuts = [Cut(1800, "reset"), Cut(1500, "eof"), Cut(1200, "reset")]
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


def _running(alice: Chat) -> str:
    newest = alice.call("GET", "conversations").json()["conversations"][0]
    return str(alice.tree(newest["convGroupId"])["currentNode"])


def _refusal(error: dict[str, Any] | None) -> dict[str, Any]:
    assert error
    assert error["message"]
    return {name: error[name] for name in ("status", "code")}
