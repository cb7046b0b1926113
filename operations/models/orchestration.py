"""What a subcloud's own VIM orchestrates, as it was seen last."""

from django.db import models

from sites.models import Cloud


class VimStrategySeen(models.Model):
    """A row while there is a strategy. `stages` as told: [{"phase", "name", "result", "in_progress", "steps": [...]}].

    Its age is that of the facet `vim`.
    """

    cloud = models.OneToOneField(Cloud, models.CASCADE, primary_key=True, related_name="vim_strategy")
    uuid = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    state = models.CharField(max_length=64)
    phase = models.CharField(max_length=64, blank=True)
    percent = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=2048, blank=True)
    stages = models.JSONField(default=list)
