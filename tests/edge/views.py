"""Views that stream, wait, and fail: the URLconf of tests.edge.scripted."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path


def say(*words: object) -> None:
    print(*words, flush=True)


class Frames:
    """A reader that yields what an async generator does, and says when it is closed."""

    principal = None

    def __init__(self, name: str, frames: AsyncIterator[bytes]) -> None:
        self._name, self._frames = name, frames

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._frames

    async def aclose(self) -> None:
        say("closed", self._name)


async def ticks(seconds: float) -> AsyncIterator[bytes]:
    number = 0
    while True:
        number += 1
        yield b"id: %d\n\n" % number
        await asyncio.sleep(seconds)


async def flood() -> AsyncIterator[bytes]:
    while True:
        yield b"." * 16384


async def failing() -> AsyncIterator[bytes]:
    yield b"one\n"
    raise LookupError("inside the stream")


async def hanging() -> AsyncIterator[bytes]:
    yield b"one\n"
    say("stuck")
    time.sleep(60)  # noqa: ASYNC251 (the fault that is meant)


async def three() -> AsyncIterator[bytes]:
    for frame in (b"one\n", b"two\n", b"three\n"):
        yield frame


STREAMS = {
    "ticks": lambda: ticks(0.05),
    "silent": lambda: ticks(3600),
    "flood": flood,
    "failing": failing,
    "hanging": hanging,
    "three": three,
}


async def stream(request: HttpRequest, name: str) -> HttpResponse:
    scope: dict[str, Any] = request.scope  # type: ignore[attr-defined]
    scope["chatsite.stream"] = Frames(f"{name} {request.GET.get('as', '')}", STREAMS[name]())
    return HttpResponse(content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


_gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)


async def open_gate(request: HttpRequest) -> HttpResponse:
    _gates[request.GET["gate"]].set()
    return HttpResponse()


async def later(request: HttpRequest) -> HttpResponse:
    async def respond() -> HttpResponse:
        try:
            await _gates[request.GET["gate"]].wait()
        except asyncio.CancelledError:
            say("nobody waits any more")
            raise
        return JsonResponse({"late": True}, status=201)

    request.scope["chatsite.later"] = respond()  # type: ignore[attr-defined]
    return HttpResponse(headers={"X-Early": "1"})


def download(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Any:
        try:
            for _ in range(1000):
                yield b"x" * 100_000
        finally:
            say("download closed")

    return StreamingHttpResponse(parts(), content_type="text/plain")


def whole(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"x" * int(request.GET.get("bytes", 10)), content_type="text/plain")


def stuck(request: HttpRequest) -> HttpResponse:
    say("stuck")
    time.sleep(60)
    return HttpResponse()


def fault(request: HttpRequest) -> HttpResponse:
    raise LookupError("inside the view")


urlpatterns = [
    path("stream/<name>", stream),
    path("api/stream/<name>", stream),
    path("api/later", later),
    path("open", open_gate),
    path("api/fault", fault),
    path("fault", fault),
    path("stuck", stuck),
    path("download", download),
    path("whole", whole),
    path("api/whole", whole),
]

handler404 = "chatsite.edge.refusals.not_found"
