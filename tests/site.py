"""Site: the real server in a process of its own, with a data folder and a database of its own."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.people import Person
from tests.process import Process

ROOT = Path(__file__).resolve().parent.parent
TEST_SECRET_KEY = "only-for-tests-" + "x" * 40  # one for all processes of a test run, so that databases can be copied
READY = "chatsite serves on "


def environment(data: Path, database_url: str, **extra: str) -> dict[str, str]:
    """Ours without any setting of the site's, and these instead; database_url "" is SQLite in the data folder."""
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("CHATSITE_", "OPENAI_", "DJANGO_"))
    }
    ours |= {"SECRET_KEY": TEST_SECRET_KEY, "CHATSITE_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    return ours | {"DATABASE_URL": database_url or f"sqlite:///{data}/chatsite.sqlite3"} | extra


class Site:
    """with Site(...) as site: talk to site.url. Keeps its port when it is started again, so that clients come back."""

    module = "chatsite.server"  # what is run

    def __init__(
        self,
        data: Path,
        database_url: str = "",
        env: Mapping[str, str] | None = None,
        people: Mapping[str, Person] | None = None,
        port: int = 0,
    ) -> None:
        data.mkdir(mode=0o700, exist_ok=True)
        self.data, self.database_url, self.port = data, database_url, port
        self.env = environment(data, database_url, **(env or {}))
        self._people = dict(people or {})
        self._process: Process | None = None
        self._earlier = ""  # what processes before this one said

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.kill()
        if error:
            print(self.log)  # pytest shows it below the failure

    @property
    def url(self) -> str:
        """The origin it serves on, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> Process:
        """The last one started."""
        assert self._process, "the site was never started"
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        """All that its processes said so far."""
        return self._earlier + (self._process.said if self._process else "")

    def start(self, **env: str) -> Self:
        """Serve, and return once it listens; `env` adds settings for this process alone."""
        assert not (self._process and self._process.running), "it runs already"
        self._earlier = self.log
        command = [sys.executable, "-m", self.module, "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = Process(command, env=self.env | env, cwd=ROOT)
        try:
            line = self._process.wait_for(READY)
        except BaseException:  # Ctrl-C, too: nobody else knows of it yet
            self._process.kill()
            raise
        self.port = int(line.rsplit(":", 1)[1].strip(" /"))
        return self

    def stop(self, number: int = signal.SIGTERM, timeout: float = 60) -> int:
        """Ask it to end and wait for that; its exit code."""
        self.process.signal(number)
        return self.process.wait(timeout)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def pause(self) -> None:
        """SIGSTOP: the process stands still when this returns, its sockets stay open."""
        self.process.pause()

    def cont(self) -> None:
        """SIGCONT."""
        self.process.signal(signal.SIGCONT)

    def restart(self, number: int = signal.SIGTERM) -> Self:
        """Stop and start, on the same port."""
        self.stop(number)
        return self.start()

    def beside(self) -> "Site":
        """A second process, not yet started, on the same data and database with a port of its own."""
        other = Site(self.data, self.database_url, people=self._people)
        other.env = dict(self.env)
        return other

    def manage(self, command: str) -> str:
        """What `./run manage COMMAND` prints. CalledProcessError when it fails."""
        return self._python("manage.py", *shlex.split(command))

    def user(self, name: str) -> Person:
        """That person, made at the first call; alice, bob, charlie and admin are there from the start."""
        if name not in self._people:
            self._people |= people(self._python("-m", "tests.people", name))
        return self._people[name]

    def _python(self, *arguments: str) -> str:
        return python(self.env, *arguments)


def python(env: Mapping[str, str], *arguments: str) -> str:
    """Output of a Python run in the project's folder. CalledProcessError, its words noted, when it fails."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        error = subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        error.add_note(done.stdout + done.stderr)
        raise error
    return done.stdout


def people(printed: str) -> dict[str, Person]:
    """Reads what `python -m tests.people` prints."""
    return {name: Person(**person) for name, person in json.loads(printed).items()}
