"""The base of every REST list and object: scoped, filtered, keyset-paged, written by PostgreSQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.views import APIView

from sites.access import EVERYTHING, NOTHING, Scopes
from sites.jsonrows import json_rows
from sites.paging import LIMIT, MAX_LIMIT, NOT_A_FILTER, PagingError, Plan, Sorts, apply, finish, plan
from sites.services.actors import actor_of, audit, now_of


class StrictFilterBackend(DjangoFilterBackend):
    """A parameter nobody knows is an error: a mistyped filter that is ignored shows the wrong subclouds."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        known = {*(filterset.base_filters if filterset else ()), *NOT_A_FILTER, "sort"}
        for name in request.query_params:
            if name not in known:
                raise ValidationError({name: f"There is no such parameter. Known: {', '.join(sorted(known))}."})
        if filterset is None:
            return queryset
        asked = any(name in filterset.base_filters for name in request.query_params)
        if not asked and not getattr(filterset, "filters_unasked", False):
            return queryset  # making a filter set costs more than most lists
        return cast("QuerySet[Any]", super().filter_queryset(request, queryset, view))


class KeysetPagination(BasePagination):
    """For the schema; the work is done in sites/paging.py."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "count": {"type": "integer", "description": "With ?count=1"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        sorts = [*view.sorts, *(f"-{name}" for name in view.sorts)]
        return [
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT}),
            _parameter("cursor", {"type": "string", "description": "From next or previous"}),
            _parameter("sort", {"type": "string", "enum": sorts, "default": view.default_sort}),
            _parameter("count", {"type": "integer", "enum": [0, 1], "default": 0, "description": "1 adds count"}),
            _parameter("fields", {"type": "string", "description": "Names, separated by commas"}),
        ]


class Scoped(GenericAPIView[Any]):
    """What lists and objects share. `serializer_class` only describes a row for the schema; it is never run."""

    filter_backends = [StrictFilterBackend]
    pagination_class = KeysetPagination
    sorts: ClassVar[Sorts] = {"id": ("id",)}
    default_sort: ClassVar[str] = "id"

    def rows(self, scopes: Scopes) -> QuerySet[Any]:
        """The rows in these scopes."""
        raise NotImplementedError

    def columns(self, now: datetime) -> Mapping[str, Any]:
        """Name in the answer -> name of an own column, or an expression."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the schema is drawn for nobody
            return self.rows(NOTHING)
        return self.rows(cast(Any, self.request).scopes)

    def chosen_columns(self) -> dict[str, Any]:
        """All columns, or those of ?fields=."""
        columns = dict(self.columns(cast(Any, self.request).now))
        asked = self.request.query_params.get("fields")
        if not asked:
            return columns
        names = [name.strip() for name in asked.split(",")]
        if unknown := [name for name in names if name not in columns]:
            known = ", ".join(columns)
            raise ValidationError({"fields": f"There is no field {unknown[0][:64]!r}. Known: {known}."})
        return {name: columns[name] for name in names}


class ScopedList(Scoped, ListAPIView[Any]):
    """GET: {"next", "previous", "results"[, "count"]}."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override] # bytes as they are
        asked = self._plan(request)
        matching = self.filter_queryset(self.get_queryset())
        rows = json_rows(apply(matching, asked), self.chosen_columns(), asked.fields)
        page = finish(rows, lambda row: row[1], asked)
        count = request.query_params.get("count", "0")
        if count not in ("0", "1"):
            raise ValidationError({"count": "1 adds the number of all rows; 0 does not."})
        head = f'{{"next":{_link(request, page.next)},"previous":{_link(request, page.previous)},'
        if count == "1":
            head += f'"count":{matching.count()},'
        body = f'{head}"results":[{",".join(text for text, _ in page.rows)}]}}'
        return HttpResponse(body.encode(), content_type="application/json")

    def _plan(self, request: Request) -> Plan:
        try:
            return plan(request.query_params, self.sorts, self.default_sort)
        except PagingError as error:
            raise ValidationError({error.field: str(error)}) from None


class ScopedObject(Scoped):
    """GET of one object by pk. What is out of scope is 404, so nobody learns that it exists; the audit does."""

    filter_backends = []
    pagination_class = None  # type: ignore[assignment] # one object has no pages

    def get(self, request: Request, pk: int) -> HttpResponse:
        rows = json_rows(self.get_queryset().filter(pk=pk)[:1], self.chosen_columns(), ())
        if not rows:
            self.note_absent(request, pk)
            raise NotFound("There is no such object, or it is not in your scope.")
        return HttpResponse(rows[0][0].encode(), content_type="application/json")

    def note_absent(self, request: Request, pk: int, verb: str = "read") -> None:
        """To the audit, where it is there and out of scope."""
        outside = self.rows(EVERYTHING).filter(pk=pk)
        if outside.exists():
            subject = f"{outside.model._meta.model_name}:{pk}"
            audit(actor_of(request), verb, subject, now_of(request), {"why": "out of scope"}, "refused")


def _link(request: Request, cursor: str | None) -> str:
    """A JSON string. Everything in it is percent-encoded, so there is nothing left to escape."""
    if cursor is None:
        return "null"
    params = request.query_params.copy()
    params["cursor"] = cursor
    return f'"{request.build_absolute_uri(request.path)}?{params.urlencode()}"'


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}
