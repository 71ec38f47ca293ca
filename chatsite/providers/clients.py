"""SDK clients, one per way to reach an API, shared by all who ask it on the same event loop.

The key of the cache is what the client is made from, not the provider's row: a changed key or address is another client
from the next request on, in every process, and nothing has to be told that anything changed.
"""

import asyncio
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from django.conf import settings

from chatsite.providers import demo
from chatsite.providers.models import Target

if TYPE_CHECKING:  # importing the SDK takes a second: server.py does it after the start, off the loop
    import ssl

    import httpx2
    import openai

CONNECT_SECONDS = 10.0
IDLE_SECONDS = float(settings.IDLE_SECONDS)  # between two reads of an answer
REFUSAL_BYTES = 64 * 1024
UNUSED_SECONDS = 7200.0  # longer than any answer may take: closing a client cuts what still streams through it
KEYLESS = "none"  # local servers want no key, the SDK wants one

_Key = tuple[str, str, str]


@dataclass(slots=True)
class _Entry:
    client: "openai.AsyncOpenAI"
    used: float = field(default_factory=time.monotonic)


_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[_Key, _Entry]]" = WeakKeyDictionary()


def warm() -> None:
    """What the first answer would otherwise hold the loop up for: imports, and the system's certificates."""
    import openai._vendor.httpx_aiohttp.transport
    import openai.resources.chat.completions  # noqa: F401

    _certificates()


def client(target: Target) -> "openai.AsyncOpenAI":
    """The SDK client for a target; one per (base_url, api_key, proxy) and event loop. Call on the loop only."""
    mine = _clients.setdefault(asyncio.get_running_loop(), {})
    key = (target.base_url, target.api_key, target.proxy)
    entry = mine.get(key)
    if entry is None:
        _retire(mine)
        entry = mine[key] = _Entry(build(target))
    entry.used = time.monotonic()
    return entry.client


async def close() -> None:
    """Close this loop's clients; what still streams through them is cut."""
    for entry in _clients.pop(asyncio.get_running_loop(), {}).values():
        await entry.client.close()


def _retire(mine: dict[_Key, _Entry]) -> None:
    """Close what nobody has asked for in a long time: keys that were replaced, providers that were deleted."""
    cutoff = time.monotonic() - UNUSED_SECONDS
    for key in [key for key, entry in mine.items() if entry.used < cutoff]:
        task = asyncio.create_task(mine.pop(key).client.close())
        _closing.add(task)
        task.add_done_callback(_closing.discard)


_closing: set[asyncio.Task[None]] = set()


def build(target: Target, *, connect: float = CONNECT_SECONDS, idle: float = IDLE_SECONDS) -> "openai.AsyncOpenAI":
    """A client that its caller closes."""
    import httpx2
    import openai

    timeout = httpx2.Timeout(idle, connect=connect, pool=connect)
    headers: dict[str, Any] = {"Accept-Encoding": "identity"}  # the reader of a stream looks at raw bytes
    if urlsplit(target.base_url).hostname != "api.openai.com":
        # The SDK reads these from OPENAI_ORG_ID and OPENAI_PROJECT_ID and would tell them to everybody.
        headers |= {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
    return openai.AsyncOpenAI(
        base_url=target.base_url,
        api_key=target.api_key or KEYLESS,
        http_client=_http_client(target, timeout),
        timeout=timeout,
        max_retries=0,  # who asks retries: once text was shown it must not
        default_headers=headers,
    )


def _http_client(target: Target, timeout: "httpx2.Timeout") -> "httpx2.AsyncClient":
    """aiohttp below httpx2's interface: half the CPU per chunk of httpx2's own transport."""
    import httpx2
    import openai

    if target.base_url == demo.BASE_URL:
        from chatsite.providers.demo.transport import DemoTransport

        return httpx2.AsyncClient(transport=DemoTransport(), timeout=timeout, trust_env=False)
    return openai.DefaultAioHttpClient(
        event_hooks={"response": [_bounded]},
        timeout=timeout,
        # max_connections=None would silently mean 100. A pooled connection is dropped before most servers drop it.
        limits=httpx2.Limits(max_connections=100_000, max_keepalive_connections=1000, keepalive_expiry=15),
        verify=_certificates(),
        proxy=_proxy(target.proxy) if target.proxy else None,
        trust_env=False,  # neither HTTP_PROXY nor .netrc
        follow_redirects=False,  # the key would travel along
    )


async def _bounded(response: "httpx2.Response") -> None:
    """Read at most REFUSAL_BYTES of what a refusal says: the SDK would read it whole, however long it is."""
    if not response.is_error:
        return
    said = bytearray()
    async for part in response.aiter_raw():
        said += part
        if len(said) > REFUSAL_BYTES:
            break
    await response.aclose()
    response._content = bytes(said)  # private, as httpx2 has no other way to say that this was all


def _proxy(url: str) -> "httpx2.Proxy":
    """aiohttp turns the Authorization of these headers into Proxy-Authorization, for tunnels and for plain HTTP alike.

    Credentials in the URL would pass through its deprecated BasicAuth.
    """
    import aiohttp
    import httpx2

    address = httpx2.URL(url)
    if not address.username:
        return httpx2.Proxy(address)
    credentials = aiohttp.encode_basic_auth(address.username, address.password)
    return httpx2.Proxy(address.copy_with(username=None, password=None), headers={"Authorization": credentials})


@lru_cache(maxsize=1)
def _certificates() -> "ssl.SSLContext":
    """The system's certificates and SSL_CERT_FILE, loaded once (tens of milliseconds)."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=True)
