"""Looks whose results the database did not take are done again once it answers; the lanes' rates spread them."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

from django.db import connection
from django.utils import timezone

from collector.reading import Reading
from collector.site import Kind, Site
from sites import ingest as sites_ingest
from sites.choices import Facet
from sites.ingest import FailedLook

T = TypeVar("T")
NOT_STORED = "what was read cannot be stored ({}); the collector's log says more, which is worth a bug report"


class Redo(Generic[T]):
    """For one kind of look; `site_of` says whose a result is, None where another look comes soon anyway.

    `facets` are what such a look is about. Holds sites, not results: those are old by the time the database is back.
    """

    def __init__(
        self, reading: Reading, kind: Kind, site_of: Callable[[T], Site | None], facets: Collection[Facet]
    ) -> None:
        self._reading = reading
        self._kind = kind
        self._site_of = site_of
        self._facets = facets
        self._sites: set[Site] = set()

    def dropped(self, results: Sequence[T]) -> None:
        """These were not stored."""
        self._sites.update(site for result in results if (site := self._site_of(result)) is not None)

    async def refused(self, result: T, why: Exception) -> None:
        """What was read of a cloud cannot be stored: that stands beside what is known of it."""
        if (site := self._site_of(result)) is not None:
            await self._reading.writer.run(
                _note, site.cloud_id, self._facets, NOT_STORED.format(type(why).__name__), self._reading.token
            )

    async def database(self) -> None:
        """Raises DatabaseLostError while it does not answer."""
        await self._reading.writer.run(_ask)

    def again(self) -> None:
        """Look at all of them now."""
        sites, self._sites = self._sites, set()
        lane = self._reading.lanes.get(self._kind)
        now = asyncio.get_running_loop().time()
        for site in sites:
            if lane is not None and not site.gone:
                lane.hasten(site, now)


def _note(cloud_id: int, facets: Collection[Facet], error: str, lease_token: int) -> None:
    now = timezone.now()
    for facet in facets:
        sites_ingest.failed(facet, [FailedLook(cloud_id, now, error)], lease_token=lease_token, now=now)


def _ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
