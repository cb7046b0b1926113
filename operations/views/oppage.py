"""The page of one operation: what, who, why, how far; its targets, the troubled first."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from operations.choices import TargetState
from operations.engine.usual import usual_cached
from operations.filters import TargetFilter
from operations.marks import IN_BAR, OPERATION_MARKS, TARGET_MARKS, bar, counted
from operations.models import Operation, PhaseSpan, Target
from operations.offers import Offer, offers
from operations.selectors import TROUBLE_SORTS, counts, operations, targets, with_trouble
from operations.views.targetcells import markup
from operations.words import options
from sites.middleware import PortalRequest, once
from sites.models.controllers import unshown
from sites.paging import PagingError, apply, finish, plan
from sites.templatetags.portal import toggled

FIELDS = [
    "id", "operation_id", "number", "state", "stuck", "name", "region", "steps", "step", "deploy_status", "profile",
    "started_at", "ended_at", "error", "cause", "message", "attempt", "problems", "trouble",
]  # fmt: skip
REFUSED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OperationInView:
    """An operation with the counts of its targets in scope; `whole`: those are all of them."""

    operation: Operation
    counts: dict[str, int]
    whole: bool

    @property
    def total(self) -> int:
        return self.counts["total"]


@require_GET
def page(request: PortalRequest, pk: int) -> HttpResponse:
    """Everything; to htmx only the region of the targets' rows."""
    seen = operation_in_view(request, pk)
    rows = _rows(request, pk)
    status = 400 if "problems" in rows else 200
    if "HX-Request" in request.headers:
        return render(request, "operations/_targets.html", rows | {"operation": seen.operation}, status=status)
    context = {**_head(request, seen), **rows, **_refused(request, seen)}
    return render(request, "operations/page.html", context, status=status)


@require_GET
def head(request: PortalRequest, pk: int) -> HttpResponse:
    """State, counts, actions."""
    return render(request, "operations/_head.html", _head(request, operation_in_view(request, pk)))


def operation_in_view(request: HttpRequest, pk: int) -> OperationInView:
    """Read once per request. Raises Http404 where the user sees none of its targets."""
    return once(request, ("operation", pk), lambda: _read(cast(PortalRequest, request), pk))


def _read(request: PortalRequest, pk: int) -> OperationInView:
    rows = operations(request.scopes).select_related("controller")
    rows = rows.defer(*unshown()).annotate(counts=counts(request.scopes))
    operation = rows.filter(pk=pk).first()
    if operation is None:
        raise Http404("There is no such operation, or it is not in your scope.")
    found: dict[str, int] = cast(Any, operation).counts
    whole = request.scopes.fleet or not operation.targets.exclude(request.scopes.placed()).exists()
    return OperationInView(operation, found, whole)


def _head(request: PortalRequest, seen: OperationInView) -> dict[str, Any]:
    operation = seen.operation
    found = offers(operation, seen.counts, request.standing, whole=seen.whole)
    return {
        "seen": seen, "operation": operation, "bar": bar(seen.counts), "counted": counted(seen.counts),
        "mark": OPERATION_MARKS[operation.state], "offers": found, "reasons": _reasons(found),
        "chips": _chips(request, seen), "options": options(operation.options),
    }  # fmt: skip


def _reasons(found: list[Offer]) -> list[str]:
    """Why some of it is not to be had, each reason once."""
    return list(dict.fromkeys(offer.reason for offer in found if offer.reason))


def _chips(request: PortalRequest, seen: OperationInView) -> list[dict[str, Any]]:
    """How many targets are in which state: each filters the rows below."""
    chosen = request.GET.getlist("state")
    return [
        {
            "word": state.label, "mark": TARGET_MARKS[state], "count": seen.counts.get(state, 0),
            "href": toggled(request.GET, "state", state.value), "chosen": state.value in chosen,
        }
        for state in IN_BAR if seen.counts.get(state) or state.value in chosen
    ]  # fmt: skip


def _rows(request: PortalRequest, pk: int) -> dict[str, Any]:
    """One page of targets, drawn; or what is wrong with the filters."""
    filters = TargetFilter(request.GET, queryset=targets(request.scopes).filter(operation=pk), request=request)
    try:
        asked = plan(request.GET, TROUBLE_SORTS, "trouble")
    except PagingError as error:
        return {"problems": [f"{error.field}: {error}"], "sort": "trouble"}
    if not filters.is_valid():
        said = [f"{name}: {' '.join(map(str, errors))}" for name, errors in filters.errors.items()]
        return {"problems": said, "sort": asked.sort}
    found = finish(
        list(apply(_with_phase(with_trouble(filters.qs)), asked).values(*FIELDS, "began_at", "phase")),
        lambda row: [row[field.lstrip("-")] for field in asked.fields],
        asked,
    )
    known = {name: usual_cached(name, request.now) for name in {row["profile"] for row in found.rows}}
    drawn = [
        markup(row, known[row["profile"]].get((row["phase"] or "", row["profile"])), request.now) for row in found.rows
    ]
    return {"rows": drawn, "next": found.next, "previous": found.previous, "sort": asked.sort}


def _with_phase(rows: QuerySet[Target]) -> QuerySet[Target]:
    """Adds the phase that runs now and since when."""
    running = PhaseSpan.objects.filter(
        attempt__target=OuterRef("pk"), attempt__number=OuterRef("attempt"), ended_at=None
    )
    return rows.annotate(began_at=Subquery(running.values("began_at")[:1]), phase=Subquery(running.values("phase")[:1]))


def _refused(request: PortalRequest, seen: OperationInView) -> dict[str, Any]:
    """The rows for which nothing is ever sent, with every reason."""
    if not seen.counts.get(TargetState.REFUSED):
        return {"refused": []}
    rows = targets(request.scopes).filter(operation=seen.operation, state=TargetState.REFUSED).order_by("number")
    return {"refused": list(rows.values("id", "number", "name", "problems")[:REFUSED_SHOWN])}
