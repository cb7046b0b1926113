"""Cables and disks that fail by themselves: rarer than other alarms, and with all that follows from a fault.

At the natural rate a site has one such mishap in 83 hours (divided by --speed), of two to five hours; so at any time
about one site in twenty-five has a port without a link or a disk less. They run on churn's own time and stop with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from simulator.alarms.churn import Churn
from simulator.alarms.conditions import osd_hosts
from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.identity import dice, stable_fraction, stable_hex

CYCLE = 50.0  # turns
KINDS = ("data cable", "platform cable", "osd")
WEIGHTS = (50, 10, 40)


def near(churn: Churn, cloud: Cloud, at: float, back: int = 0) -> Iterator[Fault]:
    """The mishap that holds then; with `back`, also those of so many earlier cycles."""
    for number, since, until in cycles(churn, cloud, at, back):
        if since <= at and (back or at < until):
            yield what(cloud, dice(cloud.seed, "mishap", number), -1 - number % 10**6, since, until)


def changes(churn: Churn, cloud: Cloud, at: float) -> Iterator[float]:
    """The instants around that one at which a mishap begins or ends."""
    for _, since, until in cycles(churn, cloud, at, 1):
        yield since
        yield until


def cycles(churn: Churn, cloud: Cloud, at: float, back: int) -> Iterator[tuple[int, float, float]]:
    """(number, begin, end) of the present cycle, the next one and `back` earlier ones; none at a central cloud."""
    if cloud.kind == "central":
        return
    shift = CYCLE * stable_fraction(cloud.seed, "mishaps")
    present = math.floor((churn.turns(at) + shift) / CYCLE)
    for number in range(present - back, present + 2):
        digits = stable_hex(cloud.seed, "mishap", number, "when")
        start = number * CYCLE - shift + 0.9 * CYCLE * int(digits[:12], 16) / 16**12
        end = start + CYCLE * (0.024 + 0.036 * int(digits[12:24], 16) / 16**12)
        yield number, churn.instant(start), churn.instant(end)


def what(cloud: Cloud, die: Random, identifier: int, since: float, until: float) -> Fault:
    """As a fault of the kinds people inject. A platform cable only where a second controller keeps the site going."""
    kind = die.choices(KINDS, WEIGHTS)[0]
    osds = len(osd_hosts(cloud))
    end = None if math.isinf(until) else until
    if kind == "osd" and osds:
        return Fault(identifier, "osd-lost", (cloud.key,), since, end, {"osd": die.randrange(osds)})
    host = die.choice(cloud.hosts)
    roles = ("oam", "mgmt") if kind == "platform cable" and len(cloud.hosts) > 1 else ("data",)
    port = die.choice([one for one in host.ports if one.role in roles])
    return Fault(identifier, "cable-pulled", (cloud.key,), since, end, {"host": host.hostname, "port": port.name})
