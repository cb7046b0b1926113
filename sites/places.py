"""Where a cloud stands, for its events: who may see them is decided by controller, home group and region."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from events.kinds import Kind
from events.log import NewEvent
from sites.choices import CloudKind
from sites.models import Cloud


class Place(NamedTuple):
    """In the order in which an event names it. A central cloud belongs to its controller alone: it has no group, and
    its region shows it to nobody."""

    controller_id: int
    cloud_id: int
    group_id: int | None
    region: str


def places(cloud_ids: Iterable[int]) -> dict[int, Place]:
    """By cloud. One query, none for no clouds; written out, as every batch of the fleet's news needs it."""
    wanted = list(cloud_ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [wanted])
        return {row[1]: Place(*row) for row in cursor.fetchall()}


_PLACES = f"""
SELECT controller_id, id, group_id, CASE kind WHEN '{CloudKind.CENTRAL.value}' THEN '' ELSE region END
FROM {Cloud._meta.db_table} WHERE id = ANY(%s::bigint[])
"""  # noqa: S608 - constants


def event(place: Place, kind: Kind, subject: str, at: datetime, data: dict[str, Any]) -> NewEvent:
    """An event that happened at that place."""
    return NewEvent(kind, subject, at, data, *place)


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
