"""Which of X-Forwarded-For and X-Forwarded-Proto is to be believed: what our own proxies wrote, and nothing else."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.core.exceptions import ImproperlyConfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Nobody downstream may take these for true: what is true of them stands in the scope.
CLAIMS = frozenset(
    (b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"x-real-ip")
)


def networks(proxies: Iterable[str]) -> list[Network]:
    """Addresses and networks (10.0.0.0/8) of our own proxies. ImproperlyConfigured for anything else."""
    try:
        return [ip_network(proxy.strip(), strict=False) for proxy in proxies]
    except ValueError as error:
        raise ImproperlyConfigured(f"CHATSITE_TRUSTED_PROXIES must be addresses or networks: {error}") from None


def believe(scope: dict[str, Any], ours: Sequence[Network]) -> None:
    """Put the real client and scheme into an ASGI scope and take the claims out of its headers.

    That there were claims, believed or not, stays as "chatsite.forwarded": somebody speaks for somebody else here.
    Each proxy appends whom it was asked by, so the list is read from the right, for as long as the one who asked is a
    proxy of ours. Of several X-Forwarded-Proto the one of the outermost believed proxy counts.
    """
    claims = [(name, value.decode("latin1")) for name, value in scope["headers"] if name in CLAIMS]
    if not claims:
        return
    scope["chatsite.forwarded"] = True  # believed or not: accounts.setup must know that somebody stands between
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in CLAIMS]
    asked_by = _address(scope["client"][0]) if scope["client"] else None
    chain = _believed(asked_by, _values(claims, b"x-forwarded-for"), ours)
    if not chain:
        return
    if chain[-1] != asked_by:
        scope["client"] = [str(chain[-1]), 0]
    _believe_scheme(scope, _values(claims, b"x-forwarded-proto")[-max(len(chain) - 1, 1) :])


def _believed(asked_by: Address | None, claimed: list[str], ours: Sequence[Network]) -> list[Address]:
    """From whom we were asked outwards: proxies of ours, then the client. Empty when no proxy of ours asked."""
    chain = []
    address = asked_by
    while address is not None:
        chain.append(address)
        if not any(address in network for network in ours):
            break
        address = _address(claimed.pop()) if claimed else None
    return chain if asked_by and any(asked_by in network for network in ours) else []


def _believe_scheme(scope: dict[str, Any], schemes: list[str]) -> None:
    if schemes and (scheme := schemes[0].lower()) in ("http", "https"):
        plain = "ws" if scope["type"] == "websocket" else "http"
        scope["scheme"] = plain + "s" * (scheme == "https")


def _values(claims: Iterable[tuple[bytes, str]], wanted: bytes) -> list[str]:
    """A header's values in the order they were added, over all its lines."""
    return [part.strip() for name, value in claims if name == wanted for part in value.split(",") if part.strip()]


def _address(text: str) -> Address | None:
    """An address as proxies write it: bare, `192.0.2.1:5678`, `[2001:db8::1]:5678`. None for anything else."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
