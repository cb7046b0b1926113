"""Whether BMCs of sites to come answer from here: dcmanager's own question, without credentials."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

from sites.models import Controller
from starlingx.addresses import BMC_URL, expand
from starlingx.connector import Connector
from starlingx.errors import BadPattern
from starlingx.redfish import Redfish
from starlingx.secret import Secret

AT_ONCE = 50  # of 3 s each: 200 take 12 s at the most


async def silent_bmcs(controller: Controller, sites: Sequence[tuple[int, str]]) -> set[int]:
    """Keys of `sites`, (key, BMC address), whose BMC does not answer, or has no address that is asked.

    Certificates are not verified, as dcmanager does not either: nothing secret is sent, and nothing of the answer used.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    async with Connector(verify=False, limit=AT_ONCE) as connector:

        async def silent(address: str) -> bool:
            url = _url(controller, address)
            if not url:
                return True
            async with gate:
                return not await Redfish(connector, url, "", Secret("")).answers()

        found = await asyncio.gather(*(silent(address) for _, address in sites))
    return {key for (key, _), is_silent in zip(sites, found, strict=True) if is_silent}


def _url(controller: Controller, address: str) -> str:
    """Empty for addresses that mean this host or its neighbours (a sheet must not make the portal knock there), and
    where the pattern needs what a site has only when it is there."""
    pattern = controller.bmc_url or BMC_URL
    if "{id}" in pattern:
        return ""
    try:
        parsed = ip_address(address)
        if parsed.is_loopback or parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified:
            return ""
        return expand(pattern, id=0, bmc_address=address)
    except (ValueError, BadPattern):
        return ""
