"""Groups of subclouds and strategy options, as every System Controller keeps them; and changes to groups.

Each change is an operation: asked for here, carried out by the worker, and told on its own page.
"""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from operations.choices import Kind
from operations.engine.central_steps import GROUP_FIELDS, OPTION_FIELDS
from operations.forms.belongings import DeleteForm, GroupForm, OptionsForm
from operations.models import Operation
from operations.planning.group_rules import DEFAULT_ID
from operations.selectors import strategy_options
from operations.services.belongings import change_group, create_group, delete_group
from operations.services.permits import demand_kind, group_for, whole_controller_for
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from operations.views.answers import gone_to, shown
from operations.views.opactions import Question
from sites.middleware import PortalRequest
from sites.selectors import controllers, groups, subclouds
from sites.services.actors import actor_of

MOST = 200  # rows of subclouds with options of their own
FIELDS = ("id", "controller_id", "cloud_id", "cloud__name", *OPTION_FIELDS, "observed_at")
AnyForm = GroupForm | DeleteForm | OptionsForm


@require_GET
def page(request: PortalRequest) -> HttpResponse:
    """By System Controller. Five queries."""
    asked = request.GET.get("q", "").strip()[:200]
    rows = list(_options(request).exclude(cloud=None).filter(cloud__name__icontains=asked).values(*FIELDS)[: MOST + 1])
    defaults = {row["controller_id"]: row for row in _options(request).filter(cloud=None).values(*FIELDS)}
    at_home = _groups(request)
    places = [
        {
            "controller": controller, "default": defaults.get(controller.pk), "groups": at_home.get(controller.pk, []),
            "options": [row for row in rows[:MOST] if row["controller_id"] == controller.pk],
        }
        for controller in controllers(request.scopes).order_by("name")
    ]  # fmt: skip
    context = {"places": places, "q": asked, "more": len(rows) > MOST, "most": MOST}
    return render(request, "operations/groups.html", context)


def _options(request: PortalRequest) -> Any:
    return strategy_options(request.scopes).order_by("controller__name", "cloud__name")


def _groups(request: PortalRequest) -> dict[int, list[dict[str, Any]]]:
    """By System Controller, with how many of the reader's subclouds belong to each."""
    counted = subclouds(request.scopes).order_by().values_list("group_id").annotate(n=Count("pk"))
    members: dict[int | None, int] = dict(counted)
    found: dict[int, list[dict[str, Any]]] = {}
    for group in groups(request.scopes).order_by("controller_id", "name"):
        row = {"row": group, "members": members.get(group.pk, 0), "fixed": group.dcmanager_id == DEFAULT_ID}
        found.setdefault(group.controller_id, []).append(row)
    return found


@never_cache
@require_http_methods(["GET", "POST"])
def new_group(request: PortalRequest, controller: int) -> HttpResponse:
    """Raises PermissionDenied, audited, as all of these."""
    demand_kind(request, Kind.GROUP_CREATE, "group:new")
    place = whole_controller_for(request, request.scopes, controller, Kind.GROUP_CREATE)
    form = GroupForm(request.POST or None)
    question = Question(f"New group at {place.name}", (), "Have it made")

    def make() -> Operation:
        return create_group(place, _values(form), form.cleaned_data["reason"], *_who(request))

    return asked_or_done(request, form, question, make)


@never_cache
@require_http_methods(["GET", "POST"])
def change(request: PortalRequest, pk: int) -> HttpResponse:
    group = group_for(request, request.scopes, pk, Kind.GROUP_UPDATE)
    now = {name: getattr(group, name) for name in GROUP_FIELDS}
    form = GroupForm(request.POST or None, initial=now, fixed_name=group.dcmanager_id == DEFAULT_ID)
    lines = ("A strategy that runs keeps what the group said when it was created.",)
    question = Question(f"Change group {group.name}", lines, "Have it changed")

    def make() -> Operation:
        changes = {name: value for name, value in _values(form).items() if value != now[name]}
        return change_group(group, changes, form.cleaned_data["reason"], *_who(request))

    return asked_or_done(request, form, question, make)


@never_cache
@require_http_methods(["GET", "POST"])
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    group = group_for(request, request.scopes, pk, Kind.GROUP_DELETE)
    form = DeleteForm(request.POST if request.method == "POST" else None)
    lines = ("Only a group that no subcloud belongs to can be deleted.",)
    question = Question(f"Delete group {group.name}", lines, "Have it deleted", "danger")
    return asked_or_done(
        request, form, question, lambda: delete_group(group, form.cleaned_data["reason"], *_who(request))
    )


def asked_or_done(
    request: PortalRequest, form: AnyForm, question: Question, work: Callable[[], Operation]
) -> HttpResponse:
    """The question; or the operation that was asked for; or the question with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            made = work()
        except NotNowError as problem:
            form.add_error(None, str(problem))
        except RefusedError as refusal:
            form.add_problems(refusal.problems)
        else:
            return gone_to(request, reverse("operations:operation", args=[made.pk]))
    context = {
        "form": form, "question": question, "action": request.get_full_path(), "back": reverse("operations:groups"),
    }  # fmt: skip
    return shown(request, "operations/_confirm.html", context, status=400 if form.errors else 200)


def _values(form: GroupForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in GROUP_FIELDS if name in form.cleaned_data}


def _who(request: PortalRequest) -> tuple[User, Any, Any]:
    return cast(User, request.user), actor_of(request), request.now
