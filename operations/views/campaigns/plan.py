"""Planning a campaign: one form, a preview of what it would do that loses nothing, and the plan of what was seen."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from operations.campaign_verdicts import VERBS
from operations.models import Operation
from operations.services.campaigns import change_plan, create_campaign, preview
from operations.services.proposals import Proposal
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from operations.views.answers import gone_to
from operations.views.campaigns.awaiting import told_awaited
from operations.views.campaigns.planchoice import PlanChoice, plan_choice
from operations.views.campaigns.planform import PlanForms, bound, fresh
from operations.views.campaigns.proposed import proposed
from operations.views.oneshot import FIELD, new_key, once_only
from sites.middleware import PortalRequest
from sites.services.actors import actor_of, demand


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: PortalRequest) -> HttpResponse:
    """GET the form; POST adds a row, previews, or plans. Raises PermissionDenied, audited."""
    demand(request, VERBS["change"], "campaign.plan", "operation:new")
    params = request.POST if request.method == "POST" else request.GET
    try:
        choice = plan_choice(request, params)
    except RefusedError as refusal:
        return render(request, "operations/campaigns/plan_nothing.html", {"why": refusal.problems.values()}, status=400)
    if request.method == "GET":
        taken = choice.change or choice.origin
        operation = Operation.objects.select_related("campaign").get(pk=taken) if taken else None
        return _page(request, choice, fresh(choice, operation))
    forms = bound(request.POST, choice)
    if request.POST.get("add"):
        return _page(request, choice, forms)
    return _planned(request, choice, forms) if request.POST.get("do") == "plan" else _previewed(request, choice, forms)


def _previewed(request: PortalRequest, choice: PlanChoice, forms: PlanForms) -> HttpResponse:
    found: Proposal | None = None
    if forms.is_valid():
        try:
            found = preview(forms.ask(choice), request.now, choice.change, again="again" in request.POST)
        except RefusedError as refusal:
            forms.add(refusal)
    return _page(request, choice, forms, found)


def _planned(request: PortalRequest, choice: PlanChoice, forms: PlanForms) -> HttpResponse:
    """What was seen, or nothing: another plan than that of the preview is refused."""
    seen: Proposal | None = None
    if forms.is_valid():
        try:
            address = once_only(request, lambda: _made(request, choice, forms))
        except NotNowError as problem:
            forms.problems.append(("", str(problem)))
        except RefusedError as refusal:
            forms.add(refusal)
            seen = _again(request, choice, forms)
        else:
            return gone_to(request, address)
    return _page(request, choice, forms, seen)


def _made(request: PortalRequest, choice: PlanChoice, forms: PlanForms) -> str:
    ask = forms.ask(choice, request.POST.get("plan_hash", ""))
    user, actor = cast(User, request.user), actor_of(request)
    if choice.change:
        operation = change_plan(choice.change, ask, user, actor, request.now)
    else:
        operation = create_campaign(ask, user, actor, request.now)
    return reverse("operations:operation", args=[operation.pk])


def _again(request: PortalRequest, choice: PlanChoice, forms: PlanForms) -> Proposal | None:
    """The preview of what it would be now, beside why it was refused; None where a field was."""
    if not forms.is_valid():
        return None
    try:
        return preview(forms.ask(choice), request.now, but_for=choice.change)
    except RefusedError:
        return None


def _page(
    request: PortalRequest, choice: PlanChoice, forms: PlanForms, found: Proposal | None = None
) -> HttpResponse:  # fmt: skip
    """The whole page, or to htmx the region it asked for: rows of a list, or the preview."""
    told = forms.told_problems()
    adding = bool(request.POST.get("add"))
    context: dict[str, Any] = {
        "choice": choice, "forms": forms, "once": request.POST.get(FIELD) or new_key(), "told": told,
        "wrong": bool(told) and not adding, "proposal": found,
    }  # fmt: skip
    if found is not None:
        context |= proposed(found, request.now) | told_awaited(found, request.POST.get("again", ""))
    return render(request, "operations/campaigns/plan.html", context, status=400 if context["wrong"] else 200)
