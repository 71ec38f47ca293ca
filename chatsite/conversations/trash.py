"""Deleting, restoring within a minute, and the end of what was not restored. Synchronous.

What is deleted keeps its rows and is there for nobody. A message takes all below it along, under one instant: what was
deleted earlier by itself stays deleted when the rest is restored. Whatever was still running is told to end in the
same transaction; should it be restored, it shows what was written until then.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from chatsite.conversations import access, files, reading
from chatsite.conversations.models import Conversation, Message, Status
from chatsite.conversations.signals import closing
from chatsite.conversations.tree import Node
from chatsite.errors import not_found

M = TypeVar("M", bound=Model)
KEPT = access.UNDO + timedelta(seconds=10)  # the clocks of two machines may differ
TEMPORARY = timedelta(hours=24)  # since the last request in it
PIECE = 200  # rows purged in one transaction: answers that are being written wait for it


def delete(user_id: UUID, conversation_id: UUID) -> Conversation:
    """With everything in it."""
    with transaction.atomic():
        conversation = access.conversation(user_id, conversation_id, lock=True)
        _discard(conversation)
    return conversation


def restore(user_id: UUID, conversation_id: UUID) -> Conversation:
    """404 once the minute has passed."""
    with transaction.atomic():
        conversation = access.deleted_conversation(user_id, conversation_id)
        conversation.deleted = None
        conversation.changed("deleted")
    return conversation


def delete_message(user_id: UUID, message_id: UUID) -> Conversation:
    """With all below it. If that was on view, the newest leaf beside it is now; without one, what it hung from."""
    with transaction.atomic():
        message, conversation = _held(partial(access.message, user_id, message_id, text=False))
        tree = reading.nodes(conversation)
        going = [node for node in tree.below(message.id) if node.deleted is None]
        closing.send(Message, message_ids=[node.id for node in going if node.running])
        now = timezone.now()
        _mark(going, now)
        if conversation.current_node in {node.id for node in going}:
            conversation.current_node = tree.marked(going, now).newest_leaf(message.parent_id)
        conversation.changed("current_node")
    return conversation


def restore_message(user_id: UUID, message_id: UUID) -> Conversation:
    """With all that went with it, and on view again.

    404 once the minute has passed, and while its parent is deleted.
    """
    with transaction.atomic():
        message, conversation = _held(partial(access.deleted_message, user_id, message_id))
        tree = reading.nodes(conversation)
        if message.parent_id and tree.nodes[message.parent_id].deleted:
            raise not_found()
        back = [node for node in tree.below(message.id) if node.deleted == message.deleted]
        _mark(back, None)
        conversation.current_node = tree.marked(back, None).newest_leaf(message.id)
        conversation.changed("current_node")
    return conversation


def purge() -> None:
    """A piece of what nobody can restore any more is gone for good. To be called every few seconds."""
    now = timezone.now()
    with transaction.atomic():
        for conversation in _forgotten(now - TEMPORARY):
            _discard(conversation)
        gone = Conversation.objects.filter(Q(temporary=True) | Q(deleted__lt=now - KEPT), deleted__lt=now)
        _purge(_quiet(Message.objects.filter(conversation__in=gone)))
        _purge(_quiet(Message.objects.filter(deleted__lt=now - KEPT)))
        _purge(gone.exclude(Exists(Message.objects.filter(conversation=OuterRef("pk")))))


def _forgotten(since: datetime) -> list[Conversation]:
    """Temporary ones untouched since then, held: what somebody is just writing in is not among them."""
    idle = Conversation.objects.filter(temporary=True, updated__lt=since, deleted=None)
    if connection.vendor == "postgresql":
        idle = idle.select_for_update(skip_locked=True, of=("self",))
    return list(idle.order_by("id")[:PIECE])


def _held(look: Callable[[], Message]) -> tuple[Message, Conversation]:
    """A message and its conversation, that held. Looked at again then: it may have changed while we waited."""
    conversation = look().conversation
    held = access.conversation(conversation.owner_id, conversation.id, lock=True)
    return look(), held


def _discard(conversation: Conversation) -> None:
    running = conversation.messages.filter(status=Status.IN_PROGRESS, deleted=None)
    closing.send(Conversation, message_ids=list(running.values_list("id", flat=True)))
    conversation.deleted = timezone.now()
    conversation.changed("deleted")


def _mark(nodes: list[Node], deleted: datetime | None) -> None:
    for at in range(0, len(nodes), PIECE):
        ids = [node.id for node in nodes[at : at + PIECE]]
        Message.objects.filter(id__in=ids).update(deleted=deleted)


def _quiet(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Those of conversations in which nothing is being written: the journal may not lose a message under its hands.

    Asked once for each conversation: in one statement it would be asked again for each of its messages.
    """
    places = set(messages.order_by().values_list("conversation_id", flat=True).distinct()[:PIECE])
    writing = Message.objects.filter(conversation__in=places, status=Status.IN_PROGRESS)
    return messages.filter(conversation__in=places - set(writing.values_list("conversation_id", flat=True)))


def _purge(rows: QuerySet[M]) -> None:
    """The newest first: of messages, children go before their parents or, by cascade, together with them."""
    if connection.vendor == "postgresql":  # another process may be purging them
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    ids = list(rows.order_by("-pk").values_list("pk", flat=True)[:PIECE])
    if ids:
        if rows.model is Message:
            files.release(ids)
        rows.model._default_manager.filter(pk__in=ids).only("pk").delete()
