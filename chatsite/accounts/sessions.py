"""The sessions of Django's database backend, whose keys come from a cookie that anybody may write."""

import logging
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DatabaseError, connections

log = logging.getLogger(__name__)


class SessionStore(DatabaseStore):
    def _validate_session_key(self, key: Any) -> bool:
        """Only keys as we make them reach the database: a cookie can spell NUL, at which PostgreSQL raises."""
        return isinstance(key, str) and len(key) >= 8 and key.isascii() and key.isalnum()


def forget_expired() -> None:
    """Delete the sessions whose time is over; nobody waits for it, so the next start does what this one cannot."""
    try:
        SessionStore.clear_expired()
    except DatabaseError as error:
        log.info("Expired sessions stay: %s", error)
    finally:
        connections.close_all()
