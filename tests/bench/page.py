"""`./run bench page`: what the page costs a browser, from its first load to years of conversations.

Everything through the real site into Chromium, the model a scripted one. Five minutes; with a part's name that one
alone.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.bench.kit.machine import end_tidily
from tests.bench.kit.page import answers, first, heap, opening, scrolling
from tests.bench.kit.page.stage import Stage, stage
from tests.bench.kit.report import Part, Target, table, targets, write

PARTS: dict[str, Callable[[Stage], Part]] = {
    "first": first.measure,
    "answers": answers.measure,
    "opening": opening.measure,
    "list": scrolling.measure,
    "heap": heap.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 whatever the verdicts, they are for reading."""
    parser = argparse.ArgumentParser(prog="./run bench page", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="only this part")
    parser.add_argument("--json", type=Path, help="write all figures there")
    asked = parser.parse_args(arguments)
    end_tidily()
    expect.set_options(timeout=60_000)
    figures: dict[str, Any] = {}
    reached: list[Target] = []
    with stage() as prepared:
        for name in [asked.part] if asked.part else PARTS:
            part = PARTS[name](prepared)
            print(table((name, ""), part.rows) + "\n", flush=True)
            figures[name] = part.rows
            reached += part.targets
    print(targets(reached))
    write(asked.json, figures, reached)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
