"""Who owns a generation: a heartbeat that fences, and the end that is written for a dead owner.

A worker's id is its epoch: it is never used twice, a dead worker's row is deleted, and whoever comes back after that
finds no row to renew and may write nothing.
"""

import fcntl
import os
import socket
import time
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from chatsite import sql
from chatsite.conversations.models import Status
from chatsite.generation import rows
from chatsite.generation.events import Close, End, Terminal
from chatsite.generation.models import Generation, Worker
from chatsite.live import publish

BEAT = 1.0  # seconds between heartbeats of an idle process; every commit is one too
LEASE = 12.0  # seconds without one after which others may end what it owned

INTERRUPTED = Close("interrupted", 50303, "The server stopped while this was being written.", retryable=True)
CANCELLED = End("cancelled", "stop")


class Fenced(Exception):
    """Another process has declared this one dead: nothing may be written any more."""


class Lease:
    """This process's right to write. Registered once; a fenced process registers anew, as another worker."""

    def __init__(self) -> None:
        self.id: UUID = uuid7()
        # The kernel lets go of this lock when the process dies, however it dies: others on this machine need not wait.
        # It is held before the row can be seen, or somebody would take this process for dead while it is being born.
        self._lock = _lock_file(self.id).open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            Worker.objects.create(id=self.id, host=socket.gethostname())
        except BaseException:
            self.abandon()
            raise
        self.renewed = time.monotonic()

    def guard(self) -> None:
        """Renew, inside the caller's transaction, before it commits. Raises Fenced."""
        with connection.cursor() as cursor:  # in every commit: plain, as the ORM would take longer than the write
            cursor.execute(f"UPDATE {Worker._meta.db_table} SET beat = beat + 1 WHERE id = %s", [sql.key(self.id)])
            if not cursor.rowcount:
                raise Fenced(self.id)

    def release(self) -> None:
        """No task of ours runs any more; rows that none of them could end are ended with the lease."""
        with transaction.atomic():
            if Worker.objects.filter(id=self.id).delete()[0]:
                _end_all(self.id)
        self.abandon()

    def abandon(self) -> None:
        """It was lost: nothing can be written with it any more."""
        self._lock.close()
        _lock_file(self.id).unlink(missing_ok=True)


class Observer:
    """Watches the other workers and ends what a dead one left.

    It counts only time between its own successful heartbeats, on the monotonic clock: a locked database stops
    everybody's, and a process that was itself stopped has seen nothing. Wall clocks play no part.
    """

    def __init__(self) -> None:
        self._seen: dict[UUID, tuple[int, float]] = {}  # worker -> (beat, seconds it has been the same)
        self._looked = time.monotonic()

    def look(self, lease: Lease) -> None:
        """Call about once per BEAT, with the process's own lease."""
        passed = lease.renewed - self._looked
        self._looked = lease.renewed
        passed = passed if passed < 3 * BEAT else 0.0  # a longer gap was ours
        seen: dict[UUID, tuple[int, float]] = {}
        for worker in Worker.objects.exclude(id=lease.id):
            beat, silent = self._seen.get(worker.id, (-1, 0.0))
            silent = silent + passed if beat == worker.beat else 0.0
            seen[worker.id] = (worker.beat, silent)
            if silent > LEASE or died_here(worker.id):
                reap(worker)
        self._seen = seen


def died_here(worker_id: UUID) -> bool:
    """Whether a worker of this machine is certainly gone: its lock file is here and nobody holds it."""
    try:
        with _lock_file(worker_id).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:  # no such file: another machine's; or locked: alive, if only stopped
        return False


def reap(worker: Worker) -> None:
    """End all that `worker` left running, unless it has shown itself since it was looked at."""
    same = Worker.objects.filter(id=worker.id, beat=worker.beat)
    with transaction.atomic():
        if connection.vendor == "postgresql" and not same.select_for_update(skip_locked=True):
            return  # it is in the midst of a commit; should it stand still there, the server ends that (settings.py)
        deleted, _ = same.delete()
        if not deleted:
            return
        _end_all(worker.id)
    _lock_file(worker.id).unlink(missing_ok=True)


def _end_all(worker_id: UUID) -> None:
    running = Generation.objects.filter(worker_id=worker_id, status=Status.IN_PROGRESS)
    for generation in running.select_related("message"):
        conclude(generation)


def conclude(generation: Generation, otherwise: Terminal = INTERRUPTED) -> None:
    """End a generation that has no task, inside a transaction: as cancelled where that was asked for."""
    end = CANCELLED if generation.cancel_requested_at else otherwise
    rows.conclude(generation.message_id, end)
    ids = generation.user_id, generation.message.conversation_id, generation.message_id
    transaction.on_commit(partial(publish.generation_ended, *ids, end.status))


def _lock_file(worker_id: UUID) -> Path:
    folder = settings.DATA_DIR / "workers"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{worker_id}.{os.uname().nodename}.lock"
