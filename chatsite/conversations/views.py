"""List, open, rename, delete."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import ninja
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from chatsite.accounts.auth import AuthenticatedRequest, required
from chatsite.conversations import access
from chatsite.conversations.models import Conversation, Message, Role, Status
from chatsite.conversations.signals import closing
from chatsite.errors import ApiError
from chatsite.live import publish

router = Router(tags=["conversations"], auth=required)
PAGE = 50


class Change(Schema):
    """What may be changed. `version` is the one the client last saw."""

    model_config = ConfigDict(extra="forbid")
    version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = None
    currentNode: UUID | None = None  # noqa: N815 - the wire's name


def page(request: HttpRequest, conv_group_id: UUID | None = None) -> HttpResponse:
    """The one page of the app; which conversation is open it reads from its URL."""
    return render(request, "chat.html")


@router.get("/conversations")
def index(request: AuthenticatedRequest, cursor: Annotated[str, Query(max_length=100)] = "") -> dict[str, Any]:
    """Own conversations, newest first, 50 at a time; `nextCursor` asks for the next ones."""
    rows = access.listed(request.auth.user.id)
    if cursor:
        updated, last = _parse_cursor(cursor)
        rows = rows.filter(Q(updated__lt=updated) | Q(updated=updated, id__lt=last))
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1] if len(found) > PAGE else None
    return {
        "conversations": [_row(conversation, conversation.in_progress) for conversation in found[:PAGE]],
        "nextCursor": f"{more.updated.timestamp():.6f}_{more.id}" if more else None,
    }


@router.get("/conversations/{uuid:conv_group_id}")
def show(request: AuthenticatedRequest, conv_group_id: UUID) -> dict[str, Any]:
    """The whole tree."""
    conversation = access.conversation(request.auth.user.id, conv_group_id)
    messages = list(conversation.messages.order_by("id"))
    running = any(message.status == Status.IN_PROGRESS for message in messages)
    return _row(conversation, running) | {"messages": [_message(message) for message in messages]}


@router.patch("/conversations/{uuid:conv_group_id}")
def change(request: AuthenticatedRequest, conv_group_id: UUID, body: Change) -> dict[str, Any]:
    """Rename, or open another branch. A device that has not seen the newest version gets 40902 and changes nothing."""
    with transaction.atomic():
        conversation = access.conversation(request.auth.user.id, conv_group_id, lock=True)
        if conversation.version != body.version:
            raise ApiError(40902, "This conversation was changed elsewhere. Load it again.")
        for name, value in _changes(conversation, body).items():
            setattr(conversation, name, value)
        conversation.version += 1
        conversation.save()
        running = conversation.messages.filter(status=Status.IN_PROGRESS).exists()
    publish.conversation_changed(conversation.owner_id, conversation.id, conversation.version)
    return _row(conversation, running)


@router.delete("/conversations/{uuid:conv_group_id}", response={204: None})
def delete(request: AuthenticatedRequest, conv_group_id: UUID) -> ninja.Status[None]:
    """Delete it with all its messages; answers still running are ended first."""
    with transaction.atomic():
        conversation = access.conversation(request.auth.user.id, conv_group_id, lock=True)
        # The locks keep events from being written below messages that are just going.
        messages = list(conversation.messages.select_for_update().only("id", "status"))
        closing.send(Conversation, message_ids=[m.id for m in messages if m.status == Status.IN_PROGRESS])
        conversation.delete()
    publish.conversation_changed(request.auth.user.id, conv_group_id, conversation.version + 1)
    return ninja.Status(204, None)


def _changes(conversation: Conversation, body: Change) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if body.title is not None:
        fields["title"] = body.title.replace("\0", "").strip()
        if not fields["title"]:
            raise ApiError(42201, "title: write something first")
    if body.currentNode is not None:
        if not conversation.messages.filter(id=body.currentNode, children=None).exists():
            raise ApiError(42201, "currentNode: not the end of a branch of this conversation")
        fields["current_node"] = body.currentNode
    if not fields:
        raise ApiError(42201, "There is nothing to change: send title or currentNode.")
    return fields


def _parse_cursor(text: str) -> tuple[datetime, UUID]:
    try:
        updated, last = text.split("_")
        return datetime.fromtimestamp(float(updated), tz=timezone.get_default_timezone()), UUID(last)
    except (ValueError, OverflowError, OSError):
        raise ApiError(40003, "This cursor is not one of ours.") from None


def _row(conversation: Conversation, in_progress: bool) -> dict[str, Any]:
    return {
        "convGroupId": conversation.id,
        "title": conversation.title,
        "model": conversation.model,
        "currentNode": conversation.current_node,
        "version": conversation.version,
        "inProgress": in_progress,
        "created": conversation.created,
        "updated": conversation.updated,
    }


def _message(message: Message) -> dict[str, Any]:
    """One message on the wire. What a running answer says so far is in its stream alone: follow it from the start."""
    running = message.status == Status.IN_PROGRESS
    return {
        "convId": message.id,
        "parentConvId": message.parent_id,
        "role": message.role,
        "content": "" if running else message.content,
        "reasoning": "" if running else message.reasoning,
        "status": message.status,
        "model": message.model or None,
        "usage": message.usage,
        "finishReason": message.finish_reason or None,
        "error": message.error,
        "lastEventId": None if running or message.role == Role.USER else f"{message.id}.{message.last_seq}",
        "created": message.created,
    }
