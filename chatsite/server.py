"""`python -m chatsite.server`: one process that serves the site, from its socket to its last answer.

Daphne, with what it lacks in `chatsite.edge`; here is the life of the process.
"""

import argparse
import asyncio
import errno
import gc
import logging
import os
import resource
import signal
import socket
import sqlite3  # the one that chatsite/__init__.py puts in its place
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import NoReturn

from daphne.server import reactor  # importing it puts Twisted on an asyncio loop, and must come before Twisted's own
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

from chatsite.edge.connections import Connections
from chatsite.edge.interface import Application

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 21.0  # for generations that run when SIGTERM comes
RESPONSE_SECONDS = 1.0  # then for responses under way; closing takes two more at most
IN_ALL_SECONDS, AT_ONCE_SECONDS = 25, 5  # the latest end after SIGTERM and SIGINT
BACKLOG = 2048  # with Daphne's 50, 2,000 clients that come back after a restart took 24 s instead of 2 (measured)
# What the kernel may hold of a connection, beside the 64 KiB of the transport: unsent bytes, and how long it tries.
SOCKET_OPTIONS = {"TCP_NOTSENT_LOWAT": 64 * 1024, "TCP_USER_TIMEOUT": 60_000}


class Life:
    """One server process: opened once, stopped by a signal; a second signal ends it at once."""

    def __init__(
        self,
        application: Application,
        opened: Callable[[], Awaitable[None]],
        closed: Callable[[float], Awaitable[None]],
    ) -> None:
        self._connections = Connections(application)
        self._open_house, self._close_house = opened, closed
        self._loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop
        self._stop: asyncio.Future[float] = self._loop.create_future()

    def run(self, listener: socket.socket) -> None:
        """Serve on a listening socket until a signal comes. Raises what opening the house raised."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)
        asyncio.set_event_loop(self._loop)
        life = self._loop.create_task(self._live(listener))
        life.add_done_callback(lambda _: reactor.stop())
        reactor.run(installSignalHandlers=False)
        self._clear()
        life.result()

    def _signalled(self, number: int, frame: object) -> None:
        """Not a handler of the loop's: the loop may be what hangs."""
        for again in (signal.SIGTERM, signal.SIGINT):
            signal.signal(again, signal.SIG_DFL)
        # Whatever hangs from here on (a locked database, a thread): the kernel ends this process.
        signal.alarm(IN_ALL_SECONDS if number == signal.SIGTERM else AT_ONCE_SECONDS)
        self._loop.call_soon_threadsafe(self._stop.set_result, DRAIN_SECONDS if number == signal.SIGTERM else 0.0)

    async def _live(self, listener: socket.socket) -> None:
        await self._open_house()
        port = reactor.adoptStreamPort(listener.fileno(), listener.family, self._connections.http_factory)
        self._connections.sweep()
        print(f"chatsite serves on {address(listener)}", flush=True)
        listener.close()  # the reactor has its own copy
        threading.Thread(target=background, name="background", daemon=True).start()
        seconds = await self._stop
        await port.stopListening().asFuture(self._loop)
        try:
            await self._close_house(seconds)
        finally:
            await self._connections.close(RESPONSE_SECONDS if seconds else 0.0)

    def _clear(self) -> None:
        """End what still runs on the loop, which has stopped."""
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Who connects waits in it until the house is open. SystemExit says in plain words why not."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for name, value in SOCKET_OPTIONS.items():
            if hasattr(socket, name):  # every connection inherits them
                listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        listener.bind(where)
        listener.listen(BACKLOG)
    except OSError as error:
        refuse(error, host, port)
    listener.setblocking(False)
    return listener


def refuse(error: OSError, host: str, port: int) -> NoReturn:
    reasons = {
        errno.EADDRINUSE: f"port {port} on {host} is taken. Stop what listens there, or choose another with --port.",
        errno.EACCES: f"port {port} needs more rights: choose one above 1023 with --port.",
        errno.EADDRNOTAVAIL: f"this machine has no address {host}: choose another with --host.",
    }
    sys.exit("chatsite cannot serve: " + reasons.get(error.errno or 0, f"{host}:{port}: {error.strerror}"))


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def raise_open_files() -> None:
    """Every stream is an open file or two, and the usual soft limit is 1024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError) as error:  # macOS calls its hard limit infinite and then refuses it
        logger.warning("The limit of open files stays as it is: %s", error)


def warm() -> None:
    """What the first answer would otherwise wait a second for; then what stays is taken from the collector's rounds."""
    from chatsite.providers import clients

    clients.warm()
    gc.collect()
    gc.freeze()


def background() -> None:
    """What is wanted soon after the start, but must not delay it."""
    from chatsite.accounts import sessions
    from chatsite.providers import discovery

    warm()
    sessions.forget_expired()
    discovery.keep_up()


def advise() -> None:
    """Warn of what works, but not well."""
    from django.conf import settings

    if settings.SQLITE and (3, 7) <= sqlite3.sqlite_version_info < (3, 51, 3):
        logger.warning("SQLite %s can damage the database: use one from 3.51.3 on.", sqlite3.sqlite_version)
    if settings.SECURE and not settings.TRUSTED_PROXIES:
        logger.warning("CHATSITE_TRUSTED_PROXIES is empty: all visitors who come through the proxy are taken for one.")


def main() -> None:
    try:
        from django.conf import settings

        parser = argparse.ArgumentParser(prog="chatsite.server", description=__doc__)
        parser.add_argument("--host", default=settings.SITE_HOST)
        parser.add_argument("--port", type=int, default=settings.SITE_PORT, help="0: any free one")
        chosen = parser.parse_args()
        listener = bind(chosen.host, chosen.port)
        raise_open_files()
        from chatsite.asgi import application
        from chatsite.generation.house import close_house, open_house

        advise()
        life = Life(application, open_house, close_house)
    except ImproperlyConfigured as error:
        sys.exit(f"chatsite cannot serve: {error}")
    life.run(listener)


if __name__ == "__main__":
    main()
