"""The page of a campaign: what it waits for, its waves and batches, its sites, who did what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from operations.campaign_filters import CampaignSiteFilter
from operations.campaign_marks import WAVE_MARKS, bar, counted
from operations.campaign_mop_up import RULE
from operations.campaign_offers import Asker, Numbers, campaign_offers
from operations.campaign_reads import SITE_SORTS, WaveSeen, sites
from operations.campaign_rules_seen import rules_to_read
from operations.campaign_selectors import followers, follows
from operations.campaign_told import UNCERTAIN, state_reason, told
from operations.campaign_verdicts import is_own
from operations.campaign_words import ask_in_words, limit_in_words, stopped_in_words
from operations.campaigns.chain import link_in_words
from operations.campaigns.failure_limits import ANY_MAY_FAIL
from operations.campaigns.rulebook import read_limit
from operations.choices import WaveState
from operations.marks import OPERATION_MARKS
from operations.offers import Offer
from operations.standings import IN_BAR, MARKS, WORKED_ON, Standing
from operations.views.campaigns.audit import told_entries
from operations.views.campaigns.blocking import blocks, lanes
from operations.views.campaigns.chaincells import chain_cells
from operations.views.campaigns.inview import CampaignInView, campaign_in_view, soaks_until
from operations.views.campaigns.lanes import Strip, strips
from operations.views.campaigns.sitecells import FIELDS, markup
from operations.views.opactions import subclouds
from operations.wave_approvals import needs_own
from sites.middleware import PortalRequest
from sites.paging import PagingError, apply, finish, plan
from sites.templatetags.portal import toggled

LIVE = "campaign.changed operation.changed target.changed brake.changed"


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave as its card shows it."""

    seen: WaveSeen
    mark: str
    word: str
    bar: str
    counted: str
    limit: str
    soaks_until: Any
    own_approval: bool
    strips: list[Strip]


@require_GET
def page(request: PortalRequest, pk: int) -> HttpResponse:
    """Everything; to htmx only the region of the sites' rows."""
    campaign = campaign_in_view(request, pk)
    rows = _rows(request, campaign)
    status = 400 if "problems" in rows else 200
    if "HX-Request" in request.headers:
        return render(request, "operations/campaigns/_sites.html", rows, status=status)
    context = {**_head(request, campaign), **_plan(request, campaign), **_waves(campaign), **rows, **_history(campaign)}
    return render(request, "operations/campaigns/page.html", context, status=status)


@require_GET
def head(request: PortalRequest, pk: int) -> HttpResponse:
    """State, what it waits for, actions."""
    return render(request, "operations/campaigns/_head.html", _head(request, campaign_in_view(request, pk)))


@require_GET
def planned(request: PortalRequest, pk: int) -> HttpResponse:
    """What it does, under which rules, and who approved it."""
    return render(request, "operations/campaigns/_plan.html", _plan(request, campaign_in_view(request, pk)))


@require_GET
def waves(request: PortalRequest, pk: int) -> HttpResponse:
    """The waves with their batches."""
    return render(request, "operations/campaigns/_waves.html", _waves(campaign_in_view(request, pk)))


@require_GET
def history(request: PortalRequest, pk: int) -> HttpResponse:
    """Who did what."""
    return render(request, "operations/campaigns/_history.html", _history(campaign_in_view(request, pk)))


def _head(request: PortalRequest, campaign: CampaignInView) -> dict[str, Any]:
    operation, row = campaign.operation, campaign.campaign
    found = offers(request, campaign)
    return {
        "seen": campaign.seen, "operation": operation, "in_view": campaign, "campaign": row, "kinds": LIVE,
        "mark": OPERATION_MARKS[operation.state], "offers": found,
        "reasons": _refused(found),
        "bar": bar(campaign.counts), "counted": counted(campaign.counts), "chips": chips(request, campaign),
        "chain": chain_cells(request.scopes, row),
        "blocks": blocks(campaign, request.standing.brakes), "lanes": lanes(campaign),
        **_said(request, campaign),
    }  # fmt: skip


def _refused(found: list[Offer]) -> list[str]:
    """Why some of what is offered is not to be had: each reason once, with what it is about."""
    by_reason: dict[str, list[str]] = {}
    for offer in found:
        if offer.reason:
            by_reason.setdefault(offer.reason, []).append(offer.label.rstrip("…"))
    return [f"{', '.join(labels)}: {reason}" for reason, labels in by_reason.items()]


def _plan(request: PortalRequest, campaign: CampaignInView) -> dict[str, Any]:
    operation, row = campaign.operation, campaign.campaign
    linked = [link_in_words(campaign.after)] if row.after_number else []
    rules = rules_to_read(request.scopes, operation.pk, campaign.book, whole=campaign.whole)
    return {
        "operation": operation, "in_view": campaign, "campaign": row,
        "asked": ask_in_words(campaign.book.spec), "rules": [*linked, *rules],
        "own": is_own(row, operation, cast(User, request.user)), "warnings": row.plan.get("warnings", []),
        "children": followers(request.scopes, operation.pk).values("pk", "title"),
    }  # fmt: skip


