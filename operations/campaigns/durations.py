"""How long a site takes: learned for a release and site type, else estimated and called so; and how long a batch does.

A batch of many ends with its slowest site, so it usually takes longer than a site usually takes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from statistics import NormalDist

from operations.campaigns.strategy import Kind, StrategySpec, major

P50, P90 = 0.5, 0.9
_Z90 = NormalDist().inv_cdf(P90)
ENOUGH = 5  # sites that went well before what was learned is believed
PRESTAGE_MINUTES = (30.0, 60.0)
# Minutes (P50, P90) of AIO-SX; AIO-DX takes about double: estimates of starlingx-dcmanager.md 8.4, measured by nobody
ESTIMATES: Mapping[Kind, tuple[float, float]] = {
    Kind.SW_DEPLOY: (30.0, 60.0),
    Kind.PRESTAGE: PRESTAGE_MINUTES,
    Kind.KUBERNETES: (40.0, 80.0),
    Kind.KUBE_ROOTCA: (30.0, 60.0),
    Kind.FIRMWARE: (30.0, 60.0),
}
MAJOR_RELEASE = (90.0, 150.0)


@dataclass(frozen=True, slots=True)
class Duration:
    """Half of all sites take at most `p50`, nine of ten at most `p90`. `count`: learned from so many, 0 from none."""

    p50: timedelta
    p90: timedelta
    count: int = 0

    @property
    def is_estimate(self) -> bool:
        return self.count < ENOUGH


Learned = Mapping[tuple[str, str], Duration]  # by (release, site type); release "" stands for any of that kind


def is_upgrade(spec: StrategySpec, from_release: str) -> bool:
    """To another major release, which takes much longer than a patch does."""
    return spec.deploys and bool(from_release) and major(from_release) != major(spec.release_id)


def duration_of(site_type: str, spec: StrategySpec, learned: Learned, *, from_release: str = "") -> Duration:
    """Of this release and type, else of this type with any release, else an estimate.

    `from_release` like "26.03": to another major release takes longer than a patch does. `learned`: from the same.
    """
    for release in (spec.release_id or spec.release or spec.to_version, ""):
        found = learned.get((release, site_type))
        if found is not None and not found.is_estimate:
            return found
    return _estimate(site_type, spec, from_release)


def _estimate(site_type: str, spec: StrategySpec, from_release: str) -> Duration:
    p50, p90 = ESTIMATES[spec.kind]
    if is_upgrade(spec, from_release):
        p50, p90 = MAJOR_RELEASE
    if spec.kind is not Kind.PRESTAGE and "SX" not in site_type.upper():
        p50, p90 = 2 * p50, 2 * p90  # two controllers, one after the other; an unknown type is taken for that
    if spec.with_prestage:
        p50, p90 = p50 + PRESTAGE_MINUTES[0], p90 + PRESTAGE_MINUTES[1]
    return Duration(timedelta(minutes=p50), timedelta(minutes=p90))


@lru_cache(maxsize=4096)
def slowest(counts: tuple[tuple[Duration, int], ...], share: float) -> timedelta:
    """The time by which, in `share` of all cases, every one of these sites has ended. Logarithms are taken for normal.

    `counts`: how many sites there are of each duration, at least one altogether.
    """
    low = max(_quantile(duration, share) for duration, _ in counts)
    high = max(_quantile(duration, share ** (1 / sum(count for _, count in counts))) for duration, _ in counts)
    while high - low > 1.0:
        middle = (low + high) / 2
        if math.prod(_ended_by(duration, middle) ** count for duration, count in counts) < share:
            low = middle
        else:
            high = middle
    return timedelta(seconds=round(high))


def _spread(duration: Duration) -> float:
    return math.log(max(duration.p90 / duration.p50, 1.0)) / _Z90


def _quantile(duration: Duration, share: float) -> float:
    """Seconds."""
    z = NormalDist().inv_cdf(min(share, 1 - 1e-9))
    return duration.p50.total_seconds() * math.exp(_spread(duration) * z)


def _ended_by(duration: Duration, seconds: float) -> float:
    """The share of sites that have ended by then."""
    median, spread = duration.p50.total_seconds(), _spread(duration)
    if spread < 1e-9:
        return 1.0 if seconds >= median else 0.0
    return NormalDist().cdf(math.log(seconds / median) / spread)
