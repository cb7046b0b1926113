"""What is written down of the groups that a batch made: whose they are, before any site is in them, and new names."""

from datetime import datetime
from typing import Any

from operations.campaigns.batch import Look, Memory
from operations.engine.campaign.book import Book
from operations.engine.campaign.halting import CAMPAIGN
from operations.models import Batch
from sites.ingest import record_made_group
from sites.services.actors import Actor, audit

RENAMED = "Somebody renamed its group {name} to {renamed}: its sites go back to their groups, and it is deleted."


def keep(book: Book, batch: Batch, memory: Memory, look: Look, now: datetime) -> None:
    """Compares with what `batch` remembers so far: call it before that is overwritten."""
    before: dict[int, Any] = {told["id"]: told for told in batch.progress.get("groups", ())}
    for own in memory.groups:
        told = before.get(own.id)
        if told is None:
            for group in filter(own.is_, look.groups):
                record_made_group(batch.controller_id, group, requested_at=look.at)
        if own.renamed and own.renamed != (told or {}).get("renamed"):
            detail = {"name": own.name, "why": f"{batch.controller.name}: it is called {own.renamed} there now."}
            audit(Actor(CAMPAIGN, "engine"), "campaign.group_renamed", f"operation:{book.operation.pk}", now, detail)


def renamed(memory: Memory, look: Look) -> str:
    """Of a group that stands, for people; "" where none was renamed."""
    standing = (own for own in memory.groups if own.renamed and any(own.is_(group) for group in look.groups))
    return next((RENAMED.format(name=own.name, renamed=own.renamed) for own in standing), "")
