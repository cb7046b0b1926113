"""Which verbs are legal for a subcloud now; where one is not, why, and what would be needed.

Source: starlingx-dcmanager.md 2.2 to 2.6, 3.3 to 3.5, traps 19, 31, 36. What is not known of a subcloud refuses a verb
where dcmanager would look at it (availability, management), and does not where only dcmanager knows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from operations.planning import conditions as c
from operations.planning import phases
from operations.planning.phases import remaining_phases
from operations.planning.subcloud_state import SubcloudState, Verb
from starlingx.deploy_states import Kind, deploy_state

__all__ = ["SubcloudState", "Verb", "forced", "next_verbs", "reasons", "refusal", "remaining_phases"]

_CONDITIONS: dict[Verb, tuple[c.Condition, ...]] = {
    Verb.INSTALL: (
        c.deploy_in("install", phases.INSTALL_FROM),
        c.initial_deployment,
        c.install_values,
        c.controller_idle,
    ),
    Verb.BOOTSTRAP: (c.deploy_in("bootstrap", phases.BOOTSTRAP_FROM), c.controller_idle),
    Verb.CONFIGURE: (
        c.deploy_in("configure", phases.CONFIGURE_FROM),
        c.deploy_config,
        c.primary_site,
        c.not_prestaging,
    ),
    Verb.COMPLETE: (c.deploy_in("complete", phases.COMPLETE_FROM),),
    Verb.ABORT: (c.deploy_in("abort", phases.ABORT_FROM), c.initial_deployment),
    Verb.RESUME: (c.deploy_in("resume", phases.RESUME_FROM), c.initial_deployment, c.controller_idle_to_install),
    Verb.ENROLL: (c.deploy_in("enroll", phases.ENROLL_FROM),),
    Verb.MANAGE: (
        c.not_yet_managed,
        c.deploy_in("manage", ("complete", "rehome-pending")),
        c.online,
        c.outside_peer_groups,
    ),
    Verb.UNMANAGE: (c.not_yet_unmanaged, c.outside_peer_groups),
    Verb.RENAME: (c.unmanaged, c.deploy_in("rename", ("complete",)), c.nothing_running),
    Verb.EDIT: (),
    Verb.MOVE_GROUP: (c.no_peers,),
    Verb.REDEPLOY: (
        c.not_secondary,
        c.not_rehoming,
        c.created,
        c.no_deploy_running,
        c.unmanaged,
        c.offline,
        c.not_from_vcsr,
        c.controller_idle,
    ),
    Verb.PRESTAGE: (
        c.deploy_in("prestage", ("complete", "sw-deploy-apply-strategy-failed")),
        c.managed,
        c.online,
        c.nothing_running,
        c.prestageable,
        c.controller_idle,
    ),
    Verb.DELETE: (c.unmanaged, c.deletable, c.outside_peer_groups, c.offline, c.controller_idle),
    Verb.BACKUP_CREATE: (c.deploy_in("backup", ("complete",)), c.managed, c.online, c.nothing_running),
    Verb.BACKUP_DELETE_CENTRAL: (c.nothing_running,),
    Verb.BACKUP_DELETE_LOCAL: (c.managed, c.online, c.nothing_running),
    Verb.RESTORE: (c.not_secondary, c.not_rehoming, c.created, c.restorable, c.unmanaged, c.backed_up),
    Verb.RECONFIGURE_NETWORK: (c.not_secondary, c.not_rehoming, c.created, c.unmanaged, c.nothing_running),
}

# What `force` takes away: dcmanager's own check of the same name (2.2.2), and one that is the portal's.
_NOT_FORCED: dict[Verb, frozenset[c.Condition]] = {
    Verb.MANAGE: frozenset({c.online}),
    Verb.RESTORE: frozenset({c.backed_up}),
}
_FORCES = ("force", "without_known_backup")

_USUAL_ORDER = (
    Verb.RESUME,
    Verb.INSTALL,
    Verb.BOOTSTRAP,
    Verb.CONFIGURE,
    Verb.COMPLETE,
    Verb.ENROLL,
    Verb.ABORT,
    Verb.MANAGE,
    Verb.PRESTAGE,
    Verb.BACKUP_CREATE,
    Verb.RESTORE,
    Verb.REDEPLOY,
    Verb.EDIT,
    Verb.MOVE_GROUP,
    Verb.RENAME,
    Verb.RECONFIGURE_NETWORK,
    Verb.BACKUP_DELETE_CENTRAL,
    Verb.BACKUP_DELETE_LOCAL,
    Verb.UNMANAGE,
    Verb.DELETE,
)
_FIRST_FROM: dict[str, tuple[Verb, ...]] = {
    "create-failed": (Verb.DELETE,),
    "install-complete": (Verb.RESUME, Verb.BOOTSTRAP),
    "bootstrap-complete": (Verb.CONFIGURE, Verb.COMPLETE),
    "bootstrap-failed": (Verb.RESUME, Verb.BOOTSTRAP),
    "enroll-complete": (Verb.COMPLETE, Verb.CONFIGURE),
    "complete": (Verb.MANAGE, Verb.PRESTAGE, Verb.BACKUP_CREATE, Verb.EDIT, Verb.MOVE_GROUP, Verb.UNMANAGE),
    "restore-failed": (Verb.RESTORE, Verb.REDEPLOY),
    "restore-prep-failed": (Verb.RESTORE, Verb.REDEPLOY),
    "network-reconfiguration-failed": (Verb.RECONFIGURE_NETWORK,),
}


def reasons(verb: str, state: SubcloudState, *, force: bool = False) -> tuple[str, ...]:
    """Every sentence that stands against `verb`; () when it is legal.

    `force` is dcmanager's: managing does not ask whether the site is online. A restore does not ask for a backup then.
    Raises ValueError for an unknown verb.
    """
    asked = Verb(verb)
    if deploy_state(state.deploy_status).kind is Kind.UNKNOWN:
        return (_unknown_state(state.deploy_status),)
    dropped = _NOT_FORCED.get(asked, frozenset()) if force else frozenset()
    found = (condition(state) for condition in _CONDITIONS[asked] if condition not in dropped)
    return tuple(dict.fromkeys(sentence for sentence in found if sentence))


def _unknown_state(word: str) -> str:
    if not word:
        return "Its deploy status is not known: wait until it has been read."
    return f"unknown state {word}: this portal does not know what may be done from there."


def refusal(verb: str, state: SubcloudState, *, force: bool = False) -> str | None:
    """Why `verb` is not legal now and what would be needed, in plain words; None when it is legal.

    Raises ValueError for an unknown verb.
    """
    return " ".join(reasons(verb, state, force=force)) or None


def forced(options: Mapping[str, object]) -> bool:
    """Whether what was ticked makes a verb legal against one of its conditions."""
    return any(options.get(name) for name in _FORCES)


def next_verbs(state: SubcloudState) -> tuple[Verb, ...]:
    """The legal verbs, the most useful first."""
    order = dict.fromkeys((*_FIRST_FROM.get(state.deploy_status, ()), *_USUAL_ORDER))
    return tuple(verb for verb in order if not reasons(verb, state))
