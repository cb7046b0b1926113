"""The list of operations: filters, sort, pages, export. The address holds its whole state."""

from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from operations.campaign_chain import after_column
from operations.campaign_selectors import awaits_approval
from operations.campaign_told import state_reason_column
from operations.campaign_verdicts import APPROVE
from operations.choices import ENDED_OPERATIONS, Kind, OperationState
from operations.facets import Facets, FacetValue, count_facets, unfaceted
from operations.filters import ASKED, OperationFilter
from operations.marks import OPERATION_MARKS, bar, counted
from operations.selectors import OPERATION_SORTS, counts, operations
from sites.export import csv_response
from sites.middleware import PortalRequest
from sites.models import Controller
from sites.paging import Page, PagingError, apply, finish, plan
from sites.templatetags.portal import toggled

NEWEST = "-created"
FIELDS = [
    "id", "kind", "title", "reason", "state", "held", "controller_id", "requester_name", "source",
    "created_at", "started_at", "ended_at",
]  # fmt: skip
JOINED = {"controller_name": F("controller__name")}
HEADINGS = {"state": "State", "kind": "Kind", "controller": "System Controller", "requester": "Asked for by",
            "asked": "Asked for"}  # fmt: skip
EXPORT = ["id", "kind", "title", "reason", "state", "controller_name", "requester_name", "created_at", "started_at",
          "ended_at", "plan_hash"]  # fmt: skip
ALWAYS = {"controller", "asked"}  # said although there is but one: which, and since when
EXPORT_ROWS = 100_000
LIVE = "operation.added operation.changed target.changed"


@require_GET
def page(request: PortalRequest) -> HttpResponse:
    """The whole page, or to htmx only the region of the rows."""
    filters = OperationFilter(request.GET, queryset=operations(request.scopes), request=request)
    try:
        asked = plan(request.GET, OPERATION_SORTS, NEWEST)
    except PagingError as error:
        return _refused(request, [(error.field, str(error))])
    if not filters.is_valid():
        return _refused(request, [(name, " ".join(map(str, said))) for name, said in filters.errors.items()])
    told = {"counts": counts(request.scopes), "why": state_reason_column(request.scopes)}
    rows = filters.qs.values(*FIELDS, **JOINED, **told, after=after_column(request.scopes))
    found = finish(list(apply(rows, asked)), lambda row: [row[field.lstrip("-")] for field in asked.fields], asked)
    _word(found)
    context: dict[str, Any] = {
        "rows": found.rows, "next": found.next, "previous": found.previous, "sort": asked.sort, "kinds": LIVE,
    }  # fmt: skip
    if "HX-Request" in request.headers:
        return render(request, "operations/_list_rows.html", context)
    counted_facets = _facets(request)
    context |= _awaiting(request) | {"total": counted_facets.total, "facets": _sections(counted_facets, request.GET)}
    return render(request, "operations/list.html", context)


def _awaiting(request: PortalRequest) -> dict[str, Any]:
    """How many campaigns wait for a second person, for whoever may be that. One query."""
    if not (settings.CAMPAIGNS and request.standing.may(APPROVE)):
        return {}
    found = operations(request.scopes).filter(awaits_approval(request.now))
    return {"awaiting": found.order_by().count(), "awaiting_chosen": request.GET.get("awaits") == "true"}


@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    """The same rows as the page, all of them, as CSV."""
    filters = OperationFilter(request.GET, queryset=operations(request.scopes), request=request)
    if not filters.is_valid():
        return _refused(request, [(name, " ".join(map(str, said))) for name, said in filters.errors.items()])
    rows = filters.qs.annotate(**JOINED).order_by("-created_at", "id").values_list(*EXPORT)
    return csv_response("operations", EXPORT, rows.iterator(1000), most=EXPORT_ROWS)


def _word(found: Page[dict[str, Any]]) -> None:
    """Adds to each row how it looks."""
    for row in found.rows:
        state = OperationState(row["state"])
        row |= {
            "bar": bar(row["counts"]), "counted": counted(row["counts"]), "over": state in ENDED_OPERATIONS,
            "mark": OPERATION_MARKS[state], "word": state.label,
        }  # fmt: skip


def _facets(request: PortalRequest) -> Facets:
    rows = OperationFilter(unfaceted(request.GET), queryset=operations(request.scopes), request=request).qs
    return count_facets(rows, request.GET, request.now)


def _sections(found: Facets, params: QueryDict) -> list[dict[str, Any]]:
    """What is offered to filter by, in words; the names of controllers are one query by primary key."""
    ids = [value.value for value in found.values["controller"] if value.value is not None]
    names: dict[str, dict[Any, str]] = {
        "state": dict(OperationState.choices),
        "kind": dict(Kind.choices),
        "asked": {word: text for word, _, text in ASKED},
        "controller": {None: "several", **dict(Controller.objects.filter(pk__in=ids).values_list("pk", "name"))},
    }
    return [
        {"name": name, "heading": HEADINGS[name], "links": [_link(name, one, names, params) for one in values]}
        for name, values in found.values.items()
        if values and (len(values) > 1 or name in ALWAYS or any(one.chosen for one in values))
    ]


def _link(name: str, one: FacetValue, names: dict[str, dict[Any, str]], params: QueryDict) -> dict[str, Any]:
    return {
        "href": toggled(params, name, one.parameter),
        "label": names.get(name, {}).get(one.value, one.value) or "nobody",
        "count": one.count,
        "chosen": one.chosen,
        "mark": OPERATION_MARKS.get(one.value) if name == "state" else None,
    }


def _refused(request: PortalRequest, problems: list[tuple[str, str]]) -> HttpResponse:
    """A filter, sort or cursor that cannot be followed: says which, and offers the list without it."""
    kept = request.GET.copy()
    for field, _ in problems:
        kept.pop(field, None)
    kept.pop("cursor", None)
    context = {"problems": problems, "href": f"{reverse('operations:list')}?{kept.urlencode()}"}
    return render(request, "operations/refused.html", context, status=400)
