"""The log's tables. They point to nobody: a subject may be long gone, its events stay."""

import uuid

from django.db import models
from django.db.models.functions import Now

from events.fields import CurrentTransaction, Xid8Field


class Stream(models.Model):
    """One row: which sequence of events cursors belong to, and how far back it still reaches."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField(default=uuid.uuid4, help_text="Changes when cursors given before become meaningless.")
    server = models.CharField(max_length=64, blank=True, help_text="Whose transaction ids these are.")
    floor_xid = Xid8Field(default=0, help_text="Position of the last pruned event.")
    floor_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="events_stream_one_row")]

    def __str__(self) -> str:
        return f"stream {self.epoch}"


class Event(models.Model):
    """One thing that happened, written in the transaction that changed it. Its place in the stream is (xid, id)."""

    id = models.BigAutoField(primary_key=True)
    xid = Xid8Field(db_default=CurrentTransaction(), editable=False)
    at = models.DateTimeField(help_text="When it happened, as far as the writer knows.")
    stored_at = models.DateTimeField(db_default=Now(), editable=False, help_text="When it was written.")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    controller_id = models.BigIntegerField(null=True)
    cloud_id = models.BigIntegerField(null=True)
    group_id = models.BigIntegerField(null=True, help_text="The home group, when it happened.")
    region = models.CharField(max_length=80, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-xid", "-id"]
        indexes = [
            models.Index(fields=["xid", "id"], name="events_event_position"),
            models.Index(fields=["cloud_id", "-at", "-id"], name="events_event_of_cloud"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class AuditEntry(models.Model):
    """Who tried what, on which subject, with which outcome. Append-only; each entry seals the one before it."""

    OUTCOMES = [("done", "done"), ("refused", "refused"), ("failed", "failed")]

    id = models.BigIntegerField(primary_key=True, editable=False)  # without gaps: a missing entry is noticed
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, db_index=True)
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    source = models.CharField(max_length=60, blank=True, help_text="Where from: an address, a command, a process.")
    detail = models.JSONField(default=dict)
    seal = models.BinaryField(max_length=32, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.subject}: {self.outcome}"


class AuditHead(models.Model):
    """One row: the end of the chain. Writers lock it, so entries have one order; what is cut off the end is missed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    last_id = models.BigIntegerField(default=0)
    seal = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="events_audithead_one_row")]

    def __str__(self) -> str:
        return f"audit chain up to {self.last_id}"
