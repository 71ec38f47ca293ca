"""Django in a few threads: a request crosses into one of them once, middlewares and all, and a response comes back.

Django's own ASGI handler hops to a thread and back for every synchronous middleware method: 20 hops and 3.3 ms of
processor time a request with ours, against 1 hop and 0.4 ms (measured), and each hop waits for a busy loop.
"""

import logging
from collections.abc import AsyncIterator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import IO

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from chatsite.edge import handover
from chatsite.edge.interface import Message, Receive, Scope, Send
from chatsite.errors import ApiError, unstorable

log = logging.getLogger(__name__)

LANES = 8
OUTWARD_LANES = 4  # with the threads of generation/threads.py as many as the pool has connections (settings.py)


class Lane:
    """One thread, and so one database connection; `busy` counts the requests that are in it or wait for it."""

    def __init__(self, number: int) -> None:
        self.executor = ThreadPoolExecutor(1, thread_name_prefix=f"lane-{number}")
        self.busy = 0


class Lanes:
    def __init__(self, count: int = LANES) -> None:
        self._lanes = [Lane(number) for number in range(count)]

    @asynccontextmanager
    async def quietest(self) -> AsyncIterator[None]:
        """Within, what is thread-sensitive runs in the lane with the fewest requests."""
        lane = min(self._lanes, key=lambda lane: lane.busy)
        lane.busy += 1
        try:
            async with ThreadSensitiveContext(executor=lane.executor):
                yield
        finally:
            lane.busy -= 1


class Django(ASGIHandler):
    """Django as an ASGI application whose streams outlive its requests.

    A view that answers a stream puts a `handover.Reader` into `request.scope["chatsite.stream"]` and returns a response
    with the stream's headers. A lane waits for an asynchronous view: one that may have to wait for somebody else puts a
    coroutine of its response into the scope and returns an empty one, whose headers the real one gets too; where it
    answers a page, which the middlewares must see, its path is one of `outward`. "chatsite.soon" is what a locked
    database may hold up and must be done even if the client leaves; it may itself leave a stream or a "chatsite.later",
    which takes long and ends when the client leaves.
    """

    def __init__(self, outward: tuple[str, ...] = ()) -> None:
        """Below the paths of `outward` a POST waits for another server: such requests keep to lanes of their own."""
        BaseHandler.__init__(self)
        self.load_middleware()  # the synchronous chain
        self._lanes, self._outward_lanes, self._outward = Lanes(), Lanes(OUTWARD_LANES), outward

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        scope["chatsite.handover"] = True
        outward = scope["method"] == "POST" and scope["path"].startswith(self._outward)
        async with (self._outward_lanes if outward else self._lanes).quietest():
            response = await sync_to_async(self._respond)(scope, body)
            if response.streaming:
                await self._stream(response, receive, send)
        if response.status_code >= 400:  # a middleware may have replaced what the view answered
            await self._drop(scope)
        if work := scope.pop("chatsite.soon", None):
            response = await self._answer(work, response)
        if "chatsite.stream" in scope:
            await self._hand_over(scope, response, receive, send)
        elif "chatsite.later" in scope:
            await handover.race(self._later(scope["chatsite.later"], response, send), handover.left(receive))
        elif not response.streaming:
            await self.send_response(response, send)

    async def _drop(self, scope: Scope) -> None:
        if reader := scope.pop("chatsite.stream", None):
            await handover.close(reader)
        for name in ("chatsite.soon", "chatsite.later"):
            if work := scope.pop(name, None):
                work.close()

    def _respond(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """In a lane: the request from its first signal to its last, unless the response itself is one that streams."""
        set_script_prefix("")
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response = self.get_response(request) if request else refusal
        assert response
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # who sends request_finished
        if isinstance(response, HttpResponse):  # not one that streams
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.close()
        return response

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """An ordinary streaming response, such as a download, stays in its lane until it ends or the client leaves."""
        try:
            await handover.race(self.send_response(response, send), handover.left(receive))
        finally:
            await sync_to_async(response.close)()

    async def _later(self, work: Awaitable[HttpResponse], empty: HttpResponseBase, send: Send) -> None:
        await self.send_response(await self._answer(work, empty), send)

    async def _answer(self, work: Awaitable[HttpResponse], empty: HttpResponseBase) -> HttpResponse:
        """What `work` answers, with what the middlewares have said in its place."""
        try:
            response = await work
        except ApiError as error:
            response = error.response()
        except (OperationalError, InterfaceError) as error:
            log.error("An answer could not be read: %s", error)
            response = unstorable().response()
        for name, value in empty.items():
            if name.lower() not in ("content-type", "content-length"):
                response.headers.setdefault(name, value)
        response.cookies.update(empty.cookies)
        response["Content-Length"] = len(response.content)
        return response

    async def _hand_over(self, scope: Scope, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        start, reader = await self._start(response), scope["chatsite.stream"]
        if scope["method"] == "HEAD":
            await handover.close(reader)
            await send(start)
            await send(handover.END)
        else:
            await handover.stream(reader, start, receive, send)

    async def _start(self, response: HttpResponseBase) -> Message:
        """The first message of a response, without the length of the body that is not in it."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.send_response(response, keep)
        headers = [header for header in messages[0]["headers"] if header[0].lower() != b"content-length"]
        return {**messages[0], "headers": headers}
