"""`./run` as a newcomer meets it: a checkout, a Python, and nothing else."""

import ast
import json
import os
import runpy
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.ports import free_port
from tests.process import Process
from tests.site import READY, ROOT

ADMIN = {"CHATSITE_ADMIN_EMAIL": "ada@example.org", "CHATSITE_ADMIN_PASSWORD": "correct horse battery staple"}


def newcomer(**env: str) -> dict[str, str]:
    """Somebody's environment, with none of our settings in it."""
    ours = ("CHATSITE_", "DJANGO_", "OPENAI_", "SECRET_KEY", "DATABASE_URL", "VIRTUAL_ENV", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | env


def refused(checkout: Path, *arguments: str, **env: str) -> str:
    """What `./run` says when it does not want to go on."""
    command = [sys.executable, "run", *arguments]
    done = subprocess.run(command, cwd=checkout, env=newcomer(**env), capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files git knows or would take, as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "-zco", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    folder = tmp_path / "checkout"
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (source := ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


@pytest.fixture
def start(checkout: Path) -> Iterator["Start"]:
    starting = Start(checkout)
    yield starting
    if starting.process:
        starting.process.kill()


class Start:
    """`./run` in a checkout, from its first word to the first answer."""

    def __init__(self, checkout: Path) -> None:
        self.checkout, self.port = checkout, free_port()
        self.process: Process | None = None

    def __call__(self, **env: str) -> float:
        """Seconds until /readyz answers 200."""
        began = time.monotonic()
        self.process = Process(
            [sys.executable, "run", "--port", str(self.port)], env=newcomer(**env), cwd=self.checkout
        )
        self.process.wait_for(READY, timeout=600)
        assert self.get("/readyz") == {"status": "ok"}
        return time.monotonic() - began

    def get(self, path: str, **headers: str) -> object:
        with urlopen(Request(f"http://127.0.0.1:{self.port}{path}", headers=headers), timeout=60) as response:
            return json.load(response)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "run", "manage", *arguments]
        done = subprocess.run(command, cwd=self.checkout, env=newcomer(), capture_output=True, text=True, check=True)
        return done.stdout

    def stop(self) -> int:
        assert self.process
        self.process.signal(signal.SIGTERM)
        return self.process.wait()


@pytest.mark.timeout(900)
def test_a_bare_checkout_serves_after_one_command_and_again_within_seconds(start: Start) -> None:
    at_first = start(**ADMIN)
    data = start.checkout / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in data.glob("*") if file.is_file()} == {0o600}

    key = start.manage("create_api_key", ADMIN["CHATSITE_ADMIN_EMAIL"]).split()[-1]
    me = start.get("/api/me", Authorization=f"Bearer {key}")
    assert isinstance(me, dict)
    assert (me["email"], me["isAdmin"]) == ("ada@example.org", True)

    assert start.stop() == 0  # the signal reaches the server, which is the process that was started
    assert start(**ADMIN) < at_first
    assert start.process
    assert "…" not in start.process.said, "something was done again"


def test_an_old_python_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(ROOT / "run"), run_name="__main__")
    assert caught.value.code == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def test_every_python_can_parse_the_script() -> None:
    source = (ROOT / "run").read_text()
    assert source.isascii()
    tree = ast.parse(source)
    newer = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Starred, ast.AsyncFunctionDef, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]


def test_a_taken_port_is_told_before_anything_is_installed(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 is taken" in refused(checkout, "--port", str(port))
    assert not (checkout / ".venv").exists()


def test_a_data_folder_that_cannot_be_written_is_told(checkout: Path) -> None:
    assert "cannot be written" in refused(checkout, "--port", "0", "--data", "/dev/null/data")


@pytest.mark.timeout(300)
def test_without_a_registry_it_says_where_it_looked_and_what_to_set(checkout: Path, tmp_path: Path) -> None:
    nowhere = f"http://somebody:secret@127.0.0.1:{free_port()}/simple"
    nothing = {"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    said = refused(checkout, "--port", "0", PIP_INDEX_URL=nowhere, PATH="/usr/bin:/bin", HOME=str(tmp_path), **nothing)
    assert "No package registry can be reached" in said
    assert "secret" not in said


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    done = subprocess.run([sys.executable, "run", f"--port={port}"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"{port!r} is not a port" in done.stderr
