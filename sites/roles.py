"""The five roles, and what each may do. Roles are Django groups; their permissions follow from this table."""

from typing import Any

from django.apps.registry import Apps

VIEW = [
    "sites.view_cloud", "sites.view_controller", "sites.view_subcloudgroup", "alarms.view_alarm", "hosts.view_host",
    "network.view_port", "ceph.view_cephcluster",
]  # fmt: skip
OPERATE = [
    *VIEW, "operations.view_operation", "operations.run_manage", "operations.run_backup", "operations.pull_brake",
]  # fmt: skip
ENGINEER = [
    *OPERATE, "sites.change_cloud", "operations.run_deploy", "operations.run_decommission", "operations.release_brake",
    "operations.change_sitetemplate", "operations.run_campaign",
]  # fmt: skip
PERMISSIONS: dict[str, list[str]] = {
    "Viewer": [*VIEW, "operations.view_operation"],
    "Operator": OPERATE,
    "Engineer": ENGINEER,
    "Approver": [*VIEW, "operations.view_operation", "operations.pull_brake", "operations.approve_campaign"],
    "Administrator": [
        *ENGINEER, "operations.approve_campaign",
        "sites.add_controller", "sites.change_controller", "sites.delete_controller",
        "sites.add_scopegrant", "sites.change_scopegrant", "sites.delete_scopegrant", "sites.view_scopegrant",
        "sites.add_region", "sites.change_region", "sites.delete_region", "sites.view_region", "sites.add_regionbox",
        "sites.change_regionbox", "sites.delete_regionbox", "sites.view_regionbox", "sites.view_apitoken",
        "sites.change_apitoken", "sites.view_certificate", "sites.view_collectorbeat", "sites.view_facetstate",
        "sites.view_controllerservice", "events.view_auditentry", "events.view_event", "auth.add_user",
        "auth.change_user", "auth.delete_user", "auth.view_user", "auth.view_group", "axes.view_accessattempt",
        "axes.delete_accessattempt", "operations.view_target", "operations.view_intent", "operations.view_job",
        "operations.view_sitetemplate", "sites.view_brake",
    ],
}  # fmt: skip


def apply_roles(apps: Apps, using: str = "default", **_: Any) -> None:
    """Gives each role exactly its permissions. Runs after migrate, when every app has made its own."""
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in permissions.select_related("content_type")}
    for name, wanted in PERMISSIONS.items():
        group, _made = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=name)
        group.permissions.set([known[code] for code in wanted if code in known])
