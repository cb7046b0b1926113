"""The fused host state worn on tiles and lists (starlingx-platform §2.3)."""

from django.db.models import TextChoices


class HostStatus(TextChoices):
    OK = "ok", "available"
    DEGRADED = "degraded", "degraded"
    DOWN = "down", "down"
    LOCKED = "locked", "locked"
    TRANSITION = "transition", "changing"
    UNKNOWN = "unknown", "unknown"
