"""REST: the brakes. While one is on, nothing is sent to a System Controller, or for sites of its region."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.bodies import BrakeBody
from operations.api.common import given, one_row, scopes_of
from operations.api.schemas import BrakeSchema
from operations.services.permits import demand_brake
from sites.access import Scopes
from sites.idempotency import idempotent
from sites.listing import ScopedList
from sites.models import Brake
from sites.services import brake
from sites.services.actors import actor_of, now_of

COLUMNS = {name: name for name in ("id", "region", "on", "reason", "changed_by", "changed_at")}


@extend_schema(summary="The fleet's brake, and those of regions that were ever pulled", tags=["brakes"])
class Brakes(ScopedList):
    serializer_class = BrakeSchema
    sorts = {"region": ("region", "id"), "id": ("id",)}
    default_sort = "region"

    def rows(self, scopes: Scopes) -> QuerySet[Brake]:
        """Everybody sees all: a brake explains why nothing moves."""
        return Brake.objects.all()

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return COLUMNS


class Pull(APIView):
    @extend_schema(summary="Stop every change", tags=["brakes"], request=BrakeBody, responses=BrakeSchema)
    @idempotent
    def post(self, request: Request) -> Response:
        return _set(request, release=False)


class Release(APIView):
    @extend_schema(summary="Let changes go on", tags=["brakes"], request=BrakeBody, responses=BrakeSchema)
    @idempotent
    def post(self, request: Request) -> Response:
        return _set(request, release=True)


def _set(request: Request, *, release: bool) -> Response:
    body = given(request, BrakeBody)
    region, reason = body["region"], body["reason"]
    demand_brake(request, scopes_of(request), region, release=release)
    try:
        row = (brake.release if release else brake.pull)(region, reason, actor_of(request), now_of(request))
    except ValueError as problem:
        field = "reason" if not release and not reason.strip() else "region"
        raise ValidationError({field: [str(problem)]}) from None
    return Response(one_row(Brake.objects.all(), row.pk, COLUMNS))
