"""What is told when a campaign changes: to those who see any of its System Controllers whole."""

from datetime import datetime
from typing import Any

from events.kinds import Kind
from events.log import NewEvent
from operations.models import Operation


def campaign_events(operation: Operation, now: datetime, fields: dict[str, Any]) -> list[NewEvent]:
    """One for each System Controller. Those who see single groups or regions learn of it through their targets."""
    rows = operation.jobs.filter(controller__isnull=False).order_by("controller")
    controllers: list[int | None] = list(rows.values_list("controller_id", flat=True))
    return [
        NewEvent(Kind.OPERATION_CHANGED, f"operation:{operation.pk}", now, {"fields": fields}, controller)
        for controller in controllers or [operation.controller_id]
    ]
