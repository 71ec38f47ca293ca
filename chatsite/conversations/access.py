"""The only door from (user, id) to a row. What is somebody else's and what does not exist look the same: 404."""

from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from chatsite import sql
from chatsite.conversations.models import Conversation, Message, Status
from chatsite.errors import not_found

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


def conversations(user_id: UUID) -> QuerySet[Conversation]:
    """The user's own, newest first."""
    return Conversation.objects.filter(owner_id=user_id).order_by("-updated", "-id")


class Running(TypedDict):
    in_progress: bool


def listed(user_id: UUID) -> "QuerySet[WithAnnotations[Conversation, Running]]":
    """The same, each with `in_progress`: whether an answer is running in it."""
    running = Message.objects.filter(conversation=OuterRef("pk"), status=Status.IN_PROGRESS)
    return conversations(user_id).annotate(in_progress=Exists(running))


def conversation(user_id: UUID, conversation_id: UUID, *, lock: bool = False) -> Conversation:
    """One conversation; with `lock` its row is held until the transaction ends."""
    held = "FOR UPDATE" if lock and connection.vendor == "postgresql" else ""  # SQLite has begun with BEGIN IMMEDIATE
    found = sql.first(
        Conversation,
        f"""SELECT {sql.columns(Conversation, "c")} FROM {Conversation._meta.db_table} c
            WHERE c.owner_id = %s AND c.id = %s {held}""",
        [sql.key(user_id), sql.key(conversation_id)],
    )
    if found is None:
        raise not_found()
    return found


def message(user_id: UUID, message_id: UUID, *, text: bool = True) -> Message:
    """One message of a conversation of the user's own; without `text` what it says, maybe megabytes, is not fetched."""
    rows = Message.objects if text else Message.objects.defer("content", "reasoning")
    found = rows.filter(conversation__owner_id=user_id, id=message_id).first()
    if found is None:
        raise not_found()
    return found
