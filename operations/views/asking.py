"""Asking for an operation on subclouds that are there: one, some that were chosen, or all that match a filter."""

import hashlib
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from operations.choices import Kind
from operations.forms.ask import AskForm
from operations.judging import judge
from operations.kinds import KINDS, ON_SUBCLOUDS, KindSpec
from operations.leaving import losses, steps
from operations.models import Operation
from operations.profiles import profile_of
from operations.services.choosing import chosen_clouds
from operations.services.permits import demand_kind, groups_to_fill
from operations.services.requests import RefusedError, request_operation
from operations.services.start import NotNowError
from operations.views.answers import gone_to, shown
from operations.views.oneshot import FIELD, new_key, once_only
from operations.views.opactions import Question
from sites.middleware import PortalRequest
from sites.models import Cloud
from sites.paging import NOT_A_FILTER
from sites.services.actors import actor_of

NOT_A_CHOICE = NOT_A_FILTER | {"sort"}  # whatever else the list was asked for decides which subclouds are meant
SHOWN = 20  # of those that are refused
STYLES = {2: "danger"}
CHANGED = "The filter matches other subclouds than a moment ago: {number:,} now. Look again before you go on."


@dataclass(frozen=True, slots=True)
class Chosen:
    """`hidden`: what the form carries so that the same subclouds are meant when it comes back."""

    clouds: list[Cloud]
    hidden: list[tuple[str, str]]
    digest: str = ""  # of a filter's matches: a filter may match others a moment later


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest, kind: str) -> HttpResponse:
    """GET shows what it would come to, POST makes the operation. Raises PermissionDenied, audited."""
    if kind not in ON_SUBCLOUDS:
        raise Http404("There is no such kind of operation for subclouds that are there.")
    spec = KINDS[kind]
    demand_kind(request, kind, "operation:new")
    params = request.POST if request.method == "POST" else request.GET
    try:
        chosen = _chosen(request, params)
    except RefusedError as refusal:
        return _nothing(request, spec, "; ".join(refusal.problems.values()))
    if not chosen.clouds:
        return _nothing(request, spec, "Choose at least one subcloud.")
    groups = groups_to_fill(request.scopes) if kind == Kind.MOVE_GROUP else None
    form = AskForm(request.POST if request.method == "POST" else None, spec=spec, clouds=chosen.clouds, groups=groups)
    if request.method == "POST" and form.is_valid():
        done = _done(request, form, chosen)
        if done:
            return gone_to(request, done)
    return _shown(request, spec, form, chosen)


def _chosen(request: PortalRequest, params: QueryDict) -> Chosen:
    """Raises RefusedError, and PermissionDenied (audited) for ids out of scope."""
    if params.get("all"):
        asked = params.get("filter", "")
        query = QueryDict(asked.lstrip("?"))
        filters: dict[str, Any] = {name: query.getlist(name) for name in query if name not in NOT_A_CHOICE}
        clouds = chosen_clouds(request, request.scopes, None, filters)
        return Chosen(clouds, [("all", "1"), ("filter", asked)], _digest(clouds))
    texts = params.getlist("cloud")
    if not all(text.isascii() and text.isdecimal() and len(text) < 19 for text in texts):
        raise BadRequest("cloud: whole numbers")
    clouds = chosen_clouds(request, request.scopes, [int(text) for text in texts], None)
    return Chosen(clouds, [("cloud", str(cloud.pk)) for cloud in clouds])


def _digest(clouds: list[Cloud]) -> str:
    return hashlib.sha256(",".join(sorted(str(cloud.pk) for cloud in clouds)).encode()).hexdigest()[:32]


def _done(request: PortalRequest, form: AskForm, chosen: Chosen) -> str:
    """The address of the operation; "" where it was refused, which the form then says."""
    if chosen.digest and request.POST.get("seen") != chosen.digest:
        form.add_error(None, CHANGED.format(number=len(chosen.clouds)))
        return ""

    def work() -> str:
        user, actor = cast(User, request.user), actor_of(request)
        operation = request_operation(form.ask(request.scopes), chosen.clouds, user, actor, request.now)
        return _place(operation)

    try:
        return once_only(request, work)
    except NotNowError as problem:
        form.add_error(None, str(problem))
    except RefusedError as refusal:
        form.add_problems(refusal.problems)
    return ""


def _place(operation: Operation) -> str:
    """The flight recorder of the one subcloud, or the page of all of them."""
    targets = list(operation.targets.values_list("pk", flat=True)[:2])
    if len(targets) == 1:
        return reverse("operations:target", args=[operation.pk, targets[0]])
    return reverse("operations:operation", args=[operation.pk])


def _shown(request: PortalRequest, spec: KindSpec, form: AskForm, chosen: Chosen) -> HttpResponse:
    judged = judge(spec, chosen.clouds, request.now)
    one = chosen.clouds[0] if len(chosen.clouds) == 1 else None
    title = f"{spec.kind.label}: {one.name if one else f'{len(chosen.clouds):,} subclouds'}"
    verb = spec.kind.label if one else f"{spec.kind.label} ({len(judged.legal):,})"
    hidden = [*chosen.hidden, (FIELD, request.POST.get(FIELD) or new_key())]
    if chosen.digest:
        hidden.append(("seen", chosen.digest))
    context = {
        "question": Question(title, (), verb, STYLES.get(spec.risk, "primary")), "form": form, "judged": judged,
        "one": one, "profile": profile_of(one.system_mode) if one else "", "hidden": hidden, "spec": spec,
        "refused": judged.refused[:SHOWN], "more": max(0, len(judged.refused) - SHOWN),
        "action": reverse("operations:ask", args=[spec.kind.value]), "back": _back(chosen),
    }  # fmt: skip
    if one and spec.kind == Kind.DECOMMISSION:
        context |= {"leaving": steps(one), "losses": losses(one)}
    return shown(request, "operations/_ask.html", context, status=400 if form.errors else 200)


def _nothing(request: PortalRequest, spec: KindSpec, why: str) -> HttpResponse:
    context = {"question": Question(spec.kind.label, (), ""), "why": why, "back": reverse("subclouds")}
    return shown(request, "operations/_ask_nothing.html", context, status=400)


def _back(chosen: Chosen) -> str:
    if len(chosen.clouds) == 1:
        return reverse("subcloud", args=[chosen.clouds[0].pk])
    query = dict(chosen.hidden).get("filter", "")
    return f"{reverse('subclouds')}?{query.lstrip('?')}"
