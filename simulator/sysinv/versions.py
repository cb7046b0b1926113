"""What sysinv says about itself. Its list of resources is incomplete and uneven, as seen: no use for discovery."""

from __future__ import annotations

from aiohttp import web

from simulator.routing import Call, answer

DESCRIPTION = "System inventory API: hosts, ports, interfaces, processors, disks, memory and their configuration."
LISTED = (
    "isystems",
    "ihosts",
    "helm_charts",
    "inode",
    "icpu",
    "imemory",
    "iuser",
    "idns",
    "intp",
    "ptp",
    "ptp_instances",
    "ptp_interfaces",
    "ptp_parameters",
    "iextoam",
    "controller_fs",
    "storage_backend",
    "storage_lvm",
    "storage_file",
    "storage_external",
    "storage_ceph",
    "storage_ceph_external",
    "storage_ceph_rook",
    "ceph_mon",
    "drbdconfig",
    "addresses",
    "addrpools",
    "upgrade",
    "networks",
    "network_addrpools",
    "datanetworks",
    "interface_datanetworks",
    "interface_networks",
    "service_parameter",
    "clusters",
    "lldp_agents",
    "lldp_neighbours",
    "services",
    "servicenodes",
    "servicegroup",
    "health",
    "registry_image",
    "remotelogging",
    "sdn_controller",
    "license",
    "fernet_repo",
    "apps",
    "query_compatible_apps",
    "reorder_apps",
    "host_fs",
    "kube_clusters",
    "kube_versions",
    "kube_cmd_versions",
    "kube_upgrade",
    "kube_rootca_update",
    "kube_host_upgrades",
    "kube_config_kubelet",
    "device_images",
    "device_image_state",
    "device_labels",
    "restore",
    "evaluate_apps_reapply",
    "vim",
    "flux",
)


async def root(call: Call) -> web.StreamResponse:
    version = {"id": "v1", "links": [{"href": f"{call.base_url}/v1/", "rel": "self"}]}
    return answer(
        {"name": "Titanium SysInv API", "description": DESCRIPTION, "versions": [version], "default_version": version}
    )


async def version_one(call: Call) -> web.StreamResponse:
    base = call.base_url
    references = {
        name: [{"href": f"{base}/v1/{name}/", "rel": "self"}, {"href": f"{base}/{name}/", "rel": "bookmark"}]
        for name in LISTED
    }
    return answer(
        {
            "id": "v1",
            "media_types": [{"base": "application/json", "type": "application/vnd.openstack.sysinv.v1+json"}],
            "links": [
                {"href": f"{base}/v1/", "rel": "self"},
                {"href": "https://docs.starlingx.io/api-ref/config/", "rel": "describedby", "type": "text/html"},
            ],
            **references,
        }
    )
