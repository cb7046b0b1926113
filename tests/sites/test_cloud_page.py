"""The page of a subcloud: complete when the site is dark, honest about ages, safe against its own data."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from sites.choices import Contact
from sites.models import Cloud, FacetState, Hint
from sites.selectors import CloudInView
from sites.views.cloudpage import local_time
from tests.sites.world import World

PARTS = [
    "alarms:tile", "alarms:panel", "alarms:heatmap", "hosts:tile", "hosts:panel", "network:tile",
    "network:panel", "ceph:tile", "ceph:panel", "subcloud-tiles", "subcloud-software", "subcloud-timeline",
    "operations:panel",
]  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_every_part_answers_alone(name: str, fleet_client: Client, world: World) -> None:
    answer = fleet_client.get(reverse(name, args=[world.clouds[0].pk]), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content


@pytest.mark.parametrize("name", [name for name in PARTS if name.endswith((":panel", "-software", "-timeline"))])
def test_every_panel_can_be_fetched_again(name: str, fleet_client: Client, world: World) -> None:
    path = reverse(name, args=[world.clouds[0].pk])
    assert f'data-refetch="{path}"' in fleet_client.get(path).content.decode()
    assert f'data-refetch="{path}"' in fleet_client.get(f"/subclouds/{world.clouds[0].pk}/").content.decode()


def test_an_offline_site_shows_what_was_known_with_its_age(fleet_client: Client, world: World) -> None:
    cloud = world.clouds[0]
    Cloud.objects.filter(pk=cloud.pk).update(
        contact=Contact.UNREACHABLE, contact_error="no answer within 10 s", availability_status="offline",
        contact_changed_at=world.now - timedelta(hours=2),
    )  # fmt: skip
    FacetState.objects.filter(cloud=cloud).update(observed_at=world.now - timedelta(hours=2))
    page = fleet_client.get(f"/subclouds/{cloud.pk}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "before contact was lost" in text
    assert "no answer within 10 s" in text
    assert 'class="age stale"' in text


def test_a_site_that_was_never_read_says_so(fleet_client: Client, world: World) -> None:
    FacetState.objects.all().delete()
    text = fleet_client.get(f"/subclouds/{world.clouds[0].pk}/").content.decode()
    assert "never read" in text


def test_a_page_on_a_screen_asks_for_readings(fleet_client: Client, world: World) -> None:
    pk = world.clouds[0].pk
    text = fleet_client.get(f"/subclouds/{pk}/").content.decode()
    assert not Hint.objects.exists()  # fetching it changes nothing
    assert f'data-watch="/subclouds/{pk}/watch"' in text
    fleet_client.post(f"/subclouds/{pk}/watch")
    hint = Hint.objects.get(cloud=pk, reason="open_page")
    fleet_client.post(f"/subclouds/{pk}/watch")
    fleet_client.post(f"/subclouds/{pk}/ask")
    assert Hint.objects.filter(cloud=pk, reason="open_page").count() == 1
    assert Hint.objects.get(cloud=pk, reason="open_page").until > hint.until
    assert Hint.objects.filter(cloud=pk, reason="asked").count() == 1


def test_a_page_that_stays_open_learns_the_ages(fleet_client: Client, world: World) -> None:
    pk = world.clouds[0].pk
    assert 'data-facet="alarms"' in fleet_client.get(f"/subclouds/{pk}/").content.decode()
    FacetState.objects.filter(cloud=pk, facet="hosts").update(observed_at=None, error="no answer")
    facets = fleet_client.post(f"/subclouds/{pk}/watch").json()["facets"]
    assert facets["hosts"] == {"observed_at": None, "stale": True, "failing": True}
    assert facets["alarms"]["stale"] is False
    told = datetime.fromisoformat(facets["alarms"]["observed_at"])
    assert abs(told - (world.now - timedelta(seconds=1))) < timedelta(milliseconds=1)


def test_text_from_upstream_is_escaped(fleet_client: Client, world: World) -> None:
    evil = "<script>alert(1)</script>"
    Cloud.objects.filter(pk=world.clouds[0].pk).update(
        name=evil, location=evil, description=evil, error_description=evil, availability_status=evil, sync_status=evil,
        deploy_status=evil, management_state=evil, software_version=evil, oam_ip=evil, contact_error=evil,
        endpoint_sync={evil: evil}, prestage_versions=evil, system_mode=evil, timezone=evil, backup_status="100%s %d",
    )  # fmt: skip
    for path in ("/subclouds/", f"/subclouds/{world.clouds[0].pk}/", f"/subclouds/{world.clouds[0].pk}/panel"):
        answer = fleet_client.get(path)
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Europe/Berlin", "01:59 UTC+01:00"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Europe/Berlin", "03:00 UTC+02:00"),  # 02:xx does not exist
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin", "02:30 UTC+02:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin", "02:30 UTC+01:00"),  # 02:30 for the second time
        (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "Asia/Kolkata", "17:30 UTC+05:30"),
        (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "", ""),
        (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "Mars/Olympus", ""),
        (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "../../etc/passwd", ""),
    ],
)
def test_the_clock_on_the_site_s_wall(now: datetime, zone: str, expected: str) -> None:
    assert local_time(CloudInView(Cloud(timezone=zone), {}, [], now)) == expected
