"""Alarms of a System Controller's own cloud lead to its page, and name the subcloud they tell of."""

from typing import Any

import pytest
from django.test import Client

from alarms.models import Alarm
from alarms.naming import Named, named_in
from sites.access import EVERYTHING, Scopes
from sites.models import Cloud
from tests.sites.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def client(admin_client: Client) -> Client:
    return admin_client


def stands(cloud: Cloud, alarm_id: str, entity: str, world: World) -> Alarm:
    times = {"raised_at": world.now, "first_seen_at": world.now, "changed_at": world.now}
    facts = {"alarm_id": alarm_id, "severity": 5, "severity_word": "critical"}
    return Alarm.objects.create(cloud=cloud, entity_instance_id=entity, **facts, **times)


def test_an_alarm_of_a_central_cloud_leads_to_its_controller(client: Client, world: World) -> None:
    stands(world.centrals[0], "100.101", "host=controller-0", world)
    text = client.get("/alarms/").content.decode()
    assert f'href="/subclouds/{world.centrals[0].pk}/"' not in text
    assert f'data-href="/controllers/{world.controllers[0].pk}/"' in text


def test_what_dcmanager_says_of_a_subcloud_leads_there_too(client: Client, world: World) -> None:
    stands(world.centrals[0], "280.001", "subcloud=edge-1", world)
    stands(world.centrals[0], "280.002", "subcloud=edge-0.resource=platform", world)
    stands(world.centrals[0], "280.001", "subcloud=gone", world)
    for page in ("/alarms/", f"/controllers/{world.controllers[0].pk}/"):
        text = client.get(page).content.decode()
        assert f'<a href="/subclouds/{world.clouds[0].pk}/">edge-0</a>' in text, page
        assert f'<a href="/subclouds/{world.clouds[1].pk}/">edge-1</a>' in text, page


def test_a_name_means_a_subcloud_of_the_same_controller_and_in_scope(world: World) -> None:
    told = [
        ("280.001", "subcloud=edge-1", 0), ("280.001", "subcloud=edge-1", 1),
        ("280.002", "subcloud=edge-3.resource=load", 1), ("100.101", "subcloud=edge-1", 0),
    ]  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"id": n, "alarm_id": alarm_id, "entity_instance_id": entity, "controller": world.controllers[of].pk}
        for n, (alarm_id, entity, of) in enumerate(told, start=1)
    ]
    assert named_in(EVERYTHING, rows) == {
        1: Named(world.clouds[1].pk, "edge-1"),
        3: Named(world.clouds[3].pk, "edge-3"),
    }
    assert named_in(Scopes(controllers=frozenset({world.controllers[0].pk})), rows).keys() == {1}


def test_an_address_of_a_subcloud_that_is_central_leads_on(client: Client, world: World) -> None:
    answer = client.get(f"/subclouds/{world.centrals[0].pk}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/controllers/{world.controllers[0].pk}/")


@pytest.mark.parametrize("what", ["alarms", "hosts", "ports", "ceph"])
def test_rest_tells_the_kind_of_cloud_and_its_controller(what: str, client: Client, world: World) -> None:
    for cloud in (world.clouds[0], world.centrals[0]):
        fill(what, cloud, world)
    rows = {row["cloud_kind"]: row for row in client.get(f"/api/v1/{what}/").json()["results"]}
    edge, central = world.clouds[0], world.centrals[0]
    same = {"controller": world.controllers[0].pk, "controller_name": "central-1"}
    assert rows["subcloud"].items() >= (same | {"cloud": edge.pk, "subcloud": edge.pk, "cloud_name": "edge-0"}).items()
    assert rows["central"].items() >= (same | {"cloud": central.pk, "cloud_name": "central-1"}).items()
    assert (rows["central"]["subcloud"], rows["central"]["subcloud_name"]) == (None, None)
    only = client.get(f"/api/v1/{what}/?cloud_kind=central").json()["results"]
    assert [row["cloud"] for row in only] == [central.pk]


def fill(what: str, cloud: Cloud, world: World) -> None:
    from ceph.models import CephCluster
    from hosts.models import Host
    from network.models import Port

    if what == "alarms":
        stands(cloud, "100.101", "host=controller-0", world)
    elif what == "ceph":
        CephCluster.objects.create(cloud=cloud, changed_at=world.now)
    else:
        host = Host.objects.create(cloud=cloud, hostname="controller-0", uuid="h", changed_at=world.now)
        if what == "ports":
            Port.objects.create(cloud=cloud, host=host, uuid="p", name="eth0")
