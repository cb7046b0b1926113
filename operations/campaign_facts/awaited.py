"""Whose own health is on its way: somebody asked for it, and the collector has not been there since."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef

from sites.choices import Facet
from sites.models import FacetState, Hint


def awaited(cloud_ids: Iterable[int], now: datetime) -> int:
    """How many of these are being asked; an answer counts, and so does a try that failed. A wish that has run out is
    none: nobody is waited for without end. One query."""
    been_there = FacetState.objects.filter(
        cloud=OuterRef("cloud"), facet=Facet.HEALTH_QUERY, attempted_at__gte=OuterRef("at")
    )
    wishes = Hint.objects.filter(cloud__in=list(cloud_ids), reason="health", until__gt=now)
    return wishes.filter(~Exists(been_there)).count()
