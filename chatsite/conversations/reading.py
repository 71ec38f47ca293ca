"""The messages of a conversation for the wire. Text that nobody asked for stays in the database.

By hand, from the driver's rows to what is encoded: of 2,000 messages, the ORM's and the schema's conversions take
several times as long as all the rest. Keys of rows are as the driver returns them: hexadecimal on SQLite.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from chatsite import sql
from chatsite.conversations import wire
from chatsite.conversations.models import Attachment, Conversation, Message, Rating, Role, Status
from chatsite.conversations.tree import Node, Tree

Row = tuple[Any, ...]
Texts = dict[Any, tuple[str, str]]

_SHORT = f"""SELECT m.id, m.parent_id, m.role, m.status, m.model, m.finish_reason, m.error, m.usage, m.timing,
    m.last_seq, m.created, r.value, r.reason
    FROM {Message._meta.db_table} m LEFT JOIN {Rating._meta.db_table} r ON r.message_id = m.id"""
_TOLD = ("name", "type", "size", "width", "height", "characters")  # of a file, its text not: it may be long
_LONG = f"SELECT m.id, m.content, m.reasoning FROM {Message._meta.db_table} m"


def row(conversation: Conversation) -> wire.ConversationRow:
    return wire.row(conversation, _running(conversation))


def whole(conversation: Conversation) -> wire.Conversation:
    return wire.conversation(conversation, _running(conversation))


def tree(conversation: Conversation, most: int | None = None) -> dict[str, Any]:
    """`wire.Tree`, ready to be encoded; with `most` only the last so many messages on view carry their text."""
    rows = _select(_SHORT, conversation)
    running = any(status == Status.IN_PROGRESS for _, _, _, status, *_ in rows)
    wanted = None if most is None else _shown(conversation, rows, most)
    return {**wire.conversation(conversation, running), "messages": _written(conversation, rows, wanted)}


def some(conversation: Conversation, ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Those of these messages that are in it, with their text: `wire.Message`, ready to be encoded."""
    keys = [sql.key(message_id) for message_id in ids]
    return _written(conversation, _select(_SHORT, conversation, keys), keys)


def nodes(conversation: Conversation) -> Tree:
    """The shape of the conversation, what is deleted included. Hold its row while something is to depend on it."""
    found = conversation.messages.order_by("id").values_list("id", "parent_id", "deleted", "status")
    return Tree(Node(key, parent, deleted, status == Status.IN_PROGRESS) for key, parent, deleted, status in found)


def _running(conversation: Conversation) -> bool:
    return conversation.messages.filter(status=Status.IN_PROGRESS, deleted=None).exists()


def _select(columns: str, conversation: Conversation, keys: Collection[Any] | None = None) -> list[Row]:
    """Rows of its messages, or of these alone, in the order they were made."""
    which = "" if keys is None else f" AND m.id IN ({', '.join(['%s'] * len(keys)) or 'NULL'})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{columns} WHERE m.conversation_id = %s AND m.deleted IS NULL{which} ORDER BY m.id",
            [sql.key(conversation.id), *(keys or [])],
        )
        return list(cursor.fetchall())


def _shown(conversation: Conversation, rows: list[Row], most: int) -> list[Any]:
    leaf = conversation.current_node
    return Tree(Node(key, parent) for key, parent, *_ in rows).branch(leaf and sql.key(leaf), most)


def _written(conversation: Conversation, rows: list[Row], wanted: Collection[Any] | None) -> list[dict[str, Any]]:
    texts = {key: (content, reasoning) for key, content, reasoning in _select(_LONG, conversation, wanted)}
    files = _attachments(conversation, {row[0] for row in rows})
    return [_message(row, texts, files) for row in rows]


def _attachments(conversation: Conversation, messages: Collection[Any]) -> dict[Any, list[wire.Attachment]]:
    """Of these messages of it: by message, in the order they were uploaded."""
    links = Attachment.messages.through.objects.filter(message__conversation=conversation).order_by("attachment_id")
    pairs = [(sql.key(message_id), file) for message_id, file in links.values_list("message_id", "attachment_id")]
    wanted = [(message, file) for message, file in pairs if message in messages]
    found = Attachment.objects.filter(id__in={file for _, file in wanted}).only(*_TOLD)
    files = {file.id: wire.attachment(file) for file in found}
    sent: dict[Any, list[wire.Attachment]] = defaultdict(list)
    for message, file in wanted:
        if file in files:
            sent[message].append(files[file])
    return sent


def _message(row: Row, texts: Texts, files: dict[Any, list[wire.Attachment]]) -> dict[str, Any]:
    """`wire.Message`. Of a running answer neither text nor cursor: who follows it from the start misses nothing."""
    key, parent, role, status, model, finish_reason, error, usage, timing, last_seq, created, value, reason = row
    running = status == Status.IN_PROGRESS
    content, reasoning = ("", "") if running else texts.get(key, ("", ""))
    conv_id = _id(key)
    message = {
        "convId": conv_id,
        "parentConvId": parent and _id(parent),
        "role": role,
        "content": content,
        "reasoning": reasoning,
        "status": status,
        "model": model or None,
        "usage": _json(usage),
        "finishReason": finish_reason or None,
        "error": _json(error),
        "timing": _json(timing),
        "rating": {"value": value, "reason": reason} if value else None,
        "attachments": files.get(key, []),
        "lastEventId": None if running or role == Role.USER else f"{conv_id}.{last_seq}",
        "created": _instant(created),
    }
    if not running and key not in texts:
        message["partial"] = True
    return message


def _id(key: Any) -> str:
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}" if isinstance(key, str) else str(key)


def _json(text: str | None) -> msgspec.Raw | None:
    """As the database has it: it is JSON already."""
    return None if text is None else msgspec.Raw(text.encode())


def _instant(created: datetime) -> datetime:
    return created if created.tzinfo else created.replace(tzinfo=UTC)
