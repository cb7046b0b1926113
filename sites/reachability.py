"""How the services of System Controllers answered, in words an operator can act on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from sites.choices import Facet
from sites.freshness import is_stale
from sites.lateness import beats
from sites.models import ControllerService

CERTIFICATE_WARNING = timedelta(days=30)
SKEW_WARNING = 30.0  # seconds
OFTEN = frozenset({"identity", "dcmanager", "faultmanagement"})  # asked in every T0; the others with the inventory


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service of one controller. `mark`: ok, warn, error, stale or unknown; `means`: why, in a sentence."""

    controller_id: int
    service: str
    url: str
    mark: str
    means: str
    attempted_at: datetime | None
    succeeded_at: datetime | None
    failing_since: datetime | None
    error: str
    problem: str
    milliseconds: int | None
    certificate_expires_at: datetime | None
    certificate_mark: str
    skew_seconds: float | None


def service_states(controller_ids: Sequence[int], now: datetime) -> list[ServiceState]:
    """Every service of these controllers (one query)."""
    rows = ControllerService.objects.filter(controller__in=controller_ids).order_by("controller_id", "service")
    read = rows.annotate(beat_at=F("controller__beat__beat_at"))
    return [_state(row, beats(row.beat_at, now), now) for row in read]


def certificate_mark(expires_at: datetime | None, now: datetime) -> str:
    if expires_at is None:
        return "unknown"
    if expires_at <= now:
        return "error"
    return "warn" if expires_at - now < CERTIFICATE_WARNING else "ok"


def _state(row: ControllerService, is_read: bool, now: datetime) -> ServiceState:
    mark, means = _verdict(row, is_read, now)
    return ServiceState(
        controller_id=row.controller_id,
        service=row.service,
        url=row.url,
        mark=mark,
        means=means,
        attempted_at=row.attempted_at,
        succeeded_at=row.succeeded_at,
        failing_since=row.failing_since,
        error=row.error,
        problem=row.problem,
        milliseconds=None if row.seconds is None else round(row.seconds * 1000),
        certificate_expires_at=row.certificate_expires_at,
        certificate_mark=certificate_mark(row.certificate_expires_at, now),
        skew_seconds=row.clock_skew_seconds,
    )


def _verdict(row: ControllerService, is_read: bool, now: datetime) -> tuple[str, str]:
    """An answer of long ago is no answer: `is_read` False when no collector gives a sign any more."""
    if row.error:
        return "error", row.error
    if row.succeeded_at is None:
        return "unknown", "Not tried yet."
    if not is_read:
        return "stale", "It answered then; no collector has given a sign since."
    facet = Facet.SUBCLOUD if row.service in OFTEN else Facet.SYSTEM
    if is_stale(facet, row.succeeded_at, now):
        return "stale", "It answered then, and was not asked since."
    if row.clock_skew_seconds is not None and abs(row.clock_skew_seconds) > SKEW_WARNING:
        return "warn", f"Its clock is {row.clock_skew_seconds:+.0f} s off the portal's."
    if row.certificate_expires_at is not None and certificate_mark(row.certificate_expires_at, now) != "ok":
        return "warn", "Its certificate runs out."
    return "ok", "Answers."
