"""Alarms in the panel beside the map."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alarms.badges import record_badges
from alarms.models import Alarm
from sites.choices import Severity
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


def raise_alarms(cloud: Cloud, count: int, severity: int = 4, **fields: Any) -> None:
    now = timezone.now()
    times = {"raised_at": now, "first_seen_at": now, "changed_at": now}
    facts = {"alarm_id": "100.101", "severity": severity, "severity_word": Severity(severity).label} | fields
    Alarm.objects.bulk_create(
        Alarm(cloud=cloud, entity_instance_id=f"{severity} host=controller-{number}", **facts, **times)
        for number in range(count)
    )
    record_badges([cloud.pk], baseline=(), now=now)


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


def test_a_storm_is_counted_whole(client: Client, cloud: Cloud) -> None:
    """More than a panel shows: tile, panel, chips and the list say the same number."""
    raise_alarms(cloud, 255, severity=3)
    raise_alarms(cloud, 4, severity=4)
    raise_alarms(cloud, 1, severity=1)
    raise_alarms(cloud, 2, severity=5, alarm_id="200.200", suppressed=True, reason_text="suppressed one")
    tile = client.get(f"/alarms/of/{cloud.pk}/tile/").content.decode()
    assert "260 <small>alarms" in tile
    assert "suppressed one" not in tile
    panel = client.get(f"/alarms/of/{cloud.pk}/panel/").content.decode()
    assert "<b>260</b>" in panel
    assert "<b>255</b>" in panel
    assert "<b>4</b>" in panel
    assert client.get(f"/alarms/?subcloud={cloud.pk}").context["total"] == "260"
