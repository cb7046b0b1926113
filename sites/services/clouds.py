"""What people do to a cloud in the portal's own books: look at it, place it. Nothing here reaches StarlingX."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from events.kinds import Kind
from events.log import append
from sites.choices import CloudKind
from sites.models import Cloud, Region
from sites.places import Place, cloud_event, moved
from sites.services.actors import Actor, audit

WATCH_FOR = timedelta(seconds=30)  # the page renews it every few seconds while somebody sees it
ASK_FOR = timedelta(seconds=60)
HEALTH_FOR = timedelta(minutes=5)  # so many may be asked at once that the last waits for minutes
AGAIN_AFTER = timedelta(minutes=2)


def leave_hint(cloud_id: int, reason: str, now: datetime, until: datetime) -> None:
    """ "Look at this one": one row per cloud and reason."""
    _leave_hints([cloud_id], reason, now, until, again=timedelta(0))


def _leave_hints(cloud_ids: Iterable[int], reason: str, now: datetime, until: datetime, *, again: timedelta) -> None:
    """One statement, so that it commits before a page is drawn; in one order, so that two of them never wait for each
    other. Who was asked for within `again` is not once more, unless the clock was set back since."""
    if not (clouds := sorted(set(cloud_ids))):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sites_hint AS h (cloud_id, reason, at, until)"
            " SELECT pk, %(reason)s, %(now)s, %(until)s FROM unnest(%(clouds)s::bigint[]) AS asked (pk) ORDER BY pk"
            " ON CONFLICT (cloud_id, reason) DO UPDATE SET at = excluded.at, until = excluded.until"
            " WHERE NOT (h.at > %(lately)s AND h.at <= %(now)s)",
            {"reason": reason, "now": now, "until": until, "lately": now - again, "clouds": clouds},
        )


def watch(cloud_id: int, now: datetime) -> None:
    """Somebody has the page of this cloud open: tier T3 for a while."""
    leave_hint(cloud_id, "open_page", now, now + WATCH_FOR)


def ask(cloud_id: int, now: datetime) -> None:
    """Somebody asked to have this cloud read now."""
    leave_hint(cloud_id, "asked", now, now + ASK_FOR)


def read_again(cloud_ids: Iterable[int], now: datetime) -> None:
    """All of these is to be read now; who was asked for in the last minutes is not again."""
    _leave_hints(cloud_ids, "asked", now, now + HEALTH_FOR, again=AGAIN_AFTER)


def follow(cloud_ids: Iterable[int], now: datetime, again: timedelta) -> None:
    """Work was done on these clouds, and how they are is waited for: one look each, the next after `again`."""
    _leave_hints(cloud_ids, "worked_on", now, now + again, again=again)


def ask_for_health(cloud_ids: Iterable[int], now: datetime) -> None:
    """These are to be asked for their own health; who was asked for in the last minutes is not again."""
    _leave_hints(cloud_ids, "health", now, now + HEALTH_FOR, again=AGAIN_AFTER)


def place(cloud: Cloud, position: tuple[float, float] | None, actor: Actor, now: datetime) -> None:
    """Puts a cloud on the map by hand; None gives it back to its own sysinv (at the next inventory)."""
    latitude, longitude = position or (None, None)
    detail = {"latitude": latitude, "longitude": longitude, "was": [cloud.latitude, cloud.longitude]}
    with transaction.atomic():
        Cloud.objects.filter(pk=cloud.pk).update(
            latitude=latitude, longitude=longitude, placed_by_hand=position is not None
        )
        _tell(cloud, {"latitude": latitude, "longitude": longitude}, cloud.region, now)
        audit(actor, "cloud.place", f"cloud:{cloud.pk}", now, detail)


def put_in_region(cloud: Cloud, region: str | None, actor: Actor, now: datetime) -> None:
    """Sets the region by hand; None lets it follow from the position again (at the next inventory).

    Raises ValueError for a region that does not exist.
    """
    if region is not None and not Region.objects.filter(name=region).exists():
        raise ValueError(f"There is no region {region!r}.")
    with transaction.atomic():
        Cloud.objects.filter(pk=cloud.pk).update(
            region_by_hand=region is not None, region=cloud.region if region is None else region
        )
        if region is not None:
            _tell(cloud, {"region": region}, region, now)
        audit(actor, "cloud.region", f"cloud:{cloud.pk}", now, {"region": region, "was": cloud.region})


def _tell(cloud: Cloud, fields: dict[str, Any], region: str, now: datetime) -> None:
    """`region` is the one from now on; a central cloud shows itself to no region."""
    before = cloud.region if cloud.kind == CloudKind.SUBCLOUD else ""
    old = Place(cloud.controller_id, cloud.pk, cloud.group_id, before)
    place = old._replace(region=region if cloud.kind == CloudKind.SUBCLOUD else "")
    append([*moved(old, place, cloud.name, now), cloud_event(place, Kind.CLOUD_CHANGED, now, {"fields": fields})])
