"""One open page's websocket. It only ever hears; what it is told is in publish.py."""

import asyncio
import contextvars
from io import BytesIO
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse

from chatsite.accounts.auth import Principal, by_session, revoked
from chatsite.live import publish

SIGNED_OUT = 4401


class Live(AsyncJsonWebsocketConsumer):
    """Hints to the signed-in user, by session cookie, until that is revoked (closed with 4401, as is a stranger's)."""

    group: str | None = None
    _watch: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        principal = await database_sync_to_async(_principal)(self.scope)
        if principal is None:
            await self.accept()  # a refused handshake would tell the page nothing
            await self.close(SIGNED_OUT)
            return
        # In the group first: a page that is told that it is connected has missed nothing since.
        self.group = await publish.join(principal.user.pk, self.channel_name)
        self._watch = asyncio.get_running_loop().create_task(
            self._close_when_revoked(principal), context=contextvars.Context()
        )
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self._watch:
            self._watch.cancel()
        if self.group:
            await publish.leave(self.group, self.channel_name)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' look at old database connections: a hop to a thread for every hint."""
        if message["type"] == "live.hint":
            await self.send_json(message["hint"])
        elif message["type"] != "websocket.receive":  # a page has nothing to say
            await super().dispatch(message)

    async def _close_when_revoked(self, principal: Principal) -> None:
        await revoked(principal)
        await self.close(SIGNED_OUT)


def _principal(scope: dict[str, Any]) -> Principal | None:
    """Who sent the session cookie of a handshake."""
    request = ASGIRequest({**scope, "method": "GET"}, BytesIO())
    SessionMiddleware(_unused).process_request(request)
    AuthenticationMiddleware(_unused).process_request(request)
    return by_session(request)


def _unused(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError
