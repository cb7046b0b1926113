"""Parts of the subcloud page about its servers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hosts.choices import HostStatus
from hosts.selectors import hosts_of
from sites.choices import Facet
from sites.middleware import once
from sites.selectors import cloud_in_view

# what a host's status looks like: the words of the design system
LOOKS = {
    HostStatus.OK: "ok",
    HostStatus.DEGRADED: "warn",
    HostStatus.DOWN: "error",
    HostStatus.LOCKED: "none",
    HostStatus.TRANSITION: "busy",
    HostStatus.UNKNOWN: "unknown",
}
WORST_FIRST = [HostStatus.DOWN, HostStatus.DEGRADED, HostStatus.TRANSITION, HostStatus.UNKNOWN, HostStatus.LOCKED]


@require_safe
def panel(request: HttpRequest, cloud_id: int) -> HttpResponse:
    """Every server with its three X.731 states."""
    return render(request, "hosts/_panel.html", _context(request, cloud_id))


@require_safe
def tile(request: HttpRequest, cloud_id: int) -> HttpResponse:
    return render(request, "hosts/_tile.html", _context(request, cloud_id))


def _context(request: HttpRequest, cloud_id: int) -> dict[str, Any]:
    view = cloud_in_view(request, cloud_id)
    rows = once(request, ("hosts", cloud_id), lambda: hosts_of(cloud_id))
    present = {row["status"] for row in rows}
    worst = next((status for status in WORST_FIRST if status in present), HostStatus.OK if rows else None)
    return {
        "view": view,
        "facet": view.facets[Facet.HOSTS],
        "rows": [row | {"look": _look(row["status"]), "label": _label(row["status"])} for row in rows],
        "available": sum(row["status"] == HostStatus.OK for row in rows),
        "worst": worst,
        "look": _look(worst) if worst else "unknown",
    }


def _look(status: str) -> str:
    return LOOKS.get(HostStatus(status), "unknown") if status in HostStatus.values else "unknown"


def _label(status: str) -> str:
    return HostStatus(status).label if status in HostStatus.values else status
