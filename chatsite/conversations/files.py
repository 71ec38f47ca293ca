"""The bytes of attachments: below DATA/attachments, outside of what the web server serves. Synchronous.

A file is written before its row and removed after it, so a row's file is there. While a file is without its row the
database says so (LooseFile): what a crash leaves between the two is found there. No folder is ever searched for files
to remove: a database that knows nothing of them, such as a new one, would take them all.
"""

import logging
import os
import time
from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from chatsite.conversations.models import Attachment, LooseFile
from chatsite.errors import unstorable

log = logging.getLogger(__name__)

UNSENT = timedelta(days=1)  # how long a file waits to be sent, or a loose one to be removed
EVERY = 15 * 60.0  # seconds between two sweeps
PIECE = 500  # of what is removed in one
_Links = Attachment.messages.through


def place(attachment_id: UUID) -> Path:
    """Where the file is. Of a UUIDv7 the last digits are the random ones."""
    return _folder() / attachment_id.hex[-2:] / str(attachment_id)


def keep(attachment: Attachment, data: bytes) -> None:
    """The file, then its row, which is new. ApiError 50301 when the disk does not take it."""
    LooseFile.objects.create(id=attachment.id)
    write(attachment.id, data)
    with transaction.atomic():  # whatever it raises, it may be committed: the file stays, and the sweep knows
        attachment.save(force_insert=True)
        LooseFile.objects.filter(id=attachment.id).delete()


def write(attachment_id: UUID, data: bytes) -> None:
    """Whole and on the disk when it returns, or not there at all. ApiError 50301 when the disk does not take it."""
    target = place(attachment_id)
    part = _part(target)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(part, data)
            part.rename(target)
            _sync(target.parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        log.error("An attachment could not be stored: %s", error)
        remove([attachment_id])
        raise unstorable() from error


def read(attachment_id: UUID) -> bytes | None:
    """None when it is gone."""
    try:
        return place(attachment_id).read_bytes()
    except FileNotFoundError:
        return None


def remove(attachment_ids: Iterable[UUID]) -> None:
    """What can't be removed now, the sweep removes."""
    for attachment_id in attachment_ids:
        _removed(attachment_id)


def delete(attachment_ids: Collection[UUID]) -> None:
    """Rows, and their files once that is committed. Call inside a transaction."""
    if attachment_ids:
        # Another transaction may just be deleting them, too.
        LooseFile.objects.bulk_create((LooseFile(id=key) for key in attachment_ids), ignore_conflicts=True)
        Attachment.objects.filter(id__in=attachment_ids).only("id").delete()  # not their texts, which are long
        transaction.on_commit(partial(remove, attachment_ids))


def release(message_ids: Collection[UUID]) -> None:
    """These messages are about to be deleted: what goes with no other message goes, too. Call inside a transaction."""
    others = _Links.objects.filter(attachment=OuterRef("pk")).exclude(message__in=message_ids)
    going = Attachment.objects.filter(messages__in=message_ids).exclude(Exists(others))
    delete(set(going.values_list("id", flat=True)))


class Sweep:
    """Call it often: now and then it removes what was never sent, and files whose rows never came or are gone."""

    def __init__(self) -> None:
        self._due = 0.0

    def __call__(self) -> None:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + EVERY
            _sweep_unsent()
            _sweep_loose()


def _sweep_unsent() -> None:
    """Found before the transaction: nobody waits for its lock while it looks."""
    old = Attachment.objects.filter(created__lt=timezone.now() - UNSENT, messages=None)
    found = list(old.order_by("created", "id").values_list("id", flat=True)[:PIECE])
    if not found:
        return
    with transaction.atomic():
        held = set(
            Attachment.objects.filter(id__in=found).select_for_update(skip_locked=True).values_list("id", flat=True)
        )
        sent = set(_Links.objects.filter(attachment__in=held).values_list("attachment_id", flat=True))  # in between
        delete(held - sent)


def _sweep_loose() -> None:
    loose = LooseFile.objects.filter(since__lt=timezone.now() - UNSENT).values_list("id", flat=True)[:PIECE]
    if removed := [attachment_id for attachment_id in loose if _removed(attachment_id)]:
        LooseFile.objects.filter(id__in=removed).delete()


def _removed(attachment_id: UUID) -> bool:
    target = place(attachment_id)
    try:
        target.unlink(missing_ok=True)
        _part(target).unlink(missing_ok=True)  # of a process that was killed while it wrote
    except OSError as error:
        log.error("An attachment could not be removed: %s", error)
        return False
    return True


def _folder() -> Path:
    return settings.DATA_DIR / "attachments"


def _part(target: Path) -> Path:
    """Where it is until it is whole."""
    return target.with_suffix(".part")


def _write(file: Path, data: bytes) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
