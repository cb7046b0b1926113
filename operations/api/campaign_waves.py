"""REST: approving a wave that waits for it, or ending the campaign there. Each answers with the campaign."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.campaign_answers import campaign_answer
from operations.api.campaign_bodies import ApproveBody, ReasonBody
from operations.api.campaign_schemas import CampaignSchema
from operations.api.common import answered, given, scopes_of, user_of
from operations.services.approvals import OwnPlanError
from operations.services.permits import campaign_for
from operations.services.wave_approvals import approve_wave, reject_wave
from sites.idempotency import idempotent
from sites.services.actors import actor_of, now_of

TAGS = ["campaigns"]


class ApproveWave(APIView):
    @extend_schema(
        summary="Approve the wave that waits, under the plan with this hash; nobody does so for a plan of their own",
        tags=TAGS, request=ApproveBody, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "approve_wave")
        body = given(request, ApproveBody)
        user, actor, now, holds = user_of(request), actor_of(request), now_of(request), timedelta(hours=body["hours"])
        with answered():
            try:
                approve_wave(pk, number, body["plan_hash"], user, actor, now, note=body["note"], holds=holds)
            except OwnPlanError as refusal:
                raise PermissionDenied(str(refusal)) from None
        return Response(campaign_answer(request, pk))


class RejectWave(APIView):
    @extend_schema(
        summary="Do not approve the wave that waits: the campaign ends before it, with this reason",
        tags=TAGS, request=ReasonBody, responses=CampaignSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        campaign_for(request, scopes_of(request), pk, "reject_wave")
        body = given(request, ReasonBody)
        with answered():
            reject_wave(pk, number, body["reason"], actor_of(request), now_of(request))
        return Response(campaign_answer(request, pk))
