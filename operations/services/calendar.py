"""Saved maintenance windows and the freeze calendar: made, changed and deleted by people."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from operations.campaigns.calendars import Freeze
from operations.campaigns.rulebook import read_window
from operations.campaigns.windows import WindowRule
from operations.models import FreezeSpan, MaintenanceWindow
from operations.services.requests import RefusedError
from operations.services.windows import window_json
from sites.models import Region
from sites.services.actors import Actor, audit

WINDOW_FIELDS = ("name", "weekdays", "start", "end", "minutes")
FREEZE_FIELDS = ("name", "first", "last", "region", "zone")
Row = TypeVar("Row", MaintenanceWindow, FreezeSpan)


def save_window(row: MaintenanceWindow, values: Mapping[str, Any], actor: Actor, now: datetime) -> MaintenanceWindow:
    """A new row, or one read for change. Campaigns keep their own copy. Raises RefusedError."""
    _take(row, values, WINDOW_FIELDS)
    row.weekdays = sorted(set(row.weekdays or []))
    window_rule(row)
    try:
        return _saved(row, "window", WINDOW_FIELDS, actor, now)
    except IntegrityError:
        raise RefusedError({"name": "There is a window of that name already."}) from None


def save_freeze(row: FreezeSpan, values: Mapping[str, Any], actor: Actor, now: datetime) -> FreezeSpan:
    """A new row, or one read for change; it holds for running campaigns at once. Raises RefusedError."""
    _take(row, values, FREEZE_FIELDS)
    freeze_of(row)
    if row.region and not Region.objects.filter(name=row.region).exists():
        raise RefusedError({"region": f"There is no region {row.region!r}."})
    return _saved(row, "freeze", FREEZE_FIELDS, actor, now)


def delete_row(row: MaintenanceWindow | FreezeSpan, actor: Actor, now: datetime) -> None:
    noun = "freeze" if isinstance(row, FreezeSpan) else "window"
    with transaction.atomic():
        subject, told = f"{noun}:{row.pk}", {"name": row.name}
        row.delete()
        audit(actor, f"{noun}.delete", subject, now, told)


def window_rule(row: MaintenanceWindow) -> WindowRule:
    """Raises RefusedError."""
    try:
        return read_window(window_json(row))
    except (TypeError, ValueError) as problem:
        raise RefusedError({"window": str(problem)}) from None


def freeze_of(row: FreezeSpan) -> Freeze:
    """Raises RefusedError."""
    try:
        return Freeze(row.name, row.first, row.last, row.region, row.zone)
    except ValueError as problem:
        raise RefusedError({"freeze": str(problem)}) from None


def _take(row: Row, values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name in values:
            setattr(row, name, values[name])


def _saved(row: Row, noun: str, names: tuple[str, ...], actor: Actor, now: datetime) -> Row:
    is_new = row.pk is None
    with transaction.atomic():
        row.save()
        told = {name: _plain(getattr(row, name)) for name in names}
        audit(actor, f"{noun}.{'add' if is_new else 'change'}", f"{noun}:{row.pk}", now, told)
    return row


def _plain(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value
