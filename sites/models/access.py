"""Which clouds somebody may see, and the tokens automation signs in with."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sites.models.clouds import SubcloudGroup
from sites.models.controllers import Controller


class ScopeGrant(models.Model):
    """The whole fleet, a controller, a subcloud group or a region. A user sees the union; without grants, nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="scope_grants")
    fleet = models.BooleanField(default=False)
    controller = models.ForeignKey(Controller, models.CASCADE, null=True, blank=True)
    group = models.ForeignKey(SubcloudGroup, models.CASCADE, null=True, blank=True)
    region = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="scope_grant_names_one_thing",
                condition=(
                    Q(fleet=True, controller=None, group=None, region="")
                    | Q(fleet=False, controller__isnull=False, group=None, region="")
                    | Q(fleet=False, controller=None, group__isnull=False, region="")
                    | (Q(fleet=False, controller=None, group=None) & ~Q(region=""))
                ),
            )
        ]


class ApiToken(models.Model):
    """A bearer token. Only its SHA-256 is kept; `prefix` lets people recognise it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=64)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
