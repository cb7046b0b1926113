"""Which sites may take part in a campaign now; for the others, every reason by name.

dcmanager silently leaves sites out, or refuses a whole strategy and names none (starlingx-dcmanager.md traps 7, 23).
Source of the rules: 2.5, 2.7, 3.3 there. What is not known never counts as good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from operations.campaigns import gates
from operations.campaigns.facts import ControllerFacts, SiteFacts
from operations.campaigns.kubernetes_gates import kubernetes_suits
from operations.campaigns.open_deployments import open_deployment
from operations.campaigns.reasons import Effect, Reason, exclude, hold
from operations.campaigns.release_gates import controller_ready, prestaged, release_suits
from operations.campaigns.rules import CampaignRules, Case
from operations.campaigns.site_time import lasting
from operations.campaigns.strategy import ENDPOINTS, Kind
from operations.planning.conditions import RUNNING_BACKUPS
from starlingx.deploy_states import Kind as DeployKind
from starlingx.deploy_states import Phase, deploy_state

IN_SYNC = "Its {} is in-sync already: nothing is left to do."
WORKABLE = ("complete", "sw-deploy-apply-strategy-failed")

Check = Callable[[Case], Iterator[Reason]]


def judge(site: SiteFacts, rules: CampaignRules, controller: ControllerFacts, now: datetime) -> tuple[Reason, ...]:
    """() where the site may take part like any other. `is_eligible`, `is_alone` and `is_held` read the answer."""
    if site.removed:
        return (exclude("removed", "Its System Controller does not have it any more."),)
    case = Case(site, rules, controller, now)
    return tuple(reason for check in CHECKS for reason in check(case))


def _age(case: Case) -> Iterator[Reason]:
    at, fresh = case.site.statuses_at, case.rules.statuses_fresh
    if at is None:
        yield hold("never-seen", "dcmanager's word on it has never been read: wait until it has been.")
    elif case.now - at > fresh:
        yield hold("stale", f"What is known of it is {lasting(case.now - at)} old: wait for a fresh look.")


def _belongs(case: Case) -> Iterator[Reason]:
    word = case.site.deploy_status
    phase = deploy_state(word).phase
    if phase is Phase.SECONDARY:
        yield exclude("secondary", f"It is {word}: another System Controller manages it, work on it there.")
    elif phase is Phase.REHOME:
        yield exclude("rehoming", f"It is {word}: it moves between System Controllers.")
    if case.site.peer_group:
        if case.rules.peer_groups_alone:
            sentence = "It is in a peer group, so it is never moved to another group: it runs as a strategy of its own."
            yield Reason("peer-group", sentence, Effect.ALONE)
        else:
            yield exclude("peer-group", "It is in a peer group, and this campaign leaves those out.")


def _management(case: Case) -> Iterator[Reason]:
    word = case.site.management_state
    if not word:
        yield hold("management-unknown", "Its management state is not known: wait until it has been read.")
    elif word != "managed":
        yield exclude("unmanaged", f"It is {word}: manage it first.")


def _availability(case: Case) -> Iterator[Reason]:
    word = case.site.availability_status
    if not word:
        yield hold("availability-unknown", "Its availability is not known: wait until it has been read.")
    elif word != "online":
        yield hold("offline", f"It is {word}: it takes part once it is online again.")


def _deployed(case: Case) -> Iterator[Reason]:
    word = case.site.deploy_status
    state = deploy_state(word)
    if not word:
        yield hold("deploy-unknown", "Its deploy status is not known: wait until it has been read.")
    elif word in WORKABLE or state.phase in (Phase.SECONDARY, Phase.REHOME):
        return
    elif state.kind is DeployKind.TRANSITIONAL:
        yield hold("deploy-running", f"Its deploy status is {word}: wait until what is running has ended.")
    elif state.kind is DeployKind.UNKNOWN:
        yield hold("deploy-unknown", f"Its deploy status is {word}, which this portal does not know.")
    else:
        yield exclude("deploy-status", f"Its deploy status is {word}; it must be complete.")


def _idle(case: Case) -> Iterator[Reason]:
    site = case.site
    if site.busy_with:
        yield hold("busy", f"{site.busy_with} works on it: wait until that has ended.")
    if site.backup_status in RUNNING_BACKUPS:
        yield hold("backup-running", f"A backup of it is under way ({site.backup_status}).")
    if site.prestage_status == "prestaging":
        yield hold("prestage-running", "It is being prestaged: wait until that has ended.")


def _sync(case: Case) -> Iterator[Reason]:
    endpoint = ENDPOINTS.get(case.rules.spec.kind)
    if endpoint is None:
        return
    word = case.site.endpoint_sync.get(endpoint, "")
    if word == "in-sync" and (case.rules.spec.rollback or case.rules.spec.cleanup):
        return  # said of its deployment: see open_deployment
    if word == "out-of-sync":
        return
    if word == "in-sync":
        if not (case.rules.spec.kind is Kind.KUBE_ROOTCA and case.rules.spec.force):
            yield exclude("in-sync", IN_SYNC.format(endpoint))
    elif word in ("", "unknown"):
        known = "is unknown" if word else "is not known to this portal"
        yield hold(
            "unknown-sync", f"Its {endpoint} sync status {known}: dcmanager would refuse every strategy it is in."
        )
    else:
        yield hold("unknown-sync", f"Its {endpoint} sync status is {word}, which this portal does not know.")


def _controller(case: Case) -> Iterator[Reason]:
    controller, fresh = case.controller, case.rules.controller_fresh
    if not controller.writable:
        yield exclude("read-only", f"{controller.name} may not be changed from here: it has no write credential.")
    if controller.reachable is False:
        yield hold("controller-unreachable", f"{controller.name} cannot be reached.")
    if controller.seen_at is None:
        yield hold("controller-unknown", f"The releases of {controller.name} have never been read.")
    elif case.now - controller.seen_at > fresh:
        age = lasting(case.now - controller.seen_at)
        yield hold("controller-stale", f"What is known of {controller.name} is {age} old: wait for a fresh look.")
    yield from controller_ready(controller, case.rules.spec)


CHECKS: tuple[Check, ...] = (
    _controller, _age, _belongs, _management, _availability, _deployed, _idle, _sync, release_suits, kubernetes_suits,
    open_deployment, prestaged, gates.alarms, gates.ceph, gates.health, gates.backup,
)  # fmt: skip
