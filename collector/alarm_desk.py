"""T1 of one controller's clouds: looking, storing in batches, and what follows from what changed."""

import asyncio
import logging

from django.utils import timezone

from alarms.entity import parts
from alarms.ingest import Change
from collector import store
from collector.alarm_looks import look_at_alarms
from collector.batches import Batches
from collector.clocks import wrong_clock
from collector.outcomes import AlarmsLook
from collector.pacing import jittered, retry_after
from collector.reading import Reading, period
from collector.redo import Redo
from collector.services import FAULT
from collector.site import WAIT_SECONDS, Kind, Site
from sites.choices import Facet
from starlingx.errors import BadPattern, MissingService, Unauthorized, Unexpected

log = logging.getLogger(__name__)
FAULT_MANAGEMENT = "faultmanagement"
FAILURES_TO_LOSE = 2  # one lost connection is no lost site
BATCH = 200
NAMED_AT_MOST = 10
# Alarms after which the inventory may have changed, and those about what Kubernetes measures (platform §8.2, §2.8)
INVENTORY_ALARMS = ("250.", "280.002", "900.")
MEASURED_ALARMS = ("800.", "100.106", "100.108", "100.110", "100.112", "300.001")
SUBCLOUD_ALARMS = "280."


class AlarmDesk:
    """The look of Kind.ALARMS, and the batches it fills."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._redo = Redo[AlarmsLook](reading, Kind.ALARMS, lambda look: look.site, (Facet.ALARMS,))
        self.batches: Batches[AlarmsLook] = Batches(self._store, self._redo, most=BATCH)

    async def look(self, site: Site) -> float:
        """Seconds until the next look."""
        if self._reading.doors.waits_to_sign_in(site) and site.waits(Kind.ALARMS):
            return WAIT_SECONDS
        look = await self._look(site)
        if look.reached:
            site.failures = 0
        elif look.reached is False:
            site.failures += look.tries
            if site.failures < FAILURES_TO_LOSE:
                look.reached = None
        if site.central:
            await self._note(look)
        if isinstance(look.problem, MissingService):
            self._reading.doors.reopen(site)
        await self.batches.put(look)
        return self._next(site, look)

    async def _look(self, site: Site) -> AlarmsLook:
        try:
            session = self._reading.doors.session(site)
        except BadPattern as caught:
            error = f"{caught}; {site.address_error}" if site.address_error else str(caught)
            return AlarmsLook(site, timezone.now(), reached=False, error=error, problem=caught)
        try:
            look = await look_at_alarms(site, session, self._reading.writer.losses)
        except Exception as caught:  # a fault of ours at one site: it stands beside its alarms
            log.exception("the look at the alarms of %s failed", site.name)
            fault = Unexpected(FAULT.format(type(caught).__name__))
            return AlarmsLook(site, timezone.now(), reached=None, error=str(fault), problem=fault)
        look.clock = wrong_clock(session.server_clock_skew)
        return look

    async def _note(self, look: AlarmsLook) -> None:
        services = self._reading.services
        if look.problem is not None:
            services.note_failure(FAULT_MANAGEMENT, look.requested_at, look.problem)
        else:
            seconds = (timezone.now() - look.requested_at).total_seconds()
            await services.note_success(FAULT_MANAGEMENT, look.requested_at, seconds)

    def _next(self, site: Site, look: AlarmsLook) -> float:
        watched = site.watched_until > asyncio.get_running_loop().time()
        if site.failures:
            longest = period("open_page" if watched else "subclouds" if site.online else "alarms")
            return retry_after(site.failures, longest)
        if isinstance(look.problem, Unauthorized):  # a Keystone locks accounts that knock too often
            return jittered(period("alarms"))
        return jittered(period("open_page" if watched else "central_alarms" if site.central else "alarms"))

    async def _store(self, looks: list[AlarmsLook]) -> None:
        reading = self._reading
        if doubtful := [look for look in looks if look.unchanged and look.memory != reading.writer.losses]:
            self._redo.dropped(doubtful)
            self._redo.again()
            looks = [look for look in looks if look not in doubtful]
        result = await reading.writer.run(store.store_alarms, looks, reading.token)
        for look in looks:
            look.site.tried |= Kind.ALARMS
            if look.snapshot is not None and look.site.cloud_id in result.stored:
                look.site.digest = look.digest
        self._follow(result.changes)
        self._say("lost contact with", result.lost)
        self._say("reaches again", result.returned)
        self._after_return(result.found)

    def _follow(self, changes: list[Change]) -> None:
        """Look elsewhere because of these alarms."""
        roster = self._reading.roster
        for change in changes:
            site = roster.by_cloud.get(change.cloud_id)
            if site is not None and site.central and change.alarm_id.startswith(SUBCLOUD_ALARMS):
                site = roster.by_name.get(parts(change.entity_instance_id).get("subcloud", ""))
                self._hasten(Kind.ALARMS, site)
            if change.alarm_id.startswith(INVENTORY_ALARMS):
                self._hasten(Kind.INVENTORY, site)
            if change.alarm_id.startswith(MEASURED_ALARMS):
                self._hasten(Kind.HEALTH, site)

    def _after_return(self, found: list[int]) -> None:
        """What could not be read while a cloud was out of reach is read now; the lanes' rates spread hundreds."""
        for cloud_id in found:
            site = self._reading.roster.by_cloud.get(cloud_id)
            for kind in site.failed & ~Kind.ALARMS if site is not None else ():
                self._hasten(kind, site)

    def _hasten(self, kind: Kind, site: Site | None) -> None:
        lane = self._reading.lanes.get(kind)
        if site is not None and lane is not None:
            lane.hasten(site, asyncio.get_running_loop().time())

    def _say(self, what: str, cloud_ids: list[int]) -> None:
        if cloud_ids:
            sites = self._reading.roster.by_cloud
            names = [sites[pk].name for pk in cloud_ids[:NAMED_AT_MOST] if pk in sites]
            more = f" and {len(cloud_ids) - len(names)} more" if len(cloud_ids) > len(names) else ""
            log.info("%s: %s %s%s", self._reading.config.name, what, ", ".join(names), more)
