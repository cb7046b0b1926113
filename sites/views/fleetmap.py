"""The map: page, its feed, and what has no place on it."""

import gzip

import orjson
from django.conf import settings
from django.db.models import Case, F, FloatField, Func, Value, When
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from events.log import cursor_now
from sites.expressions import severity_words
from sites.freshness import is_live_joined, with_alarm_age
from sites.jsonrows import json_columns
from sites.middleware import PortalRequest
from sites.selectors import cloud_in_view, fleet_counts, subclouds

COLUMNS = ["id", "name", "lat", "lon", "severity", "ceph", "nic", "availability", "stale", "active", "controller"]
WORTH_PACKING = 4096  # bytes
PACKING = 3  # 20,000 sites: 240 kB for 15 ms; level 6 would take three times as long for a tenth less
UNLOCATED_SHOWN = 200


@require_GET
def page(request: PortalRequest) -> HttpResponse:
    """The shell; the feed is fetched by the map itself, so the page costs the same for any fleet. Of `?campaign=` too:
    whoever asks for one has its layer."""
    asked = request.GET.get("campaign", "")
    campaign = int(asked) if settings.CAMPAIGNS and asked.isascii() and asked.isdecimal() and len(asked) < 10 else None
    return render(request, "map/map.html", {"campaign": campaign})


@require_GET
@never_cache
@vary_on_headers("Accept-Encoding", "Cookie")
def feed(request: PortalRequest) -> HttpResponse:
    """Every subcloud in scope, column by column. The cursor is read before the rows: nothing falls between."""
    cursor = orjson.dumps(cursor_now())
    rows = with_alarm_age(subclouds(request.scopes)).order_by("id")
    is_old = Case(When(is_live_joined(request.now), then=Value(False)), default=Value(True))
    active = F("critical_alarms") + F("major_alarms") + F("minor_alarms") + F("warning_alarms")
    columns = [
        "id", "name", _position("latitude"), _position("longitude"), severity_words(), "ceph_status", "nic_status",
        "availability_status", is_old, active, "controller_id",
    ]  # fmt: skip
    values = json_columns(rows, columns)
    unlocated = values[COLUMNS.index("lat")].count("null")
    body = b'{"cursor":%b,"columns":%b,"unlocated":%d,"values":[%b]}' % (
        cursor, orjson.dumps(COLUMNS), unlocated, ",".join(values).encode(),
    )  # fmt: skip
    return packed_json(request, body)


@require_GET
@never_cache
def counts(request: PortalRequest) -> JsonResponse:
    """Standing alarms by severity, for the counters in the top bar."""
    return JsonResponse(fleet_counts(request.scopes))


@require_GET
def unlocated(request: PortalRequest) -> HttpResponse:
    """The subclouds that have no position: they are listed, never dropped."""
    rows = subclouds(request.scopes).filter(latitude=None).order_by("name", "id")
    shown = list(rows.values("id", "name", "severity", "controller__name", "location")[: UNLOCATED_SHOWN + 1])
    more = len(shown) > UNLOCATED_SHOWN
    return render(request, "sites/unlocated.html", {"rows": shown[:UNLOCATED_SHOWN], "more": more})


@require_GET
def panel(request: PortalRequest, pk: int) -> HttpResponse:
    """What the map shows beside it of one subcloud."""
    seen = cloud_in_view(request, pk)
    return render(request, "sites/cloud_panel.html", {"seen": seen, "cloud": seen.cloud})


def _position(field: str) -> Combinable:
    """To a hundred metres: what a map of a continent needs. Not by Round(), which goes by way of exact decimals."""
    return Func(F(field) * 1000, function="ROUND", output_field=FloatField()) / 1000


def packed_json(request: HttpRequest, body: bytes) -> HttpResponse:
    """JSON as it is; a large one is compressed for whoever takes that."""
    response = HttpResponse(body, content_type="application/json")
    if len(body) > WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(gzip.compress(body, PACKING, mtime=0), content_type="application/json")
        response["Content-Encoding"] = "gzip"
    return response
