"""Who may ask for which operation, in which scope. A refused verb is an audit row, and nothing else happens."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from rest_framework.request import Request

from operations.kinds import KINDS
from operations.models import Operation
from operations.selectors import operations
from sites.access import Scopes
from sites.models import Cloud
from sites.selectors import subclouds
from sites.services.actors import actor_of, audit, demand, now_of


def demand_kind(request: HttpRequest | Request, kind: str, subject: str) -> None:
    """Raises PermissionDenied, after an audit row, where the user's role does not hold the kind's permission."""
    demand(request, KINDS[kind].permission, f"operation.{kind}", subject)


def clouds_for(request: HttpRequest | Request, scopes: Scopes, ids: Iterable[int]) -> list[Cloud]:
    """The subclouds with these ids, by name. Raises PermissionDenied, after an audit row, for any not in scope."""
    wanted = set(ids)
    found = list(
        subclouds(scopes).filter(pk__in=wanted).select_related("controller", "group").defer("search").order_by("name")
    )
    missing = sorted(wanted - {cloud.pk for cloud in found})
    if missing:
        detail = {"clouds": missing[:50], "needs": "scope"}
        audit(actor_of(request), "operation.request", "clouds", now_of(request), detail, "refused")
        raise PermissionDenied(f"No such subclouds in your scope: {', '.join(map(str, missing[:10]))}.")
    return found


def operation_for(request: HttpRequest | Request, scopes: Scopes, pk: int) -> Operation:
    """To be changed: every target must be in the user's scope, and the kind's permission held.

    Raises Http404 where the user sees none of it, PermissionDenied (audited) where only a part.
    """
    operation = operations(scopes).filter(pk=pk).first()
    if operation is None:
        raise Http404("There is no such operation, or it is not in your scope.")
    demand_kind(request, operation.kind, f"operation:{pk}")
    if not scopes.fleet and operation.targets.exclude(scopes.placed()).exists():
        detail = {"needs": "scope over all of its targets"}
        audit(actor_of(request), f"operation.{operation.kind}", f"operation:{pk}", now_of(request), detail, "refused")
        raise PermissionDenied("Some of its subclouds are not in your scope: it is not yours to change.")
    return operation
