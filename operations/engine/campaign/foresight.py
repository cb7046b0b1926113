"""The end of a campaign that runs, reckoned anew now and then: what was foreseen when it was planned grows old."""

import logging
from datetime import datetime, timedelta
from typing import Any

from operations.campaign_facts.durations import durations_of, lead
from operations.campaigns.eta_left import BatchNow, estimate_left
from operations.campaigns.plan import PlanSite
from operations.choices import ENDED_TARGETS
from operations.engine.campaign.book import OVER, Book, Site
from operations.engine.campaign.controls import facts_now
from operations.models import Batch, Campaign

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)  # it costs eight queries, and a simulation of what is left
UNKNOWN = "It cannot be reckoned: see the log."
PAUSED = "It is paused: so it would end if it went on now. "


def foreseen(book: Book, now: datetime) -> dict[str, Any]:
    """Columns of the campaign; none where what is there is young enough."""
    reckoned = book.campaign.eta_at
    if reckoned is not None and now - reckoned < EVERY:
        return {}
    try:
        return _reckoned(book, now)
    except Exception:  # a fault of ours in foreseeing the end must not keep a campaign from it
        log.exception("the end of campaign %s cannot be foreseen", book.operation.pk)
        return {"eta_p50": None, "eta_p90": None, "eta_note": UNKNOWN, "eta_at": now}


def note(book: Book, columns: dict[str, Any]) -> None:
    """In the caller's transaction."""
    if columns:
        Campaign.objects.filter(pk=book.campaign.pk).update(**columns)


def _reckoned(book: Book, now: datetime) -> dict[str, Any]:
    left = [pk for pk, site in book.sites.items() if site.row.target.state not in ENDED_TARGETS]
    facts = facts_now(book, left, now) if left else {}
    sites = {pk: _plan_site(book.sites[pk]) for pk in facts}
    batches = {number: _now(book, batch, facts.keys()) for number, batch in book.batches.items()}
    durations = durations_of(facts.values(), book.rules.spec)
    eta = estimate_left(book.plan, batches, sites, durations, now, stopped=bool(book.campaign.stop_reason), lead=lead())
    said = (PAUSED if book.operation.held else "") + eta.note(len(facts))
    return {"eta_p50": eta.p50, "eta_p90": eta.p90, "eta_note": said[:300], "eta_at": now}


def _now(book: Book, batch: Batch, known: Any) -> BatchNow:
    if batch.state in OVER:
        return BatchNow(frozenset(), None, batch.ended_at)
    members = [pk for pk in book.members[batch.number] if pk in known]
    begun = [at for pk in members if (at := book.sites[pk].row.target.started_at) is not None]
    return BatchNow(frozenset(members), min(begun, default=None))


def _plan_site(site: Site) -> PlanSite:
    return PlanSite(
        id=site.cloud_id, name=site.name, controller=site.controller, dcmanager_id=site.dcmanager_id,
        region=site.region, site_type=site.profile, calendar=site.calendar, link=site.link,
    )  # fmt: skip
