"""How far the reading of one controller has got: for /readyz, for the System Controller page, for the demo."""

import asyncio
from datetime import datetime, timedelta

from django.utils import timezone

from collector.reading import Reading
from collector.services import Services
from collector.site import Kind
from sites.ingest import Progress


class Sweeps:
    """A sweep is over when every cloud that dcmanager calls online was looked at once since the last one."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._swept: dict[Kind, datetime] = {}
        self._t0_parts: dict[str, datetime] = {}

    @property
    def services(self) -> Services:
        return self._reading.services

    def polled(self, part: str) -> None:
        """This part of T0 was read and stored."""
        self._t0_parts[part] = timezone.now()

    @property
    def listed(self) -> bool:
        """Whether it is known which subclouds there are."""
        return "subclouds" in self._t0_parts

    def done(self, kind: Kind) -> bool:
        """Whether all were looked at once under this lease, offline ones too."""
        return self.listed and (kind in self._swept or all(kind in site.tried for site in self._reading.roster.sites))

    def progress(self) -> Progress:
        for kind in (Kind.ALARMS, Kind.INVENTORY):
            self._finish_sweep(kind)
        late, oldest = self._reading.lanes[Kind.ALARMS].overdue(asyncio.get_running_loop().time())
        return Progress(
            t0_at=min(self._t0_parts.values()) if {"subclouds", "alarm_counts"} <= self._t0_parts.keys() else None,
            t1_swept_at=self._swept.get(Kind.ALARMS),
            t2_swept_at=self._swept.get(Kind.INVENTORY),
            t1_due=late,
            t1_oldest_at=_moment(oldest),
            breaker_open_until=_moment(self._reading.services.breaker.open_until),
        )

    def _finish_sweep(self, kind: Kind) -> None:
        sites = self._reading.roster.sites
        if kind in self._reading.lanes and self.listed and all(kind in s.tried for s in sites if s.online):
            self._swept[kind] = timezone.now()
            for site in sites:
                site.tried &= ~kind


def _moment(loop_time: float | None) -> datetime | None:
    """An event loop time as a moment."""
    if loop_time is None:
        return None
    return timezone.now() + timedelta(seconds=loop_time - asyncio.get_running_loop().time())
