"""The one place that slows down: how often each upstream socket is read.

Waking up per delta is what costs CPU. So as the loop fills up, each socket is left alone for longer after a read, and
the next read finds more deltas, which become one event. An idle process waits for nothing.
"""

import asyncio
import time

MOST = 0.1  # seconds between two reads of a socket, at the most
_LOOK = 0.1  # seconds between two looks at the load
_BUSY = 0.55  # share of one core (the interpreter's lock allows no more than one)
_LATE = 0.008  # seconds the loop may be late


class Pacer:
    """`interval` rises while the process is busier than it should be, and falls again when it is not."""

    def __init__(self) -> None:
        self.interval = 0.0
        self._task = asyncio.get_running_loop().create_task(self._watch())

    def stop(self) -> None:
        self._task.cancel()

    async def _watch(self) -> None:
        while True:
            cpu, began = time.process_time(), time.monotonic()
            await asyncio.sleep(_LOOK)
            passed = time.monotonic() - began
            pressure = max((time.process_time() - cpu) / passed / _BUSY, (passed - _LOOK) / _LATE)
            self.adjust(pressure)

    def adjust(self, pressure: float) -> None:
        """`pressure` above 1 is too much. Up in a few looks, down slowly, so that it does not swing."""
        if pressure > 1:
            self.interval = min(MOST, self.interval * min(pressure, 1.5) + 0.005)
        else:
            self.interval = max(0.0, self.interval * 0.95 - 0.0005)
