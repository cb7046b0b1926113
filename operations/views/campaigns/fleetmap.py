"""A campaign as a layer of the map: a feed of its own, which is fetched only where somebody looks at the campaign."""

import orjson
from django.db.models import F
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from operations.campaign_selectors import campaign_targets, campaigns
from operations.models import Wave
from operations.standings import standing
from sites.jsonrows import json_columns
from sites.middleware import PortalRequest
from sites.views.fleetmap import packed_json

COLUMNS = ["id", "standing", "wave"]


@require_GET
@never_cache
@vary_on_headers("Accept-Encoding", "Cookie")
def feed(request: PortalRequest, pk: int) -> HttpResponse:
    """Its subclouds in scope, column by column: how each stands, and in which wave. Three queries."""
    title = campaigns(request.scopes).filter(pk=pk).values_list("title", flat=True).first()
    if title is None:
        raise Http404("There is no such campaign, or it is not in your scope.")
    rows = campaign_targets(request.scopes, pk).filter(cloud__isnull=False).order_by("cloud_id")
    values = json_columns(rows, ["cloud_id", standing(), F("in_campaign__batch__wave__number")])
    seen = {number for number in orjson.loads(values[COLUMNS.index("wave")]) if number is not None}
    names = Wave.objects.filter(campaign=pk, number__in=seen).order_by("number").values_list("number", "name")
    head = {
        "title": title, "address": reverse("operations:operation", args=[pk]), "waves": list(names), "columns": COLUMNS,
    }  # fmt: skip
    return packed_json(request, b'%b,"values":[%b]}' % (orjson.dumps(head)[:-1], ",".join(values).encode()))
