"""What the sites of one deployment have in common."""

from django.db import models

from operations.models.operations import Operation


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
