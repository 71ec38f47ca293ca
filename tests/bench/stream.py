"""`./run bench stream`: what the site costs and adds between upstream and reader, beside nginx as the limit.

One core runs the server, the other the load pair. N answers of 1,000 deltas at 50/s are started over 10 s; latency,
CPU and memory are figures of the (at most) 10 s in which all N are open, CPU of starts is measured apart.
"""

import argparse
import contextlib
import itertools
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.bench.kit import servers
from tests.bench.kit.load import Load, Pair
from tests.bench.kit.machine import Cost, allow_many_files, end_tidily, rss_kb, run_first, threads
from tests.bench.kit.report import write
from tests.bench.kit.servers import Server
from tests.bench.kit.streaming import FAULTS, Followers, Results, Run, Starts, runs_table
from tests.databases import Template

DELTAS, RATE = 1000, 50
STARTS = 100
SERVER_CORE, PAIR_CORE = 0, 1


class Bench:
    """One run of the benchmark: its folder, its pair and its database template."""

    def __init__(self, folder: Path, pair: Pair) -> None:
        self.folder, self.pair = folder, pair
        self._count = 0

    @cached_property
    def template(self) -> Template:
        """Migrated once, copied for every site."""
        return Template(_made(self.folder / "template"))

    def site(self) -> contextlib.AbstractContextManager[Server]:
        """A fresh site each time: a database that grew or a heap that swelled would be the next one's cost."""
        return servers.site(self.template, self._fresh(), self.pair.port, SERVER_CORE)

    def nginx(self) -> contextlib.AbstractContextManager[Server]:
        return servers.nginx(self._fresh(), self.pair.port, SERVER_CORE)

    def streams(self, server: Server, streams: int) -> Run:
        """N whole answers."""
        load = Load(streams, 10, DELTAS, seconds=90)
        with self.pair.client(server.port, server.ask("bench"), load) as client:
            client.until("open")
            watched = (server.pid, self.pair.pid, client.pid)
            before = [Cost.now(pid) for pid in watched]
            client.until("closed")
            own, upstream, reader = (Cost.now(pid) - earlier for pid, earlier in zip(watched, before, strict=True))
            rss, alive = rss_kb(server.pid) / 1024, threads(server.pid)
            said = client.until("result")
        pair = upstream.cpu + reader.cpu
        return Run(
            server.name,
            streams,
            _ms(said["latency_us"]),
            _ms(said["first_us"]),
            cpu_us=own.cpu * 1e6 / max(1, said["window_deltas"]),
            core=100 * own.cpu / own.wall,
            pair=100 * pair / own.wall,
            others=100 * max(0.0, own.everybody - own.cpu - pair) / own.wall,
            rss_mb=rss,
            threads=alive,
            faults={name: said[name] for name in FAULTS} | {"unfinished": streams - said["completed"]},
        )

    def starts(self, server: Server) -> Starts:
        """A hundred starts, ten per second: of answers that end at once, then of answers that stay open."""
        before = Cost.now(server.pid)
        time.sleep(3)
        resting = Cost.now(server.pid) - before
        idle = resting.cpu / resting.wall
        said, ended = self._costed(server, "bench:one", 1, "result")
        _, alone = self._costed(server, "bench:idle", 0, "open")
        start, answer = ((cost.cpu - idle * cost.wall) * 1e3 / STARTS for cost in (alone, ended))
        return Starts(start, answer, idle * 1e3, _ms(said["first_us"]))

    def _costed(self, server: Server, text: str, deltas: int, until: str) -> tuple[dict[str, Any], Cost]:
        before = Cost.now(server.pid)
        with self.pair.client(server.port, server.ask(text), Load(STARTS, STARTS / 10, deltas, seconds=60)) as client:
            return client.until(until), Cost.now(server.pid) - before

    def followers(self, server: Server, idle: int, active: int) -> Followers:
        """`idle` readers of one answer that is silent, then `active` streams beside them."""
        message = server.start("bench:idle")
        time.sleep(1)  # let the process come to rest, or its own growth is counted as the followers'
        before = rss_kb(server.pid)
        with self.pair.client(server.port, server.follow(message), Load(idle, 10, 0, seconds=150)) as waiting:
            waiting.until("open")
            each, alive = (rss_kb(server.pid) - before) / idle, threads(server.pid)
            with self.pair.client(server.port, server.ask("bench"), Load(active, 5, DELTAS, seconds=90)) as client:
                said = client.until("result")
        return Followers(idle, active, each, alive, _ms(said["first_us"]))

    def _fresh(self) -> Path:
        self._count += 1
        return self.folder / f"data-{self._count}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what was asked for; 0 whatever the verdicts, they are for reading."""
    asked = _arguments(arguments)
    end_tidily()
    allow_many_files()
    if asked.realtime:
        run_first()
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as name:
        folder = Path(name)
        with Pair(_made(folder / "pair"), PAIR_CORE, DELTAS, RATE) as pair:
            results = _measured(Bench(folder, pair), asked)
    print(f"\n{results}")
    write(asked.json, asdict(results), results.targets)
    return 0


def _measured(bench: Bench, asked: argparse.Namespace) -> Results:
    """The runs one after the other, each told as soon as it is done."""
    first = " in real time" if asked.realtime else ""
    results = Results(f"{DELTAS} deltas at {RATE}/s; server on core {SERVER_CORE}, pair on core {PAIR_CORE}{first}")
    for streams, server in itertools.product(asked.streams, asked.servers):
        with getattr(bench, server)() as running:
            results.runs.append(bench.streams(running, streams))
        print(runs_table(results.runs[-1:]).splitlines()[-1], flush=True)
    if "starts" in asked.parts:
        with bench.site() as running:
            results.starts = bench.starts(running)
    if "idle" in asked.parts:
        with bench.site() as running:
            results.followers = bench.followers(running, asked.idle, asked.active)
    return results


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench stream", description=__doc__)
    parser.add_argument("--streams", type=_numbers, default=[1, 10, 100, 200, 500], help="default: 1,10,100,200,500")
    parser.add_argument("--servers", type=_words, default=["site"] + ["nginx"] * servers.has_nginx())
    parser.add_argument("--parts", type=_words, default=["starts", "idle"], help="beside the streams: starts,idle")
    parser.add_argument("--idle", type=int, default=2000)
    parser.add_argument("--active", type=int, default=50)
    parser.add_argument(
        "--realtime", action="store_true", help="servers and pair run before all else, on a machine that is not quiet"
    )
    parser.add_argument("--json", type=Path, help="write all figures there")
    return parser.parse_args(arguments)


def _numbers(text: str) -> list[int]:
    return [int(word) for word in _words(text)]


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _ms(microseconds: Sequence[int]) -> list[float]:
    """Figures of nothing are nan: a run without a window is seen as such."""
    return [value / 1000 for value in microseconds] or [float("nan")] * 4


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    raise SystemExit(main())
