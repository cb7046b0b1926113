"""Whether a batch may begin now and end in time, for all of its sites: their windows, and the freezes. By the same
durations as its plan was made with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from operations.campaigns.calendars import Calendar, Opening, fits

if TYPE_CHECKING:
    from operations.engine.campaign.book import Book

ANY_TIME = Opening(True)


class Openings:
    """Answers for one campaign at one moment; sites with the same calendar are reckoned once.

    `around`: what is to be done before the work at the sites, besides it. Of a batch that has begun that is none, or
    it would be taken back while it is prepared.
    """

    def __init__(self, book: Book, now: datetime, around: timedelta) -> None:
        self._book, self._now, self._around = book, now, around
        self._known: dict[tuple[Calendar, timedelta], Opening] = {}

    def of(self, sites: Iterable[int]) -> Opening:
        """Open only where it is for every site; else when it will be for the last of them, with that one's reason."""
        told = ANY_TIME
        for site in sites:
            one = self._one(site)
            if not one.is_open and (told.is_open or _later(one, told)):
                told = replace(one, reason=f"{self._book.sites[site].name}: {one.reason}")
            elif one.is_open and told.is_open and one.until and (told.until is None or one.until < told.until):
                told = one
        return told

    def _one(self, site: int) -> Opening:
        row = self._book.sites[site]
        key = (row.calendar, self._book.lasting[site] + self._around)
        if key not in self._known:
            self._known[key] = fits(row.calendar, self._now, key[1])
        return self._known[key]


def _later(one: Opening, other: Opening) -> bool:
    if one.opens is None or other.opens is None:
        return one.opens is None
    return one.opens > other.opens
