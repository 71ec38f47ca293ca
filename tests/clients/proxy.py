"""A TCP proxy in front of a site that cuts streams, and nothing else.

It speaks HTTP/1.0 to the site: a connection is one request then, and a body that ends with its connection. So a FIN in
the middle of a stream is a clean EOF to the client, as behind proxies that hide how it ended, and a RST is a break.
"""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from tests.relay import Relay, reset

IN_THE_MIDST = "你".encode()[:2]  # of a letter, hence of a line and of a frame


@dataclass(frozen=True)
class Cut:
    """In the midst of the first 你 behind so many bytes of a stream's body: FIN (eof) or RST (reset)."""

    behind: int
    how: Literal["eof", "reset"]


class Proxy(Relay):
    """with Proxy(port, cuts) as proxy: the first stream read at proxy.url meets the first cut, and so on."""

    def __init__(self, port: int, cuts: list[Cut]) -> None:
        super().__init__(port)
        self.cuts = list(cuts)  # those still to come

    def relay(self, client: socket.socket, server: socket.socket) -> None:
        request = client.recv(65536)
        server.sendall(request.replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", 1))
        upwards = threading.Thread(target=_pump, args=(client, server), daemon=True)
        upwards.start()
        self._answer(server, client)
        client.shutdown(socket.SHUT_RD)  # wakes the other thread, whose recv() would keep the socket open
        upwards.join()

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        """Pass the response on, as far as its cut lets it."""
        said = b""
        while b"\r\n\r\n" not in said and (data := server.recv(65536)):
            said += data
        cut = self.cuts.pop(0) if self.cuts and b"text/event-stream" in said else None
        if not cut:
            client.sendall(said)
            _pump(server, client)
            return
        behind = said.index(b"\r\n\r\n") + 4 + cut.behind
        while (middle := said.find(IN_THE_MIDST, behind)) < 0 and (data := server.recv(65536)):
            said += data
        client.sendall(said[: middle + len(IN_THE_MIDST)])
        if cut.how == "reset":
            reset(client)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Until the source has nothing more to say."""
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
