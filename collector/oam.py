"""A subcloud's OAM address, for address patterns that name it: dcmanager tells it only one subcloud at a time."""

import logging

from collector.reading import Reading
from collector.site import Site
from sites import ingest
from starlingx.dcmanager import DcManager
from starlingx.errors import StarlingXError

log = logging.getLogger(__name__)
SECONDS = 20.0  # dcmanager asks the subcloud itself


async def learn(reading: Reading, site: Site) -> None:
    """Ask once and keep the answer. Without one the pattern makes no URL, which the look will say."""
    if site.number is None:
        return
    try:
        told = await DcManager(reading.doors.central).subcloud(site.number, detail=True, timeout=SECONDS)
    except StarlingXError as caught:
        log.debug("no OAM address of %s: %s", site.name, caught)
        return
    if told.oam_floating_ip:
        site.oam_ip = told.oam_floating_ip
        await reading.writer.run(ingest.record_oam_ip, site.cloud_id, site.oam_ip)
