"""One change asked of the fleet."""

from django.conf import settings
from django.db import models

from operations.choices import Kind, OperationState
from sites.models import Controller


class Operation(models.Model):
    """A kind of change, who asked for it, and its frozen plan: `plan_hash` covers kind, options and every target.

    `options` never hold a secret: those are in RunSecret, sealed, until the run is over.
    """

    kind = models.CharField(max_length=24, choices=Kind)
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True, help_text="Why, or the number of the change")
    state = models.CharField(max_length=16, choices=OperationState, default=OperationState.PLANNED)
    state_reason = models.CharField(max_length=500, blank=True)
    controller = models.ForeignKey(Controller, models.CASCADE, null=True, related_name="operations")
    options = models.JSONField(default=dict)
    plan_hash = models.CharField(max_length=64, blank=True)
    max_at_once = models.PositiveIntegerField(default=10)
    stop_after_failures = models.PositiveIntegerField(null=True, help_text="No further target starts after so many")
    held = models.BooleanField(default=False, help_text="No further target starts; what runs goes on")
    start_when_checked = models.BooleanField(default=False)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="operations")
    requester_name = models.CharField(max_length=150)
    source = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="operation_newest"),
            models.Index(fields=["state"], name="operation_by_state"),
        ]
        permissions = [
            ("run_manage", "Manage and unmanage subclouds"),
            ("run_backup", "Back up subclouds and delete backups"),
            ("run_deploy", "Deploy, change, prestage, redeploy and restore subclouds"),
            ("run_decommission", "Take subclouds out of service"),
            ("run_campaign", "Plan and run software campaigns"),
            ("approve_campaign", "Approve software campaigns of others"),
            ("pull_brake", "Stop every change to the fleet"),
            ("release_brake", "Let changes to the fleet go on"),
        ]

    def __str__(self) -> str:
        return self.title


class RunSecret(models.Model):
    """A password for one run, sealed. Erased when the run is over, or after `erase_at` where it was never begun.

    `target` None: for all of the operation's targets. Names: sysadmin_password, bmc_password, and `values`: JSON with
    the other secrets of a deployment, by where they go in (operations/planning/run_secrets.py).
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="secrets")
    target = models.ForeignKey("operations.Target", models.CASCADE, null=True, related_name="secrets")
    name = models.CharField(max_length=32)
    sealed = models.BinaryField()
    erase_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "name"], name="run_secret_of_target"),
            models.UniqueConstraint(
                fields=["operation", "name"], condition=models.Q(target=None), name="run_secret_of_all"
            ),
        ]
