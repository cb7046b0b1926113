"""REST: templates of sites. They hold no secret: one with a secret in it is refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from operations.api.bodies import TemplateBody
from operations.api.common import answered, given, one_row
from operations.api.schemas import TemplateListSchema, TemplateSchema
from operations.filters import TemplateFilter
from operations.models import SiteTemplate
from operations.services.templates import FIELDS, add_template, change_template, delete_template
from sites.access import Scopes
from sites.idempotency import idempotent
from sites.listing import ScopedList, ScopedObject
from sites.services.actors import actor_of, demand, now_of

MAY_CHANGE = "operations.change_sitetemplate"
LIST = {name: name for name in ("id", "name", "description", "created_at", "changed_at", "changed_by")}
DETAIL = LIST | {name: name for name in ("bootstrap_values", "install_values", "deploy_config")}


class MayDeploy(BasePermission):
    """Whoever deploys sees what is deployed with. Writes ask for more, and leave an audit row where they refuse."""

    message = "Only those who may deploy read templates."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method not in SAFE_METHODS or request.user.has_perm("operations.run_deploy")


@extend_schema_view(get=extend_schema(summary="Templates of sites", tags=["site-templates"]))
class Templates(ScopedList):
    serializer_class = TemplateListSchema
    filterset_class = TemplateFilter
    permission_classes = [IsAuthenticated, MayDeploy]
    sorts = {"name": ("name", "id"), "id": ("id",)}
    default_sort = "name"

    def rows(self, scopes: Scopes) -> QuerySet[SiteTemplate]:
        return SiteTemplate.objects.all()

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return LIST

    @extend_schema(
        summary="Add a template; a text with a secret in it is refused",
        tags=["site-templates"], request=TemplateBody, responses={201: TemplateSchema},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        demand(request, MAY_CHANGE, "template.add", "template:new")
        values = given(request, TemplateBody)
        with answered():
            made = add_template(_fields(values), actor_of(request), now_of(request))
        place = reverse("api:site-template", args=[made.pk], request=request)
        return Response(_shown(made.pk), status=status.HTTP_201_CREATED, headers={"Location": place})


@extend_schema_view(get=extend_schema(summary="One template with its texts", tags=["site-templates"]))
class Template(ScopedObject):
    serializer_class = TemplateSchema
    permission_classes = [IsAuthenticated, MayDeploy]

    def rows(self, scopes: Scopes) -> QuerySet[SiteTemplate]:
        return SiteTemplate.objects.all()

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return DETAIL

    @extend_schema(
        summary="Change a template; deployments under way keep their copy",
        tags=["site-templates"], request=TemplateBody, responses=TemplateSchema,
    )  # fmt: skip
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        demand(request, MAY_CHANGE, "template.change", f"template:{pk}")
        values = given(request, TemplateBody, partial=True)
        try:
            with answered():
                change_template(pk, _fields(values), actor_of(request), now_of(request), values.get("seen"))
        except SiteTemplate.DoesNotExist:
            raise Http404 from None
        return Response(_shown(pk))

    @extend_schema(summary="Delete a template", tags=["site-templates"], responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        demand(request, MAY_CHANGE, "template.delete", f"template:{pk}")
        try:
            delete_template(pk, actor_of(request), now_of(request))
        except SiteTemplate.DoesNotExist:
            raise Http404 from None
        return Response(status=status.HTTP_204_NO_CONTENT)


def _fields(values: dict[str, Any]) -> dict[str, str]:
    return {name: values[name] for name in FIELDS if name in values}


def _shown(pk: int) -> dict[str, Any]:
    return one_row(SiteTemplate.objects.all(), pk, DETAIL)
