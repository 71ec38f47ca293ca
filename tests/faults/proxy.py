"""A TCP proxy that spoils connections: each one meets the fault that was planned for it."""

import select
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

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


class Proxy:
    """with Proxy(port, plan) as proxy: what connects to proxy.url reaches 127.0.0.1:port, with the fault plan() says.

    One thread and two blocking sockets per connection. `met` counts the faults that came to pass.
    """

    def __init__(self, port: int, plan: Callable[[], Fault]) -> None:
        self._target, self._plan = ("127.0.0.1", port), plan
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._forgotten: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.met: Counter[Kind] = Counter()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() alone does not
        self._listener.close()
        for server in self._forgotten:
            server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client, self._plan()), daemon=True).start()

    def _connect(self, client: socket.socket, fault: Fault) -> None:
        server = socket.create_connection(self._target)
        with client, suppress(OSError):
            if _relayed(client, server, fault):
                self.met[fault.kind] += 1
                self._spoil(client, server, fault)
        if server not in self._forgotten:
            server.close()

    def _spoil(self, client: socket.socket, server: socket.socket, fault: Fault) -> None:
        if fault.kind == "reset":
            for end in (client, server):  # SO_LINGER of 0: close() sends RST
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault.kind == "forget":
            self._forgotten.append(server)
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
