"""Many timings of the same thing, and what is said about them."""

import gc
import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Samples:
    """Seconds by the clock, seconds of CPU of the thread that worked, and with it those of a server it asked."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    both: list[float] = field(default_factory=list)

    def add(self, work: Callable[[], object], server: Callable[[], float] = lambda: 0.0) -> None:
        cpu, beside, wall = time.thread_time(), server(), time.perf_counter()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.thread_time() - cpu)
        self.both.append(self.cpu[-1] + server() - beside)

    @property
    def cpu_ms(self) -> float:
        return statistics.median(self.cpu) * 1000

    @property
    def wall_ms(self) -> float:
        return statistics.median(self.wall) * 1000


def interleaved(
    works: dict[str, Callable[[], object]],
    rounds: int,
    server: Callable[[], float] = lambda: 0.0,
    warm: int = 3,
    patience: float = 40.0,
) -> dict[str, Samples]:
    """Each work in turn, round after round, so that whatever else this machine does hits all of them alike.

    A machine too slow for all rounds in `patience` seconds does fewer.
    """
    found = {name: Samples() for name in works}
    for _ in range(warm):
        for work in works.values():
            work()
    gc.collect()
    deadline = time.monotonic() + patience
    for _ in range(rounds):
        for name, work in works.items():
            found[name].add(work, server)
        if time.monotonic() > deadline:
            break
    return found


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def running_seconds(pid: int) -> float:
    """CPU of a process with one thread, to the microsecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def cpu_seconds(pid: int) -> float:
    """CPU a process has used so far, in user and kernel mode, all threads; children not."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(pid: int, what: str = "VmRSS") -> float:
    """Megabytes (10^6 bytes) of a process in memory; `what` VmHWM: at most so far."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(what)
