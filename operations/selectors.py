"""Reads about operations. Every one takes scopes: an operation is seen by whoever sees one of its targets."""

from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)  # fmt: skip
from django.db.models.functions import Coalesce, JSONObject

from operations.busy import works_on
from operations.choices import TargetState
from operations.models import Operation, StrategyOptions, Target
from sites.access import Scopes
from sites.paging import Sorts
from sites.selectors import controllers

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


# The first in trouble, the last done: what a person has to look at stands on top.
TROUBLE: tuple[Q, ...] = (
    Q(state=TargetState.HELD),
    Q(state=TargetState.FAILED),
    Q(state=TargetState.RUNNING, stuck=True),
    Q(state=TargetState.RUNNING),
    Q(state=TargetState.REFUSED),
    Q(state__in=[TargetState.WAITING, TargetState.READY, TargetState.CHECKING]),
    Q(state=TargetState.CANCELLED),
)
TROUBLE_SORTS: Sorts = {"trouble": ("trouble", "number", "id"), **TARGET_SORTS}  # for with_trouble()


def operations(scopes: Scopes) -> QuerySet[Operation]:
    """Operations of which the user sees at least one target."""
    if scopes.fleet:
        return Operation.objects.all()
    return Operation.objects.filter(Exists(Target.objects.filter(scopes.placed(), operation=OuterRef("pk"))))


def targets(scopes: Scopes) -> QuerySet[Target]:
    return Target.objects.filter(scopes.placed())


def strategy_options(scopes: Scopes) -> QuerySet[StrategyOptions]:
    """Those of subclouds in scope, and the defaults of their System Controllers."""
    mine = Q(cloud=None, controller__in=controllers(scopes).values("pk"))
    own = Q(cloud__removed_at=None, cloud__isnull=False) & scopes.clouds("cloud__")
    return StrategyOptions.objects.filter(mine | own)


def with_trouble(rows: QuerySet[Target]) -> QuerySet[Target]:
    """Adds `trouble`: 0 is the worst."""
    ranks = [When(condition, then=Value(rank)) for rank, condition in enumerate(TROUBLE)]
    return rows.annotate(trouble=Case(*ranks, default=Value(len(TROUBLE)), output_field=IntegerField()))


def counts(scopes: Scopes) -> Any:
    """How many of the targets in scope are in which state, as one column: {"total", a number for each state, "stuck"}.

    Costs a look at the index for each row.
    """
    numbers: dict[str, Any] = {"total": Count("pk")}
    numbers |= {state.value: Count("pk", filter=Q(state=state)) for state in TargetState}
    numbers["stuck"] = Count("pk", filter=Q(stuck=True))
    mine = targets(scopes).filter(operation=OuterRef("pk")).order_by().values("operation")
    found = Subquery(mine.annotate(json=JSONObject(**numbers)).values("json"), output_field=JSONField())
    return Coalesce(found, Value(dict.fromkeys(numbers, 0), JSONField()))


def active_target(scopes: Scopes, cloud_id: int) -> Target | None:
    """What works on that cloud now, if anything does."""
    return targets(scopes).filter(works_on(cloud_id)).select_related("operation").first()
