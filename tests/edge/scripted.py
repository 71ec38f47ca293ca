"""`python -m tests.edge.scripted`: the real server with an application that does what a request's path says.

/raw/… is the bare ASGI application below, everything else the site's own with the views of views.py. It prints what it
notices, so that a test can wait for the line.
"""

import asyncio
import contextvars
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from daphne.server import reactor  # noqa: F401 (first, as in chatsite.server)
from django.conf import settings

settings.ROOT_URLCONF = "tests.edge.views"
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("chatsite.accounts")]
settings.TRUSTED_PROXIES = ["127.0.0.1"]

from chatsite import asgi, server  # noqa: E402
from chatsite.edge import channel, connections, gate  # noqa: E402
from chatsite.edge.interface import Receive, Scope, Send  # noqa: E402
from tests.edge.views import say  # noqa: E402

if "BRISK" in os.environ:  # what takes long in earnest does not in tests
    channel.HEADERS_SECONDS, channel.BODY_SECONDS, channel.BODY_RATE = 0.5, 0.5, 2**40
    gate.STALL_SECONDS, connections.SWEEP_SECONDS, connections.LEAVE_SECONDS = 0.5, 0.1, 0.5


# --- The bare application -----------------------------------------------------------------------------------------


async def raw(scope: Scope, receive: Receive, send: Send) -> None:
    await globals()[scope["path"].removeprefix("/raw/").replace("-", "_")](scope, receive, send)


async def scope_told(scope: Scope, receive: Receive, send: Send) -> None:
    """The scope as text, with the body's length."""
    body, more = 0, True
    while more:
        message = await receive()
        body, more = body + len(message["body"]), message["more_body"]
    told = {name: scope.get(name) for name in ("client", "scheme", "root_path", "headers", "path")} | {"body": body}
    await _start(send)
    await send({"type": "http.response.body", "body": repr(told).encode()})


async def fails_early(scope: Scope, receive: Receive, send: Send) -> None:
    raise LookupError("before the start")


async def fails_late(scope: Scope, receive: Receive, send: Send) -> None:
    await _start(send)
    await send({"type": "http.response.body", "body": b"some", "more_body": True})
    raise LookupError("after the start")


_seen = contextvars.ContextVar("seen", default="nothing")


async def context(scope: Scope, receive: Receive, send: Send) -> None:
    """What earlier requests left in this one's context."""
    seen = _seen.get()
    _seen.set("an earlier request")
    await _start(send)
    await send({"type": "http.response.body", "body": seen.encode()})


async def says_nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Returns without an answer."""


async def stays(scope: Scope, receive: Receive, send: Send) -> None:
    """Does not notice that the client has left."""
    await _start(send)
    await send({"type": "http.response.body", "body": b"some", "more_body": True})
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        say("ended by the server")
        raise


async def two_parts(scope: Scope, receive: Receive, send: Send) -> None:
    await _start(send)
    await send({"type": "http.response.body", "body": b"some", "more_body": True})
    await send({"type": "http.response.body", "body": b"more"})


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    """SLOW_SECONDS for a whole response."""
    say("slow began")
    await asyncio.sleep(float(os.environ.get("SLOW_SECONDS", 0.5)))
    await two_parts(scope, receive, send)


async def _start(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})


# --- The process --------------------------------------------------------------------------------------------------


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    await (raw if scope["path"].startswith("/raw/") else asgi.application)(scope, receive, send)


async def opened() -> None:
    say("the house is open")


async def closed(seconds: float) -> None:
    say(f"the house closes in {seconds:g} s")
    await asyncio.sleep(float(os.environ.get("CLOSING_SECONDS", 0)))


if __name__ == "__main__":
    listener = server.bind("127.0.0.1", 0)
    server.raise_open_files()
    server.Life(application, opened, closed).run(listener)
