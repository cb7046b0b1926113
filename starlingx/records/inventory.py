"""The cloud itself, its hosts, service groups, certificates: sysinv (starlingx-platform.md 2.2, 2.3, 2.12, 2.13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.rows import Row

FREE_TEXT_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class System:
    """A cloud about itself. Coordinates are degrees, None where nobody entered usable ones."""

    uuid: str
    name: str
    system_type: str
    system_mode: str
    description: str
    contact: str
    location: str
    latitude: float | None
    longitude: float | None
    timezone: str
    software_version: str
    region_name: str
    distributed_cloud_role: str
    security_feature: str
    vswitch_type: str
    https_enabled: bool | None
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid."""
        capabilities = row.inner("capabilities")
        return cls(
            uuid=row.identity("uuid"),
            name=row.text("name"),
            system_type=row.text("system_type"),
            system_mode=row.text("system_mode"),
            description=row.text("description"),
            contact=row.text("contact"),
            location=row.text("location"),
            latitude=row.degrees("latitude", 90),
            longitude=row.degrees("longitude", 180),
            timezone=row.text("timezone"),
            software_version=row.text("software_version"),
            region_name=row.text("region_name"),
            distributed_cloud_role=row.text("distributed_cloud_role"),
            security_feature=row.text("security_feature"),
            vswitch_type=capabilities.text("vswitch_type"),
            https_enabled=capabilities.flag("https_enabled"),
            created_at=row.moment("created_at"),
            updated_at=row.moment("updated_at"),
        )


@dataclass(frozen=True, slots=True)
class Host:
    """A server. `hostname` and `personality` are empty before it is provisioned; an empty `task` means settled.

    `controller_state` is Controller-Active or Controller-Standby on controllers. `uptime` is in seconds.
    """

    uuid: str
    id: int | None
    hostname: str
    personality: str
    subfunctions: tuple[str, ...]
    administrative: str
    operational: str
    availability: str
    subfunction_oper: str
    subfunction_avail: str
    invprovision: str
    inv_state: str
    task: str
    ihost_action: str
    mtce_info: str
    vim_progress_status: str
    controller_state: str
    config_status: str
    install_state: str
    install_state_info: str
    uptime: int | None
    sw_version: str
    mgmt_ip: str
    mgmt_mac: str
    bm_type: str
    bm_ip: str
    location: str
    peer_group: str
    peer_hosts: tuple[str, ...]
    clock_synchronization: str
    device_image_update: str
    reboot_needed: bool | None
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid."""
        peers = row.inner("peers")
        return cls(
            uuid=row.identity("uuid"),
            id=row.count("id"),
            hostname=row.text("hostname"),
            personality=row.text("personality"),
            subfunctions=row.texts("subfunctions"),
            administrative=row.text("administrative"),
            operational=row.text("operational"),
            availability=row.text("availability"),
            subfunction_oper=row.text("subfunction_oper"),
            subfunction_avail=row.text("subfunction_avail"),
            invprovision=row.text("invprovision"),
            inv_state=row.text("inv_state"),
            task=row.text("task"),
            ihost_action=row.text("ihost_action"),
            mtce_info=row.text("mtce_info"),
            vim_progress_status=row.text("vim_progress_status"),
            controller_state=row.inner("capabilities").text("Personality"),
            config_status=row.text("config_status"),
            install_state=row.text("install_state"),
            install_state_info=row.text("install_state_info"),
            uptime=row.count("uptime"),
            sw_version=row.text("sw_version"),
            mgmt_ip=row.text("mgmt_ip"),
            mgmt_mac=row.text("mgmt_mac"),
            bm_type=row.text("bm_type"),
            bm_ip=row.text("bm_ip"),
            location=row.inner("location").text("locn"),
            peer_group=peers.text("name"),
            peer_hosts=peers.texts("hosts"),
            clock_synchronization=row.text("clock_synchronization"),
            device_image_update=row.text("device_image_update"),
            reboot_needed=row.flag("reboot_needed"),
            created_at=row.moment("created_at"),
            updated_at=row.moment("updated_at"),
        )


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    """A service group on one controller: active, standby, disabled … A cloud is up if each has an active one."""

    uuid: str
    name: str
    node_name: str
    state: str
    desired_state: str
    status: str
    condition: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: name (`service_group_name` where that is missing), node_name."""
        return cls(
            uuid=row.text("uuid"),
            name=row.identity("service_group_name" if row.raw("service_group_name") else "name"),
            node_name=row.identity("node_name"),
            state=row.text("state"),
            desired_state=row.text("desired_state"),
            status=row.text("status"),
            condition=row.text("condition"),
        )


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate sysinv installed: when it ends, and what for (ssl, ssl_ca, docker_registry, openstack …)."""

    uuid: str
    certtype: str
    mode: str
    issuer: str
    subject: str
    start_date: datetime | None
    expiry_date: datetime | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid. The key `details` may hold a key's name and is left behind."""
        return cls(
            uuid=row.identity("uuid"),
            certtype=row.text("certtype"),
            mode=row.text("mode"),
            issuer=row.text("issuer", FREE_TEXT_LENGTH),
            subject=row.text("subject", FREE_TEXT_LENGTH),
            start_date=row.moment("start_date"),
            expiry_date=row.moment("expiry_date"),
        )
