"""IP addresses, subnets and ranges as people write them: IPv4, IPv6, or both as "v4,v6".

Source: starlingx-dcmanager.md 7.1, row "general".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_interface,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST = 100
SHORTEST_IPV6_PREFIX = 64
IPV6_BITS = 128


class BadAddress(ValueError):
    """A text that is no address or subnet; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Range:
    """All addresses from `low` to `high`, both in it, of one family."""

    low: Address
    high: Address

    def __contains__(self, address: object) -> bool:
        return isinstance(address, type(self.low)) and int(self.low) <= int(address) <= int(self.high)

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"

    @property
    def size(self) -> int:
        """How many addresses."""
        return int(self.high) - int(self.low) + 1


def whole(network: Network) -> Range:
    """A subnet as a range: every address of it."""
    return Range(network.network_address, network.broadcast_address)


@lru_cache(maxsize=4096)
def read_addresses(text: str) -> tuple[Address, ...]:
    """`10.0.0.2` or `10.0.0.2,fd01::2`. Raises BadAddress."""
    found = tuple(_address(part) for part in _parts(text))
    _two_families(found)
    return found


@lru_cache(maxsize=4096)
def read_networks(text: str) -> tuple[Network, ...]:
    """`10.0.0.0/24` or `10.0.0.0/24,fd01::/64`. Raises BadAddress."""
    found = tuple(_network(part) for part in _parts(text))
    _two_families(found)
    return found


@lru_cache(maxsize=4096)
def canonical_text(text: str, *, subnet: bool = False) -> str:
    """As dcmanager's reader takes it, which splits at the comma and refuses blanks. What cannot be read stays as it is,
    less blanks."""
    try:
        found: tuple[object, ...] = read_networks(text) if subnet else read_addresses(text)
    except BadAddress:
        found = tuple(part.strip() for part in text.split(","))
    return ",".join(map(str, found))


def family(value: Address | Network) -> str:
    """`IPv4` or `IPv6`."""
    return f"IPv{value.version}"


def families(values: tuple[Address | Network, ...]) -> str:
    """`IPv4`, or for dual stack `IPv4,IPv6` in the given order."""
    return ",".join(family(value) for value in values)


def prefix_length(mask: str) -> int | None:
    """Of an IPv6 prefix, written as its length (`64`) or as a mask (`ffff:ffff:ffff:ffff::`); None where it is none."""
    if mask.isascii() and mask.isdigit() and len(mask) <= 3:
        return int(mask) if int(mask) <= IPV6_BITS else None
    try:
        bits = int(IPv6Address(mask))
    except ValueError:
        return None
    length = bits.bit_count()
    return length if bits == ((1 << length) - 1) << (IPV6_BITS - length) else None


def misfit(address: Address, network: Network) -> str:
    """Why a host of the subnet cannot have this address, "" when it can."""
    if address not in network:
        return f"{address} is not in the subnet {network}"
    if address == network.network_address:
        return f"{address} is the address of the subnet {network} itself"
    if isinstance(network, IPv4Network) and address == network.broadcast_address:
        return f"{address} is the broadcast address of {network}"
    return ""


def _parts(text: str) -> list[str]:
    if len(text) > LONGEST:
        raise BadAddress("too long for an address.")
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 2:
        raise BadAddress("more than two values; give one, or one IPv4 and one IPv6.")
    if not all(parts):
        raise BadAddress("one of the two values beside the comma is empty.")
    return parts


def _two_families(values: tuple[Address | Network, ...]) -> None:
    if len(values) == 2 and values[0].version == values[1].version:
        raise BadAddress(f"both values are {family(values[0])}; two values must be of different families.")


def _address(text: str) -> Address:
    if "/" in text:
        raise BadAddress(f"{text!a} has a prefix length; give the address alone.")
    try:
        address = ip_address(text)
    except ValueError:
        raise BadAddress(f"{text!a} is not an IP address.") from None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise BadAddress(f"{text!a} has a zone (%), which means nothing to another host.")
    _usable(address, text)
    return address


def _network(text: str) -> Network:
    if "/" not in text:
        raise BadAddress(f"{text!a} has no prefix length; write it like 192.168.101.0/24.")
    if "%" in text:
        raise BadAddress(f"{text!a} has a zone (%), which means nothing to another host.")
    prefix = text.partition("/")[2]
    if not (prefix.isascii() and prefix.isdigit()):
        raise BadAddress(f"{text!a} is not a subnet; write it like 192.168.101.0/24.")
    try:
        interface = ip_interface(text)
    except (ValueError, AddressValueError):
        raise BadAddress(f"{text!a} is not a subnet; write it like 192.168.101.0/24.") from None
    if interface.ip != interface.network.network_address:
        raise BadAddress(f"{text!a} has bits beyond its prefix; did you mean {interface.network}?")
    if interface.version == 6 and interface.network.prefixlen < SHORTEST_IPV6_PREFIX:
        raise BadAddress(f"{text!a} is too large; IPv6 subnets have a prefix length of 64 or more.")
    _usable(interface.network.network_address, text)
    return interface.network


def _usable(address: Address, text: str) -> None:
    for wrong, word in (
        (address.is_multicast, "multicast"),
        (address.is_loopback, "loopback"),
        (address.is_unspecified, "the unspecified address"),
    ):
        if wrong:
            raise BadAddress(f"{text!a} is {word}, which no site can use.")
