"""sysinv: configuration and inventory of one cloud (starlingx-platform.md 2, above all 2.14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from starlingx import records
from starlingx.errors import Unexpected
from starlingx.rows import Row, read_list
from starlingx.session import DEFAULT_TIMEOUT, CloudSession

PAGE = 2000
MOST_PAGES = 50
HEALTH_TIMEOUT = 60.0


class _Identified(Protocol):
    @property
    def uuid(self) -> str: ...


Identified = TypeVar("Identified", bound=_Identified)


class SysInv:
    """Reads of sysinv, each for the whole cloud. Every list is complete, or the call raises a StarlingXError."""

    def __init__(self, session: CloudSession) -> None:
        self._session = session

    async def systems(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.System]:
        """The cloud itself: one entry."""
        return await self._list("/isystems", "isystems", records.System.read, timeout)

    async def hosts(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.Host]:
        """All servers."""
        return await self._list("/ihosts", "ihosts", records.Host.read, timeout)

    async def ethernet_ports(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.EthernetPort]:
        """All NIC ports; `/ports` would lack mac, mtu and speed."""
        return await self._list("/ethernet_ports", "ethernet_ports", records.EthernetPort.read, timeout)

    async def interfaces(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.Interface]:
        """All interfaces; the plain path fails without a host."""
        return await self._list("/iinterfaces/detail", "iinterfaces", records.Interface.read, timeout)

    async def networks(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.PlatformNetwork]:
        """Platform networks of the cloud."""
        return await self._list("/networks", "networks", records.PlatformNetwork.read, timeout)

    async def address_pools(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.AddressPool]:
        """Pools of addresses, which networks name."""
        return await self._list("/addrpools", "addrpools", records.AddressPool.read, timeout)

    async def interface_networks(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.InterfaceNetwork]:
        """Which interface plays which platform role."""
        return await self._list("/interface_networks", "interface_networks", records.InterfaceNetwork.read, timeout)

    async def interface_datanetworks(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.InterfaceDataNetwork]:
        """Which interface serves which data network."""
        key = "interface_datanetworks"
        return await self._list(f"/{key}", key, records.InterfaceDataNetwork.read, timeout)

    async def datanetworks(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.DataNetwork]:
        """All data networks."""
        return await self._list("/datanetworks", "datanetworks", records.DataNetwork.read, timeout)

    async def lldp_neighbours(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.LldpNeighbour]:
        """What stands at the far ends of the cables."""
        return await self._list("/lldp_neighbours", "lldp_neighbours", records.LldpNeighbour.read, timeout)

    async def lldp_agents(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.LldpAgent]:
        """What our ports announce."""
        return await self._list("/lldp_agents", "lldp_agents", records.LldpAgent.read, timeout)

    async def storage_backends(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.StorageBackend]:
        """Storage backends; tells which Ceph there is, if any."""
        return await self._list("/storage_backend", "storage_backends", records.StorageBackend.read, timeout)

    async def clusters(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.CephCluster]:
        """Ceph clusters."""
        return await self._list("/clusters", "clusters", records.CephCluster.read, timeout)

    async def ceph_mons(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.CephMon]:
        """Ceph monitors."""
        return await self._list("/ceph_mon", "ceph_mon", records.CephMon.read, timeout)

    async def osds(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.Osd]:
        """Storage functions of all hosts, OSDs and journals."""
        return await self._list("/istors", "istors", records.Osd.read, timeout)

    async def disks(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.Disk]:
        """Disks of all hosts."""
        return await self._list("/idisks", "idisks", records.Disk.read, timeout)

    async def certificates(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.Certificate]:
        """Installed certificates."""
        return await self._list("/certificate", "certificates", records.Certificate.read, timeout)

    async def kube_versions(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.KubeVersion]:
        """Kubernetes versions the cloud has, oldest first; never paged."""
        return read_list(await self._get("/kube_versions", timeout), "kube_versions", records.KubeVersion.read)

    async def health(self, *, timeout: float = HEALTH_TIMEOUT) -> tuple[records.HealthCheck, ...]:
        """The health query with the state of the applications: what dcmanager's Kubernetes check and USM's precheck ask
        for. It makes the cloud look at hosts, alarms, Ceph, nodes and pods, which takes seconds."""
        return records.read_health(await self._get("/health/kube-upgrade", timeout))

    async def service_groups(self, *, timeout: float = DEFAULT_TIMEOUT) -> list[records.ServiceGroup]:
        """Service groups on each controller, from the service manager: asks the active controller, never paged."""
        body = await self._get("/servicegroup", timeout)
        return read_list(body, "sm_servicegroup", records.ServiceGroup.read)

    async def _list(self, path: str, key: str, read: Callable[[Row], Identified], timeout: float) -> list[Identified]:
        """All rows. sysinv gives at most 2,000 at once and then names a next page by an absolute URL.

        We do not follow a URL that an answer names, we ask for what comes after the last row ourselves.
        """
        found: list[Identified] = []
        query = ""
        for _ in range(MOST_PAGES):
            body = await self._get(path + query, timeout)
            page = read_list(body, key, read)
            found.extend(page)
            if not (isinstance(body, dict) and body.get("next") and page):
                return found
            query = f"?limit={PAGE}&marker={page[-1].uuid}"
        raise Unexpected(f"{key} does not end after {MOST_PAGES} pages")

    async def _get(self, path: str, timeout: float) -> object:
        return await self._session.get("platform", "v1", path, timeout=timeout)
