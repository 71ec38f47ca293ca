"""What of a conversation its owner may change, and when it makes sense."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from django.db.models import Exists, OuterRef
from ninja import Field, Schema
from pydantic import ConfigDict, StrictBool

from chatsite.conversations import access
from chatsite.conversations.fields import Params, Text, Title
from chatsite.conversations.models import Conversation, Message, NamedBy
from chatsite.errors import ApiError

MOST_PINNED = 200


class Change(Schema):
    """What may be changed; what is not sent, or is null, stays as it is, but for `folder`, which null empties.

    `version` is the one the client last saw.
    """

    model_config = ConfigDict(extra="forbid")
    version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    title: Title | None = None
    currentNode: Annotated[UUID, Field(description="The end of the branch to show.")] | None = None  # noqa: N815
    pinned: StrictBool | None = None
    archived: Annotated[StrictBool, Field(description="What is archived is not pinned any more.")] | None = None
    folder: UUID | None = None
    system: Annotated[Text, Field(max_length=20_000, description='The system prompt; "" for none.')] | None = None
    params: Annotated[Params, Field(description="All of them: what is not in it is unset.")] | None = None


def hold(user_id: UUID, body: Change) -> None:
    """The folder to move to, and before the conversation: who deletes a folder holds it before what lies in it."""
    if body.folder:
        with suppress(ApiError):  # `apply` tells
            access.folder(user_id, body.folder)


def apply(conversation: Conversation, body: Change) -> None:
    """Change the conversation, whose row is locked, and save it under the next version. 42201 for what can't be.

    `hold` comes first.
    """
    sent = {name for name in body.model_fields_set - {"version"} if getattr(body, name) is not None}
    sent |= body.model_fields_set & {"folder"}
    if not sent:
        raise ApiError(42201, "There is nothing to change: send one of " + ", ".join(_SETTERS) + ".")
    columns = [column for name in _SETTERS if name in sent for column in _SETTERS[name](conversation, body)]
    conversation.changed(*columns)


def _title(conversation: Conversation, body: Change) -> list[str]:
    conversation.title, conversation.named_by = body.title or "", NamedBy.USER
    return ["title", "named_by"]


def _current_node(conversation: Conversation, body: Change) -> list[str]:
    below = Message.objects.filter(parent=OuterRef("pk"), deleted=None)
    ends = conversation.messages.filter(~Exists(below), deleted=None)
    if not body.currentNode or not ends.filter(id=body.currentNode).exists():
        raise ApiError(42201, "currentNode: not the end of a branch of this conversation")
    conversation.current_node = body.currentNode
    return ["current_node"]


def _archived(conversation: Conversation, body: Change) -> list[str]:
    _listed(conversation, "archived")
    conversation.archived = bool(body.archived)
    conversation.pinned = conversation.pinned and not conversation.archived
    return ["archived", "pinned"]


def _pinned(conversation: Conversation, body: Change) -> list[str]:
    _listed(conversation, "pinned")
    if body.pinned and conversation.archived:
        raise ApiError(42201, "pinned: take it out of the archive first")
    if body.pinned and _others_pinned(conversation) >= MOST_PINNED:
        raise ApiError(42201, f"pinned: {MOST_PINNED} conversations are pinned already: unpin one first")
    conversation.pinned = bool(body.pinned)
    return ["pinned"]


def _others_pinned(conversation: Conversation) -> int:
    pinned = access.conversations(conversation.owner_id).filter(pinned=True, archived=False)
    return pinned.exclude(id=conversation.id).count()


def _folder(conversation: Conversation, body: Change) -> list[str]:
    _listed(conversation, "folder")
    try:
        conversation.folder = access.folder(conversation.owner_id, body.folder) if body.folder else None
    except ApiError:
        raise ApiError(42201, "folder: you have no such folder") from None
    return ["folder"]


def _system(conversation: Conversation, body: Change) -> list[str]:
    conversation.system = body.system or ""
    return ["system"]


def _params(conversation: Conversation, body: Change) -> list[str]:
    conversation.params = body.params.dict(exclude_none=True) if body.params else {}
    return ["params"]


def _listed(conversation: Conversation, name: str) -> None:
    if conversation.temporary:
        raise ApiError(42201, f"{name}: a temporary chat is in no list")


_SETTERS: dict[str, Callable[[Conversation, Change], list[str]]] = {
    "title": _title,
    "currentNode": _current_node,
    "archived": _archived,  # before pinned, which asks for it
    "pinned": _pinned,
    "folder": _folder,
    "system": _system,
    "params": _params,
}
