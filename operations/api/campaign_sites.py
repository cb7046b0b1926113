"""REST: the sites of a campaign, and what people say of one of them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.bodies import Nothing
from operations.api.campaign_bodies import ReasonBody
from operations.api.campaign_schemas import CampaignSiteSchema
from operations.api.common import answered, given, one_row, scopes_of
from operations.api.targets import target_columns
from operations.campaign_selectors import campaign_targets, campaigns
from operations.filters import CampaignSiteFilter
from operations.models import Target
from operations.selectors import TARGET_SORTS
from operations.services import campaign_sites
from operations.services.permits import campaign_site_for
from sites.access import Scopes
from sites.idempotency import idempotent
from sites.listing import ScopedList
from sites.services.actors import Actor, actor_of, now_of

SAME = (
    "reasons", "held_by", "hold_reason", "skipped", "excused_by", "excuse", "step_state", "step_details",
    "step_started_at", "step_finished_at", "new_alarms", "baseline_at", "wan_link",
)  # fmt: skip
TAGS = ["campaigns"]
Said = Callable[[int, str, Actor, datetime], Target]


def site_columns(now: datetime) -> dict[str, Any]:
    return {
        **target_columns(now),
        **{name: f"in_campaign__{name}" for name in SAME},
        "home_group": "in_campaign__home_group_id",
        "wave": "in_campaign__batch__wave__number",
        "batch": "in_campaign__batch__number",
    }


@extend_schema(summary="The sites of a campaign, as far as you see them; those that were refused too", tags=TAGS)
class CampaignSites(ScopedList):
    serializer_class = CampaignSiteSchema
    filterset_class = CampaignSiteFilter
    sorts = TARGET_SORTS
    default_sort = "number"

    def rows(self, scopes: Scopes) -> QuerySet[Target]:
        return campaign_targets(scopes, getattr(self, "kwargs", {}).get("pk", 0))

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return site_columns(now)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override] # bytes as they are
        if not campaigns(scopes_of(request)).filter(pk=kwargs["pk"]).exists():
            raise NotFound("There is no such campaign, or it is not in your scope.")
        return self.list(request, *args, **kwargs)


class CampaignSite(APIView):
    @extend_schema(summary="One site of a campaign", tags=TAGS, responses=CampaignSiteSchema)
    def get(self, request: Request, pk: int, target: int) -> Response:
        return Response(site_answer(request, pk, target))


def site_answer(request: Request, pk: int, target: int) -> dict[str, Any]:
    """Raises Http404."""
    return one_row(campaign_targets(scopes_of(request), pk), target, site_columns(now_of(request)))


class HoldSite(APIView):
    @extend_schema(
        summary="Let this site wait until it is released", tags=TAGS, request=ReasonBody, responses=CampaignSiteSchema
    )
    @idempotent
    def post(self, request: Request, pk: int, target: int) -> Response:
        return _say(request, pk, target, "hold_site", campaign_sites.hold_site)


class SkipSite(APIView):
    @extend_schema(summary="Leave this site out", tags=TAGS, request=ReasonBody, responses=CampaignSiteSchema)
    @idempotent
    def post(self, request: Request, pk: int, target: int) -> Response:
        return _say(request, pk, target, "skip_site", campaign_sites.skip_site)


class ExcuseSite(APIView):
    @extend_schema(
        summary="Its failure, or its new alarms, shall not count", tags=TAGS, request=ReasonBody,
        responses=CampaignSiteSchema,
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int, target: int) -> Response:
        return _say(request, pk, target, "excuse_site", campaign_sites.excuse_site)


class ReleaseSite(APIView):
    @extend_schema(
        summary="Let a site that is held take its turn, or run with the rest if its batch went without it",
        tags=TAGS,
        request=Nothing,
        responses=CampaignSiteSchema,
    )
    @idempotent
    def post(self, request: Request, pk: int, target: int) -> Response:
        campaign_site_for(request, scopes_of(request), pk, target, "release_site")
        given(request, Nothing)
        with answered():
            campaign_sites.release_site(target, actor_of(request), now_of(request))
        return Response(site_answer(request, pk, target))


def _say(request: Request, pk: int, target: int, verb: str, said: Said) -> Response:
    campaign_site_for(request, scopes_of(request), pk, target, verb)
    body = given(request, ReasonBody)
    with answered():
        said(target, body["reason"], actor_of(request), now_of(request))
    return Response(site_answer(request, pk, target))
