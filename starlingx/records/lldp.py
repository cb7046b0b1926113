"""What hosts say and hear over LLDP, as sysinv tells (starlingx-platform.md 2.6). Every TLV arrives as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.rows import Row

TLV_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class LldpNeighbour:
    """The far end of a cable. Gone means port down or far end silent, minutes ago: a hint, not link state."""

    uuid: str
    host_uuid: str
    port_uuid: str
    port_name: str
    chassis_id: str
    port_identifier: str
    port_description: str
    system_name: str
    system_description: str
    system_capabilities: str
    management_address: str
    ttl: int | None
    dot1_port_vid: int | None
    dot1_vlan_names: str
    dot1_lag: str
    dot3_max_frame: int | None
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, host_uuid, port_uuid."""
        return cls(
            uuid=row.identity("uuid"),
            host_uuid=row.identity("host_uuid"),
            port_uuid=row.identity("port_uuid"),
            port_name=row.text("port_name"),
            chassis_id=row.text("chassis_id"),
            port_identifier=row.text("port_identifier"),
            port_description=row.text("port_description"),
            system_name=row.text("system_name"),
            system_description=row.text("system_description", TLV_LENGTH),
            system_capabilities=row.text("system_capabilities"),
            management_address=row.text("management_address"),
            ttl=row.count("ttl"),
            dot1_port_vid=row.count("dot1_port_vid"),
            dot1_vlan_names=row.text("dot1_vlan_names", TLV_LENGTH),
            dot1_lag=row.text("dot1_lag"),
            dot3_max_frame=row.count("dot3_max_frame"),
            created_at=row.moment("created_at"),
            updated_at=row.moment("updated_at"),
        )


@dataclass(frozen=True, slots=True)
class LldpAgent:
    """What a port of ours announces. `status` is lldpd's configuration and says nothing about the link."""

    uuid: str
    host_uuid: str
    port_uuid: str
    port_name: str
    status: str
    chassis_id: str
    port_identifier: str
    system_name: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, host_uuid, port_uuid."""
        return cls(
            uuid=row.identity("uuid"),
            host_uuid=row.identity("host_uuid"),
            port_uuid=row.identity("port_uuid"),
            port_name=row.text("port_name"),
            status=row.text("status"),
            chassis_id=row.text("chassis_id"),
            port_identifier=row.text("port_identifier"),
            system_name=row.text("system_name"),
        )
