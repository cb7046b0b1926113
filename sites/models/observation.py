"""How fresh every fact is, what was seen when, and what should be looked at next."""

from django.db import models
from django.db.models import Q

from sites.choices import Facet, SpanField
from sites.models.clouds import Cloud
from sites.models.controllers import Controller


class FacetState(models.Model):
    """One row per cloud and facet: when it was last read whole, and how the last try ended.

    `observed_at` is when the request was sent, not when the answer was stored. `lease_token` is the controller lease
    under which it was written. A snapshot that was requested earlier, or under an older token, is dropped.
    """

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="facets", db_index=False)  # facet_unique
    facet = models.CharField(max_length=16, choices=Facet)
    observed_at = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=32, blank=True)  # e.g. "FM", "sysinv", "CephCluster"
    error = models.CharField(max_length=500, blank=True)
    failures = models.IntegerField(default=0)
    lease_token = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "facet"], name="facet_unique")]
        indexes = [  # one of eleven rows; neither column ever changes, so it costs a look nothing
            models.Index(fields=["cloud"], condition=Q(facet=Facet.ALARMS), name="facet_alarms")
        ]


class StatusSpan(models.Model):
    """`field` of a cloud had `value` from `began_at` to `ended_at` (null: still). Spans of one field never overlap."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="spans", db_index=False)  # span_by_cloud
    field = models.CharField(max_length=16, choices=SpanField)
    value = models.CharField(max_length=64)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cloud", "field"], condition=Q(ended_at=None), name="span_open_unique")
        ]
        indexes = [
            models.Index(fields=["cloud", "field", "began_at"], name="span_by_cloud"),
            models.Index(fields=["ended_at"], condition=~Q(ended_at=None), name="span_ended"),  # for pruning
        ]


class Hint(models.Model):
    """A wish to look at a cloud now: left by pages and listeners, taken by the collector. One row per reason."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="hints")
    reason = models.CharField(max_length=32)  # "open_page", "syslog", "trap", "asked", "worked_on", "health"
    at = models.DateTimeField()
    until = models.DateTimeField(help_text="Tier T3 as long as this lies ahead")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "reason"], name="hint_unique")]


class CollectorBeat(models.Model):
    """What a collector has done lately, per controller: for /readyz, the System Controller page and /metrics."""

    controller = models.OneToOneField(Controller, models.CASCADE, primary_key=True, related_name="beat")
    collector = models.CharField(max_length=64)
    beat_at = models.DateTimeField()
    t0_at = models.DateTimeField(null=True)  # last complete T0
    t1_swept_at = models.DateTimeField(null=True)  # every online subcloud's T1 ran once, at the latest then
    t2_swept_at = models.DateTimeField(null=True)
    t1_due = models.IntegerField(default=0)  # how many are waiting: the lag
    t1_oldest_at = models.DateTimeField(null=True)
    breaker_open_until = models.DateTimeField(null=True)


class Release(models.Model):
    """USM's release on a cloud: software as it stands there, read with the inventory and while its page is open."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="releases")
    release_id = models.CharField(max_length=128)
    state = models.CharField(max_length=64, blank=True)
    sw_version = models.CharField(max_length=64, blank=True)
    reboot_required = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "release_id"], name="release_unique")]


class KubernetesVersion(models.Model):
    """A Kubernetes version that a cloud has, as its sysinv tells: read with the inventory."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="kubernetes_versions", db_index=False)  # by version
    version = models.CharField(max_length=64)
    state = models.CharField(max_length=64, blank=True)  # unavailable, available, partial, active
    target = models.BooleanField(null=True)  # of an upgrade that is open, else of the active version

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "version"], name="kubernetes_version_unique")]


class HealthFailure(models.Model):
    """A check of a cloud's own health query that is not OK. It is asked on demand (T4); all others were OK then."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="health_failures", db_index=False)  # by name
    name = models.CharField(max_length=200)  # like "All kubernetes nodes are ready"
    word = models.CharField(max_length=20)  # "Fail"
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "name"], name="health_failure_unique")]


class Certificate(models.Model):
    """sysinv's certificate on a central cloud: for the expiry table of the System Controller page."""

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="certificates")
    uuid = models.CharField(max_length=64)
    certtype = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    issuer = models.CharField(max_length=255, blank=True)
    starts_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cloud", "uuid"], name="certificate_unique")]


class CollectorProcess(models.Model):
    """A collector that lives, whether it reads a controller or not: so that several share the controllers evenly."""

    name = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()
