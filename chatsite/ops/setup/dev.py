"""`./run dev`: the server again after each change of Python, templates or words; the page built again by Vite."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chatsite.ops.setup import frontend, packages
from chatsite.ops.setup.serve import Place, bring_up_database, compile_catalogs, prepare
from chatsite.ops.setup.terminal import ROOT, Refusal, say

WATCHED = ("chatsite/**/*.py", "chatsite/**/*.po", "templates/**/*", "static/[!b]*/**/*")

State = dict[Path, int]


def serve(place: Place) -> int:
    """Until Ctrl-C."""
    env = prepare(place) | {"CHATSITE_DEBUG": "1"}
    frontend.npm_ci(frontend.FRONTEND)
    with _child(frontend.command("run", "build", "--", "--watch"), frontend.environment(), frontend.FRONTEND):
        while True:
            _once(place, env, _state())


def _once(place: Place, env: dict[str, str], state: State) -> None:
    """Serve until something is no longer in this state."""
    server = [packages.PYTHON, "-m", "chatsite.server", "--host", place.host, "--port", str(place.port)]
    try:
        compile_catalogs()
        bring_up_database(place)
    except Refusal as refusal:  # half-written code: the next change may mend it
        say(str(refusal))
        _wait(state)
    else:
        with _child(server, env, ROOT):
            _wait(state)


def _wait(state: State) -> None:
    """Look twice a second until something differs, and say what."""
    while (now := _state()) == state:
        time.sleep(0.5)
    changed = sorted({file for file, _ in now.items() ^ state.items()})
    say(f"{changed[0].relative_to(ROOT)} changed")


def _state() -> State:
    """When the files were changed; of what Vite built the content: it writes the same once more as it begins."""
    files = (file for pattern in WATCHED for file in ROOT.glob(pattern) if file.is_file())
    times = {file: file.stat().st_mtime_ns for file in files}
    return times | {frontend.BUILT: hash(frontend.BUILT.read_bytes()) if frontend.BUILT.exists() else 0}


@contextmanager
def _child(command: list[str], env: dict[str, str], cwd: Path) -> Iterator[None]:
    """Ended with what is inside; with the group, as npm does not pass signals on."""
    child = subprocess.Popen(command, env=env, cwd=cwd, start_new_session=True)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGINT)
        child.wait()
