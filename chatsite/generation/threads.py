"""Where the straight line touches the database: a few threads of its own, never a request's, never one per stream."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """At most `count` threads, each with a database connection while it works."""

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` returns. If the caller is cancelled, the work is done all the same."""
        # Shielded, because what still waits for a thread would be forgotten together with its caller.
        working = asyncio.get_running_loop().run_in_executor(self._pool, lambda: _tidy(work, *args, **kwargs))
        return await asyncio.shield(working)

    def close(self) -> None:
        self._pool.shutdown(wait=False)


in_thread = Threads(5, "generation").run
# Apart from those that write: while the database is locked, who only reads need not wait (SQLite's WAL, PostgreSQL).
read_in_thread = Threads(3, "reading").run


def _tidy(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        if not settings.SQLITE:  # back to the pool; an idle thread must not keep a server's connection
            connections.close_all()
