"""Expressions that turn stored values into the words an answer shows."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, Model, QuerySet, Value, When
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.fields import BooleanField
from django.db.models.functions import JSONObject

from sites.choices import Severity
from sites.freshness import is_live


def severity_words(field: str = "severity") -> Case:
    """critical, major, … for the number in `field`."""
    return Case(
        *[When(**{field: severity.value}, then=Value(severity.label)) for severity in Severity],
        output_field=CharField(),
    )


def stale(now: datetime, outer: str = "pk") -> "ExpressionWrapper[Any]":
    """true where the cloud's alarms are not current (sites/freshness.py)."""
    return ExpressionWrapper(~is_live(now, outer), output_field=BooleanField())


def objects(rows: QuerySet[Model], *fields: str, **named: str | Combinable) -> ArraySubquery:
    """A list of objects from another table: objects(Osd.objects.filter(cloud=OuterRef("pk")), "osd_id", "state")."""
    content: dict[str, Any] = {name: F(name) for name in fields}
    content |= {name: F(of) if isinstance(of, str) else of for name, of in named.items()}
    return ArraySubquery(rows.values(json=JSONObject(**content)))
