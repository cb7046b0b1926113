"""What the sites of one deployment have in common."""

from django.db import models

from operations.models.operations import Operation
from operations.models.targets import Target


class DeployPlan(models.Model):
    """The template as it was when the deployment was asked for, and the values that stand for blank cells.

    Neither holds a secret (operations/planning/templates.py refuses them): with the cells of a target's row and the
    secrets of the run they make what is sent, for each site when its turn comes.
    """

    operation = models.OneToOneField(Operation, models.CASCADE, primary_key=True, related_name="plan")
    template_name = models.CharField(max_length=64, blank=True)
    bootstrap_values = models.TextField()
    install_values = models.TextField(blank=True)
    deploy_config = models.TextField(blank=True)
    defaults = models.JSONField(default=dict)


class SiteRevision(models.Model):
    """What was corrected for one target after it was asked for: cells of its row, and documents that go before those of
    the plan ("" where that one stays). No secret is in them. `digest` is that of all that is sent since then.

    The first revision of a target whose operation has no DeployPlan is what was given with the request.
    """

    target = models.ForeignKey(Target, models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    cells = models.JSONField(default=dict)
    bootstrap_values = models.TextField(blank=True)
    install_values = models.TextField(blank=True)
    deploy_config = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    requester_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["target", "number"], name="site_revision_unique")]
