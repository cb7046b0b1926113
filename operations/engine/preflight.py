"""Checks that need the System Controller or a BMC, made once before anything is sent. Reads only.

Two stages, each a step of the operation's job: first the controller is asked once for all sites, then the BMCs of so
many sites in a turn. A site that has passed the first has a `seen_at`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Func, JSONField, Value
from django.utils import timezone

from events.log import append
from operations.choices import OperationState, TargetState
from operations.engine import jobs
from operations.engine.bmc_answers import silent_bmcs
from operations.engine.doors import QuietControllerError, ReadOnlyControllerError
from operations.engine.events import operation_event, target_event
from operations.engine.pace import backoff
from operations.engine.survey import Survey, survey
from operations.models import Operation, Target
from operations.services.start import NotNowError, begin, close_if_hopeless
from sites.credentials import CannotUnsealError
from sites.models import Controller
from sites.services.actors import Actor
from starlingx.errors import StarlingXError

BMCS_A_TURN = 200
SITES_AT_ONCE = 1000  # in one transaction
SILENT = "Its BMC {address} does not answer from here{why}; the System Controller may reach it all the same."


def check(claim: jobs.Claim, operation: Operation) -> None:
    """One turn. Raises StaleTokenError when somebody else drives the job now."""
    controller = operation.controller
    waiting = operation.targets.filter(state=TargetState.CHECKING)
    if controller is None:
        _refuse_all(claim, operation, "Its System Controller is not there any more.")
    elif waiting.filter(seen_at=None).exists():
        _first_stage(claim, operation, controller)
    else:
        batch = list(waiting.order_by("number")[:BMCS_A_TURN])
        silent = asyncio.run(silent_bmcs(controller, [(each.pk, _bmc(each)) for each in batch]))
        _second_stage(claim, operation, batch, silent)


def _first_stage(claim: jobs.Claim, operation: Operation, controller: Controller) -> None:
    try:
        found = asyncio.run(survey(controller))
    except ReadOnlyControllerError as refusal:
        _refuse_all(claim, operation, str(refusal))
    except (StarlingXError, CannotUnsealError, QuietControllerError) as problem:
        _postpone(claim, operation, f"{controller.name} cannot be asked: {problem}")
    else:
        _judge(claim, operation, found)


def _judge(claim: jobs.Claim, operation: Operation, found: Survey) -> None:
    """So many sites in a transaction: an open one holds back everybody's events."""
    more = True
    while more:
        now = timezone.now()
        with transaction.atomic():
            job = jobs.held(claim)
            if not _still_checked(operation, job):
                return
            asked = operation.targets.select_for_update().filter(state=TargetState.CHECKING, seen_at=None)
            targets = list(asked.order_by("number")[:SITES_AT_ONCE])
            _write_judged(targets, found, now)
            more = len(targets) == SITES_AT_ONCE
            if not more:
                _go_on(operation, job, now)


def _write_judged(targets: Sequence[Target], found: Survey, now: datetime) -> None:
    refused = [target for target in targets if _judged(target, found)]
    _refuse(refused, now)
    bad = {target.pk for target in refused}
    passed = [target for target in targets if target.pk not in bad]
    _ready([target for target in passed if not _bmc(target)], now)
    later = Target.objects.filter(pk__in=[target.pk for target in passed])
    later.update(seen_at=now)
    if found.doubts:
        notes = Value([{"field": "", "message": text} for text in found.doubts], JSONField())
        later.update(warnings=Func(F("warnings"), notes, template="(%(expressions)s)", arg_joiner=" || "))


def _judged(target: Target, found: Survey) -> bool:
    """Whether the target has problems now, which it then has in it."""
    facts = target.facts
    problems = found.problems(target.name, facts.get("group_id"), facts.get("release", ""))
    target.problems = [*target.problems, *({"field": field, "message": text} for field, text in problems)]
    return bool(problems)


def _second_stage(claim: jobs.Claim, operation: Operation, batch: Sequence[Target], silent: Mapping[int, str]) -> None:
    now = timezone.now()
    with transaction.atomic():
        job = jobs.held(claim)
        if not _still_checked(operation, job):
            return
        still = operation.targets.select_for_update().filter(state=TargetState.CHECKING)
        targets = list(still.filter(pk__in=[target.pk for target in batch]))
        quiet = [target for target in targets if target.pk in silent]
        for target in quiet:
            why = f" ({silent[target.pk]})" if silent[target.pk] else ""
            text = SILENT.format(address=_bmc(target), why=why)
            target.warnings = [*target.warnings, {"field": "install_values/bmc_address", "message": text}]
        Target.objects.bulk_update(quiet, ["warnings"], batch_size=500)
        _ready(targets, now)
        _go_on(operation, job, now)


def _go_on(operation: Operation, job: Any, now: datetime) -> None:
    """The next turn, or the end of checking: planned, begun where that was asked for, or failed."""
    if operation.targets.filter(state=TargetState.CHECKING).exists():
        jobs.release(job, now)
        return
    begun = False
    operation.state, operation.state_reason = OperationState.PLANNED, ""
    operation.save(update_fields=["state", "state_reason"])
    if not close_if_hopeless(operation, operation.targets.filter(state=TargetState.READY)[:1], now):
        begun = operation.start_when_checked and _begun(operation, now)
        fields = {"state": operation.state, "state_reason": operation.state_reason}
        append([operation_event(operation, now, fields)])
    jobs.release(job, now if begun else None)


def _begun(operation: Operation, now: datetime) -> bool:
    try:
        with transaction.atomic():
            begin(operation, Actor(operation.requester_name, operation.source), now)
    except NotNowError as reason:
        operation.state, operation.state_reason = OperationState.PLANNED, str(reason)[:500]
        operation.save(update_fields=["state", "state_reason"])
        return False
    return True


def _still_checked(operation: Operation, job: Any) -> bool:
    """Locks the operation; somebody may have cancelled it while others were asked."""
    operation.refresh_from_db(from_queryset=Operation.objects.select_for_update())
    if operation.state == OperationState.CHECKING:
        return True
    jobs.release(job, None)
    return False


def _refuse_all(claim: jobs.Claim, operation: Operation, why: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        job = jobs.held(claim)
        if not _still_checked(operation, job):
            return
        targets = list(operation.targets.select_for_update().filter(state=TargetState.CHECKING))
        for target in targets:
            target.problems = [*target.problems, {"field": "controller", "message": why}]
        _refuse(targets, now)
        _go_on(operation, job, now)


def _postpone(claim: jobs.Claim, operation: Operation, why: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        job = jobs.held(claim)
        if not _still_checked(operation, job):
            return
        if operation.state_reason != why[:500]:
            operation.state_reason = why[:500]
            operation.save(update_fields=["state_reason"])
            append([operation_event(operation, now, {"state_reason": operation.state_reason})])
        jobs.release(job, now + backoff(job.failures), why, failed=True)


def _refuse(targets: Sequence[Target], now: datetime) -> None:
    for target in targets:
        target.state = TargetState.REFUSED
    Target.objects.bulk_update(targets, ["state", "problems"], batch_size=500)
    append([target_event(target, now) for target in targets])


def _ready(targets: Sequence[Target], now: datetime) -> None:
    for target in targets:
        target.state = TargetState.READY
    Target.objects.filter(pk__in=[target.pk for target in targets]).update(state=TargetState.READY)
    append([target_event(target, now) for target in targets])


def _bmc(target: Target) -> str:
    return str((target.facts.get("network") or {}).get("bmc_address", ""))
