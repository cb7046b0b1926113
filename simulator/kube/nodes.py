"""Nodes with what the SR-IOV device plugin and hugepages offer."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.clock import utc
from simulator.hardware import HostSpec
from simulator.kube.access import missing
from simulator.routing import Call, answer
from simulator.sysinv.platform import labels
from simulator.sysinv.processors import CORES, NODES, PLATFORM_CORES
from simulator.sysinv.reads import site_of
from simulator.sysinv.site import Site


def stamp(at: float) -> str:
    """Kubernetes' shape: whole seconds with a Z."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def made(site: Site) -> str:
    return stamp(site.after_birth(3600))


async def version(call: Call) -> web.StreamResponse:
    git = call.cloud.software.kubernetes
    major, minor, _ = git.removeprefix("v").split(".")
    return answer({"major": major, "minor": minor, "gitVersion": git, "platform": "linux/amd64"})


def resources(host: HostSpec) -> dict[str, str]:
    """Virtual functions by data network, under the plugin's default prefix."""
    found = {
        "cpu": str(NODES * CORES * 2 - PLATFORM_CORES * 2),
        "memory": "247000Mi",
        "pods": "110",
        "hugepages-1Gi": "64Gi",
    }
    for port in host.ports:
        if port.sriov_numvfs and port.datanetwork:
            name = port.datanetwork.replace("-", "_").replace(".", "_")
            found[f"intel.com/pci_sriov_net_{name}"] = str(port.sriov_numvfs)
    return found


def node(site: Site, host: HostSpec) -> dict[str, Any]:
    locked = host.hostname in site.conditions.locked
    marks = {row["label_key"]: row["label_value"] for row in labels(site) if row["host_uuid"] == host.uuid}
    capacity = resources(host)
    condition = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "kubelet is posting ready status",
        "lastHeartbeatTime": stamp(site.at),
        "lastTransitionTime": made(site),
    }
    silent_since = site.conditions.down.get(host.hostname)
    if silent_since is not None:
        condition |= {
            "status": "Unknown",
            "reason": "NodeStatusUnknown",
            "message": "Kubelet stopped posting node status.",
            "lastHeartbeatTime": stamp(silent_since),
            "lastTransitionTime": stamp(silent_since),
        }
    return {
        "metadata": {
            "name": host.hostname,
            "uid": site.cloud.uuid("node", host.hostname),
            "creationTimestamp": made(site),
            "labels": {"kubernetes.io/hostname": host.hostname, "node-role.kubernetes.io/control-plane": "", **marks},
        },
        "spec": {"taints": [{"key": "services", "value": "disabled", "effect": "NoExecute"}] if locked else []},
        "status": {
            "capacity": capacity,
            "allocatable": capacity,
            "conditions": [condition],
            "addresses": [
                {"type": "InternalIP", "address": host.mgmt_ip},
                {"type": "Hostname", "address": host.hostname},
            ],
            "nodeInfo": {
                "kubeletVersion": site.cloud.software.kubernetes,
                "osImage": "Debian GNU/Linux 11 (bullseye)",
                "kernelVersion": "6.6.0-1-rt-amd64",
                "containerRuntimeVersion": "containerd://1.7.27",
                "architecture": "amd64",
                "operatingSystem": "linux",
            },
        },
    }


async def index(call: Call) -> web.StreamResponse:
    site = site_of(call)
    return answer(listed("NodeList", [node(site, host) for host in site.hosts]))


async def show(call: Call) -> web.StreamResponse:
    site, name = site_of(call), call.params["name"]
    host = site.cloud.host(name)
    if host is None:
        return missing("nodes", name)
    return answer({"kind": "Node", "apiVersion": "v1", **node(site, host)})


def listed(kind: str, items: list[dict[str, Any]], version: str = "v1") -> dict[str, Any]:
    return {"kind": kind, "apiVersion": version, "metadata": {"resourceVersion": "1"}, "items": items}
