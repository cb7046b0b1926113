"""What dcmanager keeps of values files: as they were sent, or as the fleet's own sites were once deployed with."""

from __future__ import annotations

import base64
import json
from typing import Any

from simulator.bmc_accounts import BMC_USER, encoded_password
from simulator.dcmanager.record import Record
from simulator.fleet import Cloud


def encoded_secret(cloud: Cloud, what: str) -> str:
    """An invented password in base64, as install values carry it: there so that redaction can be tested."""
    return base64.b64encode(f"not-a-real-{what}-{cloud.id}".encode()).decode()


def install_values(cloud: Cloud, record: Record) -> dict[str, Any] | None:
    """The content of `data_install`, None where nobody gave any."""
    if record.install_values is not None:
        return dict(record.install_values)
    return fleet_install_values(cloud) if cloud.initial.install_values else None


def fleet_install_values(cloud: Cloud) -> dict[str, Any]:
    version, address = cloud.software.version, cloud.addressing
    return {
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


def bootstrap_values(cloud: Cloud, record: Record) -> dict[str, Any] | None:
    """The overrides file of the subcloud, None where there is none."""
    if record.bootstrap_values is not None:
        return dict(record.bootstrap_values)
    return fleet_bootstrap_values(cloud, record)


def fleet_bootstrap_values(cloud: Cloud, record: Record) -> dict[str, Any]:
    address = cloud.addressing
    return {
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


def rehome_data(cloud: Cloud, record: Record) -> str | None:
    """What another System Controller would need to take the subcloud over; None until somebody stored it."""
    if record.rehome_values is not None:
        return json.dumps({"saved_payload": dict(record.rehome_values)})
    if not cloud.initial.rehome_data:
        return None
    return json.dumps({"saved_payload": fleet_bootstrap_values(cloud, record)})
