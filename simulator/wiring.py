"""How a host's ports become interfaces: which class, which networks, which data networks.

Derived from the port descriptions: a platform port carries `oam0` or `mgmt0` (cluster-host beside it, or as a VLAN
on top of it), a port with virtual functions is `pci-sriov` (no FM alarm ever tells of its link), a data port
without them is `data`. Unused ports have no interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.fleet import Cloud
from simulator.hardware import HostSpec, PortSpec

InterfaceClass = Literal["platform", "data", "pci-sriov"]
CLUSTER_VLAN = 101


@dataclass(frozen=True, slots=True)
class InterfaceSpec:
    """One interface; `port` is the port it is built on, directly or through the interface it `uses`."""

    uuid: str
    name: str
    kind: Literal["ethernet", "vlan", "vf"]
    interface_class: InterfaceClass
    port: PortSpec
    mtu: int
    networks: tuple[str, ...] = ()
    datanetwork: str | None = None
    vlan_id: int | None = None
    uses: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    numvfs: int | None = None
    vf_driver: str | None = None
    max_tx_rate: int | None = None


def interface_class(port: PortSpec) -> InterfaceClass | None:
    """None for a port nobody uses."""
    if port.networks:
        return "platform"
    if port.datanetwork is None:
        return None
    return "pci-sriov" if port.sriov_numvfs else "data"


def cluster_on_vlan(cloud: Cloud) -> bool:
    """Half of the sites put the cluster-host network on a VLAN over the management interface."""
    return int(cloud.hex("cluster-vlan")[0], 16) % 2 == 0


def interfaces(cloud: Cloud, host: HostSpec) -> list[InterfaceSpec]:
    """The interfaces of one host, in the order they were configured."""
    found: list[InterfaceSpec] = []
    counters = {"data": 0, "pci-sriov": 0}
    for port in host.ports:
        match interface_class(port):
            case "platform":
                found += platform_interfaces(cloud, host, port)
            case "pci-sriov":
                found += sriov_interfaces(cloud, host, port, counters["pci-sriov"])
                counters["pci-sriov"] += 1
            case "data":
                name = f"data{counters['data']}"
                counters["data"] += 1
                found.append(
                    InterfaceSpec(
                        identify(cloud, host, name), name, "ethernet", "data", port, 1500, datanetwork=port.datanetwork
                    )
                )
    return found


def identify(cloud: Cloud, host: HostSpec, name: str) -> str:
    return cloud.uuid(host.hostname, "interface", name)


def platform_interfaces(cloud: Cloud, host: HostSpec, port: PortSpec) -> list[InterfaceSpec]:
    """`oam0`, or `mgmt0` with the cluster-host network on it or above it."""
    name = f"{port.networks[0]}0"
    networks = port.networks
    above: list[InterfaceSpec] = []
    if "cluster-host" in networks and "mgmt" in networks and cluster_on_vlan(cloud):
        networks = tuple(network for network in networks if network != "cluster-host")
        above.append(
            InterfaceSpec(
                identify(cloud, host, "cluster0"),
                "cluster0",
                "vlan",
                "platform",
                port,
                1500,
                networks=("cluster-host",),
                vlan_id=CLUSTER_VLAN,
                uses=(name,),
            )
        )
    own = InterfaceSpec(
        identify(cloud, host, name),
        name,
        "ethernet",
        "platform",
        port,
        1500,
        networks=networks,
        used_by=tuple(interface.name for interface in above),
    )
    return [own, *above]


def sriov_interfaces(cloud: Cloud, host: HostSpec, port: PortSpec, index: int) -> list[InterfaceSpec]:
    """The physical function for poll-mode drivers, and a share of its virtual functions for the kernel."""
    name, shared = f"sriov-fh{index}", f"vf-mid{index}"
    return [
        InterfaceSpec(
            identify(cloud, host, name),
            name,
            "ethernet",
            "pci-sriov",
            port,
            9000,
            used_by=(shared,),
            datanetwork=port.datanetwork,
            numvfs=port.sriov_numvfs,
            vf_driver="vfio",
        ),
        InterfaceSpec(
            identify(cloud, host, shared),
            shared,
            "vf",
            "pci-sriov",
            port,
            1500,
            uses=(name,),
            datanetwork=port.datanetwork,
            numvfs=port.sriov_numvfs // 4,
            vf_driver="netdevice",
            max_tx_rate=1000,
        ),
    ]


def interface_of(cloud: Cloud, host: HostSpec, port: PortSpec) -> InterfaceSpec | None:
    """The interface that stands directly on that port; None for an unused one."""
    return next((one for one in interfaces(cloud, host) if one.port is port and one.kind == "ethernet"), None)
