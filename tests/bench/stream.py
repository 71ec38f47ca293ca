"""`./run bench stream`: what the site costs and adds between upstream and reader, beside nginx as the limit.

One core runs the server, the other the load pair. N answers of 1,000 deltas at 50/s are started over 10 s; latency,
CPU and memory are figures of the (at most) 10 s in which all N are open, CPU of starts is measured apart.
"""

import argparse
import contextlib
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.bench.kit import servers
from tests.bench.kit.load import Load, Pair
from tests.bench.kit.machine import Cost, allow_many_files, rss_kb, threads
from tests.bench.kit.report import Target, table, targets, write
from tests.bench.kit.servers import Server
from tests.databases import Template

DELTAS, RATE = 1000, 50
STARTS = 100
SERVER_CORE, PAIR_CORE = 0, 1


@dataclass(frozen=True)
class Run:
    """N streams through one server. Latencies in ms: p50, p95, p99, max."""

    server: str
    streams: int
    latency: list[float]
    first: list[float]
    cpu_us: float  # per delta
    core: float  # % of one core, the server
    pair: float  # % of one core, upstream and client together
    others: float  # % of one core that strangers used meanwhile: above a few, the figures are disturbed
    rss_mb: float
    threads: int
    faults: dict[str, int]


@dataclass(frozen=True)
class Starts:
    """CPU of a start alone, and of a whole answer of one delta; added time to the first delta with one stream open."""

    start_ms: float
    answer_ms: float
    first: list[float]


@dataclass(frozen=True)
class Followers:
    """Many who wait beside a few who stream."""

    idle: int
    active: int
    kb_each: float
    threads: int
    first: list[float]
    latency: list[float]


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
            before, parts = Cost.now(*watched), [Cost.now(pid) for pid in watched]
            client.until("closed")
            both, (own, upstream, reader) = (
                Cost.now(*watched) - before,
                [Cost.now(pid) - part for pid, part in zip(watched, parts, strict=True)],
            )
            rss, alive = rss_kb(server.pid) / 1024, threads(server.pid)
            said = client.until("result")
        return Run(
            server.name,
            streams,
            _ms(said["latency_us"]),
            _ms(said["first_us"]),
            cpu_us=own.cpu * 1e6 / max(1, said["window_deltas"]),
            core=100 * own.cpu / own.wall,
            pair=100 * (upstream.cpu + reader.cpu) / own.wall,
            others=100 * max(0.0, both.everybody - both.cpu) / both.wall,
            rss_mb=rss,
            threads=alive,
            faults={name: said[name] for name in FAULTS} | {"unfinished": streams - said["completed"]},
        )

    def starts(self, server: Server) -> Starts:
        """A hundred starts, ten per second: of answers that end at once, then of answers that stay open."""
        said, ended = self._costed(server, "bench:one", 1, "result")
        _, alone = self._costed(server, "bench:idle", 0, "open")
        return Starts(alone.cpu * 1e3 / STARTS, ended.cpu * 1e3 / STARTS, _ms(said["first_us"]))

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
        return Followers(idle, active, each, alive, _ms(said["first_us"]), _ms(said["latency_us"]))

    def _fresh(self) -> Path:
        self._count += 1
        return self.folder / f"data-{self._count}"


FAULTS = ("refused", "cut", "garbled", "gaps", "lost", "duplicated", "reordered")
_HEADS = (
    "server", "streams", "added p50", "p95", "p99 ms", "first p50", "p95", "p99 ms",
    "µs/delta", "core %", "RSS MB", "threads", "faults", "pair %", "others %",
)  # fmt: skip


def runs_table(runs: Sequence[Run]) -> str:
    """One line per run."""
    rows = [
        (run.server, str(run.streams), *run.latency[:3], *run.first[:3], run.cpu_us, run.core, run.rss_mb, run.threads,
         _faults(run.faults), run.pair, run.others)
        for run in runs
    ]  # fmt: skip
    return table(_HEADS, rows)


