"""The Kubernetes API of each cloud, as far as a portal reads it: nodes, pods, CephCluster, the NIC exporter."""

from __future__ import annotations

from simulator.kube import ceph, exporter, nodes, pods
from simulator.kube.access import bearer, method_not_allowed, no_such_api, unauthorized
from simulator.routing import Routes, Service
from simulator.world import World


def service(world: World) -> Service:
    routes = Routes()
    routes.get("/version", nodes.version)
    routes.get("/api/v1/nodes", nodes.index)
    routes.get("/api/v1/nodes/{name}", nodes.show)
    routes.get("/api/v1/pods", pods.index)
    routes.get("/api/v1/namespaces/{namespace}/pods", pods.index)
    routes.get("/api/v1/namespaces/{namespace}/pods/{pod}", pods.show)
    routes.get("/api/v1/namespaces/{namespace}/pods/{pod}/proxy/metrics", exporter.metrics)
    routes.get("/api/v1/namespaces/{namespace}/pods/{pod}/proxy/metrics/device/{device}", exporter.metrics)
    routes.get("/api/v1/namespaces/{namespace}/pods/{pod}/proxy/healthz", exporter.health)
    routes.get("/apis/ceph.rook.io/v1/cephclusters", ceph.index)
    routes.get("/apis/ceph.rook.io/v1/namespaces/{namespace}/cephclusters", ceph.index)
    routes.get("/apis/ceph.rook.io/v1/namespaces/{namespace}/cephclusters/{name}", ceph.show)
    return Service(
        "kube",
        routes,
        authenticate=bearer,
        unauthorized=unauthorized,
        not_found=no_such_api,
        method_not_allowed=method_not_allowed,
    )
