"""Feeds of messages that another process writes: one query per tick brings what is new of all of them.

SQLite is asked `PRAGMA data_version` first (3 µs) and queried only when some other connection has committed.
"""

import asyncio
import logging
from uuid import UUID

from django.conf import settings
from django.db import connection

from chatsite.conversations.models import Message
from chatsite.generation import events, rows
from chatsite.generation.feed import Feed
from chatsite.generation.follow import Script
from chatsite.generation.threads import Threads

log = logging.getLogger(__name__)

TICK = 0.05 if settings.SQLITE else 0.1  # seconds
CHECK = round(0.5 / TICK)  # ticks between two looks at what was deleted


class Elsewhere:
    """Lives on the loop. A feed is polled from its first reader to its end."""

    def __init__(self) -> None:
        self._feeds: dict[UUID, tuple[Feed, Script]] = {}
        self._task: asyncio.Task[None] | None = None
        self._thread = Threads(1, "elsewhere")  # one connection: SQLite's data_version is told to each by itself
        self._version = -1
        self._asked: set[UUID] = set()

    def feed(self, message_id: UUID, found: Script) -> Feed:
        """The feed of a message that runs in another process."""
        if message_id not in self._feeds:
            self._feeds[message_id] = (Feed(message_id, found.encoders[-1][1], found.last), found)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._poll())
        return self._feeds[message_id][0]

    def stop(self) -> None:
        if self._task:
            self._task.cancel()
        self._thread.close()
        for feed, _ in self._feeds.values():
            feed.close(ended=False)

    async def _poll(self) -> None:
        ticks = 0
        while self._feeds:
            await asyncio.sleep(TICK)
            ticks += 1
            known = {message_id: feed.last for message_id, (feed, _) in self._feeds.items()}
            try:
                found, there = await self._thread.run(self._look, known, check=ticks % CHECK == 0)
                self._publish(found)
                self._cut(known.keys() - there)
            except Exception as error:  # what is read comes later; one odd row must not end the reading of the others
                log.warning("Answers of other processes can't be read at the moment: %r", error)

    def _look(self, known: dict[UUID, int], *, check: bool) -> tuple[list[rows.Row], set[UUID]]:
        """New rows, and which of the messages still exist. In its own thread."""
        there = Message.objects.there(known) if check else set(known)
        return (rows.read_newer(known.items()) if self._changed(set(known)) else []), there

    def _changed(self, known: set[UUID]) -> bool:
        """Whether there can be anything new: somebody has committed, or somebody else is followed."""
        if not settings.SQLITE:
            return True
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = cursor.fetchone()[0]
        changed = (version, known) != (self._version, self._asked)
        self._version, self._asked = version, known
        return changed

    def _publish(self, found: list[rows.Row]) -> None:
        for message_id, seq, data in found:
            feed, script = self._feeds.get(message_id, (None, None))
            if feed is None or script is None or seq != feed.last + 1:
                continue
            event = events.decode(data)
            feed.publish(script.encoders[-1][1].frame(seq, event))
            if isinstance(event, events.Terminal):
                del self._feeds[message_id]
                feed.close(ended=True)
            else:
                feed.wake()

    def _cut(self, gone: set[UUID]) -> None:
        for message_id in gone & self._feeds.keys():
            self._feeds.pop(message_id)[0].close(ended=False)
