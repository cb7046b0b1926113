"""Measured health: Ceph's own word and the NIC exporter's, where the Kubernetes API of a cloud can be asked."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ceph import ingest as ceph_ingest
from ceph.ingest import HealthSnapshot
from collector.batches import Batches
from collector.pacing import jittered
from collector.reading import Reading, period
from collector.redo import Redo
from collector.services import FAULT
from collector.site import WAIT_SECONDS, Kind, Site
from network import ingest as network_ingest
from network.ingest import LinkSnapshot
from sites import ingest as sites_ingest
from sites.choices import Facet
from sites.ingest import FailedLook
from starlingx.errors import BadPattern, StarlingXError
from starlingx.kubernetes import Kubernetes

log = logging.getLogger(__name__)
BATCH = 100
SECONDS = 15.0


@dataclass(slots=True)
class HealthLook:
    """What one cloud's Kubernetes told: each part, or why not."""

    site: Site
    requested_at: datetime
    ceph: HealthSnapshot | str
    links: LinkSnapshot | str


class HealthDesk:
    """The look of Kind.HEALTH, and the batches it fills."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        redo = Redo[HealthLook](reading, Kind.HEALTH, lambda look: look.site, (Facet.CEPH_HEALTH, Facet.NIC_LINKS))
        self.batches: Batches[HealthLook] = Batches(self._store, redo, most=BATCH)

    async def look(self, site: Site) -> float:
        """Seconds until the next look."""
        if self._reading.doors.waits_for_kube(site) and site.waits(Kind.HEALTH):
            return WAIT_SECONDS
        watched = site.watched_until > asyncio.get_running_loop().time()
        pause = jittered(period("open_page" if watched else "health"))
        try:
            kube = self._reading.doors.kube(site)
        except BadPattern as caught:
            look = HealthLook(site, timezone.now(), str(caught), str(caught))
        else:
            try:
                look = await _ask(site, kube)
            except Exception as caught:  # a fault of ours at one site: it stands beside what was measured
                log.exception("the look at the health of %s failed", site.name)
                fault = FAULT.format(type(caught).__name__)
                look = HealthLook(site, timezone.now(), fault, fault)
        await self.batches.put(look)
        return pause

    async def _store(self, looks: list[HealthLook]) -> None:
        await self._reading.writer.run(store, looks, self._reading.token)
        for look in looks:
            look.site.tried |= Kind.HEALTH
            if isinstance(look.ceph, str):
                look.site.failed |= Kind.HEALTH
            else:
                look.site.failed &= ~Kind.HEALTH


def store(looks: list[HealthLook], lease_token: int) -> None:
    """Rows from looks; a part that was not read keeps its rows, and gets the reason beside it."""
    now = timezone.now()
    health = [look.ceph for look in looks if not isinstance(look.ceph, str)]
    links = [look.links for look in looks if not isinstance(look.links, str)]
    if health:
        ceph_ingest.record_health(health, lease_token=lease_token, now=now)
    if links:
        network_ingest.record_links(links, lease_token=lease_token, now=now)
    no_health = [_failure(look, look.ceph) for look in looks if isinstance(look.ceph, str)]
    no_links = [_failure(look, look.links) for look in looks if isinstance(look.links, str)]
    sites_ingest.failed(Facet.CEPH_HEALTH, no_health, lease_token=lease_token, now=now)
    sites_ingest.failed(Facet.NIC_LINKS, no_links, lease_token=lease_token, now=now)
    ceph_ingest.doubt([failure.cloud_id for failure in no_health], now=now)
    network_ingest.doubt([failure.cloud_id for failure in no_links], now=now)


def _failure(look: HealthLook, why: str) -> FailedLook:
    return FailedLook(look.site.cloud_id, look.requested_at, why)


async def _ask(site: Site, kube: Kubernetes) -> HealthLook:
    at = timezone.now()
    ceph: HealthSnapshot | str
    links: LinkSnapshot | str
    try:
        ceph = HealthSnapshot(site.cloud_id, at, await kube.ceph_clusters(timeout=SECONDS))
    except StarlingXError as caught:
        ceph = str(caught)
    try:
        links = LinkSnapshot(site.cloud_id, at, await kube.nic_links(timeout=SECONDS))
    except StarlingXError as caught:
        links = str(caught)
    return HealthLook(site, at, ceph, links)
