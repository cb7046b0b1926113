"""What Kubernetes tells about Ceph and links (starlingx-platform.md 2.8, 2.9): the only measured sources of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.rows import INT64, Row

MESSAGE_LENGTH = 1024
MOST_CHECKS = 64


@dataclass(frozen=True, slots=True)
class CephCheck:
    """One reason why Ceph is not well, like OSD_DOWN."""

    name: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class CephHealth:
    """Health of a Rook Ceph cluster as its operator last saw it. Capacity in bytes.

    `last_checked` is the operator's own clock reading: an old one means the health is old, whatever it says.
    """

    namespace: str
    name: str
    phase: str
    state: str
    message: str
    health: str
    previous_health: str
    last_checked: datetime | None
    last_changed: datetime | None
    fsid: str
    checks: tuple[CephCheck, ...]
    bytes_total: int | None
    bytes_used: int | None
    bytes_available: int | None
    version: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: metadata.name. `status` is absent until the operator has looked."""
        metadata, status = row.inner("metadata"), row.inner("status")
        ceph = status.inner("ceph")
        capacity = ceph.inner("capacity")
        return cls(
            namespace=metadata.text("namespace"),
            name=metadata.identity("name"),
            phase=status.text("phase"),
            state=status.text("state"),
            message=status.text("message", MESSAGE_LENGTH),
            health=ceph.text("health"),
            previous_health=ceph.text("previousHealth"),
            last_checked=ceph.moment("lastChecked"),
            last_changed=ceph.moment("lastChanged"),
            fsid=ceph.text("fsid"),
            checks=tuple(
                CephCheck(name, check.text("severity"), check.text("message", MESSAGE_LENGTH))
                for name, check in ceph.keyed("details")[:MOST_CHECKS]
            ),
            bytes_total=capacity.count("bytesTotal", INT64),
            bytes_used=capacity.count("bytesUsed", INT64),
            bytes_available=capacity.count("bytesAvailable", INT64),
            version=status.inner("version").text("version"),
        )


@dataclass(frozen=True, slots=True)
class NicLink:
    """A NIC as the exporter on its host sees it; counters since the device came up, None where not exported."""

    node: str
    device: str
    operstate: str
    address: str
    pciaddr: str
    duplex: str
    rx_bytes: int | None
    tx_bytes: int | None
    rx_errors: int | None
    tx_errors: int | None
    rx_dropped: int | None
    tx_dropped: int | None


class NicLinkList(list[NicLink]):
    """Links of one cloud. A device missing on one of `nodes` is down; about other nodes the list says nothing."""

    nodes: frozenset[str] = frozenset()
