"""Classes of deploy-status (starlingx-dcmanager.md 3.3)."""

from __future__ import annotations

NO_DELETE = frozenset(
    {
        "creating",
        "pre-install",
        "installing",
        "aborting-install",
        "pre-bootstrap",
        "bootstrapping",
        "aborting-bootstrap",
        "pre-config",
        "configuring",
        "aborting-config",
        "pre-init-enroll",
        "initiating-enroll",
        "pre-enroll",
        "enrolling",
        "pre-restore",
        "restoring",
        "onsite-restoring",
        "pre-rehome",
        "rehoming",
        "rehome-pending",
        "reconfiguring-network",
        "pre-deploy",
        "deploying",
    }
)
