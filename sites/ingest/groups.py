"""Subcloud groups of a controller, as dcmanager lists them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from events.kinds import Kind
from events.log import NewEvent, append
from sites.bounded import bounded
from sites.freshness import latest_possible
from sites.models import SubcloudGroup as GroupRow
from starlingx.records import SubcloudGroup

PORTAL_MADE = "dcportal-"  # names of the temporary groups a campaign makes
WRITING = 0x6466  # class of advisory locks: of two who write the groups of a controller the second sees the first's
UNTOLD = ("upstream_created_at",)


def record_groups(
    controller_id: int, groups: Sequence[SubcloudGroup], *, requested_at: datetime, now: datetime
) -> None:
    """The complete list: new ones are added, changed ones updated, missing ones get `removed_at`.

    A list requested before the newest stored one is dropped, unless that lies in the future: see facets.py. There are
    few groups, so rows are compared here.
    """
    with transaction.atomic():
        _one_after_the_other(controller_id)
        stored = {
            row.dcmanager_id: row
            for row in GroupRow.objects.select_for_update().filter(controller_id=controller_id, removed_at=None)
        }
        if any(requested_at < row.observed_at <= latest_possible(now) for row in stored.values()):
            return
        events = [
            event
            for group in groups
            if (event := _record_one(controller_id, stored.pop(group.id, None), group, requested_at, now))
        ]
        for row in stored.values():
            row.removed_at = now
            row.save(update_fields=["removed_at"])
            events.append(_changed(row, {"removed": True}, now))
        GroupRow.objects.filter(controller_id=controller_id, removed_at=None).update(observed_at=requested_at)
        if events:
            append(events)


def record_made_group(controller_id: int, group: SubcloudGroup, *, requested_at: datetime) -> None:
    """A campaign made it. Known so before any subcloud is in it, it is nobody's home, whatever it is called."""
    with transaction.atomic():
        _one_after_the_other(controller_id)
        row = GroupRow.objects.filter(controller_id=controller_id, dcmanager_id=group.id, removed_at=None).first()
        row = row or GroupRow(controller_id=controller_id, dcmanager_id=group.id, observed_at=requested_at)
        for name, value in _told(group).items():
            setattr(row, name, value)
        row.portal_made = True
        row.save()


def made_groups(controller_id: int) -> dict[int, datetime | None]:
    """When each was created, by dcmanager id, of the groups that campaigns made. One query."""
    rows = GroupRow.objects.filter(controller_id=controller_id, removed_at=None, portal_made=True)
    return dict(rows.values_list("dcmanager_id", "upstream_created_at"))


def _one_after_the_other(controller_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [WRITING, controller_id])


def _record_one(
    controller_id: int, row: GroupRow | None, group: SubcloudGroup, requested_at: datetime, now: datetime
) -> NewEvent | None:
    told = _told(group) | {"portal_made": group.name.startswith(PORTAL_MADE) or _stays_made(row, group)}
    if row is None:
        row = GroupRow(controller_id=controller_id, dcmanager_id=group.id, observed_at=requested_at)
    changes = {name: value for name, value in told.items() if row.pk is None or getattr(row, name) != value}
    if not changes:
        return None
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    shown = {name: value for name, value in changes.items() if name not in UNTOLD}
    return _changed(row, shown, now) if shown and not row.portal_made else None


def _told(group: SubcloudGroup) -> dict[str, object]:
    return {
        "name": bounded(group.name, 255),
        "description": bounded(group.description, 255),
        "update_apply_type": bounded(group.update_apply_type, 32),
        "max_parallel_subclouds": group.max_parallel_subclouds,
        "upstream_created_at": group.created_at,
    }


def _stays_made(row: GroupRow | None, group: SubcloudGroup) -> bool:
    """One that a campaign made, and that somebody renamed; not another that was given its id."""
    if row is None or not row.portal_made:
        return False
    return None in (row.upstream_created_at, group.created_at) or row.upstream_created_at == group.created_at


def _changed(row: GroupRow, fields: Mapping[str, object], now: datetime) -> NewEvent:
    return NewEvent(
        kind=Kind.GROUP_CHANGED,
        subject=f"group:{row.pk}",
        at=now,
        data={"fields": dict(fields)},
        controller_id=row.controller_id,
        group_id=row.pk,
    )
