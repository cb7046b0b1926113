"""Addresses of values files in the one text that is sent, whatever blanks and letters people wrote them with.

Source: dcmanager splits dual-stack values at the comma and gives each part to netaddr, which refuses blanks
(starlingx-dcmanager.md 7.1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from operations.planning.addresses import canonical_text

_ENDS = ("subnet", "start_address", "end_address", "floating_address", "gateway_address")
BOOTSTRAP_ADDRESSES = frozenset(
    [f"{kind}_{end}" for kind in ("management", "admin") for end in _ENDS]
    + [f"external_oam_{end}" for end in ("subnet", "gateway_address", "floating_address")]
    + [f"external_oam_node_{number}_address" for number in (0, 1)]
    + ["systemcontroller_gateway_address"]
)
INSTALL_ADDRESSES = frozenset(("bootstrap_address", "bmc_address", "nexthop_gateway", "network_address"))


def canonical_values(values: Mapping[str, object], keys: Collection[str]) -> dict[str, object]:
    """The values, with the texts of those of `keys` that are there made canonical."""
    found = dict(values)
    for key, value in values.items():
        if key in keys and isinstance(value, str):
            found[key] = canonical_text(value, subnet=key.endswith("_subnet"))
    return found
