"""Every way in which upstream can go wrong: what a reader is told, what stays, and what is never told."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chat import Answer, Chat
from tests.databases import Template
from tests.serving import KEY, serving
from tests.site import Site
from tests.upstream import Script, Upstream, prompt

IDLE_SECONDS, MOST_SECONDS, MOST_BYTES = 3, 15, 2**21  # of the impatient site

# name: (script, content deltas a reader gets to see, code, retryable)
FAILURES: dict[str, tuple[dict[str, Any], int, int, bool]] = {
    "400": ({"status": 400}, 0, 50201, True),
    "401": ({"status": 401}, 0, 50204, False),
    "403": ({"status": 403}, 0, 50204, False),
    "404": ({"status": 404}, 0, 50201, False),
    "429": ({"status": 429, "retry_after": 7}, 0, 50205, True),
    "500": ({"status": 500}, 0, 50201, True),
    "redirect": ({"status": 307}, 0, 50201, True),
    "web page": ({"garbage": "html"}, 0, 50203, True),
    "bad JSON": ({"garbage": "json", "at": 3, "count": 5}, 3, 50203, True),
    "bad UTF-8": ({"garbage": "utf8", "at": 3, "count": 5}, 3, 50203, True),
    "bottomless JSON": ({"garbage": "deep", "at": 3, "count": 5}, 3, 50203, True),
    "a line that never ends": ({"garbage": "neverline", "at": 3, "count": 5}, 3, 50203, True),
    "an error in mid-stream": ({"garbage": "error", "at": 3, "count": 5}, 3, 50201, True),
    "early end": ({"end": "eof", "count": 4}, 4, 50203, True),
    "early end of the connection": ({"end": "close", "count": 4}, 4, 50203, True),
    "reset connection": ({"end": "cut", "count": 4}, 4, 50203, True),
}


def failed(chat: Chat, answer: Answer, said: str, code: int, retryable: bool) -> None:
    """It showed `said`, then ended as failed, and its row says the same."""
    end = answer.end
    assert (end["status"], end["code"], end["retryable"]) == ("failed", code, retryable), end
    assert answer.seen[-1].event == "close"
    assert answer.content == said
    message = chat.message(answer)
    assert (message["status"], message["content"]) == ("failed", said)
    assert message["error"] == {"code": code, "msg": end["msg"], "retryable": retryable}
    assert message["lastEventId"] == answer.cursor
    assert end["msg"]
    assert KEY not in "".join(event.data for event in answer.seen)


@pytest.mark.parametrize(("script", "seen", "code", "retryable"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_told_and_what_was_shown_stays(
    alice: Chat, upstream: Upstream, script: dict[str, Any], seen: int, code: int, retryable: bool
) -> None:
    said = "".join(Script.parse(script).deltas[:seen])
    answer = alice.script(**script, gate="trouble", after=seen).until(said)
    upstream.open("trouble")
    failed(alice, answer.read(), said, code, retryable)


def test_upstream_that_is_not_there(alice: Chat, upstream: Upstream) -> None:
    upstream.stop()
    answer = alice.ask("anybody?").read()
    failed(alice, answer, "", 50202, True)
    upstream.start()
    place: dict[str, Any] = {"convGroupId": answer.ids["convGroupId"], "parentConvId": answer.ids["parentConvId"]}
    assert alice.ask(None, **place).read().content == "You said: anybody?"


def test_null_in_the_place_of_choices_is_passed_over(alice: Chat) -> None:
    script = {"garbage": "choices_null", "at": 3, "count": 5}
    answer = alice.script(**script).read()
    deltas = Script.parse(script).deltas
    assert answer.content == "".join(deltas[:3]) + deltas[4]
    assert answer.end["status"] == "completed"


def test_an_answer_that_is_done_ends_although_upstream_keeps_the_connection(alice: Chat, upstream: Upstream) -> None:
    answer = alice.script(count=3, end="linger")
    deltas = Script(count=3).content
    answer.until(deltas)
    assert answer.read().end["status"] == "completed"  # a silent upstream would make it "failed"
    assert answer.content == deltas
    assert upstream.wait("aborted")


@pytest.fixture(scope="module")
def impatient(
    sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory, upstream_process: Upstream
) -> Iterator[Site]:
    """A site with narrow limits. On one database: it has nothing to do with what is tried here."""
    data = tmp_path_factory.mktemp("impatient") / "data"
    limits = {
        "CHATSITE_IDLE_SECONDS": str(IDLE_SECONDS),
        "CHATSITE_GENERATION_SECONDS": str(MOST_SECONDS),
        "CHATSITE_GENERATION_BYTES": str(MOST_BYTES),
    }
    with serving(sqlite_template, data, upstream_process, settings=limits) as running:
        yield running


@pytest.mark.parametrize("script", [{"hang": "headers"}, {"delay": 30}, {"count": 3, "end": "hang"}], ids=str)
def test_upstream_that_falls_silent_is_left(impatient: Site, upstream: Upstream, script: dict[str, Any]) -> None:
    chat = Chat(impatient.url, impatient.user("alice"))
    answer = chat.script(**script).read()
    said = Script.parse(script).content if script.get("end") else ""
    failed(chat, answer, said, 50401, True)
    record = upstream.wait("aborted")[0]
    assert record.aborted
    assert record.aborted - record.started > IDLE_SECONDS - 1


def test_an_answer_may_not_last_for_ever(impatient: Site, upstream: Upstream) -> None:
    chat = Chat(impatient.url, impatient.user("alice"))
    answer = chat.script(count=1000, rate=4).read()
    assert answer.end["code"] == 50402
    failed(chat, answer, answer.content, 50402, True)
    assert Script(count=1000).content.startswith(answer.content)
    assert upstream.wait("aborted")


def test_more_text_than_is_allowed_is_cut_off_and_upstream_is_left(impatient: Site, upstream: Upstream) -> None:
    chat = Chat(impatient.url, impatient.user("alice"))
    answer = chat.script(count=1, end="flood").read()
    assert answer.end["code"] == 50206
    assert MOST_BYTES / 2 < len(answer.content) <= MOST_BYTES
    assert upstream.wait("aborted")
    failed(chat, answer, answer.content, 50206, False)


@pytest.mark.parametrize("script", [{"status": 401}, {"garbage": "html"}, {"end": "cut"}], ids=str)
def test_a_failed_answer_can_be_asked_for_again(alice: Chat, upstream: Upstream, script: dict[str, Any]) -> None:
    upstream.next(script)
    answer = alice.ask("again").read()
    assert answer.end["status"] == "failed"
    place: dict[str, Any] = {"convGroupId": answer.ids["convGroupId"], "parentConvId": answer.ids["parentConvId"]}
    assert alice.ask(None, **place).read().end["status"] == "completed"


def test_a_failed_answer_can_be_followed_later_with_its_end(alice: Chat) -> None:
    answer = alice.script(count=4, end="eof").read()
    assert alice.follow(answer.id).read().seen == answer.seen
    assert alice.call("GET", f"chat/{answer.id}", headers={"Last-Event-ID": answer.cursor}).status_code == 204


@pytest.mark.parametrize("name", ["401", "429", "web page", "early end", "an error in mid-stream"])
def test_without_stream_a_failure_is_an_error_with_its_code(alice: Chat, name: str) -> None:
    script, _, code, _ = FAILURES[name]
    refused = alice.post({"request": prompt(**script), "stream": False})
    assert (refused.status_code, refused.json()["code"]) == (code // 100, code)
    assert KEY not in refused.text
