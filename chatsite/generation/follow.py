"""Reading: replay from any cursor, then tail. The first reading and a resumed one are this same code.

A reader is a cursor, not a queue: a slow one costs a position. Frames come from the process's memory where the message
is written here, from the journal where it is not or where the reader is far behind.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from chatsite.accounts.auth import Principal
from chatsite.conversations import access
from chatsite.conversations.models import Status
from chatsite.errors import not_found
from chatsite.generation import events, rows, sse
from chatsite.generation.feed import SLICE, SLICE_BYTES, Feed
from chatsite.generation.models import Generation
from chatsite.generation.sse import Encoder
from chatsite.generation.threads import read_in_thread

KEEPALIVE_AFTER = 12.0  # seconds of silence; 15 is promised, and the ticker looks every TICK
TICK = 3.0


@dataclass(frozen=True, slots=True)
class Script:
    """A message as the journal tells it: an encoder per generation, and how far it goes."""

    encoders: list[tuple[int, Encoder]]  # (first seq, encoder), the newest last
    last: int
    running: bool

    def frames(self, entries: list[tuple[int, bytes]]) -> list[bytes]:
        return [self._frame(seq, events.decode(data)) for seq, data in entries]

    def _frame(self, seq: int, event: events.Event) -> bytes:
        encoder = next(encoder for first, encoder in reversed(self.encoders) if first <= seq)
        if isinstance(event, events.Terminal) and seq < self.encoders[-1][0]:
            return encoder.superseded(seq)
        return encoder.frame(seq, event)


def of(feed: Feed, first_seq: int) -> Script:
    """Of a generation of this process, for who reads it from its first event on."""
    return Script([(first_seq, feed.encoder)], feed.last, running=True)


def script(user_id: UUID, message_id: UUID) -> Script:
    """Look a message up for reading. Synchronous. 404 for what is not the user's, or was never generated."""
    # Before the status: were its end committed between the two looks, it would seem to run on behind its end for ever.
    last = rows.last_seq(message_id)
    message = access.message(user_id, message_id, text=False)
    generations = list(Generation.objects.filter(message_id=message_id).order_by("first_seq"))
    if not generations:
        raise not_found()
    encoders = [(generation.first_seq, Encoder(generation.head(message))) for generation in generations]
    running = message.status == Status.IN_PROGRESS
    return Script(encoders, last if running else message.last_seq, running)


class Reader:
    """An async iterator of bytes: whole frames, sometimes a keepalive. It ends after the terminal event.

    It also ends, without one, when nothing more can be said here: the client is to come back with its Last-Event-ID.
    """

    def __init__(self, principal: Principal, found: Script, feed: Feed, cursor: int) -> None:
        self.principal = principal
        self.on_leave: Callable[[], None] | None = None
        self._script, self._feed, self._cursor = found, feed, cursor
        self._retry = sse.retry(random.randint(800, 1600))  # jittered: a restart must not bring everybody at once
        self._waiter: asyncio.Future[None] | None = None
        self._spoke = asyncio.get_running_loop().time()

    @property
    def message_id(self) -> UUID:
        return self._feed.message_id

    @property
    def finished(self) -> bool:
        """Nothing will come any more."""
        return self._feed.ended and self._cursor >= self._feed.last

    def ids(self) -> dict[str, str | None]:
        """What a client needs to come back."""
        head = self._feed.encoder.head
        return {"convGroupId": head.conversation, "convId": head.message, "parentConvId": head.parent}

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        _readers.add(self)
        while True:
            frames = self._feed.since(self._cursor)
            if frames is None:
                frames = await self._replay()
            if frames:
                return self._say(frames)
            if self._feed.over:
                self._leave(finished=True)
                raise StopAsyncIteration
            self._waiter = self._feed.wait()
            await self._waiter
            if self._silent() > KEEPALIVE_AFTER:
                self._spoke = asyncio.get_running_loop().time()
                return sse.KEEPALIVE

    async def aclose(self) -> None:
        self._leave(finished=False)

    def nudge(self) -> None:
        """Wake it if it has been silent for long, so that it says something."""
        if self._waiter and not self._waiter.done() and self._silent() > KEEPALIVE_AFTER:
            self._waiter.set_result(None)

    def _silent(self) -> float:
        return asyncio.get_running_loop().time() - self._spoke

    def _say(self, frames: list[bytes]) -> bytes:
        self._cursor += len(frames)
        self._spoke = asyncio.get_running_loop().time()
        first, self._retry = self._retry, b""
        return first + b"".join(frames)

    async def _replay(self) -> list[bytes]:
        entries = await read_in_thread(rows.read, self._feed.message_id, self._cursor, SLICE, SLICE_BYTES)
        if not entries:  # deleted meanwhile
            self._feed.close(ended=False)
        return self._script.frames(entries)

    def _leave(self, *, finished: bool) -> None:
        _readers.discard(self)
        if not finished and self.on_leave:
            self.on_leave()
        self.on_leave = None


_readers: set[Reader] = set()


async def keep_alive() -> None:
    """Runs for the life of the process."""
    while True:
        await asyncio.sleep(TICK)
        for reader in list(_readers):
            reader.nudge()
