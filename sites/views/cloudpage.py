"""The page of one subcloud: composed of parts that every app draws itself, and complete when the site is dark."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sites.choices import CloudKind, Contact, Facet
from sites.middleware import PortalRequest
from sites.placing import PlaceForm
from sites.selectors import CloudInView, cloud_in_view
from sites.services import clouds as services
from sites.services.actors import actor_of, demand
from sites.timeline import timeline

SYNC_ORDER = {"out-of-sync": 0, "unknown": 1, "in-sync": 3}


@require_GET
def page(request: PortalRequest, pk: int) -> HttpResponse:
    """One request: the header here, everything else through {% part %}. On a screen, watch.js asks for readings."""
    seen = cloud_in_view(request, pk)
    if seen.cloud.kind == CloudKind.CENTRAL:
        return redirect("controller", seen.cloud.controller_id)
    return render(request, "sites/cloud_page.html", {"seen": seen, "cloud": seen.cloud, "local_time": local_time(seen)})


@require_POST
def watch(request: PortalRequest, pk: int) -> HttpResponse:
    """The page is on a screen. Answers with the ages of its facets: a reading that changes nothing is no event,
    and without this the page would call facts stale that were read a second ago."""
    seen = cloud_in_view(request, pk)
    services.watch(pk, request.now)
    ages = {
        name: {"observed_at": facet.observed_at, "stale": facet.stale, "failing": bool(facet.error)}
        for name, facet in seen.facets.items()
    }
    return JsonResponse({"facets": ages})


@require_POST
def ask(request: PortalRequest, pk: int) -> HttpResponse:
    """ "Read now": everything the collector knows how to read of this cloud, out of turn."""
    cloud_in_view(request, pk)
    services.ask(pk, request.now)
    said = '{"toast": {"text": "Asked. New readings show as they arrive.", "state": "ok"}}'
    return HttpResponse(status=204, headers={"HX-Trigger": said})


@require_GET
def head(request: PortalRequest, pk: int) -> HttpResponse:
    """Name, states, notices."""
    seen = cloud_in_view(request, pk)
    return render(request, "sites/cloud_head.html", {"seen": seen, "cloud": seen.cloud, "local_time": local_time(seen)})


@require_GET
def tiles(request: PortalRequest, pk: int) -> HttpResponse:
    """The two tiles that stand on what dcmanager and the portal itself know."""
    seen = cloud_in_view(request, pk)
    return render(request, "sites/cloud_tiles.html", {"seen": seen, "cloud": seen.cloud, **_tile_words(seen)})


@require_GET
def software(request: PortalRequest, pk: int) -> HttpResponse:
    """Releases, backup, prestage, and the sync state of each endpoint."""
    seen = cloud_in_view(request, pk)
    sync = sorted(seen.cloud.endpoint_sync.items(), key=lambda pair: (SYNC_ORDER.get(pair[1], 2), pair[0]))
    return render(request, "sites/cloud_software.html", {"seen": seen, "cloud": seen.cloud, "sync": sync})


@require_GET
def history(request: PortalRequest, pk: int) -> HttpResponse:
    """The timeline."""
    seen = cloud_in_view(request, pk)
    return render(request, "sites/cloud_timeline.html", {"seen": seen, "cloud": seen.cloud, "moments": timeline(pk)})


@require_http_methods(["GET", "POST"])
def place(request: PortalRequest, pk: int) -> HttpResponse:
    """Position and region by hand."""
    seen = cloud_in_view(request, pk)
    demand(request, "sites.change_cloud", "cloud.place", f"cloud:{pk}")
    form = PlaceForm(request.POST or None, cloud=seen.cloud)
    if request.method == "POST" and form.is_valid():
        form.save(actor_of(request), request.now)
        return redirect("subcloud" if seen.cloud.kind == CloudKind.SUBCLOUD else "controllers", *_address(seen))
    status = 400 if form.errors else 200
    return render(request, "sites/cloud_place.html", {"seen": seen, "cloud": seen.cloud, "form": form}, status=status)


def local_time(seen: CloudInView) -> str:
    """The clock on the site's wall, "09:14 UTC-03:00"; empty where its zone is not known, or is none that exists.

    A string, because templates would turn a time back into UTC.
    """
    try:
        there = seen.now.astimezone(ZoneInfo(seen.cloud.timezone)) if seen.cloud.timezone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    said = there.isoformat(timespec="minutes") if there else ""  # 2026-11-22T09:14-03:00
    return f"{said[11:16]} UTC{said[16:]}" if said else ""


def _tile_words(seen: CloudInView) -> dict[str, Any]:
    """Release and sync are dcmanager's words and as old as those; contact is the portal's own, and as old as its last
    reading of the alarms."""
    cloud = seen.cloud
    contact = {Contact.REACHABLE: ("ok", "In"), Contact.UNREACHABLE: ("error", "No")}
    mark, value = contact.get(Contact(cloud.contact), ("unknown", "No word of"))
    release = {"in-sync": ("ok", "in sync"), "out-of-sync": ("warn", "out of sync with its System Controller")}
    software_mark, means = release.get(cloud.sync_status, ("unknown", f"sync {cloud.sync_status or 'unknown'}"))
    return {
        "contact_mark": mark,
        "contact_value": value,
        "contact_stale": cloud.contact == Contact.REACHABLE and seen.facets[Facet.ALARMS].stale,
        "software_mark": software_mark,
        "software_means": means,
    }


def _address(seen: CloudInView) -> list[int]:
    return [seen.cloud.pk] if seen.cloud.kind == CloudKind.SUBCLOUD else []
