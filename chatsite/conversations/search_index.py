"""Keeps the index (search_table.py) as new as the rows, a little later: nothing is written for it where answers end.

What is due is told by the rows themselves: a message whose last_seq, a conversation whose title is another than the
index has seen. So a crash forgets nothing, and rows made in any other way (copied, imported, from before there was an
index) are found as well. Until then search.py looks through what is due.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Left

from chatsite import sql
from chatsite.conversations import search_table
from chatsite.conversations.models import Conversation, Message, Status
from chatsite.conversations.search_words import fold, keys

TEXT = 200_000  # characters of a message that are searched
BATCH = 20  # rows in a transaction: on SQLite answers wait for it
ENOUGH = 50_000  # characters after which it is ended before
SECONDS = 0.2  # spent at once
SWEPT = 200  # documents looked at for being left over, at once

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_BITS = 10  # of a document's number below its microseconds
_swept = 0  # up to which document


def due_messages(owner_id: UUID | None = None) -> QuerySet[Message]:
    """Not as the index has them, the newest first: everybody's, or one owner's."""
    rows = Message.objects.exclude(indexed_seq=F("last_seq")).order_by("-id")
    return rows.filter(conversation__owner_id=owner_id) if owner_id else rows


def due_titles(owner_id: UUID | None = None) -> QuerySet[Conversation]:
    rows = Conversation.objects.exclude(title=F("indexed_title")).order_by("-id")
    return rows.filter(owner_id=owner_id) if owner_id else rows


def number(row: Message | Conversation) -> int:
    """Of its document: rises with the time it was created. Taken by another row already, the next free one is used."""
    if row.document is not None:
        return row.document
    passed = row.created - _EPOCH
    microseconds = (passed.days * 86_400 + passed.seconds) * 10**6 + passed.microseconds
    return (microseconds << _BITS) + row.id.int % (1 << _BITS)


def tend() -> None:
    """Call each second: index what is due, the newest first, and drop what is no more."""
    end = time.monotonic() + SECONDS
    while index(BATCH) and time.monotonic() < end:
        pass
    sweep(SWEPT)


def index(most: int) -> int:
    """Bring up to so many messages, and so many titles, into the index; how many were due."""
    ended = due_messages().exclude(status=Status.IN_PROGRESS)
    texts = ended.defer("content", "reasoning").annotate(said=Left("content", TEXT))
    messages = texts.select_related("conversation")[:most]
    said = _enough(
        _Due(row, row.conversation.owner_id, _text(row.conversation, row.said), row.last_seq) for row in messages
    )
    titles = [_Due(row, row.owner_id, _text(row, row.title), row.title) for row in due_titles()[:most]]
    _store(Message, "last_seq", "indexed_seq", said)
    _store(Conversation, "title", "indexed_title", titles)
    return len(said) + len(titles)


@dataclass(frozen=True)
class _Due:
    """What is to be known of a row; `seen` tells whether it has changed since it was read."""

    row: Message | Conversation
    owner_id: UUID
    text: str
    seen: int | str


def _enough(due: Iterable[_Due]) -> list[_Due]:
    """The first ones: at least one, and no more behind ENOUGH."""
    taken: list[_Due] = []
    characters = 0
    for one in due:
        taken.append(one)
        characters += len(one.text)
        if characters >= ENOUGH:
            break
    return taken


def _text(conversation: Conversation, text: str) -> str:
    """Of a temporary conversation nothing is kept anywhere else."""
    return "" if conversation.temporary else text


def _store(model: type[Message] | type[Conversation], seen: str, indexed: str, due: Sequence[_Due]) -> None:
    keyed = {one.row.id: (one, keys(fold(one.text))) for one in due}  # takes longer than the transaction may
    if not due:
        return
    with transaction.atomic():
        same = [keyed[id] for id, value in _held(model, seen, list(keyed)) if value == keyed[id][0].seen]
        numbers = _free([number(one.row) for one, _ in same])
        found = [(at, one, its) for at, (one, its) in zip(numbers, same, strict=True)]
        search_table.add([(at, one.owner_id, its) for at, one, its in found if its])
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {model._meta.db_table} SET document = %s, {indexed} = %s WHERE id = %s",
                [(at if its else None, one.seen, sql.key(one.row.id)) for at, one, its in found],
            )


def _held(model: type[Message] | type[Conversation], seen: str, ids: list[UUID]) -> list[tuple[UUID, int | str]]:
    """(id, what tells of a change) of these rows, which nobody changes from now on until the transaction ends."""
    rows = model._default_manager.filter(id__in=ids)
    if connection.vendor == "postgresql":  # who writes messages must never wait for us while we wait for them
        rows = rows.select_for_update(skip_locked=True)
    return list(rows.values_list("id", seen))


def _free(wanted: list[int]) -> list[int]:
    """For each of the numbers itself, or the next one that no document has."""
    busy, free = search_table.taken(wanted), []
    for at in wanted:
        while at in busy:
            at += 1
            busy |= search_table.taken([at])
        busy.add(at)
        free.append(at)
    return free


def sweep(most: int) -> None:
    """Drop what no row has any more, among the next so many documents; after the last ones the first ones follow."""
    global _swept
    numbers = search_table.behind(_swept, most)
    _swept = numbers[-1] if len(numbers) == most else 0
    kept = set(Message.objects.filter(document__in=numbers).values_list("document", flat=True))
    kept |= set(Conversation.objects.filter(document__in=numbers).values_list("document", flat=True))
    search_table.remove([at for at in numbers if at not in kept])
