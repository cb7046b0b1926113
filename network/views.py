"""Parts of the subcloud page about NIC ports: the front plate and its evidence."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from network.choices import LinkEvidence, LinkState
from network.selectors import nics, ports_of
from sites.choices import Facet
from sites.middleware import once
from sites.selectors import cloud_in_view


@require_safe
def panel(request: HttpRequest, cloud_id: int) -> HttpResponse:
    """Front plate, card by card, and a table with all that is known of each port."""
    return render(request, "network/_panel.html", _context(request, cloud_id))


@require_safe
def tile(request: HttpRequest, cloud_id: int) -> HttpResponse:
    return render(request, "network/_tile.html", _context(request, cloud_id))


def _context(request: HttpRequest, cloud_id: int) -> dict[str, Any]:
    view = cloud_in_view(request, cloud_id)
    rows = once(request, ("ports", cloud_id), lambda: [_shown(row) for row in ports_of(cloud_id)])
    return {
        "view": view,
        "facet": view.facets[Facet.PORTS],
        "measured": view.facets[Facet.NIC_LINKS],
        "rows": rows,
        "nics": list(nics(rows)),
        "up": sum(row["look"] == "up" for row in rows),
        "down": sum(row["look"] == "down" for row in rows),
        "unknown": sum(row["look"] == "unknown" for row in rows),
        "used": sum(row["look"] != "unused" for row in rows),
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A port that no interface uses and nothing watches is dark, not in doubt."""
    in_use = row["ifname"] is not None
    known = row["link_state"] != LinkState.UNKNOWN
    return row | {
        "look": row["link_state"] if in_use or known else "unused",
        "short": _short(row["name"]),
        "evidence": LinkEvidence(row["link_evidence"]).label if row["link_evidence"] in LinkEvidence.values else "",
        "where": ", ".join([*(row["roles"] or []), *(row["data_networks"] or [])]),
    }


def _short(name: str) -> str:
    """ "f0" of "enp81s0f0": what is printed under the port; names without a function stand whole."""
    match = re.search(r"(f\d+)(?:np\d+)?$", name)
    return match.group(1) if match else name[-7:]
