"""Where a cloud stands, for its events: who may see them is decided by controller, home group and region."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.kinds import Kind
from events.log import NewEvent
from sites.choices import CloudKind
from sites.models import Cloud


@dataclass(frozen=True, slots=True)
class Place:
    """A central cloud belongs to its controller alone: it has no group, and its region shows it to nobody."""

    controller_id: int
    cloud_id: int
    group_id: int | None
    region: str


def places(cloud_ids: Iterable[int]) -> dict[int, Place]:
    """By cloud. One query."""
    rows = Cloud.objects.filter(pk__in=list(cloud_ids)).values_list("pk", "controller_id", "group_id", "region", "kind")
    return {
        pk: Place(controller_id, pk, group_id, "" if kind == CloudKind.CENTRAL else region)
        for pk, controller_id, group_id, region, kind in rows
    }


def event(place: Place, kind: Kind, subject: str, at: datetime, data: dict[str, Any]) -> NewEvent:
    """An event that happened at that place."""
    return NewEvent(
        kind=kind,
        subject=subject,
        at=at,
        data=data,
        controller_id=place.controller_id,
        cloud_id=place.cloud_id,
        group_id=place.group_id,
        region=place.region,
    )


def cloud_event(place: Place, kind: Kind, at: datetime, data: dict[str, Any]) -> NewEvent:
    """An event about the cloud itself."""
    return event(place, kind, f"cloud:{place.cloud_id}", at, data)


def moved(old: Place, new: Place, name: str, at: datetime) -> list[NewEvent]:
    """What those are told who see a cloud only where it was, or only where it is now: that it went, that it came.

    Whoever sees both places is told both, in that order; `moved` says that the cloud itself stays. Nothing for a move
    that changes nobody's view.
    """
    told = {"name": name, "moved": True}
    went = (old.group_id is not None and old.group_id != new.group_id) or (old.region not in ("", new.region))
    came = (new.group_id is not None and old.group_id != new.group_id) or (new.region not in ("", old.region))
    events = [cloud_event(old, Kind.CLOUD_REMOVED, at, told)] if went else []
    return [*events, cloud_event(new, Kind.CLOUD_ADDED, at, told)] if came else events
