"""The one place that slows down: how often each upstream socket is read.

Waking up per delta is what costs CPU. So as the loop fills up, each socket is left alone for longer after a read, and
the next read finds more deltas, which become one event. An idle process waits for nothing.
"""

import asyncio
import time

MOST = 0.2  # seconds between two reads of a socket, at the most: while the processor has no time to spare
WELL = 0.08  # and while it has, but the loop is late: a delta then reaches its reader in a tenth of a second
_LOOK = 0.1  # seconds between two looks at the load
_BUSY = 0.65  # share of one core (the interpreter's lock allows no more than one)
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
            self.adjust((time.process_time() - cpu) / passed / _BUSY, (passed - _LOOK) / _LATE)

    def adjust(self, busy: float, late: float) -> None:
        """Above 1 is too much. Up in a few looks, down slowly, so that it does not swing."""
        pressure, most = (busy, MOST) if busy > 1 else (late, WELL)
        if pressure > 1 and self.interval <= most:
            self.interval = min(most, self.interval * min(pressure, 1.5) + 0.005)
        else:
            self.interval = max(0.0, self.interval * 0.95 - 0.0005)
