"""The sessions of Django's database backend, whose keys come from a cookie that anybody may write."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    def _validate_session_key(self, key: Any) -> bool:
        """Only keys as we make them reach the database: a cookie can spell NUL, at which PostgreSQL raises."""
        return isinstance(key, str) and len(key) >= 8 and key.isascii() and key.isalnum()
