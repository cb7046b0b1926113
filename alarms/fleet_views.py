"""The fleet-wide alarm list: every alarm of every site in scope, one list."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alarms.api import SORTS
from alarms.cells import markup
from alarms.facets import FacetValue, facets
from alarms.filters import STATES, AlarmFilter
from alarms.models import Alarm
from alarms.naming import named_in
from alarms.selectors import alarms
from sites.choices import CloudKind, Facet, Severity
from sites.export import csv_response
from sites.expressions import observed, severity_words, stale
from sites.freshness import stale_after
from sites.middleware import PortalRequest
from sites.models import Controller, SubcloudGroup
from sites.paging import Page, PagingError, apply, finish, plan
from sites.templatetags.portal import toggled

COLUMNS = [
    "id", "alarm_id", "entity_instance_id", "severity", "severity_word", "reason_text", "proposed_repair_action",
    "service_affecting", "management_affecting", "suppressed", "raised_at", "cleared_at", "cloud_id",
]  # fmt: skip
JOINED = {
    "cloud_name": F("cloud__name"), "contact": F("cloud__contact"), "cloud__name": F("cloud__name"),
    "kind": F("cloud__kind"), "controller": F("cloud__controller_id"),
}  # fmt: skip
TITLES = {
    "severity": "Severity",
    "controller": "System Controller",
    "region": "Region",
    "group": "Subcloud group",
    "alarm_id": "Alarm ID",
    "management_affecting": "Blocks patching",
}
COUNT_UP_TO = 10_000  # beyond it, an exact number costs a refetched fragment more than it tells
EXPORT_ROWS = 500_000  # the design's fleet has 200,000 that stand; of history the newest
EXPORT: dict[str, Any] = {  # name in the header -> column of the alarm, or an expression
    "cloud": "cloud__name", "cloud_kind": "cloud__kind", "controller": "cloud__controller__name",
    "region": "cloud__region", "alarm_id": "alarm_id", "entity_instance_id": "entity_instance_id",
    "severity": severity_words(), "severity_word": "severity_word", "reason_text": "reason_text",
    "proposed_repair_action": "proposed_repair_action", "service_affecting": "service_affecting",
    "management_affecting": "management_affecting", "suppressed": "suppressed", "raised_at": "raised_at",
    "cleared_at": "cleared_at", "observed_at": observed(Facet.ALARMS, "cloud_id"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list shows, or why it cannot."""

    page: Page[dict[str, Any]]
    errors: list[str]
    total: int  # exact, or, without facets, at most one more than COUNT_UP_TO
    facets: dict[str, list[FacetValue]]
    complete: bool = True  # False: total and facets are at least so many

    @property
    def total_text(self) -> str:
        """Below the rows, the same whether they came with the page or alone."""
        return f"more than {COUNT_UP_TO:,}" if self.total > COUNT_UP_TO else f"{self.total:,}"


@require_safe
def fleet(request: PortalRequest) -> HttpResponse:
    """The page; with HX-Request only its rows."""
    wanted = "alarms/_rows.html" if "HX-Request" in request.headers else "alarms/list.html"
    listing = _listing(request)
    limit = int(stale_after(Facet.ALARMS))
    context = {
        "listing": listing,
        "errors": listing.errors,
        "rows": [markup(row, limit) for row in shown(request, listing.page.rows)],
        "effects": any(row["service_affecting"] or row["management_affecting"] for row in listing.page.rows),
        "states": STATES,
        "shown_text": f"{len(listing.page.rows)} shown",
        "next": _link(request.GET, listing.page.next),
        "previous": _link(request.GET, listing.page.previous),
        "clear": reverse("alarms:list"),
        "state": request.GET.get("state") or "standing",
        "sort": request.GET.get("sort") or _usual_sort(request.GET),
    }
    if wanted == "alarms/list.html":
        total = f"{'' if listing.complete else 'at least '}{listing.total:,}"
        context |= {"sections": _sections(listing.facets, request.GET), "total": total}
    return render(request, wanted, context, status=400 if listing.errors else 200)


