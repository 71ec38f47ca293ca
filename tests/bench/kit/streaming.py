"""The figures of `./run bench stream`, as a table and beside their targets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.kit.report import Target, table, targets

FAULTS = ("refused", "cut", "garbled", "gaps", "lost", "duplicated", "reordered")
_HEADS = (
    "server", "streams", "added p50", "p95", "p99 ms", "first p50", "p95", "p99 ms",
    "µs/delta", "core %", "RSS MB", "threads", "faults", "pair %", "others %",
)  # fmt: skip


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
    """CPU of a start alone, and of a whole answer of one delta; added time to the first delta with one stream open.

    What the process costs anyway, `idle_ms` a second, is taken off.
    """

    start_ms: float
    answer_ms: float
    idle_ms: float
    first: list[float]

    def __str__(self) -> str:
        return (
            f"Starts: {self.start_ms:.1f} ms CPU each, a whole answer of one delta {self.answer_ms:.1f} ms,\n"
            f"beside the {self.idle_ms:.1f} ms a second that the process takes at rest;\n"
            f"one stream at a time, {_first_delta(self.first)}"
        )


@dataclass(frozen=True)
class Followers:
    """Many who wait beside a few who stream."""

    idle: int
    active: int
    kb_each: float
    threads: int
    first: list[float]

    def __str__(self) -> str:
        idle = f"{self.idle} idle followers: {self.kb_each:.1f} KB each, {self.threads} threads"
        return f"{idle};\n{self.active} active beside them, {_first_delta(self.first)}"


@dataclass
class Results:
    """All that one run of the benchmark found."""

    conditions: str
    runs: list[Run] = field(default_factory=list)
    starts: Starts | None = None
    followers: Followers | None = None

    @property
    def targets(self) -> list[Target]:
        """The targets of this benchmark beside what was measured."""
        site = {run.streams: run for run in self.runs if run.server == "site"}
        limit = {run.streams: run for run in self.runs if run.server == "nginx"}
        faults = sum(sum(run.faults.values()) for run in site.values()) if site else None
        found = [Target("lost, duplicated, reordered or cut, all runs", faults, 0)]
        for streams, latency, times in ((200, 100, 5), (500, 150, 4)):
            if own := site.get(streams):
                found += _under_load(own, limit.get(streams), latency, times)
        if 200 in site:
            found.append(Target("200 streams: first delta p95", site[200].first[1], 500, "ms"))
        if self.starts:
            found.append(Target("1 stream: added first delta p50", self.starts.first[0], 15, "ms"))
            found.append(Target("CPU per start of an answer", self.starts.start_ms, 8, "ms"))
        if self.followers:
            found.append(Target(f"{self.followers.idle} idle followers: threads", self.followers.threads, 20))
        return found

    def __str__(self) -> str:
        parts = [self.conditions, runs_table(self.runs), self.starts, self.followers, targets(self.targets)]
        return "\n\n".join(str(part) for part in parts if part)


def _under_load(own: Run, limit: Run | None, latency: float, times: float) -> list[Target]:
    ratio = own.cpu_us / limit.cpu_us if limit else None
    return [
        Target(f"{own.streams} streams: added latency p95", own.latency[1], latency, "ms"),
        Target(f"{own.streams} streams: CPU per delta, times nginx's", ratio, times, "×"),
    ]


def runs_table(runs: Sequence[Run]) -> str:
    """One line per run."""
    rows = [
        (run.server, str(run.streams), *run.latency[:3], *run.first[:3], run.cpu_us, run.core, run.rss_mb, run.threads,
         _faults(run.faults), run.pair, run.others)
        for run in runs
    ]  # fmt: skip
    return table(_HEADS, rows)


def _faults(faults: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in faults.items() if count) or "0"


def _first_delta(added: Sequence[float]) -> str:
    return f"added time to the first delta p50/p95/p99: {' / '.join(f'{ms:.1f}' for ms in added[:3])} ms"
