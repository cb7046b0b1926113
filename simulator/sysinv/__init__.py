"""sysinv, the configuration and inventory API of each cloud (shapes: recorded answers in tests/wire/sysinv)."""

from __future__ import annotations

from simulator.routing import Routes, Service
from simulator.sysinv import health, host_patch, reads
from simulator.sysinv.access import method_not_allowed, not_found, unauthorized
from simulator.sysinv.versions import root, version_one
from simulator.world import World


def service(world: World) -> Service:
    """Named `platform`, after its type in the catalog."""
    routes = Routes()
    routes.get("/", root, public=True)
    routes.get("/v1", version_one, public=True)
    routes.get("/v1/health", health.general)
    routes.get("/v1/health/{kind}", health.special)
    routes.get("/v1/health/{kind}/{relaxed}", health.special)
    routes.get("/v1/{resource}", reads.index)
    routes.get("/v1/{resource}/{uuid}", reads.show)
    routes.get("/v1/ihosts", reads.index)
    routes.get("/v1/ihosts/{uuid}", reads.show)
    routes.get("/v1/ihosts/{uuid}/{child}", reads.below_host)
    routes.add("PATCH", "/v1/ihosts/{uuid}", host_patch.update)
    return Service(
        "platform", routes, unauthorized=unauthorized, not_found=not_found, method_not_allowed=method_not_allowed
    )
