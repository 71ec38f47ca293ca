"""`./run bench faults`: the long versions of tests/faults, and a table of what each promise withstood.

Further arguments go to pytest: `./run bench faults -k P07`.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.kit.figures import Figure, environment, read
from tests.bench.kit.report import table

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 2 * 3600


def main(arguments: Sequence[str] | None = None) -> int:
    """pytest's exit code."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    with tempfile.TemporaryDirectory(prefix="chatsite-faults-") as folder:
        handed_in = Path(folder) / "figures"
        handed_in.touch()
        # A long version takes longer than the suite's limit for one test; this run has one of its own.
        command = [sys.executable, "-m", "pytest", "tests/faults", "--timeout=1800", "-p", "no:randomly", *asked]
        done = subprocess.run(command, env=environment(handed_in), cwd=_ROOT, timeout=_SECONDS, check=False)
        print("\n" + figures_table(read(handed_in)))
    return done.returncode


def figures_table(figures: Sequence[Figure]) -> str:
    """One line per figure."""
    heads = ("id", "injected and looked at", "times", "violations", "p50", "p99", "worst", "")
    rows = [(f.promise, f.what, f.injected, f.violations, f.p50, f.p99, f.worst, f.unit) for f in figures]
    return table(heads, rows)


if __name__ == "__main__":
    raise SystemExit(main())
