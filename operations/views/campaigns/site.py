"""The page of one site in a campaign: how it stands and why, alarms before and after, its step, who decided what."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from operations.campaign_facts.calendar import freezes
from operations.campaign_reads import NOWHERE, sites
from operations.campaign_reason_words import in_words
from operations.campaign_told import sees_controller
from operations.campaign_verdicts import PAUSE, RUN
from operations.campaigns.calendars import calendar_of
from operations.campaigns.site_time import site_zone
from operations.choices import ENDED_TARGETS
from operations.marks import TARGET_MARKS
from operations.models import ArchivedStep, Batch, CampaignTarget, Target, VimStrategySeen
from operations.recorder import attempts_of
from operations.standings import MARKS, Standing
from operations.views.campaigns.audit import told_of
from operations.views.campaigns.inview import CampaignInView, campaign_in_view
from operations.views.campaigns.siteacts import decisions
from operations.views.campaigns.spans import next_spans
from sites.choices import Facet
from sites.freshness import freshness_of
from sites.middleware import PortalRequest
from sites.models import FacetState
from sites.models.controllers import unshown

EFFECTS = {"exclude": "error", "hold": "warn", "alone": "info"}
CEPH = {"ok": "ok", "warn": "warn", "error": "error", "none": "none"}


@require_GET
def page(request: PortalRequest, pk: int, target: int) -> HttpResponse:
    """Everything; to htmx only what changes."""
    campaign = campaign_in_view(request, pk)
    row = _read(request, pk, target)
    part = "_site.html" if "HX-Request" in request.headers else "site.html"
    return render(request, f"operations/campaigns/{part}", _context(request, campaign, row))


def _read(request: PortalRequest, pk: int, target: int) -> Target:
    """Raises Http404 where it is not in scope."""
    rows = sites(request.scopes, pk).filter(pk=target).select_related("operation", "cloud", "controller", "in_campaign")
    row = rows.select_related("in_campaign__batch__wave").defer("cloud__search", *unshown())
    found: Target | None = row.first()
    if found is None:
        raise Http404("There is no such subcloud in this campaign, or it is not in your scope.")
    return found


def _context(request: PortalRequest, campaign: CampaignInView, target: Any) -> dict[str, Any]:
    kept: CampaignTarget = target.in_campaign
    word = Standing(target.standing)
    batch = kept.batch
    return {
        "operation": campaign.operation, "in_view": campaign, "target": target, "kept": kept, "mark": MARKS[word],
        "word": word.label, "batch": batch, "in_plan": target.wave != NOWHERE,
        "batch_message": batch.message if batch and sees_controller(request.scopes, batch.controller_id) else "",
        "reasons": [_reason(reason) for reason in kept.reasons],
        "new_alarms": kept.new_alarms, "baseline": kept.baseline, "before": kept.before, "after": kept.after,
        "ceph_mark": CEPH.get(kept.before.get("ceph", ""), "unknown"),
        "decide": _decide(request, target, kept), "moving": target.state not in ENDED_TARGETS,
        "attempts": _attempts(target, request.now),
        "archive": _archive(target), "entries": told_of(target.pk), **_strategy(request, target),
        **_windows(campaign, target),
    }  # fmt: skip


def _windows(campaign: CampaignInView, target: Target) -> dict[str, Any]:
    """When it may be worked on next, in its own time; nothing where it may be at any time, or is over."""
    book, cloud = campaign.book, target.cloud
    if not book.windows or cloud is None or target.state in ENDED_TARGETS:
        return {}
    zone = site_zone(cloud.timezone, book.default_zone)
    calendar = calendar_of(zone.zone, target.region, book.windows, freezes(), also=cloud.region)
    begins = max(campaign.now, campaign.campaign.not_before or campaign.now)
    return {"zone": zone.zone.key, "zone_note": zone.note, "windows": next_spans(calendar, begins)}


def _reason(reason: dict[str, Any]) -> dict[str, Any]:
    return reason | {"mark": EFFECTS.get(reason.get("effect", ""), "unknown"), "word": in_words(reason.get("key", ""))}


def _decide(request: PortalRequest, target: Target, kept: CampaignTarget) -> str:
    """What may be decided about it now, as the words of a button; "" where nothing may."""
    may = {verb: request.standing.may(PAUSE if verb == "hold" else RUN) for verb in decisions(target, kept)}
    return " or ".join(verb for verb, allowed in may.items() if allowed).capitalize()


def _attempts(target: Target, now: datetime) -> list[dict[str, Any]]:
    return [
        each | {"mark": TARGET_MARKS.get(each["outcome"], "busy"), "word": each["outcome"] or "under way"}
        for each in attempts_of(target, now)
    ]


def _archive(target: Target) -> list[dict[str, Any]]:
    """Its steps in strategies that were deleted since. They bear the name that it had when its batch began."""
    batch = Batch.objects.filter(sites=target.pk).first()
    members = batch.progress.get("roster", ()) if batch is not None else ()
    name = next((member["name"] for member in members if member["site"] == target.cloud_id), target.name)
    rows = ArchivedStep.objects.filter(batch__wave__campaign=target.operation_id, cloud_name=name)
    fields = ("step_id", "stage", "state", "details", "started_at", "finished_at", "archived_at")
    return list(rows.order_by("-archived_at").values(*fields)[:20])


def _strategy(request: PortalRequest, target: Target) -> dict[str, Any]:
    """What the site's own VIM orchestrates: read while somebody has this page open."""
    strategy = VimStrategySeen.objects.filter(cloud=target.cloud_id).first() if target.cloud_id else None
    if strategy is None:
        return {}
    rows = FacetState.objects.filter(cloud=target.cloud_id, facet=Facet.VIM)
    fields = ("facet", "observed_at", "attempted_at", "source", "error")
    return {"strategy": strategy, "vim": freshness_of(rows.values(*fields), request.now)[Facet.VIM]}
