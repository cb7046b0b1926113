"""Which subclouds are backed up, when, where: and those that are not."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from operations.choices import Kind
from operations.kinds import KINDS
from operations.verdicts import refused
from sites.backups import CONDITIONS, MARKS, BackupState, older_than, state_of
from sites.choices import Facet
from sites.export import csv_response
from sites.expressions import observed, stale
from sites.filters import CloudFilter
from sites.middleware import PortalRequest
from sites.models import Cloud, Controller
from sites.paging import Page, PagingError, Sorts, apply, finish, plan
from sites.selectors import subclouds
from sites.templatetags.portal import toggled

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # sorts before every backup
SORTS: Sorts = {
    "age": ("backed_at", "name", "id"),
    "name": ("name", "id"),
    "status": ("backup_status", "name", "id"),
    "region": ("region", "name", "id"),
    "release": ("software_version", "name", "id"),
}
FIELDS = ["id", "name", "region", "backup_status", "backup_at", "software_version", "management_state",
          "availability_status", "deploy_status", "contact"]  # fmt: skip
JUDGED_BY = ["deploy_status", "management_state", "availability_status", "backup_status", "backup_at",
             "prestage_status", "peer_group_id"]  # fmt: skip
WHERE = {BackupState.CENTRAL: "System Controller", BackupState.LOCAL: "the subcloud"}
OLD = 7  # days: what the tile counts
EVENTS = "cloud.changed cloud.added cloud.removed cloud.contact"
EXPORT = ["id", "name", "controller_name", "region", "backup_status", "backup_at", "software_version", "read_at"]


@require_GET
def page(request: PortalRequest) -> HttpResponse:
    """Never and oldest first; to htmx only the rows."""
    filters = CloudFilter(request.GET, queryset=subclouds(request.scopes), request=request)
    try:
        asked = plan(request.GET, SORTS, "age")
    except PagingError as error:
        return _not_followed(request, [(error.field, str(error))])
    if not filters.is_valid():
        return _not_followed(request, [(name, " ".join(map(str, said))) for name, said in filters.errors.items()])
    found = _rows(filters.qs, asked, request)
    context = {
        "rows": found.rows, "next": found.next, "previous": found.previous, "sort": asked.sort, "kinds": EVENTS,
        "select": request.standing.may("operations.run_backup") or request.standing.may("operations.run_deploy"),
    }  # fmt: skip
    if "HX-Request" in request.headers:
        return render(request, "operations/_backup_rows.html", context)
    context |= {"total": filters.qs.count(), "tiles": _tiles(request), "chips": _chips(request)}
    return render(request, "operations/backups.html", context)


@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    filters = CloudFilter(request.GET, queryset=subclouds(request.scopes), request=request)
    if not filters.is_valid():
        return _not_followed(request, [(name, " ".join(map(str, said))) for name, said in filters.errors.items()])
    named: dict[str, Any] = {"controller_name": F("controller__name"), "read_at": observed(Facet.SUBCLOUD)}
    rows = filters.qs.annotate(**named).order_by("name", "id").values_list(*EXPORT)
    return csv_response("backups", EXPORT, rows.iterator(1000))


def _rows(matching: Any, asked: Any, request: PortalRequest) -> Page[dict[str, Any]]:
    columns: dict[str, Any] = {
        "controller_name": F("controller__name"), "read_at": observed(Facet.SUBCLOUD),
        "old": stale(request.now, facet=Facet.SUBCLOUD),
    }  # fmt: skip
    rows = apply(matching.annotate(backed_at=Coalesce("backup_at", Value(NEVER))), asked)
    columns |= {"write_username": F("controller__write_username")}
    found = list(rows.values(*{*FIELDS, *JUDGED_BY}, "backed_at", **columns))
    for row in found:
        state = state_of(row["backup_status"], row["backup_at"])
        row["state"] = state
        row["mark"] = MARKS[state] if state else "unknown"
        row["where"] = WHERE.get(state, "") if state else ""
        row["no_backup"], row["no_restore"] = (_refused(row, kind) for kind in (Kind.BACKUP, Kind.RESTORE))
    return finish(found, lambda row: [row[field.lstrip("-")] for field in asked.fields], asked)


def _refused(row: dict[str, Any], kind: Kind) -> str:
    """Why it may not be asked for now, by what the row shows; "" when it may."""
    controller = Controller(name=row["controller_name"], write_username=row["write_username"])
    cloud = Cloud(controller=controller, **{name: row[name] for name in JUDGED_BY})
    return refused(KINDS[kind], {}, cloud) or ""


def _tiles(request: PortalRequest) -> list[dict[str, Any]]:
    """How many of those in scope; one query. Each leads to the list of them."""
    wanted = {state.value: CONDITIONS[state] for state in BackupState}
    wanted["older"] = older_than(OLD, request.now)
    counted = subclouds(request.scopes).aggregate(
        all=Count("pk"), **{name: Count("pk", filter=Q(condition)) for name, condition in wanted.items()}
    )
    done = counted["central"] + counted["local"]
    here = reverse("operations:backups")
    return [
        _tile(here, "backup=central&backup=local", done, "backed up", f"of {counted['all']:,}", "ok"),
        _tile(here, f"backup_older={OLD}", counted["older"], f"over {OLD} days", "or without any", "warn"),
        _tile(here, "backup=never", counted["never"], "never", "no backup is known", "warn"),
        _tile(here, "backup=failed", counted["failed"], "failed", "at the last try", "failed"),
        _tile(here, "backup=running", counted["running"], "running", "now", "busy"),
    ]


def _tile(here: str, query: str, number: int, word: str, means: str, mark: str) -> dict[str, Any]:
    quiet = mark if number or mark == "ok" else "none"
    return {"href": f"{here}?{query}", "number": number, "word": word, "means": means, "mark": quiet}


def _chips(request: PortalRequest) -> list[dict[str, Any]]:
    chosen = request.GET.getlist("backup")
    return [
        {"href": toggled(request.GET, "backup", state.value), "word": state.label, "mark": MARKS[state],
         "value": state.value, "chosen": state.value in chosen}
        for state in BackupState
    ]  # fmt: skip


def _not_followed(request: PortalRequest, problems: list[tuple[str, str]]) -> HttpResponse:
    context = {"problems": problems, "href": reverse("operations:backups")}
    return render(request, "operations/refused.html", context, status=400)
