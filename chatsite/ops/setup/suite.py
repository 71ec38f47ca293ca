"""`./run test`: what the tests need, then all of them in their processes, and one closing line."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from chatsite.ops.setup import frontend, packages, serve
from chatsite.ops.setup.terminal import ROOT, Refusal, work

# In processes of their own: pytest-playwright's event loop breaks asyncio tests that come after it.
BROWSER_FOLDERS = ("tests/browser", "tests/clients")
# Debian package: how to see that it is there. What is missing is installed where we may, and said where we may not.
NEEDED: dict[str, Callable[[], object]] = {
    "chromium": lambda: shutil.which("chromium") or shutil.which("google-chrome"),
    "postgresql": lambda: shutil.which("initdb") or glob("/usr/lib/postgresql/*/bin/initdb"),
    "curl": lambda: shutil.which("curl"),
    "gcc": lambda: shutil.which("gcc"),  # the load pair of tests/bench/ is C
    "strace": lambda: shutil.which("strace") or sys.platform != "linux",  # makes system calls fail
    "libc6-dev": lambda: Path("/usr/include/stdio.h").exists() or sys.platform != "linux",
}


@dataclass(frozen=True)
class Part:
    """One process that runs tests and writes its results to a JUnit file."""

    name: str
    command: list[str]
    env: Mapping[str, str]
    cwd: Path
    results: Path


@dataclass(frozen=True)
class Outcome:
    """How many tests of a part ended how; a part that broke down counts as one error."""

    name: str
    passed: int
    failed: int
    errors: int
    skipped: int
    seconds: float

    @property
    def words(self) -> str:
        """As pytest says it."""
        counts = {"failed": self.failed, "passed": self.passed, "skipped": self.skipped, "errors": self.errors}
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "nothing ran"


def run(arguments: list[str]) -> int:
    """0 when all tests passed and none that should have run was missing."""
    missing = _provide()
    serve.raise_open_files()
    with TemporaryDirectory(prefix="chatsite-results-") as folder:
        parts = _chosen(arguments, Path(folder)) if arguments else _all(missing, Path(folder))
        outcomes = [_run(part) for part in parts]
    return _close(outcomes, missing)


def _provide() -> list[str]:
    """Everything the tests need is there afterwards; returns the Debian packages that are not."""
    serve.build()
    packages.install(packages.TEST_LOCK)
    frontend.npm_ci(frontend.FRONTEND)
    if (clients := ROOT / "tests" / "clients" / "package.json").exists():
        frontend.npm_ci(clients.parent)
    if _missing() and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt(_missing())
    missing = _missing()
    if missing and os.environ.get("CI") == "true":
        raise Refusal(f"The tests cannot all run: {', '.join(missing)} could not be installed (apt-get, as root).")
    return missing


def _missing() -> list[str]:
    return [package for package, found in NEEDED.items() if not found()]


def _apt(wanted: list[str]) -> None:
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    with packages.explained(downloads=True):
        work("Debian's package lists", ["apt-get", "update"], env)
        work("Debian packages", ["apt-get", "install", "-y", "--no-install-recommends", *wanted], env)


def _all(missing: list[str], folder: Path) -> list[Part]:
    """Without arguments: both databases, the browser, the page's own."""
    elsewhere = [f"--ignore={path}" for path in BROWSER_FOLDERS]
    parts = [_pytest("pytest", [*elsewhere], folder, browser=False)]
    if "postgresql" not in missing:
        parts.append(
            _pytest("pytest on PostgreSQL", ["-m", "django_db", *elsewhere], folder, browser=False, postgres=True)
        )
    there = [path for path in BROWSER_FOLDERS if (ROOT / path).is_dir()]
    if there and "chromium" not in missing:
        parts.append(_pytest("pytest in the browser", there, folder, browser=True))
    return [*parts, _vitest(folder)]


def _chosen(arguments: list[str], folder: Path) -> list[Part]:
    """With arguments: one pytest that gets them all."""
    browser = any(argument.startswith(BROWSER_FOLDERS) for argument in arguments)
    return [_pytest("pytest", arguments, folder, browser=browser)]


def _pytest(name: str, arguments: list[str], folder: Path, *, browser: bool, postgres: bool = False) -> Part:
    """`postgres` makes it the database of the tests that use Django in their own process."""
    results = folder / f"{name}.xml"
    python = packages.PYTHON
    beside = [python, "-m", "tests.postgres", "--as-database"] if postgres else []
    quiet = [] if browser else ["-p", "no:playwright"]
    command = [*beside, python, "-m", "pytest", *quiet, f"--junit-xml={results}", *arguments]
    return Part(name, command, os.environ, ROOT, results)


def _vitest(folder: Path) -> Part:
    results = folder / "vitest.xml"
    reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={results}"]
    command = frontend.command("run", "test", "--", *reporters)
    return Part("vitest", command, frontend.environment(), frontend.FRONTEND, results)


def _run(part: Part) -> Outcome:
    """Its words go straight to the terminal."""
    print(f"\n===== {part.name}", flush=True)
    start = time.monotonic()
    code = subprocess.run(part.command, env=part.env, cwd=part.cwd, check=False).returncode
    seconds = time.monotonic() - start
    tests, failed, errors, skipped = _count(part.results)
    if code and not failed and not errors:
        errors = 1  # nothing collected, a crash, or a complaint that belongs to no test
    return Outcome(part.name, tests - failed - errors - skipped if tests else 0, failed, errors, skipped, seconds)


def _count(results: Path) -> tuple[int, int, int, int]:
    """Tests, failures, errors and skipped of a JUnit file; zeros where there is none."""
    if not results.exists():
        return 0, 0, 0, 0
    suites = list(ElementTree.parse(results).getroot().iter("testsuite"))
    tests, failed, errors, skipped = (
        sum(int(suite.get(kind) or 0) for suite in suites) for kind in ("tests", "failures", "errors", "skipped")
    )
    return tests, failed, errors, skipped


def _close(outcomes: list[Outcome], missing: list[str]) -> int:
    """A line for each part, and the last line for all of them."""
    print()
    for outcome in outcomes:
        print(f"{outcome.name:<24}{outcome.words}  ({outcome.seconds:.1f} s)")
    for package in missing:
        print(f"NOT RUN: what needs {package}, which is not installed on this machine")
    total = _total(outcomes)
    print(f"===== {total.words} in {total.seconds:.2f}s =====")
    return 1 if total.failed or total.errors or not total.passed else 0


def _total(outcomes: list[Outcome]) -> Outcome:
    passed, failed, errors, skipped = (
        sum(counts) for counts in zip(*((o.passed, o.failed, o.errors, o.skipped) for o in outcomes), strict=True)
    )
    return Outcome("all", passed, failed, errors, skipped, sum(outcome.seconds for outcome in outcomes))
