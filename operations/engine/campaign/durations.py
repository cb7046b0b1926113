"""How long a strategy takes at one site: nine of ten, learned by kind of strategy and of site, else estimated."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings

from operations.engine.usual import usual

# Minutes, AIO-SX and AIO-DX: estimates of starlingx-dcmanager.md 8.4, not measured by anybody
ESTIMATES = {
    "sw-deploy": (40, 80), "kubernetes": (40, 80), "kube-rootca-update": (40, 80), "firmware": (30, 60),
    "prestage": (40, 40),
}  # fmt: skip


def phase_of(kind: str) -> str:
    """The name by which spans of a whole strategy at one site are kept (PhaseSpan)."""
    return f"strategy {kind}"[:64]


def p90(kind: str, profiles: Iterable[str]) -> dict[str, timedelta]:
    """By kind of site."""
    names = set(profiles)
    known = usual(names)
    found = {}
    for name in names:
        told = known.get((phase_of(kind), name))
        minutes = ESTIMATES.get(kind, (60, 120))["DX" in name.upper()]
        found[name] = timedelta(seconds=told.p90) if told else timedelta(minutes=minutes) / settings.SPEED
    return found
