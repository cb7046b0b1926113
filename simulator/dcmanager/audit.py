"""When dcmanager notices: audit passes, two strikes, and endpoint states, computed from the outages of a site.

A pass every 40 s (starlingx-dcmanager.md 4.1); online becomes offline at the second failed pass in a row, offline
becomes online at the first good one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Span = tuple[float, float | None]
# in which deploy states the audit looks at a subcloud
Watch = Literal["always", "while online", "never"]

PASS_SECONDS = 40.0
STRIKES = 2

# creation order in dcmanager's database
ENDPOINTS = ("platform", "identity", "dc-cert", "firmware", "kubernetes", "kube-rootca", "software")

# seconds from (online and managed) until the endpoint's owner has written its first value
SYNC_SECONDS = {
    "platform": 20.0,
    "identity": 25.0,
    "dc-cert": 5.0,
    "firmware": 60.0,
    "kubernetes": 45.0,
    "kube-rootca": 60.0,
    "software": 45.0,
}


@dataclass(frozen=True, slots=True)
class Passes:
    """The audit passes of one System Controller: pass k is at `phase + k * period`."""

    phase: float
    period: float

    def last(self, at: float) -> int:
        """The youngest pass at or before `at`."""
        return math.floor((at - self.phase) / self.period)

    def first(self, at: float) -> int:
        """The first pass at or after `at`."""
        return math.ceil((at - self.phase) / self.period)

    def time(self, number: int) -> float:
        return self.phase + number * self.period


@dataclass(frozen=True, slots=True)
class Availability:
    """Online or not, since when, and until when that certainly holds without a new fault or command."""

    online: bool
    since: float
    valid_until: float


def availability(
    outages: Iterable[Span],
    passes: Passes,
    now: float,
    born: float,
    watched: Sequence[tuple[float, Watch]] = (),
    online: bool = True,
) -> Availability:
    """What the audit says now. `outages` are (start, end or None); `watched` says from when the audit looks how,
    in order, and always before the first. A subcloud begins as `online` when it was `born`."""
    spans = list(outages)
    since, strikes = born, 0
    for begin, end in pairwise([*edges(spans, watched, born), math.inf]):
        if begin > now:
            return Availability(online, since, begin)
        watch = next((how for start, how in reversed(watched) if start <= begin), "always")
        if watch == "never" or (watch == "while online" and not online):
            continue
        first = passes.first(begin)
        number = math.inf if math.isinf(end) else passes.first(end) - first  # how many passes fall into this stretch
        if number < 1:
            continue
        reachable = not any(start <= begin and (stop is None or begin < stop) for start, stop in spans)
        if reachable == online:
            strikes = 0
            continue
        needed = 1 if reachable else STRIKES - strikes
        if number < needed:
            strikes += int(number)
            continue
        at = passes.time(first + needed - 1)
        if at > now:
            return Availability(online, since, at)
        online, since, strikes = reachable, at, 0
    return Availability(online, since, math.inf)


def edges(outages: Iterable[Span], watched: Iterable[tuple[float, Watch]], born: float) -> list[float]:
    """The instants at which reachability or the audit's interest change, from the birth on."""
    times = {born}
    for start, end in outages:
        times.update(time for time in (start, end) if time is not None)
    times.update(start for start, _ in watched)
    return sorted(time for time in times if time >= born and not math.isinf(time))


def aggregate(statuses: Iterable[str]) -> str:
    """dcmanager's list quirk: the first endpoint's value, and out-of-sync as soon as any other differs."""
    first = ""
    for status in statuses:
        if first and status != first:
            return "out-of-sync"
        first = first or status
    return first
