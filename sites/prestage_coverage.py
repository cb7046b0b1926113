"""How many sites have a release prestaged: together, by System Controller, by region. And which releases there are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from sites.access import Scopes
from sites.choices import CloudKind
from sites.models import Cloud, Release
from sites.prestage import PrestageState, with_prestage
from sites.selectors import subclouds

NUMBERS = re.compile(r"\d+")


@dataclass(slots=True)
class Tally:
    """Sites by state. `oldest`: when the oldest reading that one of them rests on was made, None where none does.
    `key`: what a filter of the list calls the place; None for all of them."""

    key: str | None = None
    name: str = ""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PrestageState.values, 0))
    oldest: datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def have(self) -> int:
        """Sites where the data are: prestaged, or deployed already."""
        return self.counts[PrestageState.PRESTAGED] + self.counts[PrestageState.DEPLOYED]

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all of them; None of no sites."""
        return 100 * self.have // self.total if self.total else None

    def add(self, state: str, sites: int, oldest: datetime | None) -> None:
        self.counts[state] += sites
        self.oldest = min(filter(None, (self.oldest, oldest)), default=None)


@dataclass(frozen=True, slots=True)
class Coverage:
    """`controllers` and `regions` by name; the last region may be "", of sites that have none."""

    all: Tally
    controllers: list[Tally]
    regions: list[Tally]


def coverage(clouds: QuerySet[Cloud], release: str, now: datetime) -> Coverage:
    """Of these subclouds. One query."""
    rows = with_prestage(clouds, release, now).order_by()
    counted = rows.values_list("controller_id", "controller__name", "region", "prestage").annotate(
        sites=Count("pk"), oldest=Min("prestage_read_at")
    )
    everything, controllers, regions = Tally(), dict[str, Tally](), dict[str, Tally]()
    for controller, name, region, state, sites, oldest in counted:
        own = controllers.setdefault(str(controller), Tally(str(controller), name))
        for tally in (everything, own, regions.setdefault(region, Tally(region or "-", region))):
            tally.add(state, sites, oldest)
    return Coverage(everything, _by_name(controllers.values()), _by_name(regions.values()))


def known_releases(scopes: Scopes) -> list[dict[str, Any]]:
    """Releases that the System Controllers of sites in scope tell of, the newest first: `release_id`, and by USM's
    `state` at how many of them: {"release_id": "starlingx-26.09.1", "states": {"deployed": 2}}. One query."""
    rows = Release.objects.filter(
        cloud__kind=CloudKind.CENTRAL, cloud__removed_at=None,
        cloud__controller__in=subclouds(scopes).order_by().values("controller_id"),
    )  # fmt: skip
    found: dict[str, dict[str, int]] = {}
    for release, state, number in rows.order_by().values_list("release_id", "state").annotate(n=Count("pk")):
        found.setdefault(release, {})[state] = number
    newest_first = sorted(found, key=lambda release: (_numbers(release), release), reverse=True)
    return [{"release_id": release, "states": found[release]} for release in newest_first]


def _numbers(release: str) -> list[int]:
    return [int(digits[:9]) for digits in NUMBERS.findall(release)]


def _by_name(tallies: Iterable[Tally]) -> list[Tally]:
    return sorted(tallies, key=lambda tally: (not tally.name, tally.name))
