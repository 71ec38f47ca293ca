"""Lifetime: a generation is a task of the process, not of the request that asked for it.

It ends by itself, by cancel, by its limits or with the process; a reader that leaves does not end it. Each task starts
with an empty context (one inherited from a request would keep that request's handles open) and is held here.
"""

import asyncio
import contextlib
import contextvars
import enum
import logging
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from chatsite.errors import ApiError, unstorable
from chatsite.generation import upstream
from chatsite.generation.events import Close, End, Fold, Start, Terminal, Usage
from chatsite.generation.feed import Feed
from chatsite.generation.journal import Journal
from chatsite.generation.lease import INTERRUPTED, Fenced, Lease
from chatsite.generation.pacing import Pacer
from chatsite.generation.sse import Encoder
from chatsite.generation.start import Ask, Begun, begin
from chatsite.generation.threads import in_thread
from chatsite.generation.trouble import Trouble, trouble
from chatsite.live import publish

log = logging.getLogger(__name__)

LAST_COMMIT = 5.0  # seconds that the ends of what is interrupted may take to be written when the process closes


class Why(enum.Enum):
    """What ends a task from outside."""

    CANCELLED = "cancelled"
    CLOSING = "closing"  # the process ends
    DROPPED = "dropped"  # it can't be written any more, or was deleted: no end is written by the task


class Run:
    """One generation of this process."""

    def __init__(self, begun: Begun) -> None:
        self.begun = begun
        self.feed = Feed(begun.message_id, Encoder(begun.head), last=begun.first_seq - 1)
        self.feed.publish(self.feed.assign(Start())[1])  # committed with the rows
        self.folding = Fold(begun.content, begun.reasoning)
        self.why: Why | None = None
        self.answered = False  # its end is known and on the way into the journal
        self.task: asyncio.Task[None]

    def end(self, why: Why) -> None:
        """End it from outside, once: the first reason counts."""
        if self.why is None and not self.answered:
            self.why = why
            asyncio.get_running_loop().call_soon(self._cut)  # a task cancelled before its first step never takes one

    def _cut(self) -> None:
        if not self.answered:
            self.task.cancel()


