"""When dcmanager notices: audit passes, two strikes, and endpoint states, computed from the outages of a site.

A pass every 40 s (starlingx-dcmanager.md 4.1); online becomes offline at the second failed pass in a row, offline
becomes online at the first good one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

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
    outages: Iterable[tuple[float, float | None]], passes: Passes, now: float, born: float
) -> Availability:
    """What the audit says now. `outages` are (start, end or None), sorted by start."""
    since, next_change = born, math.inf
    for start, end in offline_spans(outages, passes):
        if start > now:
            return Availability(True, since, min(next_change, start))
        if now < end:
            return Availability(False, start, end)
        since = end
    return Availability(True, since, next_change)


def offline_spans(outages: Iterable[tuple[float, float | None]], passes: Passes) -> list[tuple[float, float]]:
    """(from, to) for each run of at least two failed passes; `to` is the first good pass."""
    spans = []
    for first, last in failed_runs(outages, passes):
        if last - first + 1 >= STRIKES:
            spans.append(
                (passes.time(first + STRIKES - 1), math.inf if math.isinf(last) else passes.time(int(last) + 1))
            )
    return spans


def failed_runs(outages: Iterable[tuple[float, float | None]], passes: Passes) -> list[tuple[int, float]]:
    """(first, last) numbers of passes that fail in a row; last is inf when no end is known."""
    runs: list[tuple[int, float]] = []
    for start, end in outages:
        first = passes.first(start)
        last = math.inf if end is None else passes.first(end) - 1
        if last < first:
            continue
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(runs[-1][1], last))
        else:
            runs.append((first, last))
    return runs


def aggregate(statuses: Iterable[str]) -> str:
    """dcmanager's list quirk: the first endpoint's value, and out-of-sync as soon as any other differs."""
    first = ""
    for status in statuses:
        if first and status != first:
            return "out-of-sync"
        first = first or status
    return first
