"""Alarms that have stood for days when the fleet is first seen: every real site has a few nobody gets round to."""

from __future__ import annotations

from simulator.alarms.alarm import Episode
from simulator.alarms.occasions import LASTING, draw
from simulator.fleet import Cloud
from simulator.identity import dice

HOUR = 3600.0
NUMBERS = (0, 1, 2, 3, 5)
WEIGHTS = (66, 20, 9, 4, 1)


def episodes(cloud: Cloud, epoch: float) -> list[Episode]:
    """They stand until somebody clears them; raised one hour to thirty days before the epoch."""
    die = dice(cloud.seed, "background alarms")
    number = die.choices(NUMBERS, WEIGHTS)[0]
    oldest = min(cloud.age, 30 * 24 * HOUR)
    return [Episode(draw(cloud, die, LASTING, epoch - die.uniform(HOUR, max(2 * HOUR, oldest))))
            for _ in range(number)]
