"""A TCP proxy that spoils connections: each one meets the fault that was planned for it."""

import select
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.relay import Relay, reset

Kind = Literal["none", "close", "reset", "half-close", "forget", "dribble", "unasked"]


@dataclass(frozen=True)
class Fault:
    """What happens once `at` bytes of the response have passed (unasked: of the request).

    close: FIN to both sides. reset: RST to both. half-close: FIN to the client, whose own FIN then ends the rest.
    forget: FIN to the client while the server's side stays open and unread, as behind a dead network.
    dribble: the response comes in single bytes, then FIN to both.
    """

    kind: Kind = "none"
    at: int = 0


class Proxy(Relay):
    """with Proxy(port, plan) as proxy: what connects to proxy.url reaches 127.0.0.1:port, with the fault plan() says.

    `met` counts the faults that came to pass.
    """

    def __init__(self, port: int, plan: Callable[[], Fault]) -> None:
        super().__init__(port)
        self._plan = plan
        self._forgotten: list[socket.socket] = []
        self.met: Counter[Kind] = Counter()

    def close(self) -> None:
        super().close()
        for server in self._forgotten:
            server.close()

    def relay(self, client: socket.socket, server: socket.socket) -> None:
        fault = self._plan()
        if _relayed(client, server, fault):
            self.met[fault.kind] += 1
            self._spoil(client, server, fault)

    def _spoil(self, client: socket.socket, server: socket.socket, fault: Fault) -> None:
        if fault.kind == "reset":
            reset(client, server)
        elif fault.kind == "forget":
            self._forgotten.append(server.dup())  # keeps the connection open
        elif fault.kind == "half-close":
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass


def _relayed(client: socket.socket, server: socket.socket, fault: Fault) -> bool:
    """Pass on what both say, until one side closes (False) or the fault is due (True)."""
    for end in (client, server):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    left = fault.at
    while left > 0 or fault.kind == "none":
        ready, _, _ = select.select([client, server], [], [])
        if client in ready:
            data = client.recv(left if fault.kind == "unasked" else 65536)
            server.sendall(data)
            left -= len(data) if fault.kind == "unasked" else 0
            if not data:
                return False
        if server in ready:
            data = server.recv(_at_once(fault, left))
            client.sendall(data)
            left -= len(data)
            if not data:
                return False
    return True


def _at_once(fault: Fault, left: int) -> int:
    return 65536 if fault.kind == "none" else 1 if fault.kind == "dribble" else left
