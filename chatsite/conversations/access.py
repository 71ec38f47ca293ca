"""The only door from (user, id) to a row. What is somebody else's, deleted, or never was looks the same: 404."""

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from chatsite import sql
from chatsite.conversations.models import Attachment, Conversation, Folder, Message, Prompt, Status
from chatsite.errors import not_found

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

UNDO = timedelta(minutes=1)  # how long what was deleted can be restored


def conversations(user_id: UUID) -> QuerySet[Conversation]:
    """The user's own that are not deleted, newest first."""
    return Conversation.objects.filter(owner_id=user_id, deleted=None).order_by("-updated", "-id")


class Running(TypedDict):
    in_progress: bool


def listed(user_id: UUID) -> "QuerySet[WithAnnotations[Conversation, Running]]":
    """The same, each with `in_progress`: whether an answer is running in it."""
    running = Message.objects.filter(conversation=OuterRef("pk"), status=Status.IN_PROGRESS, deleted=None)
    return conversations(user_id).annotate(in_progress=Exists(running))


def conversation(user_id: UUID, conversation_id: UUID, *, lock: bool = False) -> Conversation:
    """One conversation; with `lock` its row is held until the transaction ends."""
    held = "FOR UPDATE" if lock and connection.vendor == "postgresql" else ""  # SQLite has begun with BEGIN IMMEDIATE
    found = sql.first(
        Conversation,
        f"""SELECT {sql.columns(Conversation, "c")} FROM {Conversation._meta.db_table} c
            WHERE c.owner_id = %s AND c.id = %s AND c.deleted IS NULL {held}""",
        [sql.key(user_id), sql.key(conversation_id)],
    )
    if found is None:
        raise not_found()
    return found


def message(user_id: UUID, message_id: UUID, *, text: bool = True) -> Message:
    """One message of a conversation of the user's own; without `text` what it says, maybe megabytes, is not fetched."""
    rows = Message.objects if text else Message.objects.defer("content", "reasoning")
    mine = rows.filter(conversation__owner_id=user_id, conversation__deleted=None, deleted=None)
    found = mine.filter(id=message_id).first()
    if found is None:
        raise not_found()
    return found


def deleted_conversation(user_id: UUID, conversation_id: UUID) -> Conversation:
    """One that can still be restored, held until the transaction ends. A temporary one can't be."""
    mine = Conversation.objects.select_for_update().filter(owner_id=user_id, temporary=False)
    found = mine.filter(id=conversation_id, deleted__gt=timezone.now() - UNDO).first()
    if found is None:
        raise not_found()
    return found


def deleted_message(user_id: UUID, message_id: UUID) -> Message:
    """One that can still be restored, without its text; its conversation is there."""
    mine = Message.objects.filter(conversation__owner_id=user_id, conversation__deleted=None)
    found = mine.filter(id=message_id, deleted__gt=timezone.now() - UNDO).defer("content", "reasoning").first()
    if found is None:
        raise not_found()
    return found


def folder(user_id: UUID, folder_id: UUID) -> Folder:
    """One of the user's folders. In a transaction it is held until that ends."""
    rows = Folder.objects.select_for_update() if connection.in_atomic_block else Folder.objects
    found = rows.filter(owner_id=user_id, id=folder_id).first()
    if found is None:
        raise not_found()
    return found


def prompt(user_id: UUID, prompt_id: UUID) -> Prompt:
    """One of the user's prompts."""
    found = Prompt.objects.filter(owner_id=user_id, id=prompt_id).first()
    if found is None:
        raise not_found()
    return found


def attachments(user_id: UUID) -> QuerySet[Attachment]:
    """The user's files, in the order they were uploaded, without the text that was found in them."""
    return Attachment.objects.filter(owner_id=user_id).order_by("id").defer("text")


def attachment(user_id: UUID, attachment_id: UUID, *, lock: bool = False) -> Attachment:
    """One of the user's files; with `lock` its row is held until the transaction ends."""
    rows = attachments(user_id).select_for_update() if lock else attachments(user_id)
    found = rows.filter(id=attachment_id).first()
    if found is None:
        raise not_found()
    return found
