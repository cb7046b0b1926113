"""Parts of the subcloud page about Ceph."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ceph.selectors import FULL, NEARFULL, ceph_of
from sites.choices import Facet
from sites.middleware import once
from sites.selectors import cloud_in_view


@require_safe
def panel(request: HttpRequest, cloud_id: int) -> HttpResponse:
    """State with its evidence, checks, capacity, OSDs and monitors."""
    return render(request, "ceph/_panel.html", _context(request, cloud_id))


@require_safe
def tile(request: HttpRequest, cloud_id: int) -> HttpResponse:
    return render(request, "ceph/_tile.html", _context(request, cloud_id))


def _context(request: HttpRequest, cloud_id: int) -> dict[str, Any]:
    view = cloud_in_view(request, cloud_id)
    ceph = once(request, ("ceph", cloud_id), lambda: ceph_of(cloud_id))
    measured, alarms, storage = (view.facets[f] for f in (Facet.CEPH_HEALTH, Facet.ALARMS, Facet.STORAGE))
    source = ceph.cluster.source if ceph else ""
    in_doubt = view.out_of_contact or measured.stale  # an old measurement does not say that they run
    return {
        "view": view,
        "ceph": ceph,
        # the age of the badge is the age of what it was derived from
        "evidence": measured if source == "measured" else alarms if source in ("alarm", "inferred") else storage,
        "osd_state": "unknown" if ceph is None or in_doubt else ceph.osd_state,
        "storage": storage,
        "measured": measured,
        "nearfull": NEARFULL,
        "full": FULL,
    }
