"""Rook's CephCluster resource: measured health, capacity and OSDs. It agrees with FM's 800.* alarms of the site."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.fm.access import alarms_of
from simulator.identity import stable_fraction
from simulator.kube.access import missing, no_such_api
from simulator.kube.nodes import listed, made, stamp
from simulator.routing import Call, answer
from simulator.sysinv.ceph import fsid, osd_disks
from simulator.sysinv.reads import site_of
from simulator.sysinv.site import Site

NAMESPACE = "rook-ceph"
API = "ceph.rook.io/v1"
MIB = 2**20
RELEASE = "ceph version 18.2.7 (reef) stable"
CHECK_SECONDS = 60.0
HEALTH = {"critical": "HEALTH_ERR", "major": "HEALTH_WARN", "minor": "HEALTH_WARN", "warning": "HEALTH_WARN"}


def health(call: Call, site: Site) -> tuple[str, float]:
    """(health, since when), from the alarm about the cluster."""
    snapshot = alarms_of(call).snapshot(call.cloud, site.at)
    for alarm in snapshot.alarms:
        if alarm.alarm_id == "800.001":
            return HEALTH[alarm.severity], alarm.raised_at
    return "HEALTH_OK", site.after_birth(7200)


def details(site: Site, word: str) -> dict[str, dict[str, str]]:
    lost = len(site.conditions.osds_lost)
    if word == "HEALTH_OK":
        return {}
    if not lost:
        return {"PG_DEGRADED": {"severity": word, "message": "Degraded data redundancy, recovery is running"}}
    found = {"OSD_DOWN": {"severity": "HEALTH_WARN", "message": f"{lost} osds down"}}
    if word == "HEALTH_ERR":
        return found | {"PG_AVAILABILITY": {"severity": word, "message": "Reduced data availability"}}
    return found | {"PG_DEGRADED": {"severity": word, "message": "Degraded data redundancy"}}


def capacity(site: Site) -> dict[str, Any]:
    """Raw bytes of the OSDs that are up; between a tenth and three quarters of all is used."""
    disks = osd_disks(site)
    everything = sum(disk.size_mib for _, _, disk in disks) * MIB
    used = int(everything * (0.1 + 0.65 * stable_fraction(site.cloud.seed, "ceph-used")))
    lost = sum(disk.size_mib for number, _, disk in disks if number in site.conditions.osds_lost) * MIB
    up = len(disks) - len(site.conditions.osds_lost)
    share = used * up // len(disks) if disks else 0
    return {
        "bytesTotal": everything - lost,
        "bytesUsed": share,
        "bytesAvailable": everything - lost - share,
        "lastUpdated": checked(site),
    }


def checked(site: Site) -> str:
    period = site.conditions.scaled(CHECK_SECONDS)
    return stamp(site.at - site.at % period)


def resource(call: Call, site: Site) -> dict[str, Any]:
    word, since = health(call, site)
    up = len(osd_disks(site)) - len(site.conditions.osds_lost)
    hosts = len(site.hosts)
    versions = {"mon": {RELEASE: hosts}, "mgr": {RELEASE: hosts}, "osd": {RELEASE: up}, "mds": {RELEASE: hosts}}
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "ClusterCreated",
        "message": "Cluster created successfully",
        "lastHeartbeatTime": checked(site),
        "lastTransitionTime": made(site),
    }
    return {
        "apiVersion": API,
        "kind": "CephCluster",
        "metadata": {
            "name": NAMESPACE,
            "namespace": NAMESPACE,
            "uid": site.cloud.uuid("cephcluster"),
            "creationTimestamp": made(site),
            "generation": 2,
            "resourceVersion": str(int(site.at)),
        },
        "spec": {
            "cephVersion": {"image": "registry.local:9001/quay.io/ceph/ceph:v18.2.7"},
            "mon": {"count": hosts, "allowMultiplePerNode": False},
            "mgr": {"count": hosts},
            "dataDirHostPath": "/var/lib/ceph",
        },
        "status": {
            "phase": "Ready",
            "state": "Created",
            "message": "Cluster created successfully",
            "conditions": [ready],
            "ceph": {
                "health": word,
                "previousHealth": "HEALTH_OK" if word != "HEALTH_OK" else "HEALTH_WARN",
                "lastChecked": checked(site),
                "lastChanged": stamp(since),
                "fsid": fsid(site),
                "details": details(site, word),
                "capacity": capacity(site),
                "versions": versions | {"overall": {RELEASE: 3 * hosts + up}},
            },
            "storage": {"deviceClasses": [{"name": "ssd"}], "osd": {"storeType": {"bluestore": up}}},
            "version": {"image": "registry.local:9001/quay.io/ceph/ceph:v18.2.7", "version": "18.2.7-0"},
        },
    }


async def index(call: Call) -> web.StreamResponse:
    """Without Rook the whole API group is unknown."""
    if call.cloud.ceph != "ceph-rook":
        return no_such_api(call)
    site = site_of(call)
    here = call.params.get("namespace", NAMESPACE) == NAMESPACE
    return answer(listed("CephClusterList", [resource(call, site)] if here else [], API))


async def show(call: Call) -> web.StreamResponse:
    if call.cloud.ceph != "ceph-rook":
        return no_such_api(call)
    if (call.params["namespace"], call.params["name"]) != (NAMESPACE, NAMESPACE):
        return missing("cephclusters.ceph.rook.io", call.params["name"])
    return answer(resource(call, site_of(call)))
