"""Every open connection and the application behind it: Daphne's server, where one failure takes nothing with it."""

import asyncio
import contextvars
import logging
import math
from functools import partial
from typing import Any

from daphne.server import Server
from django.conf import settings
from twisted.logger import FilteringLogObserver, LogLevel, LogLevelFilterPredicate, STDLibLogObserver, globalLogBeginner

from chatsite.edge.channel import Factory
from chatsite.edge.exchange import Exchange
from chatsite.edge.forwarded import believe, networks
from chatsite.edge.interface import Application
from chatsite.edge.sockets import Socket, SocketFactory

logger = logging.getLogger(__name__)


SWEEP_SECONDS = 1.0
LEAVE_SECONDS = 10.0  # an application that goes on for this long after its client has left is ended
SOCKET_BYTES = 4096  # what a browser may send in one websocket frame or message; it has nothing to say there
# Channels forgets after a day who is in a group, so a socket is closed before that; the page opens another.
SOCKET_SECONDS = 12 * 3600


class Connections(Server):
    """`connections` maps an Exchange or Socket to {"application_instance": its task, "disconnected": since when}.

    Unlike Daphne's, it looks at an application when that ends rather than once a second, gives each an empty context,
    and one that fails takes nothing with it.
    """

    connections: dict[Exchange | Socket, dict[str, Any]]

    def __init__(self, application: Application) -> None:
        super().__init__(
            application,
            endpoints=["our own"],
            http_timeout=None,  # a stream may last; what may not has a limit of its own
            websocket_timeout=SOCKET_SECONDS,
            request_buffer_size=64 * 1024,
            server_name="",
        )
        self._proxies = networks(settings.TRUSTED_PROXIES)
        self.connections = {}
        self.http_factory = Factory(self)
        self.ws_factory = SocketFactory(self, server="")
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=False,
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxFramePayloadSize=SOCKET_BYTES,
            maxMessagePayloadSize=SOCKET_BYTES,
        )
        # What goes wrong inside Twisted is told; what it does otherwise is not.
        errors = LogLevelFilterPredicate(LogLevel.error)
        observer: Any = FilteringLogObserver(STDLibLogObserver("twisted"), [errors])  # type: ignore[arg-type,list-item]
        globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)

    # --- One connection -------------------------------------------------------------------------------------------

    def create_application(self, protocol: Exchange | Socket, scope: dict[str, Any]) -> "asyncio.Queue[Any] | None":
        """Start the application for a request or a socket. Returns the queue of what it receives."""
        if protocol not in self.connections:
            return None
        scope |= {"root_path": "", "asgi": {"version": "3.0"}}  # Daphne would take root_path from a header
        believe(scope, self._proxies)
        queue: asyncio.Queue[Any] = asyncio.Queue()
        # An empty context: ours may be that of an earlier request, whose task made the loop listen to this connection.
        context = contextvars.Context()
        coroutine: Any = self.application(scope, queue.get, protocol.reply)
        task = asyncio.get_running_loop().create_task(coroutine, context=context)
        task.add_done_callback(partial(self._application_ended, protocol), context=context)
        self.connections[protocol]["application_instance"] = task
        return queue

    def _application_ended(self, protocol: Exchange | Socket, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error:
            logger.error("Exception inside application: %s", error, exc_info=error)
        details = self.connections.get(protocol)
        if details is None:
            return
        del details["application_instance"]
        if "disconnected" in details:
            del self.connections[protocol]
        else:
            protocol.ended(error)

    def protocol_disconnected(self, protocol: Exchange | Socket) -> None:
        """The exchange is complete, or the connection lost. May be told twice."""
        details = self.connections.get(protocol)
        if details is None:
            return
        details.setdefault("disconnected", asyncio.get_running_loop().time())
        if "application_instance" not in details:
            del self.connections[protocol]

    # --- All of them ----------------------------------------------------------------------------------------------

    def sweep(self) -> None:
        """Once a second, for ever: deadlines, pings, and applications that do not notice that their client has left."""
        loop = asyncio.get_running_loop()
        loop.call_later(SWEEP_SECONDS, self.sweep)  # first, so that nothing below can end it
        now = loop.time()
        self.http_factory.check_deadlines(now)
        for protocol, details in list(self.connections.items()):
            try:
                self._look_after(protocol, details, now)
            except Exception:
                logger.exception("Cannot look after %r", protocol)

    def _look_after(self, protocol: Exchange | Socket, details: dict[str, Any], now: float) -> None:
        left = details.get("disconnected")
        if left is None and isinstance(protocol, Socket):
            protocol.check_timeouts()
        elif left is not None and now - left > LEAVE_SECONDS:
            logger.warning("An application went on %d s after its client had left: %r", now - left, protocol)
            details["application_instance"].cancel()
            details["disconnected"] = math.inf  # once is enough

    async def close(self, grace: float) -> None:
        """Let responses end for `grace` seconds, then end them; takes at most two seconds more."""
        for protocol in list(self.connections):
            if isinstance(protocol, Socket):
                protocol.leave()
        await self._applications_end(grace)
        for task in self._applications():
            task.cancel()
        await self._applications_end(1.0)
        await self.http_factory.close(1.0)

    def _applications(self) -> "list[asyncio.Task[None]]":
        # There is none yet behind a request that has not come in whole.
        found = (details.get("application_instance") for details in self.connections.values())
        return [task for task in found if task is not None]

    async def _applications_end(self, seconds: float) -> None:
        if tasks := self._applications():
            await asyncio.wait(tasks, timeout=seconds)
