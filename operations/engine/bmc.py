"""The BMCs of a subcloud's servers, for taking it out of service: asked and told over Redfish."""

import logging
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from django.db.models import Q

from hosts.models import Host
from operations.engine.doors import trusting
from operations.kinds import BMC
from operations.models import RunSecret, Target
from sites.credentials import unseal
from sites.models import Controller
from starlingx.addresses import BMC_URL, expand
from starlingx.connector import Connector
from starlingx.errors import BadValue, StarlingXError
from starlingx.records import ComputerSystem
from starlingx.redfish import Redfish
from starlingx.secret import Secret

log = logging.getLogger(__name__)
OFF = "Off"
NO_BMC = "No BMC of this subcloud is known: power it down by hand, and the rest follows."


@dataclass(frozen=True, slots=True)
class Bmcs:
    """How to reach them: one URL for each server. Made before the loop, as it takes rows."""

    urls: tuple[str, ...]
    username: str
    password: Secret = field(repr=False)


def bmcs_of(controller: Controller, target: Target) -> Bmcs | None:
    """None without a password for this run. Raises BadPattern, CannotUnsealError."""
    mine = Q(target=None) | Q(target=target)
    row = RunSecret.objects.filter(mine, operation=target.operation_id, name=BMC).order_by("target").first()
    if row is None:
        return None
    addresses = Host.objects.filter(cloud=target.cloud_id).exclude(bmc_ip="").order_by("hostname")
    pattern = controller.bmc_url or BMC_URL
    management, oam = (target.cloud.management_start_ip, target.cloud.oam_ip) if target.cloud else ("", "")
    urls = [
        expand(
            pattern, id=target.dcmanager_id or 0, region_name=target.region_name, management_start_ip=management,
            oam_ip=oam, bmc_address=address,
        )
        for address in addresses.values_list("bmc_ip", flat=True)
    ]  # fmt: skip
    username = str(target.facts.get("bmc_username", ""))
    return Bmcs(tuple(dict.fromkeys(urls)), username, Secret(unseal(row.sealed)))


async def power_state(controller: Controller, bmcs: Bmcs) -> str:
    """Off when every server is; On when one is not; "" where one of them cannot be asked."""
    try:
        states = {system.power_state for system in await _systems(controller, bmcs)}
    except StarlingXError as problem:
        log.warning("power of %s is not known: %s", ", ".join(bmcs.urls), problem)
        return ""
    return OFF if states == {OFF} else "On"


async def power_off(controller: Controller, bmcs: Bmcs) -> None:
    """Every server that is on. Raises StarlingXError; those that are off by then stay off, and nothing else is lost."""
    if not bmcs.urls:
        raise BadValue(NO_BMC)
    async with _connector(controller) as opened:
        for url in bmcs.urls:
            bmc = Redfish(opened, url, bmcs.username, bmcs.password)
            for system in await bmc.systems():
                if system.power_state != OFF:
                    await bmc.switch(system, "off")


def _connector(controller: Controller) -> AbstractAsyncContextManager[Connector]:
    """Unless somebody chose so, certificates are not verified, as StarlingX's own remote install does it: it gives its
    Redfish client no CA file, which then takes any certificate (dc:dccommon/rvmc.py, redfish_client)."""
    if not controller.bmc_verify:
        return trusting("", verify=False)
    return trusting(controller.bmc_ca_bundle or controller.ca_bundle)


async def _systems(controller: Controller, bmcs: Bmcs) -> list[ComputerSystem]:
    if not bmcs.urls:
        raise BadValue(NO_BMC)
    found: list[ComputerSystem] = []
    async with _connector(controller) as opened:
        for url in bmcs.urls:
            found += await Redfish(opened, url, bmcs.username, bmcs.password).systems()
    return found
