"""The first visit: until somebody has an account, every page leads to /setup, which makes the administrator.

Whoever opens the page on the machine itself is believed. From anywhere else the page asks for a code that stands in the
server's log, so that a stranger who finds a fresh site cannot take it over.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.decorators import sync_and_async_middleware

from chatsite.accounts.models import User

logger = logging.getLogger(__name__)

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, no look-alikes: eight of them are 34 bits
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
# What is needed before there is an account: the page itself, its style, its language, and what machines ask for.
OPEN = ("/setup", "/static/", "/language", "/api/", "/v1/", "/healthz", "/readyz", "/metrics")

_set_up = False  # once true it stays true, and costs no query any more
_announced = float("-inf")


def is_set_up() -> bool:
    global _set_up
    _set_up = _set_up or User.objects.exists()
    return _set_up


def code() -> str:
    """The same in every process and after a restart, and kept nowhere: it follows from SECRET_KEY."""
    number = int.from_bytes(salted_hmac("chatsite.accounts.setup", "code", algorithm="sha256").digest())
    letters = "".join(LETTERS[number // 20**place % 20] for place in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def is_code(given: str) -> bool:
    """Case, spaces and dashes do not matter."""
    return constant_time_compare("".join(filter(str.isalpha, given)).upper(), code().replace("-", ""))


def announce() -> None:
    """Put the code into the log, at most once a minute however often the page is opened."""
    global _announced
    now = time.monotonic()
    if now - _announced >= 60:
        _announced = now
        logger.warning("Set-up code: %s  (somebody has opened %s)", code(), reverse("setup"))


def asks_code(request: HttpRequest) -> bool:
    """Whether the visitor must show that they can read the server's log.

    Not so on the machine itself: the connection comes from loopback and asked for loopback by name, and nothing hints
    at a proxy beside us that speaks for others. Proxies that say nothing at all speak HTTP/1.0, as nginx does unless
    told otherwise; a site with a public CHATSITE_URL has a proxy by definition.
    """
    public = settings.SITE_URL and not _is_loopback(urlsplit(settings.SITE_URL).hostname or "")
    local = _is_loopback(request.META.get("REMOTE_ADDR", "")) and _is_loopback(split_domain_port(request.get_host())[0])
    scope = getattr(request, "scope", {})
    proxied = "chatsite.forwarded" in scope or any(name in request.headers for name in FORWARDED)
    return bool(public or proxied or scope.get("http_version") == "1.0" or not local)


def _is_loopback(host: str) -> bool:
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _answer(request: HttpRequest) -> HttpResponseRedirect | None:
    if request.path.startswith(OPEN) or is_set_up():
        return None
    return HttpResponseRedirect(reverse("setup"))


@sync_and_async_middleware
def leads_to_setup(
    get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Middleware: every page leads to /setup until there is an account."""
    if not iscoroutinefunction(get_response):
        return lambda request: _answer(request) or get_response(request)

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = None if _set_up else await sync_to_async(_answer)(request)
        return answer or await get_response(request)

    return middleware
