"""Who did what to a campaign and its sites: the audit, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat

from events.models import AuditEntry
from operations.models import Target

SHOWN = 60
MARKS = {"done": "ok", "refused": "error", "failed": "failed"}
VERBS = {  # what was done, and what was wanted
    "campaign.plan": ("planned it", "plan it"),
    "campaign.change": ("changed the plan", "change the plan"),
    "campaign.approve": ("approved it", "approve it"),
    "campaign.revoke": ("took the approval back", "take the approval back"),
    "campaign.start": ("started it", "start it"),
    "campaign.abort": ("aborted it", "abort it"),
    "campaign.cancel": ("cancelled it", "cancel it"),
    "campaign.hold_site": ("held", "hold"),
    "campaign.release_site": ("released", "release"),
    "campaign.skip_site": ("skipped", "skip"),
    "campaign.excuse_site": ("excused", "excuse"),
    "operation.hold": ("paused it", "pause it"),
    "operation.release": ("resumed it", "resume it"),
    "operation.campaign": ("changed it", "change it"),
}


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
    subject = Concat(Value("target:"), Cast(F("pk"), CharField()), output_field=CharField())
    of_sites = Target.objects.filter(operation=operation_id).order_by().values_list(subject)
    rows = AuditEntry.objects.filter(Q(subject=f"operation:{operation_id}") | Q(subject__in=of_sites))
    fields = ("at", "actor", "verb", "outcome", "detail")
    return [_entry(row) for row in rows.order_by("-id").values(*fields)[:limit]]


def _entry(row: Mapping[str, Any]) -> Entry:
    said = row["detail"].get("why") or row["detail"].get("reason") or row["detail"].get("note") or ""
    return Entry(row["at"], row["actor"], _what(row), str(said), MARKS.get(row["outcome"], "info"), row["outcome"])


def _what(row: Mapping[str, Any]) -> str:
    verb, detail = row["verb"], row["detail"]
    if verb == "campaign.settle_strategy":
        return f"said that strategy {detail.get('strategy')} is {'' if detail.get('ours') else 'not '}this campaign's"
    done, wanted = VERBS.get(verb, (verb, verb))
    name = f" {detail['name']}" if detail.get("name") else ""
    return f"{done}{name}" if row["outcome"] == "done" else f"was refused to {wanted}{name}"


def told_of(target_id: int, limit: int = SHOWN) -> list[Entry]:
    """Of one site, to whoever may see that site. One query."""
    rows = AuditEntry.objects.filter(subject=f"target:{target_id}").order_by("-id")
    return [_entry(row) for row in rows.values("at", "actor", "verb", "outcome", "detail")[:limit]]
