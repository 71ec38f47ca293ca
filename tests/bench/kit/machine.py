"""What a process costs, and where it runs. Linux only: benchmarks read its clocks."""

import os
import resource
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Cost:
    """Of some processes together, at one moment; subtract two for the cost of the time between."""

    wall: float  # s, monotonic
    cpu: float  # s, all threads, ended ones too
    everybody: float  # s of CPU, the whole machine

    @classmethod
    def now(cls, *pids: int) -> "Cost":
        return cls(time.monotonic(), sum(cpu_seconds(pid) for pid in pids), _everybody())

    def __sub__(self, earlier: "Cost") -> "Cost":
        return Cost(self.wall - earlier.wall, self.cpu - earlier.cpu, self.everybody - earlier.everybody)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process in ns resolution; /proc/PID/stat has only 10 ms. OSError when it is gone."""
    # The clock id that clock_getcpuclockid(3) computes: CPUCLOCK_SCHED of the thread group.
    return time.clock_gettime((~pid << 3) | 2)


def _everybody() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)


def pin(pid: int, cores: Iterable[int]) -> None:
    """Every thread the process has; later ones inherit it."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def rss_kb(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 1024


def threads(pid: int) -> int:
    return psutil.Process(pid).num_threads()


def allow_many_files() -> None:
    """Raise the soft limit to the hard one; child processes inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def run_first() -> None:
    """Real-time priority for us and all we start. PermissionError without the right to it."""
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))


def end_tidily() -> None:
    """On SIGTERM as on Ctrl-C: what was started is ended, temporary folders go."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
