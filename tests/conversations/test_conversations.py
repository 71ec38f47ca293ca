"""List, open, rename, delete; three people, stale devices, wrong input."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from chatsite.accounts.models import User
from chatsite.conversations.models import Conversation, Message, Role, Status
from chatsite.conversations.signals import closing

pytestmark = pytest.mark.django_db
RANDOM = "018f3a00-0000-7000-8000-000000000001"


class Person:
    """Somebody signed in."""

    def __init__(self, name: str) -> None:
        self.user = User.objects.create_user(f"{name}@example.org")
        self.client = Client()
        self.client.force_login(self.user)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The response; `.json()` is what it says."""
        data = "" if body is None else json.dumps(body)
        return self.client.generic(method, f"/api/conversations{path}", data, "application/json")

    def conversation(self, title: str = "a title", age: int = 0) -> Conversation:
        updated = timezone.now() - timedelta(minutes=age)
        return Conversation.objects.create(owner=self.user, title=title, updated=updated)


@pytest.fixture
def alice() -> Person:
    return Person("alice")


@pytest.fixture
def bob(alice: Person) -> Person:
    return Person("bob")


def grow(conversation: Conversation, status: str = Status.COMPLETED) -> tuple[Message, Message]:
    """A question and its answer."""
    asked = Message.objects.create(conversation=conversation, role=Role.USER, content="question")
    answer = Message.objects.create(
        conversation=conversation, parent=asked, role=Role.ASSISTANT, content="answer", status=status, last_seq=3
    )
    return asked, answer


def test_the_list_is_newest_first_in_pages_and_ones_own(alice: Person, bob: Person) -> None:
    bob.conversation("not yours")
    titles = [f"number {age}" for age in range(120)]
    for age, title in enumerate(titles):
        alice.conversation(title, age)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = alice.call("GET", f"?cursor={cursor}").json()
        seen += [row["title"] for row in page["conversations"]]
        cursor = page["nextCursor"]
    assert seen == titles


def test_conversations_of_the_same_instant_are_on_one_page_each(alice: Person) -> None:
    now = timezone.now()
    for _ in range(60):
        Conversation.objects.create(owner=alice.user, updated=now)
    first = alice.call("GET", "").json()
    second = alice.call("GET", f"?cursor={first['nextCursor']}").json()
    ids = [row["convGroupId"] for row in first["conversations"] + second["conversations"]]
    assert len(set(ids)) == len(ids) == 60


@pytest.mark.parametrize("cursor", ["x", "1_2", f"nan_{RANDOM}", f"1e300_{RANDOM}", f"{RANDOM}", "_"])
def test_a_cursor_that_is_none_of_ours_is_refused(alice: Person, cursor: str) -> None:
    assert alice.call("GET", f"?cursor={cursor}").json()["code"] == 40003


def test_the_tree_has_every_message_and_where_it_hangs(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    tree = alice.call("GET", f"/{conversation.id}").json()
    assert [(m["convId"], m["parentConvId"], m["role"]) for m in tree["messages"]] == [
        (str(asked.id), None, "user"),
        (str(answer.id), str(asked.id), "assistant"),
    ]
    assert tree["messages"][0]["lastEventId"] is None
    assert tree["messages"][1]["lastEventId"] == f"{answer.id}.3"
    assert tree["inProgress"] is False


def test_what_a_running_answer_said_is_in_its_stream_alone(alice: Person) -> None:
    conversation = alice.conversation()
    grow(conversation, Status.IN_PROGRESS)
    tree = alice.call("GET", f"/{conversation.id}").json()
    assert (tree["messages"][1]["content"], tree["messages"][1]["lastEventId"]) == ("", None)
    assert tree["inProgress"] is True


def test_it_is_renamed_and_its_version_rises(alice: Person) -> None:
    conversation = alice.conversation()
    row = alice.call("PATCH", f"/{conversation.id}", {"title": " a new one\u0000 ", "version": 1}).json()
    assert (row["title"], row["version"]) == ("a new one", 2)


def test_a_stale_device_overwrites_nothing(alice: Person) -> None:
    conversation = alice.conversation()
    alice.call("PATCH", f"/{conversation.id}", {"title": "first", "version": 1})
    stale = alice.call("PATCH", f"/{conversation.id}", {"title": "second", "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, 40902)
    conversation.refresh_from_db()
    assert conversation.title == "first"


def test_another_branch_is_opened_by_its_leaf(alice: Person) -> None:
    conversation = alice.conversation()
    asked, answer = grow(conversation)
    row = alice.call("PATCH", f"/{conversation.id}", {"currentNode": str(answer.id), "version": 1}).json()
    assert row["currentNode"] == str(answer.id)
    for wrong in (asked.id, grow(alice.conversation())[1].id, UUID(RANDOM)):
        refused = alice.call("PATCH", f"/{conversation.id}", {"currentNode": str(wrong), "version": 2})
        assert refused.json()["code"] == 42201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"version": 1},
        {"title": "mine", "version": True},
        {"title": "mine", "version": "1"},
        {"title": "x"},
        {"title": "", "version": 1},
        {"title": "\u0000", "version": 1},
        {"title": "x" * 201, "version": 1},
        {"title": "x", "version": "1.5"},
        {"title": "x", "version": -1},
        {"title": "x", "version": 1, "owner": 2},
        [],
    ],
)
def test_a_wrong_change_is_told_and_changes_nothing(alice: Person, body: Any) -> None:
    conversation = alice.conversation()
    refused = alice.call("PATCH", f"/{conversation.id}", body)
    assert (refused.status_code, refused.json()["code"]) == (422, 42201)
    conversation.refresh_from_db()
    assert (conversation.title, conversation.version) == ("a title", 1)


def test_deleting_tells_who_still_writes_and_leaves_nothing(alice: Person) -> None:
    conversation = alice.conversation()
    _, answer = grow(conversation, Status.IN_PROGRESS)
    told: list[UUID] = []

    def tell(message_ids: list[UUID], **_: Any) -> None:
        told.extend(message_ids)

    closing.connect(tell)
    try:
        assert alice.call("DELETE", f"/{conversation.id}").status_code == 204
    finally:
        closing.disconnect(tell)
    assert told == [answer.id]
    assert not Message.objects.exists()
    assert alice.call("DELETE", f"/{conversation.id}").status_code == 404


def test_what_is_anothers_is_not_there(alice: Person, bob: Person) -> None:
    conversation = alice.conversation()
    for method, body in (("GET", None), ("PATCH", {"title": "mine", "version": 1}), ("DELETE", None)):
        theirs = bob.call(method, f"/{conversation.id}", body)
        missing = bob.call(method, f"/{uuid7()}", body)
        assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json()) == (404, theirs.json())
        assert Client().generic(method, f"/api/conversations/{conversation.id}").status_code == 401
    conversation.refresh_from_db()
    assert conversation.title == "a title"
