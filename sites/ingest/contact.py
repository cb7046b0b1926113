"""Whether the portal itself reaches a cloud. Losing contact changes nothing else: its facts stay, and age."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from events.kinds import Kind
from events.log import append
from sites import spans
from sites.bounded import bounded
from sites.choices import Contact, Facet, SpanField
from sites.freshness import is_stale, latest_possible
from sites.places import cloud_event, places
from sites.staging import quiet_commit

LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class ContactResult:
    """The outcome of one try. `error` says why it failed, or what is odd about a cloud that answers."""

    cloud_id: int
    attempted_at: datetime
    reachable: bool
    error: str = ""


def record_contact(results: Iterable[ContactResult], *, lease_token: int, now: datetime) -> dict[int, tuple[str, str]]:
    """Write what changed, with span and event; the try counts only if it is newer than the last change, or that was
    stamped by a clock that has been set back since.

    Dropped under an old lease, like any snapshot. Returns the old and new word of each cloud whose contact changed.
    """
    latest = {result.cloud_id: result for result in sorted(results, key=lambda each: each.attempted_at)}
    if not latest:
        return {}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        cursor.execute(
            _UPDATE,
            {
                "clouds": list(latest),
                "contacts": [_word(result.reachable) for result in latest.values()],
                "errors": [bounded(result.error, LONGEST_ERROR) for result in latest.values()],
                "attempted": [result.attempted_at for result in latest.values()],
                "token": lease_token,
                "possible": latest_possible(now),
            },
        )
        rows = cursor.fetchall()
        changed = {pk: (old, contact) for pk, contact, old, _ in rows if contact != old}
        read_at = {pk: at for pk, *_, at in rows}
        spans.record(((pk, SpanField.CONTACT, contact) for pk, (_, contact) in changed.items()), now)
        found = places(changed) if changed else {}
        if found:
            append(
                cloud_event(place, Kind.CLOUD_CONTACT, now, _told(changed[pk][1], read_at[pk], now))
                for pk, place in found.items()
            )
    return changed


def _told(contact: str, alarms_read_at: datetime | None, now: datetime) -> dict[str, Any]:
    """A site may be back and answer with anything but its alarms: then what is known of it is as old as before."""
    if contact != Contact.REACHABLE:
        return {"contact": contact}
    return {"contact": contact, "stale": is_stale(Facet.ALARMS, alarms_read_at, now)}


def _word(reachable: bool) -> str:
    return (Contact.REACHABLE if reachable else Contact.UNREACHABLE).value


_UPDATE = """
WITH tries AS (
    SELECT v.*, c.contact AS old
    FROM unnest(%(clouds)s::bigint[], %(contacts)s::text[], %(errors)s::text[], %(attempted)s::timestamptz[])
        AS v (cloud_id, contact, error, attempted_at)
    JOIN sites_cloud c ON c.id = v.cloud_id AND c.removed_at IS NULL
    LEFT JOIN sites_controllerlease l ON l.controller_id = c.controller_id
    WHERE coalesce(l.token, 0) <= %(token)s AND (c.contact, c.contact_error) IS DISTINCT FROM (v.contact, v.error)
        AND (c.contact_changed_at IS NULL OR c.contact_changed_at <= v.attempted_at
            OR c.contact_changed_at > %(possible)s)
    ORDER BY v.cloud_id
)
UPDATE sites_cloud c SET contact = t.contact, contact_error = t.error,
    contact_changed_at = CASE WHEN c.contact = t.contact THEN c.contact_changed_at ELSE t.attempted_at END
FROM tries t WHERE c.id = t.cloud_id
RETURNING c.id, t.contact, t.old,
    (SELECT f.observed_at FROM sites_facetstate f WHERE f.cloud_id = c.id AND f.facet = 'alarms')
"""
