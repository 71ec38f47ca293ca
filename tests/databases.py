"""A fresh database for every site: a copy of one that was migrated and peopled once."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres
from tests.people import EVERYBODY, Person
from tests.site import environment, people, python

_numbers = itertools.count()


class Template:
    """Migrated, with EVERYBODY in it, and untouched ever after."""

    def __init__(self, folder: Path, server: str = "") -> None:
        """On the PostgreSQL server of that URL, or without one as a SQLite file in the folder."""
        self._file, self._server = folder / "chatsite.sqlite3", server
        self._name = f"template_{os.getpid()}"
        env = environment(folder, postgres.create(server, self._name) if server else "")
        python(env, "manage.py", "migrate", "--verbosity=0")
        self.people: dict[str, Person] = people(python(env, "-m", "tests.people", *EVERYBODY))

    @contextmanager
    def copy(self, data: Path) -> Iterator[str]:
        """A DATABASE_URL of its own; the SQLite file lies in the data folder."""
        if not self._server:
            data.mkdir(mode=0o700, exist_ok=True)
            shutil.copy(self._file, data)  # its last connection was closed, so there is no -wal beside it
            yield f"sqlite:///{data / self._file.name}"
            return
        name = f"site_{os.getpid()}_{next(_numbers)}"
        try:
            yield postgres.create(self._server, name, self._name)
        finally:
            postgres.drop(self._server, name)

    def drop(self) -> None:
        """Leave nothing on a server that outlives us."""
        if self._server:
            postgres.drop(self._server, self._name)
