"""Stamps: a step leaves the digest of what it was made from, and is skipped as long as that stays the same."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from chatsite.ops.setup.terminal import ROOT


def digest(files: Iterable[Path], *words: str) -> str:
    """Of names, contents and words; a file that is not there counts as empty."""
    total = hashlib.sha256()
    for part in [*words, *(part for file in sorted(files) for part in (str(file.relative_to(ROOT)), _content(file)))]:
        total.update(hashlib.sha256(part.encode()).digest())
    return total.hexdigest()


def holds(stamp: Path, state: str, made: Path | None = None) -> bool:
    """Whether the step was done for this state; `made` is what must be there, too."""
    return (made is None or made.exists()) and stamp.is_file() and stamp.read_text() == state


def once(stamp: Path, state: str, step: Callable[[], None], made: Path | None = None) -> None:
    """Do the step unless its stamp holds."""
    if holds(stamp, state, made):
        return
    stamp.unlink(missing_ok=True)
    step()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(state)


def _content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
