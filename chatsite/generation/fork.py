"""Forking: the branch down to a message, with its journal, as a conversation of its own. Synchronous.

Text and journal never leave the database: each table is copied there, a piece at a time. Chunks say whose they are
only when they are read, so every cursor of a copy is as good as that of the original.
"""

from typing import Any, NamedTuple
from uuid import UUID

import ninja
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict
from uuid_utils.compat import uuid7

from chatsite import sql
from chatsite.accounts.auth import AuthenticatedRequest, required
from chatsite.conversations import access, reading, wire
from chatsite.conversations.models import Attachment, Conversation, Message
from chatsite.errors import not_found
from chatsite.generation.models import Event, Generation, Pack
from chatsite.generation.start import running
from chatsite.live import publish

router = Router(tags=["conversations"], auth=required)
PIECE = 500  # messages copied by one statement
CONVERSATION = ("owner_id", "title", "named_by", "model", "system", "params", "folder_id", "temporary")
MESSAGE = ("role", "content", "reasoning", "status", "model", "finish_reason", "error", "usage", "timing")
Columns = dict[str, str]  # of a table, each with the SQL that fills it


class Fork(Schema):
    """`convId`: the last message of the branch that is copied."""

    model_config = ConfigDict(extra="forbid")
    convId: UUID  # noqa: N815 - the wire's name


class Copied(NamedTuple):
    """Ids of a message, of its copy, and of the copy's parent."""

    old: UUID
    new: UUID
    above: UUID | None


@router.post("/conversations/{uuid:conv_group_id}/fork", response={201: wire.ConversationRow}, summary="Fork a branch")
def fork(request: AuthenticatedRequest, conv_group_id: UUID, body: Fork) -> ninja.Status[wire.ConversationRow]:
    """A new conversation of the branch from the root to this message. 40901 while that is being written."""
    with transaction.atomic():
        source = access.conversation(request.auth.user.id, conv_group_id, lock=True)
        branch = _copied(_branch(source, body.convId))
        copy = _conversation(source, branch[-1].new)
        for at in range(0, len(branch), PIECE):
            _copy_messages(copy, branch[at : at + PIECE])
            _copy_journal(branch[at : at + PIECE])
    publish.conversation_changed(copy.owner_id, copy.id, copy.version)
    return ninja.Status(201, wire.row(copy, in_progress=False))


def _branch(source: Conversation, leaf: UUID) -> list[UUID]:
    """The ids from the root to `leaf`."""
    tree = reading.nodes(source)
    if leaf not in tree.nodes or tree.nodes[leaf].deleted:
        raise not_found()
    branch = tree.branch(leaf, len(tree.nodes))[::-1]
    if any(tree.nodes[message_id].running for message_id in branch):
        raise running()
    return branch


def _copied(branch: list[UUID]) -> list[Copied]:
    found: list[Copied] = []
    for message_id in branch:
        found.append(Copied(message_id, uuid7(), found[-1].new if found else None))
    return found


def _conversation(source: Conversation, current_node: UUID) -> Conversation:
    kept = {name: getattr(source, name) for name in CONVERSATION}
    return Conversation.objects.create(**kept, current_node=current_node, updated=timezone.now())


def _copy_messages(conversation: Conversation, branch: list[Copied]) -> None:
    """With the files that went with them, but not with what was thought of them."""
    columns = {"id": "copied.new", "parent_id": "copied.above"}
    columns |= {name: f"old.{name}" for name in (*MESSAGE, "last_seq", "created")}
    fresh = {str(field.column): field.get_default() for field in Message._meta.concrete_fields}
    fresh = {name: value for name, value in fresh.items() if name not in columns}
    fresh["conversation_id"] = conversation.id
    _copy(Message, "id", columns, branch, fresh)
    _copy(Attachment.messages.through, "message_id", _kept("attachment_id"), branch)


def _copy_journal(branch: list[Copied]) -> None:
    """Its rows as they are, packed or not: while the generations are held, nobody packs them."""
    copies = {copied.old: copied.new for copied in branch}
    held = Generation.objects.select_for_update().filter(message_id__in=copies).order_by("id")
    generations = list(held)
    for generation in generations:
        generation.id, generation.message_id = uuid7(), copies[generation.message_id]
        generation.idempotency_key, generation.fingerprint = None, ""
    Generation.objects.bulk_create(generations)
    _copy(Event, "message_id", _kept("seq", "data"), branch)
    _copy(Pack, "message_id", _kept("first_seq", "last_seq", "data"), branch)


def _kept(*names: str) -> Columns:
    return {"message_id": "copied.new"} | {name: f"old.{name}" for name in names}


def _copy(
    model: type[Model], key: str, columns: Columns, branch: list[Copied], fresh: dict[str, Any] | None = None
) -> None:
    """Copy the rows whose column `key` is a message of the branch; the columns in `fresh` get these values."""
    table, fresh = model._meta.db_table, fresh or {}
    names = ", ".join([*columns, *fresh])
    values = ", ".join([*columns.values(), *["%s"] * len(fresh)])
    marks = ", ".join(
        ["(%s, %s, %s)" if connection.vendor == "sqlite" else "(%s::uuid, %s::uuid, %s::uuid)"] * len(branch)
    )
    statement = (
        f"WITH copied(old, new, above) AS (VALUES {marks}) INSERT INTO {table} ({names})"
        f" SELECT {values} FROM copied JOIN {table} old ON old.{key} = copied.old"
    )
    ids = [sql.key(value) if value else None for copied in branch for value in copied]
    with connection.cursor() as cursor:
        cursor.execute(statement, ids + [_stored(model, column, value) for column, value in fresh.items()])


def _stored(model: type[Model], column: str, value: Any) -> Any:
    field = next(field for field in model._meta.concrete_fields if field.column == column)
    return field.get_db_prep_save(value, connection)
