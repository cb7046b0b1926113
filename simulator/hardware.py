"""What stands in a rack: servers, their NICs and disks, as frozen descriptions."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal

from simulator.identity import dice, stable_hex, stable_uuid

PortRole = Literal["oam", "mgmt", "data", "spare"]
DiskRole = Literal["root", "osd", "spare"]

RACK = ip_network("10.66.0.0/16")  # BMC addresses of servers that belong to no site yet
SERVERS = ("Dell PowerEdge XR11", "HPE ProLiant DL110 Gen11", "Supermicro SYS-111E-FWTR", "Lenovo SE450")


@dataclass(frozen=True, slots=True)
class PortSpec:
    """One Ethernet port; speed in Mbit/s. `networks` are platform networks, `datanetwork` an SR-IOV one."""

    name: str
    uuid: str
    mac: str
    pci_address: str
    driver: str
    vendor: str
    device: str
    speed: int
    numa_node: int
    role: PortRole
    networks: tuple[str, ...]
    datanetwork: str | None
    sriov_totalvfs: int
    sriov_numvfs: int
    dpdk: bool
    switch: str | None
    switch_port: str | None


@dataclass(frozen=True, slots=True)
class DiskSpec:
    """One disk; size in MiB."""

    device_node: str
    uuid: str
    size_mib: int
    device_type: Literal["SSD", "NVME"]
    model: str
    serial: str
    role: DiskRole


@dataclass(frozen=True, slots=True)
class HostSpec:
    """One server. `id` is sysinv's integer, 1 for controller-0."""

    id: int
    uuid: str
    hostname: str
    personality: str
    subfunctions: str
    mgmt_ip: str
    bm_ip: str
    product: str
    serial: str
    ports: tuple[PortSpec, ...]
    disks: tuple[DiskSpec, ...]

    def port(self, name: str) -> PortSpec | None:
        return next((port for port in self.ports if port.name == name), None)


# name, PCI address, driver, device, speed, role, networks, datanetwork, total VFs, VFs in use
PORT_PLAN: tuple[tuple[str, str, str, str, int, PortRole, tuple[str, ...], str | None, int, int], ...] = (
    ("eno1", "0000:19:00.0", "ixgbe", "Ethernet Controller X550", 10000, "oam", ("oam",), None, 63, 0),
    ("eno2", "0000:19:00.1", "ixgbe", "Ethernet Controller X550", 10000, "spare", (), None, 63, 0),
    (
        "enp81s0f0",
        "0000:51:00.0",
        "ice",
        "Ethernet Controller E810-XXV for SFP",
        25000,
        "mgmt",
        ("mgmt", "cluster-host"),
        None,
        128,
        0,
    ),
    ("enp81s0f1", "0000:51:00.1", "ice", "Ethernet Controller E810-XXV for SFP", 25000, "spare", (), None, 128, 0),
    (
        "enp177s0f0",
        "0000:b1:00.0",
        "ice",
        "Ethernet Controller E810-XXV for SFP",
        25000,
        "data",
        (),
        "physnet0",
        128,
        0,
    ),
    (
        "enp177s0f1",
        "0000:b1:00.1",
        "ice",
        "Ethernet Controller E810-XXV for SFP",
        25000,
        "data",
        (),
        "physnet1",
        128,
        16,
    ),
)


def build_ports(server: str, site_name: str, host: str) -> tuple[PortSpec, ...]:
    """The ports of one server, cabled to the site's two leaf switches (`leaf-a`, `leaf-b`)."""
    oui = stable_hex(server, "mac")
    ports = []
    for index, plan in enumerate(PORT_PLAN):
        name, pci, driver, device, speed, role, networks, datanetwork, total, used = plan
        cabled = role != "spare"
        ports.append(
            PortSpec(
                name=name,
                uuid=stable_uuid(server, "port", name),
                mac=f"b4:96:91:{oui[0:2]}:{oui[2:4]}:{(int(oui[4:6], 16) & 0xF0) + index:02x}",
                pci_address=pci,
                driver=driver,
                vendor="Intel Corporation",
                device=device,
                speed=speed,
                numa_node=index // 4,
                role=role,
                networks=networks,
                datanetwork=datanetwork,
                sriov_totalvfs=total,
                sriov_numvfs=used,
                dpdk=driver == "ice",
                switch=f"leaf-{'ab'[index % 2]}.{site_name}" if cabled else None,
                switch_port=f"Ethernet1/{int(host[-1]) * 8 + index + 1}" if cabled else None,
            )
        )
    return tuple(ports)


def build_disks(server: str, osds: int) -> tuple[DiskSpec, ...]:
    """A root disk, one NVMe disk per OSD and a spare one."""
    plan: list[tuple[str, int, Literal["SSD", "NVME"], DiskRole]] = [("/dev/sda", 457862, "SSD", "root")]
    plan += [(f"/dev/nvme{index}n1", 1831420, "NVME", "osd") for index in range(osds)]
    plan.append((f"/dev/nvme{osds}n1", 1831420, "NVME", "spare"))
    return tuple(
        DiskSpec(
            node,
            stable_uuid(server, "disk", node),
            size,
            kind,
            "INTEL SSDSC2KB480G8" if kind == "SSD" else "INTEL SSDPE2KX020T8",
            stable_hex(server, "disk-serial", node)[:14].upper(),
            role,
        )
        for node, size, kind, role in plan
    )


def in_rack(address: str) -> bool:
    """Whether that BMC belongs to a server of the rack, which stands ready for a deployment."""
    try:
        return ip_address(address) in RACK
    except ValueError:
        return False


def build_hosts(
    site: str, name: str, *, duplex: bool, osds: int, addresses: tuple[str, ...], bm_addresses: tuple[str, ...]
) -> tuple[HostSpec, ...]:
    """The one (AIO-SX) or two (AIO-DX) servers of a site; one of the rack keeps its MACs and its serial there."""
    hosts = []
    for index in range(2 if duplex else 1):
        hostname = f"controller-{index}"
        address = bm_addresses[index]
        racked = in_rack(address)
        server = f"rack/{address}" if racked else f"{site}/{hostname}"
        hosts.append(
            HostSpec(
                id=index + 1,
                uuid=stable_uuid(site, hostname),
                hostname=hostname,
                personality="controller",
                subfunctions="controller,worker,lowlatency",
                mgmt_ip=addresses[index],
                bm_ip=address,
                product=dice(server if racked else site, "server").choice(SERVERS),
                serial=stable_hex(server, "serial")[:10].upper(),
                ports=build_ports(server, name, hostname),
                disks=build_disks(server, osds),
            )
        )
    return tuple(hosts)
