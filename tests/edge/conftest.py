"""The real server with a scripted application, see scripted.py."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.edge.raw import Raw
from tests.process import Process
from tests.site import READY, ROOT


class Server:
    """A process of tests.edge.scripted."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.port = int(process.wait_for(READY).rsplit(":", 1)[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return self.process.said

    @property
    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    @property
    def rss(self) -> int:
        """Resident bytes."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def connect(self, buffer: int = 0) -> Raw:
        return Raw(self.port, buffer)


@contextmanager
def started(**env: str) -> Iterator[Server]:
    process = Process([sys.executable, "-m", "tests.edge.scripted"], env=os.environ | env, cwd=ROOT)
    try:
        yield Server(process)
    except BaseException:
        print(process.said)
        raise
    finally:
        process.kill()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for all tests that leave it as it was; its deadlines are short."""
    with started(BRISK="1") as running:
        yield running


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Servers of one's own, each with settings of its own."""
    with ExitStack() as stack:
        yield lambda **env: stack.enter_context(started(**env))
