"""Geo-redundancy: other System Controllers, groups of subclouds they may take over, and what joins the two
(starlingx-dcmanager.md 2.11 to 2.13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.redaction import redact
from starlingx.rows import Row

MESSAGE_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class SystemPeer:
    """Another System Controller. Heartbeats in seconds; `availability_state`: created, available, unavailable.

    Its user name is left behind.
    """

    id: int
    peer_uuid: str
    peer_name: str
    manager_endpoint: str
    peer_controller_gateway_address: str
    administrative_state: str
    heartbeat_interval: int | None
    heartbeat_failure_threshold: int | None
    heartbeat_failure_policy: str
    heartbeat_maintenance_timeout: int | None
    availability_state: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: id, peer-uuid."""
        return cls(
            id=row.identity_number("id"),
            peer_uuid=row.identity("peer-uuid"),
            peer_name=row.name("peer-name"),
            manager_endpoint=redact(row.text("manager-endpoint")),
            peer_controller_gateway_address=row.text("peer-controller-gateway-address"),
            administrative_state=row.text("administrative-state"),
            heartbeat_interval=row.count("heartbeat-interval"),
            heartbeat_failure_threshold=row.count("heartbeat-failure-threshold"),
            heartbeat_failure_policy=row.text("heartbeat-failure-policy"),
            heartbeat_maintenance_timeout=row.count("heartbeat-maintenance-timeout"),
            availability_state=row.text("availability-state"),
            created_at=row.moment("created-at"),
            updated_at=row.moment("updated-at"),
        )


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Subclouds that change controllers together. Priority 0 is the primary site. The leader is a controller's UUID."""

    id: int
    peer_group_name: str
    group_priority: int | None
    group_state: str
    max_subcloud_rehoming: int | None
    system_leader_id: str
    system_leader_name: str
    migration_status: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: id."""
        return cls(
            id=row.identity_number("id"),
            peer_group_name=row.name("peer_group_name"),
            group_priority=row.count("group_priority"),
            group_state=row.text("group_state"),
            max_subcloud_rehoming=row.count("max_subcloud_rehoming"),
            system_leader_id=row.text("system_leader_id"),
            system_leader_name=row.text("system_leader_name"),
            migration_status=row.text("migration_status"),
            created_at=row.moment("created-at"),
            updated_at=row.moment("updated-at"),
        )


@dataclass(frozen=True, slots=True)
class PeerGroupAssociation:
    """A peer group's place at a system peer. Sync: syncing, in-sync, failed, out-of-sync, unknown."""

    id: int
    peer_group_id: int
    system_peer_id: int
    association_type: str
    peer_group_priority: int | None
    sync_status: str
    sync_message: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: id, peer-group-id, system-peer-id. `sync_message` is empty in lists."""
        return cls(
            id=row.identity_number("id"),
            peer_group_id=row.identity_number("peer-group-id"),
            system_peer_id=row.identity_number("system-peer-id"),
            association_type=row.text("association-type"),
            peer_group_priority=row.count("peer-group-priority"),
            sync_status=row.text("sync-status"),
            sync_message=redact(row.text("sync-message", MESSAGE_LENGTH)),
            created_at=row.moment("created-at"),
            updated_at=row.moment("updated-at"),
        )
