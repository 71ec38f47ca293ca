"""The parts of one process put together: opened before the server listens, closed when it stops."""

import asyncio
import logging
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone

from chatsite.accounts.auth import Principal
from chatsite.conversations import access
from chatsite.conversations.models import Message, Status
from chatsite.conversations.signals import closing
from chatsite.errors import ApiError, unstorable
from chatsite.generation import follow, rows
from chatsite.generation.elsewhere import Elsewhere
from chatsite.generation.events import Close
from chatsite.generation.feed import Feed
from chatsite.generation.follow import Reader, Script
from chatsite.generation.lease import Fenced, Lease, Observer, conclude
from chatsite.generation.models import Generation
from chatsite.generation.pacing import Pacer
from chatsite.generation.run import Run, Runs
from chatsite.generation.start import Ask
from chatsite.generation.threads import in_thread, read_in_thread
from chatsite.providers import clients

log = logging.getLogger(__name__)

LOOK = 0.5  # seconds between two looks for what other processes cancelled or deleted
PACKS = 50  # generations packed at once, each second: packing never competes with streaming for long
UNSTORED = Close("failed", 50304, "The answer could not be stored.", retryable=True)


class House:
    """What this process generates and follows. Lives on the loop."""

    def __init__(self, lease: Lease) -> None:
        self._loop = asyncio.get_running_loop()
        self._pacer = Pacer()
        self.runs = Runs(lease, self._pacer)
        self.journal = self.runs.journal
        self._elsewhere = Elsewhere()
        self._observer = Observer()
        self._orphans: set[UUID] = set()
        self._tasks: set[asyncio.Task[Any]] = {
            self._loop.create_task(work) for work in (self._keep(), follow.keep_alive())
        }
        closing.connect(self._closing)

    async def close(self, seconds: float) -> None:
        """Let what runs come to its end for up to `seconds`, interrupt the rest, give the lease back."""
        await self.runs.close(seconds)
        closing.disconnect(self._closing)
        for task in self._tasks:
            task.cancel()
        self._pacer.stop()
        self._elsewhere.stop()
        await self.journal.stop()
        try:
            await in_thread(self.journal.lease.release)
        except (DatabaseError, InterfaceError) as error:  # others will see that it is gone
            log.error("The lease could not be given back: %s", error)

    # --- for the views -----------------------------------------------------------------------------------------

    async def start(self, principal: Principal, ask: Ask) -> Reader:
        """Begin a generation, or find the one of the same key; read it from its beginning."""
        started = await self.runs.start(principal.user.pk, ask)
        if isinstance(started, Run):
            first = started.begun.first_seq
            return Reader(principal, follow.of(started.feed, first), started.feed, first - 1)
        return await self.read(principal, started, 0)

    async def read(self, principal: Principal, message_id: UUID, cursor: int) -> Reader:
        """Follow a message from behind `cursor`. 404, or 40003 for a cursor beyond the end."""
        found = await read_in_thread(follow.script, principal.user.pk, message_id)
        feed = self._feed(message_id, found)
        if feed.encoder.head != found.encoders[-1][1].head:  # continued between the two looks
            found = await read_in_thread(follow.script, principal.user.pk, message_id)
        if cursor > max(feed.last, found.last):
            raise ApiError(40003, "This Last-Event-ID lies beyond the end.")
        return Reader(principal, found, feed, cursor)

    async def cancel(self, user_id: UUID, message_id: UUID) -> str:
        """Ask for the end of what fills this message, wherever it runs; the status it had when asked.

        What runs here is stopped at once, even while the database is locked; the row is for the process that owns it,
        and for whoever has to end it should this one die now.
        """
        here = self.runs.cancel(message_id, user_id)
        try:
            return await in_thread(_request_cancel, user_id, message_id)
        except (DatabaseError, InterfaceError) as error:
            if here:
                return Status.IN_PROGRESS.value
            raise unstorable() from error

    def cancel_when_left(self, reader: Reader) -> None:
        """For clients whose only Stop is to go away."""
        user_id, message_id = reader.principal.user.pk, reader.message_id

        def left() -> None:
            task = self._loop.create_task(self.cancel(user_id, message_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        reader.on_leave = left

    def _feed(self, message_id: UUID, found: Script) -> Feed:
        if feed := self.journal.feeds.get(message_id):
            return feed
        if found.running:
            return self._elsewhere.feed(message_id, found)
        ended = Feed(message_id, found.encoders[-1][1], found.last)
        ended.close(ended=True)
        return ended

    def _closing(self, message_ids: list[UUID], **kwargs: Any) -> None:
        """Messages are about to be deleted, in some thread of a request."""
        self._loop.call_soon_threadsafe(self.runs.drop, message_ids)

    # --- once in a while -----------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        look = 0
        while True:
            await asyncio.sleep(LOOK)
            look += 1
            try:
                await self._look_for_ends()
                if look % 2:
                    await in_thread(self._tend, frozenset(self.journal.feeds))
            except (DatabaseError, InterfaceError, Fenced) as error:
                log.warning("Tending has to wait: %s", error)
            except Exception:  # a fault here must not end what ends dead generations
                log.exception("Tending failed.")

    async def _look_for_ends(self) -> None:
        """End what was deleted or cancelled by way of another process."""
        if running := self.runs.ids:
            gone, cancelled = await in_thread(_unwanted, self.journal.lease.id, running)
            self.runs.drop(gone)
            for message_id in cancelled:
                self.runs.cancel(message_id)

    def _tend(self, fed: frozenset[UUID]) -> None:
        """In a thread, each second: end what dead workers left, end own rows without a task, pack what has ended."""
        if not self.journal.down:
            self._observer.look(self.journal.lease)
            self._sweep(fed)
            rows.pack(PACKS)

    def _sweep(self, fed: frozenset[UUID]) -> None:
        """Own rows that no task fills. Seen so twice: one that is just starting has its rows before its feed."""
        running = Generation.objects.filter(worker_id=self.journal.lease.id, status=Status.IN_PROGRESS)
        orphans = set(running.values_list("message_id", flat=True)) - fed
        for generation in running.filter(message_id__in=orphans & self._orphans).select_related("message"):
            with transaction.atomic():
                conclude(generation, otherwise=UNSTORED)
                self.journal.lease.guard()
        self._orphans = orphans


_house: House | None = None


async def open_house() -> None:
    """Register this process and begin to write. Raises what the database raises when there is none."""
    global _house
    lease = await in_thread(Lease)
    _house = House(lease)


async def close_house(deadline: float) -> None:
    """Refuse new starts, give running answers `deadline` seconds, then interrupt them."""
    global _house
    if _house:
        await _house.close(deadline)
        _house = None
    await clients.close()


def current() -> House:
    """The open house. ApiError 50302 before it is opened and after it was closed."""
    if _house is None:
        raise ApiError(50302, "The server is shutting down. Try again in a moment.", headers={"Retry-After": "5"})
    return _house


def _unwanted(worker_id: UUID, running: list[UUID]) -> tuple[list[UUID], list[UUID]]:
    """Of the messages that this worker fills, those that are no longer there, and those that are to be cancelled."""
    gone = set(running) - Message.objects.there(running)
    asked = Generation.objects.filter(worker_id=worker_id, status=Status.IN_PROGRESS, cancel_requested_at__isnull=False)
    return list(gone), list(asked.values_list("message_id", flat=True))


def _request_cancel(user_id: UUID, message_id: UUID) -> str:
    message = access.message(user_id, message_id, text=False)
    running = Generation.objects.filter(message_id=message_id, status=Status.IN_PROGRESS)
    running.filter(cancel_requested_at=None).update(cancel_requested_at=timezone.now())
    return message.status
