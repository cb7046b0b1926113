"""Inventory looks on their way to the database: what follows from a part does not depend on its neighbours' parts."""

from typing import Any

import pytest

from alarms import ingest as alarms_ingest
from collector import store_inventory
from collector.inventory_looks import InventoryLook
from collector.site import Site
from hosts.ingest import HostSnapshot
from network.ingest import NetworkSnapshot
from network.models import Port
from sites.choices import Facet
from sites.models import Cloud
from starlingx.errors import Unexpected
from tests.observed import NOW, controller, host, interface, later, port, role

pytestmark = pytest.mark.django_db
TOKEN = 0
PORT = "enp3s0f0"


def look(cloud: Cloud, at: float, hosts: HostSnapshot, **more: Any) -> InventoryLook:
    return InventoryLook(Site(cloud.pk, cloud.dcmanager_id, cloud.name), later(at), hosts=hosts, **more)


def whole(cloud: Cloud, at: float) -> InventoryLook:
    network = NetworkSnapshot(cloud.pk, later(at), [port(PORT)], [interface(PORT)], [role(PORT, "oam")])
    return look(cloud, at, HostSnapshot(cloud.pk, later(at), [host()]), network=network)


def half(cloud: Cloud, at: float) -> InventoryLook:
    """The host is out of service now, and the list of ports was of no use."""
    locked = host(administrative="locked", operational="disabled", availability="online")
    failures = {Facet.PORTS: Unexpected("no list")}
    return look(cloud, at, HostSnapshot(cloud.pk, later(at), [locked]), failures=failures)


def test_links_follow_a_host_whose_ports_could_not_be_read() -> None:
    home = controller()
    near, far = (
        Cloud.objects.create(controller=home, kind="subcloud", dcmanager_id=number, name=f"edge-{number}")
        for number in (1, 2)
    )
    alarms_ingest.record(
        [alarms_ingest.AlarmSnapshot(cloud.pk, NOW, []) for cloud in (near, far)], lease_token=TOKEN, now=NOW
    )
    store_inventory.store([whole(near, 0), whole(far, 0)], TOKEN)
    assert set(Port.objects.values_list("link_state", flat=True)) == {"up"}
    store_inventory.store([half(near, 1), whole(far, 1)], TOKEN)
    assert Port.objects.get(cloud=far).link_state == "up"
    assert Port.objects.get(cloud=near).link_state == "unknown"
