"""REST: the subclouds of an operation, with their attempts, phases and requests; and what is done to one of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.bodies import Nothing, RetryBody
from operations.api.common import answered, documents_in, given, one_row, scopes_of
from operations.api.schemas import TargetDetailSchema, TargetSchema
from operations.choices import TargetState
from operations.engine.pace import pace
from operations.explaining import explained
from operations.filters import TargetFilter
from operations.models import Target
from operations.payloads import shown_payload
from operations.recorder import attempts_of, intents_of
from operations.selectors import TARGET_SORTS, operations, targets
from operations.services import control
from operations.services.permits import target_for
from operations.services.revisions import Correction
from operations.verdicts import next_verbs
from sites.access import Scopes
from sites.idempotency import idempotent
from sites.listing import ScopedList
from sites.services.actors import actor_of, now_of

SAME = (
    "id", "number", "name", "region", "profile", "state", "steps", "step", "attempt", "abort_requested",
    "deploy_status", "seen_at", "percent", "percent_at", "message", "error", "cause", "stuck", "problems", "warnings",
    "started_at", "ended_at",
)  # fmt: skip


def target_columns(now: datetime) -> dict[str, Any]:
    old = Q(state=TargetState.RUNNING) & ~Q(seen_at__gte=now - max(3 * pace().poll, timedelta(seconds=5)))
    return {
        **{name: name for name in SAME},
        "operation": "operation_id",
        "cloud": "cloud_id",
        "controller": "controller_id",
        "group": "group_id",
        "stale": Case(When(old, then=Value(True)), default=Value(False), output_field=BooleanField()),
    }


@extend_schema(summary="The subclouds of an operation, as far as you see them", tags=["operations"])
class Targets(ScopedList):
    serializer_class = TargetSchema
    filterset_class = TargetFilter
    sorts = TARGET_SORTS
    default_sort = "number"

    def rows(self, scopes: Scopes) -> QuerySet[Target]:
        return targets(scopes).filter(operation=self.kwargs["pk"]) if hasattr(self, "kwargs") else targets(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return target_columns(now)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override] # bytes as they are
        if not operations(scopes_of(request)).filter(pk=kwargs["pk"]).exists():
            raise NotFound("There is no such operation, or it is not in your scope.")
        return self.list(request, *args, **kwargs)


def target_answer(request: Request, operation: int, pk: int) -> dict[str, Any]:
    """Everything that is known of a target. Raises Http404. Seven queries, and two for each row read."""
    mine = targets(scopes_of(request)).filter(operation=operation)
    now = now_of(request)
    row = one_row(mine, pk, target_columns(now))
    target = mine.select_related("operation").get(pk=pk)
    verdicts = next_verbs(target, target.operation.kind)
    return row | {
        "explanation": _explanation(target),
        "facts": target.facts,
        "payload": shown_payload(target),
        "attempts": attempts_of(target, now),
        "intents": intents_of(target),
        "next": [{"verb": each.verb, "legal": each.legal, "reason": each.reason} for each in verdicts],
    }


def _explanation(target: Target) -> dict[str, str] | None:
    cause = explained(target)
    if cause is None:
        return None
    return {"summary": cause.summary, "advice": cause.advice, "stage": cause.stage, "task": cause.task}


class OneTarget(APIView):
    @extend_schema(
        summary="One subcloud of an operation: attempts with phases, requests, and what may be asked next",
        tags=["operations"], responses=TargetDetailSchema,
    )  # fmt: skip
    def get(self, request: Request, pk: int, target: int) -> Response:
        return Response(target_answer(request, pk, target))


class AbortTarget(APIView):
    @extend_schema(
        summary="Stop the phase under way", tags=["operations"], request=Nothing, responses=TargetDetailSchema
    )
    @idempotent
    def post(self, request: Request, pk: int, target: int) -> Response:
        target_for(request, scopes_of(request), pk, target)
        given(request, Nothing)
        with answered():
            control.abort_target(target, actor_of(request), now_of(request))
        return Response(target_answer(request, pk, target))


class GiveUpTarget(APIView):
    @extend_schema(
        summary="Decide that a target which waits for a decision, or only waits, has failed",
        tags=["operations"], request=Nothing, responses=TargetDetailSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int, target: int) -> Response:
        target_for(request, scopes_of(request), pk, target)
        given(request, Nothing)
        with answered():
            control.give_up(target, actor_of(request), now_of(request))
        return Response(target_answer(request, pk, target))


class RetryTarget(APIView):
    @extend_schema(
        summary="A new attempt for one that failed or waits for a decision",
        tags=["operations"], request={"application/json": RetryBody, "multipart/form-data": RetryBody},
        responses=TargetDetailSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int, target: int) -> Response:
        target_for(request, scopes_of(request), pk, target)
        body = given(request, RetryBody)
        with answered():
            control.retry(
                pk, [target], body["secrets"], actor_of(request), now_of(request), body.get("verb", ""),
                Correction(body["cells"], documents_in(body)), scopes_of(request),
            )  # fmt: skip
        return Response(target_answer(request, pk, target))
