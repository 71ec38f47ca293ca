"""A client without manners: bytes on a socket."""

import select
import socket
from typing import Self


class Raw:
    """One connection. `get` and `post` only send; `read` and `head` wait for what comes back."""

    def __init__(self, port: int, buffer: int = 0) -> None:
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(60)
        try:
            self.socket.connect(("127.0.0.1", port))
        except OSError:
            self.socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Self:
        self.socket.sendall(data)
        return self

    def ask(self, path: str, *headers: str, method: str = "GET", body: bytes = b"") -> Self:
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
        return self.send("\r\n".join(lines).encode() + body)

    @property
    def has_answer(self) -> bool:
        """Whether something has come that was not read yet."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def until(self, end: bytes) -> bytes:
        """What comes until `end` has come or the other side has closed."""
        data = b""
        while end not in data and (chunk := self.socket.recv(65536)):
            data += chunk
        return data

    def read(self) -> bytes:
        """All until the other side closes. ConnectionResetError when it does so without waiting for us."""
        data = b""
        while chunk := self.socket.recv(65536):
            data += chunk
        return data
