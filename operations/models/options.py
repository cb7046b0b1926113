"""How VIMs go about strategies, as dcmanager tells it."""

from django.db import models
from django.db.models import Q

from sites.models import Cloud, Controller


class StrategyOptions(models.Model):
    """dcmanager's sw-update-options of one subcloud; with `cloud` None the default of a System Controller."""

    controller = models.ForeignKey(Controller, models.CASCADE, related_name="+")
    cloud = models.OneToOneField(Cloud, models.CASCADE, null=True, related_name="strategy_options")
    storage_apply_type = models.CharField(max_length=32, blank=True)
    worker_apply_type = models.CharField(max_length=32, blank=True)
    max_parallel_workers = models.IntegerField(null=True)
    alarm_restriction_type = models.CharField(max_length=32, blank=True)
    default_instance_action = models.CharField(max_length=32, blank=True)
    observed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["controller"], condition=Q(cloud=None), name="options_one_default")
        ]
