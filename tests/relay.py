"""A TCP proxy in front of a site, which does nothing by itself. tests/clients and tests/faults have one each."""

import socket
import struct
import threading
from contextlib import suppress
from typing import Self


class Relay:
    """with Relay(port) as proxy: who connects to proxy.url is `relay`ed to 127.0.0.1:port, each in a thread."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() alone does not
        self._listener.close()

    def relay(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on between two blocking sockets; both are closed when this returns, or an OSError ends it."""
        raise NotImplementedError

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server, suppress(OSError):
            self.relay(client, server)


def reset(*ends: socket.socket) -> None:
    """Let them be closed with a RST."""
    for end in ends:  # SO_LINGER of 0: close() sends RST
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
