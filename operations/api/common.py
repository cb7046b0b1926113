"""What the REST views of operations share: errors of the services as answers, one row as an answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import orjson
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from operations.api.fields import plain_data
from operations.planning.phases import DOCUMENTS
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from sites.access import Scopes
from sites.jsonrows import json_rows


class Conflict(APIException):
    """The state of things does not allow it now; the message says why."""

    status_code = 409
    default_code = "not_now"


@contextmanager
def answered() -> Iterator[None]:
    """Errors of the services as answers: 409 with the reason, 400 with {field: sentence}."""
    try:
        yield
    except NotNowError as reason:
        raise Conflict(str(reason)) from None
    except RefusedError as refusal:
        raise ValidationError({name: [text] for name, text in refusal.problems.items()}) from None


def scopes_of(request: Request) -> Scopes:
    return cast(Scopes, request.scopes)  # type: ignore[attr-defined] # set by ScopesMiddleware


def user_of(request: Request) -> User:
    return cast(User, request.user)


def given(request: Request, body: Any, *, partial: bool = False) -> dict[str, Any]:
    """The validated values of a body, JSON or form. Raises ValidationError."""
    read = body(data=plain_data(request), partial=partial)
    read.is_valid(raise_exception=True)
    return cast(dict[str, Any], read.validated_data)


def one_row(rows: QuerySet[Any], pk: int, columns: Any) -> dict[str, Any]:
    """The row `pk` as its address shows it. Raises Http404."""
    found = json_rows(rows.filter(pk=pk)[:1], columns, ())
    if not found:
        raise Http404
    return cast(dict[str, Any], orjson.loads(found[0][0]))


def documents_in(body: dict[str, Any]) -> dict[str, str]:
    """Those that were given, by name."""
    return {name: body[name] for name in DOCUMENTS if body.get(name)}
