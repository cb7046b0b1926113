"""Reads about operations. Every one takes scopes: an operation is seen by whoever sees one of its targets."""

from typing import Any

from django.db.models import Count, Exists, JSONField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from operations.choices import ACTIVE_TARGETS, TargetState
from operations.models import Operation, Target
from sites.access import Scopes
from sites.paging import Sorts

OPERATION_SORTS: Sorts = {
    "created": ("created_at", "id"),
    "kind": ("kind", "id"),
    "state": ("state", "id"),
    "title": ("title", "id"),
    "requester": ("requester_name", "id"),
    "id": ("id",),
}
TARGET_SORTS: Sorts = {
    "number": ("number", "id"),
    "name": ("name", "id"),
    "state": ("state", "number", "id"),
    "deploy": ("deploy_status", "number", "id"),
}


def operations(scopes: Scopes) -> QuerySet[Operation]:
    """Operations of which the user sees at least one target."""
    if scopes.fleet:
        return Operation.objects.all()
    return Operation.objects.filter(Exists(Target.objects.filter(scopes.placed(), operation=OuterRef("pk"))))


def targets(scopes: Scopes) -> QuerySet[Target]:
    return Target.objects.filter(scopes.placed())


def with_counts(rows: QuerySet[Operation], scopes: Scopes) -> QuerySet[Operation]:
    """How many of the targets in scope are in which state: total, ended well, failed, at work, waiting, refused."""
    seen = scopes.placed("targets__")

    def number(*states: str) -> Count:
        wanted = Q(targets__state__in=states) if states else Q()
        return Count("targets", filter=wanted & seen if not scopes.fleet else wanted or None)

    return rows.annotate(
        total=number(),
        completed=number(TargetState.COMPLETED),
        failed=number(TargetState.FAILED),
        running=number(TargetState.RUNNING),
        held_targets=number(TargetState.HELD),
        waiting=number(TargetState.WAITING, TargetState.READY, TargetState.CHECKING),
        refused=number(TargetState.REFUSED),
        cancelled=number(TargetState.CANCELLED),
    )


def counts(scopes: Scopes) -> Any:
    """The same as one column: {"total", a number for each state, "stuck"}. Costs a look at the index for each row."""
    numbers: dict[str, Any] = {"total": Count("pk")}
    numbers |= {state.value: Count("pk", filter=Q(state=state)) for state in TargetState}
    numbers["stuck"] = Count("pk", filter=Q(stuck=True))
    mine = targets(scopes).filter(operation=OuterRef("pk")).order_by().values("operation")
    found = Subquery(mine.annotate(json=JSONObject(**numbers)).values("json"), output_field=JSONField())
    return Coalesce(found, Value(dict.fromkeys(numbers, 0), JSONField()))


def active_target(scopes: Scopes, cloud_id: int) -> Target | None:
    """What works on that cloud now, if anything does."""
    return targets(scopes).filter(cloud=cloud_id, state__in=ACTIVE_TARGETS).select_related("operation").first()
