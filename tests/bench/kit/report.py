"""Tables of figures, and targets beside what was reached."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Target:
    """One figure that has to be at most (or exactly) something."""

    what: str
    reached: float | None  # None: it could not be measured
    limit: float
    unit: str = ""

    @property
    def verdict(self) -> str:
        if self.reached is None:
            return "NOT MEASURED"
        return "PASS" if self.reached <= self.limit else "FALLS SHORT"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as their widest cell, the first to the left, figures to the right."""
    cells = [list(heads), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def targets(reached: Sequence[Target]) -> str:
    """One line each."""
    rows = [(t.verdict, t.what, t.reached, f"≤ {_cell(t.limit)}", t.unit) for t in reached]
    return table(("", "target", "reached", "limit", ""), rows)


def write(path: Path | None, figures: dict[str, Any], reached: Sequence[Target]) -> None:
    """The same as JSON, when a path is given."""
    if path:
        verdicts = [asdict(target) | {"verdict": target.verdict} for target in reached]
        path.write_text(json.dumps(figures | {"targets": verdicts}, indent=1, ensure_ascii=False))


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        f"{cell:<{width}}" if n < 2 else f"{cell:>{width}}"
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return (
            f"{value:.0f}"
            if abs(value) >= 100 or value == int(value)
            else f"{value:.1f}"
            if abs(value) >= 10
            else f"{value:.2f}"
        )
    return str(value)
