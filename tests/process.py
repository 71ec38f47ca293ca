"""A child process whose words are read all the time, so that it never waits for us and a test can await a line."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Process:
    """stdout and stderr of a started command, as one growing text."""

    def __init__(
        self, command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, user: str | None = None
    ) -> None:
        self._popen = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            user=user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.pid = self._popen.pid
        self.said = ""
        self._changed = threading.Condition()
        self._open = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, words: str, timeout: float = 60, after: int = 0) -> str:
        """The first whole line with `words` from character `after` on. RuntimeError when it ends or time is up."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for line in self.said[after:].splitlines(keepends=True):
                    if words in line and line.endswith("\n"):
                        return line.rstrip("\n")
                if not self._open:
                    raise RuntimeError(f"ended before it said {words!r}:\n{self.said[-4000:]}")
                if not self._changed.wait(deadline - time.monotonic()):
                    raise RuntimeError(f"did not say {words!r} in {timeout} s:\n{self.said[-4000:]}")

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal; nothing happens when it has ended already."""
        self._popen.send_signal(number)

    def pause(self) -> None:
        """SIGSTOP, and wait until its last thread stands still: until then some may go on, and take a lock."""
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def wait(self, timeout: float = 60) -> int:
        """Its exit code (negative: the signal that ended it). subprocess.TimeoutExpired when it goes on."""
        code = self._popen.wait(timeout)
        self._reader.join(5)
        return code

    def kill(self) -> None:
        """End it at once, even when it is stopped."""
        self._popen.kill()
        self.wait()

    def _read(self) -> None:
        assert self._popen.stdout
        with self._popen.stdout as pipe:
            while chunk := os.read(pipe.fileno(), 65536):
                self._grow(chunk.decode(errors="replace"))
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def _grow(self, text: str) -> None:
        with self._changed:
            self.said += text
            self._changed.notify_all()
