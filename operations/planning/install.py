"""The rules of install values, with which dcmanager installs a server through its BMC.

Source: starlingx-dcmanager.md 7.2. The BMC's password is no part of them here: it is given for the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_interface

from operations.planning.addresses import SHORTEST_IPV6_PREFIX, Address, family, prefix_length
from operations.planning.problems import Problem, Values, shown

DOCUMENT = "install_values"
INSTALL_TYPES = range(6)
SMALLEST_PERSISTENT_SIZE = 30000  # MB
DEBUG_LEVELS = range(5)
READ_WHERE_GIVEN = ("nexthop_gateway", "network_address", "network_mask", "persistent_size", "hw_settle",
                    "rd.net.timeout.ipv6dad", "rvmc_debug_level", "extra_boot_params", "software_version")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Install:
    """What install values say, as far as it could be read, with all that is wrong in them."""

    bmc_address: Address | None
    bootstrap_address: Address | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def check_install(given: Mapping[str, object], release: str, oam_floating: tuple[Address, ...] = ()) -> Install:
    """Everything that dcmanager would refuse in these values. `release` is the one asked for."""
    values = Values(DOCUMENT, given)
    for key in ("bootstrap_interface", "bmc_username"):
        values.text(key, needed=True)
    _install_type(values)
    bmc = _single(values, "bmc_address", needed=True)
    bootstrap = _single(values, "bootstrap_address", needed=True)
    _prefix(values, bootstrap)
    _one_family(values, bmc, bootstrap, oam_floating)
    _route(values, bootstrap)
    _numbers(values)
    _release(values, release)
    values.no_blanks(READ_WHERE_GIVEN)
    return Install(bmc, bootstrap, tuple(values.problems), tuple(values.warnings))


def _install_type(values: Values) -> None:
    kind = values.whole("install_type", needed=True, strict=True)
    if kind is not None and kind not in INSTALL_TYPES:
        values.complain("install_type", f"install_type is {kind}; it must be 0 to {INSTALL_TYPES[-1]}.")


def _single(values: Values, key: str, *, needed: bool = False) -> Address | None:
    addresses = values.addresses(key, needed=needed)
    if len(addresses) > 1:
        values.complain(key, f"{key} must be one address.")
    return addresses[0] if addresses else None


def _prefix(values: Values, bootstrap: Address | None) -> None:
    key = "bootstrap_address_prefix"
    length = values.whole(key, needed=True)
    if length is None:
        return
    longest = bootstrap.max_prefixlen if bootstrap else 128
    if not 1 <= length <= longest:
        values.complain(key, f"{key} is {length}; it must be 1 to {longest}.")


def _one_family(
    values: Values, bmc: Address | None, bootstrap: Address | None, oam_floating: tuple[Address, ...]
) -> None:
    if bmc and bootstrap and bmc.version != bootstrap.version:
        values.complain(
            "bmc_address", f"bmc_address is {family(bmc)}, bootstrap_address {family(bootstrap)}; both must be alike."
        )
    if bootstrap and oam_floating and bootstrap.version != oam_floating[0].version:
        oam = family(oam_floating[0])
        values.complain(
            "bootstrap_address", f"bootstrap_address is {family(bootstrap)}, but the site's first OAM address is {oam}."
        )


def _route(values: Values, bootstrap: Address | None) -> None:
    gateway = _single(values, "nexthop_gateway")
    network = _destination(values)
    if bootstrap and gateway and gateway.version != bootstrap.version:
        values.complain("nexthop_gateway", f"nexthop_gateway must be {family(bootstrap)}, as bootstrap_address is.")
    if not values.has("network_address"):
        return
    if not values.has("nexthop_gateway"):
        values.complain("nexthop_gateway", "nexthop_gateway is needed where network_address is given.")
    if not values.has("network_mask"):
        values.complain("network_mask", "network_mask is needed where network_address is given.")
    if network and bootstrap and network.version != bootstrap.version:
        values.complain("network_address", f"network_address must be {family(bootstrap)}, as bootstrap_address is.")
    elif network and values.has("network_mask"):
        _mask(values, network)


def _destination(values: Values) -> Address | None:
    """Where the route leads; that it leads everywhere is said with the unspecified address."""
    try:
        address = ip_address(values.text("network_address"))
    except ValueError:
        return _single(values, "network_address")
    return address if address.is_unspecified else _single(values, "network_address")


def _mask(values: Values, network: Address) -> None:
    key, mask = "network_mask", str(values.raw("network_mask")).strip()
    length = prefix_length(mask) if isinstance(network, IPv6Address) else _ipv4_length(network, mask)
    if length is None:
        values.complain(key, f"{key} {shown(mask)} is no mask or prefix length.")
    elif isinstance(network, IPv6Address) and length < SHORTEST_IPV6_PREFIX:
        values.complain(key, f"{key} is {length}; for IPv6 it must be {SHORTEST_IPV6_PREFIX} to 128.")


def _ipv4_length(network: Address, mask: str) -> int | None:
    try:
        return ip_interface(f"{network}/{mask}").network.prefixlen
    except ValueError:
        return None


def _numbers(values: Values) -> None:
    size = values.whole("persistent_size", strict=True)
    if size is not None and size < SMALLEST_PERSISTENT_SIZE:
        values.complain(
            "persistent_size", f"persistent_size is {size} MB; at least {SMALLEST_PERSISTENT_SIZE} are needed."
        )
    settle = values.whole("hw_settle", strict=True)
    if settle is not None and settle < 0:
        values.complain("hw_settle", "hw_settle must not be negative.")
    timeout = values.whole("rd.net.timeout.ipv6dad")
    if timeout is not None and timeout <= 0:
        values.complain("rd.net.timeout.ipv6dad", "rd.net.timeout.ipv6dad must be more than 0.")
    level = values.whole("rvmc_debug_level")
    if level is not None and level not in DEBUG_LEVELS:
        values.complain("rvmc_debug_level", f"rvmc_debug_level is {level}; it must be 0 to {DEBUG_LEVELS[-1]}.")
    boot = str(values.raw("extra_boot_params")) if values.has("extra_boot_params") else ""
    if boot == "None":
        values.complain("extra_boot_params", "extra_boot_params is None; fill it in, or take the key out.")
    if " " in boot:
        values.complain("extra_boot_params", "extra_boot_params must not have blanks; part the parameters with commas.")
    if values.has("bootstrap_vlan"):
        vlan = values.whole("bootstrap_vlan")
        if vlan is not None and not 1 <= vlan <= 4094:
            values.complain("bootstrap_vlan", f"bootstrap_vlan is {vlan}; it must be 1 to 4094.")


def _release(values: Values, release: str) -> None:
    key = "software_version"
    if isinstance(values.raw(key), float):
        values.complain(key, f"Put {key} in quotes: YAML reads 26.10 as the number 26.1.")
        return
    written = values.text(key)
    if written and release and written != release:
        values.complain(key, f"{key} is {shown(written)}, but release {release} is asked for.")
