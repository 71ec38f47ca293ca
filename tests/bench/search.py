"""`./run bench search`: how long a search takes among 100,000 messages of one user, on SQLite and on PostgreSQL.

Real requests to the real site, the first page each. The queries are drawn from the messages themselves, so common ones
come often, and a few are found nowhere. Hits are compared with a search through all texts: all of them, or of very
many the newest.
"""

import argparse
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
import requests

from chatsite.conversations.search_words import fold
from tests.bench.kit.machine import end_tidily
from tests.bench.kit.report import Target, table, targets, write
from tests.bench.texts import Writer
from tests.databases import Template
from tests.postgres import served
from tests.site import ROOT, Site

SEED = 20261120
CONVERSATION = 50  # messages
HITS = 200  # compared of a query
LIMIT = 50  # ms


@dataclass(frozen=True)
class Asked:
    """A kind of queries; `found(query, folded text)` is what they mean, said plainly."""

    kind: str
    queries: list[str]
    found: Callable[[str, str], bool]


@dataclass(frozen=True)
class Filled:
    """What it took to fill and to index a database; bytes and seconds."""

    characters: int
    bytes: int
    index_bytes: int
    index_seconds: float
    longest_batch: float


@dataclass(frozen=True)
class Measured:
    """A kind of queries that were asked: how many had other hits than they should, and ms."""

    kind: str
    queries: int
    wrong: int
    samples: list[float]

    def at(self, share: float) -> float:
        return sorted(self.samples)[int((len(self.samples) - 1) * share)]


def contained(query: str, folded: str) -> bool:
    return query in folded


def begun(query: str, folded: str) -> bool:
    """All words, the last one as a beginning."""
    *whole, last = words = query.split()
    if not all(word in folded for word in words):  # soon told of most
        return False
    has = all(re.search(rf"(?<![a-z]){word}(?![a-z])", folded) for word in whole)
    return has and re.search(rf"(?<![a-z]){last}", folded) is not None


def messages(count: int) -> list[str]:
    writer = Writer(SEED)
    return [writer.message() for _ in range(count)]


def asked(texts: list[str], each: int) -> list[Asked]:
    """`each` queries of every kind."""
    draw = random.Random(SEED)
    runs = [
        run
        for text in draw.sample(texts, min(len(texts), 20 * each))
        for run in re.findall("[\u4e00-\u9fff]{4,}", text)
    ]
    words = [word for text in draw.sample(texts, min(len(texts), 20 * each)) for word in re.findall("[a-z]+", text)]
    known = "".join(sorted(set("".join(runs))))

    def cut(length: int) -> list[str]:
        places = [(run, draw.randrange(len(run) - length + 1)) for run in draw.choices(runs, k=each)]
        return [run[at : at + length] for run, at in places]

    return [
        Asked("1 character", cut(1), contained),
        Asked("1 character, any", draw.choices(known, k=each), contained),
        Asked("2 characters", cut(2), contained),
        Asked("2 characters, any", ["".join(draw.choices(known, k=2)) for _ in range(each)], contained),
        Asked("4 characters", cut(4), contained),
        Asked("a word", draw.choices(words, k=each), begun),
        Asked("a word as it is typed", [word[: draw.randint(1, 4)] for word in draw.choices(words, k=each)], begun),
        Asked("three words", [" ".join(draw.choices(words, k=3)) for _ in range(each)], begun),
    ]


@contextmanager
def serving(vendor: str, count: int) -> Iterator[tuple[Site, Filled]]:
    """The real site on a database with so many messages of alice's, all indexed."""
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as name, _server(vendor) as server:
        made, data = Path(name) / "template", Path(name) / "data"
        made.mkdir()
        template = Template(made, server)
        try:
            with template.copy(data) as url:
                site = Site(data, url, people=template.people)
                command = [sys.executable, "-m", "tests.bench.search", "--fill", str(count)]
                done = subprocess.run(command, env=site.env, cwd=ROOT, stdout=subprocess.PIPE, check=True)
                filled = Filled(**json.loads(done.stdout))
                with site:
                    yield site, filled
        finally:
            template.drop()


@contextmanager
def _server(vendor: str) -> Iterator[str]:
    if vendor == "sqlite":
        yield ""
    else:
        with served() as url:
            yield url


