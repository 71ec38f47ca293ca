"""A PostgreSQL of our own: started in a temporary folder on a free port, gone when the tests end.

`python -m tests.postgres [--as-database] COMMAND…` runs a command beside one, its address in TEST_POSTGRES_URL, with
--as-database also in DATABASE_URL. Without the variable each pytest process that needs a PostgreSQL starts its own.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from glob import glob
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.ports import free_port
from tests.process import Process

ADDRESS = "TEST_POSTGRES_URL"


def binaries() -> Path | None:
    """The folder with initdb and postgres, None on a machine without; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    folders = sorted(glob("/usr/lib/postgresql/*/bin"), key=lambda folder: int(folder.split("/")[4]), reverse=True)
    return Path(found).parent if found else Path(folders[0]) if folders else None


class Postgres:
    """with Postgres() as postgres: postgres.url is its administrative database. PostgreSQL refuses to run as root."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="chatsite-postgres-", dir="/tmp"))
        self._port = free_port()
        self._process: Process | None = None
        self._user = ("postgres" if _exists("postgres") else "nobody") if os.getuid() == 0 else None
        self.url = f"postgres://tester@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Self:
        programs = binaries()
        if programs is None:
            raise RuntimeError("PostgreSQL is not installed (Debian: apt-get install postgresql)")
        if self._user:
            shutil.chown(self._folder, self._user)
        cluster = self._folder / "cluster"
        initdb: list[str | Path] = [
            programs / "initdb",
            "-D",
            cluster,
            "-U",
            "tester",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(initdb, check=True, capture_output=True, user=self._user, cwd=self._folder)
        serve: list[str | Path] = [
            programs / "postgres",
            "-D",
            cluster,
            "-p",
            str(self._port),
            "-k",
            self._folder,
            "-F",
        ]
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
        self._process = Process([*serve, *options], env=os.environ, cwd=self._folder, user=self._user)
        try:
            self._process.wait_for("ready to accept connections")
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process
        self._process.signal(signal.SIGINT)  # its "fast" shutdown: whoever is still connected is cut off
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def create(server: str, name: str, template: str = "template0") -> str:
    """The URL of a new database on the server of that URL, a copy of `template`, to which nobody may be connected."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[call-overload, unused-ignore]
    return server.rpartition("/")[0] + "/" + name


def drop(server: str, name: str) -> None:
    """Remove a database, whoever is still connected to it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[call-overload, unused-ignore]


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


if __name__ == "__main__":
    arguments = sys.argv[1:]
    with Postgres() as running:
        env = os.environ | {ADDRESS: running.url}
        if arguments[0] == "--as-database":
            env["DATABASE_URL"] = running.url
            del arguments[0]
        sys.exit(subprocess.run(arguments, env=env, check=False).returncode)
