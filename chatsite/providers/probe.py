"""What is asked of a provider outside of answering: which models it serves, and whether it answers at all."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from chatsite.providers import clients
from chatsite.providers.failures import tells
from chatsite.providers.models import MAX_NAME, Target
from chatsite.providers.presets import preset_of

if TYPE_CHECKING:
    import httpx2

LIST_SECONDS = 20.0
TRIAL_SECONDS = 60.0
TRIAL_CHARS = 4000
MAX_LISTED = 2000
LIST_BYTES = 4 * 2**20  # the longest lists have a tenth of it

# Names of models that do something else than chat, as far as names tell.
_OTHER = re.compile(
    r"embed|bge-|rerank|whisper|tts|transcri|speech|audio|realtime|dall-e|image|sora|video|moderation|davinci|babbage"
    r"|computer-use|wanx|cogview|cogvideo|paraformer|cosyvoice|ocr|asr",
    re.IGNORECASE,
)
# …-2024-08-06, …-0613, …-20250514: a snapshot of the model without the date.
_SNAPSHOT = re.compile(r"[-@](20\d\d-?\d\d-?\d\d|\d{4})$")


class NotTheApi(Exception):
    """What answers there is not an OpenAI-compatible API."""


class BrokenOff(Exception):
    """The provider ended its answer with an error, in its own words; without them where they tell the key."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Models a provider serves, the best default first. `offered` are those worth showing to users unasked."""

    base_url: str  # as it was found to work: a forgotten /v1 is added
    names: tuple[str, ...]
    offered: frozenset[str]


async def listed(target: Target) -> Listed:
    """Ask for the models. Raises what failures.failure understands; TimeoutError after 20 s in all."""
    async with asyncio.timeout(LIST_SECONDS):
        try:
            names = await _names(target)
        except Exception as error:
            if urlsplit(target.base_url).path or not _wrong_place(error):
                raise
            target = replace(target, base_url=target.base_url + "/v1")
            names = await _names(target)
    return arranged(target.base_url, names)


def arranged(base_url: str, names: list[str]) -> Listed:
    """Chat models only, the preset's favourites first, then as the provider lists them."""
    preset = preset_of(base_url)
    favourites = preset.prefer if preset else ()
    chat = [name for name in dict.fromkeys(names) if not _OTHER.search(name)]
    chat.sort(key=lambda name: favourites.index(name) if name in favourites else len(favourites))
    offered = frozenset(name for name in chat if _SNAPSHOT.sub("", name) not in chat or not _SNAPSHOT.search(name))
    return Listed(base_url, tuple(chat), offered)


def _wrong_place(error: Exception) -> bool:
    return isinstance(error, NotTheApi) or getattr(error, "status_code", None) in (404, 405)


async def _names(target: Target) -> list[str]:
    """GET /models, read by hand: half of the compatible servers leave out fields that the SDK's type has."""
    try:
        cards = msgspec.json.decode(await _list(target))["data"]
        names = [card["id"] for card in cards[:MAX_LISTED]]
    except (msgspec.DecodeError, KeyError, TypeError, RecursionError):
        raise NotTheApi from None
    return [name for name in names if isinstance(name, str) and 0 < len(name) <= MAX_NAME and name.isprintable()]


async def _list(target: Target) -> bytes:
    """What GET /models answers; NotTheApi when it does not come to an end."""
    import httpx2
    import openai

    client, said = clients.build(target, idle=LIST_SECONDS), bytearray()
    try:
        response: Any = await client.get(
            "/models", cast_to=httpx2.Response, stream=True, stream_cls=openai.AsyncStream[Any]
        )
        try:
            async for part in response.aiter_raw():
                said += part
                if len(said) > LIST_BYTES:
                    raise NotTheApi
        finally:
            await response.aclose()
    finally:
        await client.close()
    return bytes(said)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the trial's answer, and the seconds since it was asked for."""

    text: str
    seconds: float
    reasoning: bool = False


async def trial(target: Target, question: str) -> AsyncIterator[Part]:
    """Stream a real answer. Raises what failures.failure understands; NotTheApi when nothing of an answer came."""
    import httpx2
    import openai

    client = clients.build(target, idle=TRIAL_SECONDS)
    begin = time.monotonic()
    body = {"model": target.upstream_model, "messages": [{"role": "user", "content": question}], "stream": True}
    try:
        async with asyncio.timeout(TRIAL_SECONDS):
            # The annotation is needed: with stream=True the SDK's type promises a stream class, cast_to rules.
            response: Any = await client.post(
                "/chat/completions",
                cast_to=httpx2.Response,
                content=msgspec.json.encode(target.defaults | body),
                stream=True,
                stream_cls=openai.AsyncStream[Any],
            )
            try:
                async for text, reasoning in _texts(response, target.api_key):
                    yield Part(text, time.monotonic() - begin, reasoning)
            finally:
                await response.aclose()
    finally:
        await client.close()


class _Delta(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None  # what some servers call it


class _Choice(msgspec.Struct):
    delta: _Delta | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    error: Any = None


_chunk = msgspec.json.Decoder(_Chunk)


async def _texts(response: "httpx2.Response", key: str) -> AsyncIterator[tuple[str, bool]]:
    """(text, is reasoning) of each delta, about TRIAL_CHARS characters in all."""
    chars = 0
    async for data in _data(response):
        try:
            chunk = _chunk.decode(data)
        except (msgspec.DecodeError, RecursionError):
            raise NotTheApi from None
        if chunk.error:
            said = str(chunk.error.get("message", "") if isinstance(chunk.error, dict) else chunk.error)
            raise BrokenOff("" if tells(said, key) else said)
        delta = (chunk.choices[0].delta if chunk.choices else None) or _Delta()
        for text, reasoning in ((delta.reasoning_content or delta.reasoning, True), (delta.content, False)):
            if text:
                chars += len(text)
                yield text[:TRIAL_CHARS], reasoning
        if chars >= TRIAL_CHARS:
            return
    if not chars:
        raise NotTheApi


async def _data(response: "httpx2.Response") -> AsyncIterator[bytes]:
    """The data lines of an event stream, until [DONE]."""
    if "html" in response.headers.get("content-type", ""):
        raise NotTheApi
    pending = b""
    async for block in response.aiter_raw():
        *lines, pending = (pending + block).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                if (data := line[5:].strip()) == b"[DONE]":
                    return
                yield data
        if len(pending) > 1_000_000:
            raise NotTheApi
