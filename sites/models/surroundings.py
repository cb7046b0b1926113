"""What people know of a site and StarlingX does not: labels, the link it hangs on, its ring and its neighbours."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sites.models.clouds import Cloud


class Surroundings(models.Model):
    """Campaigns never take both sites of a ring, two neighbours, or too many of one link at once."""

    cloud = models.OneToOneField(Cloud, models.CASCADE, primary_key=True, related_name="surroundings")
    labels = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    wan_link = models.CharField(max_length=64, blank=True)
    ring = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["ring"], name="surroundings_by_ring")]


class Neighbours(models.Model):
    """Two sites that cover for each other. `first` has the smaller id."""

    first = models.ForeignKey(Cloud, models.CASCADE, related_name="+")
    second = models.ForeignKey(Cloud, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="neighbours_unique"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="neighbours_in_order"),
        ]
