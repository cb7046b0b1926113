"""Who did what to a campaign and its sites: the audit, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.models import AuditEntry
from operations.campaign_deeds import deed, entries_of, turns_of, why

SHOWN = 60
HALT = "campaign.halt"
MARKS = {"done": "ok", "refused": "error", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    actor: str
    what: str
    detail: str
    mark: str
    outcome: str


def told_entries(operation_id: int, *, whole: bool, limit: int = SHOWN) -> list[Entry]:
    """The newest first. Entries may name any of its sites: who sees a part of them reads when it was started, paused,
    resumed or ended and by whom, and no reasons. One query."""
    rows = entries_of(operation_id) if whole else turns_of(operation_id)
    found = rows.order_by("-id").values("at", "actor", "verb", "outcome", "detail")[:limit]
    return [_entry(row if whole else {**row, "detail": {}}) for row in found]


def _entry(row: Mapping[str, Any]) -> Entry:
    what = deed(row["verb"], row["outcome"], row["detail"])
    mark = "failed" if row["verb"] == HALT else MARKS.get(row["outcome"], "info")
    return Entry(row["at"], row["actor"], what, why(row["detail"]), mark, row["outcome"])


def told_of(target_id: int, limit: int = SHOWN) -> list[Entry]:
    """Of one site, to whoever may see that site. One query."""
    rows = AuditEntry.objects.filter(subject=f"target:{target_id}").order_by("-id")
    return [_entry(row) for row in rows.values("at", "actor", "verb", "outcome", "detail")[:limit]]
