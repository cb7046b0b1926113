"""Alarms that have stood for days when the fleet is first seen: every real site has a few nobody gets round to."""

from __future__ import annotations

from bisect import bisect_right

from simulator.alarms.alarm import Episode
from simulator.alarms.occasions import LASTING, draw
from simulator.fleet import Cloud
from simulator.identity import dice, stable_fraction

HOUR = 3600.0
NUMBERS = (0.66, 0.86, 0.95, 0.99)  # share of the sites with none, at most one, at most two, at most three


def episodes(cloud: Cloud, epoch: float) -> list[Episode]:
    """They stand until cleared by hand; raised an hour to thirty days before the epoch. None at a central cloud, nor at
    a subcloud that was added since."""
    if cloud.kind == "central" or cloud.age <= 0:
        return []
    number = bisect_right(NUMBERS, stable_fraction(cloud.seed, "background alarms"))
    if not number:
        return []
    die = dice(cloud.seed, "background alarms")
    oldest = max(2 * HOUR, min(cloud.age, 30 * 24 * HOUR))
    return [Episode(draw(cloud, die, LASTING, epoch - die.uniform(HOUR, oldest))) for _ in range(number)]
