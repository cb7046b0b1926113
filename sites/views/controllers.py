"""System Controllers: how each answers, how far its collector is, and its own cloud."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sites.access import Scopes
from sites.choices import CloudKind
from sites.lateness import beats
from sites.middleware import PortalRequest
from sites.models import Controller
from sites.reachability import ServiceState, certificate_mark, service_states
from sites.selectors import CloudInView, cloud_in_view, clouds, controllers
from sites.summaries import summaries
from sites.troubles import troubles


@require_GET
def index(request: PortalRequest) -> HttpResponse:
    """One row for each controller in scope; counts are of the subclouds in scope."""
    rows = summaries(request.scopes, request.now)
    failing = _failing([row["id"] for row in rows], request)
    for row in rows:
        row["failing"] = failing.get(row["id"], [])
    return render(request, "sites/controller_list.html", {"rows": rows})


@require_GET
def page(request: PortalRequest, pk: int) -> HttpResponse:
    """Those who see only some of its subclouds see their summary; its own cloud is for those who see all of it."""
    controller = controllers(request.scopes).filter(pk=pk).select_related("beat", "lease").first()
    if controller is None:
        raise Http404("There is no such System Controller, or it is not in your scope.")
    central = clouds(request.scopes).filter(controller=pk, kind=CloudKind.CENTRAL).values_list("pk", flat=True).first()
    seen = cloud_in_view(request, central) if central else None
    services = service_states([pk], request.now) if sees_inside(request.scopes, pk) else []
    context: dict[str, Any] = {
        "controller": controller,
        "seen": seen,
        "cloud": seen.cloud if seen else None,
        "summary": next(row for row in summaries(request.scopes, request.now) if row["id"] == pk),
        "services": services,
        "troubles": troubles(services),
        "certificates": _certificates(seen, request) if seen else [],
        "inside": sees_inside(request.scopes, pk),
        "collector": _collector(controller, request.now),
    }
    return render(request, "sites/controller_page.html", context)


def _collector(controller: Controller, now: datetime) -> dict[str, Any]:
    """Its beat, and whether what it last said of its work still holds."""
    beat = getattr(controller, "beat", None)
    return {"beat": beat, "is_read": beats(beat.beat_at, now) if beat else False}


def sees_inside(scopes: Scopes, controller_id: int) -> bool:
    """Whether these scopes hold the whole controller, and with it its addresses and errors."""
    return scopes.fleet or controller_id in scopes.controllers


def _certificates(seen: CloudInView, request: PortalRequest) -> list[dict[str, Any]]:
    """sysinv's certificates of the central cloud, those that end first on top."""
    rows = seen.cloud.certificates.order_by("expires_at", "id").values("certtype", "subject", "expires_at")
    return [{**row, "mark": certificate_mark(row["expires_at"], request.now)} for row in rows]


def _failing(ids: list[int], request: PortalRequest) -> dict[int, list[ServiceState]]:
    """{controller: its services that do not answer}, of those whose inside the user may see."""
    found: dict[int, list[ServiceState]] = {}
    for state in service_states([pk for pk in ids if sees_inside(request.scopes, pk)], request.now):
        if state.mark == "error":
            found.setdefault(state.controller_id, []).append(state)
    return found
