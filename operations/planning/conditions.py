"""The single conditions that verbs have: each looks at a subcloud and gives the sentence that says what is in the way.

Source: starlingx-dcmanager.md 2.2 to 2.6 and trap 36. Where a rule is the portal's own, its comment says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from operations.planning.phases import remaining_phases
from operations.planning.subcloud_state import SubcloudState
from starlingx.deploy_states import Kind, Phase, deploy_state

Condition = Callable[[SubcloudState], str | None]

RUNNING_BACKUPS = ("validating", "pre-backup", "backing-up", "deleting-backup")


def deploy_in(verb: str, allowed: Collection[str]) -> Condition:
    """That the deploy status is one of `allowed`."""

    def condition(state: SubcloudState) -> str | None:
        if state.deploy_status in allowed:
            return None
        choice = "" if len(allowed) == 1 else "one of "
        return (
            f"Its deploy status is {state.deploy_status}; {verb} needs {choice}{', '.join(allowed)}.{_way_out(state)}"
        )

    return condition


def _way_out(state: SubcloudState) -> str:
    known = deploy_state(state.deploy_status)
    if known.kind is Kind.TRANSITIONAL:
        return " Wait until what is running has ended."
    if known.word == "create-failed":
        return " It can only be deleted and added again."
    return ""


def managed(state: SubcloudState) -> str | None:
    return _management(state, "managed", "manage it first")


def unmanaged(state: SubcloudState) -> str | None:
    return _management(state, "unmanaged", "unmanage it first")


def not_yet_managed(state: SubcloudState) -> str | None:
    return _management(state, "unmanaged", "nothing is left to do")


def not_yet_unmanaged(state: SubcloudState) -> str | None:
    return _management(state, "managed", "nothing is left to do")


def _management(state: SubcloudState, wanted: str, else_do: str) -> str | None:
    if state.management_state == wanted:
        return None
    if not state.management_state:
        return f"Its management state is not known; it must be {wanted}. Wait until it has been read."
    return f"It is {state.management_state}: {else_do}."


def online(state: SubcloudState) -> str | None:
    return _availability(state, "online", "it must be online")


def offline(state: SubcloudState) -> str | None:
    """Delete and redeploy: dcmanager goes by what its audit says, two failed looks of 40 s each (trap 28)."""
    return _availability(state, "offline", "power it down, and wait the 80 s or so until dcmanager calls it offline")


def _availability(state: SubcloudState, wanted: str, else_do: str) -> str | None:
    if state.availability_status == wanted:
        return None
    if not state.availability_status:
        return f"Its availability is not known; it must be {wanted}. Wait until it has been read."
    return f"It is {state.availability_status}: {else_do}."


def nothing_running(state: SubcloudState) -> str | None:
    """dcmanager's check of transient states, which it answers with 409 (2.0)."""
    if deploy_state(state.deploy_status).transient:
        return f"Its deploy status is {state.deploy_status}: wait until that has ended."
    prestaging = not_prestaging(state)
    if prestaging:
        return prestaging
    if state.backup_status in RUNNING_BACKUPS:
        return f"A backup task is running ({state.backup_status}): wait until it has ended."
    return None


def no_deploy_running(state: SubcloudState) -> str | None:
    """The portal's own for redeploy and restore: two playbooks at once would fight over one site."""
    if deploy_state(state.deploy_status).transient:
        return f"Its deploy status is {state.deploy_status}: wait until that has ended."
    return None


def deletable(state: SubcloudState) -> str | None:
    if not deploy_state(state.deploy_status).blocks_delete:
        return None
    if state.deploy_status == "rehome-pending":
        return "It is being handed to another System Controller (rehome-pending): finish that, or manage it here."
    return f"Its deploy status is {state.deploy_status}, which cannot be deleted: wait until that has ended."


def restorable(state: SubcloudState) -> str | None:
    if deploy_state(state.deploy_status).blocks_restore:
        return (
            f"Its deploy status is {state.deploy_status}, from which it cannot be restored: wait until that has ended."
        )
    return no_deploy_running(state)


def backed_up(state: SubcloudState) -> str | None:
    """The portal's own: without a backup the restore fails, and what has failed so can no longer be managed."""
    if state.has_backup is False:
        return (
            "No backup of it is known: neither its backup status nor a date tells of one. Back it up first, or say "
            "that it is to be restored all the same."
        )
    return None


def prestageable(state: SubcloudState) -> str | None:
    if state.prestage_status in ("", "failed", "complete", "prestaging"):  # that one is said by nothing_running
        return None
    return f"Its prestage status is {state.prestage_status}; prestage needs none, failed or complete."


def outside_peer_groups(state: SubcloudState) -> str | None:
    if state.peer_group:
        return "It belongs to a peer group, which rules this: take it out of the peer group first."
    return None


def no_peers(state: SubcloudState) -> str | None:
    """The portal's own: dcmanager moves it, and the other System Controller does not hear of it."""
    if state.peer_group:
        return (
            "It belongs to a peer group: moving it would mark its association out of sync. Take it out of the peer "
            "group first."
        )
    return None


def primary_site(state: SubcloudState) -> str | None:
    if state.primary_site is False:
        return "Another System Controller is the primary site of its peer group: do it there."
    return None


def not_secondary(state: SubcloudState) -> str | None:
    """dcmanager answers these with 500 instead of a reason (trap 31)."""
    if deploy_state(state.deploy_status).phase is Phase.SECONDARY:
        return (
            f"Its deploy status is {state.deploy_status}: here it is only the stand-in of a site that another System "
            "Controller runs. Do it there, or rehome the site to this one first."
        )
    return None


def not_rehoming(state: SubcloudState) -> str | None:
    """The portal's own: the site may be running under another System Controller, and would be wiped (trap 31)."""
    if deploy_state(state.deploy_status).phase is Phase.REHOME:
        return (
            f"Its deploy status is {state.deploy_status}: the site may be running under another System Controller. "
            "Finish moving it first."
        )
    return None


def created(state: SubcloudState) -> str | None:
    """create-failed has no way on (2.4). The portal's own: dcmanager would redeploy it, or change its network."""
    if state.deploy_status == "create-failed":
        return "Its deploy status is create-failed: it can only be deleted and added again."
    return None


def initial_deployment(state: SubcloudState) -> str | None:
    if state.initial_deployment is False:
        return "It has been deployed before; this works only during the first deployment. Redeploy it instead."
    return None


def install_values(state: SubcloudState) -> str | None:
    if state.has_install_values is False:
        return "There are no install values for it: give them with the request."
    return None


def deploy_config(state: SubcloudState) -> str | None:
    if state.has_deploy_config is False:
        return "There is no deploy configuration for it: give one with the request."
    return None


def not_from_vcsr(state: SubcloudState) -> str | None:
    if state.enrolled_with_vcsr:
        return "It was enrolled through vCSR; such a subcloud cannot be redeployed."
    return None


def not_prestaging(state: SubcloudState) -> str | None:
    if state.prestage_status == "prestaging":
        return "Prestaging is running: wait until it has ended."
    return None


def controller_idle_to_install(state: SubcloudState) -> str | None:
    """Of a resume: only if it has still to install."""
    left = remaining_phases(state.deploy_status, has_install_values=state.has_install_values)
    return controller_idle(state) if Phase.INSTALL in left else None


def controller_idle(state: SubcloudState) -> str | None:
    if state.controller_deploying:
        return "Its System Controller has a software deployment open: wait until that has ended."
    return None
