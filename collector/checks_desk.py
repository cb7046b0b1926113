"""T4: a cloud is asked for its own health when somebody wants to know: the answer costs it seconds."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from collector.batches import Batches
from collector.reading import Reading
from collector.redo import Redo
from collector.services import FAULT
from collector.site import NEVER, Kind, Site
from sites import ingest as sites_ingest
from sites.choices import Facet
from sites.ingest import FailedLook, HealthSnapshot
from starlingx.errors import StarlingXError
from starlingx.sysinv import SysInv

log = logging.getLogger(__name__)
BATCH = 100


@dataclass(slots=True)
class ChecksLook:
    """What one cloud said, or why it said nothing."""

    site: Site
    requested_at: datetime
    answer: HealthSnapshot | str


class ChecksDesk:
    """The look of Kind.CHECKS, and the batches it fills."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        redo = Redo[ChecksLook](reading, Kind.CHECKS, lambda look: look.site, (Facet.HEALTH_QUERY,))
        self.batches: Batches[ChecksLook] = Batches(self._store, redo, most=BATCH)

    async def look(self, site: Site) -> float:
        """Only where somebody asked; the next look is planned by whoever asks again."""
        if Kind.CHECKS not in site.asked:
            return NEVER
        site.asked &= ~Kind.CHECKS
        await self.batches.put(await self._look(site))
        return NEVER

    async def _look(self, site: Site) -> ChecksLook:
        at = timezone.now()
        try:
            checks = await SysInv(self._reading.doors.session(site)).health()
        except StarlingXError as caught:
            return ChecksLook(site, at, str(caught))
        except Exception as caught:  # a fault of ours at one site: it stands beside what the site said before
            log.exception("the health query of %s failed", site.name)
            return ChecksLook(site, at, FAULT.format(type(caught).__name__))
        return ChecksLook(site, at, HealthSnapshot(site.cloud_id, at, checks))

    async def _store(self, looks: list[ChecksLook]) -> None:
        await self._reading.writer.run(store, looks, self._reading.token)
        for look in looks:
            look.site.tried |= Kind.CHECKS
            if isinstance(look.answer, str):
                look.site.failed |= Kind.CHECKS  # asked again when the site is back in reach
            else:
                look.site.failed &= ~Kind.CHECKS


def store(looks: list[ChecksLook], lease_token: int) -> None:
    """Rows from looks; what a cloud said before stays where it said nothing now, with the reason beside it."""
    now = timezone.now()
    told = [look.answer for look in looks if not isinstance(look.answer, str)]
    if told:
        sites_ingest.record_health_answers(told, lease_token=lease_token, now=now)
    silent = [
        FailedLook(look.site.cloud_id, look.requested_at, look.answer) for look in looks if isinstance(look.answer, str)
    ]
    sites_ingest.failed(Facet.HEALTH_QUERY, silent, lease_token=lease_token, now=now)
