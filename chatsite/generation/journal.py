"""Durability: one thread commits whatever waits, and only then is anybody told.

`append` and the rest of the public side are called on the loop. The writer thread takes all that waits, commits it in
one transaction that first renews the lease, and hands the batch back to the loop, which publishes the frames. It has no
timer: while one commit runs the next batch gathers. Only an idle process commits by the clock, as its heartbeat.

Nothing that was not committed is ever published, so whatever goes wrong here costs unseen text at most:

* fenced: another process took over. Everything of ours is dropped; readers get an EOF and come back.
* busy, disconnected: kept and tried again for RETRY seconds. What an unclear COMMIT did write is read back first.
* storage (disk full, I/O error), or RETRY is over: everything running is dropped and new starts are refused until a
  heartbeat succeeds; the sweep (house.py) then ends what was dropped as failed.
* data (a row the database will not take, or a message deleted meanwhile): each message alone; only the bad one drops.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection, transaction

from chatsite.generation import events, rows
from chatsite.generation.events import Event, Folded, Terminal
from chatsite.generation.feed import Feed
from chatsite.generation.lease import BEAT, Fenced, Lease
from chatsite.generation.trouble import Trouble, trouble

log = logging.getLogger(__name__)

RETRY = 30.0  # seconds
ROOM_BYTES = 4 * 2**20  # waiting for a commit; above it the upstream reads pause


class Entry(NamedTuple):
    """One event on its way: `folded` with the last one only."""

    feed: Feed
    seq: int
    data: bytes
    frame: bytes
    folded: Folded | None = None


class Journal:
    """The writer of one process. `on_drop(feeds)` is called on the loop for what can't be written any more."""

    def __init__(self, lease: Lease, on_drop: Callable[[list[Feed]], None]) -> None:
        self.feeds: dict[UUID, Feed] = {}
        self.lease = lease
        self.down = False  # storage refuses; set and cleared by the writer
        self.room = asyncio.Event()
        self.room.set()
        self._on_drop = on_drop
        self._loop = asyncio.get_running_loop()
        self._pending: list[Entry] = []
        self._pending_bytes = 0
        self._stopping = False
        self._era = 0  # rises when everything is dropped; entries of feeds from before it must leave no trace
        self._wakeup = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    # --- on the loop ---------------------------------------------------------------------------------------------

    def open(self, feed: Feed) -> None:
        """Take on a feed whose first events are committed."""
        feed.era = self._era
        self.feeds[feed.message_id] = feed

    def append(self, feed: Feed, event: Event) -> None:
        """Give the event the next seq and queue it."""
        seq, frame = feed.assign(event)
        self._queue(Entry(feed, seq, events.encode(event), frame))

    def end(self, feed: Feed, terminal: Terminal, folded: Folded) -> None:
        """Queue the terminal event together with the message it closes."""
        seq, frame = feed.assign(terminal)
        self._queue(Entry(feed, seq, events.encode(terminal), frame, folded))

    async def stop(self) -> None:
        """Commit what waits, then end the thread."""
        with self._wakeup:
            self._stopping = True
            self._wakeup.notify()
        await self._loop.run_in_executor(None, self._thread.join)

    def _queue(self, entry: Entry) -> None:
        with self._wakeup:
            self._pending.append(entry)
            self._pending_bytes += len(entry.frame)
            if self._pending_bytes > ROOM_BYTES:
                self.room.clear()
            self._wakeup.notify()

    def _published(self, batch: list[Entry]) -> None:
        touched: dict[Feed, Entry] = {}
        for entry in batch:
            entry.feed.publish(entry.frame)
            touched[entry.feed] = entry
        for feed, last in touched.items():
            if last.folded:
                self._close(feed, ended=True)
            else:
                feed.wake()
        self.room.set()

    def forget(self, feed: Feed) -> None:
        """Write nothing more of this message, and cut its readers."""
        feed.era = -1
        self._close(feed, ended=False)

    def _close(self, feed: Feed, *, ended: bool) -> None:
        if self.feeds.get(feed.message_id) is feed:  # else *continue* has opened the next one already
            del self.feeds[feed.message_id]
        feed.close(ended=ended)

    def _dropped(self, feeds: list[Feed]) -> None:
        for feed in feeds:
            self.forget(feed)
        self.room.set()
        self._on_drop(feeds)

    # --- in the writer thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        while batch := self._next():
            self._commit(batch.entries)
        connection.close()

    def _next(self) -> "_Batch | None":
        """All that waits; an empty batch when a heartbeat is due; None when all is written and the end has come."""
        with self._wakeup:
            due = self.lease.renewed + BEAT - time.monotonic()
            self._wakeup.wait_for(lambda: self._pending or self._stopping, timeout=max(due, 0.05))
            entries = [entry for entry in self._pending if entry.feed.era == self._era]
            self._pending, self._pending_bytes = [], 0
            return _Batch(entries) if entries or not self._stopping else None

    def _commit(self, batch: list[Entry]) -> None:
        try:
            self._store(batch)
            if self.down:
                log.warning("Storage takes writes again.")
                self.down = False
        except Fenced:
            log.error("Another process has taken over what this one was writing: it was silent for too long.")
            self._register()
            self._drop_all()  # last: what is opened until here was begun under the old lease
        except (DatabaseError, InterfaceError) as error:
            if not self.down:
                log.error("Nothing can be stored: %s", error)
            self.down = True
            self._drop_all()
            time.sleep(BEAT)
        except Exception:  # a fault of our own must end what it touches, not the thread that writes for everybody
            log.exception("The journal failed.")
            self._drop_all()

    def _register(self) -> None:
        """Come back as another worker. If that fails, the next heartbeat is fenced again and tries again."""
        lost = self.lease
        try:
            self.lease = Lease()
            lost.abandon()
        except (DatabaseError, InterfaceError, OSError) as error:
            log.error("This process could not register again: %s", error)
            time.sleep(BEAT)

    def _store(self, batch: list[Entry]) -> None:
        """Persist the batch; if the database refuses a row, each message alone, so that only the bad one is dropped."""
        try:
            self._persist(batch)
        except (DatabaseError, InterfaceError) as error:
            if trouble(error) is not Trouble.DATA or not batch:
                raise
            for feed in dict.fromkeys(entry.feed for entry in batch):
                self._store_alone(feed, [entry for entry in batch if entry.feed is feed])

    def _store_alone(self, feed: Feed, entries: list[Entry]) -> None:
        try:
            self._persist(entries)
        except (DatabaseError, InterfaceError) as error:
            if trouble(error) is not Trouble.DATA:
                raise
            log.error("The database does not take an event of message %s: %s", feed.message_id, error)
            self._drop({feed})

    def _persist(self, batch: list[Entry]) -> None:
        """Write the batch, waiting out a lock or a lost connection; then publish it."""
        deadline = time.monotonic() + RETRY
        missing = batch
        while True:
            try:
                gone = self._write(missing)
                break
            except (DatabaseError, InterfaceError) as error:
                connection.close()
                if trouble(error) is not Trouble.BUSY or self.down or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            missing = self._unwritten(missing, deadline)
        self.lease.renewed = time.monotonic()
        if gone:
            batch = [entry for entry in batch if entry.feed not in gone]
            self._drop(gone)
        if batch:
            self._loop.call_soon_threadsafe(self._published, batch)

    def _write(self, batch: list[Entry]) -> set[Feed]:
        """One transaction. Returns the feeds that somebody else has ended or deleted: nothing is written of them."""
        with transaction.atomic():
            self.lease.guard()
            ends = [entry for entry in batch if entry.folded]
            gone = {e.feed for e in ends if e.folded and not rows.close(e.feed.message_id, e.seq, e.folded)}
            new = [(e.feed.message_id, e.seq, e.data) for e in batch if e.feed not in gone]
            if new:
                rows.insert(new)
        return gone

    def _unwritten(self, batch: list[Entry], deadline: float) -> list[Entry]:
        """A COMMIT whose answer was lost may have been carried out: what of the batch is not in the journal yet."""
        while True:
            try:
                last = {feed: rows.last_seq(feed.message_id) for feed in {entry.feed for entry in batch}}
                return [entry for entry in batch if entry.seq > last[entry.feed]]
            except (DatabaseError, InterfaceError):
                connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _drop(self, feeds: set[Feed]) -> None:
        for feed in feeds:
            feed.era = -1
        self._loop.call_soon_threadsafe(self._dropped, list(feeds))

    def _drop_all(self) -> None:
        with self._wakeup:
            self._era += 1
        connection.close()
        era = self._era
        self._loop.call_soon_threadsafe(lambda: self._dropped([f for f in self.feeds.values() if f.era < era]))


class _Batch(NamedTuple):
    """A batch is true even when it is empty: an empty one is a heartbeat."""

    entries: list[Entry]
