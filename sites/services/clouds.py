"""What people do to a cloud in the portal's own books: look at it, place it. Nothing here reaches StarlingX."""

from collections.abc import Iterable, Sequence
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
    """ "Look at this one": one row per cloud and reason. One statement, so that it commits before the page is drawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sites_hint (cloud_id, reason, at, until) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (cloud_id, reason) DO UPDATE SET at = excluded.at, until = excluded.until",
            [cloud_id, reason, now, until],
        )


def watch(cloud_id: int, now: datetime) -> None:
    """Somebody has the page of this cloud open: tier T3 for a while."""
    leave_hint(cloud_id, "open_page", now, now + WATCH_FOR)


def ask(cloud_id: int, now: datetime) -> None:
    """Somebody asked to have this cloud read now."""
    leave_hint(cloud_id, "asked", now, now + ASK_FOR)


def follow(cloud_ids: Sequence[int], now: datetime, until: datetime) -> None:
    """Work was done on these clouds, and how they are is waited for: one look each, again not before `until`."""
    if not cloud_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sites_hint (cloud_id, reason, at, until) SELECT pk, 'worked_on', %s, %s FROM unnest(%s) pk"
            " ON CONFLICT (cloud_id, reason) DO UPDATE SET at = excluded.at, until = excluded.until"
            " WHERE sites_hint.until <= excluded.at",
            [now, until, list(cloud_ids)],
        )


def ask_for_health(cloud_ids: Iterable[int], now: datetime) -> None:
    """These are to be asked for their own health. One statement; who was asked for in the last minutes is not again."""
    if not (clouds := sorted(set(cloud_ids))):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sites_hint AS h (cloud_id, reason, at, until)"
            " SELECT pk, 'health', %(now)s, %(until)s FROM unnest(%(clouds)s::bigint[]) AS asked (pk) ORDER BY pk"
            " ON CONFLICT (cloud_id, reason) DO UPDATE SET at = excluded.at, until = excluded.until"
            " WHERE h.at NOT BETWEEN %(lately)s AND %(now)s",
            {"now": now, "until": now + HEALTH_FOR, "lately": now - AGAIN_AFTER, "clouds": clouds},
        )


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
