"""Placing a cloud by hand: checked, scoped, audited, told to the stream."""

from typing import Any

import pytest
from django.test import Client

from events.models import AuditEntry, Event
from sites.models import Cloud
from tests.sites.world import World, make_user


@pytest.fixture
def engineer(world: World) -> Client:
    client = Client()
    client.force_login(make_user("engineer", "Engineer", group=world.groups[0]))
    return client


def test_position_and_region(engineer: Client, world: World) -> None:
    path = f"/subclouds/{world.clouds[0].pk}/place"
    assert engineer.get(path).status_code == 200
    answer = engineer.post(path, {"latitude": "-8.05", "longitude": "-34.9", "region": "Europe"})
    assert answer.status_code == 302
    cloud = Cloud.objects.get(pk=world.clouds[0].pk)
    assert (cloud.latitude, cloud.longitude, cloud.placed_by_hand) == (-8.05, -34.9, True)
    assert (cloud.region, cloud.region_by_hand) == ("Europe", True)
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"cloud.place", "cloud.region"}
    assert {"latitude": -8.05, "longitude": -34.9} in [event.data.get("fields") for event in Event.objects.all()]
    engineer.post(path, {"latitude": "", "longitude": "", "region": ""})
    cloud.refresh_from_db()
    assert (cloud.placed_by_hand, cloud.region_by_hand) == (False, False)


@pytest.mark.parametrize(
    "form",
    [
        {"latitude": "1"},
        {"latitude": "91", "longitude": "0"},
        {"latitude": "nan", "longitude": "0"},
        {"latitude": "0", "longitude": "inf"},
        {"region": "Atlantis"},
    ],
)
def test_what_makes_no_sense_is_refused(form: dict[str, Any], engineer: Client, world: World) -> None:
    assert engineer.post(f"/subclouds/{world.clouds[0].pk}/place", form).status_code == 400
    assert not AuditEntry.objects.exists()


def test_viewers_may_not_and_it_is_audited(narrow_client: Client, world: World) -> None:
    assert narrow_client.post(f"/subclouds/{world.clouds[0].pk}/place", {}).status_code == 403
    assert AuditEntry.objects.get().outcome == "refused"


def test_out_of_scope_does_not_exist(engineer: Client, world: World) -> None:
    assert engineer.post(f"/subclouds/{world.clouds[2].pk}/place", {}).status_code == 404
