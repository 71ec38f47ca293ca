"""GET /api/data: what is kept of whom."""

import pytest
from django.test import Client
from django.utils import timezone

from chatsite.accounts.models import User
from chatsite.conversations.models import Conversation, Message, Role
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def conversation(owner: User, messages: int = 0, **fields: object) -> Conversation:
    made = Conversation.objects.create(owner=owner, updated=timezone.now(), **fields)
    for number in range(messages):
        Message.objects.create(conversation=made, role=Role.USER, content=str(number))
    return made


def test_one_counts_ones_own_and_neither_what_is_deleted_nor_temporary() -> None:
    alice, bob = (User.objects.create_user(f"{name}@example.org", PASSWORD) for name in ("alice", "bob"))
    conversation(alice, 3).messages.filter(content="1").update(deleted=timezone.now())
    conversation(alice, 1)
    conversation(alice, 4, archived=True)
    conversation(alice, 9, temporary=True)
    conversation(alice, 9, deleted=timezone.now())
    conversation(bob, 9)
    client = Client()
    client.force_login(alice)
    assert client.get("/api/data").json() == {"conversations": 2, "archived": 1, "messages": 7}


def test_nobody_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/api/data").json()["code"] == 40101
