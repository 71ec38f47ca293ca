"""A copy of the database that was looked at: it opens and is whole. `./run` makes one before each migration of data."""

import os
import shutil
import sqlite3  # as everywhere below chatsite the mended one, see chatsite/__init__.py
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

KEPT = 5  # copies made before migrations; older ones are removed


class NoCopy(Exception):
    """Why there is no copy, for a person."""


def before_migration(folder: Path) -> Path:
    """A checked copy in the folder; older ones of this kind make room."""
    copy = checked_copy(folder, "before-migration")
    for old in sorted(folder.glob("before-migration-*"))[:-KEPT]:
        old.unlink()
    return copy


def checked_copy(folder: Path, name: str) -> Path:
    """A checked copy in the folder, which is made if need be. NoCopy when it cannot be had; nothing is left then."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = connections[DEFAULT_DB_ALIAS].settings_dict
    sqlite = settings["ENGINE"].endswith("sqlite3")
    copy = folder / f"{name}-{timezone.now():%Y%m%d-%H%M%S-%f}.{'sqlite3' if sqlite else 'pgdump'}"
    fresh = copy.with_suffix(".part")
    fresh.touch(0o600)
    try:
        if sqlite:
            copy_sqlite(Path(settings["NAME"]), fresh)
        else:
            copy_postgres(
                {name: str(settings[name] or "") for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}, fresh
            )
        _sync(fresh)
        fresh.rename(copy)  # only a checked copy bears the name of one
    finally:
        fresh.unlink(missing_ok=True)
    return copy


def copy_sqlite(source: Path, target: Path) -> None:
    """By SQLite's online backup, so others may go on writing; then an integrity check of the copy."""
    free, size = shutil.disk_usage(target.parent).free, source.stat().st_size
    if free < size:
        raise NoCopy(f"a copy needs {size // 2**20} MB and {target.parent} has {free // 2**20} MB left")
    try:
        with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it
            found = writing.execute("PRAGMA integrity_check(3)").fetchall()
    except sqlite3.Error as error:
        raise NoCopy(f"SQLite said: {error}") from None
    if found != [("ok",)]:
        raise NoCopy(f"the database is damaged: {'; '.join(row[0] for row in found)}")


def copy_postgres(place: dict[str, str], target: Path) -> None:
    """By pg_dump, in its own format; then its table of contents is read back with pg_restore."""
    pg_dump, pg_restore = shutil.which("pg_dump"), shutil.which("pg_restore")
    if not (pg_dump and pg_restore):
        raise NoCopy("pg_dump and pg_restore are not installed (Debian: apt-get install postgresql-client)")
    # The password goes through the environment: a command line can be read by everybody on the machine.
    env = os.environ | {f"PG{name}": value for name, value in place.items() if value and name != "NAME"}
    env |= {"PGDATABASE": place["NAME"]}
    for command in ([pg_dump, "--format=custom", f"--file={target}"], [pg_restore, "--list", str(target)]):
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoCopy(f"{Path(command[0]).name} said: {done.stderr.strip()}")


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
