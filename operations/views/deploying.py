"""New sites: one page to say what, a dry run with a verdict for each row, and the start of it.

With scripts only the verdicts are fetched, so that the form keeps its file and its secrets; without, the page comes
back with everything that was typed but those.
"""

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from operations.choices import Kind
from operations.forms.deploy import DeployForm
from operations.planning.preflight import Verdict
from operations.planning.sheets import verdicts_csv
from operations.services.deploys import CHANGED, Checked, DeployAsk, check_deploy, check_row, plan_deploy
from operations.services.permits import demand_kind
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from operations.views.answers import gone_to
from operations.views.deployask import Asked, asked_by, bound_form, deploy_ask
from operations.views.oneshot import FIELD, new_key, once_only
from operations.views.payloads import documents
from sites.middleware import PortalRequest
from sites.services.actors import actor_of

SHOWN = 200
Problems = list[tuple[str, str]]


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: PortalRequest) -> HttpResponse:
    """GET the form; POST reads the template anew, checks, or deploys. Raises PermissionDenied, audited."""
    demand_kind(request, Kind.DEPLOY, "operation:new")
    if request.method == "GET":
        initial = {"template": request.GET.get("template", ""), "controller": request.GET.get("controller", "")}
        return _page(request, bound_form(request, None, None, initial), asked_by(initial), {})
    form = bound_form(request, request.POST, request.FILES, {})
    if request.POST.get("do") == "read":
        return _read(request, form)
    return _checked(request, form, deploy=request.POST.get("do") == "deploy")


@sensitive_post_parameters()
@never_cache
@require_POST
def row(request: PortalRequest, number: int) -> HttpResponse:
    """What would be sent for one row, its secrets masked."""
    demand_kind(request, Kind.DEPLOY, "operation:new")
    form = bound_form(request, request.POST, request.FILES, {})
    verdict, problems = None, _form_problems(form)
    if form.is_valid():
        try:
            verdict = check_row(deploy_ask(request, form), number)
        except RefusedError as refusal:
            problems = list(refusal.problems.items())
    context = {"number": number, "name": verdict.name if verdict else "", "problems": problems}
    return render(
        request, "operations/_payload.html", context | {"documents": documents(verdict.payload if verdict else {})}
    )


@sensitive_post_parameters()
@never_cache
@require_POST
def verdicts(request: PortalRequest) -> HttpResponseBase:
    """Every row with its verdict, as CSV to mend and bring back."""
    demand_kind(request, Kind.DEPLOY, "operation:new")
    form = bound_form(request, request.POST, request.FILES, {})
    if not form.is_valid():
        return _page(request, form, asked_by(request.POST), {"problems": _form_problems(form)}, status=400)
    try:
        checked = check_deploy(deploy_ask(request, form))
    except RefusedError as refusal:
        return _page(request, form, asked_by(request.POST), {"problems": list(refusal.problems.items())}, status=400)
    pairs = zip(checked.sheet.rows, checked.verdicts, strict=True)
    rows = ((sheet_row, verdict.problems, verdict.warnings) for sheet_row, verdict in pairs)
    answer = HttpResponse(verdicts_csv(checked.sheet.columns, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="verdicts.csv"'
    return answer


def _read(request: PortalRequest, form: DeployForm) -> HttpResponse:
    """The template was chosen or changed: which columns and secrets it asks for."""
    asked = asked_by(request.POST)
    if "HX-Request" not in request.headers:
        return _page(request, form, asked, {})
    unbound = bound_form(request, None, None, {name: request.POST[name] for name in request.POST})
    return render(request, "operations/_deploy_asks.html", {"form": unbound, "asked": asked})


def _checked(request: PortalRequest, form: DeployForm, *, deploy: bool) -> HttpResponse:
    """The verdicts; or where it is to be deployed the way to the operation. What was refused keeps its verdicts."""
    if not form.is_valid():
        return _answer(request, form, {"problems": _form_problems(form)}, status=400)
    ask = deploy_ask(request, form, looked_at=request.POST.get("plan_hash", "") if deploy else "")
    said: dict[str, Any] = {"wrong": deploy}
    try:
        if deploy and (place := _deployed(request, ask)):
            return gone_to(request, place)
    except RefusedError as refusal:
        changed = refusal.problems.pop("plan_hash", "") == CHANGED
        said = {"changed": changed, "problems": list(refusal.problems.items())}
    except NotNowError as problem:
        said = {"problems": [("", str(problem))]}
    try:
        context = _verdicts(request, ask, check_deploy(ask)) | said
    except RefusedError as refusal:
        return _answer(request, form, {"problems": list(refusal.problems.items())}, status=400)
    return _answer(request, form, context, status=400 if deploy else 200)


def _deployed(request: PortalRequest, ask: DeployAsk) -> str:
    """The address of the operation; "" where it was not looked at, or its number not typed."""
    wanted = request.POST.get("wanted", "")
    if not ask.looked_at or not wanted or request.POST.get("typed", "").strip() != wanted:
        return ""

    def work() -> str:
        operation = plan_deploy(ask, cast(User, request.user), actor_of(request), request.now)
        return reverse("operations:operation", args=[operation.pk])

    return once_only(request, work)


def _verdicts(request: PortalRequest, ask: DeployAsk, checked: Checked) -> dict[str, Any]:
    bad = [verdict for verdict in checked.verdicts if not verdict.ok]
    good = [verdict for verdict in checked.verdicts if verdict.ok]
    return {
        "checked": checked, "good": len(good), "bad": len(bad), "rows": [*bad, *good][:SHOWN],
        "more": max(0, len(checked.verdicts) - SHOWN), "limit": ask.max_at_once,
        "once": request.POST.get(FIELD) or new_key(), "notes": _notes(checked.verdicts),
    }  # fmt: skip


def _notes(found: Any) -> list[str]:
    """Warnings that every row has: they are said once."""
    common: set[str] | None = None
    for verdict in cast("list[Verdict]", found):
        said = {warning.message for warning in verdict.warnings}
        common = said if common is None else common & said
    return sorted(common or ())


def _form_problems(form: DeployForm) -> Problems:
    if form.is_valid():
        return []
    return [
        (str(form.fields[name].label or name) if name in form.fields else "", " ".join(map(str, said)))
        for name, said in form.errors.items()
    ]


def _answer(request: PortalRequest, form: DeployForm, context: dict[str, Any], status: int) -> HttpResponse:
    if "HX-Request" in request.headers:
        return render(request, "operations/_deploy_verdicts.html", context, status=status)
    return _page(request, form, asked_by(request.POST), context, status)


def _page(
    request: PortalRequest, form: DeployForm, asked: Asked, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, "operations/deploy.html", {"form": form, "asked": asked} | context, status=status)
