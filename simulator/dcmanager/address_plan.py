"""The networks of a subcloud as dcmanager checks them: sizes, ranges, gateways, overlap (starlingx-dcmanager.md 7.1).

Every violation is Refused with 400. First failure wins, in dcmanager's order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from simulator.dcmanager import addresses
from simulator.dcmanager.addresses import Address, Invalid, Network
from simulator.dcmanager.refusals import Refused

Found = TypeVar("Found")
MINIMUM = {"simplex": (4, 1), "duplex": (8, 3), "duplex-direct": (8, 3)}  # addresses in the subnet, in the range
OAM_MINIMUM = 3


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another subcloud: its name, management subnet and range."""

    name: str
    subnet: Network
    start: Address
    end: Address


@dataclass(frozen=True, slots=True)
class Plan:
    """The primary network by which the System Controller reaches the subcloud."""

    subnet: str
    start: str
    end: str
    gateway: str


@dataclass(frozen=True, slots=True)
class Pool:
    """The System Controller's own management network of one family, and the addresses it hands out itself."""

    subnet: Network
    start: Address
    end: Address


def check(values: Mapping[str, Any], neighbours: Iterable[Neighbour], pools: Iterable[Pool]) -> Plan:
    """What the plan comes to, if it will do."""
    others = list(neighbours)
    mode = str(values["system_mode"])
    if mode not in MINIMUM:
        raise Refused(400, f"system_mode invalid: {mode}")
    admin = bool(values.get("admin_subnet"))
    plan = check_network(values, "management", mode, [] if admin else others, gateway=not admin)
    if admin:
        plan = check_network(values, "admin", mode, others)
    check_controller_gateway(values["systemcontroller_gateway_address"], plan, pools)
    check_oam(values, others)
    return plan


def check_network(
    values: Mapping[str, Any], kind: str, mode: str, neighbours: Iterable[Neighbour], *, gateway: bool = True
) -> Plan:
    """The management or admin network; only the one dcmanager uses must not overlap with other subclouds."""
    smallest, fewest = MINIMUM[mode]
    subnets = valid(f"{kind}_subnet", lambda: addresses.networks(values[f"{kind}_subnet"], smallest))
    starts, ends = ranges(values, kind, subnets)
    for start, end in zip(starts, ends, strict=True):
        if int(start) > int(end):
            raise Refused(400, f"{kind}_start_address greater than {kind}_end_address")
        if addresses.size(start, end) < fewest:
            raise Refused(400, f"{kind} address range must contain at least {fewest} addresses")
        for other in neighbours:
            if addresses.overlap((start, end), (other.start, other.end)):
                raise Refused(400, f"{kind} address range overlaps with that of subcloud {other.name}")
    gateways: list[Address] = []
    if gateway:
        name = f"{kind}_gateway_address"
        gateways = valid(name, lambda: addresses.addresses(values[name], subnets))
        for start, end, one in zip(starts, ends, gateways, strict=True):
            if int(start) <= int(one) <= int(end):
                raise Refused(400, f"{name} invalid, is within {kind} pool: {start} - {end}")
    return Plan(str(subnets[0]), str(starts[0]), str(ends[0]), str(gateways[0]) if gateways else "")


def ranges(values: Mapping[str, Any], kind: str, subnets: list[Network]) -> tuple[list[Address], list[Address]]:
    """Start and end of the range; a simplex subcloud may give its floating address instead."""
    start, end, floating = (values.get(f"{kind}_{what}_address") for what in ("start", "end", "floating"))
    if floating is not None:
        if start is not None and str(floating) != str(start):
            raise Refused(400, f"{kind}_floating_address must be the same as {kind}_start_address")
        start, end = floating if start is None else start, floating if end is None else end
    starts = valid(f"{kind}_start_address", lambda: addresses.addresses(start, subnets))
    ends = valid(f"{kind}_end_address", lambda: addresses.addresses(end, subnets))
    return starts, ends


def check_controller_gateway(value: Any, plan: Plan, pools: Iterable[Pool]) -> None:
    """The gateway to the subcloud lies in the System Controller's network, but is none of its own addresses."""
    name = "systemcontroller_gateway_address"
    gateway = valid(name, lambda: addresses.address(str(value).split(",")[0]))
    version = addresses.network(plan.subnet).version
    if gateway.version != version:
        raise Refused(400, f"{name} invalid: Expected IPv{version}")
    pool = next((pool for pool in pools if pool.subnet.version == version), None)
    if pool is None:
        raise Refused(400, f"{name} IP family is not aligned with system controller management: no IPv{version} pool")
    valid(name, lambda: addresses.addresses(gateway, [pool.subnet]))
    if int(pool.start) <= int(gateway) <= int(pool.end):
        raise Refused(400, f"{name} invalid, is within management pool: {pool.start} - {pool.end}")


def check_oam(values: Mapping[str, Any], neighbours: Iterable[Neighbour]) -> None:
    taken = [other.subnet for other in neighbours]
    subnets = valid(
        "external_oam_subnet", lambda: addresses.networks(values["external_oam_subnet"], OAM_MINIMUM, taken)
    )
    for what in ("gateway", "floating"):
        key = f"external_oam_{what}_address"
        valid(f"oam_{what}_address", lambda key=key: addresses.addresses(values[key], subnets))  # type: ignore[misc]


def valid(name: str, look: Callable[[], Found]) -> Found:
    try:
        return look()
    except Invalid as error:
        raise Refused(400, f"{name} invalid: {error}") from error
