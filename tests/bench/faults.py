"""`./run bench faults`: the long versions of tests/faults, and a table of what each promise withstood.

Further arguments go to pytest: `./run bench faults -k cancel`, or the files to run instead of all.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench.kit.figures import Figure, read, run_long
from tests.bench.kit.machine import end_tidily
from tests.bench.kit.report import table

# A long version takes longer than the suite allows a test; a table is easier to read beside another in one order.
_OPTIONS = ("--timeout=1800", "-p", "no:randomly")


def main(arguments: Sequence[str] | None = None) -> int:
    """pytest's exit code."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    end_tidily()
    with tempfile.TemporaryDirectory(prefix="chatsite-faults-") as folder:
        handed_in = run_long(Path(folder))
        named = any(word.startswith("tests/") for word in asked)
        code = pytest.main([*_OPTIONS, *asked, *([] if named else ["tests/faults"])])
        print("\n" + figures_table(read(handed_in)))
    return int(code)


def figures_table(figures: Sequence[Figure]) -> str:
    """One line per figure."""
    heads = ("id", "injected and looked at", "times", "violations", "p50", "p99", "worst", "")
    rows = [(f.promise, f.what, f.injected, f.violations, f.p50, f.p99, f.worst, f.unit) for f in figures]
    return table(heads, rows)


if __name__ == "__main__":
    raise SystemExit(main())
