"""REST: approving, starting, stopping a campaign, and what follows from one. Each answers with the campaign."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.bodies import Nothing, StartBody
from operations.api.campaign_answers import campaign_answer
from operations.api.campaign_bodies import (
    ApproveBody,
    ReasonBody,
    RetryFailedBody,
    RevokeBody,
    RollBackBody,
    SettleBody,
)
from operations.api.campaign_schemas import CampaignSchema
from operations.api.campaigns import planned
from operations.api.common import answered, given, scopes_of, user_of
from operations.models import Batch
from operations.services import approvals, campaign_control, control
from operations.services.begin_anyway import begin_anyway
from operations.services.campaign_children import retry_failed, roll_back
from operations.services.permits import campaign_for
from sites.idempotency import idempotent
from sites.services.actors import actor_of, now_of

TAGS = ["campaigns"]


class Approve(APIView):
    @extend_schema(
        summary="Approve the plan with this hash; nobody approves a plan of their own",
        tags=TAGS, request=ApproveBody, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "approve")
        body = given(request, ApproveBody)
        holds = timedelta(hours=body["hours"])
        actor, now = actor_of(request), now_of(request)
        with answered():
            try:
                approvals.approve(pk, body["plan_hash"], user_of(request), actor, now, note=body["note"], holds=holds)
            except approvals.OwnPlanError as refusal:
                raise PermissionDenied(str(refusal)) from None
        return Response(campaign_answer(request, pk))


class Revoke(APIView):
    @extend_schema(summary="Take the approval back", tags=TAGS, request=RevokeBody, responses=CampaignSchema)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "revoke")
        body = given(request, RevokeBody)
        with answered():
            approvals.revoke(pk, actor_of(request), now_of(request), note=body["note"])
        return Response(campaign_answer(request, pk))


class Start(APIView):
    @extend_schema(
        summary="Let an approved campaign begin, now or at its not_before",
        tags=TAGS, request=StartBody, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "start")
        body = given(request, StartBody)
        with answered():
            campaign_control.start(pk, body["secrets"], actor_of(request), now_of(request))
        return Response(campaign_answer(request, pk))


class Hold(APIView):
    @extend_schema(
        summary="Pause: let no further site start; what runs goes on, dcmanager cannot pause it",
        tags=TAGS, request=Nothing, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return _hold(request, pk, True)


class Release(APIView):
    @extend_schema(summary="Let further sites start again", tags=TAGS, request=Nothing, responses=CampaignSchema)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return _hold(request, pk, False)


class Abort(APIView):
    @extend_schema(
        summary="End it: no further site starts, and what can be stopped is; sites at work finish",
        tags=TAGS, request=ReasonBody, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "abort")
        body = given(request, ReasonBody)
        with answered():
            campaign_control.abort(pk, body["reason"], actor_of(request), now_of(request))
        return Response(campaign_answer(request, pk))


class BeginAnyway(APIView):
    @extend_schema(
        summary="Let it begin though the campaign before it did not come through; what was not done there stays held",
        tags=TAGS, request=ReasonBody, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "begin_anyway")
        body = given(request, ReasonBody)
        with answered():
            begin_anyway(pk, body["reason"], user_of(request), actor_of(request), now_of(request))
        return Response(campaign_answer(request, pk))


class RetryFailed(APIView):
    @extend_schema(
        summary="Plan a new campaign with exactly the sites that failed",
        tags=TAGS, request=RetryFailedBody, responses={201: CampaignSchema},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "retry_failed")
        body = given(request, RetryFailedBody)
        user, actor, now = user_of(request), actor_of(request), now_of(request)
        with answered():
            child = retry_failed(pk, body["secrets"], user, actor, now, with_unrun=body["with_unrun"])
        return planned(request, child)


class RollBack(APIView):
    @extend_schema(
        summary="Plan a new campaign that rolls back the chosen sites",
        tags=TAGS, request=RollBackBody, responses={201: CampaignSchema},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "roll_back")
        body = given(request, RollBackBody)
        user, actor, now = user_of(request), actor_of(request), now_of(request)
        with answered():
            child = roll_back(pk, body["sites"], body["secrets"], user, actor, now)
        return planned(request, child)


class Settle(APIView):
    @extend_schema(
        summary="Say whether a strategy in the slot is the one of this batch",
        tags=TAGS, request=SettleBody, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int, batch: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "abort")
        get_object_or_404(Batch, pk=batch, wave__campaign=pk)
        body = given(request, SettleBody)
        with answered():
            campaign_control.settle_strategy(
                batch, body["strategy_id"], actor_of(request), now_of(request), ours=body["ours"]
            )
        return Response(campaign_answer(request, pk))


class TryAgain(APIView):
    @extend_schema(
        summary="Try again what waits for a decision: refusals until now do not count",
        tags=TAGS, request=Nothing, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int, batch: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "try_again")
        get_object_or_404(Batch, pk=batch, wave__campaign=pk)
        given(request, Nothing)
        with answered():
            campaign_control.try_again(batch, actor_of(request), now_of(request))
        return Response(campaign_answer(request, pk))


def _hold(request: Request, pk: int, held: bool) -> Response:
    campaign_for(request, scopes_of(request), pk, "hold" if held else "release")
    given(request, Nothing)
    with answered():
        control.hold(pk, held, actor_of(request), now_of(request))
    return Response(campaign_answer(request, pk))
