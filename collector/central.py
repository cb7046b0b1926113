"""T0: what the System Controller tells of all its subclouds in three calls."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from django.utils import timezone

from collector import store
from collector.doubt import believable, missing
from collector.pacing import jittered, retry_after
from collector.progress import Sweeps
from collector.reading import Reading, period
from collector.site import Kind, Site
from collector.writer import DatabaseLostError
from operations.ingest import record_options
from sites import ingest
from sites.choices import Facet
from sites.ingest import FailedLook
from starlingx.dcmanager import DcManager
from starlingx.errors import MissingService, StarlingXError, Unexpected
from starlingx.records import Subcloud
from starlingx.strategies import Strategies

log = logging.getLogger(__name__)
DCMANAGER = "dcmanager"
DOUBT_STEP = 4  # a list in doubt is asked for again after some ten seconds: what made it short may be over then
GROUP_SECONDS = 20.0  # few rows; and the list of subclouds waits for them
LIST_SECONDS = 60.0  # a list of thousands costs dcmanager seconds


class Doubted(Unexpected):
    """The list lacks a part of the fleet, and nothing yet says that it is right."""


class Central:
    """Reads groups, subclouds and alarm counts of one controller, stores them, and plans the looks that follow."""

    def __init__(self, reading: Reading, sweeps: Sweeps) -> None:
        self._reading = reading
        self._sweeps = sweeps
        self._listed = asyncio.Event()
        self._doubted: frozenset[int] | None = None  # what was missing from the last list, if it was not believed

    def _dcmanager(self) -> DcManager:
        return DcManager(self._reading.doors.central)

    async def poll_subclouds(self) -> None:
        """Groups first, so that a new subcloud finds its home; without them subclouds keep the homes they have."""
        reading = self._reading
        try:
            await self._poll_groups()
            reading.services.recovered(DCMANAGER, "groups")
        except (StarlingXError, DatabaseLostError):
            pass  # it stands in dcmanager's row, or in the log of the writer
        except Exception as caught:  # a fault of ours with the groups is none with the subclouds
            if reading.services.stumbled(DCMANAGER, "groups", caught):
                log.exception("the reading of groups failed")
        requested_at = timezone.now()
        subclouds = await self._believed(requested_at)
        memory = reading.writer.losses
        differing = reading.roster.differing(subclouds, memory)
        recorded = await reading.writer.run(
            store.store_subclouds, reading.config.controller_id, subclouds, differing, requested_at, reading.token
        )
        if recorded is None:  # dropped: a newer lease was given to another collector
            return
        known: dict[int, str] = {}
        if reading.doors.uses_oam_ip:  # before the roster takes the list: what fails until then is done again
            known = await reading.writer.run(ingest.oam_ips, reading.config.controller_id)
        news = reading.roster.stored(subclouds, recorded.clouds, recorded.homeless, memory)
        for site in news.added:
            site.oam_ip = known.get(site.cloud_id, "")
        plan_first(reading, news.added)
        self._hasten(news.changed)
        self._listed.set()
        self._sweeps.polled("subclouds")

    async def poll_counts(self) -> None:
        """Counts only say when to look: a site whose counts changed is looked at now."""
        reading = self._reading
        await self._listed.wait()  # counts name subclouds by their name
        requested_at = timezone.now()
        summaries = await reading.services.ask(DCMANAGER, "alarms", self._dcmanager().alarms(timeout=LIST_SECONDS))
        reported, changed = reading.roster.count_changes(summaries)
        self._hasten(changed)  # first: the roster knows these counts now, and would not tell of them again
        await reading.writer.run(
            ingest.record_counts, reported, requested_at=requested_at, lease_token=reading.token, now=timezone.now()
        )
        self._sweeps.polled("alarm_counts")

    async def _believed(self, requested_at: datetime) -> list[Subcloud]:
        """The list, unless it cannot be taken: then the fleet stays as it is, and the reason is shown beside it."""
        reading = self._reading
        try:
            return await reading.services.ask(DCMANAGER, "subclouds", self._weighed())
        except Unexpected as caught:
            failures = [FailedLook(cloud_id, requested_at, str(caught)) for cloud_id in self._concerned(caught)]
            await reading.writer.run(
                ingest.failed, Facet.SUBCLOUD, failures, lease_token=reading.token, now=timezone.now()
            )
            raise

    async def _weighed(self) -> list[Subcloud]:
        subclouds = await self._dcmanager().subclouds(timeout=LIST_SECONDS)
        await self._weigh({subcloud.id: subcloud.region_name for subcloud in subclouds})
        return subclouds

    def _concerned(self, problem: Unexpected) -> list[int]:
        """Clouds that nothing usable was told of: all, or the controller's own and those that a doubted list lacks."""
        sites = self._reading.roster.by_cloud.items()
        lost = self._doubted if isinstance(problem, Doubted) else None
        return [cloud_id for cloud_id, site in sites if lost is None or site.central or site.number in lost]

    async def _weigh(self, told: dict[int, str]) -> None:
        """Raises Doubted for a list that takes away a part of the fleet, until it was told twice."""
        reading = self._reading
        known, removable = reading.roster.regions(), reading.roster.unmanaged()
        if not known:  # the first list under this lease
            known = await reading.writer.run(ingest.region_names, reading.config.controller_id)
            removable = await reading.writer.run(ingest.unmanaged, reading.config.controller_id)
        lost = missing(known, told)
        if believable(lost, len(told), removable, self._doubted):
            self._doubted = None
            return
        self._doubted = lost
        named = f"the list names {len(known) - len(lost)} of {len(known)} known subclouds"
        raise Doubted(f"{named} and {len(told)} in all; waiting for a second answer that lacks the others")

    async def _poll_groups(self) -> None:
        reading = self._reading
        requested_at = timezone.now()
        groups = await reading.services.ask(DCMANAGER, "groups", self._dcmanager().groups(timeout=GROUP_SECONDS))
        await reading.writer.run(
            ingest.record_groups,
            reading.config.controller_id,
            groups,
            requested_at=requested_at,
            now=timezone.now(),
        )

    async def poll_options(self) -> None:
        """How VIMs shall go about strategies. Few rows, and nothing else depends on them: a failure waits for the next
        round and is no mark against dcmanager."""
        reading = self._reading
        await self._listed.wait()
        requested_at = timezone.now()
        rows = await Strategies(reading.doors.central).options(timeout=LIST_SECONDS)
        await reading.writer.run(
            record_options, reading.config.controller_id, rows, requested_at=requested_at, now=timezone.now()
        )

    def _hasten(self, sites: Iterable[Site]) -> None:
        now = asyncio.get_running_loop().time()
        lanes = self._reading.lanes
        for site in sites:
            lanes[Kind.ALARMS].hasten(site, now)
            if site.needs(Kind.ADDRESS) and Kind.ADDRESS in lanes:
                lanes[Kind.ADDRESS].hasten(site, now)


