"""The body of a request to upstream: one piece of JSON, or many of a large one.

Encoding holds the interpreter's lock, in whatever thread: 50 MB at once would stop every stream of the process. Between
two pieces the loop has its turn, in encoding and in sending; and what is sent is let go of, while the answer runs on.
"""

import base64
import itertools
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

PIECE = 3 * 2**16  # characters of a text or bytes of a picture; a multiple of 3, so that Base64 has no gaps


class Picture(NamedTuple):
    """Stands where its data: URL will be."""

    type: str
    data: bytes


class Pieces:
    """To be sent once. Made outside of the loop."""

    def __init__(self, value: Any) -> None:
        self._pieces = deque(_gathered(_encoded(value)))
        self.length = sum(map(len, self._pieces))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._pieces:
            yield self._pieces.popleft()


def _encoded(value: Any) -> Iterator[bytes]:
    """JSON, a little at a time."""
    match value:
        case str():
            yield b'"'
            for at in range(0, len(value), PIECE):
                yield msgspec.json.encode(value[at : at + PIECE])[1:-1]
            yield b'"'
        case Picture():
            yield f'"data:{value.type};base64,'.encode()
            for at in range(0, len(value.data), PIECE):
                yield base64.b64encode(value.data[at : at + PIECE])
            yield b'"'
        case dict():
            items = ([_encoded(key), [b":"], _encoded(item)] for key, item in value.items())
            yield from _joined(b"{", map(itertools.chain.from_iterable, items), b"}")
        case list():
            yield from _joined(b"[", map(_encoded, value), b"]")
        case _:
            yield msgspec.json.encode(value)


def _joined(start: bytes, items: Iterable[Iterable[bytes]], end: bytes) -> Iterator[bytes]:
    yield start
    for nth, item in enumerate(items):
        if nth:
            yield b","
        yield from item
    yield end


def _gathered(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces worth sending."""
    piece = bytearray()
    for part in parts:
        piece += part
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
