"""How large a body may be, by the head of its request: known before any of it has come."""

from typing import NamedTuple

from django.conf import settings
from twisted.web.http_headers import Headers

from chatsite.errors import ApiError

UPLOADS = b"/api/attachments"
MOST_LARGE = 16  # bodies at once that are larger than those of other requests may be: each is held in memory, too


class Limit(NamedTuple):
    """`name` is the setting that says so."""

    name: str
    bytes: int

    @property
    def exceeded(self) -> ApiError:
        return ApiError(41301, f"The body is larger than {self.bytes} bytes ({self.name}).")


def limit(method: bytes, target: bytes, headers: Headers) -> Limit:
    """For a request's method and target as they stand in its first line."""
    if method == b"POST" and target.partition(b"?")[0] == UPLOADS and _has_credential(headers):
        return Limit("CHATSITE_ATTACHMENT_BYTES", settings.ATTACHMENT_BYTES)
    return Limit("CHATSITE_MAX_BODY_BYTES", settings.MAX_BODY_BYTES)


def is_large(length: int | None) -> bool:
    """Of a body's length, None where it is not known yet."""
    return length is None or length > settings.MAX_BODY_BYTES


def _has_credential(headers: Headers) -> bool:
    """Whatever it is worth: that is for the application to find out (accounts/auth.py)."""
    if headers.hasHeader(b"authorization") or headers.hasHeader(b"token"):
        return True
    session = settings.SESSION_COOKIE_NAME.encode() + b"="
    cookies = b";".join(headers.getRawHeaders(b"cookie", []))
    return any(cookie.strip().startswith(session) for cookie in cookies.split(b";"))
