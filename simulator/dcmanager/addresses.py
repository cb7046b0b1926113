"""Networks and addresses of values files, dual stack as "v4,v6". Messages follow dcmanager's, raised as Invalid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Invalid(ValueError):
    """Why a network or an address will not do."""


def network(text: str) -> Network:
    """One subnet; host bits are allowed, and blanks behind it, as the real server's reader allows them: but none before
    it. Raises Invalid."""
    try:
        return ip_interface(text.rstrip()).network
    except ValueError as error:
        raise Invalid("Invalid subnet - not a valid IP subnet") from error


def networks(value: Any, minimum: int, taken: Iterable[Network] = ()) -> list[Network]:
    """One subnet or two of different families, each with at least `minimum` addresses, outside the `taken` ones.

    Raises Invalid.
    """
    found = [network(text) for text in str(value).split(",")]
    if len(found) > 2:
        raise Invalid("Invalid subnet - more than two IP subnets")
    if len(found) == 2 and found[0].version == found[1].version:
        raise Invalid("Invalid subnet - dual-stack of same IP family")
    others = list(taken)
    for one in found:
        if one.num_addresses < minimum:
            raise Invalid(f"Subnet too small - must have at least {minimum} addresses")
        if one.version == 6 and one.prefixlen < 64:
            raise Invalid("IPv6 minimum prefix length is 64")
        if any(one.network_address in other for other in others if other.version == one.version):
            raise Invalid("Subnet overlaps with another configured subnet")
    return found


def address(value: Any) -> Address:
    """Without a blank or a zone, which the real server's reader refuses. Raises Invalid."""
    try:
        found = ip_address(str(value))
    except ValueError as error:
        raise Invalid("Invalid address - not a valid IP address") from error
    if "%" in str(value):
        raise Invalid("Invalid address - not a valid IP address")
    return found


def addresses(value: Any, within: Sequence[Network]) -> list[Address]:
    """As many addresses as there are subnets, in the same order, each a host address of its own. Raises Invalid."""
    found = [address(text) for text in str(value).split(",")]
    if len(found) != len(within):
        raise Invalid("Invalid address - not as many addresses as subnets")
    for one, subnet in zip(found, within, strict=True):
        if one.version != subnet.version:
            raise Invalid(f"Invalid IP version - must match network version IPv{subnet.version}")
        if one == subnet.network_address:
            raise Invalid("Cannot use network address")
        if subnet.version == 4 and one == subnet.broadcast_address:
            raise Invalid("Cannot use broadcast address")
        if one not in subnet:
            raise Invalid(f"Address must be in subnet {subnet}")
    return found


def size(start: Address, end: Address) -> int:
    return int(end) - int(start) + 1


def overlap(one: tuple[Address, Address], other: tuple[Address, Address]) -> bool:
    """Whether two ranges of addresses share one."""
    if one[0].version != other[0].version:
        return False
    return int(one[0]) <= int(other[1]) and int(other[0]) <= int(one[1])
