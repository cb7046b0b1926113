"""Looks whose results the database did not take are done again once it answers; the lanes' rates spread them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import connection

from collector.reading import Reading
from collector.site import Kind, Site

T = TypeVar("T")


class Redo(Generic[T]):
    """For one kind of look; `site_of` says whose a result is, None where another look comes soon anyway.

    Holds sites, not results: those are old by the time the database is back.
    """

    def __init__(self, reading: Reading, kind: Kind, site_of: Callable[[T], Site | None]) -> None:
        self._reading = reading
        self._kind = kind
        self._site_of = site_of
        self._sites: set[Site] = set()

    def dropped(self, results: Sequence[T]) -> None:
        """These were not stored."""
        self._sites.update(site for result in results if (site := self._site_of(result)) is not None)

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


def _ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
