"""What stands in the list of System Controllers: three queries, whatever the number of subclouds."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from sites.access import Scopes
from sites.choices import CloudKind, Facet, Severity
from sites.freshness import is_live_joined, is_stale, with_alarm_age
from sites.selectors import clouds, controllers, subclouds

NOTHING = {"total": 0, "offline": 0, "critical": 0, "major": 0, "out_of_sync": 0, "stale_count": 0, "unreachable": 0}


def summaries(scopes: Scopes, now: datetime) -> list[dict[str, Any]]:
    """One dict for each controller in scope, by name. Counts are of subclouds in scope, by their worst alarm.

    `read_at` is when dcmanager's list of subclouds was last read; `stale`: that is too long ago. `alarms_at`: every
    subcloud's alarms were read at the latest then. `state` and `worst` are the marks of both: never green where
    something is not known.
    """
    counted = {row["controller"]: row for row in _counted(scopes, now)}
    central = {
        row["controller"]: row
        for row in clouds(scopes).filter(kind=CloudKind.CENTRAL).values("controller", "pk", "severity", "contact")
    }
    found = []
    listed = controllers(scopes).order_by("name")
    for row in listed.values("id", "name", "enabled", "auth_url", "beat__beat_at", "beat__t0_at", "beat__t1_swept_at"):
        own: dict[str, Any] = dict(central.get(row["id"], {}))
        at = row["beat__t0_at"]
        shown = {**row, **NOTHING, **counted.get(row["id"], {}), "read_at": at}
        shown |= {"severity": own.get("severity"), "central": own.get("pk")}
        shown |= {"stale": is_stale(Facet.SUBCLOUD, at, now), "alarms_at": row["beat__t1_swept_at"]}
        found.append(shown | {"state": _state(shown), "worst": _worst(shown)})
    return found


def _state(row: dict[str, Any]) -> str:
    """Of its list of subclouds."""
    if row["read_at"] is None:
        return "unknown"
    return "warn" if row["offline"] or row["unreachable"] else "ok" if row["total"] else "none"


def _worst(row: dict[str, Any]) -> str:
    """Of the alarms at its subclouds: cleared only where all of them are known."""
    if row["critical"] or row["major"]:
        return "critical" if row["critical"] else "major"
    known = row["read_at"] is not None and row["total"] and not row["stale_count"]
    return "cleared" if known else "unknown"


def _counted(scopes: Scopes, now: datetime) -> Any:
    return (
        with_alarm_age(subclouds(scopes))
        .order_by()
        .values("controller")
        .annotate(
            total=Count("pk"),
            offline=Count("pk", filter=Q(availability_status="offline")),
            unreachable=Count("pk", filter=Q(contact="unreachable")),
            critical=Count("pk", filter=Q(severity=Severity.CRITICAL)),
            major=Count("pk", filter=Q(severity=Severity.MAJOR)),
            out_of_sync=Count("pk", filter=Q(sync_status="out-of-sync")),
            stale_count=Count("pk") - Count("pk", filter=is_live_joined(now)),
        )
    )
