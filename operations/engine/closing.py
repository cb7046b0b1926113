"""How an operation ends: by what became of its targets."""

from collections import Counter
from datetime import datetime

from events.log import append
from operations.choices import OperationState, TargetState
from operations.engine.events import operation_event
from operations.models import Operation, RunSecret


def close(operation: Operation, now: datetime, *, reason: str = "", state: OperationState | None = None) -> None:
    """Nothing runs or waits any more: its secrets go. In the caller's transaction.

    `reason`: why it ended early. `state`: how it ended, whatever its targets did.
    """
    operation.state = state or _state(operation)
    operation.ended_at, operation.state_reason = now, reason[:500]
    operation.save(update_fields=["state", "ended_at", "state_reason"])
    RunSecret.objects.filter(operation=operation).delete()
    append([operation_event(operation, now, {"state": operation.state})])


def _state(operation: Operation) -> OperationState:
    states = Counter(operation.targets.values_list("state", flat=True))
    if states[TargetState.FAILED]:
        return OperationState.FAILED_TEMP
    if states[TargetState.COMPLETED] or not states[TargetState.CANCELLED]:
        return OperationState.COMPLETED
    return OperationState.CANCELLED
