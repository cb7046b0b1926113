"""Which keys the bootstrap values of a subcloud must have, and how its name may look (starlingx-dcmanager.md 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.dcmanager.refusals import Refused
from simulator.fleet import CENTRAL_REGION, SYSTEM_CONTROLLER_REGION

ADMIN = ("admin_subnet", "admin_start_address", "admin_end_address", "admin_gateway_address")
OAM = ("external_oam_subnet", "external_oam_gateway_address", "external_oam_floating_address")


def check_keys(values: Mapping[str, Any]) -> None:
    """Raises Refused (400) for the first key that is missing, in dcmanager's order."""
    require(values, "name", "system_mode")
    if any(values.get(key) for key in ADMIN) or values.get("admin_floating_address"):
        require(values, "admin_subnet", *range_keys(values, "admin"), "admin_gateway_address")
    require(values, "management_subnet", *range_keys(values, "management"))
    if values.get("admin_gateway_address") and values.get("management_gateway_address"):
        raise Refused(400, "admin_gateway_address and management_gateway_address cannot be specified at the same time")
    if not values.get("admin_gateway_address"):
        require(values, "management_gateway_address")
    require(values, "systemcontroller_gateway_address", *OAM)


def range_keys(values: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """A simplex subcloud may give one floating address in place of a range."""
    if values.get("system_mode") == "simplex" and values.get(f"{kind}_floating_address"):
        return ()
    return (f"{kind}_start_address", f"{kind}_end_address")


def require(values: Mapping[str, Any], *keys: str) -> None:
    for key in keys:
        if not values.get(key):
            raise Refused(400, f"{key} required")


def check_name(name: Any) -> str:
    """The rules on adding; the RFC 1123 pattern is enforced on renaming only."""
    text = str(name)
    if text.isdigit():
        raise Refused(400, "name must contain alphabetic characters")
    if text in (CENTRAL_REGION, SYSTEM_CONTROLLER_REGION):
        raise Refused(400, f"name cannot be {CENTRAL_REGION} or {SYSTEM_CONTROLLER_REGION}")
    return text