class Runs:
    """All generations of this process, by the id of the message they fill."""

    def __init__(self, lease: Lease, pacer: Pacer) -> None:
        self.journal = Journal(lease, lambda feeds: self.drop([feed.message_id for feed in feeds]))
        self._pacer = pacer
        self._running: dict[UUID, Run] = {}
        self._starting: set[asyncio.Task[Run | UUID]] = set()
        self.closing = False

    @property
    def ids(self) -> list[UUID]:
        """The messages that are being filled."""
        return list(self._running)

    async def start(self, user_id: UUID, ask: Ask) -> Run | UUID:
        """Begin a generation; or the id of the message that was begun with the same key before.

        Django cancels a view whose client leaves: the rows and the task are made in one step that goes on regardless.
        """
        if self.closing:
            raise ApiError(50302, "The server is shutting down. Try again in a moment.", headers={"Retry-After": "5"})
        if self.journal.down:
            raise unstorable()
        step = asyncio.get_running_loop().create_task(self._start(user_id, ask), context=contextvars.Context())
        self._starting.add(step)
        step.add_done_callback(self._started)
        return await asyncio.shield(step)

    async def _start(self, user_id: UUID, ask: Ask) -> Run | UUID:
        lease = self.journal.lease
        try:
            begun = await in_thread(begin, user_id, ask, lease)
        except (DatabaseError, InterfaceError, Fenced) as error:
            log.error("A generation could not begin: %s", error)
            if trouble(error) is Trouble.DATA:  # to try again would not help
                raise ApiError(50001, "Something went wrong here. It is in the log.") from error
            raise unstorable() from error
        if isinstance(begun, UUID):
            return begun
        if lease is not self.journal.lease:  # fenced meanwhile: its end is written by who took over
            raise unstorable()
        run = Run(begun)
        self.journal.open(run.feed)
        self._running[begun.message_id] = run
        run.task = asyncio.get_running_loop().create_task(self._generate(run), context=contextvars.Context())
        conversation = begun.conversation
        publish.conversation_changed(user_id, conversation.id, conversation.version)
        publish.generation_started(user_id, conversation.id, begun.message_id)
        return run

    def _started(self, step: "asyncio.Task[Run | UUID]") -> None:
        self._starting.discard(step)
        if not step.cancelled():
            step.exception()  # the view tells of it, if it is still there

    async def _generate(self, run: Run) -> None:
        try:
            terminal = await self._answer(run)
        except Exception:  # a fault of our own ends this answer only, and says so
            log.exception("A generation failed.")
            terminal = Close("failed", 50002, "Something went wrong here.", retryable=True)
        run.answered = True
        if run.why is not Why.DROPPED:
            self._end(run, terminal)
        try:
            while not run.feed.over:
                await run.feed.wait()
        finally:
            if self._running.get(run.begun.message_id) is run:  # else *continue* has put the next one there already
                del self._running[run.begun.message_id]
        if run.feed.ended:
            owner = run.begun.conversation.owner_id
            publish.generation_ended(owner, run.begun.conversation.id, run.begun.message_id, terminal.status)

    def _end(self, run: Run, terminal: Terminal) -> None:
        run.folding.add(terminal)
        try:
            self.journal.end(run.feed, terminal, run.folding.result())
        except Exception:  # an end that can't be written: the sweep writes one
            log.exception("An answer could not be ended.")
            self.journal.forget(run.feed)

    async def _answer(self, run: Run) -> Terminal:
        """Journal what upstream says; how it ended."""
        outcome = upstream.Outcome()
        try:
            async with asyncio.timeout(settings.GENERATION_SECONDS):
                await self._copy(run, outcome)
        except upstream.Failed as failed:
            return failed.close
        except TimeoutError:
            return Close("failed", 50402, "The answer took too long in all.", retryable=True)
        except asyncio.CancelledError:
            return _ended_from_outside(run.why, outcome.usage)
        return End("completed", outcome.finish_reason, outcome.usage)

    async def _copy(self, run: Run, outcome: upstream.Outcome) -> None:
        async with contextlib.aclosing(upstream.read(run.begun.question, outcome, self._pacer)) as batches:
            async for batch in batches:
                for event in batch:
                    run.folding.add(event)
                    self.journal.append(run.feed, event)
                if not self.journal.room.is_set():
                    await self.journal.room.wait()

    def cancel(self, message_id: UUID, user_id: UUID | None = None) -> bool:
        """The user's Stop; what was shown stays. False if it does not run here, or is not of `user_id`, where given."""
        run = self._running.get(message_id)
        if run is None or user_id not in (None, run.begun.conversation.owner_id):
            return False
        run.end(Why.CANCELLED)
        return True

    def drop(self, message_ids: list[UUID]) -> None:
        """Their rows are gone, or can't be written: close upstream, write nothing more, cut the readers."""
        for message_id in message_ids:
            if run := self._running.get(message_id):
                run.end(Why.DROPPED)
            if feed := self.journal.feeds.get(message_id):
                self.journal.forget(feed)

    async def close(self, seconds: float) -> None:
        """Let what runs come to its end for up to `seconds`, then interrupt the rest."""
        self.closing = True
        if self._starting:
            await asyncio.wait(self._starting)
        tasks = [run.task for run in self._running.values()]
        if tasks and seconds > 0:
            await asyncio.wait(tasks, timeout=seconds)
        for run in self._running.values():
            run.end(Why.CLOSING)
        if tasks:
            await asyncio.wait(tasks, timeout=LAST_COMMIT)


def _ended_from_outside(why: Why | None, usage: Usage | None) -> Terminal:
    if why is Why.CANCELLED:
        return End("cancelled", "stop", usage)
    return Close("interrupted", INTERRUPTED.code, INTERRUPTED.msg, retryable=True, usage=usage)
