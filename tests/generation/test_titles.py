"""A conversation is named by the model that answered in it; whoever named it first, by hand, is never overruled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsite.generation.titles import LONGEST, cleaned
from tests.chat import Answer, Chat
from tests.databases import Template
from tests.faults.patience import eventually
from tests.site import Site
from tests.upstream import Upstream


@pytest.fixture(scope="module")
def naming(
    sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory, upstream_process: Upstream
) -> Iterator[Site]:
    """A site that asks for titles."""
    data: Path = tmp_path_factory.mktemp("naming") / "data"
    env = {"OPENAI_BASE_URL": upstream_process.base_url, "OPENAI_API_KEY": "sk-upstream", "CHATSITE_TITLES": "model"}
    with sqlite_template.copy(data) as url, Site(data, url, env, sqlite_template.people) as running:
        yield running


@pytest.fixture
def anna(naming: Site, upstream: Upstream) -> Chat:
    """Somebody at that site."""
    return Chat(naming.url, naming.user("alice"))


def row(chat: Chat, answer: Answer) -> dict[str, Any]:
    return chat.tree(answer.ids["convGroupId"])


def titled(chat: Chat, answer: Answer, title: str) -> None:
    eventually(lambda: row(chat, answer)["title"] == title)


def test_the_first_answer_is_followed_by_a_title_from_the_same_model(anna: Chat, upstream: Upstream) -> None:
    upstream.next({"text": "It is Rayleigh scattering."}, {"text": '**"Why the sky is blue"**.'})
    answer = anna.ask("Why is the sky blue?", params={"max_tokens": 9}).read()
    titled(anna, answer, "Why the sky is blue")
    first, second = upstream.requests
    assert second.body["model"] == first.body["model"]
    asked = second.body["messages"]
    assert [message["role"] for message in asked] == ["system", "user"]
    assert "Why is the sky blue?" in asked[1]["content"]
    assert "Rayleigh" in asked[1]["content"]
    assert "max_tokens" not in second.body


def test_what_the_user_wrote_is_told_whatever_goes_with_it(anna: Chat, upstream: Upstream) -> None:
    upstream.next({"text": "It is long."}, {"text": "A long file"})
    response = anna.call("POST", "attachments", params={"name": "a.txt"}, data=b"x" * 6000)
    answer = anna.ask("Sum it up", attachments=[response.json()["id"]]).read()
    titled(anna, answer, "A long file")
    assert "<request>\nSum it up\n</request>" in upstream.requests[1].body["messages"][1]["content"]


def test_it_raises_the_version_and_is_asked_for_once(anna: Chat, upstream: Upstream) -> None:
    upstream.next({"text": "one"}, {"text": "A title"})
    answer = anna.ask("first").read()
    before = 1
    titled(anna, answer, "A title")
    assert row(anna, answer)["version"] == before + 1
    anna.ask("second", convGroupId=answer.ids["convGroupId"]).read()
    assert len(upstream.requests) == 3


@pytest.mark.parametrize(
    "script", [{"status": 500}, {"text": ""}, {"text": " \n** "}, {"text": "half", "end": "close"}, {"garbage": "json"}]
)
def test_without_a_good_title_the_plain_one_stays(anna: Chat, upstream: Upstream, script: dict[str, Any]) -> None:
    upstream.next({"text": "answer"}, script)
    answer = anna.ask("plain one\nmore").read()
    eventually(lambda: len(upstream.requests) == 2)
    assert (row(anna, answer)["title"], row(anna, answer)["version"]) == ("plain one", 1)


def test_a_title_by_hand_is_not_written_over(anna: Chat, upstream: Upstream) -> None:
    upstream.next({"text": "answer"}, {"text": "the model's", "gate": "title"})
    answer = anna.ask("first").read()
    upstream.wait("waiting")
    group = answer.ids["convGroupId"]
    renamed = anna.call(
        "PATCH", f"conversations/{group}", json={"version": row(anna, answer)["version"], "title": "mine"}
    )
    assert renamed.status_code == 200
    upstream.open("title")
    upstream.wait("finished", 2)
    anna.ask("more", convGroupId=group).read()
    assert row(anna, answer)["title"] == "mine"


def test_reasoning_is_no_title(anna: Chat, upstream: Upstream) -> None:
    upstream.next({"text": "answer"}, {"text": "<think>A title? Maybe…</think>\n\nSky", "size": 3})
    titled(anna, anna.ask("first").read(), "Sky")


def test_an_answer_that_failed_half_way_is_followed_by_a_title(anna: Chat, upstream: Upstream) -> None:
    upstream.next({"text": "It is Rayleigh", "end": "close"}, {"text": "Blue skies"})
    answer = anna.ask("Why is the sky blue?").read()
    titled(anna, answer, "Blue skies")
    assert answer.end["status"] == "failed"
    assert "It is Rayleigh" in upstream.requests[1].body["messages"][1]["content"]


def test_an_answer_that_was_stopped_is_followed_by_a_title(anna: Chat, upstream: Upstream) -> None:
    upstream.next({"text": "It is Rayleigh", "gate": "never", "after": 1}, {"text": "Blue skies"})
    with anna.ask("Why is the sky blue?") as answer:
        anna.cancel(answer.until("It i").id)
        answer.read()
    titled(anna, answer, "Blue skies")
    assert answer.end["status"] == "cancelled"


def test_an_answer_without_text_is_not_the_first(anna: Chat, upstream: Upstream) -> None:
    upstream.next({"count": 0, "end": "close"}, {"text": "It is Rayleigh"}, {"text": "Blue skies"})
    silent = anna.ask("hello").read()
    answer = anna.ask("Why is the sky blue?", convGroupId=silent.ids["convGroupId"]).read()
    titled(anna, answer, "Blue skies")
    assert "Why is the sky blue?" in upstream.requests[2].body["messages"][1]["content"]


def test_what_continues_the_first_answer_asks_again_if_the_plain_title_stayed(anna: Chat, upstream: Upstream) -> None:
    upstream.next(
        {"text": "It is", "end": "close"}, {"text": ""}, {"text": " Rayleigh"}, {"text": "Blue skies"}, {"text": "no"}
    )
    answer = anna.ask("Why is the sky blue?").read()
    eventually(lambda: len(upstream.requests) == 2)
    anna.ask(None, parentConvId=answer.id, convGroupId=answer.ids["convGroupId"]).read()
    titled(anna, answer, "Blue skies")
    assert "It is Rayleigh" in upstream.requests[3].body["messages"][1]["content"]


def test_a_temporary_conversation_has_none(anna: Chat, upstream: Upstream) -> None:
    anna.ask("secret", temporary=True).read()
    other = anna.ask("open").read()
    titled(anna, other, "You said: <request")
    assert [len(record.body["messages"]) for record in upstream.requests] == [1, 1, 2]


def test_a_site_that_says_so_asks_for_none(alice: Chat, upstream: Upstream) -> None:
    answer = alice.ask("plain one").read()
    alice.ask("more", convGroupId=answer.ids["convGroupId"]).read()
    assert len(upstream.requests) == 2
    assert row(alice, answer)["title"] == "plain one"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Why the sky is blue", "Why the sky is blue"),
        ('"Why the sky is blue."', "Why the sky is blue"),
        ("# **Sky**\n\nIt is blue because", "Sky"),
        ("Title: Sky", "Sky"),
        ("标题：《天空为什么是蓝的》。", "天空为什么是蓝的"),
        ("\n\n  The `sky`  is __blue__\n", "The sky is blue"),
        ("What is C++?", "What is C++?"),
        ("**\n---\n", ""),
        ("a\u202eb\0c\ud800", "abc"),
        ("x" * 200, "x" * 79 + "…"),
    ],
)
def test_a_title_is_one_plain_line(said: str, title: str) -> None:
    assert cleaned(said) == title


@given(st.text(st.characters(exclude_categories=[])))
def test_whatever_a_model_says_fits_into_a_title(said: str) -> None:
    title = cleaned(said)
    assert len(title) <= LONGEST
    assert title == title.strip()
    assert "\n" not in title
    title.encode()
