"""System calls of a running process that fail, from outside: strace -e inject."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def failing(pid: int, calls: str, error: str, when: str = "1+") -> Iterator[Path]:
    """These calls (comma separated) of all threads fail; `when` as strace has it, counted by each thread for itself.

    Yields the file that strace writes a line into for every such call: `calls=fsync,fdatasync` and so on.
    """
    assert shutil.which("strace"), "strace is not installed (Debian: apt-get install strace)"
    with tempfile.TemporaryDirectory(prefix="chatsite-strace-") as folder:
        record = Path(folder) / "calls"
        inject = f"inject={calls}:error={error}:when={when}"
        command = ["strace", "-f", "-p", str(pid), "-o", str(record), "-e", f"trace={calls}", "-e", inject]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        try:
            line = process.stderr.readline()  # it says so once it has all threads
            assert "attached" in line, line
            yield record
        finally:
            process.send_signal(signal.SIGINT)  # it lets go and leaves the process as it was
            process.communicate(timeout=30)


def injected(record: Path) -> int:
    """How many calls were made to fail."""
    return record.read_text().count("(INJECTED)")