def reached(runs: Sequence[Run], starts: Starts | None, followers: Followers | None) -> list[Target]:
    """The targets of this benchmark beside what was measured."""
    site = {run.streams: run for run in runs if run.server == "site"}
    limit = {run.streams: run for run in runs if run.server == "nginx"}
    faults = sum(sum(run.faults.values()) for run in site.values()) if site else None
    found = [Target("lost, duplicated, reordered or cut, all runs", faults, 0)]
    for streams, latency, times in ((200, 100, 5), (500, 150, 4)):
        if streams not in site:
            continue
        own, beside = site[streams], limit.get(streams)
        found += [
            Target(f"{streams} streams: added latency p95", own.latency[1], latency, "ms"),
            Target(
                f"{streams} streams: CPU per delta, times nginx's",
                own.cpu_us / beside.cpu_us if beside else None,
                times,
                "×",
            ),
        ]
    if 200 in site:
        found.append(Target("200 streams: first delta p95", site[200].first[1], 500, "ms"))
    if starts:
        found += [
            Target("1 stream: added first delta p50", starts.first[0], 15, "ms"),
            Target("CPU per start of an answer", starts.start_ms, 8, "ms"),
        ]
    if followers:
        found.append(Target(f"{followers.idle} idle followers: threads", followers.threads, 20))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what was asked for; 0 whatever the verdicts, they are for reading."""
    asked = _arguments(arguments)
    allow_many_files()
    runs: list[Run] = []
    starts = followers = None
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as name:
        folder = Path(name)
        with Pair(_made(folder / "pair"), PAIR_CORE, DELTAS, RATE) as pair:
            bench = Bench(folder, pair)
            for streams in asked.streams:
                for server in asked.servers:
                    with getattr(bench, server)() as running:
                        runs.append(bench.streams(running, streams))
                        print(runs_table(runs[-1:]).splitlines()[-1], flush=True)
            if "starts" in asked.parts:
                with bench.site() as running:
                    starts = bench.starts(running)
            if "idle" in asked.parts:
                with bench.site() as running:
                    followers = bench.followers(running, asked.idle, asked.active)
    _print(runs, starts, followers)
    figures = {"runs": [asdict(run) for run in runs], "starts": starts and asdict(starts)}
    write(asked.json, figures | {"followers": followers and asdict(followers)}, reached(runs, starts, followers))
    return 0


def _print(runs: Sequence[Run], starts: Starts | None, followers: Followers | None) -> None:
    print(
        f"\n{DELTAS} deltas at {RATE}/s each, server on core {SERVER_CORE}, upstream and client on core {PAIR_CORE}\n"
    )
    print(runs_table(runs))
    if starts:
        first = " / ".join(f"{ms:.1f}" for ms in starts.first[:3])
        print(f"\nStarts: {starts.start_ms:.1f} ms CPU each, a whole answer of one delta {starts.answer_ms:.1f} ms;")
        print(f"added time to the first delta, one stream at a time, p50/p95/p99: {first} ms")
    if followers:
        first = " / ".join(f"{ms:.1f}" for ms in followers.first[:3])
        print(f"\n{followers.idle} idle followers: {followers.kb_each:.1f} KB each, {followers.threads} threads;")
        print(f"{followers.active} active beside them, first delta p50/p95/p99: {first} ms")
    print("\n" + targets(reached(runs, starts, followers)))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench stream", description=__doc__)
    parser.add_argument("--streams", type=_numbers, default=[1, 10, 100, 200, 500], help="default: 1,10,100,200,500")
    parser.add_argument("--servers", type=_words, default=["site"] + ["nginx"] * servers.has_nginx())
    parser.add_argument("--parts", type=_words, default=["starts", "idle"], help="beside the streams: starts,idle")
    parser.add_argument("--idle", type=int, default=2000)
    parser.add_argument("--active", type=int, default=50)
    parser.add_argument("--json", type=Path, help="write all figures there")
    return parser.parse_args(arguments)


def _numbers(text: str) -> list[int]:
    return [int(word) for word in _words(text)]


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _ms(microseconds: Sequence[int]) -> list[float]:
    """Figures of nothing are nan: a run without a window is seen as such."""
    return [value / 1000 for value in microseconds] or [float("nan")] * 4


def _faults(faults: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in faults.items() if count) or "0"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    raise SystemExit(main())
