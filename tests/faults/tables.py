"""What the database holds, asked past the site: a row is a tuple."""

import sqlite3
from typing import Any

import psycopg
import pytest

from tests.bench.kit.figures import times

on_sqlite = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
# The suite tries one database, the long version both.
on_sqlite_first = pytest.mark.parametrize("template", ["sqlite", "postgres"][: times(1, 2)], indirect=True)


def kind(database_url: str) -> str:
    """For a figure's words."""
    return "SQLite" if database_url.startswith("sqlite") else "PostgreSQL"


def rows(database_url: str, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a query, in a connection of its own."""
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=30)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()
    with psycopg.connect(database_url) as session:
        return session.execute(sql.encode()).fetchall()


def in_progress(database_url: str) -> int:
    """How many messages and generations nobody has ended."""
    sql = "SELECT count(*) FROM {} WHERE status = 'in_progress'"
    tables = ("conversations_message", "generation_generation")
    return sum(int(rows(database_url, sql.format(table))[0][0]) for table in tables)


def unpacked(database_url: str) -> int:
    """How many generations still have a row for each event."""
    return int(rows(database_url, "SELECT count(*) FROM generation_generation WHERE NOT packed")[0][0])


def beyond_the_end(database_url: str) -> int:
    """How many events lie behind the terminal one of their message."""
    both = (
        "SELECT count(*) FROM generation_{} e JOIN conversations_message m ON m.id = e.message_id"
        " WHERE m.status <> 'in_progress' AND e.{} > m.last_seq"
    )
    return sum(int(rows(database_url, both.format(*of))[0][0]) for of in (("event", "seq"), ("pack", "last_seq")))
