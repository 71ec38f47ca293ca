"""P12: the disk is full while answers stream, and has space again later."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.bench.kit.figures import report, times
from tests.chat import Chat
from tests.databases import Template
from tests.faults.storage import BEGUN, SCRIPT, ends_without_end, spoilt
from tests.faults.tables import in_progress
from tests.serving import serving
from tests.site import Site
from tests.upstream import Upstream

SIZE = "6m"
STREAMS = 6


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own. Mounting takes rights that not everybody has: then it is said, and in CI it fails."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"cannot mount a small disk: {done.stderr}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def site(disk: Path, sqlite_template: Template, upstream: Upstream) -> Iterator[Site]:
    """A running site that keeps everything on the small disk."""
    with serving(sqlite_template, disk / "data", upstream) as running:
        yield running


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not a byte is left on it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    try:
        yield
    finally:
        filler.unlink()


def test_a_full_disk_costs_nothing_that_was_seen_and_space_is_enough_to_go_on(
    site: Site, disk: Path, alice: Chat, upstream: Upstream
) -> None:
    rounds, false_ends, lost = times(1, 10), 0, 0
    for _ in range(rounds):
        answers = [alice.script(**SCRIPT).until(BEGUN) for _ in range(STREAMS)]
        said = len(site.log)
        with ThreadPoolExecutor(STREAMS) as pool, full(disk):
            false_ends += list(pool.map(ends_without_end, answers)).count(False)
            assert len(upstream.wait("aborted", STREAMS)) >= STREAMS
            refused = alice.post({"request": "while it is full"})
            assert (refused.status_code, refused.json()["code"]) == (503, 50301)
            assert refused.headers["Retry-After"]
            assert {alice.message(answer)["status"] for answer in answers} == {"in_progress"}
        site.process.wait_for("Storage takes writes again", after=said)
        lost += sum(spoilt(alice, answer) for answer in answers)
        assert alice.ask("again").read().content == "You said: again"
        upstream.reset()
    for what, violations in (("seen text lost", lost), ("ends told that are none", false_ends)):
        report("P12", f"disk full while answers stream: {what}", injected=rounds * STREAMS, violations=violations)
    assert (lost, false_ends) == (0, 0)
    assert in_progress(site.database_url) == 0
