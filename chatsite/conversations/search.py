"""Search in all messages and titles of a user: `GET /api/conversations?q=`.

The index tells what may match, newest first; what matches is told by the text itself, as it is now: of what was changed
or deleted since the index saw it nothing wrong is told. What the index has not seen yet is looked through, the newest
DUE messages and titles of the user; while there are more (all of them once, after the upgrade that brought the search),
the page says so: `indexing`.
"""

import heapq
from collections.abc import Iterable, Iterator
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
DUE = 200  # messages, and titles, that the index has not seen yet, looked through each time
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
    """`nextCursor` asks for the next page; in rare cases a page is not full and there are more.

    `indexing`: older messages can't all be found yet, as the index has not seen them.
    """

    hits: list[Hit]
    nextCursor: str | None
    indexing: bool


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
    query, below, hits, read, more = _parsed(text), _below(cursor), list[Found](), 0, False
    due = _due(user_id)
    for looked, found in enumerate(_candidates(user_id, query, below, due)):
        matches = query.matches(found.folded)
        more = looked == LOOKED or read > READ or (matches and len(hits) == PAGE)
        if more:
            break
        if matches:
            hits.append(found)
        below, read = found.number, read + len(found.text)
    return {
        "hits": [hit.hit(query) for hit in hits],
        "nextCursor": str(below) if more else None,
        "indexing": due.more,
    }


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


@dataclass(frozen=True)
class Due:
    """What of a user's the index has not seen yet, without the texts; `more`: not all of it."""

    messages: list[Message]
    titles: list[Conversation]
    more: bool


def _due(user_id: UUID) -> Due:
    newest = search_index.due_messages(user_id).values("id")[: DUE + 1]
    messages = list(Message.objects.filter(id__in=newest).only("created", "document").order_by("-id"))
    titles = list(search_index.due_titles(user_id).only(*_SHOWN)[: DUE + 1])
    return Due(messages[:DUE], titles[:DUE], max(len(messages), len(titles)) > DUE)


def _candidates(user_id: UUID, query: Query, below: int, due: Due) -> Iterator[Found]:
    """Each row that may match once, the newest first."""
    if not query.patterns:
        return
    titles = sorted(_named(user_id, due.titles), key=_newest_first)
    unseen = (found for found in titles if found.number < below)
    said = _unseen(user_id, due.messages, below)
    seen: set[UUID] = set()
    for found in heapq.merge(unseen, said, _indexed(user_id, query, below), key=_newest_first):
        if found.key not in seen:
            seen.add(found.key)
            yield found


def _newest_first(found: Found) -> int:
    return -found.number


def _unseen(user_id: UUID, due: list[Message], below: int) -> Iterator[Found]:
    """Their texts are fetched few at a time, as far as somebody looks."""
    numbers = {row.id: search_index.number(row) for row in due}
    ids = sorted((key for key, number in numbers.items() if number < below), key=numbers.__getitem__, reverse=True)
    for at in range(0, len(ids), PAGE):
        yield from sorted(_messages(user_id, id__in=ids[at : at + PAGE]), key=_newest_first)


def _indexed(user_id: UUID, query: Query, below: int) -> Iterator[Found]:
    most = _FIRST
    while True:
        numbers = search_table.find(user_id, query, below, most)
        titles = Conversation.objects.filter(document__in=numbers).only(*_SHOWN)
        rows = _messages(user_id, document__in=numbers) + _named(user_id, titles)
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


def _named(user_id: UUID, rows: Iterable[Conversation]) -> list[Found]:
    return [Found(search_index.number(row), row, None, row.title) for row in rows if _there(user_id, row)]


def _there(user_id: UUID, conversation: Conversation) -> bool:
    return conversation.owner_id == user_id and conversation.deleted is None and not conversation.temporary
