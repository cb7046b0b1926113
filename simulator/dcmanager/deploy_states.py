"""Classes of deploy-status (starlingx-dcmanager.md 3.3)."""

from __future__ import annotations

from simulator.dcmanager.audit import Watch

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

# in these no restore can be asked for
NO_RESTORE = NO_DELETE - {
    "aborting-install",
    "aborting-bootstrap",
    "aborting-config",
    "rehome-pending",
    "reconfiguring-network",
    "pre-deploy",
    "deploying",
}

# transitional states, and what a restart of the manager makes of them
TWINS = {
    "not-deployed": "create-failed",
    "creating": "create-failed",
    "pre-install": "pre-install-failed",
    "installing": "install-failed",
    "aborting-install": "install-failed",
    "pre-bootstrap": "pre-bootstrap-failed",
    "bootstrapping": "bootstrap-failed",
    "aborting-bootstrap": "bootstrap-failed",
    "pre-config": "pre-config-failed",
    "configuring": "config-failed",
    "aborting-config": "config-failed",
    "pre-init-enroll": "pre-init-enroll-failed",
    "initiating-enroll": "init-enroll-failed",
    "pre-enroll": "pre-enroll-failed",
    "enrolling": "enroll-failed",
    "pre-restore": "restore-prep-failed",
    "restoring": "restore-failed",
    "pre-rehome": "rehome-prep-failed",
    "rehoming": "rehome-failed",
    "reconfiguring-network": "network-reconfiguration-failed",
    "pre-deploy": "pre-config-failed",
    "deploying": "config-failed",
}
# transitional too, but a restart leaves it: its monitoring resumes
TRANSITIONAL = frozenset({*TWINS, "onsite-restoring"})

WATCHED = frozenset(
    {
        "complete",
        "configuring",
        "config-failed",
        "config-aborted",
        "pre-config-failed",
        "install-failed",
        "install-aborted",
        "pre-install-failed",
        "restoring",
        "restore-prep-failed",
        "restore-failed",
        "sw-deploy-apply-strategy-failed",
    }
)
WATCHED_WHILE_ONLINE = frozenset({"installing", "rehome-pending", "sw-deploy-in-progress"})


def watch(deploy: str | None) -> Watch:
    """Whether the availability audit looks at a subcloud in that deploy state."""
    if deploy in WATCHED_WHILE_ONLINE:
        return "while online"
    return "always" if deploy in WATCHED else "never"


# from which states the verbs of the phased deployment are allowed, in the order dcmanager names them in refusals
ALLOWED: dict[str, tuple[str, ...]] = {
    "install": ("create-complete", "pre-install-failed", "install-failed", "install-complete", "install-aborted"),
    "bootstrap": (
        "install-complete",
        "pre-bootstrap-failed",
        "bootstrap-failed",
        "bootstrap-aborted",
        "bootstrap-complete",
        "create-complete",
    ),
    "configure": (
        "complete",
        "pre-config-failed",
        "config-failed",
        "bootstrap-complete",
        "enroll-complete",
        "config-aborted",
    ),
    "complete": ("bootstrap-complete", "enroll-complete"),
    "abort": ("installing", "bootstrapping", "configuring"),
    "enroll": (
        "create-complete",
        "enroll-failed",
        "pre-enroll-failed",
        "pre-init-enroll-failed",
        "init-enroll-failed",
        "factory-restore-complete",
    ),
}
ALL_PHASES = ("install", "bootstrap", "configure")
# what is left to do from a state in which a deployment can be resumed
REMAINING: dict[str, tuple[str, ...]] = {
    "create-complete": ALL_PHASES,
    "install-complete": ALL_PHASES[1:],
    "pre-install-failed": ALL_PHASES,
    "install-failed": ALL_PHASES,
    "install-aborted": ALL_PHASES,
    "bootstrap-complete": ALL_PHASES[2:],
    "pre-bootstrap-failed": ALL_PHASES[1:],
    "bootstrap-failed": ALL_PHASES[1:],
    "bootstrap-aborted": ALL_PHASES[1:],
    "pre-config-failed": ALL_PHASES[2:],
    "config-failed": ALL_PHASES[2:],
    "config-aborted": ALL_PHASES[2:],
}
SECONDARY = ("secondary", "secondary-failed")

# every deploy-status there is
STATES = frozenset(
    {
        *TRANSITIONAL,
        *TWINS.values(),
        *REMAINING,
        *(state for states in ALLOWED.values() for state in states),
        *SECONDARY,
        "init-enroll-complete",
        "pre-enroll-complete",
        "rehome-pending",
        "sw-deploy-in-progress",
        "sw-deploy-apply-strategy-failed",
        "deploy-prep-failed",
        "deploy-failed",
    }
)
