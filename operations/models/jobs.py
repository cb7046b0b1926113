"""What drives an operation: rows that are claimed, and the record of every request before it is sent."""

from django.db import models

from operations.choices import Outcome
from operations.models.operations import Operation
from operations.models.targets import Target
from sites.models import Controller


class Job(models.Model):
    """Drives one target; or (target None) a whole operation: admits targets, and closes it; or (with a controller)
    the batches of a campaign at that System Controller, one after the other.

    Claimed by raising `token` (fencing: what is written under an older one is dropped) for a lease of
    90 s. Waiting is a `next_at`; None: nothing to do any more. `silent_at`: when its System Controller gave no answer
    last.
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="jobs")
    target = models.OneToOneField(Target, models.CASCADE, null=True, related_name="job")
    controller = models.ForeignKey(Controller, models.CASCADE, null=True, related_name="+")
    next_at = models.DateTimeField(null=True)
    token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    silent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["operation"], condition=models.Q(target=None, controller=None), name="job_one_for_the_whole"
            ),
            models.UniqueConstraint(
                fields=["operation", "controller"],
                condition=models.Q(controller__isnull=False),
                name="job_one_for_a_controller",
            ),
        ]
        indexes = [models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="job_due")]


class Intent(models.Model):
    """A request to a System Controller, written before it is sent. `before` is what was seen then.

    `request` holds names of what was sent, never a secret. Outcome unknown or pending means: look, until the effect
    shows or nothing has moved for two minutes; only then may another one be written.
    """

    target = models.ForeignKey(Target, models.CASCADE, related_name="intents")
    attempt = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=24)
    step = models.CharField(max_length=24)
    before = models.JSONField(default=dict)
    request = models.JSONField(default=dict)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.PENDING)
    status = models.PositiveSmallIntegerField(null=True)
    detail = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["target", "number"], name="intent_unique")]
