"""USM, software releases of each cloud. Not recorded: fields as its API reference and client describe them."""

from __future__ import annotations

from simulator.routing import Routes, Service
from simulator.usm.releases import deploy, deploy_hosts, in_sync, release, releases
from simulator.world import World


def service(world: World) -> Service:
    routes = Routes()
    routes.get("/v1/release", releases)
    routes.get("/v1/release/{id}", release)
    routes.get("/v1/deploy", deploy)
    routes.get("/v1/deploy_host", deploy_hosts)
    routes.get("/v1/software/in_sync_controller", in_sync)
    return Service("usm", routes)
