"""Who tries everything in this room: the owner, a colleague, a stranger, keys of either scope."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from chatsite.accounts.models import ApiKey, Scope, User
from chatsite.conversations.models import Conversation, Message, Role, Status

RANDOM = "018f3a00-0000-7000-8000-000000000001"


class Person:
    """Somebody signed in."""

    def __init__(self, name: str) -> None:
        self.user = User.objects.create_user(f"{name}@example.org")
        self.client = Client()
        self.client.force_login(self.user)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """The response; `.json()` is what it says. `path` begins below /api."""
        return _call(self.client, method, path, body)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The same below /api/conversations."""
        return self.api(method, f"/conversations{path}", body)

    def conversation(self, title: str = "a title", age: int = 0, **fields: Any) -> Conversation:
        updated = timezone.now() - timedelta(minutes=age)
        return Conversation.objects.create(owner=self.user, title=title, updated=updated, **fields)


class Program:
    """Somebody's API key."""

    def __init__(self, owner: Person, *scopes: Scope) -> None:
        _, self._secret = ApiKey.objects.issue(owner.user, "a key", scopes, None)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        return _call(Client(headers={"Authorization": f"Bearer {self._secret}"}), method, path, body)


class Nobody:
    """Not signed in."""

    def api(self, method: str, path: str, body: Any = None) -> Any:
        return _call(Client(), method, path, body)


def grow(
    conversation: Conversation, status: str = Status.COMPLETED, parent: Message | None = None, says: str = ""
) -> tuple[Message, Message]:
    """A question and its answer, which is on view from now on."""
    asked = Message.objects.create(conversation=conversation, parent=parent, role=Role.USER, content=f"question{says}")
    answer = reply(conversation, asked, status, says)
    return asked, answer


def reply(conversation: Conversation, asked: Message, status: str = Status.COMPLETED, says: str = "") -> Message:
    """Another answer to the same question, on view from now on."""
    answer = Message.objects.create(
        conversation=conversation, parent=asked, role=Role.ASSISTANT, content=f"answer{says}", status=status, last_seq=3
    )
    conversation.current_node = answer.id
    conversation.save(update_fields=["current_node"])
    return answer


def _call(client: Client, method: str, path: str, body: Any) -> Any:
    data = "" if body is None else json.dumps(body)
    return client.generic(method, f"/api{path}", data, "application/json")
