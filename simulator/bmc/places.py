"""Which BMC an address means, and whether it answers."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.hardware import HostSpec, build_hosts, in_rack
from simulator.world import World


def place(world: World, cloud: Cloud, path: str) -> tuple[Cloud, str]:
    """(cloud, path with a host in front); a server of the rack stays below the central cloud, by its address."""
    parts = path.split("/", 2)
    first = parts[1] if len(parts) > 1 else ""
    if first == "redfish":
        return cloud, f"/{cloud.hosts[0].hostname}{path}"
    found = holder(world, cloud, first) if is_address(first) else None
    if found is None:
        return cloud, path
    return found[0], f"/{found[1].hostname}/{parts[2] if len(parts) > 2 else ''}"


def holder(world: World, cloud: Cloud, address: str) -> tuple[Cloud, HostSpec] | None:
    """Whose BMC has that address: one of the cloud's own, or below a central cloud any of the controller's."""
    near = [cloud] if cloud.kind == "subcloud" else [cloud, *world.subclouds(cloud.controller)]
    for one in near:
        if address in one.addressing.bmc:
            return next(((one, host) for host in one.hosts if host.bm_ip == address), None)
    return None


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def server(cloud: Cloud, name: str) -> HostSpec | None:
    """The host of that name, or the server of the rack at that address."""
    if cloud.kind == "central" and in_rack(name):
        return racked(name)
    return cloud.host(name)


@lru_cache(maxsize=1024)
def racked(address: str) -> HostSpec:
    """A server that waits for its deployment."""
    (host,) = build_hosts(
        "rack",
        "rack",
        duplex=False,
        osds=1,
        addresses=("",),
        bm_addresses=(address,),
    )
    return host


def away(world: World, cloud: Cloud, path: str) -> str | None:
    """Silent when its fault says so, when the link of its site is cut, or when nobody has the address.

    Without power a site's BMCs still answer: they stand on a supply of their own.
    """
    name = path.split("/", 2)[1] if path.count("/") else ""
    now = world.clock.now()
    cut = world.faults.on(cloud.key, "wan-cut", now)
    fault = (None if in_rack(name) else cut) or fault_on(world, cloud, "bmc-unreachable", name)
    if fault is not None:
        return str(fault.options["mode"])
    return "abort" if is_address(name) and server(cloud, name) is None else None


def fault_on(world: World, cloud: Cloud, kind: str, name: str) -> Fault | None:
    """The youngest active fault of that kind on that BMC; one without a host hits every host of the cloud."""
    wanted = (name,) if in_rack(name) else (name, None)
    found = [
        fault
        for fault in world.faults.active_on(cloud.key, world.clock.now())
        if fault.kind == kind and fault.options["host"] in wanted
    ]
    return found[-1] if found else None
