"""`./run check`: format, lint and types, of both halves; all of them, then the exit code."""

import subprocess

from chatsite.ops.setup import frontend, packages
from chatsite.ops.setup.terminal import ROOT


def run() -> int:
    """0 when nobody complained."""
    packages.install()
    packages.install(packages.TEST_LOCK)
    frontend.npm_ci(frontend.FRONTEND)
    python = {
        "format": [packages.tool("ruff"), "format", "--check", "."],
        "lint": [packages.tool("ruff"), "check", "."],
        "types": [packages.tool("mypy")],
    }
    bad = [name for name, command in python.items() if subprocess.run(command, cwd=ROOT, check=False).returncode]
    page = frontend.command("run", "check")
    if subprocess.run(page, cwd=frontend.FRONTEND, env=frontend.environment(), check=False).returncode:
        bad.append("types of the page")
    print(f"\ncheck: {', '.join(bad)} not as they should be" if bad else "\ncheck: all as it should be")
    return 1 if bad else 0
