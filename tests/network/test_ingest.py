"""Ports, interfaces and the links derived from them, alarms and measurements."""

from typing import Any

import pytest

from alarms import ingest as alarms_ingest
from events.models import Event
from hosts import ingest as hosts_ingest
from network import ingest
from network.models import Interface, Port
from sites.choices import NicStatus
from sites.ingest import record_subclouds
from sites.models import Cloud, StatusSpan
from starlingx import records
from tests.observed import NOW, alarm, controller, host, interface, later, links, neighbour, port, role, subcloud

pytestmark = pytest.mark.django_db

OAM = (port("enp3s0f0"), interface("enp3s0f0"), role("enp3s0f0", "oam"))
SRIOV = (port("enp4s0f0"), interface("enp4s0f0", ifclass="pci-sriov", used_by=[]))


@pytest.fixture
def cloud() -> Cloud:
    """Its host is in service, and nothing stands there."""
    record_subclouds(controller().pk, [subcloud()], requested_at=NOW, lease_token=1, now=NOW)
    found = Cloud.objects.get(kind="subcloud")
    hosts_ingest.record([hosts_ingest.HostSnapshot(found.pk, NOW, [host()])], lease_token=1, now=NOW)
    stands(found)
    Event.objects.all().delete()
    return found


def stands(cloud: Cloud, *alarms: records.Alarm, at: float = 0) -> None:
    snapshot = alarms_ingest.AlarmSnapshot(cloud.pk, later(at), alarms)
    alarms_ingest.record([snapshot], lease_token=1, now=later(at))
    ingest.derive([cloud.pk], now=later(at))


def take(cloud: Cloud, ports: Any = (OAM[0], SRIOV[0]), *, at: float = 0, heard: Any = ()) -> None:
    snapshot = ingest.NetworkSnapshot(cloud.pk, later(at), ports, [OAM[1], SRIOV[1]], [OAM[2]], neighbours=heard)
    ingest.record([snapshot], lease_token=1, now=later(at))


def measure(cloud: Cloud, found: records.NicLinkList | None, at: float = 0) -> None:
    ingest.record_links([ingest.LinkSnapshot(cloud.pk, later(at), found)], lease_token=1, now=later(at))


def state(name: str) -> tuple[str, str]:
    row = Port.objects.get(name=name)
    return row.link_state, row.link_evidence


def test_the_first_list_tells_the_badge_only(cloud: Cloud) -> None:
    take(cloud, heard=[neighbour("enp3s0f0", "leaf-1")])
    assert (state("enp3s0f0"), state("enp4s0f0")) == (("up", "inferred"), ("unknown", "none"))
    cloud.refresh_from_db()
    assert (cloud.nic_status, cloud.ports_up, cloud.ports_unknown) == (NicStatus.PARTLY, 1, 1)
    assert [event.kind for event in Event.objects.all()] == ["cloud.nic"]
    assert Port.objects.get(name="enp3s0f0").neighbour_system == "leaf-1"
    assert Interface.objects.get(ifname="enp3s0f0").roles == ["oam"]


def test_an_alarm_takes_the_link_down_and_its_end_brings_it_back(cloud: Cloud) -> None:
    take(cloud)
    Event.objects.all().delete()
    stands(cloud, alarm("100.106", f"host=controller-0.port={OAM[0].uuid}"), at=5)
    assert state("enp3s0f0") == ("down", "alarm")
    cloud.refresh_from_db()
    assert cloud.nic_status == NicStatus.ERROR
    told = {event.kind: event.data for event in Event.objects.all()}
    assert told["port.changed"] == {"host": "controller-0", "name": "enp3s0f0", "link_state": "down"}
    assert told["cloud.nic"]["down"] == 1
    assert Port.objects.get(name="enp3s0f0").link_changed_at == later(5)
    stands(cloud, at=10)
    assert state("enp3s0f0") == ("up", "inferred")
    spans = list(StatusSpan.objects.filter(field="nic").order_by("began_at").values_list("value", flat=True))
    assert spans == ["partly", "error", "partly"]


def test_measurements_decide_where_fm_is_blind(cloud: Cloud) -> None:
    take(cloud)
    measure(cloud, links("enp3s0f0"))
    assert (state("enp3s0f0"), state("enp4s0f0")) == (("up", "measured"), ("down", "measured"))
    measure(cloud, links("enp3s0f0", "enp4s0f0"), at=1)
    assert state("enp4s0f0") == ("up", "measured")
    measure(cloud, None, at=2)
    assert state("enp4s0f0") == ("unknown", "none"), "the exporter was removed"


def test_an_exporter_on_another_host_says_nothing_of_this_one(cloud: Cloud) -> None:
    take(cloud)
    measure(cloud, links(nodes=("controller-1",)))
    assert state("enp4s0f0") == ("unknown", "none")


def test_a_port_given_to_dpdk_is_not_called_down(cloud: Cloud) -> None:
    take(cloud, (OAM[0], port("enp4s0f0", driver="vfio-pci")))
    measure(cloud, links("enp3s0f0"))
    assert state("enp4s0f0") == ("unknown", "none")


def test_an_old_measurement_is_none(cloud: Cloud) -> None:
    take(cloud)
    measure(cloud, links("enp3s0f0"))
    ingest.derive([cloud.pk], now=later(86_400))
    assert state("enp4s0f0") == ("unknown", "none")


def test_a_locked_host_is_not_inferred_up(cloud: Cloud) -> None:
    take(cloud)
    locked = host(administrative="locked", operational="disabled", availability="online")
    hosts_ingest.record([hosts_ingest.HostSnapshot(cloud.pk, later(1), [locked])], lease_token=1, now=later(1))
    ingest.derive([cloud.pk], now=later(1))
    assert state("enp3s0f0") == ("unknown", "none")


def test_ports_and_interfaces_vanish(cloud: Cloud) -> None:
    take(cloud)
    snapshot = ingest.NetworkSnapshot(cloud.pk, later(1), [OAM[0]], [OAM[1]], [OAM[2]])
    ingest.record([snapshot], lease_token=1, now=later(1))
    assert [row.name for row in Port.objects.all()] == ["enp3s0f0"]
    assert Interface.objects.count() == 1


def test_nothing_new_changes_no_row(cloud: Cloud) -> None:
    take(cloud)
    before = list(Port.objects.order_by("id").values())
    Event.objects.all().delete()
    take(cloud, at=5)
    assert list(Port.objects.order_by("id").values()) == before
    assert not Event.objects.exists()


def test_clouds_whose_ports_were_never_read_stay_unknown(cloud: Cloud) -> None:
    ingest.derive([cloud.pk], now=NOW)
    cloud.refresh_from_db()
    assert (cloud.nic_status, cloud.ports_up) == (NicStatus.UNKNOWN, None)