def fill(count: int) -> Filled:
    """In a process of its own, whose environment names the database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    from django.utils import timezone

    from chatsite.accounts.models import User
    from chatsite.conversations import search_index
    from chatsite.conversations.models import Conversation, Message, Role

    alice, texts = User.objects.get(email="alice@example.org"), messages(count)
    for at in range(0, count, CONVERSATION):
        said = texts[at : at + CONVERSATION]
        conversation = Conversation.objects.create(owner=alice, title=said[0][:60], updated=timezone.now())
        Message.objects.bulk_create([Message(conversation=conversation, role=Role.USER, content=text) for text in said])
    before, began, batches = _size(), time.monotonic(), [0.0]
    while True:
        batch = time.monotonic()
        if not search_index.index(search_index.BATCH):
            break
        batches.append(time.monotonic() - batch)
    return Filled(sum(map(len, texts)), before, _size() - before, time.monotonic() - began, max(batches))


def _size() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        else:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def search(site: Site, http: requests.Session, query: str, cursor: str = "") -> tuple[dict[str, Any], float]:
    """A page, and how many ms it took."""
    began = time.perf_counter()
    response = http.get(f"{site.url}/api/conversations", params={"q": query, "cursor": cursor}, timeout=60)
    took = (time.perf_counter() - began) * 1000
    response.raise_for_status()
    return response.json(), took


def found(site: Site, http: requests.Session, query: str) -> tuple[list[str], bool]:
    """Ids of the messages that are found, from HITS hits or from all; whether it is all. A title says nothing here."""
    hits: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None and len(hits) < HITS:
        page, _ = search(site, http, query, cursor)
        hits += page["hits"]
        cursor = page["nextCursor"]
    return [hit["convId"].replace("-", "") for hit in hits if hit["convId"]], cursor is None


def everything(site: Site) -> list[tuple[str, str]]:
    """(id, folded text) of all messages, the newest first, straight from the database."""
    statement = "SELECT id, content FROM conversations_message ORDER BY created DESC, id DESC"
    if site.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(site.database_url.removeprefix("sqlite:///"))) as connection:
            rows = connection.execute(statement).fetchall()
    else:
        with psycopg.connect(site.database_url) as connection:
            rows = connection.execute(statement).fetchall()
    return [(str(key).replace("-", ""), fold(text)) for key, text in rows]


def scanned(site: Site, queries: Sequence[str]) -> list[float]:
    """ms of the database's own search through all texts for each query."""
    took = []
    for query in queries:
        began = time.perf_counter()
        if site.database_url.startswith("sqlite"):
            with closing(sqlite3.connect(site.database_url.removeprefix("sqlite:///"))) as connection:
                connection.execute(
                    "SELECT id FROM conversations_message WHERE content LIKE ?", [f"%{query}%"]
                ).fetchall()
        else:
            with psycopg.connect(site.database_url) as connection:
                connection.execute(
                    "SELECT id FROM conversations_message WHERE content ILIKE %s", [f"%{query}%"]
                ).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    return took


def measure(vendor: str, count: int, each: int) -> tuple[Filled, list[Measured]]:
    """All kinds of queries; behind them what any request takes, and the database's own search through all texts."""
    kinds = asked(messages(count), each)
    with serving(vendor, count) as (site, filled), requests.Session() as http:
        http.headers.update(site.user("alice").headers)
        texts, measured = everything(site), []
        for kind in kinds:
            search(site, http, kind.queries[0])
            samples = [search(site, http, query)[1] for query in kind.queries for _ in range(2)]
            wrong = sum(differs(*found(site, http, query), query, kind, texts) for query in set(kind.queries))
            measured.append(Measured(kind.kind, len(kind.queries), wrong, samples))
        nothing = [search(site, http, "-")[1] for _ in range(2 * each)]
        measured.append(Measured("nothing to look for", each, 0, nothing))
        brute = kinds[2].queries[:20]
        measured.append(Measured("LIKE through all texts", len(brute), 0, scanned(site, brute)))
    return filled, measured


def differs(hits: list[str], complete: bool, query: str, kind: Asked, texts: list[tuple[str, str]]) -> bool:
    """Whether a search through all texts has other hits."""
    expected = [key for key, text in texts if kind.found(query, text)]
    return hits != (expected if complete else expected[: len(hits)])


def _print(vendor: str, filled: Filled, measured: Sequence[Measured]) -> None:
    print(
        f"{vendor}: {filled.characters / 1e6:.1f} million characters in {filled.bytes / 1e6:.0f} MB;"
        f" the index {filled.index_bytes / 1e6:.0f} MB more, made in {filled.index_seconds:.0f} s,"
        f" the longest batch {filled.longest_batch * 1000:.0f} ms\n"
    )
    rows = [(m.kind, m.queries, m.wrong, m.at(0.5), m.at(0.95), m.at(1)) for m in measured]
    print(table(("ms to the first page", "queries", "with other hits", "p50", "p95", "max"), rows) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 whatever the verdicts, they are for reading."""
    parser = argparse.ArgumentParser(prog="./run bench search", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=60, help="of each kind")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--json", type=Path, help="write all figures there")
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.fill:
        print(json.dumps(asdict(fill(given.fill))))
        return 0
    end_tidily()
    reached: list[Target] = []
    figures: dict[str, Any] = {}
    for vendor in given.database or ["sqlite", "postgresql"]:
        filled, measured = measure(vendor, given.messages, given.queries)
        _print(vendor, filled, measured)
        figures[vendor] = {"filled": asdict(filled), "measured": [asdict(one) for one in measured]}
        reached += [Target(f"{vendor}: {one.kind}, p95", one.at(0.95), LIMIT, "ms") for one in measured[:-2]]
        reached.append(Target(f"{vendor}: queries with other hits", sum(one.wrong for one in measured), 0))
    print(targets(reached))
    write(given.json, figures, reached)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
