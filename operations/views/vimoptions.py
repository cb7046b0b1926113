"""How VIMs go about strategies: set for chosen subclouds or as a default, and taken back. Each is an operation."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from operations.choices import Kind
from operations.engine.central_steps import OPTION_FIELDS
from operations.forms.belongings import DeleteForm, OptionsForm
from operations.models import Operation, StrategyOptions
from operations.planning.problems import listed
from operations.selectors import strategy_options
from operations.services.belongings import set_options
from operations.services.permits import absent, clouds_for, controller_in, demand_kind, whole_controller_for
from operations.services.requests import RefusedError
from operations.views.belongings import asked_or_done
from operations.views.opactions import Question
from sites.access import EVERYTHING
from sites.middleware import PortalRequest
from sites.models import Cloud, Controller
from sites.selectors import subclouds
from sites.services.actors import actor_of


@never_cache
@require_http_methods(["GET", "POST"])
def change(request: PortalRequest, controller: int) -> HttpResponse:
    """For subclouds that are named, else the default of the System Controller. Raises PermissionDenied, audited."""
    demand_kind(request, Kind.OPTIONS_SET, "options")
    place = controller_in(request, request.scopes, controller, Kind.OPTIONS_SET)
    now = _now(request, place, request.GET.get("of", ""))
    form = OptionsForm(request.POST or None, initial=now)
    question = Question(f"Strategy options at {place.name}", (), "Have them set")

    def make() -> Operation:
        names = form.cleaned_data["subclouds"]
        clouds = _named(request, place, names) if names else []
        if not names:
            whole_controller_for(request, request.scopes, place.pk, Kind.OPTIONS_SET)
        values = {name: form.cleaned_data[name] for name in OPTION_FIELDS}
        who = cast(User, request.user), actor_of(request), request.now
        return set_options(place, clouds, values, form.cleaned_data["reason"], *who)

    return asked_or_done(request, form, question, make)


@never_cache
@require_http_methods(["GET", "POST"])
def clear(request: PortalRequest, pk: int) -> HttpResponse:
    """Back to the default, or to dcmanager's own. Raises Http404, PermissionDenied (audited)."""
    row = strategy_options(request.scopes).filter(pk=pk).select_related("controller", "cloud").first()
    if row is None:
        there = strategy_options(EVERYTHING).filter(pk=pk).first()
        said = "There are no such options, or they are not in your scope."
        raise absent(request, there, f"operation.{Kind.OPTIONS_DELETE}", f"options:{pk}", said)
    demand_kind(request, Kind.OPTIONS_DELETE, "options")
    clouds = clouds_for(request, request.scopes, [row.cloud_id]) if row.cloud_id else []
    if not clouds:
        whole_controller_for(request, request.scopes, row.controller_id, Kind.OPTIONS_DELETE)
    form = DeleteForm(request.POST if request.method == "POST" else None)

    def make() -> Operation:
        who = cast(User, request.user), actor_of(request), request.now
        return set_options(row.controller, clouds, None, form.cleaned_data["reason"], *who)

    return asked_or_done(request, form, _clearing(row), make)


def _clearing(row: StrategyOptions) -> Question:
    if row.cloud is None:
        lines = ("Subclouds without options of their own go by those that dcmanager comes with.",)
        return Question(f"Clear the default of {row.controller.name}", lines, "Have it cleared", "danger")
    lines = (f"It goes by the default of {row.controller.name} then.",)
    return Question(f"Clear the options of {row.cloud.name}", lines, "Have them cleared", "danger")


def _now(request: PortalRequest, place: Controller, name: str) -> dict[str, object]:
    """As they stand: of the subcloud that is named, else the default."""
    rows = strategy_options(request.scopes).filter(controller=place)
    row = rows.filter(cloud__name=name).first() if name else rows.filter(cloud=None).first()
    found: dict[str, object] = {"subclouds": name}
    return found | ({field: getattr(row, field) for field in OPTION_FIELDS} if row is not None else {})


def _named(request: PortalRequest, place: Controller, names: list[str]) -> list[Cloud]:
    """Raises RefusedError where one is not there, or not in scope."""
    found = list(subclouds(request.scopes).filter(controller=place, name__in=names).order_by("name"))
    if missing := sorted(set(names) - {cloud.name for cloud in found}):
        raise RefusedError({"subclouds": f"{place.name} has no such subclouds in your scope: {listed(missing, 5)}."})
    return found
