"""How long phases usually take: learned from those that went well, else estimated (and called so)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

ENOUGH = 5  # phases that went well before the learned figures are believed
# Minutes, AIO-SX and AIO-DX: estimates of starlingx-dcmanager.md 8.3, not measured by anybody
ESTIMATES: dict[str, tuple[float, float]] = {
    "creating": (2, 2), "pre-install": (1, 1), "installing": (35, 35), "pre-bootstrap": (1, 1),
    "bootstrapping": (30, 30), "pre-config": (1, 1), "configuring": (20, 70), "online": (2, 2),
}  # fmt: skip
FOR_A_MINUTE = timedelta(minutes=1)
MOST_CACHED = 64
_cache: dict[str, tuple[datetime, dict[tuple[str, str], "Usual"]]] = {}
_LEARNED = """
SELECT phase, profile, count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
    ORDER BY extract(epoch FROM ended_at - began_at))
FROM operations_phasespan WHERE completed AND profile = ANY(%s) GROUP BY phase, profile
"""


@dataclass(frozen=True, slots=True)
class Usual:
    """Seconds. `count` 0: an estimate, whose `p50` is None."""

    p50: float | None
    p90: float
    count: int


def usual_cached(profile: str, now: datetime) -> dict[tuple[str, str], Usual]:
    """The same for one profile, at most a minute old: jobs ask at every look."""
    at, known = _cache.get(profile, (None, {}))
    if at is None or abs(now - at) > FOR_A_MINUTE:
        known = usual([profile])
        _cache[profile] = (now, known)
        while len(_cache) > MOST_CACHED:
            del _cache[next(iter(_cache))]
    return known


def usual(profiles: Iterable[str]) -> dict[tuple[str, str], Usual]:
    """By (phase, profile), for phases that were learned or are estimated. One query."""
    names = sorted(set(profiles))
    found = {(phase, name): estimate for name in names for phase, estimate in _estimates(name).items()}
    with connection.cursor() as cursor:
        cursor.execute(_LEARNED, [names])
        for phase, name, count, (p50, p90) in cursor.fetchall():
            if count >= ENOUGH:
                found[phase, name] = Usual(p50, p90, count)
    return found


def is_stuck(phase: str, profile: str, seconds: float, known: Mapping[tuple[str, str], Usual]) -> bool:
    """Twice as long as nine of ten, and never for less than a minute of the fleet's time."""
    told = known.get((phase, profile))
    return told is not None and seconds > max(2 * told.p90, 60.0 / settings.SPEED)


def _estimates(profile: str) -> dict[str, Usual]:
    duplex = "DX" in profile.upper() or "duplex" in profile.lower()
    return {phase: Usual(None, pair[duplex] * 60 / settings.SPEED, 0) for phase, pair in ESTIMATES.items()}
