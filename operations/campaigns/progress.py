"""What a batch remembers, to JSON and back: it is stored beside the batch's intents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from operations.campaigns.batch import End, Member, Memory, SiteEnd
from operations.campaigns.plan import canonical


def told(memory: Memory) -> dict[str, Any]:
    """JSON-ready."""
    found: dict[str, Any] = canonical(memory)
    return found


def read(stored: Mapping[str, Any]) -> Memory:
    """The memory that was told; an empty mapping is a batch that has not begun. Raises TypeError for unknown keys."""
    given = dict(stored)
    given["roster"] = tuple(Member(**each) for each in given.get("roster", ()))
    for name in ("left_out", "unmovable"):
        given[name] = tuple(SiteEnd(**each | {"end": End(each["end"])}) for each in given.get(name, ()))
    if given.get("ended_at"):
        given["ended_at"] = datetime.fromisoformat(given["ended_at"])
    return Memory(**given)
