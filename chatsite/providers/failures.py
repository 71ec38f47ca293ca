"""What went wrong with a provider, in one word. The only place that knows the SDK's and its transport's exceptions.

The transport below the SDK reports a refused connection, an unknown host and a dropped connection as a time-out, and
lets some of aiohttp's errors through unwrapped. So the whole chain of causes is looked at.
"""

import email.utils
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The word. Nothing in it, or in Failure, comes from the key or from what was asked."""

    KEY = "key"  # 401
    FORBIDDEN = "forbidden"  # 403
    RATE = "rate"  # 429: too often, or the account is empty
    NOT_FOUND = "not_found"  # 404: no such model, or no such API under this address
    STATUS = "status"  # any other HTTP status, redirects too: they are not followed, the key would travel along
    REFUSED = "refused"  # nobody listens there
    DNS = "dns"  # no such host
    TIMEOUT = "timeout"  # no connection in time
    IDLE = "idle"  # connected, then silent for too long
    DROPPED = "dropped"  # the connection ended in the middle
    TLS = "tls"
    PROXY = "proxy"
    NOT_HTTP = "not_http"  # what answers there does not speak HTTP, or the address is none
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Failure:
    """`status` is the provider's HTTP status, `retry_after` the seconds it asked for, `said` its own words (≤ 300).

    `said` is empty for 401 and 403, where some providers repeat a part of the key, and wherever one is found in it.
    """

    kind: Kind
    status: int | None = None
    retry_after: float | None = None
    said: str = ""


_STATUS = {401: Kind.KEY, 403: Kind.FORBIDDEN, 404: Kind.NOT_FOUND, 407: Kind.PROXY, 429: Kind.RATE}


def failure(error: BaseException) -> Failure:
    """What an exception from opening or reading a provider's answer means."""
    import openai

    if isinstance(error, openai.APIStatusError):
        return _refusal(error)
    chain = list(_causes(error))
    return Failure(next((kind for types, kind in _table() if any(isinstance(e, types) for e in chain)), Kind.OTHER))


def _refusal(error: Any) -> Failure:
    """A whole HTTP answer that says no."""
    status: int = error.status_code
    kind = _STATUS.get(status, Kind.STATUS)
    said = "" if kind in (Kind.KEY, Kind.FORBIDDEN) else _said(error.body)
    key = error.request.headers.get("Authorization", "").removeprefix("Bearer ")
    said = "" if tells(said, key) else said
    return Failure(kind, status, _seconds(error.response.headers.get("retry-after")), said)


def tells(words: str, key: str) -> bool:
    """Whether a part of the key worth the name is in these words: some providers repeat it in what they refuse with."""
    return any(key[start : start + 8] in words for start in range(len(key) - 7))


def _said(body: object) -> str:
    """The provider's sentence, if its body has one. (The SDK hands over what was below "error".)"""
    sentence = body.get("message") if isinstance(body, dict) else None
    return " ".join(sentence.split())[:300] if isinstance(sentence, str) else ""


def _seconds(value: str | None) -> float | None:
    """Retry-After: seconds, or a date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    date = email.utils.parsedate_tz(value)
    return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what caused it. Each layer translates, so the cause knows more than its effect."""
    step: BaseException | None = error
    while step is not None:
        yield step
        step = step.__cause__ or step.__context__


def _table() -> list[tuple[tuple[type[BaseException], ...], Kind]]:
    """From narrow to wide: the first line that fits any exception of the chain counts."""
    import socket
    import ssl

    import aiohttp
    import httpx2

    return [
        ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError, httpx2.ProxyError), Kind.PROXY),
        ((ssl.SSLError, ssl.CertificateError, aiohttp.ClientSSLError), Kind.TLS),
        ((socket.gaierror, aiohttp.ClientConnectorDNSError), Kind.DNS),
        ((aiohttp.ConnectionTimeoutError,), Kind.TIMEOUT),
        ((aiohttp.SocketTimeoutError, httpx2.ReadTimeout), Kind.IDLE),
        ((aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, ConnectionResetError), Kind.DROPPED),
        ((httpx2.ReadError, httpx2.RemoteProtocolError), Kind.DROPPED),
        ((aiohttp.ClientConnectorError,), Kind.REFUSED),
        ((aiohttp.ClientResponseError, aiohttp.InvalidURL), Kind.NOT_HTTP),
        ((httpx2.InvalidURL, httpx2.UnsupportedProtocol), Kind.NOT_HTTP),
        ((httpx2.ConnectTimeout,), Kind.TIMEOUT),
        ((TimeoutError,), Kind.IDLE),
    ]
