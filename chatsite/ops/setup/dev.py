"""`./run dev`: the server again after each change of Python, templates or words; the page built again by Vite."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatsite.ops.setup import frontend, packages
from chatsite.ops.setup.serve import Place, prepare
from chatsite.ops.setup.terminal import ROOT, say

WATCHED = ("chatsite/**/*.py", "chatsite/**/*.po", "templates/**/*", "static/**/*")


def serve(place: Place) -> int:
    """Until Ctrl-C."""
    env = prepare(place) | {"CHATSITE_DEBUG": "1"}
    frontend.npm_ci(frontend.FRONTEND)
    with _child(frontend.command("run", "build", "--", "--watch"), frontend.environment(), frontend.FRONTEND):
        while True:
            seen = _times()
            server = [packages.PYTHON, "-m", "chatsite.server", "--host", place.host, "--port", str(place.port)]
            with _child(server, env, ROOT):
                changed = _wait(seen)
            say(f"{changed} changed")
            prepare(place, listening=False)


def _wait(seen: dict[Path, int]) -> str:
    """Look twice a second until something differs; its name."""
    while True:
        time.sleep(0.5)
        now = _times()
        if now != seen:
            return str(next(iter(dict(now.items() ^ seen.items()))).relative_to(ROOT))


def _times() -> dict[Path, int]:
    files = (file for pattern in WATCHED for file in ROOT.glob(pattern) if file.is_file())
    return {file: file.stat().st_mtime_ns for file in files}


@contextmanager
def _child(command: list[str], env: dict[str, str], cwd: Path) -> Iterator[None]:
    """Ended with what is inside; with the group, as npm does not pass signals on."""
    child = subprocess.Popen(command, env=env, cwd=cwd, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(child.pid, 2)
        child.wait()
