"""What kind of trouble a database error is: it decides whether to wait, to give up one message or to give up all."""

import enum

from django.db import InterfaceError


class Trouble(enum.Enum):
    BUSY = "busy"  # locked or disconnected: worth waiting for
    STORAGE = "storage"  # disk full, I/O error: nothing can be written
    DATA = "data"  # this row is refused, others are not


# Primary result codes, sqlite.org/rescode.html: BUSY LOCKED PROTOCOL; TOOBIG CONSTRAINT MISMATCH RANGE.
_SQLITE = {5: Trouble.BUSY, 6: Trouble.BUSY, 15: Trouble.BUSY} | dict.fromkeys((18, 19, 20, 25), Trouble.DATA)
# SQLSTATE classes, PostgreSQL appendix A: connection, operator intervention, rollback, lock; data, constraint.
_POSTGRES = dict.fromkeys(("08", "57", "40", "55"), Trouble.BUSY) | dict.fromkeys(("22", "23"), Trouble.DATA)


def trouble(error: Exception) -> Trouble:
    """Of an exception of django.db; what is not known counts as STORAGE, the careful choice."""
    cause = error.__cause__ or error
    if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return _SQLITE.get(code & 0xFF, Trouble.STORAGE)
    if hasattr(cause, "sqlstate"):
        state = cause.sqlstate
        # The connection broke, there are too many of them, or this one stood still within a transaction (settings.py).
        if state in (None, "53300", "25P03"):
            return Trouble.BUSY
        return _POSTGRES.get(state[:2], Trouble.STORAGE)
    return Trouble.BUSY if isinstance(error, InterfaceError) else Trouble.STORAGE
