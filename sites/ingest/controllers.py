"""How the System Controller's services answer, and how far the collector has got with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from events.kinds import Kind
from events.log import NewEvent, append
from sites.bounded import bounded
from sites.choices import Problem
from sites.models import CollectorBeat, ControllerService


@dataclass(frozen=True, slots=True)
class ServiceLook:
    """One try of one service. `seconds`: how long the answer took; no `error`: it answered, else `problem` says of
    which kind it is."""

    service: str
    attempted_at: datetime
    url: str = ""
    error: str = ""
    problem: Problem = Problem.OTHER
    seconds: float | None = None
    clock_skew_seconds: float | None = None
    certificate_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a collector has done for one controller lately. None: not yet, by this collector (the stored time stays)."""

    t0_at: datetime | None = None
    t1_swept_at: datetime | None = None
    t2_swept_at: datetime | None = None
    t1_due: int = 0
    t1_oldest_at: datetime | None = None
    breaker_open_until: datetime | None = None


def record_services(controller_id: int, looks: Iterable[ServiceLook], *, now: datetime) -> None:
    """Upsert the row of each service; one event when any begins or ceases to fail."""
    with transaction.atomic():
        stored = {
            row.service: row
            for row in ControllerService.objects.select_for_update().filter(controller_id=controller_id)
        }
        turned: dict[str, str] = {}
        for look in looks:
            row = stored.get(look.service) or ControllerService(controller_id=controller_id, service=look.service[:32])
            if _apply(row, look):
                turned[row.service] = "failing" if row.error else "answering"
            row.save()
            stored[row.service] = row
        if turned:
            event = NewEvent(
                Kind.CONTROLLER_CHANGED,
                f"controller:{controller_id}",
                now,
                {"fields": turned},
                controller_id=controller_id,
            )
            append([event])


def _apply(row: ControllerService, look: ServiceLook) -> bool:
    """Put the look into the row. True when the service turned from answering to failing or back."""
    was_failing = bool(row.error)
    row.attempted_at = look.attempted_at
    row.url = bounded(look.url, 255) or row.url
    row.error = bounded(look.error, 500)
    row.problem = look.problem if look.error else ""
    if look.clock_skew_seconds is not None:
        row.clock_skew_seconds = round(look.clock_skew_seconds, 1)
    if look.certificate_expires_at is not None:
        row.certificate_expires_at = look.certificate_expires_at
    if look.error:
        row.failing_since = row.failing_since or look.attempted_at
    else:
        row.succeeded_at, row.failing_since, row.seconds = look.attempted_at, None, look.seconds
    return was_failing != bool(row.error)


def record_beat(controller_id: int, collector: str, progress: Progress, *, now: datetime) -> None:
    """The collector lives and got so far. Times it does not know yet stay as they are."""
    told = {
        "t0_at": progress.t0_at,
        "t1_swept_at": progress.t1_swept_at,
        "t2_swept_at": progress.t2_swept_at,
    }
    CollectorBeat.objects.update_or_create(
        controller_id=controller_id,
        defaults={
            "collector": collector[:64],
            "beat_at": now,
            "t1_due": progress.t1_due,
            "t1_oldest_at": progress.t1_oldest_at,
            "breaker_open_until": progress.breaker_open_until,
            **{name: at for name, at in told.items() if at is not None},
        },
    )
