"""Hold, cancel, abort, retry, decide: what people do to an operation under way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from events.log import append
from operations.choices import ENDED_OPERATIONS, OperationState, TargetState
from operations.engine import jobs
from operations.engine.commit import end_attempt, stop
from operations.engine.events import operation_event, target_event
from operations.engine.idling import only_wait
from operations.kinds import BMC, KINDS
from operations.models import Intent, Operation, RunSecret, Target
from operations.planning.phases import DOCUMENTS, documents_of_verb
from operations.services import run_secrets
from operations.services.claims import taken_meanwhile
from operations.services.deeds import cancelled, stopped_while
from operations.services.requests import RefusedError
from operations.services.revisions import NONE, Correction, revise, secrets_for
from operations.services.start import NotNowError, demand_no_campaign, wait_for_turn
from operations.verdicts import begins_anew, gone, not_aborted, not_given_up, not_next
from sites.access import EVERYTHING, Scopes
from sites.services.actors import Actor, audit

AGAIN = {"add": "resume"}  # a deployment that has begun is not added a second time
TO_THE_END = ("add", "resume")  # steps after which nothing is left to deploy
AFTERWARDS = ("online", "manage")  # steps of a deployment that are no phase of dcmanager's


def hold(operation_id: int, held: bool, actor: Actor, now: datetime) -> Operation:
    """No further target starts while held; what runs goes on. Raises NotNowError."""
    with transaction.atomic():
        operation = _going(operation_id)
        operation.held = held
        operation.save(update_fields=["held"])
        jobs.wake(operation.pk, now)
        append([operation_event(operation, now, {"held": held})])
        audit(actor, "operation.hold" if held else "operation.release", f"operation:{operation.pk}", now, {})
    return operation


def cancel(operation_id: int, actor: Actor, now: datetime) -> str:
    """Targets that have not begun never will, and those that only wait are stopped; what runs goes on (abort stops
    it). Returns in words what this did. Raises NotNowError."""
    with transaction.atomic():
        jobs.running_locked(operation_id)
        operation = jobs.operation_locked(operation_id)
        if operation.state in ENDED_OPERATIONS:
            raise NotNowError(f"It is over: {operation.get_state_display()}.")
        demand_no_campaign(operation)
        idle = [TargetState.CHECKING, TargetState.READY, TargetState.WAITING]
        targets = list(operation.targets.select_for_update().filter(state__in=idle))
        for target in targets:
            stop(target, TargetState.CANCELLED, now)
            target.save()
        stopped = _stop_waiting(operation, now)
        append(target_event(target, now) for target in targets)
        if operation.state != OperationState.PROCESSING:
            operation.state, operation.ended_at = OperationState.CANCELLED, now
            operation.save(update_fields=["state", "ended_at"])
            RunSecret.objects.filter(operation=operation).delete()
            append([operation_event(operation, now, {"state": operation.state})])
        jobs.wake(operation.pk, now)
        detail = {"targets": len(targets), "stopped": [target.pk for target in stopped]}
        audit(actor, "operation.cancel", f"operation:{operation.pk}", now, detail)
        return cancelled(operation, len(targets), stopped)


def _stop_waiting(operation: Operation, now: datetime) -> list[Target]:
    """Those that run and only wait: what they wait for would let the next step begin, at any time later."""
    running = list(operation.targets.select_for_update().filter(state=TargetState.RUNNING).order_by("number"))
    waiting = only_wait(running)
    found = [target for target in running if target.pk in waiting]
    begun = set(Intent.objects.filter(target__in=waiting).values_list("target_id", flat=True))
    for target in found:
        _stop_one(target, now, TargetState.FAILED if target.pk in begun else TargetState.CANCELLED)
    return found


def _stop_one(target: Target, now: datetime, state: TargetState = TargetState.FAILED) -> None:
    """A target that runs and only waits. One for which nothing was ever sent was not run."""
    failed = state == TargetState.FAILED
    stop(target, state, now, error=stopped_while(target) if failed else "", cause="stopped" if failed else "")
    target.save()
    jobs.end_driving([target.pk])
    append([target_event(target, now)])


def abort_target(target_id: int, actor: Actor, now: datetime) -> Target:
    """dcmanager is asked to stop the phase under way, as soon as it can be. Raises NotNowError."""
    with transaction.atomic():
        target = jobs.target_locked(target_id)
        demand_no_campaign(target.operation)
        if why := not_aborted(target):
            raise NotNowError(why)
        target.abort_requested = True
        target.save(update_fields=["abort_requested"])
        jobs.wake_targets([target.pk], now)
        audit(actor, "target.abort", f"target:{target.pk}", now, {"name": target.name})
    return target


def retry(
    operation_id: int, targets: Sequence[int], secrets: Mapping[str, str], actor: Actor, now: datetime, verb: str = "",
    correction: Correction = NONE, scopes: Scopes = EVERYTHING,
) -> Operation:  # fmt: skip
    """A new attempt for targets that failed or are held, from the step they stopped at; `verb` instead of that step.

    `correction`: for the one target. Raises NotNowError, which also says which secrets have to be given again, and
    RefusedError.
    """
    with transaction.atomic():
        operation = jobs.operation_locked(operation_id)
        demand_no_campaign(operation)
        again = [TargetState.FAILED, TargetState.HELD]
        chosen = list(operation.targets.select_for_update().filter(pk__in=targets, state__in=again).order_by("number"))
        if not chosen:
            raise NotNowError("Choose targets that failed or wait for a decision.")
        for target in chosen:
            if verb and (why := not_next(target, operation.kind, verb)):
                raise NotNowError(f"{target.name}: {why}")
        if correction:
            _revise(chosen, correction, verb, actor, now, scopes)
        _demand_secrets(operation, secrets, chosen, verb)
        for target in chosen:
            end_attempt(target, now)  # older releases left that of a held target open
            _add_again(target) if gone(target) else _rewind(target, verb)
        if taken := taken_meanwhile(operation, chosen):
            name = next(target.name for target in chosen if target.pk in taken)
            raise NotNowError(f"{name}: {next(iter(taken.values()))}")
        wait_for_turn(chosen)
        for target in chosen:
            run_secrets.keep(operation, secrets, now, target)
        operation.state, operation.ended_at = OperationState.PROCESSING, None
        operation.started_at = operation.started_at or now
        operation.save(update_fields=["state", "ended_at", "started_at"])
        jobs.wake(operation.pk, now)
        append([operation_event(operation, now, {"state": operation.state}), *(target_event(t, now) for t in chosen)])
        detail = {"targets": [target.pk for target in chosen], "verb": verb}
        audit(actor, "operation.retry", f"operation:{operation.pk}", now, detail)
    return operation


def give_up(target_id: int, actor: Actor, now: datetime) -> Target:
    """A person decides that a target which is held has failed, or that one which only waits has waited for long
    enough. Raises NotNowError."""
    with transaction.atomic():
        target = jobs.target_locked(target_id)
        if why := not_given_up(target, target.operation.kind):
            raise NotNowError(why)
        if target.state == TargetState.RUNNING:
            _stop_one(target, now)
        else:
            stop(target, TargetState.FAILED, now, error=target.message, cause="given-up")
            target.save()
            append([target_event(target, now)])
        jobs.wake(target.operation_id, now)
        audit(actor, "target.give_up", f"target:{target.pk}", now, {"name": target.name})
    return target


def _going(operation_id: int) -> Operation:
    operation = jobs.operation_locked(operation_id)
    if operation.state != OperationState.PROCESSING:
        raise NotNowError(f"It is {operation.get_state_display()}, not running.")
    return operation


def _revise(
    chosen: Sequence[Target], correction: Correction, verb: str, actor: Actor, now: datetime, scopes: Scopes
) -> None:
    """Raises RefusedError."""
    if len(chosen) != 1:
        raise RefusedError({"targets": "Corrections are for one target at a time."})
    (target,) = chosen
    revise(target, correction, documents_taken(target, verb), actor, now, scopes, anew=begins_anew(target, verb))


def documents_taken(target: Target, verb: str) -> tuple[str, ...]:
    """Those that may be corrected where the next attempt begins with `verb` ("": from where it stopped)."""
    if begins_anew(target, verb):
        return DOCUMENTS
    return documents_of_verb(first_verb(target, verb), target.deploy_status)


def _demand_secrets(operation: Operation, secrets: Mapping[str, str], chosen: Sequence[Target], verb: str) -> None:
    """Raises NotNowError for those that are missing, and RefusedError for those that nothing takes."""
    spec = KINDS[operation.kind]
    given = [name for name, text in secrets.items() if text]
    anew = any(begins_anew(target, verb) for target in chosen)
    more: set[str] = set()
    for target in chosen:
        if not begins_anew(target, verb):
            more |= secrets_for(target, first_verb(target, verb), bmc=BMC in given)
    places = more | {name.rpartition("/")[2] for name in more}
    surplus = run_secrets.surplus(operation, {name: text for name, text in secrets.items() if name not in places})
    if surplus:
        raise RefusedError(surplus)
    missing = dict.fromkeys(run_secrets.missing(operation, spec, given, anew=anew, targets=chosen))
    missing |= dict.fromkeys(run_secrets.not_given(more, operation, given))
    if run_secrets.powers_off(chosen):
        _demand_bmc(chosen, missing)
    if missing:
        raise NotNowError(f"Give {', '.join(missing)} again: secrets are erased when a run is over.")


def _demand_bmc(chosen: Sequence[Target], missing: Iterable[str]) -> None:
    """Raises RefusedError: a server is switched off with a name and a password, or by hand."""
    if nameless := [target.name for target in chosen if not target.facts.get("bmc_username")]:
        raise RefusedError({"bmc_username": f"{nameless[0]} was asked for without one: ask for it anew."})
    if BMC in missing:
        raise RefusedError({BMC: "Give it again to switch the server off: it was erased when the run was over."})


def first_verb(target: Target, verb: str) -> str:
    """What the next attempt begins with, `verb` ("": from where it stopped). A site that dcmanager knows already is
    resumed, not added again, unless its creation failed: then it is deleted first."""
    if gone(target):
        return "add"
    step = target.steps[target.step]
    known = target.dcmanager_id is not None
    first = verb or (AGAIN.get(step, step) if known else step)
    return "delete" if known and first == "resume" and begins_anew(target, verb) else first


def _add_again(target: Target) -> None:
    """A site that somebody deleted: all of its deployment once more, and what stood there before is not ours."""
    after = ["online", *(["manage"] if "manage" in target.steps else [])]
    target.steps = [*target.steps[: target.step], "add", *after]
    target.dcmanager_id, target.region_name, target.cloud = None, "", None
    target.state, target.abort_requested = TargetState.WAITING, False
    target.message = target.error = target.cause = ""


def _rewind(target: Target, verb: str) -> None:
    """Where the next attempt begins. A single phase is not the end of a deployment that was to run to its end, and no
    stand-in for what comes after all phases: that follows it."""
    step, rest = target.steps[target.step], target.steps[target.step + 1 :]
    deployed = bool(verb) and step in AFTERWARDS
    if deployed:
        rest = ["online", *([step] if step != "online" else []), *rest]
    first = first_verb(target, verb)
    if first == "delete" and step in TO_THE_END:
        rest = ["add", *rest]
    to_the_end = step in TO_THE_END or deployed or rest[:1] == ["resume"]
    rest = rest[1:] if rest[:1] == ["resume"] else rest
    between = ["resume"] if to_the_end and first in ("install", "bootstrap") else []
    target.steps = [*target.steps[: target.step], first, *between, *rest]
    target.state, target.abort_requested = TargetState.WAITING, False
    target.message = target.error = target.cause = ""
