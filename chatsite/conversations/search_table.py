"""The index: for each document its number, its owner and its keys (search_words.py). No text is kept in it.

A document is a message or a title. Numbers rise with the time it was written, so newest first is their order. SQLite:
FTS5, which keeps nothing but who has a key. PostgreSQL: a tsvector with a GIN index. Made by migration 0003.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db import connection

from chatsite.conversations.search_query import Query

Document = tuple[int, UUID, set[str]]  # number, owner, keys

TABLE = "conversations_search"
RECENT = 250  # on PostgreSQL looked through one by one before the index is asked: what is found often is found there
KEY_BYTES = 900_000  # of a document; a tsvector takes 1 MiB


def find(owner_id: UUID, query: Query, below: int, most: int) -> list[int]:
    """Up to `most` documents of the owner that may match, the newest first, of those with lower numbers."""
    if connection.vendor == "sqlite":
        quoted = [f'"{key}"' for key in (_owner(owner_id), *query.keys)]
        match = " AND ".join([*quoted, *([f'"{query.beginning}" *'] if query.beginning else [])])
        return _column(
            f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s AND rowid < %s ORDER BY rowid DESC LIMIT %s",
            [match, below, most],
        )
    match = " & ".join([*(f"'{key}'" for key in query.keys), *([f"'{query.beginning}':*"] if query.beginning else [])])
    return _recent(owner_id, match, below, most) or _older(owner_id, match, below, most)


def _recent(owner_id: UUID, match: str, below: int, most: int) -> list[int]:
    """The same of the newest few; [] when these are not enough to tell."""
    found = _column(
        f"SELECT rowid FROM (SELECT rowid, keys FROM {TABLE} WHERE owner_id = %s AND rowid < %s"
        f" ORDER BY rowid DESC LIMIT {RECENT}) AS newest WHERE keys @@ %s::tsquery ORDER BY rowid DESC LIMIT %s",
        [owner_id, below, match, most],
    )
    return found if len(found) == most else []


def _older(owner_id: UUID, match: str, below: int, most: int) -> list[int]:
    # Sorted by a sum, so that the planner does not go through all documents in their order instead.
    return _column(
        f"SELECT rowid FROM {TABLE} WHERE keys @@ %s::tsquery AND owner_id = %s AND rowid < %s"
        " ORDER BY rowid + 0 DESC LIMIT %s",
        [f"'{_owner(owner_id)}' & {match}", owner_id, below, most],
    )


def add(documents: Sequence[Document]) -> None:
    """Their numbers must be free."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = [(number, " ".join([_owner(owner_id), *keys])) for number, owner_id, keys in documents]
            cursor.executemany(f"INSERT INTO {TABLE} (rowid, keys) VALUES (%s, %s)", rows)
        else:
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, owner_id, keys) VALUES (%s, %s, array_to_tsvector(%s::text[]))",
                [(number, owner_id, [_owner(owner_id), *_bounded(keys)]) for number, owner_id, keys in documents],
            )


def remove(numbers: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid = %s", [(number,) for number in numbers])


def taken(numbers: Sequence[int]) -> set[int]:
    """Which of these numbers are not free."""
    marks = ", ".join(["%s"] * len(numbers))
    return set(_column(f"SELECT rowid FROM {TABLE} WHERE rowid IN ({marks})", numbers)) if numbers else set()


def behind(number: int, most: int) -> list[int]:
    """The next documents, in the order of their numbers."""
    return _column(f"SELECT rowid FROM {TABLE} WHERE rowid > %s ORDER BY rowid LIMIT %s", [number, most])


def _owner(owner_id: UUID) -> str:
    """The key that keeps everybody's documents apart from the start; two users may share it."""
    return "…" + owner_id.hex[-8:]


def _bounded(keys: set[str]) -> Iterable[str]:
    """As many as a tsvector takes: all of them, but of a text made to have more."""
    if len(keys) < KEY_BYTES // 200:  # none is longer
        return keys
    sizes = accumulate(len(key.encode()) for key in keys)
    return [key for key, size in zip(keys, sizes, strict=True) if size < KEY_BYTES]


def _column(statement: str, parameters: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [value for (value,) in cursor.fetchall()]
