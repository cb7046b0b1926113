"""Whether a batch may begin beside what runs at other System Controllers, and beside what other operations do.

Limits, neighbours and rings hold across. How many sites at once (`overall`) is this campaign's own measure; a region or
a link is everybody's, so sites that other campaigns work on there count. Only what is at work counts, never what waits,
and what has begun never asks again: so no two campaigns wait for each other for good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property

from operations.campaigns.beside import Beside, nothing
from operations.campaigns.packing import adjacency
from operations.campaigns.plan import Batch, Plan, RosterRow
from operations.planning.problems import listed


class Rooms:
    """The limits of one plan, prepared for many questions. `beside` is asked only where a batch might begin."""

    def __init__(self, plan: Plan, beside: Callable[[], Beside] = nothing) -> None:
        self._plan, self._ask = plan, beside

    @cached_property
    def _beside(self) -> Beside:
        return self._ask()

    @cached_property
    def _rows(self) -> dict[int, RosterRow]:
        return {row.id: row for row in self._plan.roster}

    @cached_property
    def _neighbours(self) -> dict[int, frozenset[int]]:
        return adjacency(self._plan.neighbours)

    @cached_property
    def _rings(self) -> dict[int, list[str]]:
        rings: dict[int, list[str]] = {}
        for ring, sites in self._plan.rings:
            for site in sites:
                rings.setdefault(site, []).append(ring)
        return rings

    def why_not(self, batch: Batch, running: Iterable[int]) -> str:
        """Why `batch` must wait while work is done on the sites `running`; "" when it need not. Names no site but its
        own."""
        busy = set(running)
        return self._limits(batch, busy) or self._surroundings(batch, busy) or self._others(batch)

    def _limits(self, batch: Batch, busy: set[int]) -> str:
        limits, own, others = self._plan.limits, self._of(batch.sites), self._of(busy)
        if busy and len(busy) + len(batch.sites) > limits.overall:
            return f"{len(busy)} sites are worked on elsewhere, and at most {limits.overall} may be at once."
        regions, links = (Counter(row.region for row in own), Counter(row.link for row in own if row.link))
        also = Counter(row.region for row in others), Counter(row.link for row in others)
        for region, count in sorted(regions.items()):
            at_work = also[0][region], self._beside.regions.get(region, 0)
            if why := _over(count, *at_work, limits.region(region), f"of {region or 'no region'}"):
                return why
        for link, count in sorted(links.items()):
            at_work = also[1][link], self._beside.links.get(link, 0)
            if why := _over(count, *at_work, limits.link(link), f"behind {link}"):
                return why
        return ""

    def _of(self, sites: Iterable[int]) -> list[RosterRow]:
        return [self._rows[site] for site in sites if site in self._rows]

    def _surroundings(self, batch: Batch, busy: set[int]) -> str:
        for site in batch.sites:
            near = self._neighbours.get(site, frozenset()) & busy
            if near:
                return f"{self._name(site)} has neighbours that are worked on{self._where(near)}."
        taken = {ring: site for site in busy for ring in self._rings.get(site, ())}
        for site in batch.sites:
            for ring in self._rings.get(site, ()):
                if ring in taken:
                    where = self._where({taken[ring]})
                    return f"{self._name(site)} is in ring {ring} with a site that is worked on{where}."
        return ""

    def _others(self, batch: Batch) -> str:
        """Of other operations."""
        for site in batch.sites:
            if where := self._beside.near.get(site):
                return f"{self._name(site)} has neighbours that another operation works on{_at(where)}."
            if site in self._beside.rings:
                ring, where = self._beside.rings[site]
                return f"{self._name(site)} is in ring {ring} with a site that another operation works on{_at(where)}."
        return ""

    def _name(self, site: int) -> str:
        return self._rows[site].name

    def _where(self, sites: Iterable[int]) -> str:
        """Not which: whoever sees this batch need not see those."""
        return _at({self._rows[site].controller for site in sites})


def _at(controllers: Iterable[str]) -> str:
    return f" at {listed(sorted(controllers), 3)}"


def _over(count: int, ours: int, others: int, most: int | None, which: str) -> str:
    """Whether `count` more sites are too many beside `ours`, and `others` of other campaigns. Alone they never are: the
    plan was made so."""
    together = count + ours + others
    if most is None or together <= most or not ours + others:
        return ""
    told = f", {others} of them by other campaigns" if others else ""
    return f"With it {together} sites {which} would be worked on{told}; at most {most} may be."
