"""The model's API: the openai SDK opens the stream, its raw bytes become events.

The SDK gives authentication, headers, proxies, pooling, status errors; its typed chunks are left out (see decode.py).
Leaving `read` early, however it happens, closes the connection: that is how upstream learns of a cancel.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec
from django.conf import settings

from chatsite.generation.decode import Broken, Refused, Spoilt, StreamDecoder
from chatsite.generation.events import Close, Event, Usage
from chatsite.generation.pacing import Pacer
from chatsite.providers.clients import client
from chatsite.providers.failures import failure, tells
from chatsite.providers.models import Target

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

LINGER = 2.0  # seconds that upstream may take from its finish_reason to the end of the stream (usage comes in between)


def _failed(code: int, msg: str, retryable: bool = True) -> Close:
    return Close("failed", code, msg, retryable)


_refused_key = _failed(50204, "The model's provider refused this site's key. An administrator can mend that.", False)
_silent = _failed(50401, "The model's provider was silent for too long.")
_broke_off = _failed(50203, "The model's provider broke off the connection.")
_away = _failed(50202, "The model's provider can't be reached.")
TOLD = {
    "key": _refused_key,
    "forbidden": _refused_key,
    "rate": _failed(50205, "The model's provider is being asked too often, or its quota is used up. Try again later."),
    "not_found": _failed(50201, "The model's provider does not know this model.", False),
    "idle": _silent,
    "timeout": _silent,
    "dropped": _broke_off,
    "not_http": _broke_off,
    "refused": _away,
    "dns": _away,
    "tls": _away,
    "proxy": _away,
}
UNKNOWN = _failed(50201, "The model's provider failed in a way that is not known here.")


class Failed(Exception):
    """Upstream did not answer to the end; `close` is what the reader is told."""

    def __init__(self, close: Close) -> None:
        super().__init__(close.msg)
        self.close = close


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `messages` and `params` as the OpenAI API has them."""

    target: Target
    messages: list[dict[str, Any]]
    params: dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """How the answer ended; filled by `read`. `usage` is set as soon as upstream has told it."""

    finish_reason: str = ""
    usage: Usage | None = None


async def read(question: Question, outcome: Outcome, pacer: Pacer) -> AsyncGenerator[list[Event]]:
    """The answer's events, as many at once as one read of the socket completes. Raises Failed.

    Close it (contextlib.aclosing) when leaving early: that closes the connection.
    """
    decoder = StreamDecoder()
    try:
        async with _opened(question) as response, contextlib.aclosing(_chunks(response, decoder, pacer)) as chunks:
            async for chunk in chunks:
                try:
                    events = decoder.feed(chunk)
                except Spoilt as spoilt:
                    if spoilt.before:
                        yield list(spoilt.before)
                    raise
                outcome.finish_reason, outcome.usage = decoder.finish_reason, decoder.usage
                if events:
                    yield events
                if decoder.done:
                    break
        if events := decoder.flush():
            yield events
    except Exception as error:
        close = explain(error, question.target.api_key)
        # Our own words and the kind of the error, as upstream's text may hold a key; what is unknown may be our fault.
        log.warning("%s: %s (%s)", question.target.model, close.msg, type(error).__name__, exc_info=close is UNKNOWN)
        raise Failed(close) from error
    outcome.finish_reason, outcome.usage = decoder.finish_reason, decoder.usage
    if not outcome.finish_reason:
        raise Failed(Close("failed", 50203, "The model's answer broke off.", retryable=True))


def explain(error: Exception, key: str) -> Close:
    """What a reader is told of an exception. In words of ours, or upstream's where no part of `key` is in them."""
    match error:
        case Broken():
            return _failed(50203, f"The model's provider sent something unreadable: {error}.")
        case Refused():
            said = "" if tells(str(error), key) else str(error)[:300]
            return _failed(50201, f"The model's provider reported an error: {said or 'no reason given'}")
        case _TooMuch():
            return Close("failed", 50206, "The answer grew larger than this site allows.", retryable=False)
    found = failure(error)
    if found.kind == "status":
        return _failed(50201, f"The model's provider refused with status {found.status}.")
    return TOLD.get(found.kind, UNKNOWN)


class _TooMuch(Exception):
    pass


@contextlib.asynccontextmanager
async def _opened(question: Question) -> AsyncIterator["httpx2.Response"]:
    """POST /chat/completions, past the SDK's own parameter models (they cost 1 ms of CPU per call)."""
    import httpx2
    import openai

    target = question.target
    body = {
        **target.defaults,
        **question.params,
        "model": target.upstream_model,
        "messages": question.messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    # With cast_to=Response the SDK hands out the response itself; stream_cls is there for its overloads alone.
    asked = client(target).post(
        "/chat/completions",
        cast_to=httpx2.Response,
        content=msgspec.json.encode(body),
        stream=True,
        stream_cls=openai.AsyncStream[Any],
    )
    response = cast("httpx2.Response", await asked)
    try:
        if "event-stream" not in response.headers.get("content-type", ""):
            raise Broken("no event stream, so this may not be an OpenAI-compatible API")
        yield response
    finally:
        await response.aclose()


async def _chunks(response: "httpx2.Response", decoder: StreamDecoder, pacer: Pacer) -> AsyncGenerator[bytes]:
    """Raw bytes, within the limits of size; the socket is left alone between reads as the pacer says."""
    total = 0
    deadline: float | None = None
    source = aiter(cast("httpx2.AsyncByteStream", response.stream))
    while True:
        # Once the answer has its finish_reason only usage is awaited: some servers keep the connection open for ever,
        # others reset it, and neither makes a failure of a whole answer.
        if decoder.finish_reason and deadline is None:
            deadline = asyncio.get_running_loop().time() + LINGER
        try:
            async with asyncio.timeout_at(deadline) if deadline else contextlib.nullcontext():
                chunk = await anext(source, b"")
        except Exception:
            if deadline is None:
                raise
            return
        if not chunk:
            return
        total += len(chunk)
        if total > settings.GENERATION_BYTES:
            raise _TooMuch
        yield chunk
        if pacer.interval:
            await _leave_alone(response, pacer.interval)


async def _leave_alone(response: "httpx2.Response", seconds: float) -> None:
    """Let the kernel gather what comes in the next `seconds`; without a pausable socket (the demo) just sleep.

    The way to the transport leads behind private attributes of the SDK's response; test_upstream.py watches over it.
    It is asked for anew each time: after the body's end aiohttp gives the socket back to its pool, and pausing that
    one would pause another generation.
    """
    inner: Any = getattr(getattr(response.stream, "_stream", None), "_aiohttp_response", None)
    connection = inner.connection if inner is not None else None
    transport = connection.transport if connection is not None else None
    if transport is None or transport.is_closing():
        await asyncio.sleep(seconds)
        return
    transport.pause_reading()
    try:
        await asyncio.sleep(seconds)
    finally:
        if inner.connection is connection and not transport.is_closing():
            transport.resume_reading()
