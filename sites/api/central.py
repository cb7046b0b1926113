"""REST: what a System Controller's own cloud looks like, and how far its collector is. Parts of its answer."""

from datetime import datetime
from typing import Any

from django.db.models import Case, F, JSONField, OuterRef, Subquery, Value, When
from django.db.models.functions import JSONObject
from rest_framework import serializers as s

from sites.api.clouds import facets
from sites.api.schemas import CloudSchema, FacetSchema
from sites.choices import CloudKind, Facet
from sites.expressions import objects, observed, severity_words, stale
from sites.models import Certificate, Cloud

RECKONED = ("severity", "stale", "alarms_observed_at")
SAME = [str(name) for name in CloudSchema().fields if str(name) not in RECKONED]
BEAT = ("beat_at", "t0_at", "t1_swept_at", "t2_swept_at", "t1_due", "t1_oldest_at", "breaker_open_until")


class CollectorSchema(s.Serializer[dict[str, object]]):
    beat_at = s.DateTimeField(help_text="Last sign of the collector that reads it")
    t0_at = s.DateTimeField(allow_null=True, help_text="Last complete round of central calls")
    t1_swept_at = s.DateTimeField(allow_null=True, help_text="Alarms of every online subcloud were read since")
    t2_swept_at = s.DateTimeField(allow_null=True, help_text="The same of the inventory")
    t1_due = s.IntegerField(help_text="Subclouds that wait for their alarms to be read")
    t1_oldest_at = s.DateTimeField(allow_null=True, help_text="Since when the first of them waits")
    breaker_open_until = s.DateTimeField(allow_null=True, help_text="Until then it is left alone, after failures")


class CertificateSchema(s.Serializer[dict[str, object]]):
    certtype = s.CharField()
    subject = s.CharField()
    issuer = s.CharField()
    starts_at = s.DateTimeField(allow_null=True)
    expires_at = s.DateTimeField(allow_null=True)


class CentralCloudSchema(CloudSchema):
    """Its alarms, hosts, ports and Ceph are in the lists of these."""

    facets = FacetSchema(many=True)
    certificates = CertificateSchema(many=True, help_text="Read with the facet system")


def collector() -> Case:
    """Its beat, or null where no collector ever read it."""
    told = JSONObject(**{name: F(f"beat__{name}") for name in BEAT})
    return Case(When(beat__isnull=False, then=told), default=Value(None), output_field=JSONField())


def central_cloud(now: datetime) -> Subquery:
    """The controller's own cloud, or null while it is not known."""
    certificates = Certificate.objects.filter(cloud=OuterRef("pk")).order_by("expires_at", "id")
    content: dict[str, Any] = {name: F(name) for name in SAME}
    content |= {
        "severity": severity_words(),
        "stale": stale(now),
        "alarms_observed_at": observed(Facet.ALARMS),
        "facets": facets(now),
        "certificates": objects(certificates, *CertificateSchema().fields),
    }
    own = Cloud.objects.filter(controller=OuterRef("pk"), kind=CloudKind.CENTRAL, removed_at=None)
    return Subquery(own.values(json=JSONObject(**content))[:1], output_field=JSONField())
