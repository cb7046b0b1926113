"""USM, software releases of each cloud. Not recorded: fields as its API reference and client describe them."""

from __future__ import annotations

from simulator.routing import Routes, Service
from simulator.usm.access import WRITERS, guarded
from simulator.usm.deployments import Deployments
from simulator.usm.releases import Reads
from simulator.usm.writes import Writes


def service(deployments: Deployments) -> Service:
    routes, reads = Routes(), Reads(deployments)
    for pattern, handler in (
        ("/v1/release", reads.releases),
        ("/v1/release/{id}", reads.release),
        ("/v1/release/{id}/{question}", reads.is_in_state),
        ("/v1/deploy", reads.deploy),
        ("/v1/deploy_host", reads.deploy_hosts),
        ("/v1/software/in_sync_controller", reads.in_sync),
    ):
        routes.get(pattern, guarded(handler))
    writes = Writes(deployments, reads)
    for method, pattern, handler in (
        ("POST", "/v1/release", writes.upload),
        ("DELETE", "/v1/release/{id}", writes.remove),
        ("POST", "/v1/deploy/precheck", writes.precheck),
        ("POST", "/v1/deploy/{release}/precheck", writes.precheck),
        ("POST", "/v1/deploy/start", writes.start),
        ("POST", "/v1/deploy/{release}/start", writes.start),
        ("POST", "/v1/deploy/{release}/start/{force}", writes.start),
        ("POST", "/v1/deploy_host/{hostname}", writes.host),
        ("POST", "/v1/deploy/activate", writes.activate),
        ("POST", "/v1/deploy/complete", writes.complete),
        ("DELETE", "/v1/deploy", writes.delete),
    ):
        routes.add(method, pattern, guarded(handler, WRITERS))
    return Service("usm", routes)