def plan_first(reading: Reading, sites: Iterable[Site]) -> None:
    """First looks of every kind at once: the lanes' limits and rates spread them."""
    now = asyncio.get_running_loop().time()
    for site in sites:
        for kind, lane in reading.lanes.items():
            if site.needs(kind):
                lane.put(site, now)


async def every(name: str, reading: Reading, poll: Callable[[], Awaitable[None]]) -> None:
    """Poll at the pace of settings.POLL_SECONDS[name] until cancelled; while the breaker is open, only when it lets."""
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        begun = loop.time()
        if reading.services.breaker.allows(begun):
            failures = await _polled(name, reading, poll, failures)
        pause = retry_after(failures, period(name)) if failures else jittered(period(name))
        await asyncio.sleep(max(pause - (loop.time() - begun), 0.1))


async def _polled(name: str, reading: Reading, poll: Callable[[], Awaitable[None]], failures: int) -> int:
    """Failures in a row, with this one. Whoever raised has noted why: in the services' table, or in the log."""
    try:
        await poll()
    except Doubted:
        return max(failures + 1, DOUBT_STEP)
    except MissingService:
        reading.doors.reopen(reading.roster.central)
    except (StarlingXError, DatabaseLostError):
        pass
    except Exception as caught:  # a fault of ours in one poll must not end the others; the next round tries again
        if reading.services.stumbled(DCMANAGER, name, caught):
            log.exception("a poll (%s) failed", name)
    else:
        reading.services.recovered(DCMANAGER, name)
        return 0
    return failures + 1
