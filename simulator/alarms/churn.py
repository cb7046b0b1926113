"""Alarms that come and go by themselves, at a steady low rate over the fleet.

Natural rate: one raise for each cloud in 100 minutes (times --speed), so 500 clouds see about five raises and five
clears a minute, and about one alarm of this kind stands at every third cloud. `POST /_control/churn` sets another rate
for the whole fleet, or stops it: then what stands keeps standing.

Nothing is stored. Churn has a time of its own ("turns", one raise for each cloud per turn) that runs as fast as the
rate says. Each cloud has two tracks of cycles two turns long; in each cycle one alarm is raised and cleared again,
at instants and of a kind that follow from the seed and the cycle's number. So the past can be told as well.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from simulator.alarms.alarm import Episode
from simulator.alarms.occasions import PASSING, draw
from simulator.clock import Clock
from simulator.fleet import Cloud
from simulator.identity import dice, stable_fraction, stable_hex

NATURAL_SECONDS = 6000.0  # between two raises of one cloud, at speed 1
TRACKS = 2
CYCLE = 2.0  # turns; TRACKS / CYCLE raises per turn and cloud


@dataclass(frozen=True, slots=True)
class Leg:
    """From `at` on, turns pass at `rate` per second, beginning with `turns`."""

    at: float
    turns: float
    rate: float


class Cycle(NamedTuple):
    """One raise and clear of a track; infinite when it will never come at the present rate."""

    track: int
    number: int
    raised_at: float
    ended_at: float


class Churn:
    def __init__(self, clock: Clock, clouds: int) -> None:
        self._clouds = max(1, clouds)
        self._natural = clock.speed / NATURAL_SECONDS
        self._legs = [Leg(clock.epoch, 0.0, self._natural)]

    def set_rate(self, at: float, on: bool, per_minute: float) -> None:
        """`per_minute` raises over the whole fleet; 0 while on: the natural rate."""
        rate = per_minute / 60 / self._clouds if per_minute > 0 else self._natural
        self._legs.append(Leg(at, self.turns(at), rate if on else 0.0))

    def turns(self, at: float) -> float:
        """Churn's own time at an instant; negative before the fleet's first start."""
        index = max(0, bisect_right(self._legs, at, key=lambda leg: leg.at) - 1)
        leg = self._legs[index]
        return leg.turns + (at - leg.at) * leg.rate

    def instant(self, turns: float) -> float:
        """When that turn is reached; infinity if the present rate never gets there."""
        first = self._legs[0]
        if turns <= first.turns:
            return first.at + (turns - first.turns) / first.rate
        for leg, following in zip(self._legs, self._legs[1:], strict=False):
            if turns < following.turns:
                return leg.at + (turns - leg.turns) / leg.rate
        last = self._legs[-1]
        if turns <= last.turns:
            return last.at
        return last.at + (turns - last.turns) / last.rate if last.rate else math.inf

    def episodes(self, cloud: Cloud, at: float, back: int = 0) -> Iterator[Episode]:
        """What stands then; with `back`, also that many earlier cycles of each track."""
        for cycle in self._cycles(cloud, at, back):
            if cycle.raised_at <= at and (back or at < cycle.ended_at):
                die = dice(cloud.seed, "churn", cycle.track, cycle.number)
                yield Episode(draw(cloud, die, PASSING, cycle.raised_at), cycle.ended_at)

    def changes(self, cloud: Cloud, at: float) -> Iterator[float]:
        """The instants around that one at which something of this kind is raised or cleared."""
        for cycle in self._cycles(cloud, at, 1):
            yield cycle.raised_at
            yield cycle.ended_at

    def _cycles(self, cloud: Cloud, at: float, back: int) -> Iterator[Cycle]:
        """The present cycle of each track, the next one, and `back` earlier ones."""
        now = self.turns(at)
        for track in range(TRACKS):
            shift = CYCLE * stable_fraction(cloud.seed, "churn", track)
            present = math.floor((now + shift) / CYCLE)
            for number in range(present - back, present + 2):
                digits = stable_hex(cloud.seed, "churn", track, number, "when")
                start = 0.45 * int(digits[:12], 16) / 16**12
                end = start + 0.02 + 0.28 * int(digits[12:24], 16) / 16**12
                begin = number - shift / CYCLE
                yield Cycle(track, number, self.instant((begin + start) * CYCLE), self.instant((begin + end) * CYCLE))
