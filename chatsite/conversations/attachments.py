"""Files that go with messages: upload, show, remove while unsent. Their bytes lie in files.py."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Annotated
from uuid import UUID

import ninja
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query, Router

from chatsite.accounts.auth import AuthenticatedRequest, required
from chatsite.conversations import access, files, wire
from chatsite.conversations.models import Attachment
from chatsite.conversations.sniff import sniff
from chatsite.errors import ApiError, not_found

router = Router(tags=["attachments"], auth=required)
MOST_UNSENT = 100
_reading: set[UUID] = set()  # whose files this process is looking at
_lock = Lock()
HEADERS = {
    # It opens as nothing: not as a page of this origin, whatever a browser thinks that it is.
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=31536000, immutable",
}
# Directions that make "exe.gpj" of "jpg.exe", and what no line of text has.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@router.post("/attachments", response={201: wire.Attachment})
def upload(
    request: AuthenticatedRequest, name: Annotated[str, Query(max_length=1000)] = ""
) -> ninja.Status[wire.Attachment]:
    """Keep a file, which is the body as it is, to send it with a message: `attachments` of POST /api/chat.

    PNG, JPEG, GIF and WebP images, PDF, and text in UTF-8, UTF-16 or GB18030. What is not sent within a day is removed.
    """
    owner = request.auth.user
    if Attachment.objects.filter(owner=owner, messages=None).count() >= MOST_UNSENT:
        raise ApiError(42206, "Many files were uploaded and not sent: send some of them first.")
    data = _body(request)
    with _one_at_a_time(owner.id):
        found = sniff(data)
    file = Attachment(owner=owner, name=plain_name(name), size=len(data), characters=len(found.text), **found._asdict())
    files.keep(file, data)
    return ninja.Status(201, wire.attachment(file))


@router.get("/attachments/{uuid:attachment_id}")
def show(request: AuthenticatedRequest, attachment_id: UUID) -> HttpResponse:
    """Its bytes, for an <img> or to be saved."""
    file = access.attachment(request.auth.user.id, attachment_id)
    data = files.read(file.id)
    if data is None:
        raise not_found()
    headers = HEADERS | {"Content-Disposition": content_disposition_header(True, file.name) or "attachment"}
    return HttpResponse(data, content_type=file.type, headers=headers)


@router.delete("/attachments/{uuid:attachment_id}", response={204: None})
def remove(request: AuthenticatedRequest, attachment_id: UUID) -> ninja.Status[None]:
    """Remove one that was not sent; what was sent goes with its message."""
    with transaction.atomic():
        file = access.attachment(request.auth.user.id, attachment_id, lock=True)
        if file.messages.exists():
            raise ApiError(42201, "This file was sent: it goes with its message.")
        files.delete([file.id])
    return ninja.Status(204, None)


def plain_name(name: str) -> str:
    """A file's own name without folders, on one line, in the direction it reads; 255 characters, its ending kept."""
    name = unicodedata.normalize("NFC", _UNSEEN.sub("", name)).replace("\\", "/").rpartition("/")[2].strip()
    stem, dot, ending = name.rpartition(".")
    if len(name) > 255:
        name = f"{stem[:200]}{dot}{ending[:50]}" if dot else name[:255]
    return name or "file"


@contextmanager
def _one_at_a_time(user_id: UUID) -> Iterator[None]:
    """Some files take long to read, and nobody is to keep all others waiting with theirs."""
    with _lock:
        if user_id in _reading:
            raise ApiError(
                42901,
                "Another file of yours is just being read: upload this one after it.",
                headers={"Retry-After": "2"},
            )
        _reading.add(user_id)
    try:
        yield
    finally:
        _reading.remove(user_id)


def _body(request: AuthenticatedRequest) -> bytes:
    """The body as it came, in whatever it is said to be. The server has refused what is larger (edge/channel.py)."""
    data = bytes(request.read(settings.ATTACHMENT_BYTES + 1))
    if len(data) > settings.ATTACHMENT_BYTES:
        raise ApiError(41301, f"The file is larger than {settings.ATTACHMENT_BYTES} bytes (CHATSITE_ATTACHMENT_BYTES).")
    return data
