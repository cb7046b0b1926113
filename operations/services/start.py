"""Starting a planned operation: its good targets begin to wait for their turn."""

from datetime import datetime

from django.db import transaction

from events.log import append
from operations.choices import ACTIVE_TARGETS, OperationState, TargetState
from operations.engine import jobs
from operations.engine.events import operation_event, target_event
from operations.models import Operation, Target
from sites.services.actors import Actor, audit


class NotNowError(Exception):
    """The operation is not in a state in which that can be asked; the message says why."""


def start_operation(operation_id: int, actor: Actor, now: datetime) -> Operation:
    """Raises NotNowError."""
    with transaction.atomic():
        operation = Operation.objects.select_for_update().get(pk=operation_id)
        begin(operation, actor, now)
    return operation


def begin(operation: Operation, actor: Actor, now: datetime) -> None:
    """In the caller's transaction, with the operation locked or just made. Raises NotNowError."""
    if operation.state != OperationState.PLANNED:
        raise NotNowError(f"It is {operation.get_state_display()}: only a planned operation can be started.")
    ready = list(operation.targets.select_for_update().filter(state=TargetState.READY).order_by("number"))
    busy = _busy(ready)
    for target in ready:
        other = busy.get(target.cloud_id or (target.controller_id, target.name))
        target.state = TargetState.REFUSED if other else TargetState.WAITING
        if other:
            target.problems = [{"field": "", "message": f"Operation {other} works on it: wait until that has ended."}]
    Target.objects.bulk_update(ready, ["state", "problems"], batch_size=500)
    operation.state, operation.started_at = OperationState.PROCESSING, now
    operation.save(update_fields=["state", "started_at"])
    jobs.wake(operation.pk, now)
    append([operation_event(operation, now, {"state": operation.state}), *(target_event(each, now) for each in ready)])
    audit(actor, "operation.start", f"operation:{operation.pk}", now, {"plan_hash": operation.plan_hash})


def _busy(targets: list[Target]) -> dict[object, int]:
    """{cloud, or (controller, name) of a site to be: operation that works on it}. One query for each sort."""
    active = Target.objects.filter(state__in=ACTIVE_TARGETS)
    clouds = [target.cloud_id for target in targets if target.cloud_id]
    found: dict[object, int] = dict(active.filter(cloud__in=clouds).values_list("cloud_id", "operation_id"))
    names = [target.name for target in targets if target.cloud_id is None]
    fresh = active.filter(cloud=None, name__in=names).values_list("controller_id", "name", "operation_id")
    return found | {(controller, name): operation for controller, name, operation in fresh}
