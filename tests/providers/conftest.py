"""Servers that answer, or fail to, as no provider should; people who may open the page, and who may not."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from django.test import Client
from pytest_django import Settings

from chatsite.accounts.models import User
from chatsite.providers import clients, demo
from chatsite.providers.models import Target
from tests.people import PASSWORD
from tests.upstream import Upstream

KEY = "sk-the-providers-secret"


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("admin@example.org", PASSWORD)


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.org", PASSWORD)


@pytest.fixture
def browser(admin: User) -> Client:
    """The administrator's."""
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def alone(settings: Settings) -> Settings:
    """No provider in the environment."""
    settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = settings.OUTBOUND_PROXY = ""
    settings.OFFERED_MODELS = []
    return settings


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo without its human pace."""
    models = tuple(dataclasses.replace(model, pace=1e6, delay=0.0) for model in demo.MODELS)
    monkeypatch.setattr(demo, "MODELS", models)


@pytest.fixture
def target(upstream: Upstream) -> Target:
    """The scripted upstream as a provider."""
    return Target("scripted", "scripted", upstream.base_url, KEY)


@pytest.fixture
async def closing() -> AsyncIterator[None]:
    """For tests that take shared clients: closes those of the test's loop."""
    yield
    await clients.close()


@asynccontextmanager
async def saying(answer: bytes) -> AsyncIterator[str]:
    """The base URL of a server that answers every request with these bytes and closes."""
    open_ones: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        open_ones.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    for task in open_ones:
        task.cancel()
    await asyncio.gather(*open_ones, return_exceptions=True)


def http(status: str, body: bytes, *headers: str, kind: str = "application/json") -> bytes:
    """A whole HTTP answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body
