"""Where a cloud's Ceph state comes from (starlingx-platform §2.9, §8.4)."""

from django.db.models import TextChoices


class Flavour(TextChoices):
    UNKNOWN = "", "not read yet"
    NONE = "none", "no Ceph"
    BARE_METAL = "ceph", "bare-metal Ceph"
    ROOK = "ceph-rook", "Rook Ceph"
    EXTERNAL = "ceph-external", "external Ceph"


class CephSource(TextChoices):
    NONE = "", "nothing known"
    MEASURED = "measured", "CephCluster resource"
    ALARM = "alarm", "FM alarm"
    BACKEND = "backend", "storage backend state"
    INFERRED = "inferred", "no alarm, backend configured"
