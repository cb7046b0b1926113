"""REST: campaigns. What one would do, planning one, the list, everything about one, and another plan for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from operations.api.campaign_answers import campaign_answer, campaign_columns, told_proposal
from operations.api.campaign_bodies import CampaignPlan, ChangedCampaign, NewCampaign
from operations.api.campaign_schemas import CampaignRowSchema, CampaignSchema, PreviewSchema
from operations.api.common import answered, given, scopes_of, user_of
from operations.campaign_selectors import campaigns
from operations.campaign_verdicts import RUN
from operations.filters import CampaignFilter
from operations.models import Operation
from operations.selectors import OPERATION_SORTS
from operations.services.campaigns import CampaignAsk, asked_before, change_plan, create_campaign, preview
from operations.services.chaining import seen_before
from operations.services.choosing import chosen_clouds
from operations.services.permits import campaign_for
from operations.services.requests import RefusedError
from operations.services.windows import saved_rules
from sites.access import Scopes
from sites.idempotency import idempotent
from sites.listing import ScopedList, ScopedObject
from sites.services.actors import actor_of, demand, now_of

ASK_AGAIN = 5  # seconds: a site answers its health query in about as many


@extend_schema_view(get=extend_schema(summary="Campaigns with a site in your scope; newest first", tags=["campaigns"]))
class Campaigns(ScopedList):
    serializer_class = CampaignRowSchema
    filterset_class = CampaignFilter
    sorts = OPERATION_SORTS
    default_sort = "-created"

    def rows(self, scopes: Scopes) -> QuerySet[Operation]:
        return campaigns(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return campaign_columns(scopes_of(self.request), now)

    @extend_schema(
        summary="Plan a campaign, to be approved by somebody else", tags=["campaigns"],
        request=NewCampaign, responses={201: CampaignSchema},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        demand(request, RUN, "campaign.plan", "operation:new")
        asked = given(request, NewCampaign)
        with answered():
            ask = _ask(request, asked)
            seen_before(scopes_of(request), ask.after)
            if "filter" in asked and not (ask.seen_hash or "expected" in asked):
                raise RefusedError({"expected": f"Say how many you mean: the filter matches {len(ask.clouds)} now."})
            operation = create_campaign(ask, user_of(request), actor_of(request), now_of(request))
        return planned(request, operation)


class Preview(APIView):
    @extend_schema(
        summary="Who would take part, with every reason; waves, batches, and what costs most. Nothing is kept",
        description="While sites are being asked for their health, `pending` says how many, and the header Retry-After"
        " in how many seconds to ask again.",
        tags=["campaigns"], request=CampaignPlan, responses=PreviewSchema,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        demand(request, RUN, "campaign.preview", "operation:new")
        with answered():
            ask = _ask(request, given(request, CampaignPlan))
            seen_before(scopes_of(request), ask.after)
            seen = preview(ask, now_of(request))
        return Response(told_proposal(seen), headers={"Retry-After": str(ASK_AGAIN)} if seen.pending else None)


@extend_schema_view(get=extend_schema(summary="Everything about one campaign", tags=["campaigns"]))
class OneCampaign(ScopedObject):
    serializer_class = CampaignSchema
    beside = CampaignSchema().fields.keys() - CampaignRowSchema().fields.keys()  # what campaign_answer adds to the row

    def rows(self, scopes: Scopes) -> QuerySet[Operation]:
        return campaigns(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return campaign_columns(scopes_of(self.request), now)

    def get(self, request: Request, pk: int) -> HttpResponse:
        try:
            return Response(campaign_answer(request, pk))
        except Http404:
            return super().get(request, pk)  # which notes who looked for what is not theirs

    @extend_schema(
        summary="Make another plan before it begins; its approval is void", tags=["campaigns"],
        request=ChangedCampaign, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        operation = campaign_for(request, scopes_of(request), pk, "change")
        asked = given(request, ChangedCampaign)
        with answered():
            seen_before(scopes_of(request), asked.get("after"))
            ask = _changed(request, operation, asked)
            change_plan(pk, ask, user_of(request), actor_of(request), now_of(request))
        return Response(campaign_answer(request, pk))


def planned(request: Request, operation: Operation) -> Response:
    """201 with the campaign and where it is."""
    place = reverse("api:campaign", args=[operation.pk], request=request)
    body = campaign_answer(request, operation.pk)
    return Response(body, status=status.HTTP_201_CREATED, headers={"Location": place})


def _ask(request: Request, asked: Mapping[str, Any], before: Sequence[int] | None = None) -> CampaignAsk:
    """`before`: of the plan that stands, where none are chosen. Raises RefusedError, PermissionDenied (audited)."""
    clouds = before if before is not None else _chosen(request, asked)
    expected = asked.get("expected")
    if expected not in (None, len(clouds)):
        raise RefusedError({"expected": f"You mean {expected} subclouds, but {len(clouds)} are chosen. Look again."})
    return CampaignAsk(
        strategy=asked["strategy"], rules=saved_rules(asked.get("rules", {})), clouds=clouds,
        title=asked.get("title", ""), reason=asked.get("reason", ""), not_before=asked.get("not_before"),
        after=asked.get("after"),
        seen_hash=asked.get("plan_hash", ""), secrets=asked.get("secrets", {}),
    )  # fmt: skip


def _chosen(request: Request, asked: Mapping[str, Any]) -> list[int]:
    found = chosen_clouds(request, scopes_of(request), asked.get("clouds"), asked.get("filter"))
    return [cloud.pk for cloud in found]


def _changed(request: Request, operation: Operation, asked: Mapping[str, Any]) -> CampaignAsk:
    """What was asked before, with what is given in its place."""
    before = asked_before(operation)
    rest: dict[str, Any] = {
        "strategy": before.strategy, "rules": before.rules, "title": before.title, "reason": before.reason,
        "not_before": before.not_before, "after": before.after,
    }  # fmt: skip
    same = "clouds" not in asked and "filter" not in asked
    return _ask(request, rest | dict(asked), before.clouds if same else None)
