"""What is told when an operation or a target changes."""

from datetime import datetime
from typing import Any

from events.kinds import Kind
from events.log import NewEvent
from operations.models import Operation, Target

TOLD = ("state", "step", "attempt", "deploy_status", "message", "percent", "stuck")


def told(target: Target) -> tuple[Any, ...]:
    """What watchers see of a target: an event is due when it changes."""
    return tuple(getattr(target, name) for name in TOLD)


def target_event(target: Target, now: datetime) -> NewEvent:
    """Carries the target's own place, so that it reaches whoever may see that subcloud."""
    at = target.percent_at
    step = target.steps[target.step] if target.step < len(target.steps) else ""
    data = {
        "operation": target.operation_id, "name": target.name, "state": target.state, "step": step,
        "attempt": target.attempt, "deploy_status": target.deploy_status, "message": target.message,
        "percent": target.percent, "percent_at": at and at.isoformat(), "stuck": target.stuck,
    }  # fmt: skip
    return NewEvent(
        Kind.TARGET_CHANGED, f"target:{target.pk}", now, data, target.controller_id, target.cloud_id,
        target.group_id, target.region,
    )  # fmt: skip


def operation_event(operation: Operation, now: datetime, fields: dict[str, Any]) -> NewEvent:
    """For those who see its whole controller; others learn of it through the targets they may see."""
    return NewEvent(
        Kind.OPERATION_CHANGED, f"operation:{operation.pk}", now, {"fields": fields}, operation.controller_id
    )
