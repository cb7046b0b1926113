"""REST: one's own tokens. The text of a token is in the answer that creates it, and nowhere else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers as s
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sites.access import Scopes
from sites.api.bodies import BodySerializer
from sites.idempotency import idempotent
from sites.listing import ScopedList, ScopedObject
from sites.models import ApiToken
from sites.services.actors import actor_of, now_of
from sites.services.people import issue_token, revoke_token

COLUMNS = {name: name for name in ("id", "name", "prefix", "created_at", "expires_at", "used_at", "revoked_at")}


class TokenSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    name = s.CharField(help_text="What it is for")
    prefix = s.CharField()
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField(allow_null=True)
    used_at = s.DateTimeField(allow_null=True, help_text="To the minute")
    revoked_at = s.DateTimeField(allow_null=True)


class NewToken(TokenSchema):
    token = s.CharField(help_text="Only in the answer that creates it")


class TokenWish(BodySerializer):
    name = s.CharField(max_length=64, help_text="What it is for")
    expires_at = s.DateTimeField(
        required=False,
        help_text="At most a year ahead, 90 days unless said; and not after the token that asks for it",
    )


@extend_schema_view(get=extend_schema(summary="Your tokens", tags=["tokens"]))
class Tokens(ScopedList):
    serializer_class = TokenSchema
    sorts = {"id": ("id",), "name": ("name", "id")}
    default_sort = "-id"

    def rows(self, scopes: Scopes) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(user=self.request.user.pk)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return COLUMNS

    @extend_schema(
        summary="Make a token; its text is shown this once",
        tags=["tokens"],
        request=TokenWish,
        responses={201: NewToken},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = TokenWish(data=request.data)
        given.is_valid(raise_exception=True)
        user = cast(User, request.user)
        name, expires_at = given.validated_data["name"], given.validated_data.get("expires_at")
        made_with = request.auth if isinstance(request.auth, ApiToken) else None
        try:
            row, text = issue_token(user, name, expires_at, actor_of(request), now_of(request), made_with=made_with)
        except DjangoValidationError as error:
            raise ValidationError(error.message_dict) from None
        shown = {name: getattr(row, name) for name in COLUMNS}
        return Response({**shown, "token": text}, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


@extend_schema_view(get=extend_schema(summary="One of your tokens", tags=["tokens"]))
class Token(ScopedObject):
    serializer_class = TokenSchema

    def rows(self, scopes: Scopes) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(user=self.request.user.pk)

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return COLUMNS

    @extend_schema(summary="Revoke one of your tokens", tags=["tokens"], responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        token = ApiToken.objects.filter(pk=pk, user=request.user.pk).select_related("user").first()
        if token is None:
            raise Http404
        revoke_token(token, actor_of(request), now_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
