"""Storage as sysinv tells (starlingx-platform.md 2.9, 2.14). Ceph's health is elsewhere: FM 800.*, or `CephHealth`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.rows import INT64, Row


@dataclass(frozen=True, slots=True)
class StorageBackend:
    """A storage backend: ceph, ceph-rook, lvm … No backend of the first two means the cloud has no Ceph."""

    uuid: str
    name: str
    backend: str
    state: str
    task: str
    services: tuple[str, ...]
    replication: int | None
    min_replication: int | None
    deployment_model: str
    failure_domain: str
    network: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, backend."""
        capabilities = row.inner("capabilities")
        return cls(
            uuid=row.identity("uuid"),
            name=row.text("name"),
            backend=row.identity("backend"),
            state=row.text("state"),
            task=row.text("task"),
            services=row.texts("services"),
            replication=capabilities.count("replication"),
            min_replication=capabilities.count("min_replication"),
            deployment_model=capabilities.text("deployment_model"),
            failure_domain=capabilities.text("failure_domain"),
            network=row.text("network"),
            created_at=row.moment("created_at"),
            updated_at=row.moment("updated_at"),
        )


@dataclass(frozen=True, slots=True)
class CephCluster:
    """A Ceph cluster as sysinv's `clusters` lists it. `cluster_uuid` is Ceph's fsid, which FM's entities name."""

    uuid: str
    cluster_uuid: str
    type: str
    name: str
    deployment_model: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid."""
        return cls(
            uuid=row.identity("uuid"),
            cluster_uuid=row.text("cluster_uuid"),
            type=row.text("type"),
            name=row.text("name"),
            deployment_model=row.text("deployment_model"),
        )


@dataclass(frozen=True, slots=True)
class CephMon:
    """A Ceph monitor and where it runs; size of its file system in GiB."""

    uuid: str
    host_uuid: str
    hostname: str
    state: str
    task: str
    size_gib: int | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid."""
        return cls(
            uuid=row.identity("uuid"),
            host_uuid=row.text("ihost_uuid"),
            hostname=row.text("hostname"),
            state=row.text("state"),
            task=row.text("task"),
            size_gib=row.count("ceph_mon_gib"),
        )


@dataclass(frozen=True, slots=True)
class Osd:
    """A storage function on a disk: an OSD (`function` osd) or a journal. Its state is configuration, not health."""

    uuid: str
    host_uuid: str
    osdid: int | None
    function: str
    state: str
    disk_uuid: str
    tier_uuid: str
    tier_name: str
    journal_location: str
    journal_size_mib: int | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, ihost_uuid."""
        return cls(
            uuid=row.identity("uuid"),
            host_uuid=row.identity("ihost_uuid"),
            osdid=row.count("osdid"),
            function=row.text("function"),
            state=row.text("state"),
            disk_uuid=row.text("idisk_uuid"),
            tier_uuid=row.text("tier_uuid"),
            tier_name=row.text("tier_name"),
            journal_location=row.text("journal_location"),
            journal_size_mib=row.count("journal_size_mib"),
        )


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk. Sizes in MiB; `osd_uuid` names the storage function on it, if any."""

    uuid: str
    host_uuid: str
    device_node: str
    device_type: str
    device_path: str
    device_wwn: str
    model: str
    serial_id: str
    rpm: str
    size_mib: int | None
    available_mib: int | None
    stor_function: str
    osd_uuid: str
    ipv_uuid: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, ihost_uuid."""
        capabilities = row.inner("capabilities")
        return cls(
            uuid=row.identity("uuid"),
            host_uuid=row.identity("ihost_uuid"),
            device_node=row.text("device_node"),
            device_type=row.text("device_type"),
            device_path=row.text("device_path"),
            device_wwn=row.text("device_wwn"),
            model=capabilities.text("model_num"),
            serial_id=row.text("serial_id"),
            rpm=row.text("rpm"),
            size_mib=row.count("size_mib", INT64),
            available_mib=row.count("available_mib", INT64),
            stor_function=capabilities.text("stor_function"),
            osd_uuid=row.text("istor_uuid"),
            ipv_uuid=row.text("ipv_uuid"),
        )
