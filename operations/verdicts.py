"""Which kinds of operation a subcloud allows, and what may be done next to a target; where not, the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.choices import Kind, TargetState
from operations.engine.idling import awaits, only_wait
from operations.engine.steps import VERBS
from operations.kinds import KINDS, KindSpec
from operations.models import Target
from operations.planning.conditions import deletable
from operations.planning.legality import SubcloudState, forced, refusal
from operations.planning.phases import ABORT_FROM, FIRST_DEPLOYMENT
from operations.states import stored_state
from sites.models import Cloud

PHASE_KINDS = (Kind.DEPLOY, Kind.INSTALL, Kind.BOOTSTRAP, Kind.CONFIGURE, Kind.RESUME, Kind.ENROLL)
PHASE_VERBS = ("resume", "install", "bootstrap", "configure", "complete")
CREATE_FAILED = "create-failed"
STOPPED = (TargetState.FAILED, TargetState.HELD)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` empty: `verb` is legal now."""

    verb: str
    reason: str

    @property
    def legal(self) -> bool:
        return not self.reason


def verdicts(cloud: Cloud, busy: int | None) -> list[tuple[KindSpec, Verdict]]:
    """Every kind that can be asked of a subcloud that is there. `busy`: the operation that works on it now."""
    taken = f"Operation {busy} works on it: wait until that has ended." if busy else ""
    kinds = (spec for spec in KINDS.values() if not spec.planned)
    return [(spec, Verdict(spec.kind.value, taken or refused(spec, {}, cloud) or "")) for spec in kinds]


def refused(spec: KindSpec, facts: Mapping[str, Any], cloud: Cloud) -> str | None:
    """Why the kind is not legal by what is known of the cloud now; dcmanager is asked again before anything is sent."""
    if not cloud.controller.write_username:
        return f"{cloud.controller.name} is read-only from here: an administrator must give it a write user."
    state = stored_state(cloud)
    if spec.kind == Kind.DECOMMISSION:
        grouped = "It is in a peer group: take it out of that first."
        return deletable(state) if cloud.peer_group_id is None else grouped
    verb = "backup_delete_local" if spec.verb == "backup_delete" and facts.get("local_only") else spec.verb
    verb = "backup_delete_central" if verb == "backup_delete" else VERBS.get(verb, verb)
    return refusal(verb, state, force=forced(facts))


def next_verbs(target: Target, kind: str) -> list[Verdict]:
    """Abort, give up, retry, and for deployments each phase: by what was seen of the target last (`seen_at`)."""
    found = [Verdict("abort", not_aborted(target)), Verdict("give_up", not_given_up(target, kind))]
    found.append(Verdict("retry", _not_again(target)))
    if kind in PHASE_KINDS:
        found += [Verdict(verb, _not_again(target) or not_next(target, kind, verb)) for verb in PHASE_VERBS]
    return found


def not_next(target: Target, kind: str, verb: str) -> str:
    """Why a new attempt of a target that has stopped cannot begin with `verb`; "" when it can."""
    if kind not in PHASE_KINDS or verb not in PHASE_VERBS:
        return f"An attempt cannot begin with {verb[:24]!a}."
    if target.dcmanager_id is None:
        return "The System Controller does not know this subcloud yet."
    if gone(target):
        return "The System Controller does not know this subcloud any more: try again, which adds it anew."
    return refusal(verb, _seen_state(target)) or ""


def begins_anew(target: Target, verb: str = "") -> bool:
    """Whether a new attempt sends everything once more: there is no site yet, or only one whose creation failed, which
    has to be taken away first."""
    if target.dcmanager_id is None or gone(target):
        return True
    return not verb and target.deploy_status == CREATE_FAILED


def gone(target: Target) -> bool:
    """Whether a site of a deployment was there, and the last look found none: somebody deleted it."""
    return target.dcmanager_id is not None and not target.deploy_status and "cells" in target.facts


def not_aborted(target: Target) -> str:
    """Why what runs for a target cannot be stopped now; "" when it can."""
    if target.state != TargetState.RUNNING:
        return f"It is {target.get_state_display()}: there is nothing to abort."
    if target.abort_requested:
        return "Abort was asked for already."
    step = target.steps[target.step]
    if awaits(target):
        return (
            f"It only waits until the site is {step}: nothing is under way that could be aborted. Give it up instead."
        )
    if step not in FIRST_DEPLOYMENT:
        return f"Only a first deployment can be aborted: what {step} has begun runs to its end."
    if target.deploy_status and target.deploy_status not in ABORT_FROM:
        return f"{target.deploy_status} cannot be aborted, only {', '.join(ABORT_FROM)} can."
    return ""


def not_given_up(target: Target, kind: str) -> str:
    """Why a person cannot end it here and now; "" when it waits for a decision, or runs and only waits."""
    if target.state == TargetState.HELD:
        return ""
    if target.state != TargetState.RUNNING or kind == Kind.CAMPAIGN:
        return f"It is {target.get_state_display()}: it waits for no decision."
    if target.pk in only_wait([target]):
        return ""
    return "What was sent for it is under way, and cannot be given up until its outcome is known."


def _not_again(target: Target) -> str:
    if target.state in STOPPED:
        return ""
    return f"It is {target.get_state_display()}: only what failed or waits for a decision is tried again."


def _seen_state(target: Target) -> SubcloudState:
    """In the words of the last look of the operation. Files: dcmanager has those of the beginning."""
    phases = target.facts.get("phases")
    return SubcloudState(
        deploy_status=target.deploy_status,
        has_install_values=None if phases is None else "install" in phases,
        has_deploy_config=None if phases is None else "configure" in phases,
    )
