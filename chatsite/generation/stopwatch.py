"""How long an answer took: seconds from the start of its generation, on the monotonic clock."""

import time
from collections.abc import Callable, Iterable

from chatsite.generation.events import Content, Event, Reasoning, Timing


class Stopwatch:
    """Started when it is made. Show it each batch of events as it comes; after the first text it looks no more."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._first: float | None = None  # seconds to the first text of any kind
        self._reasoned: tuple[float, float | None] | None = None  # seconds to its beginning, and to its end
        self._settled = False

    def see(self, batch: Iterable[Event]) -> None:
        """These events have just come."""
        if self._settled:
            return
        now = self._clock() - self._began
        for event in batch:
            if self._first is None:
                self._first = now
            match event:
                case Reasoning() if self._reasoned is None:
                    self._reasoned = now, None
                case Content():
                    self._reasoned = self._reasoned and (self._reasoned[0], now)
                    self._settled = True
                    return

    def stop(self) -> Timing:
        """The figures, when the generation has ended; null for what never came."""
        now = self._clock() - self._began
        reasoning = None
        if self._reasoned:
            began, ended = self._reasoned
            reasoning = round((now if ended is None else ended) - began, 3)
        first = None if self._first is None else round(self._first, 3)
        return {"firstDelta": first, "reasoning": reasoning, "duration": round(now, 3)}
