"""The brake: its state for everybody, and pulling and releasing it for those who may."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from operations.choices import TargetState
from operations.forms.brakes import EVERYWHERE, PullForm
from operations.forms.confirm import ConfirmForm
from operations.selectors import targets
from operations.services.permits import demand_brake
from operations.views.answers import gone_to, shown
from operations.views.opactions import Question, subclouds
from sites.middleware import PortalRequest
from sites.services import brake
from sites.services.actors import actor_of
from sites.services.brake import FLEET


@never_cache
@require_GET
def state(request: PortalRequest) -> HttpResponse:
    """Banner and control, as they stand on every page."""
    return render(request, "_brakes.html")


@never_cache
@require_GET
def page(request: PortalRequest) -> HttpResponse:
    return shown(request, "operations/_brake.html", _context(request, _form(request)))


@require_POST
def pull(request: PortalRequest) -> HttpResponse:
    """Raises PermissionDenied, audited."""
    form = _form(request)
    demand_brake(request, request.scopes, request.POST.get("region", "").replace(EVERYWHERE, FLEET), release=False)
    if form.is_valid():
        try:
            brake.pull(form.cleaned_data["region"], form.cleaned_data["reason"], actor_of(request), request.now)
        except ValueError as problem:
            form.add_error(None, str(problem))
        else:
            return gone_to(request, _back(request))
    return shown(request, "operations/_brake.html", _context(request, form), status=400)


@never_cache
@require_http_methods(["GET", "POST"])
def release(request: PortalRequest) -> HttpResponse:
    """GET asks, POST does. Raises PermissionDenied, audited."""
    region = request.GET.get("region", "")
    demand_brake(request, request.scopes, region, release=True)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            brake.release(region, "", actor_of(request), request.now)
        except ValueError as problem:
            form.add_error(None, str(problem))
        else:
            return gone_to(request, _back(request))
    waiting = targets(request.scopes).filter(state__in=[TargetState.WAITING, TargetState.RUNNING])
    number = (waiting.filter(region=region) if region else waiting).count()
    lines = [f"Changes to {region or 'the whole fleet'} go on at once.",
             f"Waiting or under way: {subclouds(number)}."]  # fmt: skip
    question = Question(f"Release the brake of {region or 'the whole fleet'}", tuple(lines), "Let changes go on")
    context = {
        "form": form,
        "question": question,
        "action": request.get_full_path(),
        "back": reverse("operations:brake"),
    }
    return shown(request, "operations/_confirm.html", context, status=400 if form.errors else 200)


def _form(request: PortalRequest) -> PullForm:
    stopped = [on.region for on in request.standing.brakes]
    return PullForm(request.POST if request.method == "POST" else None, scopes=request.scopes, stopped=stopped)


def _context(request: PortalRequest, form: PullForm) -> dict[str, Any]:
    question = Question("Brake", (), "Stop every change")
    return {"form": form, "question": question, "back": _back(request)}


def _back(request: PortalRequest) -> str:
    """The page the dialog was opened on; htmx names it. Only a path of ours."""
    address = request.headers.get("HX-Current-URL", "")
    here = f"{request.scheme}://{request.get_host()}"
    return address.removeprefix(here) if address.startswith(f"{here}/") else reverse("operations:list")
