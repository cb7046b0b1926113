"""REST: the log of what happened, and the audit of what people did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from events.models import AuditEntry, Event
from sites.access import Scopes
from sites.filters import IdsFilter, MomentFilter, WordsFilter
from sites.listing import ScopedList


class EventSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField()
    at = s.DateTimeField()
    kind = s.CharField(help_text="For example alarm.raised; the closed list is in the documentation of the stream")
    subject = s.CharField(help_text="noun:ID")
    controller = s.IntegerField(allow_null=True)
    cloud = s.IntegerField(allow_null=True)
    group = s.IntegerField(allow_null=True)
    region = s.CharField()
    data = s.DictField()  # type: ignore[assignment] # DRF's serializers have a property of that name


class AuditSchema(s.Serializer[dict[str, object]]):
    id = s.IntegerField(help_text="Without gaps")
    at = s.DateTimeField()
    actor = s.CharField()
    verb = s.CharField()
    subject = s.CharField()
    outcome = s.ChoiceField(["done", "refused", "failed"])
    source = s.CharField()  # type: ignore[assignment] # DRF's fields have an attribute of that name
    detail = s.DictField()


class TimeFilters(django_filters.FilterSet):
    since = MomentFilter(field_name="at", lookup_expr="gte")
    until = MomentFilter(field_name="at", lookup_expr="lt")


class EventFilter(TimeFilters):
    kind = WordsFilter(field_name="kind")
    subject = WordsFilter(field_name="subject")
    cloud = IdsFilter(field_name="cloud_id")
    controller = IdsFilter(field_name="controller_id")


class AuditFilter(TimeFilters):
    actor = WordsFilter(field_name="actor")
    verb = WordsFilter(field_name="verb")
    subject = WordsFilter(field_name="subject")
    outcome = WordsFilter(field_name="outcome")


class MayReadAudit(BasePermission):
    message = "Only administrators read the audit."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.has_perm("events.view_auditentry")


@extend_schema(summary="What happened in your scope; newest first", tags=["events"])
class Events(ScopedList):
    serializer_class = EventSchema
    filterset_class = EventFilter
    sorts = {"id": ("id",), "at": ("at", "id")}
    default_sort = "-id"

    def rows(self, scopes: Scopes) -> QuerySet[Event]:
        return Event.objects.filter(seen_by(scopes))

    def columns(self, now: datetime) -> Mapping[str, Any]:
        same = {name: name for name in ("id", "at", "kind", "subject", "region", "data")}
        return {**same, "controller": "controller_id", "cloud": "cloud_id", "group": "group_id"}


@extend_schema(summary="Who did what; for administrators", tags=["audit"])
class Audit(ScopedList):
    serializer_class = AuditSchema
    filterset_class = AuditFilter
    permission_classes = [IsAuthenticated, MayReadAudit]
    sorts = {"id": ("id",)}
    default_sort = "-id"

    def rows(self, scopes: Scopes) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.all()

    def columns(self, now: datetime) -> Mapping[str, Any]:
        return {name: name for name in ("id", "at", "actor", "verb", "subject", "outcome", "source", "detail")}


def seen_by(scopes: Scopes) -> Q:
    """The same rule as the stream's (events/visibility.py), as a condition on Event."""
    if scopes.fleet:
        return Q()
    return (
        Q(controller_id__in=scopes.controllers)
        | Q(group_id__in=scopes.groups)
        | (Q(region__in=scopes.regions) & ~Q(region=""))
    )
