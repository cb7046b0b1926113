"""Every fact on a page has an age: the alarm list, the panel beside the map, certificates, mode and position."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from alarms.models import Alarm
from sites.models import Certificate, Cloud, FacetState
from tests.sites.world import World


@pytest.fixture
def alarmed(world: World) -> World:
    for cloud in (world.clouds[0], world.clouds[2]):
        times = {"raised_at": world.now, "first_seen_at": world.now, "changed_at": world.now}
        Alarm.objects.create(
            cloud=cloud, alarm_id="100.101", entity_instance_id="host=a", severity=4, severity_word="major", **times
        )
    FacetState.objects.filter(cloud=world.clouds[2]).update(observed_at=world.now - timedelta(days=1))
    return world


def test_each_alarm_in_the_list_has_the_age_of_its_reading(fleet_client: Client, alarmed: World) -> None:
    rows = re.findall(r"<tr data-severity.*?</tr>", fleet_client.get("/alarms/").content.decode(), re.S)
    assert sorted(("data-age" in row, 'class="age stale"' in row) for row in rows) == [(True, False), (True, True)]


def test_the_panel_beside_the_map_dates_each_fact(fleet_client: Client, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(ceph_source="measured", ceph_status="ok")
    FacetState.objects.filter(cloud=world.clouds[0], facet="ceph_health").update(
        observed_at=world.now - timedelta(days=1)
    )
    text = fleet_client.get(f"/subclouds/{world.clouds[0].pk}/panel").content.decode()
    facets = dict(re.findall(r"<dt>(\w+)</dt><dd[^>]*>(?:(?!</dd>).)*?data-facet=\"(\w+)\"", text, re.S))
    assert facets == {
        "State": "subcloud", "Ceph": "ceph_health", "NIC": "ports", "Hosts": "hosts", "Release": "subcloud",
    }  # fmt: skip
    assert '<dt>Ceph</dt><dd class="stale">' in text


def test_certificates_and_system_have_the_age_of_their_reading(fleet_client: Client, world: World) -> None:
    Certificate.objects.create(cloud=world.centrals[0], uuid="c", certtype="ssl", expires_at=world.now)
    FacetState.objects.filter(facet="system").update(error="503 of sysinv", attempted_at=world.now)
    for path, where in (
        (f"/controllers/{world.controllers[0].pk}/", 'id="certificates"'),
        (f"/subclouds/{world.clouds[0].pk}/", 'id="cloud-software-'),
    ):
        text = fleet_client.get(path).content.decode()
        card = text[text.index(where) :].split("</section>")[0]
        assert 'data-facet="system"' in card, path
        assert "503 of sysinv" in card, path
        assert "last try failed" in card, path
