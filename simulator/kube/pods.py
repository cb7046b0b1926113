"""Pods: the platform's own, Rook's, and the NIC exporter's where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from simulator.hardware import HostSpec
from simulator.kube.access import missing
from simulator.kube.nodes import listed, made
from simulator.routing import Call, answer
from simulator.sysinv.ceph import osd_disks
from simulator.sysinv.reads import site_of
from simulator.sysinv.site import Site

EXPORTER_NAMESPACE = "node-interface-metrics-exporter"
EXPORTER_PORT = 9110
# namespace, name, app label; one on each host
EVERYWHERE = (
    ("kube-system", "kube-apiserver", "kube-apiserver"),
    ("kube-system", "calico-node", "calico-node"),
    ("kube-system", "kube-sriov-device-plugin-amd64", "sriovdp"),
)
ROOK = (("rook-ceph-mon", "mon"), ("rook-ceph-mgr", "mgr"))

Pod = dict[str, Any]


def pods(site: Site) -> Iterator[Pod]:
    for host in site.hosts:
        for namespace, name, app in EVERYWHERE:
            yield pod(site, host, namespace, f"{name}-{suffix(site, host, name)}", app)
        if site.has_exporter and host.hostname not in site.conditions.locked:
            yield pod(site, host, EXPORTER_NAMESPACE, exporter_pod(site, host), "nime-app", host_network=True)
    if site.cloud.ceph == "ceph-rook":
        yield from rook_pods(site)


def rook_pods(site: Site) -> Iterator[Pod]:
    yield pod(
        site,
        site.hosts[0],
        "rook-ceph",
        f"rook-ceph-operator-{suffix(site, site.hosts[0], 'operator')}",
        "rook-ceph-operator",
    )
    for index, host in enumerate(site.hosts):
        for name, _ in ROOK:
            yield pod(site, host, "rook-ceph", f"{name}-{'ab'[index % 2]}-{suffix(site, host, name)}", name)
    for number, host, _ in osd_disks(site):
        phase = "Pending" if number in site.conditions.osds_lost else "Running"
        yield pod(
            site,
            host,
            "rook-ceph",
            f"rook-ceph-osd-{number}-{suffix(site, host, f'osd{number}')}",
            "rook-ceph-osd",
            phase=phase,
        )


def suffix(site: Site, host: HostSpec, name: str) -> str:
    return site.cloud.hex("pod", host.hostname, name)[:5]


def exporter_pod(site: Site, host: HostSpec) -> str:
    return f"nime-app-{suffix(site, host, 'nime-app')}"


def pod(
    site: Site,
    host: HostSpec,
    namespace: str,
    name: str,
    app: str,
    *,
    phase: str = "Running",
    host_network: bool = False,
) -> Pod:
    ready = phase == "Running"
    container: Pod = {"name": app, "image": f"registry.local:9001/{app}:1"}
    if host_network:
        container["ports"] = [{"containerPort": EXPORTER_PORT, "hostPort": EXPORTER_PORT, "protocol": "TCP"}]
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": site.cloud.uuid("pod", namespace, name),
            "creationTimestamp": made(site),
            "labels": {"app": app},
        },
        "spec": {"nodeName": host.hostname, "hostNetwork": host_network, "containers": [container]},
        "status": {
            "phase": phase,
            "hostIP": host.mgmt_ip,
            "podIP": host.mgmt_ip,
            "startTime": made(site),
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "containerStatuses": [{"name": app, "ready": ready, "restartCount": 0}],
        },
    }


def selected(found: Iterator[Pod], call: Call) -> list[Pod]:
    """`labelSelector` with equalities, `fieldSelector` for node and phase, as far as a portal uses them."""
    namespace = call.params.get("namespace")
    rows = [one for one in found if namespace in (None, one["metadata"]["namespace"])]
    for term in filter(None, call.query.get("labelSelector", "").split(",")):
        key, _, value = term.replace("==", "=").partition("=")
        rows = [one for one in rows if one["metadata"]["labels"].get(key) == value]
    for term in filter(None, call.query.get("fieldSelector", "").split(",")):
        negated = "!=" in term
        key, _, value = term.replace("!=", "=").replace("==", "=").partition("=")
        outer, _, inner = key.partition(".")
        rows = [one for one in rows if (one[outer].get(inner) == value) != negated]
    return rows


async def index(call: Call) -> web.StreamResponse:
    try:
        return answer(listed("PodList", selected(pods(site_of(call)), call)))
    except KeyError:
        return missing("fields", call.query.get("fieldSelector", ""))


async def show(call: Call) -> web.StreamResponse:
    name = call.params["pod"]
    for one in selected(pods(site_of(call)), call):
        if one["metadata"]["name"] == name:
            return answer({"kind": "Pod", "apiVersion": "v1", **one})
    return missing("pods", name)
