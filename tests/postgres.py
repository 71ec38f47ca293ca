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
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.ports import free_port
from tests.process import Process

ADDRESS = "TEST_POSTGRES_URL"


def binaries() -> Path | None:
    """The folder with initdb and postgres, None on a machine without; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    folders = sorted(glob("/usr/lib/postgresql/*/bin"), key=lambda folder: int(folder.split("/")[4]), reverse=True)
    return Path(found).parent if found else Path(folders[0]) if folders else None


@contextmanager
def served() -> Iterator[str]:
    """The URL of the administrative database of a server of our own. PostgreSQL refuses to run as root."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    user = ("postgres" if _exists("postgres") else "nobody") if os.getuid() == 0 else None
    with TemporaryDirectory(prefix="chatsite-postgres-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        initdb: list[str | Path] = [programs / "initdb", "-D", "cluster", "-U", "tester", "-A", "trust"]
        initdb += ["-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(initdb, check=True, capture_output=True, user=user, cwd=folder)
        port = free_port()
        serve: list[str | Path] = [programs / "postgres", "-D", "cluster", "-p", str(port), "-k", folder, "-F"]
        serve += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
        process = Process(serve, env=os.environ, cwd=Path(folder), user=user)
        try:
            process.wait_for("ready to accept connections")
            yield f"postgres://tester@127.0.0.1:{port}/postgres"
        finally:
            _end(process)


def _end(process: Process) -> None:
    process.signal(signal.SIGINT)  # its "fast" shutdown: whoever is still connected is cut off
    try:
        process.wait()
    finally:
        process.kill()


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
    with served() as url:
        env = os.environ | {ADDRESS: url}
        if arguments[0] == "--as-database":
            env["DATABASE_URL"] = url
            del arguments[0]
        sys.exit(subprocess.run(arguments, env=env, check=False).returncode)
