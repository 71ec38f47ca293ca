"""Open pages are told of every change that they show."""

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from chatsite.conversations.models import Conversation, Folder, Message, Role
from tests.live.conftest import Somebody

CHANGES: list[tuple[str, str, Any]] = [
    ("PATCH", "conversations/{group}", {"version": 1, "pinned": True}),
    ("DELETE", "conversations/{group}", None),
    ("POST", "conversations/{gone}/restore", None),
    ("DELETE", "messages/{answer}", None),
    ("POST", "messages/{lost}/restore", None),
    ("PUT", "messages/{answer}/rating", {"value": 1}),
    ("POST", "conversations/{group}/fork", {"convId": "{answer}"}),
    ("POST", "folders", {"name": "new"}),
    ("PATCH", "folders/{folder}", {"name": "new"}),
    ("DELETE", "folders/{folder}", None),
]


def grown(somebody: Somebody) -> dict[str, Any]:
    """Ids of a conversation, a deleted one, an answer, a deleted one, a folder."""
    now = timezone.now()
    group, gone = (Conversation.objects.create(owner=somebody.user, updated=now, deleted=at) for at in (None, now))
    answer, lost = (Message.objects.create(conversation=group, role=Role.ASSISTANT, deleted=at) for at in (None, now))
    folder = Folder.objects.create(owner=somebody.user, name="work")
    return {"group": group.id, "gone": gone.id, "answer": answer.id, "lost": lost.id, "folder": folder.id}


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
async def test_a_change_is_told_to_its_user_alone(
    alice: Somebody, bob: Somebody, method: str, path: str, body: Any
) -> None:
    ids = await sync_to_async(grown)(alice)
    filled = {key: value.format(**ids) if isinstance(value, str) else value for key, value in (body or {}).items()}
    page, theirs = alice.connect(), bob.connect()
    assert (await page.connect())[0]
    assert (await theirs.connect())[0]
    done = await sync_to_async(alice.client.generic)(
        method, f"/api/{path.format(**ids)}", json.dumps(filled), "application/json"
    )
    assert done.status_code in (200, 201, 204)
    hint = await page.receive_json_from(timeout=60)
    if path.startswith("folders"):
        assert hint == {"type": "folders.changed"}
    else:
        row = done.json() if done.content else {}
        told = row.get("convGroupId", str(ids["gone"] if "gone" in path else ids["group"]))
        assert (hint["type"], hint["convGroupId"]) == ("conversation.changed", told)
        if path.endswith("rating"):
            assert "version" not in hint  # a page would take the one it knows for no news
        else:
            assert hint["version"] == row.get("version", hint["version"])
    assert await theirs.receive_nothing()
    await page.disconnect()
    await theirs.disconnect()
