"""Deleting with a way back: what goes, what comes back, what is shown then, and when nothing comes back any more."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from chatsite.conversations import trash
from chatsite.conversations.models import Conversation, Message, Rating, Status
from chatsite.conversations.signals import closing
from tests.conversations.people import RANDOM, Person, grow, reply


def ids(person: Person, conversation: Conversation) -> set[str]:
    """What is in the tree."""
    tree = person.call("GET", f"/{conversation.id}").json()
    return {message["convId"] for message in tree["messages"]}


def back_dated(row: Conversation | Message, seconds: int) -> None:
    """As if it had been deleted so long ago."""
    type(row)._default_manager.filter(pk=row.pk).update(deleted=timezone.now() - timedelta(seconds=seconds))


def test_a_deleted_conversation_is_nowhere_and_comes_back_whole(alice: Person) -> None:
    conversation = alice.conversation()
    _, answer = grow(conversation)
    before = alice.call("GET", f"/{conversation.id}").json()
    assert alice.call("DELETE", f"/{conversation.id}").status_code == 204
    gone = [
        alice.call("GET", f"/{conversation.id}"),
        alice.call("GET", f"/{conversation.id}/messages?ids={answer.id}"),
        alice.call("PATCH", f"/{conversation.id}", {"version": 2, "title": "x"}),
        alice.call("DELETE", f"/{conversation.id}"),
        alice.api("DELETE", f"/messages/{answer.id}"),
        alice.api("PUT", f"/messages/{answer.id}/rating", {"value": 1}),
        alice.api("GET", f"/chat/{answer.id}"),
    ]
    assert {response.status_code for response in gone[:-1]} == {404}
    assert alice.call("GET", "").json()["conversations"] == []
    restored = alice.call("POST", f"/{conversation.id}/restore").json()
    assert restored["version"] == 3
    assert alice.call("GET", f"/{conversation.id}").json() == before | {"version": 3}
    assert alice.call("POST", f"/{conversation.id}/restore").status_code == 404


def test_after_a_minute_nothing_comes_back(alice: Person) -> None:
    conversation, kept = alice.conversation(), alice.conversation()
    asked, _ = grow(kept)
    alice.call("DELETE", f"/{conversation.id}")
    alice.api("DELETE", f"/messages/{asked.id}")
    back_dated(conversation, 61)
    back_dated(asked, 61)
    assert alice.call("POST", f"/{conversation.id}/restore").status_code == 404
    assert alice.api("POST", f"/messages/{asked.id}/restore").status_code == 404


def test_a_message_goes_with_all_below_it_and_nothing_beside(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    below = grow(conversation, parent=answer)
    other = reply(conversation, asked)
    row = alice.api("DELETE", f"/messages/{answer.id}").json()
    assert (row["version"], row["currentNode"]) == (2, str(other.id))
    assert ids(alice, conversation) == {str(asked.id), str(other.id)}
    assert alice.api("DELETE", f"/messages/{below[0].id}").status_code == 404


def test_the_newest_leaf_beside_what_was_deleted_is_shown_then(alice: Person) -> None:
    conversation = alice.conversation()
    asked, first = grow(conversation)
    _, leaf = grow(conversation, parent=first)
    elsewhere = grow(conversation)[1]
    second = reply(conversation, asked)
    assert alice.api("DELETE", f"/messages/{second.id}").json()["currentNode"] == str(leaf.id)
    assert alice.api("DELETE", f"/messages/{leaf.id}").json()["currentNode"] == str(leaf.parent_id)
    assert alice.api("DELETE", f"/messages/{first.id}").json()["currentNode"] == str(asked.id)
    assert alice.api("DELETE", f"/messages/{asked.id}").json()["currentNode"] == str(elsewhere.id)


def test_a_branch_that_is_not_on_view_goes_unseen(alice: Person) -> None:
    conversation = alice.conversation()
    asked, first = grow(conversation)
    second = reply(conversation, asked)
    assert alice.api("DELETE", f"/messages/{first.id}").json()["currentNode"] == str(second.id)


def test_a_conversation_without_its_last_message_stays_empty(alice: Person) -> None:
    conversation = alice.conversation()
    asked, _ = grow(conversation)
    assert alice.api("DELETE", f"/messages/{asked.id}").json()["currentNode"] is None
    tree = alice.call("GET", f"/{conversation.id}").json()
    assert (tree["messages"], tree["currentNode"]) == ([], None)
    assert len(alice.call("GET", "").json()["conversations"]) == 1


def test_what_comes_back_is_what_went_and_it_is_shown(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    _, leaf = grow(conversation, parent=answer)
    before = ids(alice, conversation)
    reply(conversation, asked)
    alice.api("DELETE", f"/messages/{answer.id}")
    row = alice.api("POST", f"/messages/{answer.id}/restore").json()
    assert (row["version"], row["currentNode"]) == (3, str(leaf.id))
    assert before < ids(alice, conversation)
    assert alice.api("POST", f"/messages/{answer.id}/restore").status_code == 404


def test_what_was_deleted_before_by_itself_stays_deleted(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    question, leaf = grow(conversation, parent=answer)
    alice.api("DELETE", f"/messages/{leaf.id}")
    alice.api("DELETE", f"/messages/{asked.id}")
    assert alice.api("POST", f"/messages/{leaf.id}/restore").status_code == 404  # what it stood under is not there
    assert alice.api("POST", f"/messages/{answer.id}/restore").status_code == 404
    assert alice.api("POST", f"/messages/{asked.id}/restore").json()["currentNode"] == str(question.id)
    assert ids(alice, conversation) == {str(asked.id), str(answer.id), str(question.id)}
    assert alice.api("POST", f"/messages/{leaf.id}/restore").json()["currentNode"] == str(leaf.id)


def test_only_a_deleted_message_is_restored(alice: Person) -> None:
    conversation = alice.conversation()
    asked, _ = grow(conversation)
    for message in (asked.id, RANDOM):
        assert alice.api("POST", f"/messages/{message}/restore").status_code == 404
    alice.api("DELETE", f"/messages/{asked.id}")
    alice.call("DELETE", f"/{conversation.id}")
    assert alice.api("POST", f"/messages/{asked.id}/restore").status_code == 404


def test_a_branch_is_not_opened_at_a_deleted_end(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    alice.api("DELETE", f"/messages/{answer.id}")
    refused = alice.call("PATCH", f"/{conversation.id}", {"version": 2, "currentNode": str(answer.id)})
    assert refused.json()["code"] == 42201
    assert alice.call("PATCH", f"/{conversation.id}", {"version": 2, "currentNode": str(asked.id)}).status_code == 200


def test_who_writes_below_a_deleted_message_is_told(alice: Person) -> None:
    conversation = alice.conversation()
    asked, done = grow(conversation)
    running = reply(conversation, asked, Status.IN_PROGRESS)
    elsewhere = grow(conversation, Status.IN_PROGRESS)[1]
    told: list[UUID] = []

    def tell(message_ids: list[UUID], **_: Any) -> None:
        told.extend(message_ids)

    closing.connect(tell)
    try:
        alice.api("DELETE", f"/messages/{done.id}")
        assert told == []
        row = alice.api("DELETE", f"/messages/{asked.id}").json()
        assert (told, row["inProgress"]) == ([running.id], True)
        alice.api("DELETE", f"/messages/{elsewhere.id}")
        assert told == [running.id, elsewhere.id]
    finally:
        closing.disconnect(tell)
    assert alice.call("GET", "").json()["conversations"][0]["inProgress"] is False


def everything() -> int:
    return Conversation.objects.count() + Message.objects.count() + Rating.objects.count()


def test_the_purge_takes_what_nobody_can_restore_any_more_and_nothing_else(alice: Person) -> None:
    old, new, kept = alice.conversation(), alice.conversation(), alice.conversation()
    for conversation in (old, new, kept):
        _, answer = grow(conversation)
        alice.api("PUT", f"/messages/{answer.id}/rating", {"value": 1})
    _, leaf = grow(kept, parent=answer)
    for conversation in (old, new):
        alice.call("DELETE", f"/{conversation.id}")
    alice.api("DELETE", f"/messages/{leaf.id}")
    trash.purge()
    assert everything() == 3 + 8 + 3
    back_dated(old, 75)
    back_dated(leaf, 75)
    trash.purge()
    assert everything() == 2 + 5 + 2
    assert alice.call("POST", f"/{new.id}/restore").status_code == 200
    assert len(ids(alice, kept)) == 3


def test_a_temporary_one_is_gone_for_good_when_it_is_deleted(alice: Person) -> None:
    conversation = alice.conversation(temporary=True)
    grow(conversation)
    alice.call("DELETE", f"/{conversation.id}")
    assert alice.call("POST", f"/{conversation.id}/restore").status_code == 404
    trash.purge()
    assert everything() == 0


def test_a_temporary_one_goes_a_day_after_the_last_request(alice: Person) -> None:
    old, new = alice.conversation(temporary=True, age=24 * 60 + 1), alice.conversation(temporary=True, age=24 * 60 - 1)
    lasting = alice.conversation(age=100 * 24 * 60)
    for conversation in (old, new, lasting):
        grow(conversation)
    trash.purge()
    trash.purge()
    assert set(Conversation.objects.all()) == {new, lasting}
    assert Message.objects.count() == 4


def test_the_purge_waits_for_what_is_still_being_written(alice: Person) -> None:
    conversation = alice.conversation()
    _, answer = grow(conversation, Status.IN_PROGRESS)
    alice.call("DELETE", f"/{conversation.id}")
    back_dated(conversation, 3600)
    trash.purge()
    assert everything() == 3
    Message.objects.filter(id=answer.id).update(status=Status.CANCELLED)
    trash.purge()
    assert everything() == 0


def test_a_branch_longer_than_a_piece_is_purged_piece_by_piece(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "PIECE", 7)
    conversation = alice.conversation()
    top, parent = grow(conversation)
    for _ in range(20):
        _, parent = grow(conversation, parent=parent)
    alice.api("DELETE", f"/messages/{top.id}")
    assert ids(alice, conversation) == set()
    Message.objects.update(deleted=datetime.fromtimestamp(0, tz=timezone.get_default_timezone()))
    counts = []
    while Message.objects.exists():
        trash.purge()
        counts.append(Message.objects.count())
    assert counts == [35, 28, 21, 14, 7, 0]
    assert Conversation.objects.count() == 1
