"""The pair: an upstream and a load client in C (pair/), so light that what stands between them is what is measured."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_SOURCES = Path(__file__).parent / "pair"


@dataclass(frozen=True)
class Load:
    """What the client is asked to do."""

    streams: int
    spread: float  # s over which the starts are spread
    deltas: int  # that each answer has; 0 = they never end
    seconds: int  # after which it gives up


class Client:
    """One run of the load client; `with` ends it in any case."""

    def __init__(self, binary: Path, port: int, request: Path, load: Load, core: int) -> None:
        numbers = (load.streams, load.spread, load.deltas, load.seconds)
        words: list[str | Path] = ["taskset", "-c", str(core), binary, str(port), request, *map(str, numbers)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def until(self, event: str) -> dict[str, Any]:
        """Its next event of that name. RuntimeError when it ends without: streams were refused or cut."""
        for said in self._events():
            if said["event"] == event:
                return said
            if said["event"] == "result":
                raise RuntimeError(f"the load client ended before {event!r}: {said}")
        raise RuntimeError(f"the load client ended before {event!r}: exit {self._process.wait()}")

    def _events(self) -> Iterator[dict[str, Any]]:
        assert self._process.stdout
        while line := self._process.stdout.readline():
            yield json.loads(line)


class Pair:
    """Compiles both into `folder` and runs the upstream, pinned to `core`, as are the clients."""

    def __init__(self, folder: Path, core: int, deltas: int = 1000, rate: int = 50) -> None:
        if not shutil.which("gcc"):
            raise SystemExit("The load pair is C: it needs gcc (Debian: apt-get install gcc libc6-dev)")
        self._folder, self.core, self._requests = folder, core, 0
        for name in ("upstream", "client"):
            compiling: list[str | Path] = ["gcc", "-O2", "-Wall", "-o", folder / name, _SOURCES / f"{name}.c"]
            subprocess.run(compiling, check=True, timeout=60)
        words: list[str | Path] = ["taskset", "-c", str(core), folder / "upstream", str(deltas), str(rate)]
        self._upstream = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self._upstream.stdout
        self.port, self.pid = int(self._upstream.stdout.readline()), self._upstream.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._upstream.kill()
        self._upstream.communicate()

    def client(self, port: int, request: bytes, load: Load) -> Client:
        """Start reading `load` at that port; every stream begins with these bytes."""
        self._requests += 1
        path = self._folder / f"request-{self._requests}"
        path.write_bytes(request)
        return Client(self._folder / "client", port, path, load, self.core)
