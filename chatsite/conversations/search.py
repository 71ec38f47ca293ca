"""Search in all messages and titles of a user: `GET /api/conversations?q=`.

The index tells what may match, newest first; what matches is told by the text itself, as it is now. So the hits are
exact whatever the index has not seen yet, or still has.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, cast
from uuid import UUID

from django.db.models.functions import Left
from typing_extensions import TypedDict

from chatsite.conversations import search_index, search_table
from chatsite.conversations.models import Conversation, Message
from chatsite.conversations.search_index import TEXT
from chatsite.conversations.search_query import CHARACTERS, TERMS, Query, TooLong, parse
from chatsite.conversations.search_snippet import Piece, snippet
from chatsite.conversations.search_words import fold
from chatsite.errors import ApiError

PAGE = 20
LOOKED, READ = 2000, 4_000_000  # texts, and characters, looked at for a page; the next one goes on from there
DUE = 200  # rows that the index has not seen yet, looked through each time
_FIRST, _MORE = PAGE + 2, 300  # documents asked of the index at first, and at the most
_NEWEST = 2**63 - 1
_SHOWN = ("owner_id", "title", "archived", "temporary", "deleted", "created", "document")


class Hit(TypedDict):
    """A message that was found, or a conversation by its title: then `convId` and `role` are null."""

    convGroupId: UUID
    title: str
    convId: UUID | None
    role: Literal["user", "assistant"] | None
    snippet: list[Piece]
    archived: bool
    created: datetime


class HitPage(TypedDict):
    """`nextCursor` asks for the next page; in rare cases a page is not full and there are more."""

    hits: list[Hit]
    nextCursor: str | None


@dataclass(frozen=True)
class Found:
    """A message or a title that may match."""

    number: int
    conversation: Conversation
    message: Message | None
    text: str

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @property
    def key(self) -> UUID:
        return self.message.id if self.message else self.conversation.id

    def hit(self, query: Query) -> Hit:
        """As it goes over the wire."""
        return {
            "convGroupId": self.conversation.id,
            "title": self.conversation.title,
            "convId": self.message.id if self.message else None,
            "role": cast("Literal['user', 'assistant']", self.message.role) if self.message else None,
            "snippet": snippet(self.text, self.folded, query),
            "archived": self.conversation.archived,
            "created": (self.message or self.conversation).created,
        }


def page(user_id: UUID, text: str, cursor: str) -> HitPage:
    """Up to PAGE hits, newest first; `nextCursor` asks for more. 42201 for a query that is too long."""
    query, below, hits, read = _parsed(text), _below(cursor), list[Found](), 0
    for looked, found in enumerate(_candidates(user_id, query, below)):
        matches = query.matches(found.folded)
        if looked == LOOKED or read > READ or (matches and len(hits) == PAGE):
            return {"hits": [hit.hit(query) for hit in hits], "nextCursor": str(below)}
        if matches:
            hits.append(found)
        below, read = found.number, read + len(found.text)
    return {"hits": [hit.hit(query) for hit in hits], "nextCursor": None}


def _parsed(text: str) -> Query:
    try:
        return parse(text)
    except TooLong:
        raise ApiError(42201, f"q: at most {CHARACTERS} characters and {TERMS} words") from None


def _below(cursor: str) -> int:
    if not cursor:
        return _NEWEST
    if not (cursor.isascii() and cursor.isdecimal()) or int(cursor) > _NEWEST:
        raise ApiError(40003, "This cursor is not one of ours.")
    return int(cursor)


def _candidates(user_id: UUID, query: Query, below: int) -> Iterator[Found]:
    """Each row that may match once, the newest first."""
    if not query.patterns:
        return
    due = sorted((found for found in _due(user_id) if found.number < below), key=_newest_first)
    seen: set[UUID] = set()
    for found in heapq.merge(due, _indexed(user_id, query, below), key=_newest_first):
        if found.key not in seen:
            seen.add(found.key)
            yield found


def _newest_first(found: Found) -> int:
    return -found.number


def _due(user_id: UUID) -> list[Found]:
    """What the index has not seen yet: mostly nothing, so nobody's text is fetched before it is known to be wanted."""
    messages = search_index.due_messages().order_by("-id").values_list("id", "conversation__owner_id")[:DUE]
    titles = search_index.due_titles().values_list("id", "owner_id")[:DUE]
    said, named = ([key for key, owner_id in rows if owner_id == user_id] for rows in (messages, titles))
    return (_messages(user_id, id__in=said) if said else []) + (_titles(user_id, id__in=named) if named else [])


def _indexed(user_id: UUID, query: Query, below: int) -> Iterator[Found]:
    most = _FIRST
    while True:
        numbers = search_table.find(user_id, query, below, most)
        rows = _messages(user_id, document__in=numbers) + _titles(user_id, document__in=numbers)
        yield from sorted(rows, key=_newest_first)
        if len(numbers) < most:
            return
        below, most = numbers[-1], min(2 * most, _MORE)


def _messages(user_id: UUID, **which: Any) -> list[Found]:
    """These messages, unless they are not for this user's eyes.

    Few are not, as the index knows its owners. Asked of SQLite, it would look through all that is the user's instead.
    """
    rows = Message.objects.filter(**which).select_related("conversation").annotate(said=Left("content", TEXT))
    told = rows.only("role", "created", "deleted", "document", *(f"conversation__{name}" for name in _SHOWN))
    there = [row for row in told if row.deleted is None and _there(user_id, row.conversation)]
    return [Found(search_index.number(row), row.conversation, row, row.said) for row in there]


def _titles(user_id: UUID, **which: Any) -> list[Found]:
    rows = Conversation.objects.filter(**which).only(*_SHOWN)
    return [Found(search_index.number(row), row, None, row.title) for row in rows if _there(user_id, row)]


def _there(user_id: UUID, conversation: Conversation) -> bool:
    return conversation.owner_id == user_id and conversation.deleted is None and not conversation.temporary
