"""The install values of a subcloud as dcmanager checks them (starlingx-dcmanager.md 7.2). Raises Refused (400)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.dcmanager import addresses, releases
from simulator.dcmanager.addresses import Address, Invalid
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.yaml_values import Values, checked_secret
from simulator.fleet import Software

MANDATORY = (
    "bootstrap_interface",
    "bootstrap_address",
    "bootstrap_address_prefix",
    "install_type",
    "bmc_username",
    "bmc_address",
)
INSTALL_TYPES = range(6)
PERSISTENT_MIB = 30000


def checked(
    values: Mapping[str, Any],
    bmc_password: str | None,
    version: str,
    own: Software,
    oam: int | None = None,
    existing: Mapping[str, Any] | None = None,
) -> Values:
    """The values as they are stored: with password, release and image. `own` is what the System
    Controller runs, `oam` the IP version of the OAM network."""
    password = checked_secret(bmc_password or values.get("bmc_password"), "bmc_password")
    stated = values.get("software_version", version)
    if str(stated) != version:
        raise Refused(
            400,
            f"The software_version {stated} in the install values is not the release {version} that was asked for. "
            "Correct it or leave it out.",
        )
    check_numbers(values)
    require_mandatory(values, existing)
    image = releases.image(version, own)
    if values["install_type"] not in INSTALL_TYPES or isinstance(values["install_type"], bool):
        raise Refused(400, f"install_type invalid: {values['install_type']}")
    check_addresses(values, oam)
    return {**values, "software_version": version, "bmc_password": password, "image": image}


def require_mandatory(values: Mapping[str, Any], existing: Mapping[str, Any] | None = None) -> None:
    for key in MANDATORY:
        if key not in values:
            known = f", existing {key} in DB: {existing.get(key)}" if existing else ""
            raise Refused(400, f"Mandatory install value {key} not present{known}")


def check_numbers(values: Mapping[str, Any]) -> None:
    """Sizes, times and levels; a key that is absent is fine."""
    size = whole(values, "persistent_size", "in MB", PERSISTENT_MIB)
    if size is not None and size < PERSISTENT_MIB:
        raise Refused(400, f"persistent_size of {size} MB is less than the permitted minimum {PERSISTENT_MIB} MB")
    settle = whole(values, "hw_settle", "in seconds", 0)
    if settle is not None and settle < 0:
        raise Refused(400, f"hw_settle of {settle} seconds is less than 0")
    if "extra_boot_params" in values:
        parameters = values["extra_boot_params"]
        if parameters in ("", None, "None"):
            raise Refused(400, "The install value extra_boot_params must not be empty.")
        if " " in str(parameters):
            raise Refused(400, "extra_boot_params must not contain spaces; separate parameters with commas")
    if "rd.net.timeout.ipv6dad" in values and number(values, "rd.net.timeout.ipv6dad") <= 0:
        raise Refused(400, f"rd.net.timeout.ipv6dad must be greater than 0: {values['rd.net.timeout.ipv6dad']}")
    if "rvmc_debug_level" in values and not 0 <= number(values, "rvmc_debug_level") <= 4:
        raise Refused(400, "rvmc_debug_level must be an integer between 0 and 4.")


def whole(values: Mapping[str, Any], key: str, unit: str, least: int) -> int | None:
    if key not in values:
        return None
    value = values[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(400, f"The install value {key} ({unit}) must be a whole number greater than or equal to {least}")
    return value


def number(values: Mapping[str, Any], key: str) -> int:
    try:
        return int(values[key])
    except (TypeError, ValueError) as error:
        raise Refused(400, f"{key} invalid: {values[key]} is not a whole number") from error


def check_addresses(values: Mapping[str, Any], oam: int | None) -> None:
    bootstrap = address(values, "bootstrap_address")
    bmc = address(values, "bmc_address")
    if bmc.version != bootstrap.version:
        raise Refused(400, "bmc_address and bootstrap_address must be the same IP version")
    if oam is not None and bmc.version != oam:
        raise Refused(400, "bmc_address and primary OAM network must be the same IP version")
    if "nexthop_gateway" in values and address(values, "nexthop_gateway").version != bootstrap.version:
        raise Refused(400, "nexthop_gateway and bootstrap_address must be the same IP version")
    if "network_address" in values:
        check_route(values, bootstrap)


def check_route(values: Mapping[str, Any], bootstrap: Address) -> None:
    if "nexthop_gateway" not in values:
        raise Refused(400, "nexthop_gateway is required when network_address is present")
    if "network_mask" not in values:
        raise Refused(400, "The network mask is required when network address is present")
    try:
        [route, *_] = addresses.networks(f"{values['network_address']}/{values['network_mask']}", 1)
    except Invalid as error:
        raise Refused(400, f"network address invalid: {error}") from error
    if route.version != bootstrap.version:
        raise Refused(400, "network address and bootstrap address must be the same IP version")


def address(values: Mapping[str, Any], key: str) -> Address:
    try:
        return addresses.address(values[key])
    except Invalid as error:
        raise Refused(400, f"{key} invalid: {error}") from error