def _said(request: PortalRequest, campaign: CampaignInView) -> dict[str, Any]:
    """Its own sentences, as far as this reader sees the sites that they may name."""
    operation, row, whole = campaign.operation, campaign.campaign, campaign.whole
    begun = operation.started_at is not None
    return {
        "follows": row.parent if follows(request.scopes, row) else None,
        "why": state_reason(operation, row, whole=whole) if campaign.over else "",
        "stopped": stopped_in_words(row.stopped_at, row.stopped_by, begun=begun) if campaign.over else "",
        "eta_note": told(row.eta_note, whole=whole, instead=UNCERTAIN),
    }


def offers(request: PortalRequest, campaign: CampaignInView) -> list[Offer]:
    """What whoever asks may do to it."""
    asker = Asker(user=cast(User, request.user), standing=request.standing, whole=campaign.whole)
    never = sum(campaign.counts[word] for word in (Standing.HELD_BACK, Standing.NOT_RUN))
    numbers = Numbers(
        failed=campaign.counts[Standing.FAILED], worked_on=campaign.worked_on, never_ran=never,
    )  # fmt: skip
    return campaign_offers(
        campaign.operation, campaign.campaign, asker, numbers, approved=campaign.approval_good,
        deploys=campaign.book.spec.deploys, stuck=campaign.waits is not None and campaign.waits.stuck,
        waiting=campaign.awaiting.row.name if campaign.awaiting else "",
    )  # fmt: skip


def chips(request: PortalRequest, campaign: CampaignInView) -> list[dict[str, Any]]:
    """How many sites stand how: each filters the rows below."""
    chosen = request.GET.getlist("standing")
    return [
        {
            "word": word.label, "mark": MARKS[word], "count": campaign.counts[word],
            "href": toggled(request.GET, "standing", word.value), "chosen": word.value in chosen,
        }
        for word in (*IN_BAR, Standing.REFUSED) if campaign.counts[word] or word.value in chosen
    ]  # fmt: skip


def _wave_mark(wave: WaveSeen) -> tuple[str, str]:
    """Shape and word. That it is over is all that its row says."""
    if wave.row.state == WaveState.COMPLETED and wave.failed:
        return "warn", "ended with failures"
    if wave.row.state == WaveState.COMPLETED and not any(wave.counts[word] for word in WORKED_ON):
        return "none", "over, nothing ran"
    return WAVE_MARKS[wave.row.state], wave.row.get_state_display()


def _soaks_until(wave: WaveSeen, now: datetime) -> datetime | None:
    """None once it is over: what is waited for then stands above."""
    until = soaks_until(wave) if wave.row.state == WaveState.SOAKING else None
    return until if until is not None and until > now else None


def _limit(wave: WaveSeen) -> str:
    if wave.row.mop_up:
        return "as the waves its sites are of"
    return limit_in_words(read_limit(wave.row.failures or None, ANY_MAY_FAIL))


def _waves(campaign: CampaignInView) -> dict[str, Any]:
    rows = [
        WaveRow(
            seen=wave, mark=_wave_mark(wave)[0], word=_wave_mark(wave)[1], bar=bar(wave.counts),
            counted=counted(wave.counts),
            limit=_limit(wave),
            soaks_until=_soaks_until(wave, campaign.now),
            own_approval=needs_own(campaign.book, mop_up=wave.row.mop_up, is_first=wave.is_first), strips=strips(wave),
        )
        for wave in campaign.waves
    ]  # fmt: skip
    return {
        "waves": rows,
        "mop_up": _mop_up(campaign),
        "operation": campaign.operation,
        "in_view": campaign,
        "kinds": LIVE,
    }


def _mop_up(campaign: CampaignInView) -> str:
    """That there will be a mop-up wave, and for how many as it looks now; "" once there is one, or none will be."""
    if campaign.over or campaign.campaign.stop_reason or any(wave.row.mop_up for wave in campaign.waves):
        return ""
    held = campaign.counts[Standing.HELD_BACK]
    return f"{subclouds(held)} so far: {RULE}" if held else RULE


def _history(campaign: CampaignInView) -> dict[str, Any]:
    entries = told_entries(campaign.operation.pk, whole=campaign.whole)
    return {"entries": entries, "operation": campaign.operation, "in_view": campaign}


def _rows(request: PortalRequest, campaign: CampaignInView) -> dict[str, Any]:
    """One page of sites, drawn; or what is wrong with the filters."""
    common = {"operation": campaign.operation, "in_view": campaign}
    found = sites(request.scopes, campaign.operation.pk)
    filters = CampaignSiteFilter(request.GET, queryset=found, request=request)
    try:
        asked = plan(request.GET, SITE_SORTS, "trouble")
    except PagingError as error:
        return common | {"problems": [f"{error.field}: {error}"], "sort": "trouble"}
    if not filters.is_valid():
        said = [f"{name}: {' '.join(map(str, errors))}" for name, errors in filters.errors.items()]
        return common | {"problems": said, "sort": asked.sort}
    part = finish(
        list(apply(filters.qs, asked).values(*FIELDS)),
        lambda row: [row[field.lstrip("-")] for field in asked.fields],
        asked,
    )
    drawn = [markup(row, request.now) for row in part.rows]
    return common | {"rows": drawn, "next": part.next, "previous": part.previous, "sort": asked.sort}
