"""Measured health that is not measured any more does not stay green until the next inventory."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from alarms import ingest as alarms_ingest
from ceph import ingest as ceph_ingest
from ceph.ingest import HealthSnapshot, StorageSnapshot
from ceph.models import CephCluster
from collector.health_desk import HealthLook, store
from collector.site import Site
from hosts import ingest as hosts_ingest
from hosts.ingest import HostSnapshot
from network import ingest as network_ingest
from network.ingest import LinkSnapshot, NetworkSnapshot
from network.models import Port
from sites.choices import Facet
from sites.models import Cloud, FacetState
from tests.observed import backend, ceph_health, controller, host, interface, links, port

pytestmark = pytest.mark.django_db
NIC = "enp3s0f0"  # of an SR-IOV interface: nothing but the exporter tells of it


@pytest.fixture
def cloud() -> Cloud:
    """Ceph and a port of it were measured well just now."""
    made = Cloud.objects.create(controller=controller(), kind="subcloud", dcmanager_id=1, name="edge")
    at = timezone.now()
    alarms_ingest.record([alarms_ingest.AlarmSnapshot(made.pk, at, [])], lease_token=0, now=at)
    hosts_ingest.record([HostSnapshot(made.pk, at, [host()])], lease_token=0, now=at)
    network = NetworkSnapshot(made.pk, at, [port(NIC)], [interface(NIC, ifclass="pci-sriov")])
    network_ingest.record([network], lease_token=0, now=at)
    ceph_ingest.record([StorageSnapshot(made.pk, at, [backend()])], lease_token=0, now=at)
    healthy = ceph_health("HEALTH_OK", at=at)
    store([look(made, at, HealthSnapshot(made.pk, at, [healthy]), LinkSnapshot(made.pk, at, links(NIC)))], 0)
    assert shown(made) == ("HEALTH_OK", "measured", "up", "measured")
    return made


def look(cloud: Cloud, at: datetime, ceph: HealthSnapshot | str, told: LinkSnapshot | str) -> HealthLook:
    return HealthLook(Site(cloud.pk, cloud.dcmanager_id, cloud.name), at, ceph, told)


def shown(cloud: Cloud) -> tuple[str, str, str, str]:
    cluster, nic = CephCluster.objects.get(cloud=cloud), Port.objects.get(cloud=cloud)
    return cluster.health, cluster.source, nic.link_state, nic.link_evidence


def age(cloud: Cloud, seconds: float) -> None:
    measured = FacetState.objects.filter(cloud=cloud, facet__in=(Facet.CEPH_HEALTH, Facet.NIC_LINKS))
    measured.update(observed_at=timezone.now() - timedelta(seconds=seconds))


def test_one_failure_ends_nothing_while_the_measurement_is_young(cloud: Cloud) -> None:
    store([look(cloud, timezone.now(), "refused", "refused")], 0)
    assert shown(cloud)[1:] == ("measured", "up", "measured")


def test_a_failure_after_the_measurement_went_stale_ends_it(cloud: Cloud) -> None:
    age(cloud, 7200)
    store([look(cloud, timezone.now(), "refused", "refused")], 0)
    assert shown(cloud)[1:] == ("inferred", "unknown", "none")
    cloud.refresh_from_db()
    assert (cloud.ceph_source, cloud.nic_status) == ("inferred", "unknown")


def test_a_ceph_cluster_that_is_gone_is_not_measured(cloud: Cloud) -> None:
    at = timezone.now()
    store([look(cloud, at, HealthSnapshot(cloud.pk, at, []), LinkSnapshot(cloud.pk, at, links(NIC)))], 0)
    assert shown(cloud) == ("", "inferred", "up", "measured")
    row = CephCluster.objects.get(cloud=cloud)
    assert (row.health_checks, row.health_checked_at, row.bytes_total) == ({}, None, None)


def test_an_older_answer_without_a_cluster_takes_nothing_away(cloud: Cloud) -> None:
    at = timezone.now() - timedelta(seconds=60)
    store([look(cloud, at, HealthSnapshot(cloud.pk, at, []), "refused")], 0)
    assert shown(cloud)[:2] == ("HEALTH_OK", "measured")


def test_a_cloud_that_never_had_a_cluster_is_not_called_measured(cloud: Cloud) -> None:
    other = Cloud.objects.create(controller=cloud.controller, kind="subcloud", dcmanager_id=2, name="other")
    at = timezone.now()
    store([look(other, at, HealthSnapshot(other.pk, at, []), LinkSnapshot(other.pk, at, None))], 0)
    assert not FacetState.objects.filter(cloud=other).exists()