@require_safe
def export(request: PortalRequest) -> HttpResponse | StreamingHttpResponse:
    """The same rows as CSV, for spreadsheets: a cell can never be taken for a formula."""
    filters = AlarmFilter(request.GET, queryset=alarms(request.scopes), request=request)
    if not filters.is_valid():
        return HttpResponse("\n".join(_messages(filters)), status=400, content_type="text/plain; charset=utf-8")
    try:
        asked = plan(request.GET, SORTS, _usual_sort(request.GET))
    except PagingError as error:
        return HttpResponse(f"{error.field}: {error}", status=400, content_type="text/plain; charset=utf-8")
    columns = EXPORT | {"stale": stale(request.now, "cloud_id")}
    named = {f"csv_{name}": of for name, of in columns.items() if not isinstance(of, str)}
    selected = [of if isinstance(of, str) else f"csv_{name}" for name, of in columns.items()]
    rows = filters.qs.annotate(**named).order_by(*asked.fields).values_list(*selected)
    return csv_response("alarms", list(columns), rows.iterator(1000), most=EXPORT_ROWS)


def _listing(request: PortalRequest) -> Listing:
    filters = AlarmFilter(request.GET, queryset=alarms(request.scopes), request=request)
    empty: Page[dict[str, Any]] = Page([], None, None)
    try:
        asked = plan(request.GET, SORTS, _usual_sort(request.GET))
    except PagingError as error:
        return Listing(empty, [f"{error.field}: {error}"], 0, {})
    if not filters.is_valid():
        return Listing(empty, _messages(filters), 0, {})
    matching: QuerySet[Alarm] = filters.qs
    ages = {"old": stale(request.now, "cloud_id"), "read_at": observed(Facet.ALARMS, "cloud_id")}
    rows = matching.annotate(**ages).values(*COLUMNS, *ages, **JOINED)
    page = finish(list(apply(rows, asked)), lambda row: [row[field.lstrip("-")] for field in asked.fields], asked)
    if "HX-Request" in request.headers:
        return Listing(page, [], matching.order_by()[: COUNT_UP_TO + 1].count(), {})
    counted = facets(request, filters)
    return Listing(page, [], counted.total, counted.values, counted.complete)


def shown(request: PortalRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with where they lead: a System Controller's own cloud has no page of its own, its controller has."""
    named = named_in(request.scopes, rows)
    return [row | {"href": _page_of(row), "named": named.get(row["id"])} for row in rows]


def _page_of(row: dict[str, Any]) -> str:
    if row["kind"] == CloudKind.CENTRAL:
        return f"/controllers/{row['controller']}/"
    return f"/subclouds/{row['cloud_id']}/"


def _messages(filters: AlarmFilter) -> list[str]:
    return [f"{name}: {' '.join(map(str, errors))}" for name, errors in filters.form.errors.items()]


def _usual_sort(params: QueryDict) -> str:
    """The worst of what stands; of history the newest, as there may be years of it."""
    return "-raised" if params.get("state") in ("all", "cleared") else "-severity"


def _sections(found: dict[str, list[FacetValue]], params: QueryDict) -> list[dict[str, Any]]:
    """Ids get their names: two queries, by primary key, of at most a dozen rows each."""
    groups = SubcloudGroup.objects.filter(pk__in=_ids(found, "group")).values_list("pk", "name", "controller__name")
    names: dict[str, dict[Any, str]] = {
        "severity": {severity.value: severity.label for severity in Severity},
        "controller": dict(Controller.objects.filter(pk__in=_ids(found, "controller")).values_list("pk", "name")),
        "group": {pk: f"{group} ({controller})" for pk, group, controller in groups},
        "management_affecting": {True: "yes", False: "no", None: "not said"},
    }
    return [
        {
            "name": name,
            "title": TITLES[name],
            "values": [_choice(name, value, names.get(name, {}), params) for value in _in_order(name, values)],
        }
        for name, values in found.items()
        if values
    ]


def _in_order(name: str, values: list[FacetValue]) -> list[FacetValue]:
    """Severities by rank; anything else by how often it stands."""
    return sorted(values, key=lambda value: -int(value.value)) if name == "severity" else values


def _choice(name: str, of: FacetValue, names: dict[Any, str], params: QueryDict) -> dict[str, Any]:
    return {
        "label": names.get(of.value, of.value) or "none",
        "count": of.count,
        "selected": of.selected,
        "href": toggled(params, name, of.parameter),
    }


def _ids(found: dict[str, list[FacetValue]], name: str) -> list[int]:
    return [value.value for value in found.get(name, []) if value.value is not None]


def _link(params: QueryDict, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    changed = params.copy()
    changed["cursor"] = cursor
    return "?" + changed.urlencode()
