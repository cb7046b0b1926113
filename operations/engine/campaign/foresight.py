"""The end of a campaign that runs, reckoned anew now and then: what was foreseen when it was planned grows old."""

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from operations.campaign_facts.durations import durations, lead
from operations.campaigns.eta_left import BatchNow, estimate_left
from operations.campaigns.plan import PlanSite
from operations.choices import ENDED_TARGETS, WaveState
from operations.engine.campaign.alike import Calendars
from operations.engine.campaign.book import OVER, Book
from operations.models import Batch, Campaign, Target
from operations.profiles import profile_of
from operations.wave_approvals import LATER_APPROVALS

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)  # it costs six queries, and a simulation of what is left
UNKNOWN = "It cannot be reckoned: see the log."
COLUMNS = (
    "cloud", "name", "controller__name", "dcmanager_id", "region", "profile", "started_at", "cloud__region",
    "cloud__timezone", "cloud__system_mode", "cloud__software_version", "in_campaign__wan_link",
    "in_campaign__batch__number",
)  # fmt: skip
PAUSED = "It is paused: so it would end if it went on now. "
AWAITS = "A wave waits for approval: so it would end if that were given now. "


def foreseen(book: Book, now: datetime, *, begins: datetime | None = None) -> dict[str, Any]:
    """Columns of the campaign; none where what is there is young enough. `begins`: where that is not now."""
    reckoned = book.campaign.eta_at
    if reckoned is not None and now - reckoned < EVERY:
        return {}
    try:
        return _reckoned(book, now, max(now, begins or now))
    except Exception:  # a fault of ours in foreseeing the end must not keep a campaign from it
        log.exception("the end of campaign %s cannot be foreseen", book.operation.pk)
        return {"eta_p50": None, "eta_p90": None, "eta_note": UNKNOWN, "eta_at": now}


def note(book: Book, columns: dict[str, Any]) -> None:
    """In the caller's transaction."""
    if columns:
        Campaign.objects.filter(pk=book.campaign.pk).update(**columns)


def _reckoned(book: Book, now: datetime, begins: datetime) -> dict[str, Any]:
    left = _left(book)
    kinds = {row["cloud"]: (profile_of(row["cloud__system_mode"]), row["cloud__software_version"]) for row in left}
    calendars = Calendars(book.rules)
    sites = {row["cloud"]: _plan_site(row, calendars) for row in left}
    by_batch: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in left:
        by_batch[row["in_campaign__batch__number"]].append(row)
    batches = {number: _now(batch, by_batch[number]) for number, batch in book.batches.items()}
    stopped = bool(book.campaign.stop_reason)
    lasting = durations(kinds, book.rules.spec)
    eta = estimate_left(book.plan, batches, sites, lasting, begins, stopped=stopped, lead=lead())
    said = (PAUSED if book.operation.held else "") + _approvals(book, now) + eta.note(len(left))
    return {"eta_p50": eta.p50, "eta_p90": eta.p90, "eta_note": said[:300], "eta_at": now}


def _approvals(book: Book, now: datetime) -> str:
    """That people are waited for, and for how long nobody can reckon."""
    if book.campaign.stop_reason or not book.unapproved(now):
        return ""
    return AWAITS if any(wave.state == WaveState.AWAITING for wave in book.waves) else LATER_APPROVALS


def _left(book: Book) -> list[dict[str, Any]]:
    """Sites that are to come or at work, and still there."""
    rows = Target.objects.filter(operation=book.operation.pk, in_campaign__batch__isnull=False, cloud__removed_at=None)
    rows = rows.filter(cloud__dcmanager_id__isnull=False, controller__isnull=False).exclude(state__in=ENDED_TARGETS)
    return list(rows.order_by("cloud").values(*COLUMNS))


def _now(batch: Batch, left: list[dict[str, Any]]) -> BatchNow:
    if batch.state in OVER:
        return BatchNow(frozenset(), None, batch.ended_at)
    begun = [row["started_at"] for row in left if row["started_at"] is not None]
    return BatchNow(frozenset(row["cloud"] for row in left), min(begun, default=None))


def _plan_site(row: dict[str, Any], calendars: Calendars) -> PlanSite:
    calendar = calendars.of(row["cloud__timezone"], row["region"], row["cloud__region"])
    return PlanSite(
        id=row["cloud"], name=row["name"], controller=row["controller__name"], dcmanager_id=row["dcmanager_id"] or 0,
        region=row["region"], site_type=row["profile"], calendar=calendar, link=row["in_campaign__wan_link"],
    )  # fmt: skip
