"""REST: subcloud groups, and changes to them, which are operations: asked for here, carried out by the worker."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.common import answered, given, scopes_of, user_of
from operations.api.operations import created
from operations.api.schemas import AddedOperationSchema
from operations.choices import Kind
from operations.engine.central_steps import GROUP_FIELDS
from operations.models import Operation
from operations.planning.group_rules import APPLY_TYPES, MOST_PARALLEL
from operations.services.belongings import change_group, create_group, delete_group
from operations.services.choosing import chosen_clouds
from operations.services.permits import demand_kind, group_for, whole_controller_for
from operations.services.requests import MOST_TARGETS, Ask, RefusedError, request_operation
from sites.api import clouds
from sites.api.bodies import LARGEST_ID, BodySerializer, IdField
from sites.idempotency import idempotent
from sites.models import SubcloudGroup
from sites.services.actors import actor_of, now_of

TAGS = ["subcloud-groups"]


class ReasonOnly(BodySerializer):
    reason = s.CharField(max_length=500, required=False, default="", allow_blank=True)


class ChangedGroup(ReasonOnly):
    name = s.CharField(max_length=255, required=False)
    description = s.CharField(max_length=254, required=False)
    update_apply_type = s.ChoiceField([(word, word) for word in APPLY_TYPES], required=False)
    max_parallel_subclouds = s.IntegerField(min_value=1, max_value=MOST_PARALLEL, required=False)


class NewGroup(ReasonOnly):
    controller = IdField()
    name = s.CharField(max_length=255)
    description = s.CharField(max_length=254)
    update_apply_type = s.ChoiceField([(word, word) for word in APPLY_TYPES], default="parallel")
    max_parallel_subclouds = s.IntegerField(min_value=1, max_value=MOST_PARALLEL, default=2)


class MembersBody(ReasonOnly):
    """Who shall belong to the group: each subcloud is in exactly one."""

    clouds = s.ListField(child=IdField(), required=False, max_length=MOST_TARGETS)
    filter = s.DictField(required=False, help_text="The parameters of /subclouds/, each with a value or a list of them")
    expected = s.IntegerField(
        required=False, min_value=0, max_value=LARGEST_ID, help_text="How many you mean; needed for a filter"
    )


@extend_schema_view(get=extend_schema(summary="Subcloud groups in your scope", tags=TAGS))
class Groups(clouds.Groups):
    @extend_schema(summary="Have a group made", tags=TAGS, request=NewGroup, responses={201: AddedOperationSchema})
    @idempotent
    def post(self, request: Request) -> Response:
        body = given(request, NewGroup)
        demand_kind(request, Kind.GROUP_CREATE, "group:new")
        controller = whole_controller_for(request, scopes_of(request), body["controller"], Kind.GROUP_CREATE)
        values = {name: body[name] for name in GROUP_FIELDS}
        with answered():
            made = create_group(
                controller, values, body["reason"], user_of(request), actor_of(request), now_of(request)
            )
        return created(request, made, 0)


@extend_schema_view(get=extend_schema(summary="One subcloud group", tags=TAGS))
class Group(clouds.Group):
    @extend_schema(
        summary="Have a group changed", tags=TAGS, request=ChangedGroup, responses={201: AddedOperationSchema}
    )
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        group = _group(request, pk, Kind.GROUP_UPDATE)
        body = given(request, ChangedGroup, partial=True)
        changes = {name: body[name] for name in GROUP_FIELDS if name in body}
        with answered():
            made = change_group(
                group, changes, body.get("reason", ""), user_of(request), actor_of(request), now_of(request)
            )
        return created(request, made, 0)

    @extend_schema(summary="Have an empty group deleted", tags=TAGS, responses={201: AddedOperationSchema})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        group = _group(request, pk, Kind.GROUP_DELETE)
        with answered():
            made = delete_group(group, "", user_of(request), actor_of(request), now_of(request))
        return created(request, made, 0)


class Members(APIView):
    @extend_schema(
        summary="Have subclouds moved to the group", tags=TAGS, request=MembersBody,
        responses={201: AddedOperationSchema},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        group = _group(request, pk, Kind.MOVE_GROUP)
        body = given(request, MembersBody)
        with answered():
            chosen = chosen_clouds(request, scopes_of(request), body.get("clouds"), body.get("filter"))
            _demand_expected(body, len(chosen))
            ask = Ask(Kind.MOVE_GROUP, [cloud.pk for cloud in chosen], {"group": group.pk}, reason=body["reason"])
            made: Operation = request_operation(ask, chosen, user_of(request), actor_of(request), now_of(request))
        return created(request, made, len(chosen))


def _group(request: Request, pk: int, kind: Kind) -> SubcloudGroup:
    return group_for(request, scopes_of(request), pk, kind)


def _demand_expected(body: dict[str, Any], number: int) -> None:
    """Raises RefusedError."""
    if "filter" in body and body.get("expected") != number:
        raise RefusedError({"expected": f"Say how many you mean: the filter matches {number} subclouds now."})
