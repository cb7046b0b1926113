"""Regions as administrators change them. Brakes, freezes, scopes and plans hold a region by its name, so that it keeps
the name, and stays, while one of them has it: else its sites would be out of that brake, freeze or scope unseen."""

from collections.abc import Callable
from datetime import datetime

from sites.models import Brake, Cloud, ScopeGrant

NAMED_BY: list[
    Callable[[str, datetime], str]
] = []  # of the apps above: who holds that name, as a sentence; "" for none


def why_kept(name: str, now: datetime) -> list[str]:
    """Why a region cannot be deleted now, in sentences; [] where it can."""
    braked = Brake.objects.filter(region=name, on=True).exists()
    grants = ScopeGrant.objects.filter(region=name).count()
    found = [
        "Its brake is on: release it first." if braked else "",
        f"Scopes of people are for it: {grants}. Take these away first." if grants else "",
        *(why(name, now) for why in NAMED_BY),
    ]
    return [sentence for sentence in found if sentence]


def why_called_so(name: str, now: datetime) -> list[str]:
    """Why it cannot get another name: what lies in it has that name until it is looked at next, or for good."""
    inside = Cloud.objects.filter(region=name, removed_at=None).count()
    lie = f"Subclouds lie in it ({inside:,}): make a new region with its boxes, and delete this one." if inside else ""
    return [*why_kept(name, now), *([lie] if lie else [])]
