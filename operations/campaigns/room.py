"""Whether a batch may begin beside what runs at other System Controllers: limits, neighbours and rings hold across."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from operations.campaigns.packing import adjacency
from operations.campaigns.plan import Batch, Plan, RosterRow
from operations.planning.problems import listed


class Rooms:
    """The limits of one plan, prepared for many questions."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

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
        if not busy:
            return ""
        return self._limits(batch, busy) or self._surroundings(batch, busy)

    def _limits(self, batch: Batch, busy: set[int]) -> str:
        limits, all_of_them = self._plan.limits, [*busy, *batch.sites]
        if len(all_of_them) > limits.overall:
            return f"{len(busy)} sites are worked on elsewhere, and at most {limits.overall} may be at once."
        rows = [self._rows[site] for site in all_of_them if site in self._rows]
        for region, count in sorted(Counter(row.region for row in rows).items()):
            most = limits.region(region)
            if most is not None and count > most:
                return f"With it {count} sites of {region or 'no region'} would be worked on; at most {most} may be."
        for link, count in sorted(Counter(row.link for row in rows if row.link).items()):
            most = limits.link(link)
            if most is not None and count > most:
                return f"With it {count} sites behind {link} would be worked on; at most {most} may be."
        return ""

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

    def _name(self, site: int) -> str:
        return self._rows[site].name

    def _where(self, sites: Iterable[int]) -> str:
        """Not which: whoever sees this batch need not see those."""
        return f" at {listed(sorted({self._rows[site].controller for site in sites}), 3)}"
