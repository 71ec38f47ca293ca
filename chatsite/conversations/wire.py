"""What goes over the wire of this room's rows, field by field: the mirror of frontend/src/wire.ts."""

from datetime import datetime
from typing import Any, Literal, NotRequired
from uuid import UUID

import msgspec
from django.http import HttpResponse
from typing_extensions import TypedDict  # pydantic can't read that of typing before Python 3.12

from chatsite.conversations import models


class ConversationRow(TypedDict):
    """A conversation as lists have it. `updated` is when something was last said in it."""

    convGroupId: UUID
    title: str
    model: str
    pinned: bool
    archived: bool
    temporary: bool
    folder: UUID | None
    currentNode: UUID | None
    version: int
    inProgress: bool
    created: datetime
    updated: datetime


class Conversation(ConversationRow):
    """The same with what goes to the model before its messages."""

    system: str
    params: dict[str, Any]


class Rating(TypedDict):
    """👍 is 1, 👎 is -1."""

    value: int
    reason: str


class Attachment(TypedDict):
    """A file that goes with a message; `characters` of the text a model gets of it, 0 for an image."""

    id: UUID
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    characters: int


class Message(TypedDict):
    """A node of the tree. What a running answer says is in its stream alone: follow it from the start.

    `partial`: its text was left out; `GET /conversations/{convGroupId}/messages` has it.
    """

    convId: UUID
    parentConvId: UUID | None
    role: str
    content: str
    reasoning: str
    status: str
    model: str | None
    usage: dict[str, Any] | None
    finishReason: str | None
    error: dict[str, Any] | None
    timing: dict[str, Any] | None
    rating: Rating | None
    attachments: list[Attachment]
    lastEventId: str | None
    created: datetime
    partial: NotRequired[Literal[True]]


class Tree(Conversation):
    """A conversation with all its messages, parents before their children."""

    messages: list[Message]


class Folder(TypedDict):
    """`count`: conversations in it that are not archived."""

    id: UUID
    name: str
    count: int


class Prompt(TypedDict):
    id: UUID
    name: str
    content: str
    updated: datetime


def encoded(data: dict[str, Any]) -> HttpResponse:
    """As the API's renderer does it; what a view returns so is not checked against its schema once more."""
    return HttpResponse(msgspec.json.encode(data), content_type="application/json; charset=utf-8")


def row(conversation: models.Conversation, in_progress: bool) -> ConversationRow:
    return {
        "convGroupId": conversation.id,
        "title": conversation.title,
        "model": conversation.model,
        "pinned": conversation.pinned,
        "archived": conversation.archived,
        "temporary": conversation.temporary,
        "folder": conversation.folder_id,
        "currentNode": conversation.current_node,
        "version": conversation.version,
        "inProgress": in_progress,
        "created": conversation.created,
        "updated": conversation.updated,
    }


def conversation(conversation: models.Conversation, in_progress: bool) -> Conversation:
    return {**row(conversation, in_progress), "system": conversation.system, "params": conversation.params}


def prompt(prompt: models.Prompt) -> Prompt:
    return {"id": prompt.id, "name": prompt.name, "content": prompt.content, "updated": prompt.updated}


def attachment(file: models.Attachment) -> Attachment:
    return {
        "id": file.id,
        "name": file.name,
        "type": file.type,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "characters": file.characters,
    }
