"""What a conversation begins with: its system prompt, its parameters, and that it is temporary."""

from typing import Any

import pytest

from chatsite.generation.params import LIMITS, merged
from tests.chat import Chat
from tests.upstream import Upstream

SYSTEM = "You are terse. 你好"


def test_the_system_prompt_is_before_all_messages_of_every_question(alice: Chat, upstream: Upstream) -> None:
    first = alice.ask("one", system=SYSTEM).read()
    alice.ask("two", convGroupId=first.ids["convGroupId"]).read()
    for record in upstream.requests:
        roles = [message["role"] for message in record.body["messages"]]
        assert roles == ["system", "user", "assistant", "user"][: len(roles)]
        assert record.body["messages"][0]["content"] == SYSTEM
    assert "messages" in upstream.requests[1].body


def test_without_one_nothing_stands_before_the_question(alice: Chat, upstream: Upstream) -> None:
    alice.ask("one").read()
    assert [message["role"] for message in upstream.requests[0].body["messages"]] == ["user"]


def _sent(upstream: Upstream, *names: str) -> list[dict[str, Any]]:
    """These parameters of each request."""
    return [{name: record.body[name] for name in names if name in record.body} for record in upstream.requests]


def test_parameters_of_a_conversation_count_below_those_of_a_call(alice: Chat, upstream: Upstream) -> None:
    first = alice.ask("one", conversationParams={"temperature": 0.5, "seed": 7}).read()
    group = first.ids["convGroupId"]
    alice.ask("two", convGroupId=group, params={"temperature": 1, "seed": None}).read()
    alice.ask("three", convGroupId=group).read()
    begun_with = {"temperature": 0.5, "seed": 7}
    assert _sent(upstream, "temperature", "seed") == [begun_with, {"temperature": 1}, begun_with]
    assert alice.tree(group)["params"] == begun_with


def test_parameters_of_a_call_are_for_that_call(alice: Chat, upstream: Upstream) -> None:
    first = alice.ask("one", params={"max_tokens": 16}).read()
    group = first.ids["convGroupId"]
    alice.ask("two", convGroupId=group).read()
    assert _sent(upstream, "max_tokens") == [{"max_tokens": 16}, {}]
    assert alice.tree(group)["params"] == {}


def test_the_two_limits_of_tokens_replace_each_other(alice: Chat, upstream: Upstream) -> None:
    body: dict[str, Any] = {"conversationParams": {"max_tokens": 16}, "params": {"max_completion_tokens": 9}}
    alice.ask("one", **body).read()
    assert _sent(upstream, *LIMITS) == [{"max_completion_tokens": 9}]


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        ([{"seed": 1, "stop": "."}, {"seed": 2}], {"seed": 2, "stop": "."}),
        ([{"seed": 1}, {"seed": None}], {}),
        ([{"seed": 1}, {"seed": None}, {"seed": 3}], {"seed": 3}),
        ([{"max_completion_tokens": 5}, {}, {"max_tokens": 6}], {"max_tokens": 6}),
        ([{"max_completion_tokens": 5}, {"max_tokens": None}], {"max_completion_tokens": 5}),
    ],
)
def test_layers_of_parameters(layers: list[dict[str, Any]], found: dict[str, Any]) -> None:
    assert merged(*layers) == found


def test_a_temporary_conversation_is_one_from_its_beginning(alice: Chat) -> None:
    answer = alice.ask("one", temporary=True).read()
    assert alice.tree(answer.ids["convGroupId"])["temporary"] is True


@pytest.mark.parametrize("late", [{"system": SYSTEM}, {"temporary": True}, {"conversationParams": {"seed": 7}}])
def test_what_only_a_new_conversation_takes_is_refused_later(alice: Chat, late: dict[str, Any]) -> None:
    first = alice.ask("one").read()
    before = alice.versions()
    refused = alice.post({"request": "two", "convGroupId": first.ids["convGroupId"], **late})
    assert (refused.status_code, refused.json()["code"]) == (422, 42201)
    assert next(iter(late)) in refused.json()["msg"]
    assert alice.versions() == before


@pytest.mark.parametrize("wrong", [{"system": "x" * 20_001}, {"system": "\0"}, {"system": 1}, {"temporary": "yes"}])
def test_wrong_ones_are_refused(alice: Chat, wrong: dict[str, Any]) -> None:
    assert alice.post({"request": "one", **wrong}).json()["code"] == 42201


@pytest.mark.parametrize("other", [{"system": "Be long."}, {"temporary": True}, {"conversationParams": {"seed": 7}}])
def test_another_beginning_is_another_request_for_the_same_key(alice: Chat, other: dict[str, Any]) -> None:
    body = {"request": "one", "system": SYSTEM, "stream": False}
    key = f"key {other}"
    assert alice.post(body, Idempotency_Key=key).status_code == 200
    assert alice.post(body, Idempotency_Key=key).status_code == 200
    assert alice.post(body | other, Idempotency_Key=key).json()["code"] == 42202
