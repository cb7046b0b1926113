"""Starting a planned operation: its good targets begin to wait for their turn."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from events.log import append
from operations.busy import busy, who
from operations.choices import Kind, OperationState, TargetState
from operations.engine import jobs
from operations.engine.events import operation_event, target_event
from operations.kinds import KINDS
from operations.models import Operation, Target
from operations.services import run_secrets
from operations.services.claims import taken_meanwhile
from sites.services.actors import Actor, audit

TAKEN = "Another operation has just begun to work on one of these subclouds: look again."
AS_A_CAMPAIGN = "It is a campaign: do that to it as a campaign, with its approval and its waves."
NONE_READY = "Nothing may be done to any of its subclouds: see the reason of each."


class NotNowError(Exception):
    """The operation is not in a state in which that can be asked; the message says why."""


class RefusedError(Exception):
    """The whole request is refused; `problems` {field: sentence} say what to do."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in problems.items()))
        self.problems = dict(problems)


def start_operation(
    operation_id: int, actor: Actor, now: datetime, secrets: Mapping[str, str] | None = None
) -> Operation:
    """`secrets`: given now, or again where those of the request were erased meanwhile. Raises NotNowError,
    RefusedError for secrets that it does not take."""
    with transaction.atomic():
        operation = jobs.operation_locked(operation_id)
        if operation.state == OperationState.PLANNED and secrets:
            if surplus := run_secrets.surplus(operation, secrets):
                raise RefusedError(surplus)
            run_secrets.keep(operation, secrets, now)
        begin(operation, actor, now)
    return operation


def begin(operation: Operation, actor: Actor, now: datetime) -> None:
    """In the caller's transaction, with the operation locked or just made. Raises NotNowError."""
    if operation.state != OperationState.PLANNED:
        raise NotNowError(f"It is {operation.get_state_display()}: only a planned operation can be started.")
    demand_no_campaign(operation)
    _demand_secrets(operation)
    ready = list(operation.targets.select_for_update().filter(state=TargetState.READY).order_by("number"))
    if not ready:
        raise NotNowError(NONE_READY)
    why = _in_the_way(operation, ready)
    for target in ready:
        target.state = TargetState.REFUSED if target.pk in why else TargetState.WAITING
        if target.pk in why:
            target.problems = [{"field": "", "message": why[target.pk]}]
    _write(ready)
    operation.state, operation.started_at = OperationState.PROCESSING, now
    operation.save(update_fields=["state", "started_at"])
    jobs.wake(operation.pk, now)
    append([operation_event(operation, now, {"state": operation.state}), *(target_event(each, now) for each in ready)])
    audit(actor, "operation.start", f"operation:{operation.pk}", now, {"plan_hash": operation.plan_hash})


def _in_the_way(operation: Operation, ready: Sequence[Target]) -> dict[int, str]:
    """{target: why it cannot begin}."""
    others = busy(ready)
    works = "Operation {} works on it: wait until that has ended."
    found = {target.pk: works.format(others[who(target)]) for target in ready if who(target) in others}
    return taken_meanwhile(operation, ready) | found


def demand_no_campaign(operation: Operation) -> None:
    """What every operation allows must not be a way around a campaign's approval. Raises NotNowError."""
    if operation.kind == Kind.CAMPAIGN:
        raise NotNowError(AS_A_CAMPAIGN)


def close_if_hopeless(operation: Operation, targets: Iterable[Target], now: datetime) -> bool:
    """Whether none of them is ready: then the operation has failed before it began. In the caller's transaction."""
    if any(target.state in (TargetState.READY, TargetState.CHECKING) for target in targets):
        return False
    operation.state, operation.state_reason, operation.ended_at = OperationState.FAILED, NONE_READY, now
    operation.save(update_fields=["state", "state_reason", "ended_at"])
    operation.secrets.all().delete()
    append([operation_event(operation, now, {"state": operation.state, "state_reason": NONE_READY})])
    return True


def wait_for_turn(targets: Sequence[Target]) -> None:
    """Saves targets that have become WAITING. Raises NotNowError where another operation works on one of them."""
    others = busy(targets)
    for target in targets:
        if other := others.get(who(target)):
            raise NotNowError(f"Operation {other} works on {target.name}: wait until that has ended.")
    try:
        with transaction.atomic():
            for target in targets:
                target.save()
    except IntegrityError:
        raise NotNowError(TAKEN) from None


def _demand_secrets(operation: Operation) -> None:
    """A plan need not have had them, and loses them when it lies for a day. Raises NotNowError."""
    if missing := run_secrets.missing(operation, KINDS[operation.kind]):
        raise NotNowError(f"Give {', '.join(missing)}: secrets are kept for a day until an operation starts.")


def _write(targets: Sequence[Target]) -> None:
    """All at once: few differ. Raises NotNowError where another operation was quicker."""
    refused = [target for target in targets if target.state == TargetState.REFUSED]
    waiting = [target.pk for target in targets if target.state == TargetState.WAITING]
    try:
        with transaction.atomic():
            Target.objects.filter(pk__in=waiting).update(state=TargetState.WAITING)
            Target.objects.bulk_update(refused, ["state", "problems"], batch_size=500)
    except IntegrityError:
        raise NotNowError(TAKEN) from None
