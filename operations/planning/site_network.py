"""One network of a site, management or admin: subnet, range, floating address, gateway.

Source: starlingx-dcmanager.md 7.1. Sizes count every address of a subnet.
"""

from __future__ import annotations

from dataclasses import dataclass

from operations.planning.addresses import Address, Network, Range, families, misfit
from operations.planning.problems import Values

SIMPLEX = "simplex"
SMALLEST_SUBNET = {True: 4, False: 8}  # by: is it simplex
FEWEST_ADDRESSES = {True: 1, False: 3}


@dataclass(frozen=True, slots=True)
class SiteNetwork:
    """What could be read of it; the tuples have one or two values, or none where something was wrong."""

    kind: str
    subnets: tuple[Network, ...]
    ranges: tuple[Range, ...]


def read_network(values: Values, kind: str, *, simplex: bool, gateway: bool) -> SiteNetwork:
    """The network `kind` ("management" or "admin") out of bootstrap values. `gateway`: it must have one here."""
    subnet_key = f"{kind}_subnet"
    subnets = values.networks(subnet_key, needed=True)
    for subnet in subnets:
        if subnet.num_addresses < SMALLEST_SUBNET[simplex]:
            smallest = SMALLEST_SUBNET[simplex]
            values.complain(subnet_key, f"{subnet_key}: {subnet} is too small; {smallest} addresses are needed.")
    ranges = _ranges(values, kind, subnets, simplex)
    if gateway:
        gateway_key = f"{kind}_gateway_address"
        for address in inside(values, gateway_key, subnets, needed=True):
            for each in ranges:
                if address in each:
                    values.complain(gateway_key, f"{gateway_key}: {address} lies in the range {each}; take it out.")
    return SiteNetwork(kind, subnets, ranges)


def inside(values: Values, key: str, subnets: tuple[Network, ...], *, needed: bool = False) -> tuple[Address, ...]:
    """The addresses of `key`, of the same families in the same order as the subnets, each fit for a host in its one;
    () when any of that is not so."""
    addresses = values.addresses(key, needed=needed)
    if not addresses or not subnets:
        return addresses
    if families(addresses) != families(subnets):
        values.complain(key, f"{key} is {families(addresses)}, but its subnet is {families(subnets)}; give as many.")
        return ()
    wrong = [misfit(address, subnet) for address, subnet in zip(addresses, subnets, strict=True)]
    for each in filter(None, wrong):
        values.complain(key, f"{key}: {each}.")
    return () if any(wrong) else addresses


def _ranges(values: Values, kind: str, subnets: tuple[Network, ...], simplex: bool) -> tuple[Range, ...]:
    start_key, end_key = f"{kind}_start_address", f"{kind}_end_address"
    floating_key = f"{kind}_floating_address"
    floating = inside(values, floating_key, subnets)
    short = simplex and bool(floating)  # the one address of a simplex site is its whole range
    starts = floating if short and not values.has(start_key) else inside(values, start_key, subnets, needed=True)
    ends = floating if short and not values.has(end_key) else inside(values, end_key, subnets, needed=True)
    if floating and starts and floating != starts:
        values.complain(floating_key, f"{floating_key} must be the same as {start_key}.")
    if len(starts) != len(ends):
        return ()
    return tuple(
        Range(start, end)
        for start, end in zip(starts, ends, strict=True)
        if _ordered(values, end_key, start, end, FEWEST_ADDRESSES[simplex])
    )


def _ordered(values: Values, key: str, start: Address, end: Address, fewest: int) -> bool:
    if start.version != end.version:
        values.complain(key, f"{key}: {end} is of another family than the start {start}.")
        return False
    if int(start) > int(end):
        values.complain(key, f"{key}: {end} is before the start {start}; exchange them.")
        return False
    if Range(start, end).size < fewest:
        values.complain(key, f"{key}: the range {Range(start, end)} has fewer than {fewest} addresses; widen it.")
    return True
