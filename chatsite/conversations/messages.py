"""Messages of a conversation: their text, deleting and restoring with all below, rating an answer."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict
from typing_extensions import TypedDict

from chatsite.accounts.auth import AuthenticatedRequest, required
from chatsite.conversations import access, reading, trash, wire
from chatsite.conversations.fields import Text
from chatsite.conversations.models import Conversation, Rating, Role
from chatsite.errors import ApiError
from chatsite.live import publish

router = Router(tags=["messages"], auth=required)
MOST = 100  # messages asked for at once


class Messages(TypedDict):
    messages: list[wire.Message]


class Rate(Schema):
    """`value`: 1 is 👍, -1 is 👎, 0 takes the rating back."""

    model_config = ConfigDict(extra="forbid", strict=True)
    value: Annotated[int, Field(ge=-1, le=1)]
    reason: Annotated[Text, Field(max_length=2000)] = ""


class Rated(TypedDict):
    rating: wire.Rating | None


@router.get("/conversations/{uuid:conv_group_id}/messages", response=Messages, summary="Text of some messages")
def some(
    request: AuthenticatedRequest,
    conv_group_id: UUID,
    ids: Annotated[str, Query(max_length=MOST * 40, description="Up to 100 ids of messages, separated by commas.")],
) -> HttpResponse:
    """These messages with their text, as the tree has them. Ids of what is not there are left out."""
    conversation = access.conversation(request.auth.user.id, conv_group_id)
    return wire.encoded({"messages": reading.some(conversation, _parsed(ids))})


@router.delete("/messages/{uuid:conv_id}", response=wire.ConversationRow, summary="Delete a message")
def delete(request: AuthenticatedRequest, conv_id: UUID) -> wire.ConversationRow:
    """Delete a message with all below it; answers still running there are ended. For a minute it can be restored.

    If it was on view, the newest leaf beside it is shown now; without one, the message it stood under.
    """
    return _told(trash.delete_message(request.auth.user.id, conv_id))


@router.post("/messages/{uuid:conv_id}/restore", response=wire.ConversationRow, summary="Restore a message")
def restore(request: AuthenticatedRequest, conv_id: UUID) -> wire.ConversationRow:
    """Bring back what was deleted within the last minute, and show it."""
    return _told(trash.restore_message(request.auth.user.id, conv_id))


@router.put("/messages/{uuid:conv_id}/rating", response=Rated, summary="Rate an answer")
def rate(request: AuthenticatedRequest, conv_id: UUID, body: Rate) -> Rated:
    """Say what an answer was like. 42204 for what the user wrote."""
    message = access.message(request.auth.user.id, conv_id, text=False)
    if message.role != Role.ASSISTANT:
        raise ApiError(42204, "Only an answer can be rated.")
    if body.value:
        Rating.objects.update_or_create(message=message, defaults={"value": body.value, "reason": body.reason})
    else:
        Rating.objects.filter(message=message).delete()
    publish.conversation_changed(message.conversation.owner_id, message.conversation_id, None)
    return {"rating": {"value": body.value, "reason": body.reason} if body.value else None}


def _told(conversation: Conversation) -> wire.ConversationRow:
    publish.conversation_changed(conversation.owner_id, conversation.id, conversation.version)
    return reading.row(conversation)


def _parsed(ids: str) -> set[UUID]:
    try:
        found = {UUID(part) for part in ids.split(",") if part}
    except ValueError:
        raise ApiError(42201, "ids: ids of messages, separated by commas") from None
    if len(found) > MOST:
        raise ApiError(42201, f"ids: {MOST} at the most")
    return found
