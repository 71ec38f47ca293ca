"""The pair: an upstream and a load client in C (pair/), so light that what stands between them is what is measured."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SOURCES = Path(__file__).parent / "pair"


@dataclass(frozen=True)
class Load:
    """What the client is asked to do."""

    streams: int
    spread: float  # s over which the starts are spread
    deltas: int  # that each answer has; 0 = they never end
    seconds: int  # after which it gives up


class _Pinned(subprocess.Popen[str]):
    """A program on one core, whose words we read; `with` ends it in any case."""

    def __init__(self, core: int, *words: object) -> None:
        super().__init__(["taskset", "-c", str(core), *map(str, words)], stdout=subprocess.PIPE, text=True)

    def __exit__(self, *error: Any) -> None:
        self.kill()
        super().__exit__(*error)


class Client(_Pinned):
    """One run of the load client."""

    def until(self, event: str) -> dict[str, Any]:
        """Its next event of that name. RuntimeError when it ends without: streams were refused or cut."""
        for said in self._events():
            if said["event"] == event:
                return said
            if said["event"] == "result":
                raise RuntimeError(f"the load client ended before {event!r}: {said}")
        raise RuntimeError(f"the load client ended before {event!r}: exit {self.wait()}")

    def _events(self) -> Iterator[dict[str, Any]]:
        assert self.stdout
        while line := self.stdout.readline():
            yield json.loads(line)


class Pair(_Pinned):
    """Compiles both into `folder` and runs the upstream, pinned to `core`, as are the clients."""

    def __init__(self, folder: Path, core: int, deltas: int = 1000, rate: int = 50) -> None:
        if not shutil.which("gcc"):
            raise SystemExit("The load pair is C: it needs gcc (Debian: apt-get install gcc libc6-dev)")
        self._folder, self.core, self._requests = folder, core, 0
        for name in ("upstream", "client"):
            compiling: list[str | Path] = ["gcc", "-O2", "-Wall", "-o", folder / name, _SOURCES / f"{name}.c"]
            subprocess.run(compiling, check=True, timeout=60)
        super().__init__(core, folder / "upstream", deltas, rate)
        assert self.stdout
        self.port = int(self.stdout.readline())

    def client(self, port: int, request: bytes, load: Load) -> Client:
        """Start reading `load` at that port; every stream begins with these bytes."""
        self._requests += 1
        path = self._folder / f"request-{self._requests}"
        path.write_bytes(request)
        numbers = (load.streams, load.spread, load.deltas, load.seconds)
        return Client(self.core, self._folder / "client", port, path, *numbers)
