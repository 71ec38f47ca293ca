"""What a conversation begins with: its system prompt, its parameters, and that it is temporary."""

from typing import Any

import pytest

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


def test_parameters_it_began_with_go_on_counting_below_those_of_a_request(alice: Chat, upstream: Upstream) -> None:
    first = alice.ask("one", params={"temperature": 0.5, "seed": 7}).read()
    group = first.ids["convGroupId"]
    alice.ask("two", convGroupId=group, params={"temperature": 1}).read()
    alice.ask("three", convGroupId=group).read()
    sent = [{name: record.body.get(name) for name in ("temperature", "seed")} for record in upstream.requests]
    assert sent == [{"temperature": 0.5, "seed": 7}, {"temperature": 1, "seed": 7}, {"temperature": 0.5, "seed": 7}]


def test_a_temporary_conversation_is_one_from_its_beginning(alice: Chat) -> None:
    answer = alice.ask("one", temporary=True).read()
    assert alice.tree(answer.ids["convGroupId"])["temporary"] is True


@pytest.mark.parametrize("late", [{"system": SYSTEM}, {"temporary": True}])
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


@pytest.mark.parametrize("other", [{"system": "Be long."}, {"temporary": True}])
def test_another_beginning_is_another_request_for_the_same_key(alice: Chat, other: dict[str, Any]) -> None:
    body = {"request": "one", "system": SYSTEM, "stream": False}
    key = f"key {other}"
    assert alice.post(body, Idempotency_Key=key).status_code == 200
    assert alice.post(body, Idempotency_Key=key).status_code == 200
    assert alice.post(body | other, Idempotency_Key=key).json()["code"] == 42202
