"""The page; list, open, change, delete and restore conversations. What is in them: messages, folders, prompts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import ninja
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from ninja import Query, Router
from typing_extensions import TypedDict

from chatsite.accounts.auth import AuthenticatedRequest, required
from chatsite.conversations import access, changes, folders, messages, prompts, reading, search, trash, wire
from chatsite.conversations.models import Conversation
from chatsite.errors import ApiError
from chatsite.live import publish

router = Router(tags=["conversations"], auth=required)
router.add_router("", messages.router)
router.add_router("", folders.router)
router.add_router("", prompts.router)
PAGE = 50


class ConversationPage(TypedDict):
    """`pinned`: all pinned ones, on the first page of the plain list. `nextCursor` asks for the next page."""

    pinned: list[wire.ConversationRow]
    conversations: list[wire.ConversationRow]
    nextCursor: str | None


def page(request: HttpRequest, conv_group_id: UUID | None = None) -> HttpResponse:
    """The one page of the app; which conversation is open it reads from its URL."""
    return render(request, "chat.html")


@router.get("/conversations", response=ConversationPage | search.HitPage, summary="List or search")
def index(
    request: AuthenticatedRequest,
    cursor: Annotated[str, Query(max_length=100)] = "",
    archived: bool = False,
    folder: UUID | None = None,
    q: Annotated[str, Query(max_length=search.CHARACTERS)] = "",
) -> ConversationPage | search.HitPage:
    """Own conversations, newest first, 50 at a time.

    Without a filter: those that are neither archived nor in a folder, the pinned ones apart. `archived`: these alone.
    `folder`: what lies in it. Temporary ones are in no list. `q`: search in all messages and titles instead.
    """
    if q:
        return search.page(request.auth.user.id, q, cursor)
    rows = access.listed(request.auth.user.id).filter(temporary=False, archived=archived)
    if folder:
        rows = rows.filter(folder=access.folder(request.auth.user.id, folder))
    plain = not (archived or folder)
    unpinned = rows.filter(folder=None, pinned=False) if plain else rows
    found = list(unpinned.filter(_after(cursor))[: PAGE + 1])
    more = found[PAGE - 1] if len(found) > PAGE else None
    pinned = list(rows.filter(pinned=True)) if plain and not cursor else []
    return {
        "pinned": [wire.row(conversation, conversation.in_progress) for conversation in pinned],
        "conversations": [wire.row(conversation, conversation.in_progress) for conversation in found[:PAGE]],
        "nextCursor": f"{more.updated.timestamp():.6f}_{more.id}" if more else None,
    }


@router.get("/conversations/{uuid:conv_group_id}", response=wire.Tree, summary="Open a conversation")
def show(
    request: AuthenticatedRequest,
    conv_group_id: UUID,
    texts: Annotated[int | None, Query(ge=0, le=1000)] = None,
) -> HttpResponse:
    """The whole tree. With `texts` only so many messages carry their text, the last ones of the branch on view."""
    conversation = access.conversation(request.auth.user.id, conv_group_id)
    return wire.encoded(reading.tree(conversation, texts))


@router.patch("/conversations/{uuid:conv_group_id}", response=wire.Conversation, summary="Change a conversation")
def change(request: AuthenticatedRequest, conv_group_id: UUID, body: changes.Change) -> wire.Conversation:
    """Rename, pin, archive, put into a folder, set what goes to the model, or open another branch.

    A device that has not seen the newest version gets 40902 and changes nothing.
    """
    with transaction.atomic():
        changes.hold(request.auth.user.id, body)
        conversation = access.conversation(request.auth.user.id, conv_group_id, lock=True)
        if conversation.version != body.version:
            raise ApiError(40902, "This conversation was changed elsewhere. Load it again.")
        changes.apply(conversation, body)
    _tell(conversation)
    return reading.whole(conversation)


@router.delete("/conversations/{uuid:conv_group_id}", response={204: None}, summary="Delete a conversation")
def delete(request: AuthenticatedRequest, conv_group_id: UUID) -> ninja.Status[None]:
    """Delete it with all its messages; answers still running are ended. For a minute it can be restored.

    A temporary one can't be restored.
    """
    _tell(trash.delete(request.auth.user.id, conv_group_id))
    return ninja.Status(204, None)


@router.post(
    "/conversations/{uuid:conv_group_id}/restore", response=wire.ConversationRow, summary="Restore a conversation"
)
def restore(request: AuthenticatedRequest, conv_group_id: UUID) -> wire.ConversationRow:
    """Bring back what was deleted within the last minute."""
    conversation = trash.restore(request.auth.user.id, conv_group_id)
    _tell(conversation)
    return reading.row(conversation)


def _tell(conversation: Conversation) -> None:
    publish.conversation_changed(conversation.owner_id, conversation.id, conversation.version)


def _after(cursor: str) -> Q:
    """What follows the cursor. Said so that the index finds its beginning, which an OR would not let it."""
    if not cursor:
        return Q()
    updated, last = _parse_cursor(cursor)
    return Q(updated__lte=updated) & ~Q(updated=updated, id__gte=last)


def _parse_cursor(text: str) -> tuple[datetime, UUID]:
    try:
        updated, last = text.split("_")
        return datetime.fromtimestamp(float(updated), tz=timezone.get_default_timezone()), UUID(last)
    except (ValueError, OverflowError, OSError):
        raise ApiError(40003, "This cursor is not one of ours.") from None
