"""Which services a cloud's Keystone lists, in which regions (shape: wire/dcmanager/keystone_token_body.json)."""

from __future__ import annotations

from typing import Any

from simulator.fleet import CENTRAL_REGION, SYSTEM_CONTROLLER_REGION, Cloud
from simulator.world import World

INTERFACES = ("public", "internal", "admin")
BOTH = (CENTRAL_REGION, SYSTEM_CONTROLLER_REGION)

# type, name, path below the cloud's prefix
SUBCLOUD_SERVICES = (
    ("identity", "keystone", "/identity/v3"),
    ("platform", "sysinv", "/platform/v1"),
    ("faultmanagement", "fm", "/fm"),
    ("usm", "usm", "/usm"),
    ("nfv", "vim", "/nfv"),
)
# FM has no endpoint in region SystemController, dcmanager none in RegionOne
CENTRAL_SERVICES = (
    ("identity", "keystone", "/identity/v3", BOTH),
    ("dcmanager", "dcmanager", "/dcmanager/v1.0", (SYSTEM_CONTROLLER_REGION,)),
    ("usm", "usm", "/usm", BOTH),
    ("platform", "sysinv", "/platform/v1", BOTH),
    ("nfv", "vim", "/nfv", BOTH),
    ("faultmanagement", "fm", "/fm", (CENTRAL_REGION,)),
)


def catalog(world: World, cloud: Cloud) -> list[dict[str, Any]]:
    """The catalog now; a no-service fault leaves a type out."""
    fault = world.faults.on(cloud.key, "no-service", world.clock.now())
    missing = fault.options["type"] if fault else None
    listed = (
        CENTRAL_SERVICES
        if cloud.kind == "central"
        else tuple((kind, name, path, (cloud.region_name,)) for kind, name, path in SUBCLOUD_SERVICES)
    )
    return [
        {
            "endpoints": [
                endpoint(cloud, kind, interface, region, world.base_url + cloud.path + path)
                for region in regions
                for interface in INTERFACES
            ],
            "id": cloud.hex("service", kind),
            "type": kind,
            "name": name,
        }
        for kind, name, path, regions in listed
        if kind != missing
    ]


def endpoint(cloud: Cloud, kind: str, interface: str, region: str, url: str) -> dict[str, str]:
    return {
        "id": cloud.hex("endpoint", kind, interface, region),
        "interface": interface,
        "region_id": region,
        "url": url,
        "region": region,
    }
