"""Websockets that do not come about; tests/live has those that do."""

from collections.abc import Callable

import pytest
import requests

from tests.edge.conftest import Server

HANDSHAKE = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


@pytest.mark.parametrize("origin", ["null", "http://[", "http://[::1", "https://evil.example"])
def test_a_refused_handshake_is_nothing_to_worry_about(start: Callable[..., Server], origin: str) -> None:
    server = start()
    with server.connect() as client:
        client.ask("/ws/live", *HANDSHAKE, "Sec-WebSocket-Version: 13", f"Origin: {origin}")
        assert client.until(b"\r\n\r\n").split()[1] in (b"400", b"403")
    assert requests.get(f"{server.url}/whole", timeout=60).ok
    assert "Traceback" not in server.said
    assert "CRITICAL" not in server.said
