"""What dcmanager tells about the fleet (starlingx-dcmanager.md 2.1, 2.3, 2.9).

`data_install` and `rehome_data` hold passwords and are on no record; of the former the BMC's address is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Self

import orjson

from starlingx.redaction import redact
from starlingx.rows import Row

ERROR_LENGTH = 2048
NO_ERROR = "No errors present"  # how dcmanager says that there is none
ADDRESS = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")


@dataclass(frozen=True, slots=True)
class EndpointSync:
    """Whether one kind of data in a subcloud equals the central cloud's: in-sync, out-of-sync or unknown."""

    endpoint_type: str
    sync_status: str


@dataclass(frozen=True, slots=True)
class Subcloud:
    """A subcloud as the System Controller knows it. Identity: `id` guarded by `region_name`; the name may change.

    `sync_status` is dcmanager's own aggregate, which calls unknown + in-sync "out-of-sync", and is empty outside
    lists: better build one from `endpoints`. `oam_floating_ip` and `deploy_config_sync_status` come with
    `DcManager.subcloud(ref, detail=True)` only.
    """

    id: int
    name: str
    region_name: str
    description: str
    location: str
    software_version: str
    management_state: str
    availability_status: str
    deploy_status: str
    sync_status: str
    endpoints: tuple[EndpointSync, ...]
    backup_status: str
    backup_datetime: datetime | None
    prestage_status: str
    prestage_versions: str
    error_description: str
    management_subnet: str
    management_start_ip: str
    management_end_ip: str
    management_gateway_ip: str
    systemcontroller_gateway_ip: str
    oam_floating_ip: str
    bmc_address: str
    openstack_installed: bool | None
    group_id: int | None
    peer_group_id: int | None
    deploy_config_sync_status: str
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: id, region-name. One without a usable name is called like its region."""
        region_name = row.identity("region-name")
        oam_address = row.text("oam_floating_ip")
        error = row.text("error-description", ERROR_LENGTH)
        return cls(
            id=row.identity_number("id"),
            name=row.name("name") or region_name,
            region_name=region_name,
            description=row.text("description"),
            location=row.text("location"),
            software_version=row.text("software-version"),
            management_state=row.text("management-state"),
            availability_status=row.text("availability-status"),
            deploy_status=row.text("deploy-status"),
            sync_status=row.text("sync_status"),
            endpoints=tuple(
                _endpoint(inner.text("endpoint_type"), inner.text("sync_status"))
                for inner in row.inners("endpoint_sync_status")
            ),
            backup_status=row.text("backup-status"),
            backup_datetime=row.moment("backup-datetime"),
            prestage_status=row.text("prestage-status"),
            prestage_versions=row.text("prestage-versions"),
            error_description="" if error == NO_ERROR else redact(error),
            management_subnet=row.text("management-subnet"),
            management_start_ip=row.text("management-start-ip"),
            management_end_ip=row.text("management-end-ip"),
            management_gateway_ip=row.text("management-gateway-ip"),
            systemcontroller_gateway_ip=row.text("systemcontroller-gateway-ip"),
            oam_floating_ip="" if oam_address == "unavailable" else oam_address,
            bmc_address=_bmc_address(row.raw("data_install")),
            openstack_installed=row.flag("openstack-installed"),
            group_id=row.number("group_id"),
            peer_group_id=row.number("peer_group_id"),
            deploy_config_sync_status=row.text("deploy_config_sync_status"),
            created_at=row.moment("created-at"),
            updated_at=row.moment("updated-at"),
        )


@dataclass(frozen=True, slots=True)
class AlarmSummary:
    """Alarms of one cloud, counted. `name` is the subcloud's (dcmanager calls it region_name), empty from FM itself.

    Subclouds that are offline, unmanaged or new report -1: then every count is None and `reported` False.
    """

    name: str
    critical: int | None
    major: int | None
    minor: int | None
    warnings: int | None
    status: str
    reported: bool

    @classmethod
    def read(cls, row: Row) -> Self:
        """From a row of dcmanager's `alarm_summary`. One without a name counts for nobody."""
        counts = (row.count(f"{severity}_alarms") for severity in ("critical", "major", "minor"))
        return cls._counted(row.name("region_name"), (*counts, row.count("warnings")), row.text("cloud_status"))

    @classmethod
    def read_own(cls, row: Row) -> Self:
        """From FM's `/alarms/summary`, which speaks of its own cloud."""
        counts = tuple(row.count(key) for key in ("critical", "major", "minor", "warnings"))
        return cls._counted("", counts, row.text("status"))

    @classmethod
    def _counted(cls, name: str, counts: tuple[int | None, ...], status: str) -> Self:
        reported = None not in counts
        critical, major, minor, warnings = counts if reported else (None,) * 4
        return cls(name, critical, major, minor, warnings, status, reported)


@dataclass(frozen=True, slots=True)
class SubcloudGroup:
    """A group of subclouds; each subcloud is in exactly one. Id 1 is "Default"."""

    id: int
    name: str
    description: str
    update_apply_type: str
    max_parallel_subclouds: int | None
    subcloud_count: int | None
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: id. One without a usable name is called by its id."""
        number = row.identity_number("id")
        return cls(
            id=number,
            name=row.name("name") or f"group {number}",
            description=row.text("description"),
            update_apply_type=row.text("update_apply_type"),
            max_parallel_subclouds=row.count("max_parallel_subclouds"),
            subcloud_count=row.count("subcloud_count"),
            created_at=row.moment("created-at"),
            updated_at=row.moment("updated-at"),
        )


@lru_cache(maxsize=256)
def _endpoint(endpoint_type: str, sync_status: str) -> EndpointSync:
    """One object for equal ones: seven of twenty words stand in each of thousands of subclouds."""
    return EndpointSync(endpoint_type, sync_status)


def _bmc_address(data_install: object) -> str:
    """The BMC's address out of the install values; everything else in there stays behind, the password first of all."""
    if not isinstance(data_install, str) or "bmc_address" not in data_install:
        return ""
    try:
        values = orjson.loads(data_install)
    except orjson.JSONDecodeError:
        return ""
    address = values.get("bmc_address") if isinstance(values, dict) else None
    return address if isinstance(address, str) and ADDRESS.fullmatch(address) else ""
