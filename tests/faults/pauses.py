"""SIGSTOP at a chosen moment: between two commits of a process, or in the midst of one."""

import random
import sqlite3
import time
from contextlib import closing
from typing import Any

import psycopg

from tests.site import Site

_TRIES = 1000


def pause(site: Site, *, within: bool = False) -> None:
    """Stop the process so that it is not in the midst of a commit, or so that it is."""
    for _ in range(_TRIES):
        site.pause()
        if _commits(site.database_url) == within:
            return
        site.cont()
        time.sleep(random.uniform(0, 0.01))  # to another moment
    raise AssertionError(f"never stopped with within={within}")


def _commits(database_url: str) -> bool:
    """Whether somebody has held the lock that a commit of ours begins with for longer than any commit takes."""
    if not database_url.startswith("sqlite"):
        return _renews(database_url)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0.1, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


def _renews(database_url: str) -> bool:
    """Each commit first renews the lease, which locks that worker's row."""
    with psycopg.connect(database_url, autocommit=True) as other:
        before = _locked(other)
        if before:
            time.sleep(0.1)  # a running process is through with it by then
        return bool(before & _locked(other))


def _locked(other: "psycopg.Connection[tuple[Any, ...]]") -> set[Any]:
    workers = other.execute("SELECT id FROM generation_worker").fetchall()
    return set(workers) - set(other.execute("SELECT id FROM generation_worker FOR UPDATE SKIP LOCKED").fetchall())
