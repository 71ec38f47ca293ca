"""Copies of the database: made before data is migrated, whole, and never in the way of those who write."""

import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chatsite.ops import backup
from tests.databases import Template
from tests.site import environment, python

RUN = """
import sys
from chatsite.ops.setup import command, packages, serve
serve.build, packages.PYTHON = lambda: None, sys.executable
sys.exit(command.main(sys.argv[1:]))
"""


class Database:
    """A migrated one, and manage.py for it."""

    def __init__(self, url: str, data: Path) -> None:
        data.mkdir(exist_ok=True)
        self.data, self.env = data, environment(data, url)

    def manage(self, *arguments: str) -> str:
        return python(self.env, "manage.py", *arguments)

    def run_manage(self, *arguments: str) -> str:
        """`./run manage …` in a checkout where everything is built."""
        return python(self.env, "-c", RUN, "--data", str(self.data), "manage", *arguments)

    @property
    def copies(self) -> list[Path]:
        return sorted((self.data / "backups").glob("*"))


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Database:
    return Database(database_url, tmp_path / "data")


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Path]:
    """A SQLite file in WAL mode, to which somebody writes pairs of rows all the time."""
    file, stop, began = tmp_path / "busy.sqlite3", threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as writer:
            writer.execute("PRAGMA journal_mode=WAL")
            writer.execute("CREATE TABLE pair (side TEXT, filler TEXT)")
            while not stop.is_set():
                writer.execute("BEGIN IMMEDIATE")
                writer.executemany("INSERT INTO pair VALUES (?, ?)", [("left", "x" * 2000), ("right", "x" * 2000)])
                writer.execute("COMMIT")
                began.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert began.wait(60)
    yield file
    stop.set()
    thread.join()


def test_a_copy_taken_under_load_is_whole(busy: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    backup.copy_sqlite(busy, copy)
    with closing(sqlite3.connect(copy)) as reading:
        counts = dict(reading.execute("SELECT side, count(*) FROM pair GROUP BY side").fetchall())
    assert counts["left"] == counts["right"] > 0
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.sqlite3"]


def test_a_damaged_database_is_not_called_copied(tmp_path: Path) -> None:
    file = tmp_path / "damaged.sqlite3"
    with closing(sqlite3.connect(file)) as writer, writer:
        writer.execute("CREATE TABLE t (a TEXT)")
        writer.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 500)
    with file.open("r+b") as raw:
        raw.seek(4096 * 5)
        raw.write(b"\xff" * 4096)
    with pytest.raises(backup.NoCopy):
        backup.copy_sqlite(file, tmp_path / "copy.sqlite3")


def test_a_new_database_is_migrated_without_a_copy(tmp_path: Path) -> None:
    database = Database("", tmp_path / "data")
    assert "migrations applied" in database.manage("prepare_database")
    assert database.copies == []


def test_data_is_copied_before_it_is_migrated(database: Database) -> None:
    database.manage("migrate", "sessions", "zero")
    assert "was copied to" in database.manage("prepare_database")
    [copy] = database.copies
    assert copy.stat().st_mode & 0o077 == 0
    assert copy.stat().st_size > 10_000
    assert database.manage("prepare_database") == ""
    assert database.copies == [copy]


def test_the_copy_is_the_database_as_it_was_before(sqlite_template: Template, tmp_path: Path) -> None:
    with sqlite_template.copy(tmp_path / "data") as url:
        database = Database(url, tmp_path / "data")
        database.manage("migrate", "sessions", "zero")
        database.manage("prepare_database")
        with closing(sqlite3.connect(database.copies[0])) as copy:
            assert copy.execute("SELECT count(*) FROM accounts_user").fetchone() == (4,)
            assert copy.execute("SELECT * FROM django_migrations WHERE app = 'sessions'").fetchall() == []


def test_without_pg_dump_nothing_is_migrated_until_it_is_told_so(postgres_template: Template, tmp_path: Path) -> None:
    with postgres_template.copy(tmp_path / "data") as url:
        database = Database(url, tmp_path / "data")
        database.manage("migrate", "sessions", "zero")
        database.env["PATH"] = "/nowhere"
        with pytest.raises(subprocess.CalledProcessError) as caught:
            database.manage("prepare_database")
        assert "pg_dump and pg_restore are not installed" in caught.value.__notes__[0]
        assert "1 migrations applied" in database.manage("prepare_database", "--without-copy")


def test_the_way_out_that_a_refused_migration_names_can_be_gone(database: Database) -> None:
    database.manage("migrate", "sessions", "zero")
    (database.data / "backups").touch()  # where a folder would have to be
    with pytest.raises(subprocess.CalledProcessError) as refused:
        database.run_manage("create_api_key", "alice@example.org")
    assert "no copy of it can be made first" in refused.value.stderr
    assert "Traceback" not in refused.value.stderr
    [way_out] = re.findall(r"\./run manage (.*)", refused.value.stderr)
    assert "1 migrations applied" in database.run_manage(*way_out.split())
    assert database.run_manage("create_api_key", "alice@example.org").startswith("sk-")


def test_a_backup_is_of_the_database_before_its_migration(database: Database, tmp_path: Path) -> None:
    database.manage("migrate", "sessions", "zero")
    database.run_manage("backup", str(tmp_path / "safe"))
    assert database.copies == []
    assert "[ ] 0001_initial" in database.manage("showmigrations", "sessions")


def test_only_the_latest_copies_are_kept(tmp_path: Path, sqlite_template: Template) -> None:
    with sqlite_template.copy(tmp_path / "data") as url:
        database = Database(url, tmp_path / "data")
        folder = tmp_path / "data" / "backups"
        folder.mkdir()
        for year in range(2000, 2010):
            (folder / f"before-migration-{year}.sqlite3").touch()
        database.manage("migrate", "sessions", "zero")
        database.manage("prepare_database")
    names = [copy.name[17:21] for copy in database.copies]
    assert names[:-1] == ["2006", "2007", "2008", "2009"]
    assert len(names) == backup.KEPT


def test_a_backup_is_made_where_it_is_asked_for_and_says_where(database: Database, tmp_path: Path) -> None:
    copy = Path(database.manage("backup", str(tmp_path / "safe")).strip())
    assert copy.parent == tmp_path / "safe"
    assert copy.stat().st_size > 0
    assert copy.stat().st_mode & 0o077 == 0


def test_a_backup_that_cannot_be_made_says_why(database: Database) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        database.manage("backup", "/dev/null/nowhere")
    assert "No copy was made" in refused.value.stderr
