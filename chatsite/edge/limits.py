"""How large a body may be, by its path: known before any of it has come."""

from typing import NamedTuple

from django.conf import settings

UPLOADS = b"/api/attachments"


class Limit(NamedTuple):
    """`name` is the setting that says so."""

    name: str
    bytes: int


def limit(target: bytes) -> Limit:
    """For a request's target as it stands in its first line."""
    if target.partition(b"?")[0] == UPLOADS:
        return Limit("CHATSITE_ATTACHMENT_BYTES", settings.ATTACHMENT_BYTES)
    return Limit("CHATSITE_MAX_BODY_BYTES", settings.MAX_BODY_BYTES)
