"""Whether BMCs of sites to come answer from here: dcmanager's own question, without credentials."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

from sites.models import Controller
from starlingx.addresses import BMC_URL, expand
from starlingx.connector import Connector
from starlingx.errors import BadPattern, StarlingXError
from starlingx.redfish import Redfish
from starlingx.secret import Secret

AT_ONCE = 50  # of 3 s each: 200 take 12 s at the most


async def silent_bmcs(controller: Controller, sites: Sequence[tuple[int, str]]) -> dict[int, str]:
    """{key: why, "" where nothing more is known} of those of `sites`, (key, BMC address), whose BMC does not answer,
    or has no address that is asked.

    Certificates are not verified, as dcmanager does not either: nothing secret is sent, and nothing of the answer used.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    async with Connector(verify=False, limit=AT_ONCE) as connector:

        async def silence(address: str) -> str | None:
            url = _url(controller, address)
            if not url:
                return ""
            async with gate:
                return await _silence(connector, url)

        found = await asyncio.gather(*(silence(address) for _, address in sites))
    return {key: why for (key, _), why in zip(sites, found, strict=True) if why is not None}


async def _silence(connector: Connector, url: str) -> str | None:
    """None: it answers. One BMC that speaks badly must not keep the others' sites waiting."""
    try:
        return None if await Redfish(connector, url, "", Secret("")).answers() else ""
    except StarlingXError as problem:  # what answers there cannot be spoken to, such as a TLS of old
        return str(problem)


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
