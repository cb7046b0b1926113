"""Hosts and disks as sysinv lists them."""

import pytest

from events.models import Event
from hosts import ingest
from hosts.models import Disk, Host
from sites.ingest import record_subclouds
from sites.models import Cloud
from starlingx import records
from tests.observed import NOW, controller, disk, host, later, subcloud

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    record_subclouds(controller().pk, [subcloud()], requested_at=NOW, lease_token=1, now=NOW)
    Event.objects.all().delete()
    return Cloud.objects.get(kind="subcloud")


def take(cloud: Cloud, *hosts: records.Host, at: float = 0, disks: list[records.Disk] | None = None) -> None:
    ingest.record([ingest.HostSnapshot(cloud.pk, later(at), hosts, disks)], lease_token=1, now=later(at))


def test_hosts_are_counted_and_the_first_list_is_no_news(cloud: Cloud) -> None:
    take(cloud, host("controller-0"), host("controller-1", availability="degraded"), disks=[disk()])
    cloud.refresh_from_db()
    assert (cloud.hosts_total, cloud.hosts_ok) == (2, 1)
    assert Disk.objects.get().host.hostname == "controller-0"
    assert not Event.objects.exists()


def test_a_change_is_told_and_mere_uptime_is_not(cloud: Cloud) -> None:
    take(cloud, host())
    take(cloud, host(uptime=7200), at=1)
    assert not Event.objects.exists()
    row = Host.objects.get()
    assert (row.uptime_seconds, row.changed_at) == (7200, NOW)
    take(cloud, host(availability="degraded"), at=2)
    assert [event.data for event in Event.objects.all()] == [
        {"fields": {"availability": "degraded", "status": "degraded"}}
    ]


def test_a_host_that_vanished_goes_with_what_hangs_on_it(cloud: Cloud) -> None:
    take(cloud, host("controller-0"), host("controller-1"), disks=[disk(of="controller-0"), disk(of="controller-1")])
    take(cloud, host("controller-0"), at=1)
    assert [row.hostname for row in Host.objects.all()] == ["controller-0"]
    assert Disk.objects.count() == 1
    assert Event.objects.get().data == {"fields": {"removed": True}}


def test_a_look_without_disks_keeps_them(cloud: Cloud) -> None:
    take(cloud, host(), disks=[disk()])
    take(cloud, host(), at=1)
    assert Disk.objects.count() == 1
    take(cloud, host(), at=2, disks=[])
    assert Disk.objects.count() == 0


def test_a_disk_of_an_unlisted_host_is_left_out(cloud: Cloud) -> None:
    take(cloud, host(), disks=[disk(of="storage-7")])
    assert not Disk.objects.exists()
