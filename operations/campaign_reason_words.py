"""What stands against a site, in a few words: of each key of operations/campaigns/reasons.py."""

WORDS = {
    "active-controller": "another controller is active",
    "alarms-stale": "alarms not read lately",
    "alarms-unknown": "alarms never read",
    "availability-unknown": "not known whether online",
    "backup-old": "backup too old",
    "backup-running": "a backup runs",
    "blocking-alarm": "an alarm would block it",
    "busy": "in use by another operation",
    "ceph-stale": "Ceph not read lately",
    "ceph-unknown": "Ceph not known",
    "ceph-unsafe": "Ceph not safe",
    "controller-deploying": "System Controller deploys to itself",
    "controller-stale": "System Controller not read lately",
    "controller-unknown": "System Controller not known well enough",
    "controller-unreachable": "System Controller does not answer",
    "deploy-running": "is being deployed",
    "deploy-status": "not deployed to the end",
    "deploy-unknown": "deployment not known",
    "deployed": "release deployed already",
    "health-failed": "its own health query fails",
    "hosts-unfit": "hosts not fit",
    "in-sync": "in sync already",
    "management-unknown": "not known whether managed",
    "never-seen": "never seen",
    "newer": "runs something newer",
    "no-backup": "no backup young enough",
    "not-prestaged": "not prestaged",
    "offline": "offline",
    "peer-group": "in a peer group",
    "prestage-running": "is being prestaged",
    "read-only": "System Controller is read only here",
    "rehoming": "is being rehomed",
    "release-not-on-controller": "release not on the System Controller",
    "secondary": "secondary: managed elsewhere",
    "stale": "not read lately",
    "unknown-sync": "sync status unknown",
    "unmanaged": "unmanaged",
    "version-unknown": "version not known",
}


def in_words(key: str) -> str:
    """A key that has no words is shown as itself."""
    return WORDS.get(key, key)
