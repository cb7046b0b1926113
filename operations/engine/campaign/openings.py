"""Whether a batch may begin now and end in time, for all of its sites: their windows, and the freezes. By the same
durations as its plan was made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from operations.campaigns.calendars import Calendar, Opening, fits
from operations.engine.campaign.alike import Alike

ANY_TIME = Opening(True)


class Openings:
    """Answers for batches of one campaign at one moment; kinds of sites with the same calendar are reckoned once.

    `around`: what is to be done before the work at the sites, besides it. Of a batch that has begun that is none, or
    it would be taken back while it is prepared.
    """

    def __init__(self, kinds: Mapping[int, Sequence[Alike]], now: datetime, around: timedelta) -> None:
        self._kinds, self._now, self._around = kinds, now, around
        self._known: dict[tuple[Calendar, timedelta], Opening] = {}

    def of(self, number: int) -> Opening:
        """Of that batch: open only where it is for every site; else when it will be for the last of them, with that
        one's reason."""
        told = ANY_TIME
        for kind in self._kinds.get(number, ()):
            one = self._one(kind)
            if not one.is_open and (told.is_open or _later(one, told)):
                told = replace(one, reason=f"{kind.name}: {one.reason}")
            elif one.is_open and told.is_open and one.until and (told.until is None or one.until < told.until):
                told = one
        return told

    def _one(self, kind: Alike) -> Opening:
        key = (kind.calendar, kind.lasting + self._around)
        if key not in self._known:
            self._known[key] = fits(kind.calendar, self._now, key[1])
        return self._known[key]


def _later(one: Opening, other: Opening) -> bool:
    if one.opens is None or other.opens is None:
        return one.opens is None
    return one.opens > other.opens
