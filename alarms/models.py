"""Alarms as FM reports them. One open row per identity; a cleared row stays as history."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from sites.choices import Severity
from sites.models import Cloud
from sites.search import search_column


class Alarm(models.Model):
    """A standing or past condition of a managed object (ITU-T X.733).

    Identity is (cloud, alarm_id, entity_instance_id). FM's uuid changes on every raise and is kept as a detail.
    `raised_at` is FM's timestamp where it gave one, else when we first saw it. `severity_word` is FM's own word:
    one that we do not know orders as indeterminate and is shown as itself.
    """

    cloud = models.ForeignKey(Cloud, models.CASCADE, related_name="alarms", db_index=False)  # alarm_by_cloud
    alarm_id = models.CharField(max_length=16)
    entity_instance_id = models.CharField(max_length=255)
    fm_uuid = models.CharField(max_length=64, blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    severity_word = models.CharField(max_length=32)
    entity_type_id = models.CharField(max_length=255, blank=True)
    reason_text = models.CharField(max_length=255, blank=True)
    alarm_type = models.CharField(max_length=64, blank=True)
    probable_cause = models.CharField(max_length=64, blank=True)
    proposed_repair_action = models.CharField(max_length=1024, blank=True)
    service_affecting = models.BooleanField(null=True)
    management_affecting = models.BooleanField(null=True)
    degrade_affecting = models.BooleanField(null=True)
    suppressed = models.BooleanField(default=False)  # FM's suppression_status
    raised_at = models.DateTimeField()
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)  # when a complete list no longer had it: at the latest then
    search = search_column("alarm_id", "entity_instance_id", "reason_text")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cloud", "alarm_id", "entity_instance_id"],
                condition=Q(cleared_at=None),
                name="alarm_open_unique",
            )
        ]
        indexes = [
            models.Index(
                fields=["-severity", "-raised_at", "-id"], condition=Q(cleared_at=None), name="alarm_open_sorted"
            ),
            models.Index(fields=["-raised_at", "-id"], condition=Q(cleared_at=None), name="alarm_open_newest"),
            models.Index(fields=["-raised_at", "-id"], name="alarm_newest"),  # history, however long
            models.Index(fields=["cloud", "-raised_at"], name="alarm_by_cloud"),
            # All that the tally by kind reads, small because equal entries are folded. It must not begin with a column
            # of the identity: while there are no statistics, PostgreSQL would look identities up by that one alone.
            models.Index(
                fields=["severity", "alarm_id", "management_affecting", "suppressed"],
                condition=Q(cleared_at=None),
                name="alarm_open_tally",
            ),
            models.Index(fields=["cleared_at"], condition=~Q(cleared_at=None), name="alarm_cleared"),  # for pruning
            GinIndex(fields=["search"], name="alarm_search"),
        ]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.entity_instance_id}"
