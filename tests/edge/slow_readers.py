"""`python -m tests.edge.slow_readers 1000`: what readers that never read cost, and whether others notice."""

import argparse
import time
from dataclasses import dataclass

from tests.edge.conftest import Server, started
from tests.edge.raw import Raw


@dataclass(frozen=True)
class Cost:
    readers: int
    bytes_each: int  # resident memory of the server, while all of them stand still
    waits: tuple[float, ...]  # seconds another reader waited for frames that are sent every 50 ms, ascending

    def __str__(self) -> str:
        median, p99 = (self.waits[int(len(self.waits) * share)] for share in (0.5, 0.99))
        size = f"{self.readers} silent readers: {self.bytes_each / 1024:.0f} KiB each"
        return f"{size}; another waits p50 {median * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms for a frame each 50 ms"


def cost(server: Server, count: int) -> Cost:
    """Open `count` endless streams and read no more than their headers, for less time than a stalled one is given."""
    with server.connect() as other:
        other.ask("/stream/ticks?as=other").until(b"id: 5\n")
        before = server.rss
        silent = [server.connect(buffer=4096) for _ in range(count)]
        try:
            for number, client in enumerate(silent):
                client.ask(f"/stream/flood?as={number}")
                client.until(b"\r\n\r\n")
            waits = _waits(other)
            return Cost(count, (server.rss - before) // count, waits)
        finally:
            for client in silent:
                client.socket.close()


def _waits(reader: Raw) -> tuple[float, ...]:
    waits = []
    for _ in range(100):
        began = time.monotonic()
        reader.until(b"id: ")
        waits.append(time.monotonic() - began)
    return tuple(sorted(waits))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000)
    count = parser.parse_args().count
    with started() as server:
        print(cost(server, count))
