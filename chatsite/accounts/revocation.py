"""Tell open streams and sockets that their credential no longer holds.

All of a process's readers share one task, which asks the database one question a second and ends when nobody waits.
"""

import asyncio
import contextvars
import logging
from collections.abc import Iterable

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.contrib.sessions.models import Session
from django.db import close_old_connections, connections
from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from chatsite.accounts.models import ApiKey, User
from chatsite.accounts.principal import Principal

logger = logging.getLogger(__name__)

TICK = 1.0  # seconds between two looks; a reader is told within TICK plus one query

_waiting: dict[asyncio.Future[None], Principal] = {}
_watcher: asyncio.Task[None] | None = None


async def revoked(principal: Principal) -> None:
    """Return within 2 s of the principal's deactivation, password change, sign-out or key revocation; else never."""
    future = asyncio.get_running_loop().create_future()
    _waiting[future] = principal
    _watch()
    try:
        await future
    finally:
        del _waiting[future]


def _watch() -> None:
    """See that the watcher runs, in this loop, and in a context of its own rather than that of a request."""
    global _watcher
    loop = asyncio.get_running_loop()
    if _watcher is None or _watcher.done() or _watcher.get_loop() is not loop:
        _watcher = loop.create_task(_tell(), context=contextvars.Context())


async def _tell() -> None:
    global _watcher
    # One thread, and on SQLite one connection, for as long as anybody waits.
    async with ThreadSensitiveContext():
        while _waiting:
            await asyncio.sleep(TICK)
            waiting = dict(_waiting)
            try:
                standing = await sync_to_async(_standing)(waiting.values())
            except Exception as error:  # a database that is away for a while ends nobody's stream
                logger.warning("Cannot see who has been signed out: %s", error)
                continue
            for future, principal in waiting.items():
                if not _proofs(principal) <= standing and not future.done():
                    future.set_result(None)
        _watcher = None  # before the next await: whoever comes from here on starts another
        await sync_to_async(connections.close_all)()


def _proofs(principal: Principal) -> set[tuple[str, str]]:
    """The rows that `_standing` must return if the principal still stands. A live key implies a live user."""
    credential = (principal.credential, "")
    if principal.way == "key":
        return {credential}
    return {credential, (principal.user.pk.hex, principal.user.password)}


def _standing(principals: Iterable[Principal]) -> set[tuple[str, str]]:
    """Of all these in one query: (user id, password), (session key, "") and (API key id, ""), ids in hex."""
    keys = {p.credential for p in principals if p.way == "key"}
    sessions = {p.credential for p in principals if p.way != "key"}
    people = {p.user.pk for p in principals if p.way != "key"}
    nothing, text = Value("", CharField()), CharField()
    rows = (
        User.objects.filter(pk__in=people, is_active=True)
        .values_list(Cast("pk", text), "password")
        .union(
            Session.objects.filter(session_key__in=sessions, expire_date__gt=timezone.now())
            .values_list(Cast("session_key", text), nothing),
            ApiKey.objects.live().filter(pk__in=keys).values_list(Cast("pk", text), nothing),
            all=True,
        )
    )  # fmt: skip
    try:
        return {(name.replace("-", ""), password) for name, password in rows}
    finally:
        close_old_connections()
