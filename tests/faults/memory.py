"""How much memory a server takes while something is done to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.kit.machine import rss_kb
from tests.site import Site


@contextmanager
def most_kb(site: Site) -> Iterator[list[float]]:
    """Resident KB at the beginning, and the most until the end."""
    found, over = [rss_kb(site.pid)] * 2, threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            found[1] = max(found[1], rss_kb(site.pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()
