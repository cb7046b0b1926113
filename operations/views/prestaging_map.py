"""How far a release is prestaged, as a layer of the map: a feed of its own, fetched only where somebody looks at it."""

import orjson
from django.core.exceptions import BadRequest
from django.db.models import Value
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from sites.jsonrows import json_columns
from sites.middleware import PortalRequest
from sites.prestage import LONGEST, PrestageState, with_prestage
from sites.prestage_coverage import known_releases
from sites.selectors import subclouds
from sites.views.fleetmap import packed_json

COLUMNS = ["id", "prestage"]
NOTHING_KNOWN = Value(PrestageState.UNKNOWN.value)


@require_GET
@never_cache
@vary_on_headers("Accept-Encoding", "Cookie")
def feed(request: PortalRequest) -> HttpResponse:
    """Every subcloud in scope, column by column. `of`: the release, the newest where none is named. Two queries."""
    known = [row["release_id"] for row in known_releases(request.scopes)]
    release = request.GET.get("of", "").strip() or (known[0] if known else "")
    if len(release) > LONGEST or "\x00" in release:
        raise BadRequest(f"At most {LONGEST} characters.")
    sites = subclouds(request.scopes)
    known_of = with_prestage(sites, release, request.now) if release else sites.annotate(prestage=NOTHING_KNOWN)
    values = json_columns(known_of.order_by("id"), COLUMNS)
    query = QueryDict(mutable=True)
    query["of"] = release
    head = {
        "of": release, "releases": known, "address": f"{reverse('operations:prestaging')}?{query.urlencode()}",
        "columns": COLUMNS,
    }  # fmt: skip
    return packed_json(request, b'%b,"values":[%b]}' % (orjson.dumps(head)[:-1], ",".join(values).encode()))
