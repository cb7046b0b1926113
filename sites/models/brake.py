"""The brake: while it is on, nothing is written to any System Controller, or to sites of one region."""

from django.db import models


class Brake(models.Model):
    """One row for the fleet (`region` empty), made by a migration, and one for each region it was ever pulled for."""

    region = models.CharField(max_length=64, unique=True, blank=True)
    on = models.BooleanField(default=False)
    reason = models.CharField(max_length=255, blank=True)
    changed_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["region"]

    def __str__(self) -> str:
        return self.region or "the whole fleet"
