"""Collections this fleet has nothing in; they answer an empty list under their own key."""

from __future__ import annotations

from simulator.sysinv.site import Item, Site

# path -> key of the answer
EMPTY = {
    "addresses": "addresses",
    "routes": "routes",
    "network_addresspools": "network_addresspools",
    "idns": "idnss",
    "intp": "intps",
    "ptp": "ptps",
    "ptp_instances": "ptp_instances",
    "ptp_interfaces": "ptp_interfaces",
    "ptp_parameters": "ptp_parameters",
    "remotelogging": "remoteloggings",
    "drbdconfig": "drbdconfigs",
    "ilvgs": "ilvgs",
    "ipvs": "ipvs",
    "kube_upgrade": "kube_upgrades",
    "storage_lvm": "storage_lvm",
    "storage_file": "storage_file",
    "storage_external": "storage_external",
    "storage_ceph_external": "storage_ceph_external",
    "device_images": "device_images",
    "device_image_state": "device_image_state",
    "kube_rootca_update": "kube_rootca_updates",
}


def nothing(site: Site) -> list[Item]:
    return []
