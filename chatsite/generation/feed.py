"""What the process remembers of one message's frames, and who waits for more. Lives on the loop; no locks."""

import asyncio
from uuid import UUID

from chatsite.generation.events import Event
from chatsite.generation.sse import Encoder

KEPT_BYTES = 256 * 1024  # older frames are read from the journal by whoever is that far behind
# What is handed out at once, so that a slow reader holds little:
SLICE = 200  # frames
SLICE_BYTES = 64 * 1024  # or so: that, and one frame more at the most


class Feed:
    """Committed frames `first … last` of a message; `next_seq` is the one the next event gets.

    Open until the terminal event is committed (`ended`), or until this process can say no more of it (`cut`): the
    readers then get an EOF without an end, which tells them to come back.
    """

    def __init__(self, message_id: UUID, encoder: Encoder, last: int) -> None:
        self.message_id = message_id
        self.encoder = encoder
        self.last = last
        self.next_seq = last + 1
        self.ended = self.cut = False
        self.era = -1  # the journal's; other than its own: what waits of this feed is not written
        self._frames: list[bytes] = []
        self._size = 0
        self._waiting: list[asyncio.Future[None]] = []

    def assign(self, event: Event) -> tuple[int, bytes]:
        """The event's seq and its frame, to be published once the journal has it."""
        seq = self.next_seq
        self.next_seq += 1
        return seq, self.encoder.frame(seq, event)

    def publish(self, frame: bytes) -> None:
        """The next frame is committed. Call `wake` after the last one of a batch."""
        self._frames.append(frame)
        self.last += 1
        self._size += len(frame)
        if self._size > KEPT_BYTES:
            dropped = self._frames[: len(self._frames) // 2]
            del self._frames[: len(dropped)]
            self._size -= sum(map(len, dropped))

    def since(self, cursor: int) -> list[bytes] | None:
        """Frames behind `cursor`, at most a slice; None when they are older than what is kept here."""
        start = len(self._frames) - (self.last - cursor)
        if start < 0:
            return None
        frames = self._frames[start : start + SLICE]
        return frames if len(frames) < 2 else _within(frames, SLICE_BYTES)

    @property
    def over(self) -> bool:
        return self.ended or self.cut

    def close(self, *, ended: bool) -> None:
        self.ended, self.cut = ended, not ended
        self.wake()

    def wait(self) -> asyncio.Future[None]:
        """A future of the caller's own, done at the next `wake`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    def wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)


def _within(frames: list[bytes], size: int) -> list[bytes]:
    """The first of them, up to the one with which they are `size` bytes."""
    for count, frame in enumerate(frames, 1):
        size -= len(frame)
        if size <= 0:
            return frames[:count]
    return frames
