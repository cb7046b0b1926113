"""Which subclouds a request means: by ids, or by the same filters as the list of subclouds."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from rest_framework.request import Request

from operations.services.permits import clouds_for
from operations.services.requests import MOST_TARGETS, RefusedError
from sites.access import Scopes
from sites.filters import CloudFilter
from sites.models import Cloud
from sites.selectors import subclouds

LONGEST, MOST_VALUES = 255, 1000  # as an address has them
HALVES = re.compile(r"[\ud800-\udfff]")  # JSON can write them, and PostgreSQL cannot


def chosen_clouds(
    request: HttpRequest | Request, scopes: Scopes, ids: list[int] | None, filters: Mapping[str, Any] | None
) -> list[Cloud]:
    """By name; those in scope. Raises RefusedError, and PermissionDenied (audited) for ids that are not in scope."""
    if (ids is None) == (filters is None):
        raise RefusedError({"clouds": "Give clouds (a list of ids) or filter, and not both."})
    return clouds_for(request, scopes, ids) if ids is not None else clouds_matching(scopes, filters or {}, request)


def clouds_matching(scopes: Scopes, filters: Mapping[str, Any], request: HttpRequest | Request) -> list[Cloud]:
    """`filters`: {parameter of the list of subclouds: value or list of values}. Raises RefusedError."""
    known = CloudFilter.base_filters
    if unknown := [str(name) for name in filters if name not in known]:
        raise RefusedError({"filter": f"There is no filter {unknown[0][:64]!a}. Known: {', '.join(known)}."})
    data = QueryDict(mutable=True)
    for name, value in filters.items():
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST_VALUES:
            raise RefusedError({"filter": f"{name}: at most {MOST_VALUES} values."})
        data.setlist(name, [_text(name, each) for each in values])
    if not any(any(values) for _, values in data.lists()):
        raise RefusedError({"filter": "Give at least one filter: without any it would be the whole fleet."})
    found = CloudFilter(data, subclouds(scopes), request=request)
    if not found.is_valid():
        name, messages = next(iter(found.errors.items()))
        raise RefusedError({"filter": f"{name}: {messages[0]}"})
    rows = found.qs.select_related("controller", "group").defer("search").order_by("name")
    return list(rows[: MOST_TARGETS + 1])


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (str, int)):
        raise RefusedError({"filter": f"{name}: give a text, a number, or a list of them."})
    text = str(value)
    if len(text) > LONGEST or HALVES.search(text):
        raise RefusedError({"filter": f"{name}: at most {LONGEST} characters, and no half of one."})
    return text
