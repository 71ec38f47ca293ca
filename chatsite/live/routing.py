"""The websocket of the site: one address, for pages of the site's own."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from chatsite.live.consumers import Live

PATH = "/ws/live"

_consumer = Live.as_asgi()
_denier = WebsocketDenier.as_asgi()


async def live(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> None:
    """ASGI application of websockets. Anything but a page of ours is refused (403) before the handshake ends."""
    allowed = scope["path"] == PATH and own_page(dict(scope["headers"]))
    await (_consumer if allowed else _denier)(scope, receive, send)


def own_page(headers: dict[bytes, bytes]) -> bool:
    """Whether the browser was sent by the origin it asks, or by CHATSITE_URL.

    A browser sends the cookies of the site with a websocket whoever opens it, and always says who that is. The hosts
    alone (Channels' AllowedHostsOriginValidator) would let any port pass, and on a LAN without a name any site.
    """
    host = headers.get(b"host", b"").decode("latin1").lower()
    origin = headers.get(b"origin", b"").decode("latin1").lower()
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    return origin in settings.CSRF_TRUSTED_ORIGINS or (host != "" and urlsplit(origin).netloc == host)
