"""REST: saved maintenance windows and the freeze calendar, and when they come in which zone."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from operations.api.calendar_bodies import (
    MOST_SHOWN,
    FreezeBody,
    FreezeSchema,
    OccurrencesBody,
    OccurrencesSchema,
    WindowSchema,
)
from operations.api.campaign_bodies import WindowBody
from operations.api.common import answered, given, one_row, scopes_of
from operations.campaign_verdicts import PAUSE, RUN
from operations.campaigns.site_time import shown, zone_named
from operations.campaigns.windows import Span, next_windows
from operations.models import FreezeSpan, MaintenanceWindow
from operations.services.calendar import delete_row, freeze_of, save_freeze, save_window, window_rule
from operations.services.permits import demand_region
from sites.access import Scopes
from sites.idempotency import idempotent
from sites.listing import ScopedList, ScopedObject
from sites.services.actors import actor_of, demand, now_of

LIFT = "operations.release_brake"  # a freeze is set by whoever may stop, and lifted by whoever may let go on
WINDOW = {name: name for name in ("id", "name", "weekdays", "start", "end", "minutes")}
FREEZE = {name: name for name in ("id", "name", "first", "last", "region", "zone")}
TAGS = ["calendar"]
ZONES = [OpenApiParameter("zone", str, many=True), OpenApiParameter("count", int)]


@extend_schema_view(get=extend_schema(summary="Saved maintenance windows", tags=TAGS))
class Windows(ScopedList):
    serializer_class = WindowSchema
    sorts = {"name": ("name", "id"), "id": ("id",)}
    default_sort = "name"

    def rows(self, scopes: Scopes) -> QuerySet[MaintenanceWindow]:
        """For everybody: they tell nothing of any site."""
        return MaintenanceWindow.objects.all()

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return WINDOW

    @extend_schema(summary="Save a window", tags=TAGS, request=WindowBody, responses={201: WindowSchema})
    @idempotent
    def post(self, request: Request) -> Response:
        demand(request, RUN, "window.add", "window:new")
        with answered():
            row = save_window(MaintenanceWindow(), given(request, WindowBody), actor_of(request), now_of(request))
        return _made(request, "maintenance-window", row.pk, one_row(MaintenanceWindow.objects.all(), row.pk, WINDOW))


@extend_schema_view(get=extend_schema(summary="One saved window", tags=TAGS))
class Window(ScopedObject):
    serializer_class = WindowSchema

    def rows(self, scopes: Scopes) -> QuerySet[MaintenanceWindow]:
        return MaintenanceWindow.objects.all()

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return WINDOW

    @extend_schema(
        summary="Change a window; campaigns keep the copy they have", tags=TAGS, request=WindowBody,
        responses=WindowSchema,
    )  # fmt: skip
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        demand(request, RUN, "window.change", f"window:{pk}")
        row = get_object_or_404(MaintenanceWindow, pk=pk)
        with answered():
            save_window(row, given(request, WindowBody, partial=True), actor_of(request), now_of(request))
        return Response(one_row(MaintenanceWindow.objects.all(), pk, WINDOW))

    @extend_schema(summary="Delete a window", tags=TAGS, responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        demand(request, RUN, "window.delete", f"window:{pk}")
        delete_row(get_object_or_404(MaintenanceWindow, pk=pk), actor_of(request), now_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class WindowOccurrences(APIView):
    @extend_schema(
        summary="When a window comes next, in each zone", tags=TAGS, parameters=ZONES, responses=OccurrencesSchema
    )
    def get(self, request: Request, pk: int) -> Response:
        row = get_object_or_404(MaintenanceWindow, pk=pk)
        zones, count = _asked(request)
        with answered():
            rule = window_rule(row)
        return Response(_occurrences(zones, lambda zone: next_windows(rule, zone, now_of(request), count)))


class WindowPreview(APIView):
    @extend_schema(
        summary="When a window would come next, in each zone; nothing is saved",
        tags=TAGS, request=OccurrencesBody, responses=OccurrencesSchema,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = given(request, OccurrencesBody)
        zones, count = _zones(body.pop("zones")), body.pop("count")
        with answered():
            rule = window_rule(MaintenanceWindow(**body))
        return Response(_occurrences(zones, lambda zone: next_windows(rule, zone, now_of(request), count)))


@extend_schema_view(get=extend_schema(summary="The freeze calendar: no campaign overlooks it", tags=TAGS))
class Freezes(ScopedList):
    serializer_class = FreezeSchema
    sorts = {"first": ("first", "id"), "name": ("name", "id"), "id": ("id",)}
    default_sort = "first"

    def rows(self, scopes: Scopes) -> QuerySet[FreezeSpan]:
        """Everybody sees all: a freeze explains why nothing moves."""
        return FreezeSpan.objects.all()

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return FREEZE

    @extend_schema(summary="Freeze a region or the fleet", tags=TAGS, request=FreezeBody, responses={201: FreezeSchema})
    @idempotent
    def post(self, request: Request) -> Response:
        demand(request, PAUSE, "freeze.add", "freeze:new")
        values = given(request, FreezeBody)
        demand_region(request, scopes_of(request), values.get("region", ""), "freeze.add", "freeze:new")
        with answered():
            row = save_freeze(FreezeSpan(), values, actor_of(request), now_of(request))
        return _made(request, "freeze", row.pk, one_row(FreezeSpan.objects.all(), row.pk, FREEZE))


@extend_schema_view(get=extend_schema(summary="One freeze", tags=TAGS))
class OneFreeze(ScopedObject):
    serializer_class = FreezeSchema

    def rows(self, scopes: Scopes) -> QuerySet[FreezeSpan]:
        return FreezeSpan.objects.all()

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return FREEZE

    @extend_schema(summary="Change a freeze", tags=TAGS, request=FreezeBody, responses=FreezeSchema)
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        row = self._mine(request, pk, "freeze.change")
        values = given(request, FreezeBody, partial=True)
        if "region" in values:
            demand_region(request, scopes_of(request), values["region"], "freeze.change", f"freeze:{pk}")
        with answered():
            save_freeze(row, values, actor_of(request), now_of(request))
        return Response(one_row(FreezeSpan.objects.all(), pk, FREEZE))

    @extend_schema(summary="Lift a freeze", tags=TAGS, responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        delete_row(self._mine(request, pk, "freeze.delete"), actor_of(request), now_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _mine(self, request: Request, pk: int, verb: str) -> FreezeSpan:
        demand(request, LIFT, verb, f"freeze:{pk}")
        row = get_object_or_404(FreezeSpan, pk=pk)
        demand_region(request, scopes_of(request), row.region, verb, f"freeze:{pk}")
        return row


class FreezeOccurrences(APIView):
    @extend_schema(
        summary="From when to when a freeze lasts, in each zone", tags=TAGS, parameters=ZONES[:1],
        responses=OccurrencesSchema,
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        row = get_object_or_404(FreezeSpan, pk=pk)
        zones, _ = _asked(request)
        with answered():
            freeze = freeze_of(row)
        return Response(_occurrences(zones, lambda zone: [freeze.span(zone)]))


def _asked(request: Request) -> tuple[list[ZoneInfo], int]:
    """`?zone=Europe/Lisbon&zone=…&count=3`. Raises ValidationError."""
    if unknown := set(request.query_params) - {"zone", "count"}:
        raise ValidationError({min(unknown): "There is no such parameter. Known: zone, count."})
    count = request.query_params.get("count", "3")
    if not (count.isascii() and count.isdecimal() and len(count) < 5 and 1 <= int(count) <= MOST_SHOWN):
        raise ValidationError({"count": f"A whole number from 1 to {MOST_SHOWN}."})
    return _zones(request.query_params.getlist("zone")[:20] or ["UTC"]), int(count)


def _zones(names: Iterable[str]) -> list[ZoneInfo]:
    """Raises ValidationError."""
    try:
        return [zone_named(name) for name in names]
    except ValueError as problem:
        raise ValidationError({"zone": str(problem)}) from None


def _occurrences(zones: Iterable[ZoneInfo], spans: Callable[[ZoneInfo], Iterable[Span]]) -> dict[str, Any]:
    return {"zones": [{"zone": zone.key, "spans": [_span(span, zone) for span in spans(zone)]} for zone in zones]}


def _span(span: Span, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "opens": span.opens, "closes": span.closes, "opens_local": shown(span.opens, zone),
        "closes_local": shown(span.closes, zone), "minutes": round(span.length / timedelta(minutes=1)),
        "note": span.note,
    }  # fmt: skip


def _made(request: Request, name: str, pk: int, row: dict[str, Any]) -> Response:
    place = reverse(f"api:{name}", args=[pk], request=request)
    return Response(row, status=status.HTTP_201_CREATED, headers={"Location": place})
