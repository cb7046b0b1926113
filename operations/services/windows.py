"""Saved maintenance windows in the rules of a campaign: copied, so that a later change is none of its plan."""

from collections.abc import Mapping
from typing import Any

from operations.models import MaintenanceWindow
from operations.services.requests import RefusedError


def window_json(row: MaintenanceWindow) -> dict[str, Any]:
    """As operations/campaigns/rulebook.py reads it."""
    return {"name": row.name, "weekdays": row.weekdays, "start": row.start, "end": row.end, "minutes": row.minutes}


def saved_rules(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules with those windows in them that are only named in `saved_windows`. Raises RefusedError."""
    names = rules.get("saved_windows") or []
    rest = {name: value for name, value in rules.items() if name != "saved_windows"}
    if not names:
        return rest
    rows = {row.name: row for row in MaintenanceWindow.objects.filter(name__in=names)}
    if missing := [name for name in names if name not in rows]:
        raise RefusedError({"saved_windows": f"There is no saved window {missing[0]!r}."})
    return rest | {"windows": [*rest.get("windows", []), *(window_json(rows[name]) for name in names)]}
