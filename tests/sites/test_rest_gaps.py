"""REST of what pages show: the central cloud, the collector's lag, the history of states, and filters by age."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from alarms.models import Alarm
from hosts.models import Host
from network.models import Port
from sites import spans
from sites.choices import SpanField
from sites.models import Certificate, Cloud, CollectorBeat, FacetState
from tests.sites.world import World


def test_a_controller_tells_of_its_own_cloud(api: Client, narrow_api: Client, world: World) -> None:
    Cloud.objects.filter(pk=world.centrals[0].pk).update(severity=5, hosts_total=2, hosts_ok=1)
    Certificate.objects.create(cloud=world.centrals[0], uuid="c", certtype="ssl", expires_at=world.now)
    path = f"/api/v1/controllers/{world.controllers[0].pk}/"
    cloud = api.get(path).json()["cloud"]
    assert (cloud["id"], cloud["severity"], cloud["hosts_ok"], cloud["stale"]) == (
        world.centrals[0].pk,
        "critical",
        1,
        False,
    )
    assert {facet["facet"] for facet in cloud["facets"]} >= {"alarms", "hosts", "system"}
    assert [certificate["certtype"] for certificate in cloud["certificates"]] == ["ssl"]
    assert narrow_api.get(path).json()["cloud"] is None


def test_a_controller_tells_how_far_its_collector_is(api: Client, world: World) -> None:
    path = f"/api/v1/controllers/{world.controllers[0].pk}/"
    assert api.get(path).json()["collector"] is None
    CollectorBeat.objects.create(
        controller=world.controllers[0], collector="c", beat_at=world.now, t1_due=7, breaker_open_until=world.now
    )
    told = api.get(path).json()["collector"]
    assert (told["t1_due"], told["t0_at"]) == (7, None)
    assert told["breaker_open_until"]
    assert api.get("/api/v1/controllers/").json()["results"][0]["collector"]["t1_due"] == 7


def at(world: World, minutes: float) -> str:
    return (world.now - timedelta(minutes=minutes)).isoformat()


def test_the_history_of_a_subcloud(api: Client, narrow_api: Client, world: World) -> None:
    cloud = world.clouds[0].pk
    for minutes, word in ((60, "online"), (30, "offline"), (10, "online")):
        spans.record([(cloud, SpanField.AVAILABILITY, word)], world.now - timedelta(minutes=minutes))
    spans.record([(cloud, SpanField.SYNC, "in-sync")], world.now - timedelta(minutes=60))
    path = f"/api/v1/subclouds/{cloud}/history/"

    def values(**query: Any) -> list[str]:
        return [row["value"] for row in api.get(path, query).json()["results"]]

    assert values(field="availability") == ["online", "offline", "online"]
    assert values(at=at(world, 20), sort="id") == ["offline", "in-sync"]
    assert values(field="availability", since=at(world, 20)) == ["online", "offline"]
    assert values(field="availability", until=at(world, 20)) == ["offline", "online"]
    assert api.get(path, {"limit": 1}).json()["next"]
    assert narrow_api.get(path).status_code == 200
    for client, pk in ((narrow_api, world.clouds[2].pk), (api, 999_999), (api, world.centrals[0].pk)):
        assert client.get(f"/api/v1/subclouds/{pk}/history/").status_code == 404


@pytest.mark.parametrize(("what", "facet"), [("alarms", "alarms"), ("hosts", "hosts"), ("ports", "alarms")])
def test_lists_can_be_filtered_by_age(what: str, facet: str, api: Client, world: World) -> None:
    times = {"raised_at": world.now, "first_seen_at": world.now, "changed_at": world.now}
    for cloud in world.clouds[:2]:
        Alarm.objects.create(
            cloud=cloud, alarm_id="1", entity_instance_id="a", severity=4, severity_word="major", **times
        )
        host = Host.objects.create(cloud=cloud, hostname="controller-0", uuid="h", changed_at=world.now)
        Port.objects.create(cloud=cloud, host=host, uuid="p", name="eth0")
    FacetState.objects.filter(cloud=world.clouds[1], facet=facet).update(observed_at=world.now - timedelta(days=1))
    for value, name in (("true", "edge-1"), ("false", "edge-0")):
        rows = api.get(f"/api/v1/{what}/?stale={value}").json()["results"]
        assert [(row["cloud_name"], row["stale"]) for row in rows] == [(name, value == "true")]
    assert api.get(f"/api/v1/{what}/?stale=maybe").status_code == 400


def test_subclouds_by_mode_and_by_the_age_of_dcmanagers_words(api: Client, fleet_client: Client, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(system_mode="simplex")
    FacetState.objects.filter(cloud=world.clouds[1], facet="subcloud").update(
        observed_at=world.now - timedelta(minutes=4)
    )
    for query, name in (("system_mode=simplex", "edge-0"), ("dcmanager_stale=true", "edge-1")):
        rows = api.get(f"/api/v1/subclouds/?{query}").json()["results"]
        assert [row["name"] for row in rows] == [name]
        page = fleet_client.get(f"/subclouds/?{query}")
        assert page.context["total"] == 1
