"""A tree without the text that is not on view, the text of some messages, and what a reader thinks of an answer."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatsite.conversations.models import Attachment, Conversation, Message, Rating, Status
from tests.conversations.people import RANDOM, Person, grow, reply


@pytest.fixture
def turns(alice: Person) -> Conversation:
    """Three exchanges on view, and beside the first answer another one."""
    conversation = alice.conversation()
    asked, beside = grow(conversation, says=" 1")
    Message.objects.filter(id=beside.id).update(content="beside")
    answer = reply(conversation, asked, says=" 1")
    for number in (2, 3):
        _, answer = grow(conversation, parent=answer, says=f" {number}")
    return conversation


def contents(tree: dict[str, Any]) -> list[str]:
    return [message["content"] for message in tree["messages"]]


def test_a_tree_without_texts_asked_for_carries_all(alice: Person, turns: Conversation) -> None:
    tree = alice.call("GET", f"/{turns.id}").json()
    assert contents(tree) == ["question 1", "beside", "answer 1", "question 2", "answer 2", "question 3", "answer 3"]
    assert not any("partial" in message for message in tree["messages"])


@pytest.mark.parametrize("texts", [0, 1, 3, 6, 7, 1000])
def test_texts_are_those_of_the_end_of_the_branch_on_view(alice: Person, turns: Conversation, texts: int) -> None:
    whole = alice.call("GET", f"/{turns.id}").json()
    tree = alice.call("GET", f"/{turns.id}?texts={texts}").json()
    branch = [message["convId"] for message in whole["messages"] if message["content"] != "beside"]
    carried = branch[max(len(branch) - texts, 0) :]
    for message, full in zip(tree["messages"], whole["messages"], strict=True):
        if message["convId"] in carried:
            assert message == full
        else:
            assert message == full | {"content": "", "reasoning": "", "partial": True}


def test_text_that_is_not_asked_for_stays_in_the_database(alice: Person, turns: Conversation) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        alice.call("GET", f"/{turns.id}?texts=2")
    asked = [query["sql"] for query in few if "content" in query["sql"] and "conversations_message" in query["sql"]]
    assert len(asked) == 1
    assert " IN (" in asked[0]


@pytest.mark.parametrize("texts", ["-1", "1001", "x", "1.5", ""])
def test_a_wrong_number_of_texts_is_told(alice: Person, turns: Conversation, texts: str) -> None:
    refused = alice.call("GET", f"/{turns.id}?texts={texts}")
    assert (refused.status_code, refused.json()["code"]) == (422, 42201)


def test_a_running_answer_is_not_partial_it_is_in_its_stream(alice: Person, turns: Conversation) -> None:
    _, answer = grow(turns, Status.IN_PROGRESS)
    last = alice.call("GET", f"/{turns.id}?texts=0").json()["messages"][-1]
    assert last["convId"] == str(answer.id)
    assert (last["content"], last["lastEventId"], "partial" in last) == ("", None, False)


def test_some_messages_are_told_as_the_whole_tree_tells_them(alice: Person, turns: Conversation) -> None:
    whole = {message["convId"]: message for message in alice.call("GET", f"/{turns.id}").json()["messages"]}
    wanted = list(whole)[1:4]
    foreign = grow(alice.conversation())[1].id
    asked = ",".join([wanted[2], wanted[0], RANDOM, str(foreign), wanted[1], wanted[1]])
    found = alice.call("GET", f"/{turns.id}/messages?ids={asked}").json()
    assert found == {"messages": [whole[key] for key in wanted]}
    assert alice.call("GET", f"/{turns.id}/messages?ids={foreign}").json() == {"messages": []}


def test_deleted_messages_are_in_neither(alice: Person, turns: Conversation) -> None:
    leaf = turns.current_node
    alice.api("DELETE", f"/messages/{leaf}")
    assert str(leaf) not in str(alice.call("GET", f"/{turns.id}").json()["messages"])
    assert alice.call("GET", f"/{turns.id}/messages?ids={leaf}").json() == {"messages": []}


@pytest.mark.parametrize("ids", ["x", f"{RANDOM},x", f"{RANDOM}\0", ",".join([RANDOM] * 5000)])
def test_ids_that_are_none_are_told(alice: Person, turns: Conversation, ids: str) -> None:
    refused = alice.client.get(f"/api/conversations/{turns.id}/messages", {"ids": ids})
    assert (refused.status_code, refused.json()["code"]) == (422, 42201)


def test_a_hundred_are_asked_for_at_once_at_the_most(alice: Person, turns: Conversation) -> None:
    ids = [f"{RANDOM[:-3]}{number:03}" for number in range(101)]
    assert alice.call("GET", f"/{turns.id}/messages?ids={','.join(ids[:100])}").status_code == 200
    assert alice.call("GET", f"/{turns.id}/messages?ids={','.join(ids)}").json()["code"] == 42201
    assert alice.call("GET", f"/{turns.id}/messages?ids=").json() == {"messages": []}
    assert alice.call("GET", f"/{turns.id}/messages").json()["code"] == 42201


def test_files_are_told_with_the_messages_they_went_with(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    edited, _ = grow(conversation)
    kept = {"name": "a.txt", "type": "text/plain", "size": 7, "width": None, "height": None}
    file = Attachment.objects.create(owner=alice.user, text="四个汉字", characters=4, **kept)
    file.messages.add(asked, edited)
    told = {m["convId"]: m["attachments"] for m in alice.call("GET", f"/{conversation.id}?texts=0").json()["messages"]}
    assert told[str(asked.id)] == told[str(edited.id)] == [{"id": str(file.id), "characters": 4, **kept}]
    assert told[str(answer.id)] == []


def test_what_the_database_has_as_json_is_told_as_it_is(alice: Person) -> None:
    conversation = alice.conversation()
    _, answer = grow(conversation)
    told = {
        "usage": {"prompt_tokens": 3, "more": {"é": [1.5, None]}},
        "error": {"code": 50204, "msg": "wörds 字", "retryable": True},
        "timing": {"firstDelta": 0.25, "reasoning": None, "duration": 2},
    }
    Message.objects.filter(id=answer.id).update(**told)
    message = alice.call("GET", f"/{conversation.id}").json()["messages"][1]
    assert {name: message[name] for name in told} == told


def test_an_answer_is_rated_again_and_not_at_all(alice: Person) -> None:
    conversation = alice.conversation()
    _, answer = grow(conversation)

    def rate(value: int, *reason: str) -> Any:
        body = {"value": value, **({"reason": reason[0]} if reason else {})}
        rated = alice.api("PUT", f"/messages/{answer.id}/rating", body)
        assert rated.status_code == 200
        told = alice.call("GET", f"/{conversation.id}").json()["messages"][1]["rating"]
        assert told == rated.json()["rating"]
        return told

    assert rate(1) == {"value": 1, "reason": ""}
    assert rate(-1, "wr\0ong") == {"value": -1, "reason": "wrong"}
    assert rate(0) is None
    assert rate(0) is None
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": 2},
        {"value": None},
        {"value": True},
        {"value": "1"},
        {"value": 1.5},
        {"value": 1, "reason": "x" * 2001},
        {"value": 1, "reason": None},
        {"value": 1, "more": 1},
        [],
    ],
)
def test_a_wrong_rating_is_told(alice: Person, body: Any) -> None:
    _, answer = grow(alice.conversation())
    refused = alice.api("PUT", f"/messages/{answer.id}/rating", body)
    assert (refused.status_code, refused.json()["code"]) == (422, 42201)
    assert not Rating.objects.exists()


def test_what_the_user_wrote_is_not_rated(alice: Person) -> None:
    asked, _ = grow(alice.conversation())
    assert alice.api("PUT", f"/messages/{asked.id}/rating", {"value": 1}).json()["code"] == 42204
