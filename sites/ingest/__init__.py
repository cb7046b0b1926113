"""What the fleet tells about clouds, written into rows. The collector is the only caller."""

from sites.ingest.clouds import (
    RecordedSubclouds,
    ensure_central,
    oam_ips,
    record_oam_ip,
    record_subclouds,
    region_names,
    standing,
    unmanaged,
)
from sites.ingest.contact import ContactResult, record_contact
from sites.ingest.controllers import Progress, ServiceLook, record_beat, record_services
from sites.ingest.counts import record_counts
from sites.ingest.facets import Admitted, FailedLook, Look, admit, failed
from sites.ingest.groups import PORTAL_MADE, made_groups, record_groups, record_made_group
from sites.ingest.kubernetes import (
    HealthSnapshot,
    KubernetesSnapshot,
    record_health_answers,
    record_kubernetes,
)
from sites.ingest.software import ReleaseSnapshot, record_certificates, record_releases
from sites.ingest.systems import ManagementNetwork, SystemSnapshot, record_systems
from sites.places import Place, cloud_event, event, places

__all__ = [
    "PORTAL_MADE",
    "Admitted",
    "ContactResult",
    "FailedLook",
    "HealthSnapshot",
    "KubernetesSnapshot",
    "Look",
    "ManagementNetwork",
    "Place",
    "Progress",
    "RecordedSubclouds",
    "ReleaseSnapshot",
    "ServiceLook",
    "SystemSnapshot",
    "admit",
    "cloud_event",
    "ensure_central",
    "event",
    "failed",
    "made_groups",
    "oam_ips",
    "places",
    "record_beat",
    "record_certificates",
    "record_contact",
    "record_counts",
    "record_groups",
    "record_health_answers",
    "record_kubernetes",
    "record_made_group",
    "record_oam_ip",
    "record_releases",
    "record_services",
    "record_subclouds",
    "record_systems",
    "region_names",
    "standing",
    "unmanaged",
]
