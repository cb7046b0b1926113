"""REST: operations. A list with filters, one of them, and asking for a new one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from operations.api.bodies import NewOperation
from operations.api.common import answered, documents_in, given, one_row, scopes_of, user_of
from operations.api.schemas import AddedOperationSchema, OperationSchema
from operations.campaign_told import state_reason_column
from operations.filters import OperationFilter
from operations.kinds import KINDS
from operations.models import Operation
from operations.selectors import OPERATION_SORTS, counts, operations
from operations.services.choosing import chosen_clouds
from operations.services.permits import demand_kind
from operations.services.requests import Ask, RefusedError, request_operation
from sites.access import Scopes
from sites.idempotency import idempotent
from sites.listing import ScopedList, ScopedObject
from sites.models import Cloud
from sites.services.actors import actor_of, now_of

SAME = (
    "id", "kind", "title", "reason", "state", "held", "start_when_checked", "options", "max_at_once",
    "stop_after_failures", "plan_hash", "created_at", "started_at", "ended_at",
)  # fmt: skip


def operation_columns(scopes: Scopes) -> dict[str, Any]:
    return {
        **{name: name for name in SAME},
        "state_reason": state_reason_column(scopes),
        "controller": "controller_id",
        "controller_name": "controller__name",
        "requester": "requester_name",
        "counts": counts(scopes),
    }


def operation_answer(request: Request, pk: int) -> dict[str, Any]:
    """As GET of that operation answers."""
    scopes = scopes_of(request)
    return one_row(operations(scopes), pk, operation_columns(scopes))


@extend_schema_view(
    get=extend_schema(summary="Operations with a target in your scope; newest first", tags=["operations"])
)
class Operations(ScopedList):
    serializer_class = OperationSchema
    filterset_class = OperationFilter
    sorts = OPERATION_SORTS
    default_sort = "-created"

    def rows(self, scopes: Scopes) -> QuerySet[Operation]:
        return operations(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return operation_columns(scopes_of(self.request))

    @extend_schema(
        summary="Ask for an operation on subclouds that are there; each gets a verdict",
        tags=["operations"],
        request=NewOperation,
        responses={201: AddedOperationSchema},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = given(request, NewOperation)
        demand_kind(request, asked["kind"], "operation:new")
        with answered():
            clouds = chosen_clouds(request, scopes_of(request), asked.get("clouds"), asked.get("filter"))
            _demand_expected(asked, clouds)
            names = ("kind", "options", "secrets", "reason", "max_at_once", "stop_after_failures", "start")
            given_ones = {name: asked[name] for name in names if name in asked}
            wish = Ask(
                clouds=[cloud.pk for cloud in clouds], scopes=scopes_of(request), documents=documents_in(asked),
                **given_ones,
            )  # fmt: skip
            operation = request_operation(wish, clouds, user_of(request), actor_of(request), now_of(request))
        return created(request, operation, len(clouds))


@extend_schema_view(get=extend_schema(summary="One operation", tags=["operations"]))
class OneOperation(ScopedObject):
    serializer_class = OperationSchema

    def rows(self, scopes: Scopes) -> QuerySet[Operation]:
        return operations(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return operation_columns(scopes_of(self.request))


def created(request: Request, operation: Operation, matched: int) -> Response:
    """201 with the operation and where it is."""
    place = reverse("api:operation", args=[operation.pk], request=request)
    body = operation_answer(request, operation.pk) | {"matched": matched}
    return Response(body, status=status.HTTP_201_CREATED, headers={"Location": place})


def _demand_expected(asked: dict[str, Any], clouds: list[Cloud]) -> None:
    """What the list of subclouds shows may change before the filter is applied. Raises RefusedError."""
    expected = asked.get("expected")
    if expected is None and "filter" in asked and KINDS[asked["kind"]].risk > 1:
        raise RefusedError({"expected": f"Say how many you mean: the filter matches {len(clouds)} subclouds now."})
    if expected not in (None, len(clouds)):
        raise RefusedError({"expected": f"You mean {expected} subclouds, but {len(clouds)} are chosen. Look again."})
