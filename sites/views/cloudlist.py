"""The list of subclouds: search, facets, sort, pages, export. The address holds its whole state."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from events.log import cursor_now
from sites.choices import Facet
from sites.export import csv_response
from sites.expressions import observed, stale
from sites.facets import SELECTORS, Facets, count_facets
from sites.filters import CloudFilter, with_words
from sites.freshness import stale_after
from sites.middleware import PortalRequest
from sites.models import Cloud
from sites.paging import Page, PagingError, Plan, apply, finish, plan
from sites.prestage import MARKS, PrestageState
from sites.selectors import CLOUD_SORTS, WORDS, subclouds
from sites.templatetags.portal import toggled
from sites.views import facetlist
from sites.views.cells import markup

FIELDS = [
    "id", "name", "location", "description", "severity", "critical_alarms", "major_alarms", "minor_alarms",
    "warning_alarms", "availability_status", "sync_status", "deploy_status", "management_state", "contact",
    "ceph_status", "ceph_source", "nic_status", "ports_down", "hosts_ok", "hosts_total", "software_version", "region",
    "system_mode",
]  # fmt: skip
COLUMNS = [  # label, sort, class
    ("Severity", "severity", ""), ("Subcloud", "name", ""), ("Alarms", "", ""), ("Availability", "availability", ""),
    ("Sync", "sync", ""), ("Deploy", "deploy", "drop-4"), ("Ceph", "", "drop-3"), ("NIC", "", "drop-3"),
    ("Hosts", "", "num drop-2"), ("Release", "release", "drop-1"), ("Region", "region", "drop-1"),
    ("Alarms read", "", ""),
]  # fmt: skip
ACTING = ("operations.run_manage", "operations.run_backup", "operations.run_deploy")  # on several at once
UNFACETED = (
    "id",
    "name",
    "backup",
    "backup_older",
    "dcmanager_stale",
    "system_mode",
    "prestaged",
    "not_prestaged",
    "prestage",
)  # filters that are no facets, but change what those count
WORST_FIRST = {"severity"}  # the first click on this column sorts downwards
KINDS = "cloud.added cloud.removed cloud.changed cloud.contact"
KINDS_OF = {"severity": "cloud.alarms", "ceph": "cloud.ceph", "nic": "cloud.nic"}
EXPORT = [
    *FIELDS, "controller_name", "group_name", "oam_ip", "latitude", "longitude", "alarms_observed_at", "stale",
    "observed_at", "dcmanager_stale",
]  # fmt: skip


@require_GET
def page(request: PortalRequest) -> HttpResponse:
    """The whole page, or to htmx only the region of the rows."""
    filterset = CloudFilter(request.GET, queryset=subclouds(request.scopes), request=request)
    try:
        asked = plan(request.GET, CLOUD_SORTS, "name")
    except PagingError as error:
        return _refused(request, {error.field: [str(error)]})
    if not filterset.is_valid():
        return _refused(request, filterset.errors)
    cursor = cursor_now()
    limit = int(stale_after(Facet.ALARMS))
    rows = _rows(filterset.qs, asked, request)
    select = any(request.standing.may(permission) for permission in ACTING)
    several = len({row["controller_name"] for row in rows.rows}) > 1
    context = {
        "rows": [markup(row, limit, select=select, several=several) for row in rows.rows], "select": select,
        "next": rows.next, "previous": rows.previous,
        "kinds": _kinds(request, asked), "columns": _headings(request, asked), "cursor": cursor,
    }  # fmt: skip
    if "HX-Request" in request.headers:
        return render(request, "sites/cloud_rows.html", context)
    facets = _facets(request)
    context |= {
        "total": facets.total,
        "facets": facetlist.markup(request.GET, facets),
        "by_prestage": by_prestage(request.GET),
    }
    return render(request, "sites/cloud_list.html", context)


def by_prestage(params: QueryDict) -> list[tuple[str, str, str]]:
    """(mark, words, address without it) of each filter by how far a release is prestaged: they are no facets."""
    found = []
    for name, mark, words in (("prestaged", "ok", "prestaged"), ("not_prestaged", "warn", "without, or not known")):
        if release := params.get(name):
            found.append((mark, f"{release}: {words}", toggled(params, name, release)))
    for text in dict.fromkeys(params.getlist("prestage")):
        state, _, release = text.partition(":")
        if state in PrestageState.values:
            told = f"{release}: {PrestageState(state).label}"
            found.append((MARKS[PrestageState(state)], told, toggled(params, "prestage", text)))
    return found


@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    """The same rows as the page, all of them, as CSV."""
    filterset = CloudFilter(request.GET, queryset=subclouds(request.scopes), request=request)
    try:
        asked = plan(request.GET, CLOUD_SORTS, "name")
    except PagingError as error:
        return _refused(request, {error.field: [str(error)]})
    if not filterset.is_valid():
        return _refused(request, filterset.errors)
    named: dict[str, Any] = {"controller_name": F("controller__name"), "group_name": F("group__name")}
    named |= {"alarms_observed_at": observed(Facet.ALARMS), "stale": stale(request.now)}
    named |= {"observed_at": observed(Facet.SUBCLOUD), "dcmanager_stale": stale(request.now, facet=Facet.SUBCLOUD)}
    rows = filterset.qs.annotate(**named).order_by(*asked.fields).values_list(*EXPORT)
    return csv_response("subclouds", EXPORT, _worded(rows.iterator(chunk_size=1000)))


def _worded(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[Any]]:
    at = EXPORT.index("severity")
    for row in rows:
        yield [*row[:at], WORDS[row[at]], *row[at + 1 :]]


def _rows(matching: QuerySet[Cloud], asked: Plan, request: PortalRequest) -> Page[dict[str, Any]]:
    columns: dict[str, Any] = {"group_name": F("group__name"), "controller_name": F("controller__name")}
    columns |= {"observed_at": observed(Facet.ALARMS), "stale": stale(request.now)}
    columns |= {"told_at": observed(Facet.SUBCLOUD), "told_stale": stale(request.now, facet=Facet.SUBCLOUD)}
    fields = {*FIELDS, *(field.removeprefix("-") for field in asked.fields)}
    rows = list(apply(matching, asked).values(*fields, **columns))
    return finish(rows, lambda row: [row[field.removeprefix("-")] for field in asked.fields], asked)


def _facets(request: PortalRequest) -> Facets:
    searched = with_words(subclouds(request.scopes), "search", request.GET.get("q"))
    if any(request.GET.getlist(name) for name in UNFACETED):
        rest = QueryDict(mutable=True)
        for name in UNFACETED:
            rest.setlist(name, request.GET.getlist(name))
        searched = CloudFilter(rest, queryset=searched, request=request).qs
    chosen = {name: [text for text in request.GET.getlist(name) if text] for name in SELECTORS}
    return count_facets(searched, chosen, request.now)


def _headings(request: PortalRequest, asked: Plan) -> list[dict[str, str]]:
    """Columns with the link that sorts by them; a second click turns the order round."""
    found = []
    for label, sort, css in COLUMNS:
        heading = {"label": label, "css": css}
        if sort:
            turned = f"-{sort}" if asked.sort == sort or (sort in WORST_FIRST and asked.sort != f"-{sort}") else sort
            params = request.GET.copy()
            params.pop("cursor", None)
            params["sort"] = turned
            heading["href"] = f"?{params.urlencode()}"
            if asked.sort.removeprefix("-") == sort:
                heading["direction"] = "descending" if asked.sort.startswith("-") else "ascending"
        found.append(heading)
    return found


def _kinds(request: PortalRequest, asked: Plan) -> str:
    """Events after which rows may have come, gone or moved. What only changes a cell is patched and not listed."""
    chosen = {name for name in KINDS_OF if request.GET.getlist(name)} | {asked.sort.removeprefix("-")}
    return " ".join([KINDS, *(kind for name, kind in KINDS_OF.items() if name in chosen)])


def _refused(request: PortalRequest, errors: Any) -> HttpResponse:
    """A filter, sort or cursor that cannot be followed: says which, and offers the list without it."""
    problems = [(field, str(message)) for field, messages in errors.items() for message in messages]
    kept = request.GET.copy()
    for field, _ in problems:
        kept.pop(field, None)
    kept.pop("cursor", None)
    context = {"problems": problems, "href": f"{reverse('subclouds')}?{urlencode(list(kept.lists()), doseq=True)}"}
    return render(request, "sites/cloud_list_refused.html", context, status=400)
