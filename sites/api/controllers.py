"""REST: System Controllers. Administrators add and change them; secrets go in and never come out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Case, F, OuterRef, QuerySet, Value, When
from django.http import Http404, HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers as s
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sites.access import Scopes
from sites.api.bodies import BodySerializer
from sites.api.central import CentralCloudSchema, CollectorSchema, central_cloud, collector
from sites.choices import Facet, Interface, Problem
from sites.expressions import objects, outside
from sites.filters import ControllerFilter
from sites.idempotency import idempotent
from sites.listing import ScopedList, ScopedObject
from sites.models import Controller, ControllerService
from sites.selectors import controllers
from sites.services.actors import actor_of, demand, now_of
from sites.services.controllers import ControllerFacts, add_controller, change_controller

OPEN = (
    "auth_url", "interface", "subcloud_interface", "subcloud_auth_url", "bmc_url", "bmc_verify", "kube_url",
    "username", "write_username",
)  # fmt: skip


class ServiceSchema(s.Serializer[dict[str, object]]):
    service = s.CharField()
    url = s.CharField()
    attempted_at = s.DateTimeField(allow_null=True)
    succeeded_at = s.DateTimeField(allow_null=True)
    failing_since = s.DateTimeField(allow_null=True)
    error = s.CharField()
    problem = s.ChoiceField(Problem.choices, allow_blank=True, help_text="What kind of error; empty: it answers")
    seconds = s.FloatField(allow_null=True)
    clock_skew_seconds = s.FloatField(allow_null=True)
    certificate_expires_at = s.DateTimeField(allow_null=True)


class ControllerSchema(s.Serializer[dict[str, object]]):
    """A row of an answer. Null where the user sees only a part of the controller."""

    id = s.IntegerField()
    name = s.CharField()
    enabled = s.BooleanField()
    region = s.CharField(help_text="Central region; empty: taken from the catalog")
    auth_url = s.CharField(allow_null=True, help_text="Keystone. null for those who see only a part of the controller")
    interface = s.ChoiceField(Interface.choices, allow_null=True)
    subcloud_interface = s.ChoiceField(Interface.choices, allow_null=True)
    subcloud_auth_url = s.CharField(allow_null=True)
    bmc_url = s.CharField(allow_null=True)
    bmc_verify = s.BooleanField(allow_null=True, help_text="Whether certificates of BMCs are verified")
    kube_url = s.CharField(allow_null=True)
    username = s.CharField(allow_null=True)
    write_username = s.CharField(allow_null=True)
    observed_at = s.DateTimeField(allow_null=True, help_text="Last complete round of central calls")
    stale = s.BooleanField()
    collector = CollectorSchema(allow_null=True, help_text="null: no collector ever read it")
    services = ServiceSchema(many=True, allow_null=True, help_text="null or empty where only a part is seen")


class OneControllerSchema(ControllerSchema):
    cloud = CentralCloudSchema(allow_null=True, help_text="Its own cloud; null where only a part is seen")


class NewController(BodySerializer):
    """What may be said of a controller. Whoever moves an address to another host enters its secrets again."""

    name = s.CharField(max_length=63)
    enabled = s.BooleanField(default=True)
    auth_url = s.CharField(max_length=255, help_text="Keystone")
    region = s.CharField(max_length=255, required=False, allow_blank=True, help_text="Central region")
    interface = s.ChoiceField(Interface.choices, default=Interface.PUBLIC)
    subcloud_interface = s.ChoiceField(Interface.choices, default=Interface.ADMIN)
    subcloud_auth_url = s.CharField(max_length=255, required=False, allow_blank=True)
    bmc_url = s.CharField(max_length=255, required=False, allow_blank=True)
    bmc_verify = s.BooleanField(required=False, help_text="Off, unless told: as StarlingX's own remote install")
    bmc_ca_bundle = s.CharField(required=False, allow_blank=True, trim_whitespace=False)
    kube_url = s.CharField(max_length=255, required=False, allow_blank=True)
    ca_bundle = s.CharField(required=False, allow_blank=True, trim_whitespace=False)
    username = s.CharField(max_length=255)
    password = s.CharField(trim_whitespace=False)
    write_username = s.CharField(max_length=255, required=False, allow_blank=True)
    write_password = s.CharField(required=False, allow_blank=True, trim_whitespace=False)
    kube_token = s.CharField(required=False, allow_blank=True)


class AddedController(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    name = s.CharField()


def inside(scopes: Scopes, of: Any) -> Any:
    """`of` for those who see the whole controller, null for others."""
    return of if scopes.fleet else Case(When(pk__in=scopes.controllers, then=of), default=Value(None))


def controller_columns(scopes: Scopes, now: datetime) -> dict[str, Any]:
    """Addresses and errors only for those who see the whole controller."""
    rows = ControllerService.objects.filter(controller=OuterRef("pk")).order_by("service")
    if not scopes.fleet:
        rows = rows.filter(controller__in=scopes.controllers)
    return {
        "id": "id",
        "name": "name",
        "enabled": "enabled",
        "region": "region",
        **{name: inside(scopes, F(name)) for name in OPEN},
        "observed_at": "beat__t0_at",
        "stale": outside(F("beat__t0_at"), Facet.SUBCLOUD, now),
        "collector": collector(),
        "services": objects(rows, *ServiceSchema().fields),
    }


@extend_schema_view(get=extend_schema(summary="System Controllers in your scope", tags=["controllers"]))
class Controllers(ScopedList):
    serializer_class = ControllerSchema
    filterset_class = ControllerFilter
    sorts = {"name": ("name", "id"), "id": ("id",)}
    default_sort = "name"

    def rows(self, scopes: Scopes) -> QuerySet[Controller]:
        return controllers(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return controller_columns(self.request.scopes, now)  # type: ignore[attr-defined] # set by ScopesMiddleware

    @extend_schema(
        summary="Add a System Controller; for administrators",
        tags=["controllers"],
        request=NewController,
        responses={201: AddedController},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        demand(request, "sites.add_controller", "controller.add", "controller:new")
        given = NewController(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            controller = add_controller(ControllerFacts(**given.validated_data), actor_of(request), now_of(request))
        except DjangoValidationError as error:
            raise ValidationError(error.message_dict) from None
        return Response({"id": controller.pk, "name": controller.name}, status=status.HTTP_201_CREATED)


@extend_schema_view(get=extend_schema(summary="One System Controller, and how it answers", tags=["controllers"]))
class OneController(ScopedObject):
    serializer_class = OneControllerSchema

    def rows(self, scopes: Scopes) -> QuerySet[Controller]:
        return controllers(scopes)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        scopes = self.request.scopes  # type: ignore[attr-defined] # set by ScopesMiddleware
        return controller_columns(scopes, now) | {"cloud": inside(scopes, central_cloud(now))}

    @extend_schema(
        summary="Change or disable a System Controller; for administrators",
        tags=["controllers"],
        request=NewController,
        responses=OneControllerSchema,
    )
    def patch(self, request: Request, pk: int) -> HttpResponse:
        controller = self.get_queryset().filter(pk=pk).first()
        if controller is None:
            self.note_absent(request, pk, "controller.change")
            raise Http404
        demand(request, "sites.change_controller", "controller.change", f"controller:{pk}")
        given = NewController(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        try:
            change_controller(controller, given.validated_data, actor_of(request), now_of(request))
        except DjangoValidationError as error:
            raise ValidationError(error.message_dict) from None
        return super().get(request, pk)
