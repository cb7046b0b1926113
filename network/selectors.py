"""Reads about ports. Every one takes scopes, or a cloud that was read within them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import F, QuerySet

from network.models import Port
from sites.access import Scopes

PANEL_COLUMNS = [
    "id", "uuid", "name", "pci_address", "device", "driver", "mac", "mtu", "speed_mbps", "numa_node", "dpdk_support",
    "sriov_total_vfs", "sriov_configured_vfs", "sriov_vf_driver", "link_state", "link_evidence", "link_detail",
    "link_changed_at", "neighbour_system", "neighbour_port", "neighbour_seen_at",
]  # fmt: skip
JOINED = {
    "hostname": F("host__hostname"),
    "ifname": F("interface__ifname"),
    "ifclass": F("interface__ifclass"),
    "roles": F("interface__roles"),
    "data_networks": F("interface__data_networks"),
}


def ports(scopes: Scopes) -> QuerySet[Port]:
    return Port.objects.filter(scopes.clouds("cloud__"), cloud__removed_at=None)


def ports_of(cloud_id: int) -> list[dict[str, Any]]:
    """Ports of one cloud by host and slot. One query. The caller has read the cloud within its scopes."""
    rows = Port.objects.filter(cloud_id=cloud_id).order_by("host__hostname", "pci_address", "name", "id")
    return list(rows.values(*PANEL_COLUMNS, **JOINED))


@dataclass(frozen=True, slots=True)
class Nic:
    """The ports of one card, as they stand side by side on the front plate."""

    hostname: str
    slot: str  # PCI address without its function
    device: str
    speed_mbps: int | None
    ports: list[dict[str, Any]]


def nics(rows: Iterable[dict[str, Any]]) -> Iterator[Nic]:
    """`rows` in the order of ports_of()."""
    for (hostname, slot), members in groupby(rows, lambda row: (row["hostname"], _slot(row))):
        of_card = list(members)
        speeds = [row["speed_mbps"] for row in of_card if row["speed_mbps"]]
        yield Nic(hostname, slot, of_card[0]["device"], max(speeds, default=None), of_card)


def _slot(row: dict[str, Any]) -> str:
    return str(row["pci_address"]).rpartition(".")[0] or str(row["name"])
