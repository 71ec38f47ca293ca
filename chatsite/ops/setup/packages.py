"""The .venv and what is in it: exactly the locked packages, each checked against its hash."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatsite.ops.setup import registries, stamps
from chatsite.ops.setup.terminal import ROOT, Failure, Refusal, say, work

VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
STAMPS = VENV / "stamps"
LOCK = ROOT / "requirements.txt"
TEST_LOCK = ROOT / "tests" / "requirements.txt"
COMPILE = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links"

NO_REGISTRY = """\
No package registry can be reached. Python packages come from {index}, those of the page from npm's registry.
Behind a proxy or with a mirror, ./run follows what pip and npm are told, and HTTPS_PROXY:
    pip config set global.index-url|proxy|cert …        npm config set registry|proxy|cafile …"""


def install(lock: Path = LOCK) -> None:
    """The packages of a lock file are in .venv afterwards."""
    with explained(downloads=True):
        if not all((VENV / "bin" / program).exists() for program in ("python", "pip")):
            _make_venv()
        state = stamps.digest([lock], (VENV / "pyvenv.cfg").read_text())
        stamps.once(STAMPS / f"packages-{lock.parent.name}", state, lambda: _install(lock))


def relock(arguments: list[str]) -> None:
    """`./run lock [--upgrade]`: both lock files anew from pyproject.toml; versions stay where they can."""
    install()
    env = uv_environment() | {"UV_CUSTOM_COMPILE_COMMAND": "./run lock"}
    for lock, more in ((LOCK, []), (TEST_LOCK, ["--group", "test", "-c", "requirements.txt"])):
        name = str(lock.relative_to(ROOT))
        command = [tool("uv"), "pip", "compile", "pyproject.toml", *COMPILE.split(), *more, "-o", name]
        with explained(downloads=True):
            work(f"Locking {name}", [*command, *arguments], env)


def tool(name: str) -> str:
    """A program of .venv."""
    return str(VENV / "bin" / name)


def uv_environment() -> dict[str, str]:
    """For uv: ours, with what pip was told."""
    return registries.for_uv(registries.pip_settings(PYTHON), os.environ)


@contextmanager
def explained(folder: Path = ROOT, *, downloads: bool = False) -> Iterator[None]:
    """A Failure inside becomes a Refusal that says what a person can do; `folder` is where was written."""
    try:
        yield
    except Failure as failure:
        raise Refusal(_advice(failure, folder, downloads)) from None


def _advice(failure: Failure, folder: Path, downloads: bool) -> str:
    if failure.full:
        return f"{failure}\n\nThe disk is full: {folder} needs some space. Free it and start again."
    if downloads and failure.unreachable:
        pip = registries.pip_settings(PYTHON if Path(PYTHON).exists() else sys.executable)
        index = registries.without_password(pip.get("index-url", "pip's own index"))
        return f"{failure}\n\n{NO_REGISTRY.format(index=index)}"
    return str(failure)


def _make_venv() -> None:
    try:
        work("Python environment", [sys.executable, "-m", "venv", "--clear", str(VENV)])
    except Failure as failure:
        if "ensurepip" not in failure.output:
            raise
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise Refusal(
            f"This Python cannot make environments. On Debian and Ubuntu: apt-get install {package}"
        ) from None


def _install(lock: Path) -> None:
    """By uv, ten times as fast; by pip where uv cannot be had or does not come through."""
    arguments = ["install", "--require-hashes", "-r", str(lock)]
    try:
        work("Python packages", [_uv(), "pip", *arguments, "--python", PYTHON], uv_environment())
    except Failure as failure:
        if failure.full:
            raise
        say(f"uv did not manage, so pip tries:\n{failure}")
        work("Python packages (pip)", [PYTHON, "-m", "pip", *arguments])


def _uv() -> str:
    """The one in .venv, put there if need be; else one on the PATH. Failure without either."""
    if Path(tool("uv")).exists():
        return tool("uv")
    pinned = STAMPS / "uv.txt"
    pinned.parent.mkdir(exist_ok=True)
    pinned.write_text(stanza(LOCK.read_text(), "uv"))
    try:
        work("uv, the installer", [PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", str(pinned)])
    except Failure:
        if other := shutil.which("uv"):
            return other
        raise
    return tool("uv")


def stanza(lock: str, package: str) -> str:
    """The lines of one package in a lock file: its pin and its hashes."""
    lines = lock.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = next(number for number in range(start, len(lines)) if not lines[number].endswith("\\"))
    return "\n".join(lines[start : end + 1]) + "\n"
