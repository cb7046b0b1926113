"""What stands against a site because of what covers for it: a neighbour, or a site of its ring, that is down now.

Of no other site more is told than its System Controller: who reads about this one need not see those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum

from operations.campaigns.reasons import Reason, hold
from operations.planning.problems import listed


class Up(StrEnum):
    """UNKNOWN is not up: nobody has told lately."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


def cover(ring: str, others: Collection[tuple[str, Up]]) -> Iterator[Reason]:
    """`others`: (System Controller, how it is) of the other sites of its `ring`, or of its neighbours where that is
    "" """
    whom = f"A site of its ring {ring}" if ring else "A neighbour of it"
    down, unknown = _at(others, Up.DOWN), _at(others, Up.UNKNOWN)
    if down:
        yield hold("neighbour-down", f"{whom} at {down} is down: nothing would take over while this one is worked on.")
    if unknown:
        sentence = f"Whether {whom[0].lower()}{whom[1:]} at {unknown} is up is not known: wait for a fresh look."
        yield hold("neighbour-unknown", sentence)


def _at(others: Collection[tuple[str, Up]], how: Up) -> str:
    return listed(sorted({controller for controller, up in others if up is how}), 3)
