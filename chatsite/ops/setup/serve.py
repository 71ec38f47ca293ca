"""Everything that must stand before the server starts, then the server itself in place of this process."""

import errno
import fcntl
import json
import os
import resource
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from chatsite.ops.setup import frontend, packages, stamps
from chatsite.ops.setup.terminal import ROOT, Refusal, say, work

OPEN_FILES = 65536  # each reader and each socket is one; many systems begin with 1024 or even 256
ROOM_MB = 1024  # what a first start takes, generously


@dataclass(frozen=True)
class Place:
    """Where the site listens and keeps its data."""

    host: str
    port: int
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        """Ours, with this place in it."""
        told = {"CHATSITE_HOST": self.host, "CHATSITE_PORT": str(self.port), "CHATSITE_DATA": str(self.data)}
        return dict(os.environ) | told


def serve(place: Place) -> None:
    """Does not return: the server takes over this process, so that signals reach it."""
    env = prepare(place)
    server = [packages.PYTHON, "-m", "chatsite.server", "--host", place.host, "--port", str(place.port)]
    os.chdir(ROOT)
    os.execve(server[0], server, env)


def prepare(place: Place, listening: bool = True, migrating: bool = True) -> dict[str, str]:
    """Cheap refusals first, then whatever is not done yet. Returns the environment for the server and for manage.py."""
    if listening:
        check_port(place.host, place.port)
    make_data_folder(place.data)
    raise_open_files()
    with one_at_a_time():
        build()
        os.umask(0o077)  # from here on everything written is people's data
        make_secret_key(place.data)
        if migrating:
            bring_up_database(place)
    return place.environment


def build() -> None:
    """All that is made from the checkout alone."""
    if not packages.VENV.exists() and shutil.disk_usage(ROOT).free < ROOM_MB * 2**20:
        raise Refusal(f"The disk is full: a first start needs about {ROOM_MB} MB below {ROOT}.")
    packages.install()
    frontend.build()
    compile_catalogs()


def compile_catalogs() -> None:
    """A .mo for each .po of ours."""
    catalogs = ROOT.glob("chatsite/*/locale/*/LC_MESSAGES/*.po")
    stamps.once(packages.STAMPS / "catalogs", stamps.digest(catalogs), _compile_catalogs)


def check_port(host: str, port: int) -> None:
    """Refusal when the server could not listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Refusal(_port_advice(error, host, port)) from None


def make_data_folder(data: Path) -> None:
    """For the owner's eyes only when it is made here. Refusal when nothing can be written into it."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=data) as probe:
            probe.write(b"0" * 4096)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refusal(f"The disk of the data folder {data} is full.") from None
        raise Refusal(
            f"The data folder {data} cannot be written: {error.strerror}.\n"
            "Give it to the user who runs chatsite, or name another: ./run --data DIR (or CHATSITE_DATA)."
        ) from None


def make_secret_key(data: Path) -> None:
    """data/secret_key, for the owner alone, unless there is one or SECRET_KEY is set."""
    file, fresh = data / "secret_key", data / "secret_key.new"
    if os.environ.get("SECRET_KEY") or file.exists():
        return
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as writer:
        writer.write(secrets.token_urlsafe(48) + "\n")
        writer.flush()
        os.fsync(writer.fileno())
    fresh.rename(file)  # whole or not at all: half a key would lock everybody out


def bring_up_database(place: Place) -> None:
    """Migrated, and with the administrator that the environment asks for."""
    stamp, state = place.data / "database_stamp", _database_state(place)
    if state and stamps.holds(stamp, state):
        return
    command = [packages.PYTHON, "manage.py", "prepare_database"]
    with packages.explained(place.data):
        told = work("Database", command, place.environment)
    if told.strip():
        say(told.rstrip())
    stamp.write_text(_database_state(place))


def raise_open_files() -> None:
    """The soft limit up to the hard one, within reason; the server inherits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two starts in one checkout do not build into each other."""
    with open(ROOT / "run") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./run is setting up this checkout; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _compile_catalogs() -> None:
    with packages.explained():
        work("Translations", [packages.PYTHON, "-m", "chatsite.ops.catalogs"])


def _database_state(place: Place) -> str:
    """What `prepare_database` depends on, as a digest; "" when it has something to do for certain, or who knows."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{place.data / 'chatsite.sqlite3'}"
    env = place.environment | {"DATABASE_URL": url}  # not on the command line, which everybody can read
    command = [packages.PYTHON, "-m", "chatsite.ops.applied"]
    asked = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if asked.returncode or (os.environ.get("CHATSITE_ADMIN_EMAIL") and not json.loads(asked.stdout)["people"]):
        return ""
    migrations = json.dumps(json.loads(asked.stdout)["migrations"])
    return stamps.digest([*ROOT.glob("chatsite/*/migrations/*.py"), packages.LOCK], url, migrations)


def _port_advice(error: OSError, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{host} is not an address of this machine. 127.0.0.1 is for this machine alone, 0.0.0.0 for its network."
        )
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program. Choose another: ./run --port {port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system's own services. Choose one above 1023: ./run --port 8000"
    return f"chatsite cannot listen on {host} port {port}: {error.strerror}"
