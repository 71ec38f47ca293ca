"""Write back-pressure: who sends waits while the connection still holds what was sent before."""

import asyncio

from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Connection
from zope.interface import implementer

STALL_SECONDS = 10.0  # a reader that takes nothing for this long is dropped; it comes back with Last-Event-ID


def unsent(transport: Connection) -> int:
    """Bytes in the transport's buffer. The kernel has taken the others; see `server.bind` for what it may hold."""
    return len(transport.dataBuffer) - transport.offset + transport._tempDataLen


@implementer(IPushProducer)
class Gate:
    """Shut from when the transport's buffer holds 64 KiB until it is empty. Registered as a response's producer."""

    def __init__(self, transport: Connection) -> None:
        self.is_open = True
        self._transport = transport
        self._opened = asyncio.Event()

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self.is_open = False
        self._opened.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.is_open = True
        self._opened.set()

    stopProducing = resumeProducing  # noqa: N815 (the connection is gone: nothing is held any more)

    async def passed(self) -> bool:
        """Wait until it is open. False when the reader took not one byte for STALL_SECONDS."""
        while not self.is_open:
            before = unsent(self._transport)
            try:
                async with asyncio.timeout(STALL_SECONDS):
                    await self._opened.wait()
            except TimeoutError:
                if unsent(self._transport) >= before:
                    return False
        return True
