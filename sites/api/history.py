"""REST: what a subcloud's states were, from when to when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from sites.access import Scopes
from sites.choices import SpanField
from sites.filters import MomentFilter
from sites.listing import ScopedList
from sites.models import StatusSpan
from sites.selectors import subclouds


class SpanSchema(s.Serializer[dict[str, object]]):
    """Describes a row for the schema."""

    id = s.IntegerField()
    field = s.ChoiceField(SpanField.choices)
    value = s.CharField(help_text="StarlingX's word, or the portal's own for severity, ceph, nic and contact")
    began_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True, help_text="null: it still has this value")


class SpanFilter(django_filters.FilterSet):
    """`at` gives the value of each field at that moment."""

    field = django_filters.MultipleChoiceFilter(choices=SpanField)
    at = MomentFilter(method="filter_at", label="What it was at this time")
    since = MomentFilter(method="filter_since", label="Not over before this time")
    until = MomentFilter(field_name="began_at", lookup_expr="lt", label="Begun before this time")

    class Meta:
        model = StatusSpan
        fields: list[str] = []

    def filter_at(self, queryset: QuerySet[StatusSpan], name: str, value: datetime) -> QuerySet[StatusSpan]:
        return queryset.filter(Q(ended_at=None) | Q(ended_at__gt=value), began_at__lte=value)

    def filter_since(self, queryset: QuerySet[StatusSpan], name: str, value: datetime) -> QuerySet[StatusSpan]:
        return queryset.filter(Q(ended_at=None) | Q(ended_at__gt=value))


@extend_schema(summary="History of one subcloud's states", tags=["subclouds"])
class SubcloudHistory(ScopedList):
    serializer_class = SpanSchema
    filterset_class = SpanFilter
    sorts = {"began": ("began_at", "id"), "id": ("id",)}
    default_sort = "-began"

    def rows(self, scopes: Scopes) -> QuerySet[StatusSpan]:
        return StatusSpan.objects.filter(cloud=self.kwargs.get("pk"), cloud__in=subclouds(scopes).values("pk"))

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return {name: name for name in ("id", "field", "value", "began_at", "ended_at")}

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override] # as the base
        """A subcloud out of scope is 404, not one without a history."""
        if not subclouds(request.scopes).filter(pk=self.kwargs["pk"]).exists():  # type: ignore[attr-defined] # ScopesMiddleware
            raise NotFound("There is no such subcloud, or it is not in your scope.")
        return super().list(request, *args, **kwargs)
