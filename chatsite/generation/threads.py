"""Where the straight line touches the database: a few threads of its own, never a request's, never one per stream."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")

_POOL = ThreadPoolExecutor(6, thread_name_prefix="generation")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in one of the room's threads. If the caller is cancelled the work still runs to its end."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, lambda: _tidy(work, *args, **kwargs))


def _tidy(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        if not settings.SQLITE:  # back to the pool; an idle thread must not keep a server's connection
            connections.close_all()
