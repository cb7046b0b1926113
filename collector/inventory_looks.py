"""T2 and T3: what sysinv and USM of one cloud know. Each facet stands or falls alone."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from ceph.ingest import StorageSnapshot
from collector.site import Site
from hosts.ingest import HostSnapshot
from network.ingest import NetworkSnapshot
from operations.ingest import VimSnapshot
from sites.choices import Facet
from sites.ingest import KubernetesSnapshot, ManagementNetwork, ReleaseSnapshot, SystemSnapshot
from starlingx.errors import StarlingXError, Unauthorized, Unexpected, Unreachable
from starlingx.records import Certificate, Host, System
from starlingx.session import CloudSession
from starlingx.sysinv import SysInv
from starlingx.usm import Usm
from starlingx.vim import KINDS, Vim

Read = Callable[[], Awaitable[None]]
NO_SYSTEM = "sysinv lists no system"
STACK = re.compile(r"-ipv[46]$")  # of a dual stack, pools of one network differ in this


@dataclass(slots=True)
class InventoryLook:
    """What was read of one cloud; None: not asked for, or its reason is in `failures`."""

    site: Site
    requested_at: datetime
    system: SystemSnapshot | None = None
    hosts: HostSnapshot | None = None
    network: NetworkSnapshot | None = None
    storage: StorageSnapshot | None = None
    releases: ReleaseSnapshot | None = None
    kubernetes: KubernetesSnapshot | None = None
    certificates: list[Certificate] | None = None
    vim: VimSnapshot | None = None
    failures: dict[Facet, StarlingXError] = field(default_factory=dict)
    wanted: frozenset[Facet] = frozenset()  # what was asked for

    @property
    def unreachable(self) -> bool:
        """Whether any part failed because nobody answered."""
        return any(isinstance(problem, Unreachable) for problem in self.failures.values())


INVENTORY_FACETS = frozenset({Facet.SYSTEM, Facet.HOSTS, Facet.PORTS, Facet.STORAGE, Facet.SOFTWARE, Facet.KUBERNETES})
WITH_HOSTS = frozenset({Facet.HOSTS, Facet.STORAGE})


async def look_at_inventory(
    site: Site, session: CloudSession, wanted: frozenset[Facet] = INVENTORY_FACETS
) -> InventoryLook:
    """T2, or the `wanted` parts of it. Never raises a StarlingXError.

    A cloud that does not answer the first call is not asked any more.
    """
    look = InventoryLook(site, timezone.now(), wanted=wanted)
    sysinv = SysInv(session)
    hosts: list[Host] = []
    try:
        if Facet.SYSTEM in wanted:
            _system(look, await sysinv.systems())
        if wanted & WITH_HOSTS:
            hosts = await sysinv.hosts()
    except StarlingXError as caught:
        if isinstance(caught, (Unreachable, Unauthorized)):
            look.failures = dict.fromkeys(wanted, caught)
            return look
        look.failures = dict.fromkeys(wanted - {Facet.SOFTWARE}, caught)
        await _parts(look, wanted & {Facet.SOFTWARE}, {Facet.SOFTWARE: lambda: _releases(look, session)})
        return look
    await _parts(
        look,
        wanted,
        {
            Facet.HOSTS: lambda: _hosts(look, sysinv, hosts),
            Facet.PORTS: lambda: _network(look, sysinv),
            Facet.STORAGE: lambda: _storage(look, sysinv, hosts),
            Facet.SOFTWARE: lambda: _releases(look, session),
            Facet.KUBERNETES: lambda: _kubernetes(look, sysinv),
        },
    )
    if site.central and Facet.SYSTEM in wanted:
        await _part(look, Facet.SYSTEM, lambda: _certificates(look, sysinv))
        await _part(look, Facet.SYSTEM, lambda: _management(look, sysinv))
    return look


async def _parts(look: InventoryLook, wanted: frozenset[Facet], reads: Mapping[Facet, Read]) -> None:
    await asyncio.gather(*(_part(look, facet, read) for facet, read in reads.items() if facet in wanted))


async def look_at_hosts(site: Site, session: CloudSession) -> InventoryLook:
    """T3: what changes while somebody looks. Never raises a StarlingXError."""
    look = InventoryLook(site, timezone.now())
    sysinv = SysInv(session)

    async def hosts() -> None:
        look.hosts = HostSnapshot(site.cloud_id, look.requested_at, await sysinv.hosts())

    await asyncio.gather(
        _part(look, Facet.HOSTS, hosts),
        _part(look, Facet.SOFTWARE, lambda: _releases(look, session)),
        _part(look, Facet.VIM, lambda: _orchestration(look, session)),
    )
    return look


async def _part(look: InventoryLook, facet: Facet, read: Read) -> None:
    try:
        await read()
    except StarlingXError as caught:
        look.failures[facet] = caught


def _system(look: InventoryLook, systems: list[System]) -> None:
    if systems:
        look.system = SystemSnapshot(look.site.cloud_id, look.requested_at, systems[0])
    else:
        look.failures[Facet.SYSTEM] = Unexpected(NO_SYSTEM)


async def _hosts(look: InventoryLook, sysinv: SysInv, hosts: list[Host]) -> None:
    look.hosts = HostSnapshot(look.site.cloud_id, look.requested_at, hosts, await sysinv.disks())


async def _network(look: InventoryLook, sysinv: SysInv) -> None:
    ports, interfaces, networks, datanetworks, neighbours = await asyncio.gather(
        sysinv.ethernet_ports(),
        sysinv.interfaces(),
        sysinv.interface_networks(),
        sysinv.interface_datanetworks(),
        sysinv.lldp_neighbours(),
    )
    look.network = NetworkSnapshot(
        look.site.cloud_id, look.requested_at, ports, interfaces, networks, datanetworks, neighbours
    )


async def _storage(look: InventoryLook, sysinv: SysInv, hosts: list[Host]) -> None:
    backends, clusters, osds, monitors = await asyncio.gather(
        sysinv.storage_backends(), sysinv.clusters(), sysinv.osds(), sysinv.ceph_mons()
    )
    names = {host.uuid: host.hostname for host in hosts}
    look.storage = StorageSnapshot(look.site.cloud_id, look.requested_at, backends, clusters, osds, monitors, names)


async def _releases(look: InventoryLook, session: CloudSession) -> None:
    look.releases = ReleaseSnapshot(look.site.cloud_id, look.requested_at, await Usm(session).releases())


async def _kubernetes(look: InventoryLook, sysinv: SysInv) -> None:
    look.kubernetes = KubernetesSnapshot(look.site.cloud_id, look.requested_at, await sysinv.kube_versions())


async def _orchestration(look: InventoryLook, session: CloudSession) -> None:
    """One cheap call; the whole strategy only where there is one, of a kind that has details."""
    vim = Vim(session)
    strategy = await vim.current_strategy()
    detail = await vim.strategy(strategy.name) if strategy is not None and strategy.name in KINDS else None
    look.vim = VimSnapshot(look.site.cloud_id, look.requested_at, strategy, detail)


async def _management(look: InventoryLook, sysinv: SysInv) -> None:
    """The controller's own network, in which its side of every new subcloud has an address."""
    networks, pools = await asyncio.gather(sysinv.networks(), sysinv.address_pools())
    primary = {network.pool_uuid for network in networks if network.type == "mgmt"}
    bases = {STACK.sub("", pool.name) for pool in pools if pool.uuid in primary}
    mine = [pool for pool in pools if STACK.sub("", pool.name) in bases and pool.subnet and pool.ranges]
    mine.sort(key=lambda pool: pool.uuid not in primary)
    if look.system is None or not mine:
        return
    told = ManagementNetwork(
        subnet=",".join(pool.subnet for pool in mine),
        start_ip=",".join(pool.ranges[0][0] for pool in mine),
        end_ip=",".join(pool.ranges[-1][1] for pool in mine),
    )
    look.system = replace(look.system, management=told)


async def _certificates(look: InventoryLook, sysinv: SysInv) -> None:
    look.certificates = await sysinv.certificates()
