"""Templates of sites: what all sites of one type have in common."""

from django.db import models


class SiteTemplate(models.Model):
    """YAML with placeholders `${column}` for the facts of a site. Secrets are refused: they are given for each run."""

    name = models.CharField(max_length=64, unique=True)
    description = models.CharField(max_length=255, blank=True)
    bootstrap_values = models.TextField()
    install_values = models.TextField(blank=True)
    deploy_config = models.TextField(blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
