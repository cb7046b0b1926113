"""One subcloud of an operation, its attempts, and the phases they went through."""

from django.db import models
from django.db.models import Q

from operations.choices import ACTIVE_TARGETS, TargetState
from operations.models.operations import Operation
from sites.models import Cloud, Controller, SubcloudGroup


class Target(models.Model):
    """What is to become of one subcloud.

    `controller`, `group` (the home group) and `region` are kept here, as a site to be deployed has no Cloud yet: they
    decide who sees it. `steps` are names of operations/steps, `step` is the one under way. `facts` are the masked
    parameters; `problems` and `warnings` are lists of {"field", "message"}. What was seen upstream last is kept
    with `seen_at`, its age; `percent` is the last one told, never reckoned.
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="targets")
    number = models.PositiveIntegerField(help_text="Its row in the plan, from 1")
    cloud = models.ForeignKey(Cloud, models.SET_NULL, null=True, related_name="targets")
    controller = models.ForeignKey(Controller, models.CASCADE, null=True, related_name="+")
    group = models.ForeignKey(SubcloudGroup, models.SET_NULL, null=True, related_name="+")
    region = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=255)
    profile = models.CharField(max_length=80, blank=True, help_text="Kind of hardware: durations are learned by it")
    state = models.CharField(max_length=16, choices=TargetState, default=TargetState.READY)
    steps = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)
    facts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    abort_requested = models.BooleanField(default=False)

    dcmanager_id = models.IntegerField(null=True)
    region_name = models.CharField(max_length=255, blank=True)
    deploy_status = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField(null=True)
    percent = models.PositiveSmallIntegerField(null=True)
    percent_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=500, blank=True, help_text="What it does or waits for now")
    error = models.CharField(max_length=2048, blank=True)
    cause = models.CharField(max_length=40, blank=True)
    stuck = models.BooleanField(default=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "number"], name="target_number_unique"),
            models.UniqueConstraint(
                fields=["cloud"],
                condition=Q(state__in=ACTIVE_TARGETS, cloud__isnull=False),
                name="target_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["controller", "name"],
                condition=Q(state__in=ACTIVE_TARGETS, cloud=None),
                name="target_one_of_a_name",
            ),
        ]
        indexes = [
            models.Index(fields=["operation", "state", "number"], name="target_by_state"),
            models.Index(fields=["cloud", "-id"], name="target_by_cloud"),
        ]

    def __str__(self) -> str:
        return self.name


class Attempt(models.Model):
    """One go at a target, from its first request to success, failure or a decision to try otherwise."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    verb = models.CharField(max_length=24)
    requester_name = models.CharField(max_length=150)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=TargetState, blank=True)
    error = models.CharField(max_length=2048, blank=True)
    cause = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["target", "number"], name="attempt_unique")]


class PhaseSpan(models.Model):
    """From when to when an attempt was seen in a phase: one of dcmanager's words, or a step of ours (`online`).

    `completed`: the phase ended as it should, so its length counts among the usual ones of `profile`.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="phases")
    phase = models.CharField(max_length=64)
    profile = models.CharField(max_length=80, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    completed = models.BooleanField(default=False)

    class Meta:
        ordering = ["began_at", "id"]
        indexes = [
            models.Index(fields=["phase", "profile"], condition=Q(completed=True), name="phase_usual"),
        ]
