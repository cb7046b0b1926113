"""What the fleet tells about storage, written into rows; the badge is derived from it. Only the collector calls."""

from ceph.ingest.derive import derive
from ceph.ingest.inventory import StorageSnapshot, record
from ceph.ingest.measured import HealthSnapshot, doubt, record_health

__all__ = ["HealthSnapshot", "StorageSnapshot", "derive", "doubt", "record", "record_health"]
