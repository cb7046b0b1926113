"""Link state is derived, never read from sysinv, which has none (starlingx-platform §2.8)."""

from django.db.models import TextChoices


class LinkState(TextChoices):
    UP = "up", "up"
    DOWN = "down", "down"
    UNKNOWN = "unknown", "unknown"


class LinkEvidence(TextChoices):
    ALARM = "alarm", "alarm"  # an FM alarm names this port: down
    MEASURED = "measured", "measured by the exporter"
    INFERRED = "inferred", "watched by FM, no alarm, host enabled"
    NONE = "none", "nothing watches this port"
