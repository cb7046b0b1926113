"""A subcloud's OAM address, for address patterns that name it: dcmanager tells it only one subcloud at a time.

For each answer dcmanager calls the subcloud itself, and what hangs there hangs here. So this has a lane of its own,
beside the few calls at once that T0 and central FM share, and a site that has none to tell is asked ever more seldom.
"""

import asyncio
import logging

from collector.pacing import jittered, retry_after
from collector.reading import Reading, period
from collector.site import NEVER, Kind, Site
from collector.writer import DatabaseLostError
from sites import ingest
from starlingx.dcmanager import DcManager
from starlingx.errors import StarlingXError

log = logging.getLogger(__name__)
AT_ONCE = 2
RATE = 20.0  # each second
SECONDS = 20.0  # dcmanager asks the subcloud itself
RETRY_STEP = 5  # a site that has none to tell is asked again after some 25 seconds, then ever later
WAITING = (Kind.ALARMS, Kind.INVENTORY, Kind.HEALTH)  # looks that may need the address
OFFLINE = "dcmanager tells no OAM address of a subcloud that is offline"
NOT_TOLD = "dcmanager does not tell the OAM address"


class AddressDesk:
    """The look of Kind.ADDRESS."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def look(self, site: Site) -> float:
        """Seconds until the next look. Whoever waits for the address looks now, with it or with the reason."""
        now = asyncio.get_running_loop().time()
        if not site.needs(Kind.ADDRESS):
            return NEVER
        if not self._reading.services.breaker.allows(now):  # dcmanager itself does not answer
            return jittered(period("subclouds"))
        try:
            site.oam_ip = await self._learn(site)
        except StarlingXError as caught:
            site.address_error = f"{NOT_TOLD}: {caught}"
        except DatabaseLostError:  # the writer has logged it
            return jittered(period("subclouds"))
        site.address_tries += 1
        if site.oam_ip:
            site.address_error = ""
        if site.oam_ip or site.address_tries == 1:
            self._hasten(site)
        return NEVER if site.oam_ip else retry_after(RETRY_STEP + site.address_tries - 1, period("inventory"))

    async def _learn(self, site: Site) -> str:
        """The address, stored; empty where there is none to tell."""
        if site.number is None or not site.online:  # whoever comes online is asked then
            site.address_error = OFFLINE
            return ""
        central = self._reading.doors.central.aside()
        told = await DcManager(central).subcloud(site.number, detail=True, timeout=SECONDS)
        site.address_error = "" if told.oam_floating_ip else NOT_TOLD
        if told.oam_floating_ip:
            await self._reading.writer.run(ingest.record_oam_ip, site.cloud_id, told.oam_floating_ip)
        return told.oam_floating_ip

    def _hasten(self, site: Site) -> None:
        for kind in WAITING:
            if (lane := self._reading.lanes.get(kind)) is not None:
                lane.hasten(site, asyncio.get_running_loop().time())
