"""REST: how VIMs go about strategies, for one subcloud or by default; changes are operations of the worker."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.common import answered, given, scopes_of, user_of
from operations.api.groups import ReasonOnly
from operations.api.operations import created
from operations.api.schemas import AddedOperationSchema
from operations.choices import Kind
from operations.engine.central_steps import OPTION_FIELDS
from operations.filters import OptionsFilter
from operations.models import StrategyOptions
from operations.planning.group_rules import APPLY_TYPES
from operations.selectors import strategy_options
from operations.services.belongings import set_options
from operations.services.permits import clouds_for, demand_kind, whole_controller_for
from operations.services.requests import MOST_TARGETS, RefusedError
from sites.access import Scopes
from sites.api.bodies import IdField
from sites.idempotency import idempotent
from sites.listing import ScopedList, ScopedObject
from sites.models import Cloud, Controller
from sites.services.actors import actor_of, now_of
from starlingx.dcmanager_writes.options import ALARM_RESTRICTIONS, INSTANCE_ACTIONS, WORKERS

TAGS = ["strategy-options"]


class OptionsTarget(ReasonOnly):
    """Of one System Controller: either `clouds`, or `controller` for its default."""

    controller = IdField(required=False, help_text="Its default, for subclouds without their own")
    clouds = s.ListField(child=IdField(), required=False, min_length=1, max_length=MOST_TARGETS)


class OptionsBody(OptionsTarget):
    storage_apply_type = s.ChoiceField([(word, word) for word in APPLY_TYPES], default="parallel")
    worker_apply_type = s.ChoiceField([(word, word) for word in APPLY_TYPES], default="parallel")
    max_parallel_workers = s.IntegerField(min_value=WORKERS.start, max_value=WORKERS.stop - 1, default=10)
    alarm_restriction_type = s.ChoiceField([(word, word) for word in ALARM_RESTRICTIONS], default="relaxed")
    default_instance_action = s.ChoiceField([(word, word) for word in INSTANCE_ACTIONS], default="migrate")


class OptionsSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    controller = s.IntegerField()
    cloud = s.IntegerField(allow_null=True, help_text="null: the default of that System Controller")
    cloud_name = s.CharField(allow_null=True)
    storage_apply_type = s.CharField()
    worker_apply_type = s.CharField()
    max_parallel_workers = s.IntegerField(allow_null=True)
    alarm_restriction_type = s.CharField(help_text="relaxed, strict, or what dcmanager told")
    default_instance_action = s.CharField()
    observed_at = s.DateTimeField(help_text="When that was read from dcmanager")


COLUMNS: dict[str, Any] = {
    "id": "id", "controller": "controller_id", "cloud": "cloud_id", "cloud_name": "cloud__name",
    **{name: name for name in OPTION_FIELDS}, "observed_at": "observed_at",
}  # fmt: skip


@extend_schema_view(get=extend_schema(summary="Options as dcmanager told them last", tags=TAGS))
class Options(ScopedList):
    serializer_class = OptionsSchema
    filterset_class = OptionsFilter
    sorts = {"id": ("id",)}
    default_sort = "id"

    def rows(self, scopes: Scopes) -> QuerySet[StrategyOptions]:
        return strategy_options(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return COLUMNS

    @extend_schema(summary="Have options set", tags=TAGS, request=OptionsBody, responses={201: AddedOperationSchema})
    @idempotent
    def post(self, request: Request) -> Response:
        body = given(request, OptionsBody)
        return _asked(request, body, {name: body[name] for name in OPTION_FIELDS})


@extend_schema_view(get=extend_schema(summary="Options of one subcloud, or a default", tags=TAGS))
class OneOptions(ScopedObject):
    serializer_class = OptionsSchema

    def rows(self, scopes: Scopes) -> QuerySet[StrategyOptions]:
        return strategy_options(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return COLUMNS


class ClearOptions(APIView):
    @extend_schema(
        summary="Have options deleted: back to the default, or to dcmanager's own",
        tags=TAGS, request=OptionsTarget, responses={201: AddedOperationSchema},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        return _asked(request, given(request, OptionsTarget), None)


def _asked(request: Request, body: dict[str, Any], values: dict[str, Any] | None) -> Response:
    kind = Kind.OPTIONS_DELETE if values is None else Kind.OPTIONS_SET
    demand_kind(request, kind, "options")
    with answered():
        controller, clouds = _meant(request, body, kind)
        made = set_options(
            controller, clouds, values, body["reason"], user_of(request), actor_of(request), now_of(request)
        )
    return created(request, made, len(clouds))


def _meant(request: Request, body: dict[str, Any], kind: Kind) -> tuple[Controller, list[Cloud]]:
    """Raises RefusedError, Http404, PermissionDenied (audited)."""
    scopes = scopes_of(request)
    if ("controller" in body) == ("clouds" in body):
        raise RefusedError({"clouds": "Give clouds (a list of ids), or controller for its default, and not both."})
    if "controller" in body:
        return whole_controller_for(request, scopes, body["controller"], kind), []
    found = clouds_for(request, scopes, body["clouds"])
    if len({cloud.controller_id for cloud in found}) != 1:
        raise RefusedError({"clouds": "Choose subclouds of one System Controller at a time."})
    return found[0].controller, found
