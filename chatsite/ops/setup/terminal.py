"""What is said to the person at the terminal, and other programs run while that person waits."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
QUIET_SECONDS = 10  # in a log, a long step says this often that it is still at work

# Words of pip, uv and npm when nobody answers; the list is short on purpose: what it misses is shown as it was said.
UNREACHABLE = (
    "dns error", "could not resolve", "name resolution", "connection refused", "network is unreachable", "timed out",
    "error sending request", "failed to establish a new connection", "from versions: none",
    "enotfound", "econnrefused", "eai_again", "etimedout", "enetunreach",
)  # fmt: skip
FULL = ("no space left on device", "enospc", "disk quota exceeded", "database or disk is full")


class Refusal(Exception):
    """Why it cannot go on and what would help, said to a person; `./run` then ends with code 1."""


class Failure(Exception):
    """A program that was run ended with an error."""

    def __init__(self, output: str) -> None:
        self.output = output.strip()
        super().__init__("\n".join(self.output.splitlines()[-20:]))

    @property
    def unreachable(self) -> bool:
        """No answer from a package registry."""
        return any(words in self.output.lower() for words in UNREACHABLE)

    @property
    def full(self) -> bool:
        """No space to write."""
        return any(words in self.output.lower() for words in FULL)


def say(text: str) -> None:
    """One line, at once, to stderr: stdout is for what was asked for, such as a key that `manage` prints."""
    print(text, file=sys.stderr, flush=True)


def work(title: str, command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> str:
    """Run a program, showing that it is at work; returns what it said. Failure when it ends with an error."""
    progress = _Progress(title)
    plain = {**(os.environ if env is None else env), "NO_COLOR": "1"}
    process = subprocess.Popen(
        command, env=plain, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = b""
    assert process.stdout
    with process, process.stdout as pipe:
        while chunk := _read(pipe.fileno(), progress):
            said += chunk
            progress.last_line(said)
    output = said.decode(errors="replace")
    progress.end("failed" if process.returncode else "done")
    if process.returncode:
        raise Failure(output)
    return output


def _read(pipe: int, progress: "_Progress") -> bytes:
    """The next chunk, b"" at the end; meanwhile the clock goes on."""
    while not select.select([pipe], [], [], 0.5)[0]:
        progress.show()
    return os.read(pipe, 65536)


class _Progress:
    """One line that is rewritten on a terminal; in a log a line at the start, now and then, and at the end."""

    def __init__(self, title: str) -> None:
        self._title, self._words = title, ""
        self._start = self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._write(f"{title} …")

    def last_line(self, said: bytes) -> None:
        """Show the last words of the program."""
        lines = said[-2000:].decode(errors="replace").split()
        self._words = " ".join(lines[-12:])[-60:]
        self.show()

    def show(self) -> None:
        if self._terminal or time.monotonic() - self._shown >= QUIET_SECONDS:
            self._shown = time.monotonic()
            self._write(f"{self._title} … {self._seconds():.0f} s  {self._words}")

    def end(self, how: str) -> None:
        self._write(f"{self._title}: {how} in {self._seconds():.1f} s")
        if self._terminal:
            say("")

    def _seconds(self) -> float:
        return time.monotonic() - self._start

    def _write(self, text: str) -> None:
        if not self._terminal:
            return say(text)
        width = os.get_terminal_size(sys.stderr.fileno()).columns - 1
        print("\r\033[K" + text[:width], end="", file=sys.stderr, flush=True)
        return None
