"""Storage as sysinv lists it, Ceph's own word, and the badge that follows."""

import pytest

from alarms import ingest as alarms_ingest
from ceph import ingest
from ceph.models import CephCluster, Osd
from events.models import Event
from sites.choices import Badge
from sites.ingest import record_subclouds
from sites.models import Cloud, FacetState
from starlingx import records
from tests.observed import NOW, alarm, backend, ceph_health, controller, later, osd, subcloud

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    record_subclouds(controller().pk, [subcloud()], requested_at=NOW, lease_token=1, now=NOW)
    found = Cloud.objects.get(kind="subcloud")
    stands(found)
    Event.objects.all().delete()
    return found


def stands(cloud: Cloud, *alarms: records.Alarm, at: float = 0) -> None:
    snapshot = alarms_ingest.AlarmSnapshot(cloud.pk, later(at), alarms)
    alarms_ingest.record([snapshot], lease_token=1, now=later(at))
    ingest.derive([cloud.pk], now=later(at))


def take(cloud: Cloud, *backends: records.StorageBackend, osds: int = 1, at: float = 0) -> None:
    snapshot = ingest.StorageSnapshot(
        cloud.pk, later(at), backends, osds=[osd(n) for n in range(osds)], hostnames={"uuid-of-controller-0": "c-0"}
    )
    ingest.record([snapshot], lease_token=1, now=later(at))


def measure(cloud: Cloud, *clusters: records.CephHealth, at: float = 0) -> None:
    ingest.record_health([ingest.HealthSnapshot(cloud.pk, later(at), clusters)], lease_token=1, now=later(at))


def badge(cloud: Cloud) -> tuple[str, str]:
    cloud.refresh_from_db()
    return cloud.ceph_status, cloud.ceph_source


def test_a_configured_backend_without_alarms_is_inferred_well(cloud: Cloud) -> None:
    take(cloud, backend())
    assert badge(cloud) == (Badge.OK, "inferred")
    assert [event.data for event in Event.objects.all()] == [{"status": "ok", "source": "inferred"}]
    assert Osd.objects.get().hostname == "c-0"


def test_no_ceph_backend_is_none(cloud: Cloud) -> None:
    take(cloud, backend("lvm"))
    assert badge(cloud) == (Badge.NONE, "")


def test_an_alarm_and_its_end(cloud: Cloud) -> None:
    take(cloud, backend())
    stands(cloud, alarm("800.010", "cluster=1.peergroup=group-0", severity="critical"), at=5)
    assert badge(cloud) == (Badge.ERROR, "alarm")
    stands(cloud, at=10)
    assert badge(cloud) == (Badge.OK, "inferred")


def test_what_ceph_says_itself_counts(cloud: Cloud) -> None:
    take(cloud, backend())
    measure(cloud, ceph_health("HEALTH_WARN", OSD_DOWN="1 osds down"), at=5)
    assert badge(cloud) == (Badge.WARN, "measured")
    row = CephCluster.objects.get()
    assert row.health_checks == {"OSD_DOWN": {"severity": "HEALTH_WARN", "message": "1 osds down"}}
    take(cloud, backend(), at=6)
    assert CephCluster.objects.get().health == "HEALTH_WARN", "the inventory does not touch what was measured"


def test_an_alarm_after_the_measurement_counts_too(cloud: Cloud) -> None:
    take(cloud, backend())
    measure(cloud, ceph_health("HEALTH_OK"), at=5)
    stands(cloud, alarm("800.001", "cluster=1", severity="critical"), at=10)
    assert badge(cloud) == (Badge.ERROR, "alarm")


def test_a_stale_measurement_does_not_look_live(cloud: Cloud) -> None:
    take(cloud, backend())
    measure(cloud, ceph_health("HEALTH_ERR"), at=5)
    ingest.derive([cloud.pk], now=later(86_400))
    assert badge(cloud) == (Badge.OK, "inferred")


def test_no_cluster_is_no_measurement(cloud: Cloud) -> None:
    take(cloud, backend("ceph"))
    measure(cloud)
    assert not FacetState.objects.filter(facet="ceph_health").exists()
    assert badge(cloud) == (Badge.OK, "inferred")


def test_osds_come_and_go(cloud: Cloud) -> None:
    take(cloud, backend(), osds=3)
    take(cloud, backend(), osds=1, at=1)
    assert Osd.objects.count() == 1
