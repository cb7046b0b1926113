"""What other operations do now at sites that share something with those of a plan: neighbours, rings, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Names = frozenset[str]  # of System Controllers


@dataclass(frozen=True, slots=True)
class Beside:
    """`near`: by site, where neighbours of it are worked on. `rings`: by site, its ring and where others of it are
    worked on. `regions` and `links`: at how many sites of each other campaigns are at work. Of no site more is told
    than its System Controller: whoever reads about a batch need not see it.
    """

    near: Mapping[int, Names] = field(default_factory=dict)
    rings: Mapping[int, tuple[str, Names]] = field(default_factory=dict)
    regions: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, int] = field(default_factory=dict)


NOTHING = Beside()


def nothing() -> Beside:
    return NOTHING
