"""An OpenAI-compatible API without a network: what lies below the SDK's client for demo.BASE_URL."""

import asyncio
import itertools
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2

from chatsite.providers import demo
from chatsite.providers.demo.answers import Answer, Failing, answer

_CREATED = 1767225600
_DONE = b"data: [DONE]\n\n"
# A word with the space after it, or two characters of a script that has no spaces: as much as a model writes at a time.
_PIECE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]{1,2}\s*|[^\s\u3000-\u9fff\uff00-\uffef]{1,12}\s*|\s+")
_number = itertools.count(1)


class DemoTransport(httpx2.AsyncBaseTransport):
    """Answers GET /models and POST /chat/completions, streamed or whole, like a real API would."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        match request.method, request.url.path.removeprefix("/v1"):
            case "GET", "/models":
                return httpx2.Response(200, json={"object": "list", "data": [_card(model.id) for model in demo.MODELS]})
            case "POST", "/chat/completions":
                return self._completion(json.loads(await request.aread()))
            case _:
                return _refusal(404, "There is no such address in the demo.")

    def _completion(self, body: dict[str, Any]) -> httpx2.Response:
        model = next((model for model in demo.MODELS if model.id == body.get("model")), None)
        if model is None:
            return _refusal(404, "The demo has no such model.")
        said = answer(model, body.get("messages") or [])
        if said.failing and said.failing.status:
            return _refusal(said.failing.status, "The demo refuses, as it was asked to.")
        if not body.get("stream"):
            return httpx2.Response(200, json=_whole(model.id, said))
        usage = bool((body.get("stream_options") or {}).get("include_usage"))
        events = _Events(model, said, usage)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=events)


class _Events(httpx2.AsyncByteStream):
    """The bytes of an answer at a human pace. Closing ends it at once, also while it waits for the next delta."""

    def __init__(self, model: demo.DemoModel, said: Answer, usage: bool) -> None:
        self.model, self.said, self.usage = model, said, usage
        self.id = f"chatcmpl-demo-{next(_number)}"
        self._closed = asyncio.Event()

    async def aclose(self) -> None:
        self._closed.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        begin = time.monotonic() + self.model.delay
        yield self._event({"role": "assistant", "content": ""})
        for nth, delta in enumerate(self._deltas()):
            # Each delta has its own moment, so that a late one does not delay all after it.
            if not await self._rest(begin + nth / self.model.pace - time.monotonic()):
                return
            yield self._event(delta)
        async for end in self._end():
            yield end

    def _deltas(self) -> list[dict[str, str]]:
        thoughts = [{"reasoning_content": piece} for piece in _PIECE.findall(self.said.reasoning)]
        return thoughts + [{"content": piece} for piece in _PIECE.findall(self.said.content)]

    async def _end(self) -> AsyncIterator[bytes]:
        """Usage and [DONE], or what was asked for instead."""
        match self.said.failing:
            case None:
                yield self._event({}, "stop")
                if self.usage:
                    yield _data(self._head() | {"choices": [], "usage": self.said.usage})
                yield _DONE
            case Failing("error"):
                yield _data({"error": {"message": "The demo broke off, on purpose.", "type": "server_error"}})
            case Failing("garbage"):
                yield b'data: {"choices":[{"delta":{"content":"\n\n'
            case Failing("hang"):
                await self._closed.wait()
            case _:
                raise httpx2.ReadError("The demo dropped the connection, on purpose.")

    async def _rest(self, seconds: float) -> bool:
        """Wait; False as soon as the stream was closed."""
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._closed.wait()
        except TimeoutError:
            return True
        return False

    def _head(self) -> dict[str, Any]:
        return {"id": self.id, "object": "chat.completion.chunk", "created": _CREATED, "model": self.model.id}

    def _event(self, delta: dict[str, str], finish_reason: str | None = None) -> bytes:
        return _data(self._head() | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def _card(model_id: str) -> dict[str, Any]:
    return {"id": model_id, "object": "model", "created": _CREATED, "owned_by": "chatsite"}


def _whole(model_id: str, said: Answer) -> dict[str, Any]:
    """The answer of a request that did not ask for a stream."""
    message = {"role": "assistant", "content": said.content}
    if said.reasoning:
        message["reasoning_content"] = said.reasoning
    return {
        "id": f"chatcmpl-demo-{next(_number)}",
        "object": "chat.completion",
        "created": _CREATED,
        "model": model_id,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": said.usage,
    }


def _refusal(status: int, message: str) -> httpx2.Response:
    headers = {"retry-after": "5"} if status == 429 else {}
    error = {"message": message, "type": "demo_error", "param": None, "code": None}
    return httpx2.Response(status, headers=headers, json={"error": error})
