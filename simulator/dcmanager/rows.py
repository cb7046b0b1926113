"""dcmanager's subcloud object, in its mix of hyphens and underscores (wire/dcmanager/subclouds_list_4.json)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from simulator.bmc_accounts import BMC_USER, encoded_password
from simulator.clock import stamp_database
from simulator.dcmanager.audit import ENDPOINTS, aggregate
from simulator.dcmanager.record import Record
from simulator.dcmanager.register import Register, Seen
from simulator.fleet import Cloud
from simulator.identity import stable_fraction

Stamp = Callable[[float], str]


def encoded_secret(cloud: Cloud, what: str) -> str:
    """An invented password in base64, as install values carry it: there so that redaction can be tested."""
    return base64.b64encode(f"not-a-real-{what}-{cloud.id}".encode()).decode()


def install_values(cloud: Cloud) -> str | None:
    if not cloud.initial.install_values:
        return None
    version = cloud.software.version
    address = cloud.addressing
    return json.dumps(
        {
            "software_version": version,
            "bootstrap_interface": "eno1",
            "bootstrap_address": address.oam_floating,
            "bootstrap_address_prefix": 23,
            "bootstrap_vlan": 100 + (cloud.id or 0) % 3000,
            "nexthop_gateway": address.oam_floating.rsplit(".", 1)[0] + ".1",
            "network_address": "0.0.0.0",  # noqa: S104
            "network_mask": "0.0.0.0",  # noqa: S104
            "bmc_address": address.bmc[0],
            "bmc_username": BMC_USER,
            "install_type": 3 if cloud.system_mode == "simplex" else 2,
            "console_type": "ttyS0,115200",
            "rootfs_device": "/dev/disk/by-path/pci-0000:00:17.0-ata-1.0",
            "boot_device": "/dev/disk/by-path/pci-0000:00:17.0-ata-1.0",
            "extra_boot_params": "multi-drivers-switch=cvl-4.10",
            "rvmc_debug_level": 0,
            "hw_settle": 5,
            "wait_for_timeout": 3600,
            "no_check_certificate": True,
            "persistent_size": 30000,
            "wipe_osds": False,
            "bmc_password": encoded_password(cloud, address.bmc[0]),
            "image": f"/opt/dc-vault/software/{version}/starlingx-intel-x86-64-cd.iso",
        }
    )


def rehome_data(cloud: Cloud, record: Record) -> str | None:
    if not cloud.initial.rehome_data:
        return None
    address = cloud.addressing
    return json.dumps(
        {
            "saved_payload": {
                "name": record.name,
                "system_mode": cloud.system_mode,
                "location": record.location,
                "management_subnet": address.subnet,
                "management_start_address": address.start,
                "management_end_address": address.end,
                "management_gateway_address": address.gateway,
                "systemcontroller_gateway_address": address.controller_gateway,
                "external_oam_floating_address": address.oam_floating,
                "docker_registries": {
                    "docker.io": {
                        "url": "registry.example.test:9001/docker.io",
                        "username": "mirror",
                        "password": encoded_secret(cloud, "registry-password"),
                    }
                },
                "admin_password": encoded_secret(cloud, "admin-password"),
                "bootstrap-address": address.oam_floating,
            }
        }
    )


def columns(register: Register, cloud: Cloud, seen: Seen, stamp: Stamp = stamp_database) -> dict[str, Any]:
    """The object without sync fields: group members and replies that came through RPC look like this."""
    record, address = register.records[cloud.key], cloud.addressing
    return {
        "id": cloud.id,
        "name": record.name,
        "description": record.description,
        "location": record.location,
        "software-version": cloud.software.version,
        "management-state": record.management,
        "availability-status": seen.word,
        "deploy-status": seen.deploy.status,
        "backup-status": seen.backup.status,
        "backup-datetime": None if record.backed_up_at is None else stamp(record.backed_up_at),
        "error-description": seen.error,
        "region-name": cloud.region_name,
        "management-subnet": address.subnet,
        "management-start-ip": address.start,
        "management-end-ip": address.end,
        "management-gateway-ip": address.gateway,
        "openstack-installed": False,
        "prestage-status": seen.prestage.status,
        "prestage-versions": record.prestage_versions,
        "systemcontroller-gateway-ip": address.controller_gateway,
        "data_install": install_values(cloud),
        "data_upgrade": None,
        "created-at": stamp(record.created_at),
        "updated-at": stamp(seen.updated_at),
        "group_id": record.group,
        "peer_group_id": None,
        "rehome_data": rehome_data(cloud, record),
    }


def listed(register: Register, cloud: Cloud, seen: Seen) -> dict[str, Any]:
    """A row of the list: with the aggregate, endpoints in the order the database happens to return them."""
    order = list(ENDPOINTS)
    if stable_fraction(cloud.seed, "endpoint-order") < 0.6:
        cloud.dice("endpoint-order").shuffle(order)
    return {
        **columns(register, cloud, seen),
        "sync_status": aggregate(seen.endpoints[name] for name in order),
        "endpoint_sync_status": endpoints(seen, order),
    }


def shown(register: Register, cloud: Cloud, seen: Seen) -> dict[str, Any]:
    """One subcloud: no aggregate, endpoints in alphabetical order."""
    return {**columns(register, cloud, seen), "endpoint_sync_status": endpoints(seen, sorted(ENDPOINTS))}


def detailed(register: Register, cloud: Cloud, seen: Seen, reached: bool) -> dict[str, Any]:
    """One subcloud with what dcmanager asks the site for in the same request; `reached` False: it did not answer."""
    asked = reached and seen.availability.online
    return {
        **shown(register, cloud, seen),
        "oam_floating_ip": cloud.addressing.oam_floating if asked else "unavailable",
        "deploy_config_sync_status": "Deployment: configurations up-to-date" if asked else "unknown",
        "region_name": cloud.region_name,
    }


def endpoints(seen: Seen, order: list[str]) -> list[dict[str, str]]:
    return [{"endpoint_type": name, "sync_status": seen.endpoints[name]} for name in order]
