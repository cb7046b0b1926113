"""Can pages be served, and is the fleet being read? Blocking; asked from a thread of its own."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, OuterRef
from django.utils import timezone
from prometheus_client import Gauge

from sites.models import CollectorBeat, Controller, ControllerService

COLLECTOR_AGE = Gauge("dcportal_collector_age_seconds", "Since a collector last reported.", ["controller"])
T1_DUE = Gauge("dcportal_collector_t1_due", "Subclouds waiting for their alarms to be read.", ["controller"])
DATABASE_UP = Gauge("dcportal_database_up", "1 if the database answered at this scrape.")
ENTRANCES = ("identity", "dcmanager")  # without these nothing of a controller can be read
_migrated = False


def look() -> dict[str, Any]:
    """{"ready", "database", "migrations", "sweeps": {"t0", "t1", "t2"}, "unread", "collector_age"}.

    `sweeps` tells whether each tier has been through once for every enabled controller. One that was never read and
    whose services are shown as failing was looked at, too: there is nothing behind it to wait for; `unread` counts
    these. `collector_age` is that of the controller that waits longest, in seconds, None where no collector ever
    tried. No names: anybody may ask.
    """
    connection.ensure_connection()
    migrated = is_migrated()
    found: dict[str, Any] = {"ready": migrated, "database": "ok", "migrations": "applied" if migrated else "missing"}
    if migrated:
        found |= _collectors(timezone.now())
    return found


def is_migrated() -> bool:
    """Looking costs some 50 ms, so a yes is remembered: migrations are not taken back under a running process."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _collectors(now: datetime) -> dict[str, Any]:
    refusals = ControllerService.objects.filter(controller=OuterRef("pk"), service__in=ENTRANCES).exclude(error="")
    rows = Controller.objects.filter(enabled=True).annotate(fails=Exists(refusals))
    beats = list(rows.values_list("beat__beat_at", "beat__t0_at", "beat__t1_swept_at", "beat__t2_swept_at", "fails"))
    read = [beat for beat in beats if beat[1] is not None or not beat[4]]
    tiers = {f"t{tier}": bool(beats) and all(beat[1 + tier] for beat in read) for tier in range(3)}
    seen = [at for at, *_ in beats if at is not None]
    complete = bool(beats) and len(seen) == len(beats)
    age = round((now - min(seen)).total_seconds(), 1) if complete else None
    return {"sweeps": tiers, "unread": len(beats) - len(read), "collector_age": age}


def measure() -> None:
    """Bring the gauges of the database up to date."""
    now = timezone.now()
    beats = CollectorBeat.objects.filter(controller__enabled=True)
    rows = list(beats.values_list("controller__name", "beat_at", "t1_due"))
    unmeasured()
    DATABASE_UP.set(1)
    for name, at, due in rows:
        COLLECTOR_AGE.labels(name).set((now - at).total_seconds())
        T1_DUE.labels(name).set(due)


def unmeasured() -> None:
    """The database does not answer: old ages must not stand there as if they were new."""
    DATABASE_UP.set(0)
    COLLECTOR_AGE.clear()
    T1_DUE.clear()
