"""Alarms in the panel beside the map."""

import pytest
from django.test import Client
from django.utils import timezone

from alarms.models import Alarm
from sites.models import Cloud
from tests.sites.world import make_cloud, make_user, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("viewer", fleet=True))
    return client


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud(make_world().controllers[0], None, "edge-alarms", timezone.now(), dcmanager_id=99)


def raise_alarms(cloud: Cloud, count: int) -> None:
    now = timezone.now()
    times = {"raised_at": now, "first_seen_at": now, "changed_at": now}
    facts = {"alarm_id": "100.101", "severity": 4, "severity_word": "major"}
    for number in range(count):
        Alarm.objects.create(cloud=cloud, entity_instance_id=f"host=controller-{number}", **facts, **times)


def short(client: Client, cloud: Cloud) -> str:
    return client.get(f"/alarms/of/{cloud.pk}/short/").content.decode()


def test_it_shows_the_worst_few_and_how_many_there_are(client: Client, cloud: Cloud) -> None:
    raise_alarms(cloud, 8)
    shown = short(client, cloud)
    assert shown.count("<tr") == 6
    assert "All 8 alarms" in shown


def test_it_says_that_nothing_stands(client: Client, cloud: Cloud) -> None:
    assert "No alarm stands." in short(client, cloud)


def test_without_contact_it_does_not_say_so(client: Client, cloud: Cloud) -> None:
    Cloud.objects.filter(pk=cloud.pk).update(contact="unreachable")
    assert "No alarm stands." not in short(client, cloud)
