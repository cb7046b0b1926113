"""From outcomes of looks to rows: each function is one transaction, run in the writer's thread."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alarms import ingest as alarms_ingest
from alarms.ingest import Change
from ceph import ingest as ceph_ingest
from ceph.health import CEPH_ALARMS
from collector.outcomes import AlarmsLook
from network import ingest as network_ingest
from network.links import PORT_ALARMS
from sites import ingest as sites_ingest
from sites.choices import Contact, Facet
from sites.ingest import ContactResult, FailedLook, Look, Progress, RecordedSubclouds, ServiceLook
from starlingx.records import Subcloud


@dataclass(slots=True)
class StoredAlarms:
    """What came of a batch: clouds whose list is stored, changes in lists that were not the first, contacts."""

    stored: frozenset[int] = frozenset()
    changes: list[Change] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    found: list[int] = field(default_factory=list)  # reached, and the portal did not know or thought otherwise
    returned: list[int] = field(default_factory=list)  # those of them that were out of reach before


def store_alarms(looks: Sequence[AlarmsLook], lease_token: int) -> StoredAlarms:
    """Alarm lists, their ages, failures, contacts, and what follows from alarms: links and Ceph of those clouds."""
    now = timezone.now()
    result = StoredAlarms()
    with transaction.atomic():
        snapshots = [look.snapshot for look in looks if look.snapshot is not None]
        if snapshots:
            recorded = alarms_ingest.record(snapshots, lease_token=lease_token, now=now)
            result.stored = recorded.admitted
            result.changes = recorded.changes
            _derive(recorded, now)
        unchanged = [Look(each.site.cloud_id, each.requested_at) for each in looks if each.unchanged]
        sites_ingest.admit(Facet.ALARMS, unchanged, source=alarms_ingest.SOURCE, lease_token=lease_token, now=now)
        failures = [FailedLook(each.site.cloud_id, each.requested_at, each.error) for each in looks if each.error]
        sites_ingest.failed(Facet.ALARMS, failures, lease_token=lease_token, now=now)
        turned = sites_ingest.record_contact(_contacts(looks), lease_token=lease_token, now=now)
        result.lost = [pk for pk, (_, contact) in turned.items() if contact == Contact.UNREACHABLE]
        result.found = [pk for pk, (_, contact) in turned.items() if contact == Contact.REACHABLE]
        result.returned = [pk for pk in result.found if turned[pk][0] == Contact.UNREACHABLE]
    return result


def _derive(recorded: alarms_ingest.Recorded, now: datetime) -> None:
    """Links and Ceph follow from alarms: derive them anew where such an alarm changed, or was read the first time."""
    ports = {change.cloud_id for change in recorded.changes if change.alarm_id in PORT_ALARMS}
    storage = {change.cloud_id for change in recorded.changes if change.alarm_id in CEPH_ALARMS}
    if ports | recorded.first:
        network_ingest.derive(ports | recorded.first, now=now)
    if storage | recorded.first:
        ceph_ingest.derive(storage | recorded.first, now=now)


def store_subclouds(
    controller_id: int,
    subclouds: Sequence[Subcloud],
    changed: Collection[int] | None,
    requested_at: datetime,
    lease_token: int,
) -> RecordedSubclouds | None:
    """The complete list, in batches; of subclouds that left the fleet nothing stands from that moment on."""
    return sites_ingest.record_subclouds(
        controller_id,
        subclouds,
        changed=changed,
        forget=alarms_ingest.forget,
        requested_at=requested_at,
        lease_token=lease_token,
        now=timezone.now(),
    )


def store_beat(controller_id: int, collector: str, progress: Progress, looks: Sequence[ServiceLook]) -> None:
    """How far the collector is with a controller, and how its services answered."""
    now = timezone.now()
    sites_ingest.record_beat(controller_id, collector, progress, now=now)
    if looks:
        sites_ingest.record_services(controller_id, looks, now=now)


def _contacts(looks: Sequence[AlarmsLook]) -> list[ContactResult]:
    return [
        ContactResult(look.site.cloud_id, look.requested_at, look.reached, look.clock if look.reached else look.error)
        for look in looks
        if look.reached is not None
    ]
