"""How tests/faults hand in their figures: bounded runs in the suite, long ones and a table in `./run bench faults`.

A test injects a fault `times(short, long)` times and ends with `report(...)`, then asserts on what it counted:
the figure is written before the assertion, so that a broken promise stands in the table with its number.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

_WHERE = "CHATSITE_FIGURES"
_HOW = "CHATSITE_FAULTS"


@dataclass(frozen=True)
class Figure:
    """One promise, tried: N injected, how often it was broken, and how long something took."""

    promise: str  # P01 ... P24 of the design
    what: str  # what was injected and what was looked at
    injected: int
    violations: int
    unit: str
    p50: float | None
    p99: float | None
    worst: float | None


def times(short: int, long: int) -> int:
    """How often to inject: `short` in the suite, `long` in `./run bench faults`."""
    return long if os.environ.get(_HOW) == "long" else short


def report(
    promise: str, what: str, *, injected: int, violations: int, samples: Iterable[float] = (), unit: str = "ms"
) -> Figure:
    """Hand in a figure; `samples` are durations (or sizes) in `unit`."""
    ordered = sorted(samples)
    p50, p99, worst = (ordered[int((len(ordered) - 1) * at)] if ordered else None for at in (0.5, 0.99, 1))
    figure = Figure(promise, what, injected, violations, unit if ordered else "", p50, p99, worst)
    if where := os.environ.get(_WHERE):
        with Path(where).open("a") as file:
            file.write(json.dumps(asdict(figure)) + "\n")
    return figure


def read(path: Path) -> list[Figure]:
    """All that were handed in, in the order of their promises."""
    figures = [Figure(**json.loads(line)) for line in path.read_text().splitlines()]
    return sorted(figures, key=lambda figure: (figure.promise, figure.what))


def run_long(folder: Path) -> Path:
    """From now on tests of this process run long and write to the file that is returned."""
    path = folder / "figures"
    path.touch()
    os.environ |= {_HOW: "long", _WHERE: str(path)}
    return path
