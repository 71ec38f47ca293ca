"""The bytes of attachments: below DATA/attachments, outside of what the web server serves. Synchronous.

A file is written before its row and removed after it, so a row's file is there; what a crash leaves between the two
is a file without a row, and `sweep` finds it.
"""

import itertools
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

from chatsite.conversations.models import Attachment
from chatsite.errors import unstorable

log = logging.getLogger(__name__)

UNSENT = timedelta(days=1)  # how long a file waits to be sent
SHARDS = [f"{number:02x}" for number in range(256)]
_Links = Attachment.messages.through


def place(attachment_id: UUID) -> Path:
    """Where the file is. Of a UUIDv7 the last digits are the random ones."""
    return _folder() / attachment_id.hex[-2:] / str(attachment_id)


def write(attachment_id: UUID, data: bytes) -> None:
    """Whole and on the disk when it returns, or not there at all. ApiError 50301 when the disk does not take it."""
    target = place(attachment_id)
    part = target.with_suffix(".part")
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
    """Their rows are gone. What can't be removed now, the sweep removes."""
    for attachment_id in attachment_ids:
        try:
            place(attachment_id).unlink(missing_ok=True)
        except OSError as error:
            log.error("An attachment could not be removed: %s", error)


def release(message_ids: Collection[UUID]) -> None:
    """These messages are about to be deleted: what goes with no other message goes, too. Call inside a transaction."""
    others = _Links.objects.filter(attachment=OuterRef("pk")).exclude(message__in=message_ids)
    going = Attachment.objects.filter(messages__in=message_ids).exclude(Exists(others))
    _delete(set(going.values_list("id", flat=True)))


class Sweep:
    """Each call looks at one of the 256 folders, and once in a round at the rows that were never sent."""

    def __init__(self) -> None:
        self._shards = itertools.cycle(SHARDS)

    def __call__(self) -> None:
        shard = next(self._shards)
        if shard == SHARDS[0]:
            _sweep_unsent()
        _sweep_files(_folder() / shard)


def _sweep_unsent() -> None:
    with transaction.atomic():
        unsent = Attachment.objects.filter(created__lt=timezone.now() - UNSENT, messages=None)
        ids = set(unsent.order_by("id").values_list("id", flat=True)[:500])
        held = set(
            Attachment.objects.filter(id__in=ids).select_for_update(skip_locked=True).values_list("id", flat=True)
        )
        sent = set(_Links.objects.filter(attachment__in=held).values_list("attachment_id", flat=True))  # in between
        _delete(held - sent)


def _sweep_files(folder: Path) -> None:
    """Files that have had a day's time to get a row and have none."""
    if not folder.is_dir():
        return
    cutoff = time.time() - UNSENT.total_seconds()
    old = [entry.name for entry in os.scandir(folder) if entry.stat().st_mtime < cutoff]
    names = {UUID(name): name for name in old if len(name) == 36}
    known = set(Attachment.objects.filter(id__in=names).values_list("id", flat=True))
    kept = {names[attachment_id] for attachment_id in known}
    for name in set(old) - kept:
        (folder / name).unlink(missing_ok=True)


def _delete(attachment_ids: Collection[UUID]) -> None:
    if attachment_ids:
        Attachment.objects.filter(id__in=attachment_ids).delete()
        transaction.on_commit(partial(remove, attachment_ids))


def _folder() -> Path:
    return settings.DATA_DIR / "attachments"


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
