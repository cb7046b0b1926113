"""dcmanager's subcloud object, in its mix of hyphens and underscores (wire/dcmanager/subclouds_list_4.json)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from simulator.clock import stamp_database
from simulator.dcmanager.audit import ENDPOINTS, aggregate
from simulator.dcmanager.error_texts import with_hints
from simulator.dcmanager.register import Register
from simulator.dcmanager.seen import Seen
from simulator.dcmanager.stored_values import install_values, rehome_data
from simulator.fleet import Cloud
from simulator.identity import stable_fraction

Stamp = Callable[[float], str]


def columns(register: Register, cloud: Cloud, seen: Seen, stamp: Stamp = stamp_database) -> dict[str, Any]:
    """The object without sync fields: group members and replies that came through RPC look like this."""
    record, address = register.records[cloud.key], cloud.addressing
    install = install_values(cloud, record)
    backed_up_at = seen.written.get("backed_up_at", record.backed_up_at)
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
        "backup-datetime": None if backed_up_at is None else stamp(backed_up_at),
        "error-description": with_hints(seen.error, seen.deploy.status),
        "region-name": cloud.region_name,
        "management-subnet": address.subnet,
        "management-start-ip": address.start,
        "management-end-ip": address.end,
        "management-gateway-ip": address.gateway,
        "openstack-installed": False,
        "prestage-status": seen.prestage.status,
        "prestage-versions": seen.written.get("prestage_versions", record.prestage_versions),
        "systemcontroller-gateway-ip": address.controller_gateway,
        "data_install": None if install is None else json.dumps(install),
        "data_upgrade": None,
        "created-at": stamp(record.created_at),
        "updated-at": stamp(seen.updated_at) if seen.updated_at > record.created_at else None,
        "group_id": record.group,
        "peer_group_id": record.peer_group,
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
