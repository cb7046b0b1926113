"""Who did what to a campaign and its sites: the audit, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.models import AuditEntry
from operations.campaign_deeds import deed, entries_of, why

SHOWN = 60
MARKS = {"done": "ok", "refused": "error", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    actor: str
    what: str
    detail: str
    mark: str
    outcome: str


def told_entries(operation_id: int, limit: int = SHOWN) -> list[Entry]:
    """The newest first. Only for whoever sees all of its sites: entries may name any of them. One query."""
    fields = ("at", "actor", "verb", "outcome", "detail")
    return [_entry(row) for row in entries_of(operation_id).order_by("-id").values(*fields)[:limit]]


def _entry(row: Mapping[str, Any]) -> Entry:
    what = deed(row["verb"], row["outcome"], row["detail"])
    mark = MARKS.get(row["outcome"], "info")
    return Entry(row["at"], row["actor"], what, why(row["detail"]), mark, row["outcome"])


def told_of(target_id: int, limit: int = SHOWN) -> list[Entry]:
    """Of one site, to whoever may see that site. One query."""
    rows = AuditEntry.objects.filter(subject=f"target:{target_id}").order_by("-id")
    return [_entry(row) for row in rows.values("at", "actor", "verb", "outcome", "detail")[:limit]]
