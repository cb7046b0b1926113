"""What people say of one site of a campaign: hold, release, skip, and that its failure does not count."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from operations.campaign_mop_up import awaits_mop_up, was_held
from operations.choices import ENDED_OPERATIONS, TargetState
from operations.forms.campaigns import SiteActForm
from operations.models import CampaignTarget, Target
from operations.services import campaign_sites
from operations.services.permits import campaign_site_for
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from operations.standings import Standing
from operations.views.answers import gone_to, shown
from operations.views.campaigns.inview import campaign_in_view
from operations.views.opactions import Question
from sites.middleware import PortalRequest
from sites.services.actors import Actor, actor_of

NOT_BEGUN = (TargetState.READY, TargetState.WAITING)
NOTHING = "Nothing can be decided about it now: it is {state}. {why}"
WHY_NOT = {
    TargetState.RUNNING: "dcmanager works on it, and can neither pause nor stop that.",
    TargetState.REFUSED: "It takes no part in this plan.",
    TargetState.COMPLETED: "It is done, and no new alarm stands against it.",
    TargetState.CANCELLED: "It is left out of this campaign: a new one can take it on.",
}
RELEASED = "Release it: its batch went without it, so it runs in the mop-up wave, behind the last one"
RELEASED_LATE = "Release it: the mop-up wave went without it too, so it runs with the rest, in a new campaign"
WORDS = {
    "hold": "Hold it: it does not start until somebody releases it. Nobody waits for it: where its batch has gone"
    " without it, it runs in the mop-up wave behind the last one, or with the rest in a new campaign",
    "release": "Release it: it starts when its turn comes",
    "skip": "Skip it: it is left out of this campaign, for good",
    "excuse": "Excuse it: its failure or new alarms do not count against the limits, and no soak waits for it",
}


@never_cache
@require_http_methods(["GET", "POST"])
def act(request: PortalRequest, pk: int, target: int) -> HttpResponse:
    """GET asks, POST does. Raises PermissionDenied, audited, where role or scope do not reach."""
    campaign_in_view(request, pk)
    asked = request.POST.get("verb", "")
    verb = asked if asked in WORDS else "hold"  # anything else is refused by the form
    subject = campaign_site_for(request, request.scopes, pk, target, f"{verb}_site")
    kept = CampaignTarget.objects.get(pk=target)
    verbs = decisions(subject, kept)
    form = SiteActForm(
        request.POST if request.method == "POST" else None, verbs=[(verb, _word(verb, subject, kept)) for verb in verbs]
    )
    if request.method == "POST" and form.is_valid():
        try:
            _do(form.cleaned_data["verb"], form.cleaned_data.get("reason", ""), subject, request)
        except NotNowError as problem:
            form.add_error(None, str(problem))
        except RefusedError as refusal:
            form.add_error(None, " ".join(refusal.problems.values()))
        else:
            return gone_to(request, _back(request, subject))
    context = {
        "form": form, "question": Question(subject.name, tuple(_lines(subject, kept, verbs)), "Do it"),
        "action": request.get_full_path(), "back": _back(request, subject), "nothing": not verbs,
    }  # fmt: skip
    return shown(request, "operations/campaigns/_site_ask.html", context, status=400 if form.errors else 200)


def decisions(target: Target, kept: CampaignTarget) -> list[str]:
    """Which may be taken now: those that operations/services/campaign_sites.py would take."""
    if target.operation.state in ENDED_OPERATIONS:
        return []
    found = []
    to_come = target.state in NOT_BEGUN or awaits_mop_up(target, kept)
    if to_come and not kept.held_by:
        found.append("hold")
    if kept.held_by and not kept.skipped:
        found.append("release")
    if to_come or target.state == TargetState.HELD:
        found.append("skip")
    if campaign_sites.can_be_excused(target, kept) and not kept.excused_by:
        found.append("excuse")
    return found


def _word(verb: str, target: Target, kept: CampaignTarget) -> str:
    if verb != "release" or target.state in NOT_BEGUN:
        return WORDS[verb]
    return RELEASED if awaits_mop_up(target, kept) else RELEASED_LATE


def _lines(target: Target, kept: CampaignTarget, verbs: list[str]) -> list[str]:
    kind = ", ".join(part for part in (target.profile, target.region) if part)
    stands = f"It is {_stands(target, kept)}."
    lines = [f"{kind}. {stands}" if kind else stands]
    if kept.held_by and not kept.skipped:
        lines.append(f"Held by {kept.held_by}: {kept.hold_reason}")
    if target.error:
        lines.append(target.error[:300])
    if not verbs:
        over = target.operation.state in ENDED_OPERATIONS
        why = "The campaign is over." if over else WHY_NOT.get(TargetState(target.state), "")
        lines.append(NOTHING.format(state=_stands(target, kept), why=why))
    return lines


def _stands(target: Target, kept: CampaignTarget) -> str:
    """The word that its row has."""
    if target.state in NOT_BEGUN and kept.held_by:
        return Standing.ON_HOLD.label
    if was_held(target, kept):
        return Standing.HELD_BACK.label
    return Standing.READY.label if target.state == TargetState.READY else target.get_state_display()


def _do(verb: str, reason: str, target: Target, request: PortalRequest) -> None:
    actor, now = actor_of(request), request.now
    if verb == "release":
        campaign_sites.release_site(target.pk, actor, now)
    else:
        _WITH_REASON[verb](target.pk, reason, actor, now)


def _back(request: PortalRequest, target: Target) -> str:
    """The page the question was asked on, with its filters; only a page of this campaign."""
    here = f"{request.scheme}://{request.get_host()}"
    path = request.headers.get("HX-Current-URL", "").removeprefix(here)
    page = reverse("operations:operation", args=[target.operation_id])
    return path if path.startswith(page) else reverse("operations:target", args=[target.operation_id, target.pk])


_WITH_REASON: dict[str, Callable[[int, str, Actor, datetime], Target]] = {
    "hold": campaign_sites.hold_site, "skip": campaign_sites.skip_site, "excuse": campaign_sites.excuse_site,
}  # fmt: skip
