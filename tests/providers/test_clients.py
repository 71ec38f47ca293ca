"""The SDK's client over real sockets: what it sends, what it shares, what it does not do."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import msgspec
import openai
import pytest

from chatsite.providers import clients, demo
from chatsite.providers.models import Target
from tests.upstream import Upstream

from .conftest import KEY, http, saying

pytestmark = pytest.mark.usefixtures("closing")


async def asked(target: Target, model: str = "scripted") -> httpx2.Response:
    """An open stream, as generation/upstream.py opens one."""
    response: Any = await clients.client(target).post(
        "/chat/completions",
        cast_to=httpx2.Response,
        content=msgspec.json.encode({"model": model, "messages": [{"role": "user", "content": "x"}], "stream": True}),
        stream=True,
        stream_cls=openai.AsyncStream[Any],
    )
    assert isinstance(response, httpx2.Response)
    return response


async def text(response: httpx2.Response) -> bytes:
    try:
        return b"".join([chunk async for chunk in response.aiter_raw()])
    finally:
        await response.aclose()


async def test_an_answer_streams_and_the_key_goes_along(target: Target, upstream: Upstream) -> None:
    assert b"[DONE]" in await text(await asked(target))
    headers = upstream.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["accept-encoding"] == "identity"


async def test_a_server_without_keys_gets_a_dummy(upstream: Upstream) -> None:
    await text(await asked(Target("m", "m", upstream.base_url, "")))
    assert upstream.requests[0].headers["authorization"] == "Bearer none"


async def test_the_environments_organisation_is_not_told_to_other_providers(
    target: Target, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-secret")
    await text(await asked(target))
    assert "secret-" not in str(upstream.requests[0].headers)
    assert "openai-organization" not in upstream.requests[0].headers


async def test_the_environments_proxy_is_not_used(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert b"[DONE]" in await text(await asked(target))


async def test_the_same_way_is_the_same_client_and_a_new_key_another(target: Target) -> None:
    first = clients.client(target)
    assert clients.client(Target("other", "other", target.base_url, target.api_key)) is first
    assert clients.client(Target("m", "m", target.base_url, "sk-new")) is not first
    assert clients.client(Target("m", "m", target.base_url, target.api_key, "http://127.0.0.1:1")) is not first


async def test_another_loop_has_its_own_clients(target: Target) -> None:
    async def elsewhere() -> openai.AsyncOpenAI:
        found = clients.client(target)
        await clients.close()
        return found

    assert await asyncio.to_thread(asyncio.run, elsewhere()) is not clients.client(target)


async def test_a_client_nobody_asks_for_is_closed_when_the_next_is_made(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = clients.client(target)
    kept = clients.client(Target("m", "m", target.base_url, "sk-kept"))
    monkeypatch.setattr(clients, "UNUSED_SECONDS", -1.0)
    clients.client(Target("m", "m", target.base_url, "sk-new"))
    await asyncio.gather(*clients._closing)
    assert old.is_closed()
    assert kept.is_closed()


async def test_a_hundred_and_fifty_answers_at_once_do_not_wait_for_each_other(
    target: Target, upstream: Upstream
) -> None:
    upstream.default(gate="all", count=1)
    streams = await asyncio.gather(*(asked(target) for _ in range(150)))
    await asyncio.to_thread(upstream.wait, "waiting", 150)
    upstream.open("all")
    assert all(b"[DONE]" in body for body in await asyncio.gather(*(text(stream) for stream in streams)))


async def test_closing_an_answer_reaches_the_provider(target: Target, upstream: Upstream) -> None:
    upstream.default(count=10, gate="never", after=5)
    response = await asked(target)
    await anext(response.aiter_raw())
    await response.aclose()
    await asyncio.to_thread(upstream.wait, "aborted")


async def test_a_redirect_is_not_followed_with_the_key(upstream: Upstream) -> None:
    moved = http("307 Temporary Redirect", b"", f"Location: {upstream.base_url}/chat/completions")
    async with saying(moved) as base_url:
        with pytest.raises(openai.APIStatusError) as caught:
            await asked(Target("m", "m", base_url, KEY))
    assert caught.value.status_code == 307
    assert upstream.requests == []


async def test_a_refusal_is_asked_once(target: Target, upstream: Upstream) -> None:
    upstream.default(status=500)
    with pytest.raises(openai.InternalServerError):
        await asked(target)
    assert len(upstream.requests) == 1


async def test_the_way_to_the_socket_is_there_while_the_answer_runs_and_gone_after_it(
    target: Target, upstream: Upstream
) -> None:
    """generation/upstream.py pauses reading by it; after the end it belongs to the pool and must not be paused."""
    upstream.default(count=2, gate="second", after=1)
    response = await asked(target)
    stream: Any = response.stream
    inner = stream._stream._aiohttp_response
    assert not inner.connection.transport.is_closing()
    upstream.open("second")
    await text(response)
    assert inner.connection is None


async def test_no_certificate_is_believed_that_the_system_does_not_know() -> None:
    assert clients._certificates().verify_mode is ssl.CERT_REQUIRED
    assert clients._certificates() is clients._certificates()


@pytest.fixture
async def proxy() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A proxy that refuses everybody, and the heads of what it was asked."""
    heads: list[bytes] = []

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(http("407 Proxy Authentication Required", b""))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", heads


@pytest.mark.parametrize(
    ("base_url", "line"),
    [
        ("http://model.invalid/v1", b"POST http://model.invalid/v1"),
        ("https://model.invalid/v1", b"CONNECT model.invalid"),
    ],
)
async def test_an_outbound_proxy_is_asked_with_its_password(
    proxy: tuple[str, list[bytes]], base_url: str, line: bytes
) -> None:
    address, heads = proxy
    with pytest.raises(openai.APIError):
        await asked(Target("m", "m", base_url, KEY, f"http://user:p%40ss@{address}"))
    assert heads[0].startswith(line)
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"user:p@ss") in heads[0]
    assert (KEY.encode() in heads[0]) is base_url.startswith("http:")


async def test_a_proxy_without_a_password_gets_none(proxy: tuple[str, list[bytes]]) -> None:
    address, heads = proxy
    with pytest.raises(openai.APIError):
        await asked(Target("m", "m", "https://model.invalid/v1", KEY, f"http://{address}"))
    assert b"Authorization" not in heads[0]


@pytest.mark.usefixtures("hurried")
async def test_the_demo_is_reached_over_the_same_client_without_a_socket() -> None:
    target = Target("demo", "demo", demo.BASE_URL, "")
    assert type(clients.client(target)) is openai.AsyncOpenAI
    assert b"[DONE]" in await text(await asked(target, "demo"))
