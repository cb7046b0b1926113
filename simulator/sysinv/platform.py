"""What runs on the hosts: Kubernetes versions, applications, labels, certificates, service groups."""

from __future__ import annotations

from simulator.clock import stamp_sysinv
from simulator.sysinv.hosts import active_controller
from simulator.sysinv.site import Item, Site

KUBERNETES = ("v1.31.5", "v1.32.2", "v1.33.4", "v1.34.1", "v1.35.2")
SERVICE_GROUPS = (
    "oam-services",
    "controller-services",
    "cloud-services",
    "patching-services",
    "directory-services",
    "web-services",
    "storage-services",
    "storage-monitoring-services",
    "vim-services",
)
DAY = 86400.0


def kube_versions(site: Site) -> list[Item]:
    """The list shows version, target and state only, as seen."""
    known = tuple(sorted({*KUBERNETES, site.cloud.software.kubernetes}))
    running = known.index(site.cloud.software.kubernetes)
    states = {running: "active", running + 1: "available"}
    return [
        {"version": version, "target": index == running, "state": states.get(index, "unavailable")}
        for index, version in enumerate(known[: running + 2])
    ]


def kube_versions_one(site: Site) -> list[Item]:
    rows = kube_versions(site)
    return [
        {
            "version": row["version"],
            "upgrade_from": [rows[index - 1]["version"]] if index else [],
            "downgrade_to": [],
            "applied_patches": [],
            "available_patches": [],
            "target": row["target"],
            "state": row["state"],
        }
        for index, row in enumerate(rows)
    ]


def kube_host_upgrades(site: Site) -> list[Item]:
    version = site.cloud.software.kubernetes
    rows = []
    for host in site.hosts:
        uuid = site.cloud.uuid("kube-host", host.hostname)
        rows.append(
            {
                "id": host.id,
                "uuid": uuid,
                "target_version": None,
                "status": None,
                "control_plane_version": version,
                "kubelet_version": version,
                "host_id": host.id,
                "links": site.links("kube_host_upgrades", uuid),
            }
        )
    return rows


def apps(site: Site) -> list[Item]:
    version = site.cloud.software.version
    names = [
        "cert-manager",
        "deployment-manager",
        "metrics-server",
        "nginx-ingress-controller",
        "oidc-auth-apps",
        "platform-integ-apps",
        "ptp-notification",
        "sriov-fec-operator",
    ]
    if site.cloud.ceph == "ceph-rook":
        names[5] = "rook-ceph"
    if site.has_exporter:
        names.append("node-interface-metrics-exporter")
    return [
        {
            "name": name,
            "app_version": f"{version}-{10 + index}",
            "manifest_name": f"{name}-fluxcd-manifests",
            "manifest_file": "fluxcd-manifests",
            **app_state(site.conditions.apps.get(name, "")),
            "active": True,
        }
        for index, name in enumerate(names)
    ]


def app_state(alarm_id: str) -> Item:
    """What the alarm about an application says of it."""
    status, progress = {
        "750.001": ("upload-failed", "operation aborted, check logs for detail"),
        "750.002": ("apply-failed", "operation aborted, check logs for detail"),
        "750.004": ("applying", "applying application manifest"),
        "750.005": ("updating", "updating application"),
    }.get(alarm_id, ("applied", "completed"))
    return {"status": status, "progress": progress}


def labels(site: Site) -> list[Item]:
    """By host only: the root of this resource is broken, as seen."""
    wanted = [
        ("sriovdp", "enabled"),
        ("kube-cpu-mgr-policy", "static"),
        ("kube-topology-mgr-policy", "single-numa-node"),
    ]
    if site.has_exporter:
        wanted.append(("starlingx.io/interface-metrics", "true"))
    return [
        {
            "uuid": site.cloud.uuid("label", host.hostname, key),
            "label_key": key,
            "label_value": value,
            "host_uuid": host.uuid,
        }
        for host in site.hosts
        for key, value in wanted
    ]


def certificate(site: Site) -> list[Item]:
    """The three platform certificates; their dates follow the age of the site."""
    rows = []
    start = site.epoch - (site.cloud.age % (300 * DAY) if site.cloud.age > 0 else site.cloud.age)
    for mode, subject in (
        ("ssl", "system-restapi-gui"),
        ("docker_registry", "system-registry-local"),
        ("ssl_ca", "system-local-ca"),
    ):
        uuid = site.cloud.uuid("certificate", mode)
        expiry = site.conditions.expiries.get(mode, start + (3650 if mode == "ssl_ca" else 365) * DAY)
        rows.append(
            {
                "uuid": uuid,
                "certtype": mode,
                "mode": mode,
                "signature": f"{mode}_{int(site.cloud.hex(mode)[:12], 16)}",
                "start_date": stamp_sysinv(min(start, expiry - 365 * DAY)),
                "expiry_date": stamp_sysinv(expiry),
                "issuer": f"CN=system-local-ca.{site.cloud.name}",
                "subject": f"CN={subject}.{site.cloud.name}",
                "hash_subject": site.cloud.hex("certificate", mode)[:8],
                "details": None,
                "links": site.links("certificate", uuid),
                **site.times(uuid),
            }
        )
    return rows


def servicegroup(site: Site) -> list[Item]:
    """The service manager's view; no recording exists, the fields follow its API reference."""
    active = active_controller(site)
    rows = []
    for group in SERVICE_GROUPS:
        for host in site.hosts:
            if host.hostname in site.conditions.locked or host.hostname in site.conditions.down:
                state = "disabled"
            else:
                state = "active" if host.hostname == active else "standby"
            rows.append(
                {
                    "uuid": site.cloud.uuid("servicegroup", group, host.hostname),
                    "name": group,
                    "service_group_name": group,
                    "node_name": host.hostname,
                    "state": state,
                    "desired_state": state,
                    "status": "",
                    "condition": "",
                }
            )
    return rows


def servicenodes(site: Site) -> list[Item]:
    rows = []
    for host in site.hosts:
        locked, down = host.hostname in site.conditions.locked, host.hostname in site.conditions.down
        rows.append(
            {
                "id": host.id,
                "name": host.hostname,
                "administrative_state": "locked" if locked else "unlocked",
                "operational_state": "disabled" if locked or down else "enabled",
                "availability_status": "failed" if down else "available",
                "ready_state": "disabled" if locked or down else "enabled",
            }
        )
    return rows
