"""Sockets of signed-in users, without a server."""

from dataclasses import dataclass

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from chatsite.accounts.models import User
from chatsite.live.routing import live


@dataclass
class Somebody:
    user: User
    client: Client

    def connect(self, origin: str = "http://localhost", path: str = "/ws/live") -> WebsocketCommunicator:
        """Their browser's socket, not yet accepted."""
        cookie = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        headers = [(b"host", b"localhost"), (b"origin", origin.encode())]
        headers += [(b"cookie", f"{cookie.key}={cookie.value}".encode())] if cookie else []
        return WebsocketCommunicator(live, path, headers)


def somebody(name: str) -> Somebody:
    user, client = User.objects.create_user(f"{name}@example.org", "correct horse battery staple"), Client()
    client.force_login(user)
    return Somebody(user, client)


@pytest.fixture
async def alice(transactional_db: None) -> Somebody:
    return await sync_to_async(somebody)("alice")


@pytest.fixture
async def bob(transactional_db: None) -> Somebody:
    return await sync_to_async(somebody)("bob")
