"""The targets of an operation to take away: CSV for spreadsheets, JSON for scripts. Filtered as the page is."""

from collections.abc import Iterator
from typing import Any

import orjson
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from operations.filters import TargetFilter
from operations.selectors import targets
from operations.views.oppage import operation_in_view
from sites.export import csv_response
from sites.middleware import PortalRequest

FIELDS = [
    "number", "name", "region", "state", "step", "deploy_status", "attempt", "started_at", "ended_at", "message",
    "error", "cause", "problems", "warnings", "dcmanager_id", "region_name", "profile", "seen_at",
]  # fmt: skip
SAID = ("problems", "warnings")


@require_GET
def as_csv(request: PortalRequest, pk: int) -> HttpResponseBase:
    rows = _rows(request, pk)
    if isinstance(rows, HttpResponse):
        return rows
    lines = ([_flat(row[name]) if name in SAID else row[name] for name in FIELDS] for row in rows)
    return csv_response(f"operation-{pk}", FIELDS, lines)


@require_GET
def as_json(request: PortalRequest, pk: int) -> HttpResponseBase:
    rows = _rows(request, pk)
    if isinstance(rows, HttpResponse):
        return rows
    response = StreamingHttpResponse(_listed(rows), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="operation-{pk}.json"'
    response["Cache-Control"] = "no-store"
    return response


def _rows(request: PortalRequest, pk: int) -> Iterator[dict[str, Any]] | HttpResponse:
    """The rows, read while they are sent; or what is wrong with the filters."""
    operation_in_view(request, pk)
    filters = TargetFilter(request.GET, queryset=targets(request.scopes).filter(operation=pk), request=request)
    if not filters.is_valid():
        said = "\n".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in filters.errors.items())
        return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
    rows = filters.qs.order_by("number").values(*FIELDS, "steps")
    return ({**row, "step": _step(row)} for row in rows.iterator(1000))


def _step(row: dict[str, Any]) -> str:
    return row["steps"][row["step"]] if row["step"] < len(row["steps"]) else ""


def _flat(said: list[dict[str, str]]) -> str:
    """`field: message; message`: one cell of a spreadsheet."""
    return "; ".join(f"{one['field']}: {one['message']}" if one.get("field") else one["message"] for one in said)


def _listed(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    yield b"["
    for at, row in enumerate(rows):
        yield (b",\n" if at else b"\n") + orjson.dumps({name: row[name] for name in FIELDS})
    yield b"\n]\n"
