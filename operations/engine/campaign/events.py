"""What is told of batches, waves and the whole as they change."""

from datetime import datetime
from typing import Any

from events.kinds import Kind
from events.log import NewEvent, append
from operations.engine.campaign.book import Book
from operations.engine.events import operation_event
from operations.models import Batch

TOLD = ("state", "message", "strategy_id", "strategy_state")


def told(batch: Batch) -> tuple[Any, ...]:
    """What watchers see of a batch: an event is due when it changes."""
    return tuple(getattr(batch, name) for name in TOLD)


def batch_event(book: Book, batch: Batch, now: datetime) -> NewEvent:
    return event_of_batch(book.operation.pk, batch, now)


def event_of_batch(operation_id: int, batch: Batch, now: datetime) -> NewEvent:
    """For those who see the whole controller; sites are told of to whoever may see them."""
    data = {
        "operation": operation_id, "batch": batch.number, "state": batch.state, "message": batch.message,
        "strategy": batch.strategy_id, "strategy_state": batch.strategy_state,
    }  # fmt: skip
    return NewEvent(Kind.CAMPAIGN_CHANGED, f"operation:{operation_id}", now, data, batch.controller_id)


def tell(book: Book, now: datetime, **data: object) -> None:
    """Of a wave or the whole: for those who see the fleet, or the only System Controller it is for."""
    facts = {"operation": book.operation.pk, **data}
    subject = f"operation:{book.operation.pk}"
    append([NewEvent(Kind.CAMPAIGN_CHANGED, subject, now, facts, book.operation.controller_id)])


def say(book: Book, message: str, now: datetime) -> None:
    """What the whole does or waits for. In the caller's transaction, which holds the operation's row."""
    operation = book.operation
    text = (book.campaign.stop_reason or ("On hold: no further site starts." if operation.held else message))[:500]
    if operation.state_reason != text:
        operation.state_reason = text
        operation.save(update_fields=["state_reason"])
        append([operation_event(operation, now, {"state_reason": text})])
