"""Other origins, where CHATSITE_CORS_ORIGINS allows them: for bearers only, never with cookies."""

from collections.abc import Container

from chatsite.edge.interface import Application, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

VARY: Header = (b"vary", b"origin")
PREFLIGHT: list[Header] = [
    (b"access-control-allow-methods", b"GET, POST, PATCH, PUT, DELETE"),
    (
        b"access-control-allow-headers",
        b"accept, authorization, content-type, idempotency-key, last-event-id, prefer, token",
    ),
    (b"access-control-max-age", b"600"),
]
EXPOSED: Header = (b"access-control-expose-headers", b"location, retry-after")


class Cors:
    """ASGI middleware for the APIs. An origin that is not named hears nothing of it, and its browser keeps it out."""

    def __init__(self, inner: Application, origins: Container[str]) -> None:
        self._inner, self._origins = inner, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        if not scope["path"].startswith(("/api/", "/v1/")) or origin.decode("latin1") not in self._origins:
            await self._inner(scope, receive, send)
        elif scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await send({"type": "http.response.start", "status": 204, "headers": [_allow(origin), VARY, *PREFLIGHT]})
            await send({"type": "http.response.body"})
        else:
            # A cookie that a browser sent all the same counts for nothing.
            bare = [header for header in scope["headers"] if header[0] != b"cookie"]
            await self._inner({**scope, "headers": bare}, receive, _allowing(origin, send))


def _allow(origin: bytes) -> Header:
    return (b"access-control-allow-origin", origin)


def _allowing(origin: bytes, send: Send) -> Send:
    async def allow(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], _allow(origin), EXPOSED, VARY]}
        await send(message)

    return allow
