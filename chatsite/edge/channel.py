"""One HTTP connection: total deadlines for what comes in, and refusals before a request is whole."""

import asyncio
import logging
from typing import Any

from django.conf import settings
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure
from twisted.web import http

from chatsite.edge.exchange import Exchange
from chatsite.errors import ApiError

logger = logging.getLogger(__name__)

HEADERS_SECONDS = 15.0  # in all, from the first byte of a request: one byte now and then is not enough
BODY_SECONDS = 30.0  # in all, and more for a large body:
BODY_RATE = 64 * 1024  # bytes a second
IDLE_SECONDS = 75  # between requests; longer than proxies keep theirs (60 s), so that it is they who close
LINGER_SECONDS = 5.0

TOO_SLOW = ApiError(40801, "The request took too long to arrive.")
TOO_LONG = ApiError(41401, "The address or a header of the request is longer than 16 KB: use POST.")


class Channel(http.HTTPChannel):
    """HTTP/1.1 on one connection. `deadline` (loop time) is when the request now coming in must be complete."""

    requestFactory = Exchange  # noqa: N815 (Twisted's names)
    factory: "Factory"
    transport: Connection  # type: ignore[assignment]
    deadline: float | None = None

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()
        self.factory.channels.add(self)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # noqa: N802
        self.factory.forget(self)
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.deadline is None and not self._handlingRequest:
            self._complete_in(HEADERS_SECONDS)
        super().dataReceived(data)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """Twisted would close without a word, and a native EventSource then asks again for ever."""
        self.refuse(TOO_LONG)

    def allHeadersReceived(self) -> None:  # noqa: N802
        body = settings.MAX_BODY_BYTES if self.length is None else min(self.length, settings.MAX_BODY_BYTES)
        self._complete_in(BODY_SECONDS + body / BODY_RATE)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:  # noqa: N802
        self.deadline = None
        super().allContentReceived()

    def _complete_in(self, seconds: float) -> None:
        self.deadline = asyncio.get_running_loop().time() + seconds

    def check_deadline(self, now: float) -> None:
        if self.deadline is not None and now > self.deadline:
            self.refuse(TOO_SLOW)

    def refuse(self, error: ApiError) -> None:
        """Answer although the request is not complete, and close.

        What still comes in is read and thrown away for a moment: closing a socket that holds unread bytes resets the
        connection, and that would take the answer with it.
        """
        body = error.response().content
        head = f"HTTP/1.1 {error.status} {http.RESPONSES[error.status].decode()}\r\nConnection: close\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)
        self.transport.loseWriteConnection()
        self.deadline = None
        self.dataReceived = _thrown_away  # type: ignore[method-assign]
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.transport.abortConnection)


def _thrown_away(data: bytes) -> None:
    """Instead of reading on after a refusal."""


class Factory(http.HTTPFactory):
    """Makes a Channel of every connection and knows those that are open. Writes no access log."""

    protocol = Channel  # type: ignore[assignment]

    def __init__(self, server: Any) -> None:
        super().__init__(timeout=IDLE_SECONDS)
        self.server = server  # Daphne's requests look for it here
        self.channels: set[Channel] = set()
        self._emptied = asyncio.Event()

    def log(self, request: http.Request) -> None:
        """Twisted would format a line for a file that is not there."""

    def forget(self, channel: Channel) -> None:
        """Its connection is lost, or has become a websocket."""
        self.channels.discard(channel)
        if not self.channels:
            self._emptied.set()

    def check_deadlines(self, now: float) -> None:
        for channel in list(self.channels):
            try:
                channel.check_deadline(now)
            except Exception:
                logger.exception("Cannot end a slow connection")

    async def close(self, seconds: float) -> None:
        """Close all connections once they have sent what they hold, for as long as that may take."""
        for channel in list(self.channels):
            channel.loseConnection()
        self._emptied.clear()
        if self.channels:
            await asyncio.wait([asyncio.ensure_future(self._emptied.wait())], timeout=seconds)
