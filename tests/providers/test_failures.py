"""Every way a provider can fail, over real sockets, and the word for it."""

import asyncio
from email.utils import formatdate
from time import time
from typing import Any

import openai
import pytest

from chatsite.providers import clients
from chatsite.providers.failures import Failure, Kind, failure
from chatsite.providers.models import Target
from chatsite.providers.probe import trial
from tests.ports import free_port
from tests.upstream import Upstream

from .conftest import KEY, http, saying


async def failing(target: Target) -> Failure:
    """What becomes of a question. The scripted upstream repeats the key in what it refuses with; we must not."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one it is, is the question
        async for _ in trial(target, "x"):
            pass
    found = failure(caught.value)
    assert KEY not in repr(found)
    return found


async def failing_at(base_url: str, proxy: str = "") -> Failure:
    return await failing(Target("m", "m", base_url, KEY, proxy))


async def test_nobody_listens() -> None:
    assert (await failing_at(f"http://127.0.0.1:{free_port()}/v1")).kind is Kind.REFUSED


async def test_no_such_host() -> None:
    assert (await failing_at("http://nowhere.invalid/v1")).kind is Kind.DNS


async def test_the_proxy_is_not_there() -> None:
    found = await failing_at("http://model.invalid/v1", f"http://127.0.0.1:{free_port()}")
    assert found.kind is Kind.PROXY


async def test_the_proxy_wants_a_password() -> None:
    async with saying(http("407 Proxy Authentication Required", b"")) as proxy:
        address = proxy.removesuffix("/v1")
        assert (await failing_at("https://model.invalid/v1", address)).kind is Kind.PROXY
        assert (await failing_at("http://model.invalid/v1", address)).kind is Kind.PROXY


async def test_tls_is_spoken_to_a_server_without_it() -> None:
    async with saying(b"HTTP/1.1 400 Bad Request\r\n\r\n") as base_url:
        # The server waits for a blank line, which a TLS greeting does not hold: it is the client that gives up.
        found = await _impatient(base_url.replace("http:", "https:"))
    assert found.kind in (Kind.TLS, Kind.TIMEOUT)


async def _impatient(base_url: str) -> Failure:
    client = clients.build(Target("m", "m", base_url, KEY), connect=0.2)
    try:
        with pytest.raises(openai.APIConnectionError) as caught:
            await client.models.list()
    finally:
        await client.close()
    return failure(caught.value)


async def test_silence_before_the_answer(upstream: Upstream) -> None:
    upstream.default(hang="headers")
    client = clients.build(Target("m", "m", upstream.base_url, KEY), idle=0.2)
    try:
        with pytest.raises(openai.APIConnectionError) as caught:
            await client.chat.completions.create(model="m", messages=[], stream=True)
    finally:
        await client.close()
    assert failure(caught.value).kind is Kind.IDLE


async def test_the_connection_ends_before_the_answer() -> None:
    async with saying(b"") as base_url:
        assert (await failing_at(base_url)).kind is Kind.DROPPED


@pytest.mark.parametrize("end", ["close", "cut"])
async def test_the_connection_ends_in_the_answer(target: Target, upstream: Upstream, end: str) -> None:
    upstream.default(end=end)
    assert (await failing(target)).kind is Kind.DROPPED


async def test_what_answers_does_not_speak_http() -> None:
    async with saying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as base_url:
        assert (await failing_at(base_url)).kind is Kind.NOT_HTTP


async def test_an_address_that_is_none() -> None:
    assert (await failing_at("ftp://model.invalid/v1")).kind is Kind.NOT_HTTP


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Kind.KEY),
        (403, Kind.FORBIDDEN),
        (404, Kind.NOT_FOUND),
        (429, Kind.RATE),
        (400, Kind.STATUS),
        (402, Kind.STATUS),
        (500, Kind.STATUS),
        (503, Kind.STATUS),
    ],
)
async def test_a_status(target: Target, upstream: Upstream, status: int, kind: Kind) -> None:
    upstream.default(status=status)
    found = await failing(target)
    assert (found.kind, found.status) == (kind, status)


async def test_a_redirect_is_a_status() -> None:
    async with saying(http("302 Found", b"", "Location: http://127.0.0.1:1/")) as base_url:
        found = await failing_at(base_url)
    assert (found.kind, found.status) == (Kind.STATUS, 302)


async def test_the_provider_may_say_when_to_come_back(target: Target, upstream: Upstream) -> None:
    upstream.default(status=429, retry_after=7)
    assert (await failing(target)).retry_after == 7


async def test_the_provider_may_say_so_with_a_date() -> None:
    answer = http("503 Service Unavailable", b"{}", f"Retry-After: {formatdate(time() + 3600, usegmt=True)}")
    async with saying(answer) as base_url:
        found = await failing_at(base_url)
    assert found.retry_after
    assert 3000 < found.retry_after <= 3600


@pytest.mark.parametrize(
    ("status", "said"), [("400 Bad Request", "Too long"), ("401 Unauthorized", ""), ("403 Forbidden", "")]
)
async def test_the_providers_own_words_are_kept_unless_they_may_hold_the_key(status: str, said: str) -> None:
    async with saying(http(status, b'{"error": {"message": "Too \\n long"}}')) as base_url:
        assert (await failing_at(base_url)).said == said


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[1]", b'{"error": 1}', b'{"error": {"message": []}}', b"<html>", b"\xff"]
)
async def test_a_refusal_without_words_is_no_trouble(body: bytes) -> None:
    async with saying(http("400 Bad Request", body)) as base_url:
        assert (await failing_at(base_url)).said == ""


def test_an_exception_nobody_foresaw_has_a_word_too() -> None:
    assert failure(ValueError("what")).kind is Kind.OTHER
    error: Any = RuntimeError("outer")
    error.__cause__ = asyncio.CancelledError()
    assert failure(error).kind is Kind.OTHER
