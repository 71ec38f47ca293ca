"""The messages of a conversation for the wire. Text that nobody asked for stays in the database.

Rows are read as plain values: of 2,000 messages, making model instances takes longer than all the rest.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models.functions import Length

from chatsite.conversations import wire
from chatsite.conversations.models import Attachment, Conversation, Message, Role, Status
from chatsite.conversations.tree import Node, Tree

Texts = dict[UUID, tuple[str, str]]
MESSAGE = ["id", "parent_id", "role", "status", "model", "finish_reason", "error", "usage", "timing"]
MORE = ["last_seq", "created", "rating__value", "rating__reason"]


def row(conversation: Conversation) -> wire.ConversationRow:
    return wire.row(conversation, _running(conversation))


def whole(conversation: Conversation) -> wire.Conversation:
    return wire.conversation(conversation, _running(conversation))


def messages(conversation: Conversation, most: int | None = None) -> list[wire.Message]:
    """All of its messages; with `most` only so many carry their text: the last ones of the branch on view."""
    rows = _rows(conversation)
    wanted = None if most is None else _shown(conversation, rows, most)
    return _written(conversation, rows, wanted)


def some(conversation: Conversation, ids: Collection[UUID]) -> list[wire.Message]:
    """Those of these messages that are in it, with their text."""
    return _written(conversation, _rows(conversation, id__in=ids), ids)


def nodes(conversation: Conversation) -> Tree:
    """The shape of the conversation, what is deleted included. Hold its row while something is to depend on it."""
    found = conversation.messages.order_by("id").values_list("id", "parent_id", "deleted", "status")
    return Tree(Node(key, parent, deleted, status == Status.IN_PROGRESS) for key, parent, deleted, status in found)


def _running(conversation: Conversation) -> bool:
    return conversation.messages.filter(status=Status.IN_PROGRESS, deleted=None).exists()


def _rows(conversation: Conversation, **which: Any) -> list[dict[str, Any]]:
    return list(conversation.messages.filter(deleted=None, **which).order_by("id").values(*MESSAGE, *MORE))


def _shown(conversation: Conversation, rows: list[dict[str, Any]], most: int) -> list[UUID]:
    tree = Tree(Node(row["id"], row["parent_id"]) for row in rows)
    return tree.branch(conversation.current_node, most)


def _written(
    conversation: Conversation, rows: list[dict[str, Any]], wanted: Collection[UUID] | None
) -> list[wire.Message]:
    texts = _texts(conversation, wanted)
    files = _attachments(conversation)
    return [_message(row, texts, files.get(row["id"], [])) for row in rows]


def _texts(conversation: Conversation, ids: Collection[UUID] | None) -> Texts:
    rows = conversation.messages.filter(deleted=None) if ids is None else Message.objects.filter(id__in=ids)
    return {key: (content, reasoning) for key, content, reasoning in rows.values_list("id", "content", "reasoning")}


def _attachments(conversation: Conversation) -> dict[UUID, list[wire.Attachment]]:
    """By message, in the order they were uploaded."""
    links = Attachment.messages.through.objects.filter(message__conversation=conversation)
    pairs = list(links.order_by("attachment_id").values_list("message_id", "attachment_id"))
    if not pairs:
        return {}
    found = Attachment.objects.filter(id__in=links.values("attachment_id")).defer("text")
    files = {file.id: wire.attachment(file, file.characters) for file in found.annotate(characters=Length("text"))}
    sent: dict[UUID, list[wire.Attachment]] = defaultdict(list)
    for message_id, file in pairs:
        sent[message_id].append(files[file])
    return sent


def _rating(row: dict[str, Any]) -> wire.Rating | None:
    value = row["rating__value"]
    return {"value": value, "reason": row["rating__reason"]} if value else None


def _message(row: dict[str, Any], texts: Texts, files: list[wire.Attachment]) -> wire.Message:
    running = row["status"] == Status.IN_PROGRESS
    content, reasoning = ("", "") if running else texts.get(row["id"], ("", ""))
    message: wire.Message = {
        "convId": row["id"],
        "parentConvId": row["parent_id"],
        "role": row["role"],
        "content": content,
        "reasoning": reasoning,
        "status": row["status"],
        "model": row["model"] or None,
        "usage": row["usage"],
        "finishReason": row["finish_reason"] or None,
        "error": row["error"],
        "timing": row["timing"],
        "rating": _rating(row),
        "attachments": files,
        "lastEventId": None if running or row["role"] == Role.USER else f"{row['id']}.{row['last_seq']}",
        "created": row["created"],
    }
    if not running and row["id"] not in texts:
        message["partial"] = True
    return message
