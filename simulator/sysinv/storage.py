"""Storage backends as sysinv configures them: bare-metal Ceph, Rook, or none."""

from __future__ import annotations

from simulator.sysinv.ceph import osd_disks, replication
from simulator.sysinv.site import Item, Site


def backend_name(site: Site) -> str:
    return "ceph-rook-store" if site.cloud.ceph == "ceph-rook" else "ceph-store"


def backend_capabilities(site: Site) -> Item:
    """The numbers are strings, as seen."""
    found: Item = {"replication": str(replication(site)), "min_replication": "1"}
    if site.cloud.ceph == "ceph-rook":
        found |= {"deployment_model": "controller", "failure_domain": "host" if len(site.hosts) > 1 else "osd"}
    return found


def storage_backend(site: Site, *, one: bool = False) -> list[Item]:
    if site.cloud.ceph == "none":
        return []
    uuid = site.cloud.uuid("storage-backend")
    row: Item = {"uuid": uuid, "backend": site.cloud.ceph, "name": backend_name(site), "state": "configured"}
    if one:
        row["forisystemid"] = 1
    row |= {
        "isystem_uuid": site.cloud.uuid("system"),
        "task": None,
        "services": "block,filesystem" if site.cloud.ceph == "ceph-rook" else "cinder,glance",
        "capabilities": backend_capabilities(site),
        "links": site.links("storage_backends", uuid),
        **site.times(uuid),
    }
    if one:
        row["confirmed"] = False
    return [row | {"network": "mgmt"}]


def storage_backend_one(site: Site) -> list[Item]:
    return storage_backend(site, one=True)


def ceph_detail(site: Site, resource: str, own: Item, *, one: bool) -> list[Item]:
    """The flavour's own row about the same backend."""
    backend = storage_backend(site)[0]
    uuid = backend["uuid"]
    row = {"uuid": uuid, **own, "links": site.links(resource, uuid), **site.times(uuid)}
    row |= {key: backend[key] for key in ("backend", "name", "state", "task", "services", "capabilities")}
    if one:
        row["confirmed"] = False
    return [row | {"network": "mgmt"}]


def storage_ceph(site: Site, *, one: bool = False) -> list[Item]:
    if site.cloud.ceph != "ceph":
        return []
    gib = sum(disk.size_mib for _, _, disk in osd_disks(site)) // 1024 // replication(site)
    own = {
        "cinder_pool_gib": 20,
        "glance_pool_gib": 20,
        "ephemeral_pool_gib": 0,
        "object_pool_gib": 0,
        "kube_pool_gib": 20,
        "object_gateway": False,
        "tier_name": "storage",
        "tier_uuid": site.cloud.uuid("storage-tier"),
        "ceph_total_space_gib": gib,
    }
    return ceph_detail(site, "storage_ceph", own, one=one)


def storage_ceph_one(site: Site) -> list[Item]:
    return storage_ceph(site, one=True)


def storage_ceph_rook(site: Site) -> list[Item]:
    if site.cloud.ceph != "ceph-rook":
        return []
    own = {"deployment": "controller", "failure_domain": backend_capabilities(site)["failure_domain"]}
    return ceph_detail(site, "storage_ceph_rook", own, one=False)
