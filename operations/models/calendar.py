"""When sites may be worked on: saved maintenance windows, and the freeze calendar that no campaign overlooks."""

from django.db import models


class MaintenanceWindow(models.Model):
    """A window people can choose by name; a campaign copies the rule, so that a later change is none of its plan."""

    name = models.CharField(max_length=64, unique=True)
    weekdays = models.JSONField(default=list, help_text="0 is Monday")
    start = models.TimeField()
    end = models.TimeField(null=True, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FreezeSpan(models.Model):
    """From the beginning of `first` to the end of `last` no site of `region` starts ("": none at all).

    `zone`: an IANA name; "" means each site's own. Asked anew before every start.
    """

    name = models.CharField(max_length=64)
    first = models.DateField()
    last = models.DateField()
    region = models.CharField(max_length=64, blank=True)
    zone = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["first", "name"]

    def __str__(self) -> str:
        return self.name
