"""Upstream: start, script, watch and end a scripted upstream from a test, sync; from async tests via to_thread.

It is a process of its own, so it goes on answering while the test's process is busy, stopped or full.
"""

import json
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Literal, Self

from .script import Script
from .server import Record

_ROOT = Path(__file__).resolve().parents[2]


class Upstream:
    """with Upstream() as upstream: OPENAI_BASE_URL is upstream.base_url."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._process: subprocess.Popen[str] | None = None

    @property
    def base_url(self) -> str:
        """Where an OpenAI SDK finds it."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def pid(self) -> int | None:
        """The process, None while it is stopped."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; after a stop on the same port as before."""
        command = [sys.executable, "-m", "tests.upstream", "--port", str(self.port)]
        self._process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the upstream did not start on port {self.port}: exit {self._process.wait()}")
        self.port = int(line.split(":")[2].split("/")[0])

    def stop(self) -> None:
        """Kill it: open connections get RST or FIN from the kernel, new ones are refused."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def reset(self) -> None:
        """As new, without a new process: records, scripts and gates forgotten, running answers cut."""
        self._control("reset")

    def default(self, **script: Any) -> None:
        """Answer like this whoever does not bring a script; nothing = echo again."""
        self._control("script", default=script)

    def next(self, *scripts: dict[str, Any]) -> None:
        """Answer the next requests like this, one each, whatever they bring."""
        for script in scripts:
            Script.parse(script)
        self._control("next", scripts=scripts)

    def open(self, gate: str) -> None:
        """Let everybody through this gate, now and later."""
        self._control("open", gate=gate)

    @property
    def requests(self) -> list[Record]:
        """All requests for an answer so far, in order."""
        return self._control("requests")

    @property
    def aborted(self) -> list[Record]:
        """Those whose client left before the end."""
        return [record for record in self.requests if record.aborted]

    def wait(
        self,
        what: Literal["started", "sent", "waiting", "finished", "aborted"],
        count: int = 1,
        timeout: float = 45,
    ) -> list[Record]:
        """All records, once `count` of them are `what`. Raises TimeoutError."""
        return self._control("wait", what=what, count=count, seconds=timeout, patience=timeout + 5)

    def _control(self, verb: str, patience: float = 45, **asks: Any) -> list[Record]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request("POST", f"/_control/{verb}", json.dumps(asks))
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status == 408:
            raise TimeoutError(f"the upstream waited in vain for {asks['count']} × {asks['what']}: {answer}")
        if response.status != 200:
            raise RuntimeError(f"the upstream answered {verb} with {response.status}")
        return [Record(**record) for record in answer]
